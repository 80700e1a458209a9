//! #CodeSocial of any state of completion, the intentions that they express, the actions that
//! answer them, and what neighbours think of both.

use super::World;
use super::actors::ECOSYSTEM;
use super::document::{Document, concept, date, french};
use oxrdf::{Literal, NamedNode};

const SECTIONS: [&str; 9] = [
    "recit",
    "raison-detre",
    "artistique-culturel",
    "economique",
    "ecologique",
    "social-humain",
    "technologique",
    "juridique-financier",
    "gouvernance",
];
const FACETS: [&str; 4] = ["mission", "reve", "enjeu", "defi"];
const HORIZONS: [&str; 3] = ["court", "moyen", "long"];
const STRENGTHS: [(&str, f64); 3] =
    [("aspiration", 0.4), ("orientation", 0.4), ("engagement", 0.2)];
const STATES: [(&str, f64); 4] =
    [("a-faire", 0.35), ("en-cours", 0.35), ("fait", 0.2), ("abandonnee", 0.1)];
const VERBS: [&str; 6] = ["Partager", "Entretenir", "Ouvrir", "Relier", "Transmettre", "Soigner"];
const THINGS: [&str; 8] = [
    "les savoirs du lieu",
    "les machines de l'atelier",
    "la forêt communale",
    "les semences",
    "les récits des habitants",
    "les chemins",
    "l'eau",
    "les comptes",
];
const SENTENCE: &str = "Ce texte est inventé : il tient la place de ce qu'une organisation dirait \
    d'elle-même, avec assez de mots pour qu'une section soit remplie.";
/// The intention of the ecosystem that any member may serve.
const SHARED: &str = "intentions/synthese-commune";

/// How far a description has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Empty,
    Partial,
    Full,
}

impl World<'_> {
    /// The #CodeSocial of the ecosystem: a draft with one section and one intention.
    pub(super) fn shared_description(&mut self) {
        let names = ["#CodeSocial de l'écosystème", "#CodeSocial of the ecosystem"];
        let about = self.node(ECOSYSTEM);
        let mut shared = self.code_social("synthese", about, "brouillon", names);
        section(&mut shared, "social-humain");
        let expressed = shared.iri.clone();
        self.emit(shared);
        self.intention("synthese-commune", &expressed, "social-humain");
    }

    /// The #CodeSocial of an organisation, if it has one, with its intentions.
    pub(super) fn description(&mut self, index: usize) {
        if !self.draw.chance(0.7) {
            return;
        }
        let stage = [Stage::Empty, Stage::Partial, Stage::Full]
            [self.draw.weighted([0.2, 0.5, 0.3].into_iter())];
        // A circle needs two members.
        let stage = if self.organizations.len() < 2 { Stage::Empty } else { stage };
        let slug = format!("synthese-{index}");
        let status = if stage == Stage::Full { "publie" } else { "brouillon" };
        let name = self.organizations[index].name.clone();
        let names = [format!("#CodeSocial : {name}"), format!("#CodeSocial: {name}")];
        let about = self.node(&self.organizations[index].path);
        let names = [names[0].as_str(), names[1].as_str()];
        let mut description = self.code_social(&slug, about, status, names);
        let kinds: Vec<&str> = match stage {
            Stage::Empty => Vec::new(),
            Stage::Partial => {
                SECTIONS[2..].iter().copied().take(self.draw.between(2, 5) as usize).collect()
            }
            Stage::Full => SECTIONS.to_vec(),
        };
        for kind in &kinds {
            section(&mut description, kind);
        }
        if stage == Stage::Full {
            purposes(&mut description);
            let circle = self.node(&format!("groups/synthese-cercle-{index}"));
            governance(&mut description, circle);
        }
        let expressed = description.iri.clone();
        self.emit(description);
        if stage == Stage::Full {
            self.circle(index);
        }
        if kinds.is_empty() {
            return;
        }
        for number in 0..self.draw.between(3, 12) {
            let kind = kinds[self.draw.index(kinds.len())];
            let slug = format!("synthese-{index}-{number}");
            self.intention(&slug, &expressed, kind);
            self.organizations[index].intentions.push(format!("intentions/{slug}"));
        }
    }

    fn code_social(
        &self,
        slug: &str,
        about: NamedNode,
        status: &str,
        names: [&str; 2],
    ) -> Document {
        let classes = ["cs:CodeSocial", "pair:Document", "prov:Entity", "schema:CreativeWork"];
        let mut description = self.document("codesocials", slug, &classes, names);
        description.has("cs:describes", about);
        description.has("cs:status", concept("statut-codesocial", status));
        description.has("dc:license", concept("licence", "cc-by-sa-4.0"));
        description
    }

    fn intention(&mut self, slug: &str, expressed_in: &NamedNode, kind: &str) {
        let name = format!("{} {}", self.draw.pick(&VERBS), self.draw.pick(&THINGS));
        let names = [name.as_str(), name.as_str()];
        let classes = ["cs:Intention", "pair:Intention"];
        let mut intention = self.document("intentions", slug, &classes, names);
        let section = NamedNode::new_unchecked(format!("{}#{kind}", expressed_in.as_str()));
        let strength = STRENGTHS[self.draw.weighted(STRENGTHS.iter().map(|(_, w)| *w))].0;
        intention.has("cs:expressedIn", section);
        intention.has("cs:commitment", concept("engagement", strength));
        let horizon = *self.draw.pick(&HORIZONS);
        intention.has("cs:horizon", concept("horizon", horizon));
        if strength == "engagement" {
            let month = self.draw.between(1, 12);
            intention.has("pair:dueDate", date(&format!("2027-{month:02}-01")));
        }
        if self.draw.chance(0.5) {
            intention.has("dc:subject", self.draw.pick(&self.grammar.themes).clone());
        }
        self.emit(intention);
    }

    fn circle(&mut self, index: usize) {
        let name = format!("Cercle {index}");
        let names = [name.as_str(), &format!("Circle {index}")];
        let classes = ["cs:Circle", "pair:Group", "as:Group"];
        let circle = self.document("groups", &format!("synthese-cercle-{index}"), &classes, names);
        let of = circle.iri.clone();
        self.emit(circle);
        for member in [index, (index + 1) % self.organizations.len()] {
            let slug = format!("synthese-{index}-{member}");
            let name = format!("Appartenance {index}-{member}");
            let names = [name.as_str(), &format!("Membership {index}-{member}")];
            let classes = ["pair:MembershipAssociation", "org:Membership"];
            let mut membership = self.document("membership-associations", &slug, &classes, names);
            membership.has("pair:membershipActor", self.node(&self.organizations[member].path));
            membership.has("pair:membershipOrganization", of.clone());
            membership.has("pair:membershipRole", concept("role", "membre"));
            self.emit(membership);
        }
    }

    /// Half as many to three times as many actions as intentions; a tenth serves the ecosystem's.
    pub(super) fn actions(&mut self, index: usize) {
        let intentions = self.organizations[index].intentions.clone();
        let count = (intentions.len() as f64 * (0.5 + 2.5 * self.draw.unit())) as usize;
        for number in 0..count {
            let realised = if self.draw.chance(0.1) {
                SHARED.to_owned()
            } else {
                self.draw.pick(&intentions).clone()
            };
            let slug = format!("synthese-{index}-{number}");
            self.action(index, &slug, &realised);
            for assessment in 0..self.draw.between(0, 6) {
                self.assessment(index, &slug, &realised, assessment as usize);
            }
        }
    }

    fn action(&mut self, index: usize, slug: &str, realised: &str) {
        let name = format!("{} {}", self.draw.pick(&VERBS), self.draw.pick(&THINGS));
        let classes = ["cs:Action", "pair:Task", "prov:Activity"];
        let mut action = self.document("actions", slug, &classes, [&name, &name]);
        let state = STATES[self.draw.weighted(STATES.iter().map(|(_, w)| *w))].0;
        let progress = match state {
            "a-faire" => 0,
            "fait" => 100,
            _ => self.draw.between(1, 99),
        };
        action.has("cs:carriedBy", self.node(&self.organizations[index].path));
        action.has("cs:realises", self.node(realised));
        action.has("cs:actionStatus", concept("statut-action", state));
        action.has("cs:progress", Literal::from(progress));
        let month = self.draw.between(1, 11);
        action.has("pair:startDate", date(&format!("2026-{month:02}-01")));
        action.has("pair:endDate", date(&format!("2026-{:02}-15", month + 1)));
        match state {
            "fait" => {
                let proof = action.part("preuve", "foaf:Document");
                action.has("cs:evidence", proof);
            }
            "abandonnee" => action.has("pair:comment", french("Le temps a manqué.")),
            _ => {}
        }
        self.emit(action);
    }

    fn assessment(&mut self, index: usize, action: &str, realised: &str, number: usize) {
        // Assessors are distinct: each judges an action once, and nobody their own.
        let ahead = 1 + number * 7;
        if ahead >= self.organizations.len() {
            return;
        }
        let assessor = (index + ahead) % self.organizations.len();
        let name = format!("Appréciation {action}-{number}");
        let names = [name.as_str(), &format!("Assessment {action}-{number}")];
        let classes = ["cs:CoherenceAssessment", "prov:Entity"];
        let slug = format!("{action}-{number}");
        let mut assessment = self.document("assessments", &slug, &classes, names);
        let score = 2.0 * self.organizations[index].standing + 2.0 * self.draw.unit() - 1.0;
        assessment.has("cs:assessedAction", self.node(&format!("actions/{action}")));
        assessment.has("cs:assessedIntention", self.node(realised));
        assessment.has("cs:coherenceScore", Literal::from(score.round().clamp(-2.0, 2.0) as i64));
        assessment.has("dc:creator", self.node(&self.organizations[assessor].path));
        assessment.has("cs:justification", french("Une appréciation inventée."));
        self.emit(assessment);
    }
}

fn section(description: &mut Document, kind: &str) {
    let section = description.part(kind, "cs:Section");
    let own = description.iri.clone();
    description.has("cs:hasSection", section.clone());
    description.of(&section, "rdf:type", super::document::term("prov:Entity"));
    description.of(&section, "cs:sectionOf", own);
    description.of(&section, "cs:sectionKind", concept("section", kind));
    description.of(&section, "cs:body", french(SENTENCE));
    description.of(&section, "cs:keyPrinciple", french("Dire ce que l'on fait."));
}

fn purposes(description: &mut Document) {
    let section = NamedNode::new_unchecked(format!("{}#raison-detre", description.iri.as_str()));
    for facet in FACETS {
        for horizon in HORIZONS {
            let statement = description.part(&format!("{facet}-{horizon}"), "cs:PurposeStatement");
            description.of(&section, "cs:statement", statement.clone());
            description.of(&statement, "cs:facet", concept("facette", facet));
            description.of(&statement, "cs:horizon", concept("horizon", horizon));
            description.of(&statement, "cs:text", french("Un énoncé inventé."));
        }
    }
}

fn governance(description: &mut Document, circle: NamedNode) {
    let section = NamedNode::new_unchecked(format!("{}#gouvernance", description.iri.as_str()));
    let period = Literal::new_typed_literal("P1Y", codesocial_rdf::vocab::xsd::DURATION);
    description.of(&section, "cs:circle", circle);
    description.of(&section, "cs:decisionMode", concept("mode-decision", "consentement"));
    description.of(&section, "cs:reviewPeriod", period);
    description.of(&section, "cs:amendmentRule", french("Par consentement du cercle."));
}
