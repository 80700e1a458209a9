//! Organisations, where they are, the ecosystem that they belong to, and their events.

use super::document::{concept, date, french};
use super::{Organization, World};
use codesocial_rdf::vocab::geo;
use oxrdf::Literal;

/// Kinds of actor with their share, and what such an actor is called in French and in English.
const KINDS: [(&str, f64, [&str; 2]); 6] = [
    ("association", 0.40, ["Association", "Association"]),
    ("entreprise", 0.25, ["Atelier", "Workshop"]),
    ("collectivite", 0.10, ["Syndicat", "Local authority"]),
    ("tiers-lieu", 0.10, ["Tiers-lieu", "Third place"]),
    ("projet-de-recherche", 0.10, ["Projet", "Project"]),
    ("communaute", 0.05, ["Collectif", "Collective"]),
];

const NAMES: [[&str; 2]; 16] = [
    ["du Verger", "Orchard"],
    ["de la Fontaine", "Fountain"],
    ["des Tilleuls", "Lime Trees"],
    ["du Moulin", "Mill"],
    ["de la Clairière", "Clearing"],
    ["du Vieux Pont", "Old Bridge"],
    ["des Hirondelles", "Swallows"],
    ["de la Source", "Spring"],
    ["du Lavoir", "Washhouse"],
    ["des Quatre Chemins", "Four Ways"],
    ["de la Haie vive", "Quickset Hedge"],
    ["du Grand Chêne", "Great Oak"],
    ["des Coteaux", "Hillsides"],
    ["de la Forge", "Forge"],
    ["du Marais", "Marsh"],
    ["des Semeurs", "Sowers"],
];

pub(super) const ECOSYSTEM: &str = "ecosystems/synthese";
const EVENTS: [(&str, [&str; 2]); 4] = [
    ("atelier", ["Atelier", "Workshop"]),
    ("webinaire", ["Webinaire", "Webinar"]),
    ("formation", ["Formation", "Training"]),
    ("assemblee", ["Assemblée", "Assembly"]),
];
/// One degree of latitude in kilometres.
const DEGREE_KM: f64 = 111.195;
/// How far from the centre of its commune an organisation may lie.
const JITTER_KM: f64 = 2.0;

impl World<'_> {
    /// Draws who there is, and in which commune: the larger, the more.
    pub(super) fn settle(&mut self) {
        for number in 0..self.order.organizations {
            let populations = self.communes.iter().map(|commune| commune.population);
            let commune = self.draw.weighted(populations);
            let standing = 2.0 * self.draw.unit() - 1.0;
            self.organizations.push(Organization {
                path: format!("organizations/synthese-{number}"),
                name: String::new(),
                commune,
                intentions: Vec::new(),
                standing,
            });
        }
    }

    /// What they all belong to, with an intention that any of them may serve.
    pub(super) fn ecosystem(&mut self) {
        let names = ["Écosystème de synthèse", "Synthetic ecosystem"];
        let mut ecosystem =
            self.document("ecosystems", "synthese", &["pair:Ecosystem", "as:Group"], names);
        for organization in &self.organizations {
            ecosystem.has("pair:hasPart", self.node(&organization.path));
        }
        self.emit(ecosystem);
        self.shared_description();
    }

    pub(super) fn organization(&mut self, index: usize) {
        let (kind, _, [fr, en]) = KINDS[self.draw.weighted(KINDS.iter().map(|(_, w, _)| *w))];
        let [name_fr, name_en] = *self.draw.pick(&NAMES);
        let names = [format!("{fr} {name_fr} {index}"), format!("{name_en} {en} {index}")];
        let slug = format!("synthese-{index}");
        let classes = [
            "pair:Organization",
            "org:Organization",
            "foaf:Organization",
            "vf:Organization",
            "as:Organization",
        ];
        let names = [names[0].as_str(), names[1].as_str()];
        let mut organization = self.document("organizations", &slug, &classes, names);
        let commune = self.communes[self.organizations[index].commune].clone();
        organization.has("pair:hasType", concept("type-acteur", kind));
        organization.has("cs:inscriptionStatus", concept("statut-inscription", "non-inscrit"));
        organization.has("cs:inTerritory", self.node(&commune.path));
        organization.has("pair:hasLocation", self.node(&format!("places/{slug}")));
        organization.has("pair:partOf", self.node(ECOSYSTEM));
        organization.has("pair:homePage", term_iri(&format!("https://{slug}.example/")));
        for _ in 0..self.draw.between(0, 2) {
            let theme = self.draw.pick(&self.grammar.themes).clone();
            organization.has("cs:seeksTheme", theme);
        }
        self.organizations[index].name = names[0].to_owned();
        self.emit(organization);
        self.place(&slug, &commune);
    }

    fn place(&mut self, slug: &str, commune: &super::Commune) {
        let classes = ["pair:PhysicalPlace", "vf:SpatialThing", "geo:Feature"];
        let name = commune.name.as_str();
        let mut place = self.document("places", slug, &classes, [name, name]);
        // Uniform over the disc.
        let angle = self.draw.unit() * std::f64::consts::TAU;
        let distance = JITTER_KM * self.draw.unit().sqrt();
        let latitude = commune.latitude + distance * angle.sin() / DEGREE_KM;
        let longitude = commune.longitude
            + distance * angle.cos() / (DEGREE_KM * commune.latitude.to_radians().cos());
        let point = place.part("point", "geo:Geometry");
        let wkt = format!("POINT({longitude:.4} {latitude:.4})");
        place.has("cs:inTerritory", self.node(&commune.path));
        place.has("geo:hasGeometry", point.clone());
        place.has("cs:precision", Literal::new_simple_literal("commune"));
        place.of(&point, "geo:asWKT", Literal::new_typed_literal(wkt, geo::WKT_LITERAL));
        self.emit(place);
    }

    pub(super) fn events(&mut self) {
        for number in 0..self.organizations.len().div_ceil(10) {
            let (kind, [fr, en]) = *self.draw.pick(&EVENTS);
            let host = self.draw.index(self.organizations.len());
            let names = [format!("{fr} {number}"), format!("{en} {number}")];
            let slug = format!("synthese-{number}");
            let names = [names[0].as_str(), names[1].as_str()];
            let mut event = self.document("events", &slug, &["pair:Event", "as:Event"], names);
            let (month, day) = (self.draw.between(1, 12), self.draw.between(1, 27));
            event.has("pair:hasType", concept("type-evenement", kind));
            event.has("pair:startDate", date(&format!("2026-{month:02}-{day:02}")));
            event.has("pair:endDate", date(&format!("2026-{month:02}-{:02}", day + 1)));
            event.has("pair:hasLocation", self.node(&format!("places/synthese-{host}")));
            let commune = &self.communes[self.organizations[host].commune];
            event.has("cs:inTerritory", self.node(&commune.path));
            event.has("pair:comment", french("Un rendez-vous inventé, pour essayer."));
            self.emit(event);
        }
    }

    /// Another organisation than that one, near it: the chance decays with the distance.
    pub(super) fn neighbour(&mut self, index: usize) -> Option<usize> {
        if self.organizations.len() < 2 {
            return None;
        }
        let here = self.communes[self.organizations[index].commune].clone();
        let decay = self.communes.iter().map(|there| {
            // Within a commune one meets anyone.
            (there.population * (-distance_km(&here, there) / 15.0).exp()).max(f64::MIN_POSITIVE)
        });
        let weights: Vec<f64> = decay.collect();
        for _ in 0..16 {
            let commune = self.draw.weighted(weights.iter().copied());
            let other = self.draw.index(self.organizations.len());
            let start =
                (0..self.organizations.len()).map(|n| (other + n) % self.organizations.len());
            let mut there = start.filter(|n| self.organizations[*n].commune == commune);
            if let Some(found) = there.find(|n| *n != index) {
                return Some(found);
            }
        }
        Some((index + 1) % self.organizations.len())
    }
}

fn term_iri(iri: &str) -> oxrdf::NamedNode {
    oxrdf::NamedNode::new_unchecked(iri)
}

/// The distance on the ground, as a plane takes it over short ways.
fn distance_km(one: &super::Commune, other: &super::Commune) -> f64 {
    let north = (one.latitude - other.latitude) * DEGREE_KM;
    let east = (one.longitude - other.longitude) * DEGREE_KM * one.latitude.to_radians().cos();
    north.hypot(east)
}
