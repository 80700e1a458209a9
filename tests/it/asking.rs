//! The page of the endpoint and the addresses that it links: saved questions, values for them, and
//! answers as pages and as files.

use crate::http::Response;
use crate::server::Server;

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

#[track_caller]
fn page(server: &Server, path: &str, status: u16) -> Response {
    let page = server.get(path).accept(BROWSER).send().expect_status(status);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    page
}

/// What a query reads in an address.
fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[test]
fn the_page_lists_the_questions_in_the_readers_language() {
    let server = Server::demo();
    for (language, title) in [
        ("fr", "Quelles controverses divisent les acteurs d&#x27;un même territoire"),
        ("en", "Which controversies divide actors of the same territory"),
    ] {
        let page = page(&server, &format!("/sparql?lang={language}"), 200);
        assert!(page.body.contains(title), "{page:?}");
        assert_eq!(page.body.matches("href=\"?question=cq").count(), 40);
    }
}

#[test]
fn a_question_is_answered_as_a_page_with_names_and_as_a_file() {
    let server = Server::demo();
    let asked = "/sparql?question=cq10&territory=territories/pays-d-issoire";
    let shown = page(&server, &format!("{asked}&lang=en"), 200).body;
    for part in ["Last mile", "<th scope=\"col\">needs</th>", "selected>Pays d&#x27;Issoire"] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
    let link = "href=\"?question=cq10&amp;territory=territories%2Fpays-d-issoire&amp;as=csv\"";
    assert!(shown.contains(link), "{link} in {shown}");
    let csv = server.get(&format!("{asked}&as=csv")).accept(BROWSER).send().expect_status(200);
    assert_eq!(csv.header("content-type"), "text/csv");
    assert!(csv.body.starts_with("specification,needs\r\nhttps://w3id.org/"), "{csv:?}");
    let json = server.get(&format!("{asked}&as=json")).accept(BROWSER).send().expect_status(200);
    assert_eq!(json.header("content-type"), "application/sparql-results+json");
    let rows = json.json()["results"]["bindings"].as_array().map(Vec::len);
    assert_eq!(rows, Some(csv.body.lines().count() - 1));
    // A program names the form as programs do.
    let same = server.get(asked).accept("text/csv").send().expect_status(200);
    assert_eq!(same.body, csv.body);
}

#[test]
fn what_is_wrong_is_said_beside_the_query_with_its_line() {
    let server = Server::demo();
    let query = encoded("SELECT *\nWHERE ?s");
    for (language, line) in [("fr", "ligne 2"), ("en", "line 2")] {
        let wrong = page(&server, &format!("/sparql?query={query}&lang={language}"), 400).body;
        for part in [line, "data-line=\"2\"", "SELECT *\nWHERE ?s</textarea>", "role=\"alert\""] {
            assert!(wrong.contains(part), "{part} in {wrong}");
        }
    }
    let wrong = page(&server, "/sparql?question=cq05&day=hier&lang=fr", 400).body;
    assert!(wrong.contains("Valeur refusée") && wrong.contains("value=\"hier\""), "{wrong}");
    let program = server.get("/sparql?question=cq05&day=hier").accept("text/csv").send();
    assert_eq!((program.status, program.header("content-type")), (400, "application/problem+json"));
    page(&server, "/sparql?question=cq99", 404);
    assert_eq!(server.get("/sparql?question=cq99").accept("text/csv").status(), 404);
}

#[test]
fn a_page_shows_the_beginning_of_a_large_answer_and_says_so() {
    let server = Server::demo();
    let all = encoded("SELECT * { ?s ?p ?o }");
    let shown = page(&server, &format!("/sparql?query={all}&lang=fr"), 200).body;
    assert_eq!(shown.matches("<tr>").count(), 501, "a header and the rows that are shown");
    assert!(shown.contains("Les 500 premières lignes"), "{shown}");
    let graph = encoded("CONSTRUCT WHERE { ?s ?p ?o }");
    let shown = page(&server, &format!("/sparql?query={graph}&lang=en"), 200).body;
    assert!(shown.contains("The beginning of the graph") && shown.len() < 2_000_000);
    let none = encoded("SELECT * { ?s <urn:none> ?o }");
    assert!(page(&server, &format!("/sparql?query={none}"), 200).body.contains("Aucune ligne"));
}

#[test]
fn no_text_of_an_answer_becomes_markup_and_no_address_runs() {
    let server = Server::demo();
    let hostile = "SELECT * { VALUES (?a ?b ?c) {
        (\"<script>alert(1)</script>\" <javascript:alert(1)> \"\\\" onclick=\\\"x\"@fr) } }";
    let shown = page(&server, &format!("/sparql?query={}", encoded(hostile)), 200).body;
    let table = shown.split("<tbody>").nth(1).expect("there are rows");
    for forbidden in ["<script>", "href=\"javascript", "\" onclick"] {
        assert!(!table.contains(forbidden), "{forbidden} in {table}");
    }
}
