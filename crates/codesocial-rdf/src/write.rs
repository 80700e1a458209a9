//! Writing RDF for strangers.
//!
//! Turtle has absolute IRIs only, and a space before the dot of each `@prefix p: <iri> .`, because
//! the mirrors of SemApps 1.x rewrite it to SPARQL line by line.

use crate::RdfSyntax;
use crate::vocab::{PREFIXES, rdf};
use oxrdf::{NamedNode, NamedOrBlankNode, Quad, Term, Triple};
use oxrdfio::RdfSerializer;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// The triples in a syntax. Triples of one subject must be neighbours.
///
/// RDF/XML takes only what [`fits_xml`].
pub fn graph(triples: &[Triple], syntax: RdfSyntax) -> String {
    match syntax {
        RdfSyntax::Turtle | RdfSyntax::TriG => turtle(triples),
        RdfSyntax::NTriples | RdfSyntax::NQuads => n_triples(triples),
        RdfSyntax::JsonLd | RdfSyntax::RdfXml => {
            let mut serializer = PREFIXES
                .iter()
                .fold(
                    RdfSerializer::from_format(syntax.oxrdfio()),
                    |serializer, (prefix, namespace)| {
                        serializer
                            .with_prefix(*prefix, *namespace)
                            .expect("our namespaces are IRIs")
                    },
                )
                .for_writer(Vec::new());
            for triple in triples {
                serializer.serialize_triple(triple).expect("a Vec takes all that is written");
            }
            let bytes = serializer.finish().expect("a Vec takes all that is written");
            String::from_utf8(bytes).expect("serialisers write UTF-8")
        }
    }
}

/// A dataset as JSON-LD. Quads of one graph, and in it of one subject, must be neighbours.
pub fn json_ld(quads: &[Quad]) -> String {
    let plain = RdfSerializer::from_format(RdfSyntax::JsonLd.oxrdfio());
    let with_prefix = |serializer: RdfSerializer, (prefix, namespace): &(&str, &str)| {
        serializer.with_prefix(*prefix, *namespace).expect("our namespaces are IRIs")
    };
    let mut serializer = PREFIXES.iter().fold(plain, with_prefix).for_writer(Vec::new());
    for quad in quads {
        serializer.serialize_quad(quad).expect("a Vec takes all that is written");
    }
    let bytes = serializer.finish().expect("a Vec takes all that is written");
    String::from_utf8(bytes).expect("serialisers write UTF-8")
}

/// The triples as Turtle, subjects in the given order, `rdf:type` first.
///
/// Triples of one subject must be neighbours.
pub fn turtle(triples: &[Triple]) -> String {
    let mut text = String::new();
    for (prefix, namespace) in used_prefixes(triples) {
        line(&mut text, format_args!("@prefix {prefix}: <{namespace}> ."));
    }
    text.push_str(&turtle_body(triples));
    text
}

/// The triples as Turtle without its prefixes, for which [`PREFIXES`] must be declared.
pub fn turtle_body(triples: &[Triple]) -> String {
    let mut text = String::new();
    for block in triples.chunk_by(|one, next| one.subject == next.subject) {
        text.push('\n');
        subject_block(&mut text, block);
    }
    text
}

/// Named graphs as TriG, each as [`turtle`] writes it.
pub fn trig(graphs: &[(NamedNode, Vec<Triple>)]) -> String {
    let mut text = String::new();
    let all = graphs.iter().flat_map(|(_, triples)| triples);
    for (prefix, namespace) in used_prefixes(all) {
        line(&mut text, format_args!("@prefix {prefix}: <{namespace}> ."));
    }
    for (name, triples) in graphs.iter().filter(|(_, triples)| !triples.is_empty()) {
        line(&mut text, format_args!("\n{name} {{{}}}", turtle_body(triples)));
    }
    text
}

/// Names that RDF/XML keeps for itself.
/// <https://www.w3.org/TR/rdf-syntax-grammar/#section-Namespace>
const XML_SYNTAX: [&str; 12] = [
    "Description",
    "RDF",
    "ID",
    "about",
    "bagID",
    "parseType",
    "resource",
    "nodeID",
    "datatype",
    "li",
    "aboutEach",
    "aboutEachPrefix",
];

/// Whether RDF/XML can say the triples: a property and a class are names of elements there, and a
/// text holds no control character.
/// <https://www.w3.org/TR/rdf-syntax-grammar/#section-Serialising>
pub fn fits_xml(triples: &[Triple]) -> bool {
    let is_name = |iri: &str| {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        let local = iri.trim_end_matches(plain).len();
        let begins = |c: char| c.is_ascii_alphabetic() || c == '_';
        let is_syntax = iri.strip_prefix(rdf::NS).is_some_and(|name| XML_SYNTAX.contains(&name));
        iri[local..].contains(begins) && !is_syntax
    };
    let is_text = |c: char| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}');
    triples.iter().all(|triple| {
        is_name(triple.predicate.as_str())
            && match &triple.object {
                Term::NamedNode(class) if triple.predicate == rdf::TYPE => is_name(class.as_str()),
                Term::NamedNode(_) | Term::BlankNode(_) => true,
                Term::Literal(literal) => {
                    literal.value().chars().all(|c| is_text(c) || matches!(c, '\n' | '\t'))
                }
            }
    })
}

/// The triples as N-Triples.
pub fn n_triples(triples: &[Triple]) -> String {
    let mut text = String::new();
    for triple in triples {
        line(&mut text, format_args!("{triple} ."));
    }
    text
}

/// Orders triples for reading: the document's own node, its parts, then all else; `rdf:type` first.
pub fn sort_for_reading(triples: &mut [Triple], document: &str) {
    let rank = |subject: &NamedOrBlankNode| match subject {
        NamedOrBlankNode::NamedNode(node) if node.as_str() == document => 0_u8,
        NamedOrBlankNode::NamedNode(_) => 1,
        NamedOrBlankNode::BlankNode(_) => 2,
    };
    triples.sort_by_cached_key(|triple| {
        (
            rank(&triple.subject),
            triple.subject.to_string(),
            triple.predicate != rdf::TYPE,
            triple.predicate.as_str().to_owned(),
            triple.object.to_string(),
        )
    });
}

fn subject_block(text: &mut String, block: &[Triple]) {
    write!(text, "{}", node(&block[0].subject)).expect("a String takes all");
    for (n, same) in block.chunk_by(|one, next| one.predicate == next.predicate).enumerate() {
        let verb = match &same[0].predicate {
            predicate if *predicate == rdf::TYPE => "a".to_owned(),
            predicate => iri(predicate.as_str()),
        };
        let objects: Vec<String> = same.iter().map(|triple| object(&triple.object)).collect();
        let (before, after) = if n == 0 { (" ", "") } else { (" ;\n  ", "") };
        write!(text, "{before}{verb} {}{after}", objects.join(", ")).expect("a String takes all");
    }
    text.push_str(" .\n");
}

fn node(subject: &NamedOrBlankNode) -> String {
    match subject {
        NamedOrBlankNode::NamedNode(node) => iri(node.as_str()),
        NamedOrBlankNode::BlankNode(node) => node.to_string(),
    }
}

fn object(term: &Term) -> String {
    match term {
        Term::NamedNode(node) => iri(node.as_str()),
        Term::BlankNode(node) => node.to_string(),
        Term::Literal(literal) if literal.language().is_none() => {
            match crate::vocab::compact(literal.datatype().as_str()) {
                Some(datatype)
                    if literal.datatype().as_str() != crate::vocab::xsd::STRING.as_str() =>
                {
                    let value = oxrdf::Literal::new_simple_literal(literal.value());
                    format!("{value}^^{datatype}")
                }
                _ => literal.to_string(),
            }
        }
        Term::Literal(literal) => literal.to_string(),
    }
}

fn iri(iri: &str) -> String {
    crate::vocab::compact(iri).unwrap_or_else(|| format!("<{iri}>"))
}

fn used_prefixes<'a>(
    triples: impl IntoIterator<Item = &'a Triple>,
) -> impl Iterator<Item = (&'static str, &'static str)> {
    let mut used = BTreeSet::new();
    let mut note = |iri: &str| {
        if let Some(name) = crate::vocab::compact(iri)
            && let Some((prefix, _)) = name.split_once(':')
        {
            used.insert(prefix.to_owned());
        }
    };
    for triple in triples {
        if let NamedOrBlankNode::NamedNode(node) = &triple.subject {
            note(node.as_str());
        }
        if triple.predicate != rdf::TYPE {
            note(triple.predicate.as_str());
        }
        match &triple.object {
            Term::NamedNode(node) => note(node.as_str()),
            Term::Literal(literal) if literal.language().is_none() => {
                if literal.datatype().as_str() != crate::vocab::xsd::STRING.as_str() {
                    note(literal.datatype().as_str());
                }
            }
            Term::Literal(_) | Term::BlankNode(_) => {}
        }
    }
    PREFIXES.iter().copied().filter(move |(prefix, _)| used.contains(*prefix))
}

fn line(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    text.write_fmt(arguments).expect("a String takes all that is written to it");
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse;
    use expect_test::expect;

    const SAMPLE: &str = r#"
        @prefix pair: <http://virtual-assembly.org/ontologies/pair#> .
        <o/x> pair:label "É \"x\"\n" ; pair:hasPart <o/y>, _:b ; a pair:Organization .
        _:b <p:n> 1.50 ; <p:l> "a"@fr-be ; <p:d> "2021-05-15"^^<http://www.w3.org/2001/XMLSchema#date> .
    "#;

    #[test]
    fn turtle_is_one_that_mirrors_understand() {
        let mut triples =
            parse::triples(SAMPLE.as_bytes(), RdfSyntax::Turtle, "http://x/").unwrap();
        sort_for_reading(&mut triples, "http://x/o/x");
        let text = turtle(&triples);
        let label = triples.iter().find_map(|t| match &t.object {
            Term::BlankNode(node) => Some(node.as_str().to_owned()),
            _ => None,
        });
        let text = text.replace(&label.expect("a blank node"), "b");
        expect![[r#"
            @prefix pair: <http://virtual-assembly.org/ontologies/pair#> .
            @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

            <http://x/o/x> a pair:Organization ;
              pair:hasPart <http://x/o/y>, _:b ;
              pair:label "É \"x\"\n" .

            _:b <p:d> "2021-05-15"^^xsd:date ;
              <p:l> "a"@fr-be ;
              <p:n> "1.50"^^xsd:decimal .
        "#]]
        .assert_eq(&text);
    }

    #[test]
    fn what_is_written_reads_back_as_the_same_graph() {
        let triples = parse::triples(SAMPLE.as_bytes(), RdfSyntax::Turtle, "http://x/").unwrap();
        assert!(fits_xml(&triples));
        for syntax in [RdfSyntax::Turtle, RdfSyntax::NTriples, RdfSyntax::RdfXml, RdfSyntax::JsonLd]
        {
            let text = graph(&triples, syntax);
            let again = parse::triples(text.as_bytes(), syntax, "http://other/").unwrap();
            assert_eq!(canonical(&again), canonical(&triples));
        }
    }

    #[test]
    fn named_graphs_stand_in_braces() {
        let of = |text: &str| {
            let mut triples =
                parse::triples(text.as_bytes(), RdfSyntax::Turtle, "http://x/").unwrap();
            sort_for_reading(&mut triples, "http://x/a");
            triples
        };
        let name = NamedNode::new_unchecked;
        let graphs = [
            (
                name("http://x/a"),
                of("<a> a <http://schema.org/Person> ; <p:p> 1 . <b> <p:p> <a> ."),
            ),
            (name("http://x/none"), Vec::new()),
            (name("http://x/a.meta"), of("<a> <http://purl.org/dc/terms/title> 'A' .")),
        ];
        expect![[r#"
            @prefix dc: <http://purl.org/dc/terms/> .
            @prefix schema: <http://schema.org/> .
            @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

            <http://x/a> {
            <http://x/a> a schema:Person ;
              <p:p> "1"^^xsd:integer .

            <http://x/b> <p:p> <http://x/a> .
            }

            <http://x/a.meta> {
            <http://x/a> dc:title "A" .
            }
        "#]]
        .assert_eq(&trig(&graphs));
        let quads = parse::quads(trig(&graphs).as_bytes(), RdfSyntax::TriG, "http://x/").unwrap();
        assert_eq!(quads.len(), 4);
    }

    #[test]
    fn xml_says_only_what_ends_in_a_name() {
        for (turtle, fits) in [
            ("<a> <http://x/p> 1 .", true),
            ("<a> <http://x/p1> '<a>\\n&' .", true),
            ("<a> <http://x/1> 1 .", false),
            ("<a> <http://x/> 1 .", false),
            ("<a> a <http://x/1> .", false),
            ("<a> <http://x/p> '\\u0001' .", false),
            ("<a> <http://x/p> (1) .", true),
            ("<a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#li> 1 .", false),
        ] {
            let triples =
                parse::triples(turtle.as_bytes(), RdfSyntax::Turtle, "http://x/").unwrap();
            assert_eq!(fits_xml(&triples), fits, "{turtle}");
            if fits {
                let again = graph(&triples, RdfSyntax::RdfXml);
                let again =
                    parse::triples(again.as_bytes(), RdfSyntax::RdfXml, "http://y/").unwrap();
                assert_eq!(canonical(&again), canonical(&triples));
            }
        }
    }

    fn canonical(triples: &[Triple]) -> String {
        let mut graph: oxrdf::Graph = triples.iter().cloned().collect();
        graph.canonicalize(oxrdf::graph::CanonicalizationAlgorithm::Unstable);
        let mut lines: Vec<String> = graph.iter().map(|triple| triple.to_string()).collect();
        lines.sort();
        lines.join("\n")
    }
}
