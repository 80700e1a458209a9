//! Rules that no shape can say, as they ask what time it is, where a document stands or when
//! another came: judged of what a change writes, and never again of what it does not.

use crate::description::document_of;
use crate::facts::{nodes, subjects, values};
use codesocial_graph::State;
use codesocial_rdf::vocab::{convention_status, disclosure, inscription_status, supply_status};
use codesocial_rdf::vocab::{cs, dct, odrl, pair, rdf, vf};
use codesocial_rdf::{Changeset, GraphKind, skolem};
use codesocial_store::Rejection;
use jiff::Timestamp;
use oxrdf::{GraphName, NamedNode, NamedNodeRef, NamedOrBlankNode, Quad, Term, Triple};
use std::collections::HashSet;

/// A rule: its name in the domain, the class that it is about, and whether a node of that class
/// keeps it.
type Rule = (&'static str, NamedNodeRef<'static>, fn(&Written<'_>) -> bool);

const RULES: [Rule; 7] = [
    ("R05", pair::ORGANIZATION, |written| written.is_under_a_convention_in_force()),
    ("R19", cs::SEAL, |written| written.seals_what_was_published()),
    ("R32", cs::DECISION, |written| written.is_decided_after_the_proposal_came()),
    ("R49", cs::ATTEMPT, |written| written.is_private()),
    ("R61", cs::OFFER, |written| written.is_closed_or_to_come()),
    ("R61", cs::NEED, |written| written.is_closed_or_to_come()),
    ("R62", cs::NEED, |written| written.keeps_its_pseudonym()),
];

/// Refuses a change that writes a document of which a node breaks a rule.
pub(crate) fn judge(
    before: &State,
    after: &State,
    nets: &[&Changeset],
    now: Timestamp,
) -> Result<(), Rejection> {
    for document in written(after, nets) {
        let triples: Vec<Triple> = after.graph(document.as_ref().into()).collect();
        for (node, class) in typed(&triples) {
            let written = Written { before, after, nets, document, triples: &triples, node, now };
            for (rule, _, keeps) in RULES.iter().filter(|(_, own, _)| class == *own) {
                if !keeps(&written) {
                    return Err(Rejection::Rule { rule, document: written.name() });
                }
            }
        }
    }
    Ok(())
}

/// What a document says of classes: of itself, of its parts and of its blank nodes.
fn typed(triples: &[Triple]) -> impl Iterator<Item = (NamedNodeRef<'_>, NamedNodeRef<'_>)> {
    let types = triples.iter().filter(|triple| triple.predicate == rdf::TYPE);
    types.filter_map(|triple| match (&triple.subject, &triple.object) {
        (NamedOrBlankNode::NamedNode(node), Term::NamedNode(class)) => {
            Some((node.as_ref(), class.as_ref()))
        }
        _ => None,
    })
}

/// The documents that a change touches.
fn written<'a>(after: &State, nets: &[&'a Changeset]) -> HashSet<&'a NamedNode> {
    let quads = nets.iter().flat_map(|net| net.removed.iter().chain(&net.added));
    let mut documents: HashSet<&NamedNode> = quads
        .filter_map(|quad| match &quad.graph_name {
            GraphName::NamedNode(document) => Some(document),
            GraphName::BlankNode(_) | GraphName::DefaultGraph => None,
        })
        .collect();
    documents.retain(|document| {
        let kind = after.base().kind_of(document.as_ref());
        matches!(kind, GraphKind::Resource | GraphKind::Private)
    });
    documents
}

/// A node as a change leaves it, in its document.
struct Written<'a> {
    before: &'a State,
    after: &'a State,
    nets: &'a [&'a Changeset],
    document: &'a NamedNode,
    triples: &'a [Triple],
    node: NamedNodeRef<'a>,
    now: Timestamp,
}

impl<'a> Written<'a> {
    /// What a client calls it: a blank node has no name but that of its document.
    fn name(&self) -> NamedNode {
        match skolem::blank(self.node) {
            Some(_) => self.document.clone(),
            None => self.node.into_owned(),
        }
    }

    fn values(&self, property: NamedNodeRef<'a>) -> impl Iterator<Item = &'a Term> {
        values(self.triples, self.node, property)
    }

    fn nodes(&self, property: NamedNodeRef<'a>) -> impl Iterator<Item = &'a NamedNode> {
        nodes(self.triples, self.node, property)
    }

    /// Whether a concept is the value of the property.
    fn says(&self, property: NamedNodeRef<'a>, concept: NamedNodeRef<'_>) -> bool {
        self.nodes(property).any(|value| value.as_ref() == concept)
    }

    /// R05: of the signed conventions of who is inscribed, one is in force today. Where there is
    /// none, the shapes say so.
    fn is_under_a_convention_in_force(&self) -> bool {
        if !self.says(cs::INSCRIPTION_STATUS, inscription_status::INSCRIBED) {
            return true;
        }
        let of_it = subjects(self.after, odrl::ASSIGNEE, self.node);
        let in_force: Vec<bool> = of_it
            .filter_map(|(convention, graph)| {
                let graph = self.after.graph_name(graph);
                let said: Vec<Triple> = self.after.graph(graph.as_ref()).collect();
                let mut statuses = nodes(&said, convention, cs::STATUS);
                statuses.find(|status| status.as_ref() == convention_status::SIGNED)?;
                let mut begins = values(&said, convention, cs::VALID_FROM);
                let mut ends = values(&said, convention, cs::VALID_UNTIL);
                let is_in_force = !begins.any(|date| self.is_to_come(date))
                    && !ends.any(|date| self.is_past(date));
                Some(is_in_force)
            })
            .collect();
        in_force.is_empty() || in_force.contains(&true)
    }

    /// R19: a seal has the digest of the version that it seals, which stands where no shape looks.
    fn seals_what_was_published(&self) -> bool {
        let digest = |version: &NamedNode| {
            let meta = codesocial_store::State::meta(version.as_ref());
            let said: Vec<Triple> = self.after.graph(meta.as_ref().into()).collect();
            values(&said, version.as_ref(), cs::DIGEST).next().cloned()
        };
        self.nodes(cs::SEALED_VERSION).all(|version| {
            let digest = digest(version);
            digest.is_none() || self.values(cs::DIGEST).next() == digest.as_ref()
        })
    }

    /// R32: a decision that is dated now is not older than the proposal, which stood before it.
    fn is_decided_after_the_proposal_came(&self) -> bool {
        let is_dated = |quad: &&Quad| {
            quad.subject == NamedOrBlankNode::from(self.node) && quad.predicate == cs::DECIDED_AT
        };
        let mut dated = self.nets.iter().flat_map(|net| &net.added).filter(is_dated);
        let Some(decided) = dated.find_map(|quad| instant(&quad.object)) else { return true };
        // A proposal came with its document.
        let came = |proposal: &NamedNode| {
            let document = document_of(proposal.as_ref());
            let meta = codesocial_store::State::meta(document.as_ref());
            let said: Vec<Triple> = self.before.graph(meta.as_ref().into()).collect();
            values(&said, document.as_ref(), dct::CREATED).find_map(instant)
        };
        !self.nodes(cs::ON_PROPOSAL).filter_map(came).any(|came| decided < came)
    }

    /// R49: what somebody answered stands among their private documents.
    fn is_private(&self) -> bool {
        self.after.base().kind_of(self.document.as_ref()) == GraphKind::Private
    }

    /// R61: what is open does not end in the past.
    fn is_closed_or_to_come(&self) -> bool {
        !self.says(cs::STATUS, supply_status::OPEN)
            || !self.values(vf::HAS_END).any(|end| self.is_past(end))
    }

    /// R62: a need under a pseudonym does not say whose it is, where others read it.
    fn keeps_its_pseudonym(&self) -> bool {
        !self.says(cs::DISCLOSURE, disclosure::PSEUDONYMOUS)
            || self.values(cs::NEEDER).next().is_none()
    }

    /// A day is past once the next has begun, in universal time.
    fn is_past(&self, date: &Term) -> bool {
        match instant(date) {
            Some(instant) => instant < self.now,
            None => day(date).is_some_and(|day| *day < *self.today()),
        }
    }

    fn is_to_come(&self, date: &Term) -> bool {
        match instant(date) {
            Some(instant) => instant > self.now,
            None => day(date).is_some_and(|day| *day > *self.today()),
        }
    }

    fn today(&self) -> String {
        self.now.strftime("%Y-%m-%d").to_string()
    }
}

fn instant(date: &Term) -> Option<Timestamp> {
    match date {
        Term::Literal(literal) => literal.value().parse().ok(),
        Term::NamedNode(_) | Term::BlankNode(_) => None,
    }
}

/// The day of an `xsd:date`, or of a local time: days sort as their texts do.
fn day(date: &Term) -> Option<&str> {
    match date {
        Term::Literal(literal) => literal.value().get(..10),
        Term::NamedNode(_) | Term::BlankNode(_) => None,
    }
}
