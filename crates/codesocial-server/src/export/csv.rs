//! An export as a table, for spreadsheets: a row for each resource, by RFC 4180.
//!
//! The columns are `id`, `type`, `label`, then the properties that the shapes name for the classes
//! of the dataset, in the shapes' order, each under its key of the JSON-LD context: headers are the
//! same in every language. A cell holds addresses in full, dates and numbers as they are stored,
//! and texts in French, in English where there is no French. Several values are joined by `|`,
//! which within a value is written `¦`. No cell begins like a formula.
//! <https://www.rfc-editor.org/rfc/rfc4180>

use super::Export;
use codesocial_graph::{Pattern, TermId};
use codesocial_rdf::context::V1;
use codesocial_rdf::jsonld::Compaction;
use codesocial_rdf::vocab::{pair, rdf, rdfs, sh, skos, xsd};
use codesocial_rdf::{GraphKind, vocab};
use codesocial_store::State;
use oxrdf::{Literal, NamedNode, NamedNodeRef, Term, TermRef, Triple};
use std::io::{self, Write};

const LABELS: [NamedNodeRef<'_>; 3] = [skos::PREF_LABEL, pair::LABEL, rdfs::LABEL];
const LANGUAGES: [&str; 2] = ["fr", "en"];
const SEPARATOR: &str = "|";
const SEPARATOR_WITHIN: &str = "¦";

pub(super) fn write(export: &Export, output: &mut impl Write) -> io::Result<()> {
    let properties = properties(&export.state, export.dataset.classes());
    let compaction = Compaction::new(V1)?;
    let named = properties.iter().map(|property| compaction.key(property.as_str()));
    let header = ["id", "type", "label"].map(str::to_owned);
    row(output, header.into_iter().chain(named))?;
    for (name, triples) in export.documents() {
        let own: Vec<&Triple> =
            triples.iter().filter(|triple| triple.subject == name.clone().into()).collect();
        let labels = LABELS.iter().map(|label| cell(&own, *label));
        let label = labels.into_iter().find(|label| !label.is_empty()).unwrap_or_default();
        let fixed = [name.as_str().to_owned(), cell(&own, rdf::TYPE), label];
        let values = properties.iter().map(|property| cell(&own, property.as_ref()));
        row(output, fixed.into_iter().chain(values))?;
    }
    Ok(())
}

/// The properties that the shapes of these classes give a name, in the order of the shapes.
fn properties(state: &State, classes: &[&str]) -> Vec<NamedNode> {
    let mut properties: Vec<NamedNode> = Vec::new();
    for class in classes {
        let class = vocab::expand(class);
        let mut of_class: Vec<(i64, String)> = shapes(state, class.as_ref())
            .into_iter()
            .flat_map(|shape| objects(state, shape, sh::PROPERTY))
            .filter(|property| !objects(state, *property, sh::NAME).is_empty())
            .filter_map(|property| {
                let path = objects(state, property, sh::PATH).into_iter().next()?;
                let TermRef::NamedNode(path) = state.term(path) else { return None };
                let order = objects(state, property, sh::ORDER).into_iter().next();
                let order = order.and_then(|order| match state.term(order) {
                    TermRef::Literal(order) => order.value().parse().ok(),
                    TermRef::NamedNode(_) | TermRef::BlankNode(_) => None,
                });
                Some((order.unwrap_or(i64::MAX), path.as_str().to_owned()))
            })
            .collect();
        of_class.sort_unstable();
        for (_, path) in of_class {
            let path = NamedNode::new_unchecked(path);
            let shown = path != rdf::TYPE && !LABELS.contains(&path.as_ref());
            if shown && !properties.contains(&path) {
                properties.push(path);
            }
        }
    }
    properties
}

/// The shapes that target a class.
fn shapes(state: &State, class: NamedNodeRef<'_>) -> Vec<TermId> {
    let (predicate, object) = (state.id(sh::TARGET_CLASS), state.id(class));
    let (Some(_), Some(_)) = (predicate, object) else { return Vec::new() };
    state
        .quads(Pattern { predicate, object, ..Pattern::default() })
        .filter(|[.., graph]| state.kind(*graph) == GraphKind::Shapes)
        .map(|[shape, ..]| shape)
        .collect()
}

fn objects(state: &State, subject: TermId, predicate: NamedNodeRef<'_>) -> Vec<TermId> {
    let Some(predicate) = state.id(predicate) else { return Vec::new() };
    let pattern =
        Pattern { subject: Some(subject), predicate: Some(predicate), ..Pattern::default() };
    state.quads(pattern).map(|[_, _, object, _]| object).collect()
}

/// The values of a property in one language, joined.
fn cell(triples: &[&Triple], property: NamedNodeRef<'_>) -> String {
    let objects: Vec<&Term> = triples
        .iter()
        .filter(|triple| triple.predicate == property)
        .map(|triple| &triple.object)
        .collect();
    let language = |wanted: &str| objects.iter().any(|object| tag(object) == Some(wanted));
    let language = LANGUAGES.into_iter().find(|wanted| language(wanted));
    let spoken = objects.iter().filter(|object| {
        tag(object).is_none() || language.is_none_or(|language| tag(object) == Some(language))
    });
    let values: Vec<String> = spoken.filter_map(|object| value(object)).collect();
    match values.as_slice() {
        [one] => one.clone(),
        several => {
            let plain = several.iter().map(|value| value.replace(SEPARATOR, SEPARATOR_WITHIN));
            plain.collect::<Vec<_>>().join(SEPARATOR)
        }
    }
}

fn tag(object: &Term) -> Option<&str> {
    match object {
        Term::Literal(literal) => literal.language(),
        Term::NamedNode(_) | Term::BlankNode(_) => None,
    }
}

/// A blank node is a part of its own, which a cell cannot hold.
fn value(object: &Term) -> Option<String> {
    match object {
        Term::NamedNode(node) => Some(node.as_str().to_owned()),
        Term::Literal(literal) => Some(harmless(literal)),
        Term::BlankNode(_) => None,
    }
}

/// The text, which no spreadsheet takes for a formula: an apostrophe marks it as text.
/// <https://owasp.org/www-community/attacks/CSV_Injection>
fn harmless(literal: &Literal) -> String {
    let text = literal.value();
    let is_number = [xsd::INTEGER, xsd::DECIMAL, xsd::DOUBLE].contains(&literal.datatype())
        && text.parse::<f64>().is_ok_and(f64::is_finite);
    let active = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if active && !is_number { format!("'{text}") } else { text.to_owned() }
}

fn row(output: &mut impl Write, cells: impl Iterator<Item = String>) -> io::Result<()> {
    for (n, cell) in cells.enumerate() {
        let comma = if n == 0 { "" } else { "," };
        if cell.contains([',', '"', '\r', '\n']) {
            write!(output, "{comma}\"{}\"", cell.replace('"', "\"\""))?;
        } else {
            write!(output, "{comma}{cell}")?;
        }
    }
    output.write_all(b"\r\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use codesocial_rdf::{RdfSyntax, parse};
    use expect_test::{Expect, expect};

    #[track_caller]
    fn check(values: &str, expected: &Expect) {
        let turtle = format!("<http://x/a> <http://x/p> {values} .");
        let triples = parse::triples(turtle.as_bytes(), RdfSyntax::Turtle, "http://x/");
        let triples = triples.expect("Turtle");
        let own: Vec<&Triple> = triples.iter().collect();
        let mut text = Vec::new();
        let cell = cell(&own, NamedNodeRef::new_unchecked("http://x/p"));
        row(&mut text, ["id".to_owned(), cell].into_iter()).expect("a Vec takes all");
        expected.assert_eq(&String::from_utf8(text).expect("UTF-8").replace("\r\n", "↵"));
    }

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        check("\"plain\"", &expect!["id,plain↵"]);
        check("\"a, b\"", &expect![[r#"id,"a, b"↵"#]]);
        check("\"say \\\"a\\\"\"", &expect![[r#"id,"say ""a"""↵"#]]);
        check(
            "\"a\\nb\"",
            &expect![[r#"
            id,"a
            b"↵"#]],
        );
    }

    #[test]
    fn several_values_are_joined_and_one_language_is_shown() {
        check("<urn:a>, <urn:b>", &expect!["id,urn:a|urn:b↵"]);
        check("\"a|b\"", &expect!["id,a|b↵"]);
        check("\"a|b\", \"c\"", &expect!["id,a¦b|c↵"]);
        check("\"un\"@fr, \"one\"@en", &expect!["id,un↵"]);
        check("\"one\"@en, \"ein\"@de", &expect!["id,one↵"]);
        check("[]", &expect!["id,↵"]);
    }

    #[test]
    fn no_cell_begins_like_a_formula() {
        check("\"=1+1\"", &expect!["id,'=1+1↵"]);
        check("\"@SUM(A1)\", \"b\"", &expect!["id,'@SUM(A1)|b↵"]);
        check("\"+33 1\"@fr", &expect!["id,'+33 1↵"]);
        check("\"-x\"", &expect!["id,'-x↵"]);
        check("\"\\t=1\"", &expect!["id,'\t=1↵"]);
        check("-3.5", &expect!["id,-3.5↵"]);
        check("\"-x\"^^<http://www.w3.org/2001/XMLSchema#integer>", &expect!["id,'-x↵"]);
    }
}
