//! Writing JSON-LD: one tree per document, under a given context.
//!
//! The tree holds exactly the document's triples: expanding it gives them back. Parts of the
//! document (its fragments and blank nodes) are embedded where they are first named; parts that
//! nothing names stand under `@included`.
//! <https://www.w3.org/TR/json-ld11/>

use crate::vocab::{rdf, xsd};
use oxrdf::{Literal, NamedOrBlankNode, Term, Triple};
use serde_json::{Map, Value, json};
use std::collections::{BTreeSet, HashMap, HashSet};

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

    /// The tree of `document`. Skolem IRIs must be blank nodes already.
    ///
    /// It stands under the context that was read, with a `@context` of its own only where an IRI
    /// would be taken for a prefixed name: `geo:48.1,-1.7` where `geo` is a prefix.
    pub fn tree(&self, document: &str, triples: &[Triple]) -> Map<String, Value> {
        let mut tree = Tree::new(self, triples);
        let mut node = Map::new();
        if !tree.hidden.is_empty() {
            let hidden = tree.hidden.iter().map(|prefix| ((*prefix).to_owned(), Value::Null));
            node.insert("@context".to_owned(), Value::Object(hidden.collect()));
        }
        node.extend(tree.node(&Subject::Iri(document), 0));
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
    pub fn key(&self, predicate: &str) -> String {
        self.key_without(predicate, &BTreeSet::new())
    }

    fn key_without(&self, predicate: &str, hidden: &BTreeSet<&str>) -> String {
        let term = self.terms.get(predicate);
        term.map_or_else(|| self.name(predicate, hidden), |term| term.key.clone())
    }

    /// The compact form of a class or property without a term, by a prefix that is not hidden.
    fn name(&self, iri: &str, hidden: &BTreeSet<&str>) -> String {
        self.prefixes
            .iter()
            .filter(|(prefix, _)| !hidden.contains(prefix.as_str()))
            .find_map(|(prefix, namespace)| {
                let local = iri.strip_prefix(namespace.as_str())?;
                (!local.is_empty() && !local.starts_with('/')).then(|| format!("{prefix}:{local}"))
            })
            .unwrap_or_else(|| iri.to_owned())
    }

    /// The prefix that an IRI seems to have, because its scheme is called so.
    /// <https://www.w3.org/TR/json-ld11-api/#iri-expansion>
    fn seeming_prefix(&self, iri: &str) -> Option<&str> {
        let (scheme, rest) = iri.split_once(':')?;
        let (prefix, _) = self.prefixes.iter().find(|(prefix, _)| prefix == scheme)?;
        (!rest.starts_with("//")).then_some(prefix)
    }

    fn literal(&self, predicate: &str, literal: &Literal, hidden: &BTreeSet<&str>) -> Value {
        let coercion = self.terms.get(predicate).and_then(|term| term.coercion.as_deref());
        let value = literal.value();
        if let Some(language) = literal.language() {
            return json!({"@value": value, "@language": language});
        }
        let datatype = literal.datatype();
        let typed = || json!({"@value": value, "@type": self.name(datatype.as_str(), hidden)});
        match coercion {
            Some(coerced) if coerced == datatype.as_str() => json!(value),
            None if datatype == xsd::STRING => json!(value),
            None => native(value, datatype.as_str()).unwrap_or_else(typed),
            Some(_) if datatype == xsd::STRING => json!({"@value": value}),
            Some(_) => typed(),
        }
    }
}

/// A tree as a document of its own, under the context that it was made for.
pub fn under(context: Value, mut tree: Map<String, Value>) -> Map<String, Value> {
    let context = match (context, tree.shift_remove("@context")) {
        (context, None) => context,
        (Value::Array(mut contexts), Some(own)) => {
            contexts.push(own);
            Value::Array(contexts)
        }
        (context, Some(own)) => json!([context, own]),
    };
    let mut document = Map::from_iter([("@context".to_owned(), context)]);
    document.extend(tree);
    document
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
    /// Prefixes of the context that this document's IRIs do without.
    hidden: BTreeSet<&'a str>,
    order: Vec<Subject<'a>>,
    /// How many subjects in the order are known to be written.
    passed: usize,
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
        let hidden = triples.iter().flat_map(iris).filter_map(|iri| compaction.seeming_prefix(iri));
        let hidden = hidden.collect();
        Self { compaction, hidden, order, passed: 0, triples: by_subject, written: HashSet::new() }
    }

    fn next_unwritten(&mut self) -> Option<Subject<'a>> {
        let rest = &self.order[self.passed..];
        self.passed += rest.iter().take_while(|subject| self.written.contains(subject)).count();
        self.order.get(self.passed).copied()
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
                push(
                    &mut node,
                    "type",
                    json!(self.compaction.name(class.as_str(), &self.hidden)),
                    false,
                );
                continue;
            }
            let predicate = triple.predicate.as_str();
            let value = self.value(predicate, &triple.object, depth);
            let term = self.compaction.terms.get(predicate);
            let always_array = term.is_some_and(|term| term.always_array);
            let key = self.compaction.key_without(predicate, &self.hidden);
            push(&mut node, &key, value, always_array);
        }
        node
    }

    fn value(&mut self, predicate: &str, object: &'a Term, depth: usize) -> Value {
        let target = match object {
            Term::Literal(literal) => {
                return self.compaction.literal(predicate, literal, &self.hidden);
            }
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

/// The IRIs that a triple names.
fn iris(triple: &Triple) -> impl Iterator<Item = &str> {
    let subject = match &triple.subject {
        NamedOrBlankNode::NamedNode(node) => Some(node.as_str()),
        NamedOrBlankNode::BlankNode(_) => None,
    };
    let object = match &triple.object {
        Term::NamedNode(node) => Some(node.as_str()),
        Term::Literal(literal) => Some(literal.datatype().as_str()),
        Term::BlankNode(_) => None,
    };
    subject.into_iter().chain([triple.predicate.as_str()]).chain(object)
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
