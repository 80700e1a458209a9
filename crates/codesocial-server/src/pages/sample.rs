//! Small data sets as pages show them, written as indented text: what the tests of pages compare.

use super::Words;
use super::incoming::InState;
use super::label::Text;
use super::link::Link;
use super::node::Node;
use super::reading::Reading;
use super::scheme::Concept;
use super::value::Value;
use super::view::{Body, Page, page};
use crate::extract::{Language, Portion};
use codesocial_graph::{Readers, Snapshot};
use codesocial_ldp::{Document, DocumentKind};
use codesocial_rdf::vocab::ldp;
use codesocial_rdf::{Base, Changeset, GraphKind, RdfSyntax, parse, skolem};
use codesocial_store::Etag;
use oxrdf::NamedNode;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

const BASE: &str = "http://x/";
const PREFIXES: &str = "
    @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
    @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
    @prefix owl: <http://www.w3.org/2002/07/owl#> .
    @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
    @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
    @prefix dct: <http://purl.org/dc/terms/> .
    @prefix ldp: <http://www.w3.org/ns/ldp#> .
    @prefix sh: <http://www.w3.org/ns/shacl#> .
    @prefix pair: <http://virtual-assembly.org/ontologies/pair#> .
    @prefix cs: <https://w3id.org/codesocial/ns#> .
    @prefix theme: <https://w3id.org/codesocial/scheme/theme/> .
    @prefix dash: <http://datashapes.org/dash#> .
    @prefix ibis: <https://vocab.methodandstructure.com/ibis#> .
    @prefix schema: <http://schema.org/> .
    @prefix phase: <https://w3id.org/codesocial/scheme/phase/> .
    @prefix section: <https://w3id.org/codesocial/scheme/section/> .
    @base <http://x/> .
";

/// A state that holds the graphs of a TriG text, as an anonymous reader sees it.
pub(super) fn with_reading(trig: &str, language: Language, test: impl FnOnce(&Reading<'_>)) {
    let text = format!("{PREFIXES}{trig}");
    let quads = parse::quads(text.as_bytes(), RdfSyntax::TriG, BASE).expect("TriG");
    let mut graphs: BTreeMap<String, Vec<oxrdf::Triple>> = BTreeMap::new();
    for quad in quads {
        let graph = quad.graph_name.to_string().trim_matches(['<', '>']).to_owned();
        graphs.entry(graph).or_default().push(quad.into());
    }
    let mut added = Vec::new();
    for (graph, mut triples) in graphs {
        let mut bits = 0;
        skolem::skolemise(&mut triples, &graph, HashMap::new(), || {
            bits += 1;
            bits
        });
        let graph = NamedNode::new_unchecked(graph);
        added.extend(triples.into_iter().map(|triple| triple.in_graph(graph.clone())));
    }
    let base = Base::parse(BASE).expect("a base");
    let mut candidate = Snapshot::empty(base).candidate();
    let changes = Changeset { added, ..Changeset::default() };
    candidate.apply(&changes).expect("it fits");
    let state = candidate.publish();
    let words = Words::of(language);
    test(&Reading::new(&state, Readers::everyone(), language, &words));
}

fn read(reading: &Reading<'_>, path: &str) -> Document {
    let iri = reading.state.base().resolve(path);
    let meta = NamedNode::new_unchecked(format!("{}.meta", iri.as_str()));
    let meta: Vec<_> = reading.state.graph(meta.as_ref().into()).collect();
    let is_container = meta.iter().any(|triple| triple.object == ldp::CONTAINER.into());
    let kind = match reading.state.base().kind_of(iri.as_ref()) {
        GraphKind::Resource if is_container => {
            DocumentKind::Container(codesocial_store::ContainerKind::Basic)
        }
        GraphKind::Resource => DocumentKind::Resource,
        GraphKind::Shapes => DocumentKind::Shapes,
        _ => DocumentKind::ReadOnly,
    };
    let own = reading.state.graph(iri.as_ref().into()).collect();
    let contained = meta.iter().filter(|triple| triple.predicate == ldp::CONTAINS);
    let total = contained
        .filter_map(|triple| reading.state.id(&triple.object))
        .filter(|member| reading.may_read(*member))
        .count();
    let page = codesocial_ldp::Page { total, ..codesocial_ldp::Page::default() };
    Document { iri, kind, unconstrained: false, etag: Etag(String::new()), own, meta, page }
}

pub(super) fn with_page(trig: &str, path: &str, language: Language, test: impl FnOnce(&Page)) {
    with_reading(trig, language, |reading| {
        test(&page(reading, &read(reading, path), &[], &Portion::default()))
    });
}

/// A page as indented text.
pub(super) fn outline(page: &Page) -> String {
    let mut text = format!("{}\n", show_text(&page.title));
    if !page.path.is_empty() {
        let path: Vec<_> = page.path.iter().map(show_link).collect();
        writeln!(text, "in {}", path.join(" / ")).unwrap();
    }
    show_node(&page.main, 0, &mut text);
    match &page.body {
        Body::Parts { nodes } => nodes.iter().for_each(|node| show_part(node, 0, &mut text)),
        Body::Members(listing) => {
            writeln!(text, "{} members, {} more", listing.count, listing.more).unwrap();
            for entry in &listing.members {
                writeln!(text, "- {}", show_link(&entry.link)).unwrap();
            }
        }
        Body::Root(home) => {
            for card in &home.cards {
                writeln!(text, "{}: {}", show_link(&card.link), card.count).unwrap();
            }
            let vocabularies = &home.vocabularies;
            writeln!(text, "ontology {:?}", vocabularies.ontology).unwrap();
            for link in vocabularies.schemes.iter().chain(&vocabularies.shapes) {
                writeln!(text, "{}", show_link(link)).unwrap();
            }
        }
        Body::Concepts { concepts } => show_concepts(concepts, 0, &mut text),
        Body::Terms { groups } => {
            for group in groups {
                let class = group.class.as_ref().map(show_link).unwrap_or_default();
                writeln!(text, "terms: {class}").unwrap();
                group.nodes.iter().for_each(|node| show_part(node, 1, &mut text));
            }
        }
    }
    for citations in &page.citations {
        let states = citations.states.iter().map(|InState { state, documents }| {
            let links: Vec<_> = documents.iter().map(show_link).collect();
            let state = state.as_ref().map(|state| format!("{} ", show_link(state)));
            format!("{}{}", state.unwrap_or_default(), links.join(", "))
        });
        let states = states.collect::<Vec<_>>().join("; ");
        let (name, more) = (show_text(&citations.name), citations.more);
        writeln!(text, "<- {name}: {states} (+{more})").unwrap();
    }
    text
}

fn show_text(text: &Text) -> String {
    match &text.lang {
        Some(lang) => format!("{}@{lang}", text.text),
        None => text.text.clone(),
    }
}

pub(super) fn show_link(link: &Link) -> String {
    let mark = if link.illustrative { "*" } else { "" };
    match &link.href {
        Some(href) => format!("[{}{mark}]({href})", show_text(&link.text)),
        None => show_text(&link.text),
    }
}

fn show_concepts(concepts: &[Concept], depth: usize, text: &mut String) {
    for concept in concepts {
        let indent = "  ".repeat(depth);
        let other = concept.other.as_ref().map(show_text).unwrap_or_default();
        let notation = concept.notation.as_deref().unwrap_or_default();
        let title = concept.node.title.as_ref().map(show_text).unwrap_or_default();
        writeln!(text, "{indent}{title} / {other} ({notation})").unwrap();
        show_node(&concept.node, depth + 1, text);
        show_concepts(&concept.narrower, depth + 1, text);
    }
}

fn show_part(node: &Node, depth: usize, text: &mut String) {
    let title = node.title.as_ref().map(show_text).unwrap_or_default();
    writeln!(text, "{}#{} {title}", "  ".repeat(depth), node.anchor).unwrap();
    show_node(node, depth + 1, text);
}

fn show_node(node: &Node, depth: usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    if let Some(sole) = &node.sole {
        show_part(sole, depth, text);
    }
    if !node.classes.is_empty() {
        let classes: Vec<_> = node.classes.iter().map(show_link).collect();
        writeln!(text, "{indent}a {}", classes.join(", ")).unwrap();
    }
    if node.illustrative {
        writeln!(text, "{indent}illustrative").unwrap();
    }
    for group in &node.groups {
        if let Some(title) = &group.title {
            writeln!(text, "{indent}== {}", show_text(title)).unwrap();
        }
        for field in &group.fields {
            writeln!(text, "{indent}{}:", show_text(&field.name)).unwrap();
            field.values.iter().for_each(|value| show_value(value, depth + 1, text));
        }
    }
}

fn show_value(value: &Value, depth: usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    match value {
        Value::Link(link) => writeln!(text, "{indent}{}", show_link(link)).unwrap(),
        Value::Text { paragraphs, lang } => {
            let lang = lang.as_ref().map(|lang| format!("@{lang}")).unwrap_or_default();
            writeln!(text, "{indent}{}{lang}", paragraphs.join(" ¶ ")).unwrap();
        }
        Value::Markdown { html, lang } => {
            let lang = lang.as_ref().map(|lang| format!("@{lang}")).unwrap_or_default();
            writeln!(text, "{indent}{}{lang}", html.trim()).unwrap();
        }
        Value::Plain { text: plain } | Value::Number { text: plain, .. } => {
            writeln!(text, "{indent}{plain}").unwrap();
        }
        Value::Time { text: time, .. } => writeln!(text, "{indent}{time}").unwrap(),
        Value::Image { src } => writeln!(text, "{indent}image {src}").unwrap(),
        Value::List { items, ranked } => {
            writeln!(text, "{indent}{}(", if *ranked { "" } else { "any " }).unwrap();
            items.iter().for_each(|item| show_value(item, depth + 1, text));
            writeln!(text, "{indent})").unwrap();
        }
        Value::Part(node) => show_part(node, depth, text),
    }
}
