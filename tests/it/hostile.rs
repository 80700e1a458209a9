//! Texts written to kill a server, and queries written to keep it from others: each is answered
//! with its own reason, the server lives, and nobody else waits for it.

use crate::http::{Request, Response};
use crate::server::{BASE, Folder, Server};
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};

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

/// A server with the source set, under these settings of `[sparql]`, that believes who says from
/// where they come.
fn limited(settings: &str) -> Server {
    let folder = Folder::new();
    let file = folder.path().join("codesocial.toml");
    let text = format!("trusted_proxies = [\"127.0.0.1\"]\n[sparql]\n{settings}\n");
    std::fs::write(&file, text).expect("the folder can be written");
    let file = file.to_str().expect("a path in UTF-8");
    folder.serve(&["--base", BASE, "--load", "source", "--config", file])
}

const HOSTILE: &str = "192.0.2.66";
const OTHER: &str = "192.0.2.7";

fn from(address: &str, request: Request) -> Request {
    request.header("X-Forwarded-For", address)
}

/// Each query has its own reason, and the next one of the same client is answered. Meanwhile every
/// query of another client is.
#[track_caller]
fn check_reasons(server: &Server, status: u16, problem: &str, queries: &[String]) {
    let over = AtomicBool::new(false);
    let told: Vec<_> = std::thread::scope(|scope| {
        let other = scope.spawn(|| {
            let count = "SELECT (COUNT(?s) AS ?n) { ?s a ?class }";
            let mut statuses = Vec::new();
            while !over.load(Ordering::Relaxed) {
                statuses.push(from(OTHER, server.query(count)).send().status);
            }
            statuses
        });
        let told = queries.iter().map(|text| {
            let answer = from(HOSTILE, server.query(text)).send();
            let kind = answer.json()["type"].as_str().map(str::to_owned).unwrap_or_default();
            let after = from(HOSTILE, server.query("ASK {}")).send().status;
            (text, answer.status, kind, after)
        });
        let told = told.collect();
        over.store(true, Ordering::Relaxed);
        let statuses = other.join().expect("the other client asks on");
        assert!(statuses.len() >= queries.len() && statuses.iter().all(|status| *status == 200));
        told
    });
    let kind = format!("https://w3id.org/codesocial/problem/{problem}");
    let expected: Vec<_> = queries.iter().map(|text| (text, status, kind.clone(), 200)).collect();
    assert_eq!(told, expected);
}

/// Each variable is one of so many numbers.
fn crossed(variables: usize, numbers: usize) -> String {
    let numbers: String = (0..numbers).map(|n| format!("{n} ")).collect();
    (0..variables).map(|n| format!("VALUES ?v{n} {{ {numbers} }} ")).collect()
}

/// A text that doubles so many times.
fn doubled(times: usize) -> String {
    let bind = |n| format!("BIND(CONCAT(?x{n}, ?x{n}) AS ?x{}) ", n + 1);
    let binds: String = (0..times).map(bind).collect();
    format!("BIND(\"0123456789abcdef\" AS ?x0) {binds}")
}

/// All pairs, triples and so on of triples.
fn product(factors: usize) -> String {
    (0..factors).map(|n| format!("?s{n} ?p{n} ?o{n} . ")).collect()
}

#[test]
fn queries_that_never_end_are_ended() {
    let server = limited("seconds_max = 1");
    let count = |inside: &str| format!("SELECT (COUNT(*) AS ?n) {{ {inside} }}");
    let (sum, text) =
        ("?v0 + ?v1 + ?v2 + ?v3 + ?v4", "CONCAT(STR(?o0), STR(?o1), STR(?o2), STR(?o3))");
    let path = "(<a:p>|!<a:p>)*".to_owned() + &"/(<a:p>|!<a:p>)*".repeat(7);
    let queries = [
        count(&crossed(5, 100)),
        count(&product(4)),
        count(&format!("{} FILTER(?o0 = ?o1 + ?o2)", product(3))),
        count(&format!("{{ {} }} MINUS {{ {} }}", product(3), product(2))),
        count(&format!("?s {path} ?o")),
        format!("ASK {{ {} FILTER({sum} > 1000) }}", crossed(5, 100)),
        format!("SELECT (SHA512(GROUP_CONCAT(SHA512(STR(?v0)))) AS ?x) {{ {} }}", crossed(5, 60)),
        format!("ASK {{ FILTER NOT EXISTS {{ {} FILTER({sum} > 1000) }} }}", crossed(5, 100)),
        format!("CONSTRUCT {{ ?s0 ?p1 ?o2 }} WHERE {{ {} FILTER({text} = \"\") }}", product(4)),
    ];
    check_reasons(&server, 503, "timeout", &queries);
}

#[test]
fn queries_that_ask_for_all_memory_do_not_get_it() {
    let server = limited("seconds_max = 120\nworker_bytes_max = 67108864");
    let sorted =
        |variable: &str, inside: &str| format!("SELECT * {{ {inside} }} ORDER BY {variable}");
    let queries = [
        format!("SELECT (STRLEN(?x30) AS ?n) {{ {} }}", doubled(30)),
        sorted("?v0", &crossed(5, 60)),
        sorted("?o1", &product(3)),
        format!("SELECT (COUNT(*) AS ?n) {{ SELECT DISTINCT * {{ {} }} }}", crossed(5, 60)),
        format!("SELECT (STRLEN(GROUP_CONCAT(STR(?o1))) AS ?n) {{ {} }}", product(3)),
        format!("SELECT ?o0 ?o1 (COUNT(*) AS ?n) {{ {} }} GROUP BY ?s0 ?o0 ?s1 ?o1", product(2)),
    ];
    check_reasons(&server, 422, "query-memory", &queries);
}

#[test]
fn answers_that_would_be_too_large_are_cut_before_they_are_sent() {
    let server = limited("rows_max = 50");
    let queries = [
        "DESCRIBE * { ?s ?p ?o }".to_owned(),
        format!("CONSTRUCT {{ ?s0 ?p1 ?o1 }} WHERE {{ {} }}", product(2)),
        format!("SELECT * {{ {} }}", product(4)),
        format!("SELECT * {{ {} }}", crossed(5, 100)),
    ];
    check_reasons(&server, 403, "answer-too-large", &queries);
    let bytes = limited("result_bytes_max = 1000");
    let queries = [
        format!("SELECT ?x16 {{ {} }}", doubled(16)),
        "CONSTRUCT WHERE { ?s a ?class }".to_owned(),
    ];
    check_reasons(&bytes, 403, "answer-too-large", &queries);
}

#[test]
fn queries_that_only_look_dangerous_are_answered() {
    let server = limited("seconds_max = 30");
    let ask = |inside: &str| {
        let text = format!("ASK {{ {inside} }}");
        from(HOSTILE, server.query(&text)).send().expect_status(200).json()["boolean"] == true
    };
    assert!(!ask("FILTER(REGEX(\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\", \"(a+)+$\"))"));
    assert!(!ask("FILTER(REGEX(\"a\", \"((a{1000}){1000}){1000}\"))"), "too large to compile");
    assert!(!ask("FILTER(REGEX(\"a\", REPLACE(\"x\", \"x\", \"(\")))"), "no expression at all");
    assert!(ask(&format!("VALUES ?x {{ {} 7 }} FILTER(?x = 7)", "1 ".repeat(10_000))));
    assert!(!ask("<a:s> (<a:p>*/<a:q>*)* <a:o>"));
}

#[test]
fn a_client_that_goes_away_or_does_not_read_keeps_no_worker() {
    let server = limited("seconds_max = 60\nworkers_public = 1");
    let begun = |query: &str| {
        let mut stream = TcpStream::connect(server.address()).expect("the server listens");
        let head = format!(
            "POST /sparql HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: {HOSTILE}\r\n\
             Content-Type: application/sparql-query\r\nContent-Length: {}\r\n\r\n{query}",
            query.len()
        );
        stream.write_all(head.as_bytes()).expect("the server reads");
        stream
    };
    let answered = |address: &str| -> Response { from(address, server.query("ASK {}")).send() };
    // The one worker has begun to answer: what it sends is more than sockets hold.
    let endless = format!("SELECT * {{ {} }}", crossed(3, 100));
    let mut reading = begun(&endless);
    reading.read_exact(&mut [0; 64]).expect("the answer begins");
    drop(reading);
    answered(OTHER).expect_status(200);
    // Who goes away before there is anything to send is missed just as well.
    drop(begun(&format!("SELECT (COUNT(*) AS ?n) {{ {} }}", crossed(5, 100))));
    answered(OTHER).expect_status(200);
    let impatient = limited("seconds_max = 1\nworkers_public = 1");
    let mut stream = TcpStream::connect(impatient.address()).expect("the server listens");
    let head = format!(
        "POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n\
         Content-Length: {}\r\n\r\n{endless}",
        endless.len()
    );
    stream.write_all(head.as_bytes()).expect("the server reads");
    stream.read_exact(&mut [0; 64]).expect("the answer begins");
    // Nobody reads on: the time is over, and the worker is there for the next.
    loop {
        let told = from(OTHER, impatient.query("ASK {}")).send().status;
        if told == 200 {
            break;
        }
        assert_eq!(told, 503, "the queue gives up after as long as a query may take");
    }
    let mut rest = Vec::new();
    let cut = stream.read_to_end(&mut rest);
    let whole = rest.ends_with(b"0\r\n\r\n");
    assert!(!whole, "an answer that was cut never looks whole: {cut:?}");
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
    // What is silent succeeds and does nothing, as SPARQL Update 3.1.4 says.
    let silent = format!("LOAD SILENT <http://{address}/> INTO GRAPH <http://{address}/>");
    assert_eq!(server.update(&silent).status(), 204);
    assert!(!server.ask(&format!("ASK {{ GRAPH <http://{address}/> {{ ?s ?p ?o }} }}")));
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
