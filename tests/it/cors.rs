//! Scripts of other origins: they may read, ask, and write with a token of their own.

use crate::http::Response;
use crate::server::Server;

const PAGE: &str = "https://app.example";

#[track_caller]
fn check_open(answer: &Response) {
    assert_eq!(answer.header("access-control-allow-origin"), "*", "{answer:?}");
    assert_eq!(answer.header("access-control-allow-credentials"), "", "{answer:?}");
    let exposed = answer.header("access-control-expose-headers");
    for name in ["link", "location", "etag", "allow", "accept-post", "accept-patch"] {
        assert!(exposed.contains(name), "{name}: {answer:?}");
    }
}

#[test]
fn every_answer_may_be_read_from_any_origin_refusals_included() {
    let server = Server::shared();
    for (status, request) in [
        (200, server.get("/organizations/wemob")),
        (200, server.get("/organizations")),
        (200, server.get("/sparql?query=ASK%20%7B%7D")),
        (200, server.get("/.well-known/context.jsonld")),
        (200, server.query("ASK {}")),
        (404, server.get("/organizations/none")),
        (406, server.get("/organizations/wemob").accept("image/png")),
        (401, server.anonymous("PUT", "/organizations/wemob").turtle("")),
    ] {
        let answer = request.header("Origin", PAGE).send();
        check_open(&answer.expect_status(status));
    }
}

#[test]
fn a_preflight_allows_what_it_asks_for() {
    let server = Server::shared();
    for path in ["/organizations", "/organizations/wemob", "/organizations/none", "/sparql"] {
        let preflight = server
            .options(path)
            .header("Origin", PAGE)
            .header("Access-Control-Request-Method", "PUT")
            .header("Access-Control-Request-Headers", "authorization,content-type,slug,if-match");
        let answer = preflight.send();
        assert!([200, 204].contains(&answer.status), "{answer:?}");
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert!(answer.header("access-control-allow-methods").contains("PUT"), "{answer:?}");
        let names = answer.header("access-control-allow-headers");
        assert_eq!(names, "authorization,content-type,slug,if-match");
    }
}

#[test]
fn an_ordinary_options_is_no_preflight() {
    let server = Server::shared();
    let answer = server.options("/organizations").header("Origin", PAGE).send();
    assert_eq!(answer.header("allow"), "GET, HEAD, OPTIONS, POST, PUT, PATCH");
    assert_eq!(answer.header("access-control-allow-methods"), "");
    assert_eq!(server.options("/sparql").send().header("allow"), "GET, HEAD, OPTIONS, POST");
}
