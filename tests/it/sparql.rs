//! The SPARQL endpoint's queries. <https://www.w3.org/TR/sparql11-protocol/>

use crate::http::Request;
use crate::server::Server;
use expect_test::expect;

const ONE: &str = "SELECT ?x ?y { VALUES (?x ?y) { (1 \"é\"@fr) (<a:b> UNDEF) } }";

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[test]
fn a_query_is_taken_by_get_by_form_and_directly() {
    let server = Server::shared();
    let post = |content_type: &str, body: &str| -> Request {
        server.anonymous("POST", "/sparql").body(content_type, body)
    };
    let form = format!("query={}", encoded(ONE));
    let wanted = server.query(ONE).send().expect_status(200).body;
    let mut ways = vec![
        server.get(&format!("/sparql?{form}")),
        post("application/x-www-form-urlencoded", &form),
        post("application/x-www-form-urlencoded; charset=utf-8", &form),
    ];
    // SemApps's front-ends send the text under whatever type they send data with.
    for content_type in ["application/sparql-query", "application/ld+json", "application/json"] {
        ways.push(post(content_type, ONE));
    }
    for (n, request) in ways.into_iter().enumerate() {
        let answer = request.send();
        assert_eq!((answer.status, &answer.body), (200, &wanted), "way {n}");
    }
    let as_json_ld = server.query(ONE).accept("application/ld+json").send().expect_status(200);
    assert_eq!(as_json_ld.body, wanted, "rows have JSON only");
    assert_eq!(post("application/x-www-form-urlencoded", "x=1").status(), 400);
}

#[test]
fn what_the_protocol_does_not_allow_is_refused_in_words() {
    let server = Server::shared();
    let post = |content_type: &str, body: &[u8]| {
        server.anonymous("POST", "/sparql").body(content_type, body).header("Accept-Language", "en")
    };
    let form = "application/x-www-form-urlencoded";
    let utf_16: Vec<u8> = "ASK {}".encode_utf16().flat_map(u16::to_be_bytes).collect();
    let untyped = server.anonymous("POST", "/sparql").untyped("ASK {}");
    for (request, status, word) in [
        (post("text/plain", b"ASK {}"), 415, "Content-Type"),
        (untyped.header("Accept-Language", "en"), 415, "Content-Type"),
        (post("application/sparql-query", b""), 400, "cannot be read"),
        (post("application/sparql-query", b"ASK {\xff}"), 400, "UTF-8"),
        (post("application/sparql-query; charset=UTF-16", &utf_16), 400, "UTF-8"),
        (post(form, b"query=ASK{}&query=ASK{}"), 400, "given twice"),
        (post(form, b"query=ASK{}&update=DROP%20ALL"), 400, "not both"),
        (post(form, b"query=ASK{}&using-graph-uri=a:b"), 400, "does not go with"),
        (post(form, b"query=ASK{}&default-graph-uri=b"), 400, "absolute IRI"),
        (server.get("/sparql?update=DROP%20ALL&lang=en"), 400, "sent by POST"),
    ] {
        let answer = request.send().expect_status(status);
        assert!(answer.json()["detail"].to_string().contains(word), "{word}: {answer:?}");
        assert!(answer.header("accept-post").starts_with("application/sparql-query"), "{answer:?}");
    }
}

#[test]
fn the_endpoint_describes_itself_and_tells_its_limits() {
    let server = Server::shared();
    let described = server.get("/sparql?lang=en").accept("text/turtle").send().expect_status(200);
    let triples = crate::graph::triples(&described, "/sparql");
    let says = |property: &str, object: &str| {
        triples.iter().any(|triple| {
            triple.predicate.as_str().ends_with(property)
                && triple.object.to_string().contains(object)
        })
    };
    assert!(says("#endpoint", &crate::graph::iri("/sparql")), "{described:?}");
    assert!(says("#supportedLanguage", "SPARQL11Update"), "{described:?}");
    assert!(says("#resultFormat", "SPARQL_Results_CSV") && says("#feature", "UnionDefaultGraph"));
    assert!(says("#comment", "at most 100000 rows"), "{described:?}");
    assert!(server.get("/sparql").accept("text/html").send().body.contains("<form"));
    assert_eq!(server.get("/sparql").accept("image/png").status(), 406);
    for answer in [described, server.query("ASK {}").send(), server.query("ASK").send()] {
        let limits = "rows=100000, bytes=50000000, seconds=10";
        assert_eq!(answer.header("sparql-limits"), limits, "{answer:?}");
    }
}

#[test]
fn rows_come_in_the_four_formats() {
    let server = Server::shared();
    let rows = |accept: &str| {
        let answer = server.query(ONE).accept(accept).send().expect_status(200);
        assert_eq!(answer.header("content-type"), accept);
        answer.body
    };
    expect![[r#"{"head":{"vars":["x","y"]},"results":{"bindings":[{"x":{"type":"literal","value":"1","datatype":"http://www.w3.org/2001/XMLSchema#integer"},"y":{"type":"literal","value":"é","xml:lang":"fr"}},{"x":{"type":"uri","value":"a:b"}}]}}"#]]
        .assert_eq(&rows("application/sparql-results+json"));
    expect![[r#"<?xml version="1.0"?><sparql xmlns="http://www.w3.org/2005/sparql-results#"><head><variable name="x"/><variable name="y"/></head><results><result><binding name="x"><literal datatype="http://www.w3.org/2001/XMLSchema#integer">1</literal></binding><binding name="y"><literal xml:lang="fr">é</literal></binding></result><result><binding name="x"><uri>a:b</uri></binding></result></results></sparql>"#]]
        .assert_eq(&rows("application/sparql-results+xml"));
    assert_eq!(rows("text/csv"), "x,y\r\n1,é\r\na:b,\r\n");
    assert_eq!(rows("text/tab-separated-values"), "?x\t?y\n1\t\"é\"@fr\n<a:b>\t\n");
}

#[test]
fn booleans_and_graphs_have_formats_of_their_own() {
    let server = Server::shared();
    let json = server.query("ASK {}").accept("application/sparql-results+json").send();
    assert_eq!(json.json()["boolean"], true);
    let construct = "CONSTRUCT { <a:s> <a:p> ?x , ?x } WHERE { VALUES ?x { 1 2 } }";
    for (accept, content_type) in [
        ("*/*", "text/turtle"),
        ("text/turtle", "text/turtle"),
        ("application/ld+json", "application/ld+json"),
        ("application/n-triples", "application/n-triples"),
        ("application/rdf+xml", "application/rdf+xml"),
    ] {
        let answer = server.query(construct).accept(accept).send().expect_status(200);
        assert_eq!(answer.header("content-type"), content_type);
        if content_type != "application/rdf+xml" {
            assert_eq!(
                crate::graph::triples(&answer, "/").len(),
                2,
                "a graph is a set: {answer:?}"
            );
        }
    }
    let described = server.query("DESCRIBE <organizations/wemob>").send().expect_status(200);
    assert!(described.body.contains("WeMob"), "{described:?}");
    assert_eq!(server.query(construct).accept("text/csv").status(), 406);
    assert_eq!(server.query("ASK {}").accept("image/png").status(), 406);
}

#[test]
fn the_default_graph_is_the_registry_and_not_what_lies_beside_it() {
    let server = Server::empty();
    let sandbox = server.put("/sandbox/x").turtle("<> <http://e.example/p> \"sandbox\" .");
    sandbox.send().expect_status(201);
    let data = "PREFIX e: <http://e.example/> INSERT DATA {
        <a:s> e:p \"default\" .
        GRAPH <http://foreign.example/g> { <a:s> e:p \"foreign\" }
        GRAPH <documents/d> { <documents/d> e:p \"resource\" } }";
    server.update(data).send().expect_status(204);
    let check = |query: &str, expected: &str| {
        let text = format!("PREFIX e: <http://e.example/> SELECT ?v {query} ORDER BY ?v");
        assert_eq!(server.rows(&text).replace('\n', " ").trim_end(), expected, "{query}");
    };
    check("{ ?s e:p ?v }", "\"default\" \"resource\"");
    check("{ GRAPH ?g { ?s e:p ?v } }", "\"foreign\" \"resource\" \"sandbox\"");
    check("{ GRAPH <sandbox/x> { ?s e:p ?v } }", "\"sandbox\"");
    check("FROM <http://foreign.example/g> { ?s e:p ?v }", "\"foreign\"");
    check(
        "FROM <sandbox/x> FROM <http://foreign.example/g> { ?s e:p ?v }",
        "\"foreign\" \"sandbox\"",
    );
    check("FROM NAMED <sandbox/x> { ?s e:p ?v }", "");
    check("FROM NAMED <sandbox/x> { GRAPH ?g { ?s e:p ?v } }", "\"sandbox\"");
    check("FROM <system/instance> { ?s ?p ?v }", "");
    check("{ GRAPH <system/instance> { ?s ?p ?v } }", "");
    check("{ GRAPH ?g { ?s ?p ?v } FILTER(CONTAINS(STR(?g), \"/system/\")) }", "");
    check("{ ?s a <http://www.w3.org/ns/shacl#NodeShape> BIND(?s AS ?v) }", "");
    check(
        "FROM <shapes/server> { ?v a <http://www.w3.org/ns/shacl#NodeShape> }",
        "<https://w3id.org/codesocial/shapes#ServerManaged>",
    );
    // The protocol's parameters win over the query's own dataset.
    let query = encoded("SELECT ?v FROM <sandbox/x> { ?s <http://e.example/p> ?v }");
    let path = format!("/sparql?query={query}&default-graph-uri=http%3A%2F%2Fforeign.example%2Fg");
    let answer = server.get(&path).accept("text/csv").send().expect_status(200);
    assert_eq!(answer.body, "v\r\nforeign\r\n");
}

#[test]
fn a_triple_that_two_graphs_hold_counts_once() {
    let server = Server::empty();
    let data = "INSERT DATA { <documents/d> <http://e.example/p> 1 .
        GRAPH <documents/d> { <documents/d> <http://e.example/p> 1 } }";
    server.update(data).send().expect_status(204);
    let count = "SELECT (COUNT(*) AS ?n) { ?s <http://e.example/p> ?o }";
    assert_eq!(server.rows(count), "1\n");
    let named = "SELECT (COUNT(*) AS ?n) FROM <documents/d> FROM <documents/d> \
                 { ?s <http://e.example/p> ?o }";
    assert_eq!(server.rows(named), "1\n");
}

#[test]
fn blank_nodes_are_blank_in_answers() {
    let server = Server::empty();
    server.put("/documents/d").turtle("<> <a:p> [ <a:q> 1 ] .").send().expect_status(201);
    let answer = server.query("SELECT ?b { ?d <a:p> ?b }").send().expect_status(200);
    assert_eq!(answer.json()["results"]["bindings"][0]["b"]["type"], "bnode");
    let graph = server.query("CONSTRUCT WHERE { ?d <a:p> ?b . ?b <a:q> ?n }");
    let graph = graph.accept("application/n-triples").send();
    assert!(graph.body.contains("_:") && !graph.body.contains("#b-"), "{graph:?}");
}

#[test]
fn what_is_no_query_is_refused_with_the_reason() {
    let server = Server::shared();
    for query in ["SELECT", "SELECT * { ?s ?p", "DROP ALL", "", "SELECT ?x { FILTER(nofn(?x)) }"] {
        let answer = server.query(query).send();
        assert_eq!(answer.status, 400, "{query}: {answer:?}");
    }
    assert_eq!(server.anonymous("PUT", "/sparql").admin().status(), 405);
    assert_eq!(server.anonymous("DELETE", "/sparql").admin().status(), 405);
}
