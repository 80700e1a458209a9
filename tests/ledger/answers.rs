//! What every answer says of its resource, whatever was asked and whatever became of it.

use crate::ground::{Ground, N_TRIPLES, TURTLE, UPDATE, is_a, model, turtle};
use crate::{Proof::Here, Row};
use codesocial_tests::http::{Response, TOKEN};
use codesocial_tests::server::Server;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

pub(crate) const ROWS: &[Row] = &[
    (
        "LDP-01",
        "HTTP/1.1 as it is: Host, chunks, one connection, no body where none is",
        Here(http),
    ),
    ("LDP-06", "every answer for an address says that it is an ldp:Resource", Here(every_answer)),
    ("LDP-07", "a container says of which kind it is", Here(kinds_of_containers)),
    ("LDP-08", "GET is there and in Allow", Here(|ground| is_allowed(ground, "GET"))),
    ("LDP-09", "an answer says what may be done, posted and patched", Here(what_may_be_done)),
    ("LDP-10", "HEAD is there and in Allow", Here(|ground| is_allowed(ground, "HEAD"))),
    ("LDP-11", "OPTIONS is answered, with and without an Origin", Here(options)),
    ("LDP-12", "Allow is exact for each kind of resource", Here(allow_is_exact)),
    ("LDP-13", "OPTIONS says which patches are taken", Here(accept_patch)),
    ("LDP-14", "OPTIONS of a container says what may be posted", Here(accept_post)),
    ("LDP-38", "what a resource is said to be includes what follows from it", Here(conforms)),
];

/// Sends requests as they are over one connection: what comes back, to its end.
fn conversation(server: &Server, text: &str) -> String {
    let mut stream = TcpStream::connect(server.address()).expect("the server listens");
    stream.write_all(text.as_bytes()).expect("the server reads");
    let mut answers = String::new();
    stream.read_to_string(&mut answers).expect("it answers in UTF-8 and closes");
    answers
}

fn http(ground: &Ground) {
    let path = ground.path("raw");
    let host = format!("HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n");
    let requests = [
        format!(
            "PUT {path} {host}Content-Type: {TURTLE}\r\nTransfer-Encoding: chunked\r\n\r\n\
             3\r\n<> \r\n8\r\n<a:p> 1.\r\n0\r\n\r\n"
        ),
        format!("HEAD {path} {host}\r\n"),
        format!("DELETE {path} {host}\r\n"),
        format!("GET {path} {host}Connection: close\r\n\r\n"),
    ];
    let answers = conversation(ground, &requests.concat());
    let parts: Vec<&str> = answers.split("\r\n\r\n").collect();
    for (part, status) in parts.iter().zip(["201", "200", "204", "410"]) {
        assert!(part.starts_with(&format!("HTTP/1.1 {status} ")), "{status}: {answers}");
    }
    assert_eq!(parts.len(), 5, "only the last answer has a body: {answers}");
    assert!(!parts[2].to_ascii_lowercase().contains("content-length"), "{answers}");
    // RFC 9112 3.2: "A server MUST respond with a 400 (Bad Request) status code to any HTTP/1.1
    // request message that lacks a Host header field". https://www.rfc-editor.org/rfc/rfc9112#section-3.2
    let nameless = conversation(ground, "GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
    assert!(nameless.starts_with("HTTP/1.1 400 "), "{nameless}");
}

/// An answer to every method for a document, its container and a name that is free, accepted and
/// refused.
fn answers(ground: &Ground) -> Vec<(&'static str, Response)> {
    let document = ground.written("asked", "<> dct:title \"Un\" .");
    let absent = ground.path("absent");
    let container = ground.container();
    let insert = "INSERT DATA { <> <http://e.example/p> 1 }";
    let stale =
        |method, path: &str| ground.anonymous(method, path).admin().header("If-Match", "\"x\"");
    let tag = ground.tag(&document);
    let patch = |path: &str| ground.patch(path).body(UPDATE, insert).send();
    vec![
        ("GET", ground.get(&document).send().expect_status(200)),
        ("GET", ground.get(&document).header("If-None-Match", &tag).send().expect_status(304)),
        ("GET", ground.get(&document).accept("image/png").send().expect_status(406)),
        ("HEAD", ground.head(&document).send().expect_status(200)),
        ("OPTIONS", ground.options(&document).send().expect_status(204)),
        ("PUT", ground.put(&document).turtle("<> <a:p> 1 .").send().expect_status(204)),
        ("PUT", ground.put(&document).turtle("<> <a:p> .").send().expect_status(400)),
        ("PUT", stale("PUT", &document).turtle("<> <a:p> 1 .").send().expect_status(412)),
        ("PUT", ground.anonymous("PUT", &document).turtle("").send().expect_status(401)),
        (
            "PUT",
            ground
                .anonymous("PUT", &document)
                .header("Authorization", "Bearer no")
                .send()
                .expect_status(401),
        ),
        ("POST", ground.post(&document).turtle("").send().expect_status(405)),
        ("PATCH", patch(&document).expect_status(204)),
        ("PATCH", ground.patch(&document).body("text/plain", "").send().expect_status(415)),
        ("PURGE", ground.anonymous("PURGE", &document).admin().send().expect_status(405)),
        ("GET", ground.get(container).send().expect_status(200)),
        ("HEAD", ground.head(container).send().expect_status(200)),
        ("OPTIONS", ground.options(container).send().expect_status(204)),
        ("POST", ground.create().turtle("<> <a:p> 1 .").send().expect_status(201)),
        ("POST", ground.create().turtle("<> <a:p> .").send().expect_status(400)),
        ("PATCH", patch(container).expect_status(204)),
        ("DELETE", ground.delete(container).send().expect_status(409)),
        ("GET", ground.get(&absent).send().expect_status(404)),
        ("HEAD", ground.head(&absent).send().expect_status(404)),
        ("OPTIONS", ground.options(&absent).send().expect_status(204)),
        ("POST", ground.post(&absent).turtle("<> <a:p> 1 .").send().expect_status(404)),
        ("DELETE", ground.delete(&absent).send().expect_status(404)),
        ("PUT", ground.put(&absent).turtle("<> <a:p> 1 .").send().expect_status(201)),
        ("DELETE", ground.delete(&absent).send().expect_status(204)),
        ("GET", ground.get(&absent).send().expect_status(410)),
    ]
}

fn every_answer(ground: &Ground) {
    for (method, answer) in answers(ground) {
        assert!(is_a(&answer, "Resource"), "{method}: {answer:?}");
    }
}

fn kinds_of_containers(ground: &Ground) {
    for kind in ["BasicContainer", "DirectContainer", "IndirectContainer"] {
        let body = match kind {
            "BasicContainer" => "<> dct:title \"B\" .",
            "DirectContainer" => "<> ldp:membershipResource <> ; ldp:hasMemberRelation e:has .",
            _ => {
                "<> ldp:membershipResource <> ; ldp:hasMemberRelation e:has ;
                    ldp:insertedContentRelation e:about ."
            }
        };
        let posted = ground.create().header("Link", &model(kind)).turtle(turtle(body)).send();
        let path = posted.expect_status(201).location();
        for answer in [ground.get(&path), ground.head(&path), ground.options(&path)] {
            let answer = answer.send();
            assert!(is_a(&answer, kind), "{kind}: {answer:?}");
        }
        assert!(ground.holds(&path, &format!("<> <a> <ldp:{kind}>")), "{kind}");
    }
}

/// One address of each kind: a document, two containers, and what only the operator writes.
fn one_of_each(ground: &Ground) -> [String; 4] {
    [ground.resource(), ground.container().to_owned(), "/".to_owned(), "/ns".to_owned()]
}

fn is_allowed(ground: &Ground, method: &'static str) {
    for path in one_of_each(ground) {
        let answer = ground.anonymous(method, &path).send().expect_status(200);
        assert!(answer.header("allow").split(", ").any(|own| own == method), "{answer:?}");
    }
}

/// Whether `Accept-Post` and `Accept-Patch` stand exactly where `Allow` names the methods.
#[track_caller]
fn check_offers(answer: &Response) {
    let allow: Vec<&str> = answer.header("allow").split(", ").collect();
    for (method, offer) in [("POST", "accept-post"), ("PATCH", "accept-patch")] {
        let offered = !answer.header(offer).is_empty();
        assert_eq!(offered, allow.contains(&method), "{offer}: {answer:?}");
    }
}

fn what_may_be_done(ground: &Ground) {
    for path in one_of_each(ground) {
        let answer = ground.get(&path).send().expect_status(200);
        assert!(answer.header("allow").contains("GET"), "{answer:?}");
        check_offers(&answer);
    }
    for (method, answer) in answers(ground) {
        assert!(answer.header("allow").contains("OPTIONS"), "{method}: {answer:?}");
        // A refusal for its media type says at once what is taken elsewhere.
        if answer.status != 415 {
            check_offers(&answer);
        }
    }
}

fn options(ground: &Ground) {
    for path in one_of_each(ground) {
        let plain = ground.options(&path).send().expect_status(204);
        let from_page = ground.options(&path).header("Origin", "https://app.example").send();
        let preflight = ground
            .options(&path)
            .header("Origin", "https://app.example")
            .header("Access-Control-Request-Method", "GET")
            .send();
        for answer in [from_page, preflight] {
            assert_eq!(answer.status, 204, "{answer:?}");
            for name in ["allow", "accept-post", "accept-patch"] {
                assert_eq!(answer.header(name), plain.header(name), "{path} {name}");
            }
        }
    }
}

fn allow_is_exact(ground: &Ground) {
    for path in one_of_each(ground) {
        let allow = ground.options(&path).send().header("allow").to_owned();
        for method in ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"] {
            // No condition like that holds: nothing is changed.
            let request = ground.anonymous(method, &path).admin().header("If-Match", "\"x\"");
            let answer = request.body(N_TRIPLES, "").send();
            let is_allowed = allow.split(", ").any(|own| own == method);
            assert_eq!(answer.status != 405, is_allowed, "{method} {path}: {answer:?}");
        }
    }
}

fn accept_patch(ground: &Ground) {
    for path in [ground.resource(), ground.container().to_owned()] {
        let answer = ground.options(&path).send();
        assert_eq!(answer.header("accept-patch"), "application/sparql-update, text/n3");
    }
    assert_eq!(ground.options("/ns").send().header("accept-patch"), "");
}

fn accept_post(ground: &Ground) {
    for path in [ground.container(), "/organizations", "/"] {
        let answer = ground.options(path).send();
        let types: Vec<&str> = answer.header("accept-post").split(", ").collect();
        for wanted in ["text/turtle", "application/ld+json"] {
            assert!(types.contains(&wanted), "{path}: {answer:?}");
        }
    }
    assert_eq!(ground.options(&ground.resource()).send().header("accept-post"), "");
}

fn conforms(ground: &Ground) {
    for path in one_of_each(ground) {
        let answer = ground.get(&path).send();
        for (narrow, wide) in [
            ("BasicContainer", "Container"),
            ("DirectContainer", "Container"),
            ("IndirectContainer", "Container"),
            ("Container", "RDFSource"),
            ("RDFSource", "Resource"),
        ] {
            assert!(!is_a(&answer, narrow) || is_a(&answer, wide), "{narrow}: {answer:?}");
        }
        assert!(is_a(&answer, "RDFSource"), "{answer:?}");
    }
}
