//! `/export/`: what harvesters get, and that it is what the command line writes.

use crate::server::{BASE, Folder, Server};
use codesocial_rdf::{RdfSyntax, parse};
use flate2::read::GzDecoder;
use oxrdf::dataset::CanonicalizationAlgorithm::Rdfc10;
use oxrdf::dataset::CanonicalizationHashAlgorithm;
use oxrdf::{Dataset, GraphName, Quad};
use std::io::Read as _;

const RDFC_10: oxrdf::dataset::CanonicalizationAlgorithm =
    Rdfc10 { hash_algorithm: CanonicalizationHashAlgorithm::Sha256 };

const FILES: [(&str, &str, &str); 5] = [
    ("jsonld", "jsonld", "application/ld+json"),
    ("ttl", "turtle", "text/turtle"),
    ("nq.gz", "nquads", "application/gzip"),
    ("trig", "trig", "application/trig"),
    ("csv", "csv", "text/csv; charset=utf-8; header=present"),
];

/// Of this test alone: an export changes with every write.
fn with_fixtures() -> Server {
    Folder::new().serve(&["--base", BASE, "--load", "source", "--load", "demo"])
}

fn expanded(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    GzDecoder::new(bytes).read_to_end(&mut text).expect("it is compressed");
    text
}

/// The triples of an export, whatever graphs they stand in, as one canonical graph.
fn canonical(bytes: &[u8], syntax: RdfSyntax) -> Vec<String> {
    let quads = parse::quads(bytes, syntax, BASE).expect("an export is well formed");
    let merged = quads.into_iter().map(|q| Quad { graph_name: GraphName::DefaultGraph, ..q });
    let mut dataset: Dataset = merged.collect();
    dataset.canonicalize(RDFC_10);
    let mut lines: Vec<String> = dataset.iter().map(|quad| quad.to_string()).collect();
    lines.sort_unstable();
    lines
}

#[test]
fn every_form_of_the_fixtures_says_the_same() {
    let server = with_fixtures();
    let get =
        |ending: &str| server.get(&format!("/export/tout.{ending}")).send().expect_status(200);
    let quads = canonical(&expanded(&get("nq.gz").bytes), RdfSyntax::NQuads);
    assert!(quads.len() > 1_000, "{} triples", quads.len());
    for (ending, syntax) in
        [("jsonld", RdfSyntax::JsonLd), ("ttl", RdfSyntax::Turtle), ("trig", RdfSyntax::TriG)]
    {
        assert!(canonical(&get(ending).bytes, syntax) == quads, "{ending} differs");
    }
}

#[test]
fn the_command_line_writes_the_same_bytes() {
    let server = with_fixtures();
    for dataset in ["tout", "organisations", "referentiels"] {
        for (ending, format, media_type) in FILES {
            let path = format!("/export/{dataset}.{ending}");
            let answer = server.get(&path).send().expect_status(200);
            assert_eq!(answer.header("content-type"), media_type);
            let file = server.folder.path().join(format!("{dataset}.{ending}"));
            let name = file.to_string_lossy().into_owned();
            let options = ["--dataset", dataset, "--format", format, "--output", &name];
            assert!(server.folder.run("export", &options).status.success(), "{path}");
            let written = std::fs::read(&file).expect("it was written");
            assert!(written == answer.bytes, "{path} differs");
        }
    }
}

#[test]
fn an_export_is_conditional_and_says_its_licence() {
    let server = Server::empty();
    server.put("/documents/d").turtle("<> <a:p> 1 .").send().expect_status(201);
    let path = "/export/tout.ttl";
    let answer = server.get(path).send().expect_status(200);
    let odbl = "https://opendatacommons.org/licenses/odbl/1-0/";
    assert!(answer.links(odbl, "license"), "{answer:?}");
    assert!(answer.body.contains("dc:license") && answer.body.contains(odbl), "{answer:?}");
    assert_eq!(answer.header("content-disposition"), "attachment; filename=\"tout.ttl\"");
    let (tag, date) = (answer.header("etag"), answer.header("last-modified"));
    assert!(tag.starts_with('"'), "{tag} is strong");
    assert_eq!(server.get(path).header("If-None-Match", tag).status(), 304);
    assert_eq!(server.get(path).header("If-Modified-Since", date).status(), 304);
    assert_eq!(server.get("/export/tout.trig").header("If-None-Match", tag).status(), 200);
    let head = server.head(path).send().expect_status(200);
    assert_eq!((head.header("etag"), head.body.as_str()), (tag, ""));
    server.delete("/documents/d").send().expect_status(204);
    let after = server.get(path).header("If-None-Match", tag).send().expect_status(200);
    assert!(!after.body.contains("documents/d"), "{after:?}");
    for absent in ["/export/tout", "/export/tout.xml", "/export/personne.ttl", "/export/.ttl"] {
        assert_eq!(server.get(absent).status(), 404, "{absent}");
    }
    assert_eq!(server.post(path).turtle("").status(), 405);
}

#[test]
fn the_table_has_a_row_for_each_organisation() {
    let server = Server::empty();
    let body = "@prefix pair: <http://virtual-assembly.org/ontologies/pair#> .
        <> a pair:Organization ; pair:label \"=Lac, \\\"bleu\\\"\" ;
          pair:homePage \"https://lac.example/\", \"https://lac.example/b\" .";
    server.put("/organizations/lac").turtle(body).send().expect_status(201);
    server.put("/documents/d").turtle("<> <a:p> 1 .").send().expect_status(201);
    let table = server.get("/export/organisations.csv").send().expect_status(200);
    let lines: Vec<&str> = table.body.split("\r\n").collect();
    assert!(lines[0].starts_with("id,type,label,"), "{table:?}");
    let row = "http://registre.example/organizations/lac,\
        http://virtual-assembly.org/ontologies/pair#Organization,\"'=Lac, \"\"bleu\"\"\",";
    assert!(lines[1].starts_with(row), "{table:?}");
    assert!(lines[1].contains("https://lac.example/|https://lac.example/b"), "{table:?}");
    assert_eq!(lines.len(), 3, "{table:?}");
}

#[test]
fn the_list_is_a_page_and_json_ld() {
    let server = Server::empty();
    let page = server.get("/export").accept("text/html").send().expect_status(200);
    let file = "/export/graines.jsonld";
    assert!(page.body.contains(&file[1..]) && page.body.contains("CC BY-SA 4.0"), "{page:?}");
    let english = server.get("/export?lang=en").accept("text/html").send().expect_status(200);
    assert!(english.body.contains("Knowledge seeds"), "{english:?}");
    let list = server.get("/export").send().expect_status(200);
    let triples = parse::triples(list.body.as_bytes(), RdfSyntax::JsonLd, BASE).expect("JSON-LD");
    let address = format!("<http://registre.example{file}>");
    assert!(triples.iter().any(|triple| triple.object.to_string() == address), "{list:?}");
}
