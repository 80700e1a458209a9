//! Texts written to kill a server: refused, and the server lives.

use crate::http::Request;
use crate::server::Server;
use std::io::ErrorKind;
use std::net::TcpListener;

fn filter(inside: &str) -> String {
    format!("SELECT * WHERE {{ ?s ?p ?o FILTER({inside}) }}")
}

#[test]
fn queries_that_would_overflow_a_stack_are_refused() {
    let server = Server::shared();
    let rows = [
        filter(&format!("{}1{}", "(".repeat(1_000), ")".repeat(1_000))),
        filter(&format!("{}1", "!".repeat(10_000))),
        filter(&format!("{}1", "-".repeat(10_000))),
        filter(&format!("1{}", "&&1".repeat(5_000))),
        filter(&format!("1{}", "||1".repeat(5_000))),
        filter(&format!("1{}", "+1".repeat(5_000))),
        filter(&format!("1{}", "=1".repeat(5_000))),
        filter(&format!("{}1{}", "abs(".repeat(1_000), ")".repeat(1_000))),
        filter(&format!("1 IN ({}1{})", "(".repeat(2_000), ")".repeat(2_000))),
        filter(&format!("{}{{}}{}", "EXISTS { FILTER ".repeat(1_000), "}".repeat(1_000))),
        format!("ASK {}{}", "{".repeat(2_000), "}".repeat(2_000)),
        format!("ASK {{ {{}}{} }}", " UNION {}".repeat(2_000)),
        format!("ASK {{ {} }}", "OPTIONAL { ?s ?p ?o } ".repeat(1_000)),
        format!("ASK {{ {} }}", "MINUS { ?s ?p ?o } ".repeat(1_000)),
        format!("ASK {{ {} }}", "?s ?p ?o . ".repeat(1_000)),
        format!("ASK {{ ?s <a:b>{} ?o }}", "/<a:b>".repeat(4_000)),
        format!("ASK {{ ?s <a:b>{} ?o }}", "|<a:b>".repeat(4_000)),
        format!("ASK {{ ?s {}<a:b>{} ?o }}", "(".repeat(1_000), ")*".repeat(1_000)),
        format!("ASK {{ ?s ?p {}1{} }}", "[ ?p ".repeat(1_000), "]".repeat(1_000)),
        format!("ASK {{ ?s ?p {}1{} }}", "( ".repeat(1_000), ")".repeat(1_000)),
        format!("SELECT * {}{}", "{ SELECT * ".repeat(1_000), "}".repeat(1_000)),
        format!("SELECT ({}1{} AS ?x) {{}}", "IF(1,1,".repeat(1_000), ")".repeat(1_000)),
        format!("ASK {{ BIND({}1{} AS ?x) }}", "(".repeat(1_000), ")".repeat(1_000)),
        "#".repeat(40_000),
    ];
    for text in rows {
        let shown = &text[..text.len().min(60)];
        assert_eq!(server.query(&text).status(), 400, "{shown}");
        assert!(server.ask("ASK {}"), "the server died of {shown}");
    }
}

#[test]
fn what_would_leave_the_server_is_refused() {
    let server = Server::shared();
    let canary = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    canary.set_nonblocking(true).expect("a socket can wait for nobody");
    let address = canary.local_addr().expect("it is bound");
    let service = |silent: &str| format!("SERVICE {silent} <http://{address}/> {{ ?s ?p ?o }}");
    let query = |silent: &str| server.query(&format!("SELECT * {{ {} }}", service(silent)));
    assert_eq!(query("").status(), 403);
    let update = format!("INSERT {{ ?s ?p ?o }} WHERE {{ {} }}", service(""));
    assert_eq!(server.update(&update).status(), 403);
    assert_eq!(server.update(&format!("LOAD <http://{address}/>")).status(), 403);
    assert_eq!(server.update(&format!("LOAD SILENT <http://{address}/>")).status(), 403);
    assert_eq!(query("SILENT").status(), 403);
    let heard = canary.accept().map(|(_, from)| from).map_err(|error| error.kind());
    assert_eq!(heard, Err(ErrorKind::WouldBlock), "nobody called");
}

#[test]
fn updates_and_patches_that_would_overflow_a_stack_are_refused() {
    let server = Server::shared();
    server.put("/sandbox/patched").turtle("<> <a:p> 1 .").send().expect_status(201);
    let deep = format!(
        "DELETE {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o FILTER({}1{}) }}",
        "(".repeat(1_000),
        ")".repeat(1_000)
    );
    let nested =
        format!("INSERT DATA {{ <a:s> <a:p> {}1{} }}", "[ <a:p> ".repeat(5_000), "]".repeat(5_000));
    for text in [deep, nested] {
        assert_eq!(server.update(&text).status(), 400);
        let patch = server.patch("/sandbox/patched");
        assert_eq!(patch.body("application/sparql-update", text).status(), 400);
    }
    assert!(server.ask("ASK {}"));
}

#[test]
fn bodies_that_nest_or_expand_are_refused() {
    let server = Server::shared();
    let put = |content_type: &str, body: String| -> Request {
        server.put("/sandbox/hostile").body(content_type, body)
    };
    let entities = "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><x>&b;</x>".to_owned();
    let remote = "{\"@context\": \"http://127.0.0.1:1/context\", \"name\": \"x\"}".to_owned();
    let two_graphs = "{\"@id\": \"a:g\", \"@graph\": [{\"@id\": \"a:s\", \"a:p\": 1}]}".to_owned();
    let rows = [
        (400, put("application/ld+json", "[".repeat(100_000))),
        (400, put("application/ld+json", "{\"a:p\":".repeat(100_000))),
        (400, put("application/ld+json", remote)),
        (400, put("application/ld+json", two_graphs)),
        (400, put("text/turtle", format!("<> <a:p> {}", "[ <a:p> ".repeat(100_000)))),
        (400, put("text/turtle", format!("<> <a:p> {}", "( ".repeat(100_000)))),
        (415, put("application/rdf+xml", entities)),
        (415, put("application/trig", "<a:g> { <a:s> <a:p> 1 }".to_owned())),
        (415, put("image/ png", "PNG".to_owned())),
        (415, put("application/sparql-update", "CLEAR ALL".to_owned())),
        (415, server.put("/sandbox/hostile").header("X", "no content type")),
    ];
    for (n, (status, request)) in rows.into_iter().enumerate() {
        let answer = request.send();
        assert_eq!(answer.status, status, "row {n}: {answer:?}");
    }
    assert_eq!(server.get("/sandbox/hostile").status(), 404);
}

#[test]
fn a_body_beyond_the_limit_is_refused() {
    let server = Server::shared();
    let large = format!("<> <a:p> \"{}\" .", "x".repeat(8 * 1024 * 1024));
    assert_eq!(server.put("/sandbox/large").turtle(large.clone()).status(), 413);
    assert_eq!(server.post("/sandbox").turtle(large).status(), 413);
    assert_eq!(server.get("/sandbox/large").status(), 404);
}

#[test]
fn the_injection_of_one_query_into_another_finds_no_string_to_break() {
    let server = Server::shared();
    for path in [
        "/organizations/x%3E%20%3Chttp:%2F%2Fe.example",
        "/organizations/%22%20;%20DROP%20ALL",
        "/organizations/%7D%20%23",
        "/organizations/%00",
        "/organizations/..%2f..%2fetc",
    ] {
        let status = server.get(path).status();
        assert!([400, 404].contains(&status), "{path}: {status}");
    }
}
