//! The forms in which a document is read, and that they say the same.

use crate::ground::{Ground, JSON_LD, N_TRIPLES, TURTLE, lines};
use crate::{Proof::Here, Proof::Story, Row};

pub(crate) const ROWS: &[Row] = &[
    ("LDP-30", "Turtle is answered where it is asked for", Here(turtle_is_answered)),
    ("LDP-31", "and where it is preferred to JSON", Here(turtle_is_preferred)),
    ("LDP-32", "and where nothing is asked for", Here(turtle_by_default)),
    ("LDP-33", "JSON-LD is answered, its type to the letter", Here(json_ld)),
    ("LDP-34", "a document says of which type it is", Here(typed)),
    ("LDP-35", "and that it is an ldp:RDFSource", Here(is_an_rdf_source)),
    ("LDP-36", "the server speaks in vocabularies that all know", Here(known_vocabularies)),
    ("LDP-37", "what is true of a container is said, not left to be inferred", Here(explicit)),
    (
        "LDP-85",
        "blank nodes, tags and long texts survive Turtle to JSON-LD to Turtle",
        Story("ldp.rs", "blank_nodes_tags_and_long_texts_survive_turtle_to_json_ld_to_turtle"),
    ),
    ("LDP-97", "SPARQL, LDP and the export say the same of a resource", Here(everywhere_the_same)),
];

#[track_caller]
fn check_type(ground: &Ground, accept: &[&str], content_type: &str) {
    for path in [ground.resource(), ground.container().to_owned()] {
        for accept in accept {
            let answer = ground.get(&path).accept(accept).send().expect_status(200);
            assert_eq!(answer.header("content-type"), content_type, "{path} {accept}");
            assert!(!lines(&answer, &path).is_empty());
        }
    }
}

fn turtle_is_answered(ground: &Ground) {
    check_type(ground, &[TURTLE], TURTLE);
}

fn turtle_is_preferred(ground: &Ground) {
    let accepts = [
        "application/ld+json;q=0.4, text/turtle;q=0.6",
        "text/turtle, application/ld+json;q=0.9, */*;q=0.1",
        "application/json;q=0.5, text/turtle",
    ];
    check_type(ground, &accepts, TURTLE);
}

fn turtle_by_default(ground: &Ground) {
    check_type(ground, &["*/*", "text/*"], TURTLE);
    let silent = ground.get(ground.container()).send().expect_status(200);
    assert_eq!(silent.header("content-type"), TURTLE);
}

fn json_ld(ground: &Ground) {
    let accepts = [
        JSON_LD,
        "application/json",
        "application/ld+json;profile=\"http://www.w3.org/ns/json-ld#compacted\"",
    ];
    check_type(ground, &accepts, JSON_LD);
}

/// A document and a container, of whose types their bodies say nothing.
fn untyped(ground: &Ground) -> [String; 2] {
    [ground.resource(), ground.container().to_owned()]
}

fn typed(ground: &Ground) {
    for path in untyped(ground) {
        let said = ground.says(&path);
        assert!(said.iter().any(|line| line.starts_with("<> <a> <")), "{path}: {said:?}");
    }
}

fn is_an_rdf_source(ground: &Ground) {
    for path in untyped(ground) {
        let said = ground.says(&path);
        assert!(said.iter().any(|line| line == "<> <a> <ldp:RDFSource>"), "{path}: {said:?}");
        let read = ground.get(&path).send().body;
        ground.put(&path).turtle(read).send().expect_status(204);
        assert_eq!(ground.says(&path).len(), said.len(), "it is said once");
    }
}

fn known_vocabularies(ground: &Ground) {
    ground.resource();
    let said = ground.says(ground.container());
    for line in &said {
        let property = line.split(' ').nth(1).unwrap_or_default();
        let known = ["<a>", "<ldp:", "<dct:"].iter().any(|known| property.starts_with(known));
        assert!(known, "{line}");
    }
    for property in ["<dct:created>", "<dct:modified>"] {
        assert!(said.iter().any(|line| line.contains(property)), "{property}: {said:?}");
    }
    let titled = ground.says("/organizations");
    assert!(titled.iter().any(|line| line.starts_with("<> <dct:title> ")), "{titled:?}");
}

fn explicit(ground: &Ground) {
    let member = ground.resource();
    for line in ["<> <a> <ldp:Container>", "<> <a> <ldp:BasicContainer>"] {
        assert!(ground.holds(ground.container(), line), "{line}");
    }
    assert!(ground.lists(&member));
}

fn everywhere_the_same(ground: &Ground) {
    let path = "/organizations/ldp-97";
    let body = "@prefix pair: <http://virtual-assembly.org/ontologies/pair#> .
        <> a pair:Organization ; pair:label \"Quatre-vingt-dix-sept\" .";
    ground.put(path).turtle(body).send().expect_status(201);
    let own = "CONSTRUCT { ?s ?p ?o } WHERE { VALUES ?g { <organizations/ldp-97> \
               <organizations/ldp-97.meta> } GRAPH ?g { ?s ?p ?o } }";
    let constructed = ground.query(own).accept(N_TRIPLES).send().expect_status(200);
    let read = ground.says(path);
    assert_eq!(lines(&constructed, path), read);
    let json = ground.get(path).accept(JSON_LD).send().expect_status(200);
    assert_eq!(lines(&json, path), read);
    let export = ground.get("/export/tout.jsonld").send().expect_status(200);
    let exported = lines(&export, path);
    let missing: Vec<_> = read.iter().filter(|line| !exported.contains(line)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
