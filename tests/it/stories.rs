//! The stories that the registry exists for, told from beginning to end.

use crate::graph::said;
use crate::server::{BASE, Folder, Server};
use expect_test::expect;

pub(crate) const PREFIXES: &str = "\
@prefix pair: <http://virtual-assembly.org/ontologies/pair#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix cs: <https://w3id.org/codesocial/ns#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix ldp: <http://www.w3.org/ns/ldp#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
";

/// An organisation that breaks no rule.
pub(crate) fn organization(label: &str) -> String {
    format!(
        "{PREFIXES}<> a pair:Organization ; pair:label \"{label}\" ;
         skos:prefLabel \"{label}\"@fr, \"{label}\"@en .\n"
    )
}

#[test]
fn an_organisation_is_created_read_replaced_patched_and_deleted() {
    let server = Server::empty();
    let created = server.post("/organizations").turtle(organization("Atelier du Lac")).send();
    assert_eq!(created.expect_status(201).location(), "/organizations/atelier-du-lac");
    let path = "/organizations/atelier-du-lac";
    let first = server.get(path).send().expect_status(200);
    assert!(first.body.contains("pair:label \"Atelier du Lac\""), "{first:?}");
    let listed = server.get("/organizations").send();
    assert!(listed.body.contains("organizations/atelier-du-lac>"), "{listed:?}");

    let replaced = server.put(path).turtle(organization("Atelier de la Rive")).send();
    assert_ne!(replaced.expect_status(204).header("etag"), first.header("etag"));
    let second = server.get(path).send();
    assert!(!second.body.contains("Lac"), "nothing of the old content is left: {second:?}");

    let comment = "PREFIX pair: <http://virtual-assembly.org/ontologies/pair#>
        INSERT DATA { <> pair:comment \"Au bord de l'eau.\" }";
    let patched = server.patch(path).body("application/sparql-update", comment).send();
    patched.expect_status(204);
    assert!(server.get(path).send().body.contains("Au bord de l'eau."));

    assert_eq!(server.delete(path).status(), 204);
    assert_eq!(server.get(path).status(), 410);
    assert!(!server.get("/organizations").send().body.contains("atelier"), "it is listed no more");
}

#[test]
fn a_refused_organisation_hears_why_in_its_language_and_the_corrected_one_is_created() {
    let server = Server::empty();
    let wrong = format!("{PREFIXES}<> a pair:Organization ; pair:homePage \"lac.example\" .");
    let post = |language: &str| {
        let request = server.post("/organizations").header("Slug", "lac");
        request.header("Accept-Language", language).accept("text/plain").turtle(wrong.clone())
    };
    let french = post("fr").send().expect_status(422);
    expect![[r#"
        <http://registre.example/organizations/lac> pair:homePage: Pattern — Une adresse commence par http:// ou https://.
        <http://registre.example/organizations/lac> pair:label: MinCount — Un nom, un seul, de 1 à 200 caractères, sans étiquette de langue."#]]
    .assert_eq(french.body.trim_end());
    let english = post("en").send().expect_status(422);
    expect![[r#"
        <http://registre.example/organizations/lac> pair:homePage: Pattern — An address starts with http:// or https://.
        <http://registre.example/organizations/lac> pair:label: MinCount — One name, and only one, of 1 to 200 characters, without a language tag."#]]
    .assert_eq(english.body.trim_end());
    let right = format!(
        "{PREFIXES}<> a pair:Organization ; pair:label \"Lac\" ;
         skos:prefLabel \"Lac\"@fr, \"Lake\"@en ; pair:homePage \"https://lac.example\" ."
    );
    let created = server.post("/organizations").header("Slug", "lac").turtle(right).send();
    assert_eq!(created.expect_status(201).location(), "/organizations/lac");
}

#[test]
fn a_refusal_leaves_the_journal_as_it_was() {
    let server = Server::empty();
    let path = "/organizations/lac";
    let first = server.put(path).turtle(organization("Lac")).send().expect_status(201);
    let stale = first.header("etag").to_owned();
    server.put(path).turtle(organization("Lac bleu")).send().expect_status(204);
    let head = server.folder.head();
    let wrong = || format!("{PREFIXES}<> a pair:Organization .");
    let refused = [
        (422, server.put(path).turtle(wrong())),
        (422, server.post("/organizations").turtle(wrong())),
        (412, server.put(path).header("If-Match", &stale).turtle(organization("Rive"))),
        (412, server.delete(path).header("If-Match", &stale)),
        (412, server.put(path).header("If-None-Match", "*").turtle(organization("Rive"))),
        (400, server.put(path).turtle("<> <")),
        (401, server.anonymous("PUT", path).turtle(organization("Rive"))),
        (403, server.put("/users/lou").turtle(organization("Lou"))),
        (409, server.put(path).turtle(format!("{PREFIXES}<> dct:created \"hier\" ."))),
        (415, server.put(path).body("text/csv", "a,b")),
        (422, server.update("CLEAR GRAPH <organizations/lac> ; INSERT DATA { GRAPH <organizations/lac> { <organizations/lac> a <http://virtual-assembly.org/ontologies/pair#Organization> } }")),
        (409, server.update("INSERT DATA { GRAPH <ns> { <a:s> <a:p> 1 } }")),
    ];
    for (n, (status, request)) in refused.into_iter().enumerate() {
        let answer = request.send();
        assert_eq!(answer.status, status, "row {n}: {answer:?}");
        assert_eq!(server.folder.head(), head, "row {n} left a trace: {answer:?}");
    }
}

#[test]
fn what_was_read_can_be_written_back_and_changes_nothing() {
    let server = Server::shared();
    // Who writes a container back asks for its own triples: in full, it tells what members say.
    let own = "return=representation; include=\"http://www.w3.org/ns/ldp#PreferContainment\"";
    let get = |path: &str, format| server.get(path).accept(format).header("Prefer", own).send();
    // Of each kind of document one, those with blank nodes and fragments among them.
    for path in [
        "/organizations/wemob",
        "/places/wemob",
        "/codesocials/demarche",
        "/commons/demarche-codesocial",
        "/organizations",
    ] {
        for format in ["text/turtle", "application/ld+json", "application/n-triples"] {
            let read = get(path, format).expect_status(200);
            let before = said(&read, path);
            let written = server.put(path).body(format, read.body.clone()).send();
            assert_eq!(written.expect_status(204).header("etag"), turtle_tag(&read), "{path}");
            let again = get(path, format);
            assert_eq!(again.header("etag"), read.header("etag"), "{path} {format}");
            assert_eq!(said(&again, path), before, "{path} {format}");
        }
    }
}

/// The tag of the Turtle of the same state.
fn turtle_tag(answer: &crate::http::Response) -> String {
    let (state, _) = answer.header("etag").rsplit_once('-').expect("a tag has a variant");
    format!("{state}-ttl\"")
}

#[test]
fn everything_is_there_after_a_restart() {
    let server = Server::empty();
    server.put("/organizations/lac").turtle(organization("Lac")).send().expect_status(201);
    server.put("/sandbox/gone").turtle("<> <a:p> 1 .").send().expect_status(201);
    server.delete("/sandbox/gone").send().expect_status(204);
    let (before, head) = (server.get("/organizations/lac").send(), server.folder.head());
    let folder: Folder = server.stop();
    assert_eq!(folder.head(), head);
    let server = folder.serve(&["--base", BASE]);
    assert_eq!(server.folder.head(), head, "a start that finds all in place writes nothing");
    let after = server.get("/organizations/lac").send();
    assert_eq!((&after.body, after.header("etag")), (&before.body, before.header("etag")));
    assert_eq!(server.get("/sandbox/gone").status(), 410);
    assert_eq!(server.put("/sandbox/gone").turtle("<> <a:p> 1 .").status(), 410);
}
