//! An actor of another server, as their own document describes them.

use codesocial_rdf::vocab::{as2, ldp};
use oxrdf::{NamedNode, NamedNodeRef, NamedOrBlankNode, Term, Triple};

/// Where what is for somebody is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    pub inbox: NamedNode,
    /// One for all of their server. <https://www.w3.org/TR/activitypub/#shared-inbox-delivery>
    pub shared_inbox: Option<NamedNode>,
}

/// Why nothing can be sent to somebody.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PeerFault {
    #[error("the document does not say where {0} is written to")]
    NoInbox(NamedNode),
    #[error("the inbox {0} lies on another server")]
    Elsewhere(NamedNode),
}

impl Peer {
    /// What a document says of `actor`, whose inbox lies where they do: nobody makes us write to
    /// somebody else.
    pub fn of(actor: &NamedNode, triples: &[Triple]) -> Result<Self, PeerFault> {
        let subject = NamedOrBlankNode::from(actor.clone());
        let inbox = one(triples, &subject, ldp::INBOX);
        let inbox = inbox.ok_or_else(|| PeerFault::NoInbox(actor.clone()))?;
        let endpoints = triples.iter().find_map(|triple| {
            let found = triple.subject == subject && triple.predicate == as2::ENDPOINTS;
            match &triple.object {
                _ if !found => None,
                Term::NamedNode(node) => Some(NamedOrBlankNode::from(node.clone())),
                Term::BlankNode(node) => Some(NamedOrBlankNode::from(node.clone())),
                Term::Literal(_) => None,
            }
        });
        let shared_inbox = endpoints.and_then(|own| one(triples, &own, as2::SHARED_INBOX));
        for inbox in [Some(&inbox), shared_inbox.as_ref()].into_iter().flatten() {
            if !same_origin(actor, inbox) {
                return Err(PeerFault::Elsewhere(inbox.clone()));
            }
        }
        Ok(Self { inbox, shared_inbox })
    }
}

fn one(
    triples: &[Triple],
    subject: &NamedOrBlankNode,
    property: NamedNodeRef<'_>,
) -> Option<NamedNode> {
    triples.iter().find_map(|triple| match &triple.object {
        Term::NamedNode(value) if triple.subject == *subject && triple.predicate == property => {
            Some(value.clone())
        }
        _ => None,
    })
}

/// Whether two IRIs have scheme, host and port in common. Written differently, they have not.
pub(crate) fn same_origin(one: &NamedNode, other: &NamedNode) -> bool {
    fn origin(iri: &NamedNode) -> Option<&str> {
        let (scheme, rest) = iri.as_str().split_once("://")?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        iri.as_str().get(..scheme.len() + "://".len() + end)
    }
    origin(one).is_some() && origin(one) == origin(other)
}

impl crate::Activity {
    /// Whether the activity is named by the server of its actor.
    /// <https://codeberg.org/fediverse/fep/src/branch/main/fep/fe34/fep-fe34.md>
    pub fn is_named_by_its_actor(&self) -> bool {
        same_origin(&self.id, &self.actor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use codesocial_rdf::{RdfSyntax, parse};

    fn check(json: &str, expected: Result<(&str, Option<&str>), &str>) {
        let text = format!(
            "{{\"@context\": \"https://www.w3.org/ns/activitystreams\",
              \"id\": \"https://a.example/ana\", {json}}}"
        );
        let triples = parse::triples(text.as_bytes(), RdfSyntax::JsonLd, "https://a.example/");
        let actor = NamedNode::new_unchecked("https://a.example/ana");
        let found = Peer::of(&actor, &triples.expect("JSON-LD"));
        let told = match &found {
            Ok(peer) => Ok((peer.inbox.as_str(), peer.shared_inbox.as_ref().map(|i| i.as_str()))),
            Err(fault) => Err(fault.to_string()),
        };
        assert_eq!(told, expected.map_err(str::to_owned), "{json}");
    }

    #[test]
    fn somebody_is_written_to_where_they_are() {
        let shared = r#""endpoints": {"sharedInbox": "https://a.example/inbox"}"#;
        check(
            r#""inbox": "https://a.example/ana/inbox""#,
            Ok(("https://a.example/ana/inbox", None)),
        );
        check(
            &format!(r#""inbox": "https://a.example/ana/inbox", {shared}"#),
            Ok(("https://a.example/ana/inbox", Some("https://a.example/inbox"))),
        );
        check(shared, Err("the document does not say where <https://a.example/ana> is written to"));
        for other in ["https://b.example/in", "http://a.example/in", "https://a.example:444/in"] {
            let refused = format!("the inbox <{other}> lies on another server");
            check(&format!(r#""inbox": "{other}""#), Err(&refused));
        }
    }
}
