//! Rules that no shape can say, as they ask what time it is, where a document stands or when
//! another came: judged of what a change writes, and never again of what it does not.

use crate::facts::{nodes, subjects, values};
use codesocial_graph::State;
use codesocial_rdf::vocab::{convention_status, disclosure, inscription_status, supply_status};
use codesocial_rdf::vocab::{cs, dct, odrl, pair, rdf, vf};
use codesocial_rdf::{Changeset, GraphKind};
use codesocial_store::Rejection;
use jiff::Timestamp;
use oxrdf::{GraphName, NamedNode, NamedNodeRef, Quad, Term, Triple};
use std::collections::HashSet;

/// A rule: its name in the domain, the class that it is about, and whether a document keeps it.
type Rule = (&'static str, NamedNodeRef<'static>, fn(&Written<'_>) -> bool);

const RULES: [Rule; 6] = [
    ("R05", pair::ORGANIZATION, |written| written.is_under_a_convention_in_force()),
    ("R32", cs::DECISION, |written| written.is_decided_after_the_proposal_came()),
    ("R49", cs::ATTEMPT, |written| written.is_private()),
    ("R61", cs::OFFER, |written| written.is_closed_or_to_come()),
    ("R61", cs::NEED, |written| written.is_closed_or_to_come()),
    ("R62", cs::NEED, |written| written.keeps_its_pseudonym()),
];

/// Refuses a change that writes a document against a rule.
pub(crate) fn judge(
    before: &State,
    after: &State,
    nets: &[&Changeset],
    now: Timestamp,
) -> Result<(), Rejection> {
    for document in written(after, nets) {
        let written = Written { before, after, nets, document, now };
        for (rule, class, keeps) in RULES {
            if written.is_a(class) && !keeps(&written) {
                return Err(Rejection::Rule { rule, document: document.clone() });
            }
        }
    }
    Ok(())
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

/// A document as a change leaves it.
struct Written<'a> {
    before: &'a State,
    after: &'a State,
    nets: &'a [&'a Changeset],
    document: &'a NamedNode,
    now: Timestamp,
}

impl Written<'_> {
    fn is_a(&self, class: NamedNodeRef<'_>) -> bool {
        let document = self.document;
        let quad = Quad::new(document.clone(), rdf::TYPE, class, document.clone());
        self.after.contains(quad.as_ref())
    }

    fn triples(&self) -> Vec<Triple> {
        self.after.graph(self.document.as_ref().into()).collect()
    }

    /// R05: of the signed conventions of who is inscribed, one is in force today. Where there is
    /// none, the shapes say so.
    fn is_under_a_convention_in_force(&self) -> bool {
        let triples = self.triples();
        let mut statuses = nodes(&triples, self.document.as_ref(), cs::INSCRIPTION_STATUS);
        if !statuses.any(|status| status.as_ref() == inscription_status::INSCRIBED) {
            return true;
        }
        let of_it = subjects(self.after, odrl::ASSIGNEE, self.document.as_ref());
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

    /// R32: a decision that is dated now is not older than the proposal, which stood before it.
    fn is_decided_after_the_proposal_came(&self) -> bool {
        let is_dated = |quad: &&Quad| {
            quad.graph_name == GraphName::from(self.document.clone())
                && quad.predicate == cs::DECIDED_AT
        };
        let mut dated = self.nets.iter().flat_map(|net| &net.added).filter(is_dated);
        let Some(decided) = dated.find_map(|quad| instant(&quad.object)) else { return true };
        let triples = self.triples();
        let came = |proposal: &NamedNode| {
            let meta = codesocial_store::State::meta(proposal.as_ref());
            let said: Vec<Triple> = self.before.graph(meta.as_ref().into()).collect();
            values(&said, proposal.as_ref(), dct::CREATED).find_map(instant)
        };
        let proposals = nodes(&triples, self.document.as_ref(), cs::ON_PROPOSAL);
        !proposals.filter_map(came).any(|came| decided < came)
    }

    /// R49: what somebody answered stands among their private documents.
    fn is_private(&self) -> bool {
        self.after.base().kind_of(self.document.as_ref()) == GraphKind::Private
    }

    /// R61: what is open does not end in the past.
    fn is_closed_or_to_come(&self) -> bool {
        let triples = self.triples();
        let mut statuses = nodes(&triples, self.document.as_ref(), cs::STATUS);
        !statuses.any(|status| status.as_ref() == supply_status::OPEN)
            || !values(&triples, self.document.as_ref(), vf::HAS_END).any(|end| self.is_past(end))
    }

    /// R62: a need under a pseudonym does not say whose it is, where others read it.
    fn keeps_its_pseudonym(&self) -> bool {
        let triples = self.triples();
        let mut disclosures = nodes(&triples, self.document.as_ref(), cs::DISCLOSURE);
        !disclosures.any(|how| how.as_ref() == disclosure::PSEUDONYMOUS)
            || values(&triples, self.document.as_ref(), cs::NEEDER).next().is_none()
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
