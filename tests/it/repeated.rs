//! Queries that are asked again: the answer of before is given while nothing changed, to who had
//! it, and is never another than the one that would be worked out.

use crate::metrics::with;
use crate::server::Server;

/// How many answers were given again, and how many were worked out to be kept.
fn counts(server: &Server) -> [u64; 2] {
    let told = server.get("/metrics").send().expect_status(200).body;
    ["hit", "miss"].map(|result| {
        let name = format!("codesocial_query_cache_total{{result=\"{result}\"}} ");
        let value = told.lines().find_map(|line| line.strip_prefix(&name));
        value.and_then(|value| value.parse().ok()).expect("a count")
    })
}

fn serve(settings: &str) -> Server {
    with(&format!("metrics_from = [\"127.0.0.0/8\"]\n{settings}"))
}

const SECRET: &str = "SELECT ?o { ?s <a:said> ?o }";

fn say(server: &Server, text: &str, status: u16) {
    let body = format!("<#c3> <a:said> \"{text}\" .");
    server.put("/quizzes/barcamp/key").turtle(body).send().expect_status(status);
}

#[test]
fn an_answer_is_given_again_until_something_is_written() {
    let server = serve("");
    let ask = |query: &str, accept: &str| {
        server.query(query).accept(accept).send().expect_status(200).body
    };
    let all = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }";
    let before = ask(all, "text/csv");
    assert_eq!(counts(&server), [0, 1]);
    assert_eq!(ask(all, "text/csv"), before);
    assert_eq!(ask(&format!("# again\n{}", all.replace(' ', "  ")), "text/csv"), before);
    assert_eq!(counts(&server), [2, 1]);
    assert_ne!(ask(all, "text/tab-separated-values"), before, "another format");
    assert_eq!(counts(&server), [2, 2]);
    let named = format!("/sparql?query=ASK%7B%7D&default-graph-uri={}", "http://x.example/");
    for request in [server.get("/sparql?query=ASK%7B%7D"), server.get(&named)] {
        request.accept("text/csv").send().expect_status(200);
    }
    assert_eq!(counts(&server), [2, 4], "another dataset");
    say(&server, "premier", 201);
    let body = "<> a <http://virtual-assembly.org/ontologies/pair#Organization> ; \
                <http://virtual-assembly.org/ontologies/pair#label> \"Une\"@fr .";
    server.put("/sandbox/one").turtle(body).send().expect_status(201);
    ask(all, "text/csv");
    assert_eq!(counts(&server), [2, 5]);
}

#[test]
fn an_answer_is_given_to_who_had_it_and_to_nobody_else() {
    let server = serve("");
    say(&server, "premier", 201);
    let known = || server.query(SECRET).admin().accept("text/csv").send().expect_status(200).body;
    let unknown = || server.query(SECRET).accept("text/csv").send().expect_status(200).body;
    assert_eq!([known(), unknown(), known(), unknown()].map(|rows| rows.len()), [12, 3, 12, 3]);
    assert_eq!(counts(&server), [2, 2]);
    say(&server, "second", 204);
    assert_eq!(known(), "o\r\nsecond\r\n", "a write changes the answer");
    assert_eq!(counts(&server), [2, 3]);
}

#[test]
fn what_may_differ_each_time_is_worked_out_each_time() {
    let server = serve("");
    let ask = |query: &str| server.query(query).accept("text/csv").send().expect_status(200).body;
    for call in ["UUID()", "STRUUID()", "RAND()"] {
        let query = format!("SELECT ({call} AS ?x) {{}}");
        assert_ne!(ask(&query), ask(&query));
    }
    assert_eq!(counts(&server), [0, 0]);
    let none = serve("[sparql]\ncache_bytes_max = 0");
    for _ in 0..2 {
        none.query("ASK {}").accept("text/csv").send().expect_status(200);
    }
    assert_eq!(counts(&none), [0, 2]);
}
