//! Who is refused, and what a refusal says.

use crate::server::Server;
use crate::stories::{PREFIXES, organization};

#[test]
fn who_has_no_token_or_a_wrong_one_writes_nothing() {
    let server = Server::shared();
    for (method, path) in [
        ("PUT", "/sandbox/anonymous"),
        ("POST", "/sandbox"),
        ("PATCH", "/organizations/wemob"),
        ("DELETE", "/organizations/wemob"),
    ] {
        let bare = server.anonymous(method, path).turtle("<> <a:p> 1 .").send();
        assert!(bare.expect_status(401).header("www-authenticate").starts_with("Bearer"));
        for credentials in ["Bearer wrong", "Bearer ", "Basic YTpi", "nonsense"] {
            let request = server.anonymous(method, path).header("Authorization", credentials);
            assert_eq!(request.turtle("<> <a:p> 1 .").status(), 401, "{method} {credentials}");
        }
    }
    let update = server.anonymous("POST", "/sparql").body("application/sparql-update", "DROP ALL");
    assert_eq!(update.status(), 401);
    assert_eq!(server.get("/organizations/wemob").status(), 200);
    assert_eq!(server.get("/sandbox/anonymous").status(), 404);
}

#[test]
fn a_wrong_token_reads_nothing_either() {
    // It is a mistake that its owner should hear of.
    let server = Server::shared();
    let request = server.get("/organizations/wemob").header("Authorization", "Bearer wrong");
    assert_eq!(request.status(), 401);
}

#[test]
fn persons_are_refused_until_there_are_accounts() {
    let server = Server::shared();
    let person = |class: &str| format!("{PREFIXES}<> a <{class}> ; pair:label \"Lou\" .");
    for class in [
        "http://virtual-assembly.org/ontologies/pair#Person",
        "http://xmlns.com/foaf/0.1/Person",
        "https://www.w3.org/ns/activitystreams#Person",
        "http://schema.org/Person",
    ] {
        assert_eq!(server.put("/organizations/lou").turtle(person(class)).status(), 403, "{class}");
        assert_eq!(server.post("/organizations").turtle(person(class)).status(), 403, "{class}");
        let update = format!(
            "INSERT DATA {{ GRAPH <organizations/lou> {{ <organizations/lou> a <{class}> }} }}"
        );
        assert_eq!(server.update(&update).status(), 403, "{class}");
    }
    assert_eq!(server.put("/users/lou").turtle(organization("Lou")).status(), 403);
}

#[test]
fn a_syntax_error_is_told_with_its_line_and_nothing_is_stored() {
    let server = Server::shared();
    for (content_type, body, place) in [
        ("text/turtle", "<> <a:p> 1 .\n<> <a:q> \"open .\n", "line 2"),
        ("application/n-triples", "<a:s> <a:p> <a:o> .\n<a:s> <a:p> x .\n", "line 2"),
        ("application/ld+json", "{\n \"@id\": \"\",\n \"a:p\": 1,,\n}", "line 3"),
    ] {
        let put = server.put("/sandbox/broken").body(content_type, body).send();
        let told = put.expect_status(400).json()["detail"].to_string();
        assert!(told.contains(place), "{content_type}: {told}");
        assert_eq!(server.post("/sandbox").body(content_type, body).status(), 400);
    }
    let latin = server.put("/sandbox/broken").turtle(b"<> <a:p> \"\xe9\" .".to_vec());
    assert_eq!(latin.status(), 400);
    assert_eq!(server.get("/sandbox/broken").status(), 404);
}

#[test]
fn a_syntax_that_is_not_taken_hears_which_ones_are() {
    let server = Server::shared();
    for method in ["PUT", "POST"] {
        let path = if method == "PUT" { "/sandbox/x" } else { "/sandbox" };
        let request = server.anonymous(method, path).admin().body("application/rdf+xml", "<x/>");
        let answer = request.send().expect_status(415);
        let posts = "text/turtle, application/ld+json, application/n-triples, */*";
        assert_eq!(answer.header("accept-post"), posts);
    }
}

#[test]
fn an_unknown_method_hears_which_ones_there_are() {
    let server = Server::shared();
    let answer = server.anonymous("PURGE", "/organizations").admin().send().expect_status(405);
    assert!(answer.header("allow").starts_with("GET, HEAD, OPTIONS, POST"), "{answer:?}");
}

#[test]
fn a_body_does_not_speak_of_names_that_are_the_servers() {
    let server = Server::shared();
    for body in ["<x.meta> <a:p> 1 .", "<> <a:p> <x.acl> .", "<#b-0> <a:p> 1 ."] {
        server.put("/sandbox/reserved").turtle(body).send().expect_status(422);
    }
    assert_eq!(server.get("/sandbox/reserved").status(), 404);
}
