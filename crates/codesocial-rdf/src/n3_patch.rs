//! N3 Patch: what a document must hold for a patch to apply, what goes, and what comes.
//!
//! A patch that was read keeps every constraint of the specification on patches; whether it
//! applies is a question of the document. <https://solidproject.org/TR/protocol#n3-patch>

use crate::parse::SyntaxError;
use crate::vocab::{rdf, solid};
use oxrdf::{BlankNode, GraphName, NamedNodeRef, NamedOrBlankNode, Term, Triple, Variable};
use oxttl::N3Parser;
use oxttl::n3::{N3Quad, N3Term};
use std::collections::BTreeSet;

/// How many triples may be looked for at once: each can multiply the work of the others.
const CONDITIONS_MAX: usize = 200;

/// A patch of one document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct N3Patch {
    /// `solid:where`: what must be found, in exactly one way.
    pub conditions: Vec<TriplePattern>,
    /// `solid:deletes`: what must be there, and goes.
    pub deletions: Vec<TriplePattern>,
    /// `solid:inserts`: what comes.
    pub insertions: Vec<TriplePattern>,
}

/// A triple of a formula.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TriplePattern {
    pub subject: Slot,
    pub predicate: Slot,
    pub object: Slot,
}

/// What stands in one place of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Slot {
    /// An IRI or a literal.
    Term(Term),
    Variable(Variable),
    /// Anything, the same wherever this blank node stands.
    Something(BlankNode),
}

/// Why a text is no patch that could be carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum N3PatchError {
    #[error(transparent)]
    Syntax(#[from] SyntaxError),
    #[error("there must be exactly one resource of type solid:InsertDeletePatch, not {0}")]
    Patches(usize),
    #[error("the patch has more than one {0}")]
    Repeated(NamedNodeRef<'static>),
    #[error("the value of {0} must be a formula: {{ … }}")]
    NoFormula(NamedNodeRef<'static>),
    #[error("a formula holds another one")]
    Nested,
    #[error("{0} is in no condition")]
    Unbound(Variable),
    #[error("what is inserted or deleted has a blank node: let solid:where find it")]
    BlankNode,
    #[error("{0} cannot stand where it does in a triple")]
    NoTriple(String),
    #[error("there are more than {CONDITIONS_MAX} conditions")]
    Conditions,
}

impl N3Patch {
    /// Reads a patch of the document at `document`, against which relative IRIs resolve.
    pub fn parse(text: &str, document: &str) -> Result<Self, N3PatchError> {
        let parser = N3Parser::new()
            .with_base_iri(document)
            .map_err(|error| SyntaxError::Elsewhere(error.to_string()))?;
        let quads: Vec<N3Quad> =
            parser.for_slice(text).collect::<Result<_, _>>().map_err(SyntaxError::from)?;
        let source = Source { quads: &quads };
        let patch = source.patch()?;
        let patch = Self {
            conditions: source.formula(patch, solid::WHERE)?,
            deletions: source.formula(patch, solid::DELETES)?,
            insertions: source.formula(patch, solid::INSERTS)?,
        };
        patch.check()?;
        Ok(patch)
    }

    fn check(&self) -> Result<(), N3PatchError> {
        if self.conditions.len() > CONDITIONS_MAX {
            return Err(N3PatchError::Conditions);
        }
        let known: BTreeSet<&str> = variables(&self.conditions).map(Variable::as_str).collect();
        let changes = || self.deletions.iter().chain(&self.insertions);
        if let Some(unbound) = variables(changes()).find(|name| !known.contains(name.as_str())) {
            return Err(N3PatchError::Unbound(unbound.clone()));
        }
        if changes().flat_map(TriplePattern::slots).any(|slot| matches!(slot, Slot::Something(_))) {
            return Err(N3PatchError::BlankNode);
        }
        Ok(())
    }
}

impl TriplePattern {
    pub fn slots(&self) -> [&Slot; 3] {
        [&self.subject, &self.predicate, &self.object]
    }

    /// The triple that the pattern is once its variables have values.
    pub fn with<'a>(
        &self,
        value: impl Fn(&Variable) -> Option<&'a Term>,
    ) -> Result<Triple, N3PatchError> {
        let [subject, predicate, object] = self.slots().map(|slot| match slot {
            Slot::Term(term) => Ok(term.clone()),
            Slot::Variable(name) => {
                value(name).cloned().ok_or_else(|| N3PatchError::Unbound(name.clone()))
            }
            Slot::Something(_) => Err(N3PatchError::BlankNode),
        });
        let misplaced = |term: Term| N3PatchError::NoTriple(term.to_string());
        let subject = match subject? {
            Term::NamedNode(node) => NamedOrBlankNode::from(node),
            Term::BlankNode(node) => node.into(),
            literal @ Term::Literal(_) => return Err(misplaced(literal)),
        };
        let predicate = match predicate? {
            Term::NamedNode(node) => node,
            other @ (Term::BlankNode(_) | Term::Literal(_)) => return Err(misplaced(other)),
        };
        Ok(Triple { subject, predicate, object: object? })
    }
}

fn variables<'a>(
    patterns: impl IntoIterator<Item = &'a TriplePattern>,
) -> impl Iterator<Item = &'a Variable> {
    patterns.into_iter().flat_map(TriplePattern::slots).filter_map(|slot| match slot {
        Slot::Variable(name) => Some(name),
        Slot::Term(_) | Slot::Something(_) => None,
    })
}

/// A text in N3, in which a formula is a graph named by a blank node.
struct Source<'a> {
    quads: &'a [N3Quad],
}

impl<'a> Source<'a> {
    fn said(&self) -> impl Iterator<Item = &'a N3Quad> {
        self.quads.iter().filter(|quad| quad.graph_name == GraphName::DefaultGraph)
    }

    fn values(&self, subject: &N3Term, property: NamedNodeRef<'_>) -> Vec<&'a N3Term> {
        let property = N3Term::from(property);
        let own = self.said().filter(|q| q.subject == *subject && q.predicate == property);
        own.map(|quad| &quad.object).collect()
    }

    /// The one resource that is a patch, by its type or by what is said of it.
    fn patch(&self) -> Result<&'a N3Term, N3PatchError> {
        let parts = [solid::WHERE, solid::DELETES, solid::INSERTS].map(N3Term::from);
        let kind = N3Term::from(solid::INSERT_DELETE_PATCH);
        let is_typed = |quad: &N3Quad| quad.predicate == rdf::TYPE.into() && quad.object == kind;
        let mut patches: Vec<&N3Term> = Vec::new();
        for quad in self.said().filter(|quad| is_typed(quad) || parts.contains(&quad.predicate)) {
            if !patches.contains(&&quad.subject) {
                patches.push(&quad.subject);
            }
        }
        match patches[..] {
            [patch] if self.values(patch, rdf::TYPE).contains(&&kind) => Ok(patch),
            [_] => Err(N3PatchError::Patches(0)),
            _ => Err(N3PatchError::Patches(patches.len())),
        }
    }

    /// The triples of the formula that a patch has under a property: none where it has no such.
    fn formula(
        &self,
        patch: &N3Term,
        property: NamedNodeRef<'static>,
    ) -> Result<Vec<TriplePattern>, N3PatchError> {
        let name = match self.values(patch, property)[..] {
            [] => return Ok(Vec::new()),
            [N3Term::BlankNode(name)] => name,
            [_] => return Err(N3PatchError::NoFormula(property)),
            _ => return Err(N3PatchError::Repeated(property)),
        };
        // A blank node that has properties of its own is none that names a formula.
        if self.said().any(|quad| quad.subject == name.clone().into()) {
            return Err(N3PatchError::NoFormula(property));
        }
        let name = GraphName::from(name.clone());
        let inside = self.quads.iter().filter(|quad| quad.graph_name == name);
        inside.map(|quad| self.pattern(quad)).collect()
    }

    fn pattern(&self, quad: &N3Quad) -> Result<TriplePattern, N3PatchError> {
        let misplaced = |term: &N3Term| Err(N3PatchError::NoTriple(term.to_string()));
        match (&quad.subject, &quad.predicate) {
            (literal @ N3Term::Literal(_), _) => return misplaced(literal),
            (_, other @ (N3Term::Literal(_) | N3Term::BlankNode(_))) => return misplaced(other),
            _ => {}
        }
        Ok(TriplePattern {
            subject: self.slot(&quad.subject)?,
            predicate: self.slot(&quad.predicate)?,
            object: self.slot(&quad.object)?,
        })
    }

    fn slot(&self, term: &N3Term) -> Result<Slot, N3PatchError> {
        Ok(match term {
            N3Term::NamedNode(node) => Slot::Term(node.clone().into()),
            N3Term::Literal(literal) => Slot::Term(literal.clone().into()),
            N3Term::Variable(name) => Slot::Variable(name.clone()),
            N3Term::BlankNode(node) => {
                let name = GraphName::from(node.clone());
                if self.quads.iter().any(|quad| quad.graph_name == name) {
                    return Err(N3PatchError::Nested);
                }
                Slot::Something(node.clone())
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    #[track_caller]
    fn check(patch: &str, expected: &Expect) {
        let text = format!("@prefix solid: <http://www.w3.org/ns/solid/terms#>. {patch}");
        let told = match N3Patch::parse(&text, "http://x/doc") {
            Ok(patch) => {
                let lines = |name: &str, patterns: &[TriplePattern]| -> String {
                    patterns.iter().map(|pattern| format!("{name} {}\n", shown(pattern))).collect()
                };
                lines("?", &patch.conditions)
                    + &lines("-", &patch.deletions)
                    + &lines("+", &patch.insertions)
            }
            Err(error) => format!("{error}\n"),
        };
        expected.assert_eq(&told);
    }

    fn shown(pattern: &TriplePattern) -> String {
        let slots = pattern.slots().map(|slot| match slot {
            Slot::Term(term) => term.to_string(),
            Slot::Variable(name) => name.to_string(),
            Slot::Something(_) => "_".to_owned(),
        });
        slots.join(" ")
    }

    #[test]
    fn a_patch_says_what_must_be_there_what_goes_and_what_comes() {
        check(
            "_:rename a solid:InsertDeletePatch ;
                solid:where { ?person <p:family> 'Garcia' ; <p:friend> [ <p:name> ?name ] . } ;
                solid:inserts { ?person <p:given> 'Alex' . } ;
                solid:deletes { ?person <p:given> ?name . } .",
            &expect![[r#"
                ? ?person <p:family> "Garcia"
                ? _ <p:name> ?name
                ? ?person <p:friend> _
                - ?person <p:given> ?name
                + ?person <p:given> "Alex"
            "#]],
        );
        check(
            "<#p> a solid:InsertDeletePatch, solid:Patch; solid:inserts { <> <p> <#it> } .",
            &expect![[r#"
                + <http://x/doc> <http://x/p> <http://x/doc#it>
            "#]],
        );
        check("<> a solid:InsertDeletePatch ; solid:where {} .", &expect![""]);
    }

    #[test]
    fn what_the_constraints_exclude_is_told() {
        for (patch, told) in [
            ("<> solid:inserts { <> <p:p> 1 } .", "there must be exactly one resource"),
            ("<a> a solid:InsertDeletePatch . <b> a solid:InsertDeletePatch .", "there must be"),
            ("<a> a solid:InsertDeletePatch . <b> solid:inserts { <> <p:p> 1 } .", "there must"),
            ("", "there must be exactly one resource of type solid:InsertDeletePatch, not 0"),
            (
                "<> a solid:InsertDeletePatch; solid:inserts { <> <p:p> 1 }, { <> <p:p> 2 } .",
                "the patch has more than one <http://www.w3.org/ns/solid/terms#inserts>",
            ),
            ("<> a solid:InsertDeletePatch; solid:where <x> .", "the value of"),
            ("<> a solid:InsertDeletePatch; solid:where [ <p:p> 1 ] .", "the value of"),
            (
                "<> a solid:InsertDeletePatch; solid:where { <> <p:p> { <> <p:p> 1 } } .",
                "a formula",
            ),
            ("<> a solid:InsertDeletePatch; solid:inserts { <> <p:p> ?x } .", "?x is in no"),
            (
                "<> a solid:InsertDeletePatch; solid:where { _:x <p:p> 1 };
                    solid:deletes { _:x <p:p> 1 } .",
                "what is inserted or deleted has a blank node",
            ),
            ("<> a solid:InsertDeletePatch; solid:inserts { <> <p:p> (1) } .", "what is inserted"),
            ("<> a solid:InsertDeletePatch; solid:inserts { 1 <p:p> 1 } .", "\"1\"^^"),
            ("<> a solid:InsertDeletePatch; solid:where { <> 'p' 1 } .", "\"p\" cannot stand"),
            ("<> a solid:InsertDeletePatch; solid:where { <> <p:p> 1 ", "line 1, column"),
        ] {
            let text = format!("@prefix solid: <http://www.w3.org/ns/solid/terms#>. {patch}");
            let error = N3Patch::parse(&text, "http://x/doc").unwrap_err().to_string();
            assert!(error.starts_with(told), "{patch}: {error}");
        }
        let many = "<> <p:p> ?x . ".repeat(CONDITIONS_MAX + 1);
        check(
            &format!("<> a solid:InsertDeletePatch; solid:where {{ {many} }} ."),
            &expect![[r#"
                there are more than 200 conditions
            "#]],
        );
    }

    #[test]
    fn a_variable_of_a_change_takes_the_place_that_its_value_can() {
        let text = "@prefix solid: <http://www.w3.org/ns/solid/terms#>.
            <> a solid:InsertDeletePatch; solid:where { <> <p:p> ?x } ; solid:inserts { ?x ?x ?x } .";
        let patch = N3Patch::parse(text, "http://x/doc").expect("a patch");
        let with = |value: Term| {
            let triple = patch.insertions[0].with(|_| Some(&value));
            triple.map_or_else(|error| error.to_string(), |triple| triple.to_string())
        };
        let node = oxrdf::NamedNode::new_unchecked("a:a");
        assert_eq!(with(node.into()), "<a:a> <a:a> <a:a>");
        let literal = oxrdf::Literal::from("x");
        assert_eq!(with(literal.into()), "\"x\" cannot stand where it does in a triple");
    }
}
