//! Needs and offers, and the wealth that neighbours exchange, gathered in matrices.

use super::World;
use super::document::{Document, concept, date, decimal, term};
use oxrdf::{Literal, NamedNode};
use std::collections::BTreeSet;

const MODES: [&str; 5] = ["don", "pret", "troc", "mutualisation", "contribution"];
const QUALITIES: [&str; 5] = ["satisfaction", "epanouissement", "joie", "motivation", "penibilite"];
const ACTIONS: [&str; 4] = ["transfer", "deliverService", "use", "cite"];

/// The two sides of the catalogue.
#[derive(Clone, Copy)]
enum Side {
    Need,
    Offer,
}

impl World<'_> {
    pub(super) fn proposals(&mut self, index: usize) {
        for number in 0..self.draw.poisson(1.5) {
            self.proposal(index, number, Side::Need);
        }
        for number in 0..self.draw.poisson(1.2) {
            self.proposal(index, number, Side::Offer);
        }
    }

    fn proposal(&mut self, index: usize, number: usize, side: Side) {
        let (container, class, party, purpose, names) = match side {
            Side::Need => ("needs", "cs:Need", "cs:needer", "vf:request", ["Besoin", "Need"]),
            Side::Offer => ("offers", "cs:Offer", "cs:offerer", "vf:offer", ["Offre", "Offer"]),
        };
        let slug = format!("synthese-{index}-{number}");
        let names = names.map(|name| format!("{name} {index}-{number}"));
        let names = [names[0].as_str(), names[1].as_str()];
        let classes = [class, "vf:Proposal", "pair:Resource"];
        let mut proposal = self.document(container, &slug, &classes, names);
        let specification = self.draw.zipf(self.grammar.specifications.len());
        let commune = &self.communes[self.organizations[index].commune];
        proposal.has(party, self.node(&self.organizations[index].path));
        proposal.has("vf:purpose", term(purpose));
        proposal.has("cs:inTerritory", self.node(&commune.path));
        proposal.has("cs:specification", self.grammar.specifications[specification].clone());
        let disclosure = if self.draw.chance(0.9) { "public" } else { "membres" };
        proposal.has("cs:disclosure", concept("divulgation", disclosure));
        let status = if self.draw.chance(0.8) { "ouvert" } else { "satisfait" };
        proposal.has("cs:status", concept("statut-offre-besoin", status));
        let mode = *self.draw.pick(&MODES);
        proposal.has("cs:exchangeMode", concept("mode-echange", mode));
        proposal.has("cs:maxDistanceKm", Literal::from(10 * self.draw.between(1, 5)));
        let (kind, unit) = self.wealth();
        proposal.has("cs:wealthKind", kind);
        if self.draw.chance(0.5) {
            self.measure(&mut proposal, "cs:quantity", unit);
        }
        self.emit(proposal);
    }

    /// A kind of wealth and a unit that measures it.
    fn wealth(&mut self) -> (NamedNode, NamedNode) {
        let (kind, units) = &self.grammar.wealth[self.draw.index(self.grammar.wealth.len())];
        (kind.clone(), units[self.draw.index(units.len())].clone())
    }

    fn measure(&mut self, of: &mut Document, property: &str, unit: NamedNode) {
        let measure = of.part("mesure", "vf:Measure");
        of.has(property, measure.clone());
        of.of(&measure, "om:hasNumericalValue", decimal(self.draw.between(1, 400)));
        of.of(&measure, "om:hasUnit", unit);
    }

    /// What an organisation gave its neighbours over the year.
    pub(super) fn matrix(&mut self, index: usize) {
        let partners: Vec<usize> =
            (0..self.draw.poisson(6.0)).filter_map(|_| self.neighbour(index)).collect();
        let stakeholders: BTreeSet<usize> = partners.iter().copied().chain([index]).collect();
        if stakeholders.len() < 2 {
            return;
        }
        let names = [format!("Matrice {index}"), format!("Matrix {index}")];
        let slug = format!("synthese-{index}");
        let names = [names[0].as_str(), names[1].as_str()];
        let classes = ["cs:WealthMatrix", "pair:Document"];
        let mut matrix = self.document("matrices", &slug, &classes, names);
        let commune = &self.communes[self.organizations[index].commune];
        matrix.has("cs:matrixContext", self.node(&commune.path));
        for stakeholder in stakeholders {
            matrix.has("cs:stakeholder", self.node(&self.organizations[stakeholder].path));
        }
        let period = matrix.part("periode", "dc:PeriodOfTime");
        matrix.has("cs:period", period.clone());
        matrix.of(&period, "schema:startDate", date("2026-01-01"));
        matrix.of(&period, "schema:endDate", date("2026-12-31"));
        matrix.has("cs:status", concept("statut-matrice", "ouverte"));
        let gathers = matrix.iri.clone();
        self.emit(matrix);
        for (number, partner) in partners.into_iter().enumerate() {
            self.flow(&gathers, index, partner, number);
        }
    }

    fn flow(&mut self, matrix: &NamedNode, provider: usize, receiver: usize, number: usize) {
        let realised = self.draw.chance(0.7);
        let class = if realised { "vf:EconomicEvent" } else { "vf:Commitment" };
        let names = [format!("Flux {provider}-{number}"), format!("Flow {provider}-{number}")];
        let slug = format!("synthese-{provider}-{number}");
        let names = [names[0].as_str(), names[1].as_str()];
        let mut flow = self.document("flows", &slug, &["cs:WealthFlow", class], names);
        let ends = [provider, receiver].map(|end| self.node(&self.organizations[end].path));
        let [gives, receives] = ends;
        flow.has("cs:inMatrix", matrix.clone());
        flow.has("vf:provider", gives.clone());
        flow.has("vf:receiver", receives.clone());
        flow.has("vf:action", term(&format!("vf:{}", self.draw.pick(&ACTIONS))));
        let state = if realised { "realise" } else { "prevu" };
        flow.has("cs:flowState", concept("statut-flux", state));
        let month = self.draw.between(1, 12);
        flow.has("vf:hasPointInTime", date(&format!("2026-{month:02}-10")));
        let (kind, unit) = self.wealth();
        flow.has("cs:wealthKind", kind);
        self.measure(&mut flow, "vf:resourceQuantity", unit);
        if realised && self.draw.chance(0.7) {
            flow.has("cs:confirmedBy", gives);
            flow.has("cs:confirmedBy", receives);
        }
        if realised && self.draw.chance(0.5) {
            let rating = flow.part("appreciation", "cs:Rating");
            flow.has("cs:rating", rating.clone());
            let quality = *self.draw.pick(&QUALITIES);
            flow.of(&rating, "cs:ratingDimension", concept("qualite", quality));
            flow.of(&rating, "cs:ratingValue", Literal::from(self.draw.between(-2, 2)));
            flow.of(&rating, "cs:ratedAs", Literal::new_simple_literal("receiver"));
        }
        self.emit(flow);
    }
}
