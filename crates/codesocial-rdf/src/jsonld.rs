//! Writing JSON-LD: one tree per document, under a given context.
//!
//! The tree holds exactly the document's triples: expanding it gives them back. Parts of the
//! document (its fragments and blank nodes) are embedded where they are first named; parts that
//! nothing names stand under `@included`.
//! <https://www.w3.org/TR/json-ld11/>

use crate::vocab::{rdf, xsd};
use oxrdf::{Literal, NamedOrBlankNode, Term, Triple};
use serde_json::{Map, Value, json};
use std::collections::{HashMap, HashSet};

/// How deeply parts are embedded in each other; deeper ones stand beside the tree.
pub const EMBED_DEPTH_MAX: usize = 4;

/// A JSON-LD context read for compaction: which key and which value form each property gets.
pub struct Compaction {
    terms: HashMap<String, TermDefinition>,
    prefixes: Vec<(String, String)>,
}

struct TermDefinition {
    key: String,
    /// `@id`, a datatype's IRI, or nothing.
    coercion: Option<String>,
    always_array: bool,
}

impl Compaction {
    /// Reads `{"@context": {…}}`: prefixes, terms and `@type` coercions of absolute or prefixed IRIs.
    /// Other features of contexts are not used by ours.
    pub fn new(context: &str) -> Result<Self, serde_json::Error> {
        let document: Value = serde_json::from_str(context)?;
        let empty = Map::new();
        let entries = document["@context"].as_object().unwrap_or(&empty);
        let mut prefixes: Vec<(String, String)> = entries
            .iter()
            .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
            .filter(|(key, iri)| !key.starts_with('@') && iri.ends_with(['#', '/', ':']))
            .collect();
        // The longest namespace is the most telling one.
        prefixes.sort_by_key(|(_, iri)| std::cmp::Reverse(iri.len()));
        let expand = |name: &str| match name.split_once(':') {
            Some((prefix, local)) => prefixes
                .iter()
                .find(|(known, _)| known == prefix)
                .map_or_else(|| name.to_owned(), |(_, namespace)| format!("{namespace}{local}")),
            None => name.to_owned(),
        };
        let mut terms = HashMap::new();
        for (key, value) in entries {
            let (id, definition) = match value {
                Value::Object(definition) => {
                    (definition.get("@id").and_then(Value::as_str).unwrap_or(key), definition)
                }
                Value::String(id) if !id.starts_with('@') && !key.starts_with('@') => {
                    (id.as_str(), &empty)
                }
                _ => continue,
            };
            let coercion = definition.get("@type").and_then(Value::as_str).map(|name| match name {
                "@id" => name.to_owned(),
                name => expand(name),
            });
            let always_array = definition.get("@container").and_then(Value::as_str) == Some("@set");
            terms.insert(expand(id), TermDefinition { key: key.clone(), coercion, always_array });
        }
        Ok(Self { terms, prefixes })
    }

    /// The tree of `document`, without `@context`. Skolem IRIs must be blank nodes already.
    pub fn tree(&self, document: &str, triples: &[Triple]) -> Map<String, Value> {
        let mut tree = Tree::new(self, triples);
        let mut node = tree.node(&Subject::Iri(document), 0);
        let mut included = Vec::new();
        while let Some(subject) = tree.next_unwritten() {
            included.push(Value::Object(tree.node(&subject, 0)));
        }
        if !included.is_empty() {
            node.insert("@included".to_owned(), Value::Array(included));
        }
        node
    }

    /// The key of a property.
    fn key(&self, predicate: &str) -> String {
        self.terms.get(predicate).map_or_else(|| self.name(predicate), |term| term.key.clone())
    }

    /// The compact form of a class or property without a term.
    fn name(&self, iri: &str) -> String {
        self.prefixes
            .iter()
            .find_map(|(prefix, namespace)| {
                let local = iri.strip_prefix(namespace.as_str())?;
                (!local.is_empty() && !local.starts_with('/')).then(|| format!("{prefix}:{local}"))
            })
            .unwrap_or_else(|| iri.to_owned())
    }

    fn literal(&self, predicate: &str, literal: &Literal) -> Value {
        let coercion = self.terms.get(predicate).and_then(|term| term.coercion.as_deref());
        let value = literal.value();
        if let Some(language) = literal.language() {
            return json!({"@value": value, "@language": language});
        }
        let datatype = literal.datatype();
        match coercion {
            Some(coerced) if coerced == datatype.as_str() => json!(value),
            None if datatype == xsd::STRING => json!(value),
            None => native(value, datatype.as_str())
                .unwrap_or_else(|| json!({"@value": value, "@type": self.name(datatype.as_str())})),
            Some(_) if datatype == xsd::STRING => json!({"@value": value}),
            Some(_) => json!({"@value": value, "@type": self.name(datatype.as_str())}),
        }
    }
}

/// The JSON boolean or number that expands to exactly this literal.
fn native(value: &str, datatype: &str) -> Option<Value> {
    if datatype == xsd::BOOLEAN.as_str() {
        return matches!(value, "true" | "false").then(|| json!(value == "true"));
    }
    if datatype == xsd::INTEGER.as_str() {
        let number: i32 = value.parse().ok()?;
        return (number.to_string() == value).then(|| json!(number));
    }
    None
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Subject<'a> {
    Iri(&'a str),
    Blank(&'a str),
}

struct Tree<'a> {
    compaction: &'a Compaction,
    order: Vec<Subject<'a>>,
    triples: HashMap<Subject<'a>, Vec<&'a Triple>>,
    written: HashSet<Subject<'a>>,
}

impl<'a> Tree<'a> {
    fn new(compaction: &'a Compaction, triples: &'a [Triple]) -> Self {
        let mut order = Vec::new();
        let mut by_subject: HashMap<Subject<'a>, Vec<&'a Triple>> = HashMap::new();
        for triple in triples {
            let subject = match &triple.subject {
                NamedOrBlankNode::NamedNode(node) => Subject::Iri(node.as_str()),
                NamedOrBlankNode::BlankNode(node) => Subject::Blank(node.as_str()),
            };
            let of_subject = by_subject.entry(subject).or_insert_with(|| {
                order.push(subject);
                Vec::new()
            });
            of_subject.push(triple);
        }
        Self { compaction, order, triples: by_subject, written: HashSet::new() }
    }

    fn next_unwritten(&self) -> Option<Subject<'a>> {
        self.order.iter().find(|subject| !self.written.contains(subject)).copied()
    }

    fn node(&mut self, subject: &Subject<'a>, depth: usize) -> Map<String, Value> {
        self.written.insert(*subject);
        let mut node = Map::new();
        node.insert("id".to_owned(), json!(id(*subject)));
        let triples = self.triples.get(subject).cloned().unwrap_or_default();
        for triple in triples {
            if triple.predicate == rdf::TYPE
                && let Term::NamedNode(class) = &triple.object
            {
                push(&mut node, "type", json!(self.compaction.name(class.as_str())), false);
                continue;
            }
            let predicate = triple.predicate.as_str();
            let value = self.value(predicate, &triple.object, depth);
            let term = self.compaction.terms.get(predicate);
            let always_array = term.is_some_and(|term| term.always_array);
            push(&mut node, &self.compaction.key(predicate), value, always_array);
        }
        node
    }

    fn value(&mut self, predicate: &str, object: &'a Term, depth: usize) -> Value {
        let target = match object {
            Term::Literal(literal) => return self.compaction.literal(predicate, literal),
            Term::NamedNode(node) => Subject::Iri(node.as_str()),
            Term::BlankNode(node) => Subject::Blank(node.as_str()),
        };
        let embeds = depth < EMBED_DEPTH_MAX
            && self.triples.contains_key(&target)
            && !self.written.contains(&target);
        if embeds {
            return Value::Object(self.node(&target, depth + 1));
        }
        let coercion = self.compaction.terms.get(predicate).and_then(|t| t.coercion.as_deref());
        match coercion {
            Some("@id") => json!(id(target)),
            _ => json!({"id": id(target)}),
        }
    }
}

fn id(subject: Subject<'_>) -> String {
    match subject {
        Subject::Iri(iri) => iri.to_owned(),
        Subject::Blank(label) => format!("_:{label}"),
    }
}

/// Adds a value under a key: alone, or in an array once there are several.
fn push(node: &mut Map<String, Value>, key: &str, value: Value, always_array: bool) {
    match node.get_mut(key) {
        None if always_array => {
            node.insert(key.to_owned(), Value::Array(vec![value]));
        }
        None => {
            node.insert(key.to_owned(), value);
        }
        Some(Value::Array(values)) => values.push(value),
        Some(present) => {
            let first = present.take();
            *present = Value::Array(vec![first, value]);
        }
    }
}
