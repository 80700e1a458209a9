//! Knowledge seeds, and controversies with their positions, arguments and stances.

use super::World;
use super::document::{concept, date, french};
use oxrdf::{Literal, NamedNode};

const QUESTIONS: [&str; 6] = [
    "Comment partager l'eau ?",
    "Que faire des friches ?",
    "Qui entretient les chemins ?",
    "Comment transmettre un savoir-faire ?",
    "À quoi tient une fête ?",
    "Comment compter ce qui ne s'achète pas ?",
];
const STATES: [(&str, f64); 3] = [("collecte", 0.4), ("animation", 0.2), ("publiee", 0.4)];
const ARTICLE: &str = "Cet article est inventé. Il a la longueur que l'on demande à un texte qui \
    ouvre une graine : il dit d'où vient la question, ce que l'on en sait déjà, ce que l'on \
    ignore encore, et par où commencer. Il nomme ce qui fait débat sans trancher, renvoie à des \
    ressources et invite chacun à apporter ce qu'il sait, ce qu'il a vu et ce qu'il a essayé.";
const TEAM: &str = "groups/synthese-equipe";
const POSITIONS: [[&str; 2]; 3] = [["Oui", "Yes"], ["Non", "No"], ["Autrement", "Otherwise"]];
const STANCES: usize = 8;

impl World<'_> {
    /// One for twenty organisations, each built on the one before, animated by one team.
    pub(super) fn seeds(&mut self) {
        let names = ["Équipe d'animation de synthèse", "Synthetic animation team"];
        let classes = ["cs:AnimationTeam", "pair:Group", "as:Group"];
        let team = self.document("groups", "synthese-equipe", &classes, names);
        self.emit(team);
        for number in 0..self.organizations.len().div_ceil(20) {
            self.seed(number);
        }
    }

    fn seed(&mut self, number: usize) {
        let question = *self.draw.pick(&QUESTIONS);
        let slug = format!("synthese-{number}");
        let name = format!("{question} {number}");
        let classes = ["cs:KnowledgeSeed", "schema:LearningResource", "pair:Document"];
        let mut seed = self.document("seeds", &slug, &classes, [&name, &name]);
        let state = STATES[self.draw.weighted(STATES.iter().map(|(_, w)| *w))].0;
        seed.has("cs:question", french(question));
        seed.has("cs:status", concept("statut-graine", state));
        seed.has("cs:contextArticle", french(ARTICLE));
        seed.has("cs:animatedBy", self.node(TEAM));
        seed.has("dc:license", concept("licence", "cc-by-sa-4.0"));
        seed.has("dc:subject", self.draw.pick(&self.grammar.themes).clone());
        let link = seed.part("ressource", "cs:WebResource");
        seed.has("cs:hasWebResource", link.clone());
        let address = NamedNode::new_unchecked(format!("https://ressource.example/{number}"));
        seed.of(&link, "schema:url", address);
        if number > 0 && self.draw.chance(0.5) {
            let older = self.draw.index(number);
            seed.has("cs:buildsOn", self.node(&format!("seeds/synthese-{older}")));
        }
        self.emit(seed);
    }

    /// One for a hundred organisations.
    pub(super) fn controversies(&mut self) {
        for number in 0..self.organizations.len().div_ceil(100) {
            self.controversy(number);
        }
    }

    fn controversy(&mut self, number: usize) {
        let question = *self.draw.pick(&QUESTIONS);
        let name = format!("{question} {number}");
        let slug = format!("synthese-{number}");
        let classes = ["cs:Controversy", "ibis:Issue", "pair:Debate"];
        let mut controversy = self.document("controversies", &slug, &classes, [&name, &name]);
        controversy.has("cs:status", concept("statut-controverse", "en-debat"));
        let on = controversy.iri.clone();
        self.emit(controversy);
        let position = |world: &Self, place: usize| {
            world.node(&format!("positions/synthese-{number}-{place}"))
        };
        for (place, [fr, en]) in POSITIONS.iter().enumerate() {
            let slug = format!("synthese-{number}-{place}");
            let classes = ["cs:Position", "ibis:Position"];
            let mut document = self.document("positions", &slug, &classes, [fr, en]);
            document.has("ibis:responds-to", on.clone());
            match place {
                0 => document.has("cs:opposesPosition", position(self, 1)),
                1 => document.has("cs:opposesPosition", position(self, 0)),
                _ => {}
            }
            self.emit(document);
            self.arguments(number, place);
        }
        for stance in 0..STANCES.min(self.organizations.len()) {
            let actor = (number * STANCES + stance) % self.organizations.len();
            let place = self.draw.index(POSITIONS.len());
            self.stance(&format!("synthese-{number}-{stance}"), actor, position(self, place));
        }
    }

    /// A benefit that supports a position and a danger that opposes it.
    fn arguments(&mut self, number: usize, place: usize) {
        let target = self.node(&format!("positions/synthese-{number}-{place}"));
        for (relation, valence, fr, en) in [
            ("ibis:supports", "avantage", "Un avantage", "A benefit"),
            ("ibis:opposes", "danger", "Un danger", "A danger"),
        ] {
            let slug = format!("synthese-{number}-{place}-{valence}");
            let classes = ["cs:Argument", "ibis:Argument"];
            let mut argument = self.document("arguments", &slug, &classes, [fr, en]);
            argument.has(relation, target.clone());
            argument.has("cs:valence", concept("valence", valence));
            argument.has("cs:argumentKind", concept("type-argument", "experience"));
            self.emit(argument);
        }
    }

    fn stance(&mut self, slug: &str, actor: usize, position: NamedNode) {
        let names = [format!("Prise de position {slug}"), format!("Stance {slug}")];
        let names = [names[0].as_str(), names[1].as_str()];
        let classes = ["cs:Stance", "prov:Entity"];
        let mut stance = self.document("stances", slug, &classes, names);
        stance.has("cs:stanceActor", self.node(&self.organizations[actor].path));
        stance.has("cs:stancePosition", position);
        stance.has("cs:stanceValue", Literal::from(self.draw.between(-2, 2)));
        let month = self.draw.between(1, 12);
        stance.has("cs:since", date(&format!("2026-{month:02}-01")));
        self.emit(stance);
    }
}
