//! Formats and languages. <https://www.rfc-editor.org/rfc/rfc9110#section-12>

use crate::server::Server;

const TURTLE: &str = "text/turtle";
const JSON_LD: &str = "application/ld+json";
const N_TRIPLES: &str = "application/n-triples";
const PAGE: &str = "text/html; charset=utf-8";

#[test]
fn the_client_gets_the_format_that_it_prefers() {
    let server = Server::shared();
    let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8";
    for path in ["/organizations/wemob", "/organizations", "/", "/ns"] {
        for (accept, content_type) in [
            ("*/*", TURTLE),
            ("text/turtle", TURTLE),
            ("text/*", TURTLE),
            ("application/ld+json", JSON_LD),
            ("application/json", JSON_LD),
            ("application/activity+json", JSON_LD),
            ("application/n-triples", N_TRIPLES),
            ("application/trig", "application/trig"),
            ("application/n-quads", "application/n-quads"),
            ("application/rdf+xml", "application/rdf+xml"),
            ("text/turtle;q=0.5, application/ld+json", JSON_LD),
            ("application/ld+json;q=0.4, text/turtle;q=0.6", TURTLE),
            ("text/turtle;q=0, */*;q=0.1", JSON_LD),
            ("TEXT/TURTLE", TURTLE),
            ("text/html", PAGE),
            (browser, PAGE),
        ] {
            let answer = server.get(path).accept(accept).send().expect_status(200);
            assert_eq!(answer.header("content-type"), content_type, "{path} {accept}");
        }
        let silent = server.get(path).send();
        assert_eq!(silent.header("content-type"), TURTLE, "{path} without Accept");
        for accept in ["image/png", "text/turtle;q=0", "application/pdf;q=1"] {
            assert_eq!(server.get(path).accept(accept).status(), 406, "{path} {accept}");
        }
    }
}

#[test]
fn a_document_with_graphs_tells_what_the_server_says_from_what_the_client_says() {
    let server = Server::shared();
    let trig = server.get("/organizations/wemob").accept("application/trig").send();
    let graphs: Vec<&str> = trig.body.lines().filter(|line| line.ends_with('{')).collect();
    assert_eq!(
        graphs,
        [
            "<http://registre.example/organizations/wemob> {",
            "<http://registre.example/organizations/wemob.meta> {"
        ],
        "{trig:?}"
    );
}

#[test]
fn the_quads_of_one_document_stand_in_the_default_graph() {
    let server = Server::shared();
    let read = |accept: &str| {
        let answer = server.get("/organizations/wemob").accept(accept).send().expect_status(200);
        let mut lines: Vec<String> = answer.body.lines().map(str::to_owned).collect();
        lines.sort_unstable();
        lines
    };
    assert_eq!(read("application/n-quads"), read(N_TRIPLES));
}

#[test]
fn what_xml_cannot_say_is_not_acceptable_in_it() {
    let server = Server::shared();
    for (path, triple, status) in [
        ("/sandbox/xml-name", "<> <http://e.example/p> 1 .", 200),
        ("/sandbox/xml-no-name", "<> <http://e.example/1> 1 .", 406),
        ("/sandbox/xml-control", "<> <http://e.example/p> \"\\u0001\" .", 406),
    ] {
        server.put(path).turtle(triple).send().expect_status(201);
        assert_eq!(server.get(path).accept("application/rdf+xml").status(), status, "{triple}");
        assert_eq!(server.get(path).status(), 200);
    }
}

#[test]
fn a_page_comes_in_the_language_of_the_url_then_the_cookie_then_the_header() {
    let server = Server::shared();
    let path = "/organizations/wemob";
    // parameter, cookie, header, language
    let rows = [
        ("", "", "", "fr"),
        ("", "", "en", "en"),
        ("", "", "de, en;q=0.5, fr;q=0.4", "en"),
        ("", "", "fr;q=0.4, en;q=0.3", "fr"),
        ("", "lang=en", "fr", "en"),
        ("", "other=1; lang=fr", "en", "fr"),
        ("?lang=en", "lang=fr", "fr", "en"),
        ("?lang=fr", "lang=en", "en", "fr"),
        ("?lang=xx", "", "", "fr"),
    ];
    for (parameter, cookie, header, language) in rows {
        let request = server.get(&format!("{path}{parameter}")).accept("text/html");
        let request = request.header("Cookie", cookie).header("Accept-Language", header);
        let page = request.send().expect_status(200);
        let wanted = format!("<html lang=\"{language}\"");
        assert!(page.body.contains(&wanted), "{parameter} {cookie} {header}: {page:?}");
    }
}

#[test]
fn caches_are_told_what_an_answer_depends_on() {
    let server = Server::shared();
    let vary = |accept: &str| {
        let answer = server.get("/organizations/wemob").accept(accept).send();
        answer.headers("vary").collect::<Vec<_>>().join(", ").to_ascii_lowercase()
    };
    for name in ["accept", "accept-language", "cookie"] {
        assert!(vary("text/html").split(", ").any(|own| own == name), "{name}");
    }
    assert!(vary("text/turtle").split(", ").any(|own| own == "accept"));
    assert!(!vary("text/turtle").contains("language"), "RDF holds all languages");
}

#[test]
fn a_refusal_is_told_in_the_form_and_language_of_the_client() {
    let server = Server::shared();
    let path = "/organizations/none";
    let french = server.get(path).send().expect_status(404);
    assert_eq!(french.header("content-type"), "application/problem+json");
    let english = server.get(path).header("Accept-Language", "en").send();
    assert_eq!((&french.json()["status"], &english.json()["status"]), (&404.into(), &404.into()));
    assert_ne!(french.json()["title"], english.json()["title"]);
    let page = server.get(path).accept("text/html").send().expect_status(404);
    assert!(page.body.contains("<html lang=\"fr\""), "{page:?}");
}

#[test]
fn contexts_are_served_as_they_are_named_in_answers() {
    let server = Server::shared();
    let answer = server.get("/organizations/wemob").accept(JSON_LD).send().json();
    assert_eq!(answer["@context"][0], "https://www.w3.org/ns/activitystreams");
    assert_eq!(answer["@context"][1], "http://registre.example/.well-known/context.jsonld");
    for path in ["/.well-known/context.jsonld", "/context/v1.jsonld"] {
        let context = server.get(path).send().expect_status(200);
        assert_eq!(context.header("content-type"), JSON_LD);
        assert!(context.json()["@context"].is_object(), "{path}");
    }
    let exports = server.get("/context/v1.jsonld").send();
    assert!(exports.header("cache-control").contains("immutable"), "{exports:?}");
}

#[test]
fn the_process_says_how_it_is() {
    let server = Server::shared();
    assert_eq!(server.get("/healthz").send().body, "ok\n");
    assert!(server.get("/readyz").send().expect_status(200).body.starts_with("ready at entry "));
    let ids: Vec<_> =
        (0..2).map(|_| server.get("/healthz").send().header("x-request-id").to_owned()).collect();
    assert!(ids[0].len() == 26 && ids[0] != ids[1], "each request has an id: {ids:?}");
}

#[test]
fn the_language_that_a_url_chooses_is_kept_for_the_next_page() {
    let server = Server::shared();
    let page = server.get("/?lang=en").header("Accept", "text/html").send();
    assert!(page.expect_status(200).header("set-cookie").starts_with("lang=en; Path=/"));
    let page = server.get("/").header("Accept", "text/html").send();
    assert_eq!(page.expect_status(200).header("set-cookie"), "");
}
