//! What another server tells, as triples.
//!
//! Invariant: an activity has one name, one actor and one meaning, or it is refused: what two
//! readers could take for different things is taken for nothing.

use codesocial_rdf::vocab::{as2, rdf};
use oxrdf::{NamedNode, NamedNodeRef, NamedOrBlankNode, Term, Triple};

/// An activity that somebody sends. <https://www.w3.org/TR/activitystreams-core/#activities>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    pub id: NamedNode,
    pub actor: NamedNode,
    pub kind: ActivityKind,
}

/// What an activity asks for, as far as it is understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActivityKind {
    /// To be told what this actor does.
    Follow(NamedNode),
    /// To take back what was followed.
    UndoFollow(Followed),
    /// What is deleted: the sender, too.
    Delete(NamedNode),
    /// Without an effect here.
    Other,
}

/// A follow that is taken back, by its name or by what it said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Followed {
    pub id: Option<NamedNode>,
    pub object: Option<NamedNode>,
}

/// Why triples are no activity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ActivityFault {
    #[error("nothing here has an as:actor, or several things have that nothing speaks of")]
    NoActivity,
    #[error("the activity has no id")]
    NoId,
    #[error("the activity has more than one actor, or one without an IRI")]
    Actor,
    #[error("the activity has no object, or more than one, or one without an IRI")]
    Object,
}

impl Activity {
    /// The activity that these triples are about: what has an actor, and is not spoken of itself.
    pub fn of(triples: &[Triple]) -> Result<Self, ActivityFault> {
        let said = Said(triples);
        let is_spoken_of = |node: &NamedOrBlankNode| {
            triples.iter().any(|triple| match (&triple.object, node) {
                (Term::NamedNode(object), NamedOrBlankNode::NamedNode(node)) => object == node,
                (Term::BlankNode(object), NamedOrBlankNode::BlankNode(node)) => object == node,
                _ => false,
            })
        };
        let mut roots: Vec<&NamedOrBlankNode> = triples
            .iter()
            .filter(|triple| triple.predicate == as2::ACTOR && !is_spoken_of(&triple.subject))
            .map(|triple| &triple.subject)
            .collect();
        roots.dedup();
        let [root] = roots[..] else { return Err(ActivityFault::NoActivity) };
        let NamedOrBlankNode::NamedNode(id) = root else { return Err(ActivityFault::NoId) };
        let actor = said.one(root, as2::ACTOR).ok_or(ActivityFault::Actor)?;
        Ok(Self { id: id.clone(), actor, kind: said.kind(root)? })
    }
}

struct Said<'a>(&'a [Triple]);

impl Said<'_> {
    fn objects(&self, subject: &NamedOrBlankNode, property: NamedNodeRef<'_>) -> Vec<&Term> {
        let about = |triple: &&Triple| triple.subject == *subject && triple.predicate == property;
        self.0.iter().filter(about).map(|triple| &triple.object).collect()
    }

    fn is_a(&self, subject: &NamedOrBlankNode, class: NamedNodeRef<'_>) -> bool {
        let classes = self.objects(subject, rdf::TYPE);
        classes.into_iter().any(|own| matches!(own, Term::NamedNode(own) if *own == class))
    }

    /// The only value, where that is an IRI.
    fn one(&self, subject: &NamedOrBlankNode, property: NamedNodeRef<'_>) -> Option<NamedNode> {
        match self.objects(subject, property)[..] {
            [Term::NamedNode(value)] => Some(value.clone()),
            _ => None,
        }
    }

    fn kind(&self, root: &NamedOrBlankNode) -> Result<ActivityKind, ActivityFault> {
        let object = || self.one(root, as2::OBJECT).ok_or(ActivityFault::Object);
        if self.is_a(root, as2::FOLLOW) {
            return object().map(ActivityKind::Follow);
        }
        if self.is_a(root, as2::DELETE) {
            return object().map(ActivityKind::Delete);
        }
        if !self.is_a(root, as2::UNDO) {
            return Ok(ActivityKind::Other);
        }
        let undone = match self.objects(root, as2::OBJECT)[..] {
            [Term::NamedNode(undone)] => NamedOrBlankNode::from(undone.clone()),
            [Term::BlankNode(undone)] => NamedOrBlankNode::from(undone.clone()),
            _ => return Err(ActivityFault::Object),
        };
        let says_what = !self.objects(&undone, rdf::TYPE).is_empty();
        if says_what && !self.is_a(&undone, as2::FOLLOW) {
            return Ok(ActivityKind::Other);
        }
        let object = self.one(&undone, as2::OBJECT);
        let id = match undone {
            NamedOrBlankNode::NamedNode(id) => Some(id),
            NamedOrBlankNode::BlankNode(_) => None,
        };
        Ok(ActivityKind::UndoFollow(Followed { id, object }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use codesocial_rdf::{RdfSyntax, parse};

    fn read(json: &str) -> Result<Activity, ActivityFault> {
        let context = "{\"@context\": \"https://www.w3.org/ns/activitystreams\", ";
        let text = format!("{context}{json}}}");
        Activity::of(&triples(&text))
    }

    fn triples(text: &str) -> Vec<Triple> {
        parse::triples(text.as_bytes(), RdfSyntax::JsonLd, "https://a.example/").expect("JSON-LD")
    }

    fn node(iri: &str) -> NamedNode {
        NamedNode::new_unchecked(iri)
    }

    #[track_caller]
    fn check(json: &str, kind: ActivityKind) {
        let (id, actor) = (node("https://a.example/1"), node("https://a.example/ana"));
        assert_eq!(read(json), Ok(Activity { id, actor, kind }), "{json}");
    }

    const WHO: &str = r#""id": "https://a.example/1", "actor": "https://a.example/ana""#;

    #[test]
    fn an_activity_is_read_in_whatever_shape_it_comes() {
        let follow = ActivityKind::Follow(node("https://b.example/x"));
        for object in [
            r#""https://b.example/x""#,
            r#"["https://b.example/x"]"#,
            r#"{"id": "https://b.example/x", "type": "Person", "name": "X"}"#,
        ] {
            check(&format!(r#"{WHO}, "type": "Follow", "object": {object}"#), follow.clone());
            let types = r#"["Follow", "https://e.example/Wish"]"#;
            check(&format!(r#"{WHO}, "type": {types}, "object": {object}"#), follow.clone());
        }
        let expanded = r#""@id": "https://a.example/1", "@type": ["as:Follow"],
            "as:actor": [{"@id": "https://a.example/ana"}],
            "as:object": [{"@id": "https://b.example/x"}]"#;
        check(expanded, follow);
        check(&format!(r#"{WHO}, "type": "ex:Dance""#), ActivityKind::Other);
    }

    #[test]
    fn what_was_followed_is_taken_back_by_name_or_by_what_it_said() {
        let undo = |object: &str| format!(r#"{WHO}, "type": "Undo", "object": {object}"#);
        let followed = |id: Option<&str>, object: Option<&str>| {
            let (id, object) = (id.map(node), object.map(node));
            ActivityKind::UndoFollow(Followed { id, object })
        };
        check(&undo(r#""https://a.example/0""#), followed(Some("https://a.example/0"), None));
        let said = r#"{"type": "Follow", "actor": "https://a.example/ana",
            "object": "https://b.example/x"}"#;
        check(&undo(said), followed(None, Some("https://b.example/x")));
        let like =
            r#"{"id": "https://a.example/0", "type": "Like", "object": "https://b.example/x"}"#;
        check(&undo(like), ActivityKind::Other);
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        let follow = r#""type": "Follow", "object": "https://b.example/x""#;
        let rows = [
            (format!(r#""actor": "https://a.example/ana", {follow}"#), ActivityFault::NoId),
            (format!(r#""id": "https://a.example/1", {follow}"#), ActivityFault::NoActivity),
            (
                format!(
                    r#""id": "https://a.example/1", {follow},
                    "actor": ["https://a.example/ana", "https://a.example/bo"]"#
                ),
                ActivityFault::Actor,
            ),
            (
                format!(r#"{WHO}, "as:actor": {{"@id": "https://c.example/eve"}}, {follow}"#),
                ActivityFault::Actor,
            ),
            (
                format!(
                    r#"{WHO}, {follow}, "@included": [{{"id": "https://a.example/2",
                    "actor": "https://c.example/eve", {follow}}}]"#
                ),
                ActivityFault::NoActivity,
            ),
            (format!(r#"{WHO}, "type": "Follow""#), ActivityFault::Object),
            (
                format!(r#"{WHO}, "type": "Follow", "object": ["x:a", "x:b"]"#),
                ActivityFault::Object,
            ),
            (format!(r#"{WHO}, "type": "Undo""#), ActivityFault::Object),
        ];
        for (json, fault) in rows {
            assert_eq!(read(&json), Err(fault), "{json}");
        }
    }
}
