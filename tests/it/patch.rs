//! `PATCH` with `application/sparql-update` and `text/n3`: one document, and nothing else.

use crate::graph::{canonical, triples};
use crate::server::Server;

const UPDATE: &str = "application/sparql-update";
const N3: &str = "text/n3";

/// The document's own triples after a patch, or the status where it was refused.
#[track_caller]
fn check(server: &Server, before: &str, patch: &str, expected: Result<&str, u16>) {
    let text = format!("PREFIX e: <http://e.example/> {patch}");
    check_body(server, before, UPDATE, &text, expected);
}

/// The same with what an N3 Patch says of itself.
#[track_caller]
fn check_n3(server: &Server, before: &str, patch: &str, expected: Result<&str, u16>) {
    let text = format!(
        "@prefix solid: <http://www.w3.org/ns/solid/terms#>. @prefix e: <http://e.example/>.
         @prefix dct: <http://purl.org/dc/terms/>. _:p a solid:InsertDeletePatch; {patch} ."
    );
    check_body(server, before, N3, &text, expected);
}

#[track_caller]
fn check_body(server: &Server, before: &str, kind: &str, patch: &str, expected: Result<&str, u16>) {
    let path = "/sandbox/patched";
    let prefixes = "@prefix e: <http://e.example/> .";
    let written = server.put(path).turtle(format!("{prefixes}{before}")).send();
    assert!([201, 204].contains(&written.status), "{written:?}");
    let answer = server.patch(path).body(kind, patch).send();
    let read = server.get(path).accept("application/n-triples").send().body;
    let own = read.lines().filter(|line| line.contains("http://e.example/"));
    let mut own: Vec<String> = own
        .map(|line| line.replace("<http://registre.example/sandbox/patched>", "<>"))
        .map(|line| line.replace("http://e.example/", "e:"))
        .collect();
    own.sort_unstable();
    let status = answer.status;
    let found = if status == 204 { Ok(own.join(" ")) } else { Err(status) };
    let wanted = expected.map(str::to_owned);
    assert_eq!(found, wanted, "{patch}: {answer:?}");
}

const INTEGER: &str = "^^<http://www.w3.org/2001/XMLSchema#integer>";

#[test]
fn a_patch_changes_its_document() {
    let server = Server::empty();
    let one = format!("<> <e:p> \"1\"{INTEGER} .");
    let two = format!("<> <e:p> \"2\"{INTEGER} .");
    let both = format!("{one} {two}");
    let start = "<> e:p 1 .";
    for (patch, after) in [
        ("INSERT DATA { <> e:p 2 }", Ok(both.as_str())),
        ("DELETE DATA { <> e:p 1 } ; INSERT DATA { <> e:p 2 }", Ok(&two)),
        (
            "DELETE { <> e:p ?x } INSERT { <> e:p ?y } WHERE { <> e:p ?x BIND(?x + 1 AS ?y) }",
            Ok(&two),
        ),
        ("DELETE WHERE { ?s e:p ?x } ; INSERT DATA { <> e:p 2 }", Ok(&two)),
        ("INSERT DATA { <> e:p 1 }", Ok(&one)),
        ("DELETE DATA { <> e:p 9 }", Ok(&one)),
        ("INSERT { <> e:p 2 } WHERE { <> e:p 9 }", Ok(&one)),
    ] {
        check(&server, start, patch, after);
    }
}

#[test]
fn an_n3_patch_applies_where_its_conditions_are_met_in_one_way() {
    let server = Server::empty();
    let one = format!("<> <e:p> \"1\"{INTEGER} .");
    let two = format!("<> <e:p> \"2\"{INTEGER} .");
    let both = format!("{one} {two}");
    for (before, patch, after) in [
        ("<> e:p 1 .", "solid:inserts { <> e:p 2 }", Ok(both.as_str())),
        ("<> e:p 1 .", "solid:deletes { <> e:p 1 }; solid:inserts { <> e:p 2 }", Ok(&two)),
        (
            "<> e:p 1 .",
            "solid:where { ?s e:p ?x }; solid:deletes { ?s e:p ?x }; solid:inserts { ?s e:p 2 }",
            Ok(&two),
        ),
        (
            "<> e:p 1 .",
            "solid:where { <> dct:created ?when }; solid:inserts { <> e:p 2 }",
            Ok(&both),
        ),
        ("<> e:p 1, 2 .", "solid:where { <> e:p [] }; solid:deletes { <> e:p 1 }", Ok(&two)),
        ("<> e:p 1 .", "solid:inserts { <> e:p 1 }", Ok(&one)),
        ("<> e:p 1 .", "solid:where { <> e:p 1 }", Ok(&one)),
        // 409: no match, several, an absent deletion, what the server says.
        ("<> e:p 1 .", "solid:where { <> e:p 9 }; solid:inserts { <> e:p 2 }", Err(409)),
        ("<> e:p 1 .", "solid:where { <> e:q ?x }; solid:inserts { <> e:p 2 }", Err(409)),
        ("<> e:p 1, 2 .", "solid:where { <> e:p ?x }; solid:deletes { <> e:p ?x }", Err(409)),
        ("<> e:p 1 .", "solid:deletes { <> e:p 1 . <> e:p 9 }", Err(409)),
        (
            "<> e:p 1 .",
            "solid:where { <> dct:created ?x }; solid:deletes { <> dct:created ?x }",
            Err(409),
        ),
        ("<> e:p 1 .", "solid:inserts { <> dct:created 1 }", Err(409)),
        // 422: what is no patch, and 400: what is no N3.
        ("<> e:p 1 .", "solid:inserts { <> e:p ?x }", Err(422)),
        ("<> e:p 1 .", "solid:inserts { <> e:p [] }", Err(422)),
        ("<> e:p 1 .", "solid:inserts { <> e:p 2 }, { <> e:p 3 }", Err(422)),
        ("<> e:p 1 .", "solid:inserts <x>", Err(422)),
        ("<> e:p 1 .", "solid:inserts { <> e:p 2 } . _:q a solid:InsertDeletePatch", Err(422)),
        ("<> e:p 1 .", "solid:where { <> e:p ?x }; solid:inserts { ?x e:p 2 }", Err(422)),
        ("<> e:p 1 .", "solid:inserts { <> e:p ", Err(400)),
    ] {
        check_n3(&server, before, patch, after);
    }
}

#[test]
fn an_n3_patch_finds_the_blank_node_that_it_changes() {
    let server = Server::empty();
    let path = "/sandbox/blank";
    let turtle = "@prefix e: <http://e.example/> . <> e:p [ e:n 1 ; e:v 1 ] , [ e:n 2 ; e:v 1 ] .";
    server.put(path).turtle(turtle).send().expect_status(201);
    let patch =
        "@prefix solid: <http://www.w3.org/ns/solid/terms#>. @prefix e: <http://e.example/>.
        <#p> a solid:InsertDeletePatch; solid:where { <> e:p ?part . ?part e:n 2 ; e:v ?old };
            solid:deletes { ?part e:v ?old }; solid:inserts { ?part e:v 7 }.";
    server.patch(path).body(N3, patch).send().expect_status(204);
    let wanted = "@prefix e: <http://e.example/> . <> e:p [ e:n 1 ; e:v 1 ] , [ e:n 2 ; e:v 7 ] .";
    server.put("/sandbox/wanted").turtle(wanted).send().expect_status(201);
    let said = |path: &str| {
        let own = triples(&server.get(path).send(), path).into_iter();
        canonical(own.filter(|triple| triple.predicate.as_str().starts_with("http://e.example/")))
            .replace(path, "")
    };
    assert_eq!(said(path), said("/sandbox/wanted"));
}

#[test]
fn an_n3_patch_of_what_is_not_there_creates_it() {
    let server = Server::empty();
    let patch = |path: &str, patch: &str| {
        let text = format!(
            "@prefix solid: <http://www.w3.org/ns/solid/terms#>.
             <> a solid:InsertDeletePatch; {patch} ."
        );
        server.patch(path).body(N3, text).send()
    };
    let created = patch("/sandbox/new", "solid:inserts { <> <a:p> 1 }").expect_status(201);
    assert_eq!(created.location(), "/sandbox/new");
    assert!(server.get("/sandbox/new").send().expect_status(200).body.contains("<a:p>"));
    for (path, text, status) in [
        ("/sandbox/other", "solid:where { ?s ?p ?o }; solid:inserts { <> <a:p> 1 }", 409),
        ("/sandbox/other", "solid:deletes { <> <a:p> 1 }", 409),
        ("/sandbox/other", "solid:where {}", 422),
        ("/nowhere/other", "solid:inserts { <> <a:p> 1 }", 409),
        ("/organizations/other", "solid:inserts { <> a <http://xmlns.com/foaf/0.1/Person> }", 403),
    ] {
        let answer = patch(path, text);
        let read = server.get(path).admin().status();
        assert_eq!((answer.status, read), (status, 404), "{text}: {answer:?}");
    }
    server.delete("/sandbox/new").send().expect_status(204);
    assert_eq!(patch("/sandbox/new", "solid:inserts { <> <a:p> 1 }").status, 410);
}

#[test]
fn a_patch_reaches_no_further_than_its_document() {
    let server = Server::empty();
    for (patch, status) in [
        ("INSERT DATA { GRAPH <other> { <other> e:p 1 } }", 422),
        ("INSERT { GRAPH <other> { <other> e:p 1 } } WHERE { ?s ?p ?o }", 422),
        ("WITH <other> INSERT { <> e:p 1 } WHERE { ?s ?p ?o }", 422),
        ("INSERT { <> e:p ?o } USING <http://registre.example/ns> WHERE { ?s ?p ?o }", 422),
        ("CLEAR ALL", 422),
        ("DROP GRAPH <patched>", 422),
        ("CREATE GRAPH <http://e.example/g>", 422),
        ("COPY DEFAULT TO <http://e.example/g>", 422),
        ("LOAD <http://127.0.0.1:1/x>", 403),
        ("INSERT { <> e:p ?o } WHERE { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", 403),
        ("DELETE WHERE { ?s ?p ?o } ; INSERT { <> e:p 2 } WHERE { SERVICE SILENT <x:y> {} }", 403),
        ("INSERT DATA { <> e:p ", 400),
        ("SELECT * { ?s ?p ?o }", 400),
    ] {
        check(&server, "<> e:p 1 .", patch, Err(status));
    }
    // A WHERE over its own graph sees nothing of others.
    let elsewhere = "INSERT { <> e:seen true } WHERE { GRAPH ?g { ?s ?p ?o } }";
    check(&server, "<> e:p \"x\" .", elsewhere, Ok("<> <e:p> \"x\" ."));
}

#[test]
fn a_patch_may_not_say_what_the_server_says_nor_leave_a_rule_broken() {
    let server = Server::empty();
    let organization = crate::stories::organization("Lac");
    server.put("/organizations/lac").turtle(organization).send().expect_status(201);
    let before = server.get("/organizations/lac").send().body;
    for (patch, status) in [
        ("INSERT DATA { <> <http://purl.org/dc/terms/created> 1 }", 409),
        ("INSERT DATA { <> <http://www.w3.org/ns/ldp#contains> <x> }", 409),
        ("INSERT DATA { <> a <http://www.w3.org/ns/ldp#Container> }", 409),
        ("INSERT DATA { <rive> <http://e.example/p> 1 }", 422),
        ("INSERT DATA { <> <http://virtual-assembly.org/ontologies/pair#homePage> \"lac\" }", 422),
        (
            "DELETE WHERE { <> <http://virtual-assembly.org/ontologies/pair#label> ?x } ;
          DELETE WHERE { <> <http://www.w3.org/2004/02/skos/core#prefLabel> ?x }",
            422,
        ),
        ("INSERT DATA { <> a <http://xmlns.com/foaf/0.1/Person> }", 403),
    ] {
        let answer = server.patch("/organizations/lac").body(UPDATE, patch).send();
        assert_eq!(answer.status, status, "{patch}: {answer:?}");
    }
    assert_eq!(server.get("/organizations/lac").send().body, before);
}

#[test]
fn another_kind_of_patch_hears_which_one_is_taken() {
    let server = Server::empty();
    server.put("/sandbox/x").turtle("<> <a:p> 1 .").send().expect_status(201);
    for content_type in ["text/plain", "text/turtle", "application/json-patch+json"] {
        let answer = server.patch("/sandbox/x").body(content_type, "x").send().expect_status(415);
        assert_eq!(answer.header("accept-patch"), format!("{UPDATE}, {N3}"), "{answer:?}");
    }
    let absent = server.patch("/sandbox/none").body(UPDATE, "INSERT DATA { <> <a:p> 1 }");
    assert_eq!(absent.status(), 404);
}

#[test]
fn a_condition_holds_for_a_patch_too() {
    let server = Server::empty();
    server.put("/sandbox/x").turtle("<> <a:p> 1 .").send().expect_status(201);
    let tag = server.get("/sandbox/x").send().header("etag").to_owned();
    let patch = |n: u32| {
        let text = format!("INSERT DATA {{ <> <a:p> {n} }}");
        server.patch("/sandbox/x").header("If-Match", &tag).body(UPDATE, text).status()
    };
    assert_eq!((patch(2), patch(3)), (204, 412));
}
