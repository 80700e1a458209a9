//! The graph store: whole graphs, as the protocol for them says. What the suite of the W3C does not
//! ask stands here. <https://www.w3.org/TR/sparql11-http-rdf-update/>

use crate::graph::{iri, said};
use crate::http::Request;
use crate::server::{BASE, Server};
use crate::stories::organization;

const FOREIGN: &str = "/graphs?graph=http://foreign.example/g";

/// The address of a document's graph in the store.
fn graph(path: &str) -> String {
    format!("/graphs?graph={}", iri(path))
}

fn form(request: Request, files: &[(&str, &str)]) -> Request {
    let parts: String = files
        .iter()
        .map(|(head, text)| {
            format!("--x\r\nContent-Disposition: form-data; name=\"f\"{head}\r\n\r\n{text}\r\n")
        })
        .collect();
    request.body("multipart/form-data; boundary=x", format!("{parts}--x--\r\n"))
}

#[test]
fn a_graph_is_made_read_added_to_replaced_and_removed() {
    let server = Server::empty();
    let made = server.post("/graphs").turtle("<> <a:p> [ <a:q> 1 ] .").send().expect_status(201);
    let path = made.location();
    assert!(path.starts_with("/graphs/"), "{made:?}");
    let read = server.get(&path).send().expect_status(200);
    assert_eq!(read.header("content-type"), "text/turtle");
    assert!(read.body.contains(&iri(&path)) && !read.body.contains("#b-"), "{read:?}");
    for other in [graph(&path), format!("{}&lang=en", graph(&path))] {
        assert_eq!(said(&server.get(&other).send(), &path), said(&read, &path));
    }
    let unchanged = server.get(&path).header("If-None-Match", read.header("etag")).status();
    assert_eq!(unchanged, 304);

    // One label in two files means two nodes.
    let turtle = "; filename=\"a.ttl\"\r\nContent-Type: text/turtle";
    let files = [(turtle, "_:n <a:r> 1 ."), ("; filename=\"b.nt\"", "_:n <a:r> \"2\" .")];
    form(server.post(&path), &files).send().expect_status(204);
    let count = "SELECT (COUNT(DISTINCT ?s) AS ?n) { GRAPH ?g { ?s <a:r> ?o } }";
    assert_eq!(server.rows(count), "2\n");

    let stale = server.put(&path).header("If-Match", read.header("etag")).turtle("<> <a:p> 2 .");
    assert_eq!(stale.status(), 412);
    server.put(&path).turtle("<> <a:p> 2 .").send().expect_status(204);
    let replaced = server.get(&path).accept("application/n-triples").send();
    assert_eq!(replaced.body.lines().count(), 1, "{replaced:?}");
    server.delete(&path).send().expect_status(204);
    assert_eq!([server.get(&path).status(), server.delete(&path).status()], [404, 404]);
}

#[test]
fn the_graph_of_a_document_is_written_as_the_document_is() {
    let server = Server::empty();
    let lac = graph("/organizations/lac");
    let wrong = organization("Lac").replace("<> a", "<> pair:homePage \"lac\" ; a");
    server.put(&lac).turtle(wrong).send().expect_status(422);
    assert_eq!(server.get(&lac).status(), 404);
    let created = server.put(&lac).turtle(organization("Lac")).send().expect_status(201);
    assert_eq!(created.location(), "/organizations/lac");
    assert!(server.get("/organizations").send().body.contains("organizations/lac>"));
    let read = server.get("/organizations/lac").send().expect_status(200);
    assert!(read.body.contains("dc:created") && read.body.contains("non-inscrit"), "{read:?}");
    // The graph alone: what the server says of the document stands in a graph of its own.
    assert!(!server.get(&lac).send().body.contains("dc:created"));
    let meta = server.get(&graph("/organizations/lac.meta")).send().expect_status(200);
    assert!(meta.body.contains("dc:created"), "{meta:?}");

    let comment = "<> <http://virtual-assembly.org/ontologies/pair#comment> \"Au bord.\" .";
    server.post(&lac).turtle(comment).send().expect_status(204);
    let both = server.get("/organizations/lac").send();
    assert!(both.body.contains("Au bord.") && both.body.contains("\"Lac\""), "{both:?}");
    let other = "<http://registre.example/organizations/rive> <a:p> 1 .";
    server.post(&lac).turtle(other).send().expect_status(422);
    let existence = "<> <http://www.w3.org/ns/ldp#contains> <x> .";
    server.post(&lac).turtle(existence).send().expect_status(409);
    server.put(&graph("/organizations/lac.meta")).turtle(comment).send().expect_status(409);
    server.put(&graph("/ns")).turtle(comment).send().expect_status(409);
    server.delete(&graph("/organizations")).send().expect_status(403);
    server.delete(&lac).send().expect_status(204);
    assert_eq!([server.get("/organizations/lac").status(), server.get(&lac).status()], [410, 410]);
    server.put(&lac).turtle(organization("Lac")).send().expect_status(410);
}

#[test]
fn who_may_not_write_a_graph_is_refused_and_leaves_nothing() {
    let server = Server::empty();
    let person = server.person("jeanne");
    // The first time that she comes she gets a profile.
    person.get(&person.profile()).send().expect_status(200);
    let head = server.folder.head();
    for path in [FOREIGN, "/graphs?default", "/graphs", "/graphs/x", &graph("/organizations/lac")] {
        for method in ["PUT", "POST", "DELETE"] {
            if (path, method) == ("/graphs", "PUT") || (path, method) == ("/graphs", "DELETE") {
                continue;
            }
            let anonymous = server.anonymous(method, path).turtle(organization("Lac")).status();
            assert_eq!(anonymous, 401, "{method} {path}");
            let known = person.ask(method, path).turtle(organization("Lac")).status();
            assert_eq!(known, 403, "{method} {path}");
        }
    }
    assert_eq!(server.folder.head(), head);
    // What she may make, she makes here too.
    let own = graph("/sandbox/mien");
    person.ask("PUT", &own).turtle("<> <a:p> 1 .").send().expect_status(201);
    person.ask("POST", &own).turtle("<> <a:p> 2 .").send().expect_status(204);
    person.ask("DELETE", &own).send().expect_status(204);
}

#[test]
fn a_graph_that_may_not_be_read_is_as_one_that_is_not_there() {
    let server = Server::empty();
    server.put("/quizzes/q/key").turtle("<#c> <a:p> \"secret\" .").send().expect_status(201);
    for end in ["", ".meta", ".acl"] {
        let told = |path: &str| {
            let answer = server.get(&graph(&format!("{path}{end}"))).send();
            (answer.status, answer.header("etag").to_owned())
        };
        assert_eq!(told("/quizzes/q/key"), told("/quizzes/none/key"), "{end}");
    }
    assert_eq!(server.get(&graph("/system/instance")).admin().status(), 404);
    let read = server.get(&graph("/quizzes/q/key")).admin().send().expect_status(200);
    assert!(read.body.contains("secret"), "{read:?}");
    server.get(&graph("/.acl")).admin().send().expect_status(200);
}

#[test]
fn the_graph_without_a_name_is_read_by_everyone_and_written_by_administrators() {
    let server = Server::empty();
    assert_eq!(said(&server.get("/graphs?default").send().expect_status(200), "/"), "");
    server.put("/graphs?default").turtle("<a:s> <a:p> [ ] .").send().expect_status(204);
    server.post("/graphs?default").turtle("<a:s> <a:p> 2 .").send().expect_status(204);
    let read = server.get("/graphs?default").accept("application/n-triples").send();
    assert_eq!(read.expect_status(200).body.lines().count(), 2);
    // A query asks for it alone by its address.
    let query = format!(
        "/sparql?query=SELECT(COUNT(*)AS%20%3Fn)%7B%3Fs%3Fp%3Fo%7D&default-graph-uri={BASE}graphs%3Fdefault"
    );
    assert_eq!(server.get(&query).accept("text/csv").send().body, "n\r\n2\r\n");
    server.delete("/graphs?default").send().expect_status(204);
    assert_eq!(said(&server.get("/graphs?default").send(), "/"), "");
}

#[test]
fn what_the_protocol_does_not_allow_is_refused() {
    let server = Server::empty();
    server.put(FOREIGN).turtle("<a:s> <a:p/> 1 .").send().expect_status(201);
    for (request, status) in [
        (server.get("/graphs"), 400),
        (server.put("/graphs").turtle(""), 400),
        (server.get("/graphs?graph=relative"), 400),
        (server.get("/graphs?graph=a:b&graph=a:c"), 400),
        (server.get("/graphs?graph=a:b&default"), 400),
        (server.get("/graphs/x?default"), 400),
        (server.get(&graph("/organizations/../x")), 400),
        (server.get("/graphs?graph=http://registre.example/organizations%23x"), 400),
        (server.get("/graphs?graph=http://foreign.example/other"), 404),
        (server.get(FOREIGN).accept("text/csv"), 406),
        (server.get(FOREIGN).accept("application/rdf+xml"), 406),
        (server.put(FOREIGN).body("text/csv", "a"), 415),
        (server.put(FOREIGN).untyped("<a:s> <a:p> 1 ."), 415),
        (server.put(FOREIGN).body("application/trig", "<a:g> { <a:s> <a:p> 1 }"), 415),
        (server.put(FOREIGN).turtle("<a:s> <a:p>"), 400),
        (form(server.post(FOREIGN), &[]), 400),
        (form(server.post(FOREIGN), &[("", "<a:s> <a:p> 1 .")]), 415),
        (server.post(FOREIGN).body("multipart/form-data", "x"), 400),
        (server.patch(FOREIGN).body("application/sparql-update", "DROP ALL"), 405),
    ] {
        let told = format!("{request:?}");
        assert_eq!(request.status(), status, "{told}");
    }
    let read = server.get(FOREIGN).accept("application/n-triples").send().expect_status(200);
    assert_eq!(read.body, "<a:s> <a:p/> \"1\"^^<http://www.w3.org/2001/XMLSchema#integer> .\n");
    let options = server.options("/graphs").send().expect_status(204);
    assert_eq!(options.header("allow"), "GET, HEAD, OPTIONS, PUT, POST, DELETE");
}
