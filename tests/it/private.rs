//! What few may read is absent for all others, whichever way they ask: a quiz's answers, first.

use crate::server::{BASE, Server};

const KEY: &str = "/quizzes/barcamp/key";
const SECRET: &str = "la réponse est la troisième";

fn with_key() -> Server {
    let server = Server::empty();
    let body =
        format!("<#c3> <http://e.example/answers> </organizations/x> ; <a:said> \"{SECRET}\" .");
    server.put(KEY).turtle(body).send().expect_status(201);
    server
}

#[test]
fn who_may_read_a_private_document_finds_it() {
    let server = with_key();
    let read = server.get(KEY).admin().send().expect_status(200);
    assert!(read.body.contains(SECRET), "{read:?}");
    let query = "/sparql?query=ASK%20%7B%20%3Fs%20%3Ca%3Asaid%3E%20%3Fo%20%7D";
    let asked = server.get(query).admin().accept("text/csv").send().expect_status(200);
    assert!(asked.body.contains("true"), "{asked:?}");
    server.put(KEY).turtle("<#c3> <a:said> 1 .").send().expect_status(204);
    server.delete(KEY).send().expect_status(204);
    assert_eq!(server.get(KEY).admin().status(), 410);
}

#[test]
fn to_all_others_a_private_document_answers_as_one_that_never_was() {
    let server = with_key();
    let never = "/quizzes/none/key";
    let told = |path: &str, method: &'static str| {
        let answer = server.anonymous(method, path).send();
        let header = |name| answer.header(name).to_owned();
        let links = answer.links("http://www.w3.org/ns/ldp#RDFSource", "type");
        (answer.status, header("allow"), header("etag"), links)
    };
    for method in ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"] {
        assert_eq!(told(KEY, method), told(never, method), "{method}");
    }
    let report = |path: &str| server.get(&format!("{path}?report")).status();
    assert_eq!(report(KEY), report(never));
    server.delete(KEY).send().expect_status(204);
    assert_eq!(told(KEY, "GET"), told(never, "GET"), "nor that it was deleted");
}

#[test]
fn no_query_sees_a_private_document() {
    let server = with_key();
    for pattern in [
        "{ ?s <a:said> ?o }",
        "{ GRAPH ?g { ?s <a:said> ?o } }",
        "{ GRAPH <quizzes/barcamp/key> { ?s ?p ?o } }",
        "{ GRAPH <quizzes/barcamp/key.meta> { ?s ?p ?o } }",
        "{ <quizzes/barcamp/key> ?p ?o }",
        "{ ?s ?p <quizzes/barcamp/key> }",
        "FROM <quizzes/barcamp/key> { ?s ?p ?o }",
    ] {
        assert!(!server.ask(&format!("ASK {pattern}")), "{pattern}");
    }
}

#[test]
fn no_page_and_no_export_shows_a_private_document() {
    let server = with_key();
    let organization = crate::stories::organization("X");
    server.put("/organizations/x").turtle(organization).send().expect_status(201);
    for path in ["/", "/organizations", "/organizations/x"] {
        let page = server.get(path).accept("text/html").send().expect_status(200);
        assert!(!page.body.contains("barcamp"), "{page:?}");
    }
    let exported = server.stop().run("export", &[]);
    assert!(!String::from_utf8_lossy(&exported.stdout).contains("barcamp"), "{exported:?}");
}

#[test]
fn no_visitor_learns_which_choice_of_a_quiz_is_right() {
    let server = Server::source();
    let prefix = "PREFIX cs: <https://w3id.org/codesocial/ns#>";
    for told in ["cs:isCorrect", "cs:feedback", "cs:keyOf"] {
        assert!(!server.ask(&format!("{prefix} ASK {{ ?key {told} ?answer }}")), "{told}");
        assert!(!server.ask(&format!("{prefix} ASK {{ GRAPH ?g {{ ?key {told} ?answer }} }}")));
    }
    let count = format!("{prefix} SELECT (COUNT(*) AS ?n) {{ ?key cs:isCorrect true }}");
    let known = server.query(&count).admin().accept("text/csv").send().expect_status(200);
    assert_eq!(known.body.trim_end(), "n\r\n36", "six multiple choices have two right ones");

    let quizzes = server.rows(&format!("{prefix} SELECT (STR(?q) AS ?iri) {{ ?q a cs:Quiz }}"));
    assert_eq!(quizzes.lines().count(), 6);
    for quiz in quizzes.lines() {
        let path = quiz.trim_matches('"').replace(BASE.trim_end_matches('/'), "");
        assert_eq!(server.get(&format!("{path}/key")).status(), 404, "{path}");
        for format in ["text/html", "text/turtle", "application/ld+json"] {
            let read = server.get(&path).accept(format).send().expect_status(200);
            assert!(!read.body.contains("/key"), "{read:?}");
        }
    }
    for path in ["/quizzes", "/export/tout.ttl", "/export/tout.jsonld", "/export/tout.trig"] {
        let read = server.get(path).send().expect_status(200);
        assert!(read.body.contains("quizzes/vrm"), "{path} tells of the quiz");
        assert!(!read.body.contains("quizzes/vrm/key"), "{path}");
        assert!(!read.body.contains("isCorrect"), "{path}");
    }
}
