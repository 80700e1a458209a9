//! A synthetic registry of any size: the same request gives the same statements for ever.
//!
//! Everything in it is invented and says so (`cs:origin "synthetic"`, « (fictif) »). Persons are not
//! generated while accounts are closed. Documents leave one by one, in a stable order, so that a
//! registry of any size needs memory for its organisations only.

mod document;
mod faults;
mod grammar;
mod random;

mod actors;
mod descriptions;
mod exchanges;
mod knowledge;
mod recognition;

pub use document::Document;
pub use faults::Fault;

use grammar::{Commune, Grammar};
use random::Draw;
use std::collections::BTreeMap;

/// What to generate.
#[derive(Debug, Clone)]
pub struct Order {
    /// The root of the registry, with its final slash.
    pub root: String,
    pub area: Area,
    pub organizations: usize,
    pub seed: u64,
    /// The share of resources that break a rule, from 0 to 1.
    pub faults: f64,
}

/// Where the organisations are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    /// The Pays d'Issoire, whose EPCI code is 200070407.
    PaysDIssoire,
    /// The region whose INSEE code is 32.
    HautsDeFrance,
    Mixed,
}

/// What was generated.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Generated {
    /// Documents by container.
    pub documents: BTreeMap<&'static str, u64>,
    pub triples: u64,
    /// The rules that are broken on purpose, and where.
    pub faults: Vec<Fault>,
}

/// Generates the documents of an order, each given to `take` when it is complete.
pub fn generate<E>(
    order: &Order,
    take: &mut dyn FnMut(&Document) -> Result<(), E>,
) -> Result<Generated, E> {
    let mut failure = None;
    let mut sink = |document: &Document| {
        if failure.is_none() {
            failure = take(document).err();
        }
    };
    let mut world = World::new(order, &mut sink);
    world.populate();
    let generated = world.generated;
    failure.map_or(Ok(generated), Err)
}

impl Area {
    /// The official code, or a word.
    pub fn code(self) -> &'static str {
        match self {
            Self::PaysDIssoire => "200070407",
            Self::HautsDeFrance => "32",
            Self::Mixed => "mixed",
        }
    }

    fn holds(self, commune: &Commune) -> bool {
        let in_issoire = commune.code.starts_with("63");
        match self {
            Self::PaysDIssoire => in_issoire,
            Self::HautsDeFrance => !in_issoire,
            Self::Mixed => true,
        }
    }
}

/// An organisation, as far as others need to know it.
struct Organization {
    path: String,
    name: String,
    commune: usize,
    /// The documents of its intentions, relative to the root.
    intentions: Vec<String>,
    /// How well its actions are judged, from -1 to 1.
    standing: f64,
}

/// The registry in the making.
struct World<'a> {
    order: &'a Order,
    grammar: Grammar,
    communes: Vec<Commune>,
    organizations: Vec<Organization>,
    draw: Draw,
    sink: &'a mut dyn FnMut(&Document),
    /// Resources since the last fault.
    since_fault: u64,
    generated: Generated,
}

impl<'a> World<'a> {
    fn new(order: &'a Order, sink: &'a mut dyn FnMut(&Document)) -> Self {
        let grammar = Grammar::read();
        let communes: Vec<Commune> =
            grammar.communes.iter().filter(|c| order.area.holds(c)).cloned().collect();
        Self {
            order,
            grammar,
            communes,
            organizations: Vec::new(),
            draw: Draw::of_seed(order.seed),
            sink,
            since_fault: 0,
            generated: Generated::default(),
        }
    }

    fn populate(&mut self) {
        self.settle();
        self.ecosystem();
        for index in 0..self.organizations.len() {
            self.organization(index);
            self.description(index);
            self.actions(index);
            self.proposals(index);
        }
        for index in 0..self.organizations.len() {
            self.matrix(index);
        }
        self.recognise();
        self.seeds();
        self.controversies();
        self.events();
    }

    /// A document of a container, numbered.
    fn document(
        &self,
        container: &'static str,
        slug: &str,
        classes: &[&str],
        names: [&str; 2],
    ) -> Document {
        Document::new(&self.order.root, container, slug, classes, names)
    }

    /// The address of a path under the root.
    fn node(&self, path: &str) -> oxrdf::NamedNode {
        oxrdf::NamedNode::new_unchecked(format!("{}{path}", self.order.root))
    }

    /// Sends a document out, broken where it is its turn.
    fn emit(&mut self, mut document: Document) {
        self.since_fault += 1;
        if self.order.faults > 0.0
            && self.since_fault as f64 >= (1.0 / self.order.faults).ceil()
            && let Some(fault) = faults::insert(&mut document)
        {
            self.since_fault = 0;
            self.generated.faults.push(fault);
        }
        *self.generated.documents.entry(document.container).or_default() += 1;
        self.generated.triples += document.triples.len() as u64;
        (self.sink)(&document);
    }
}
