//! Conditional requests. <https://www.rfc-editor.org/rfc/rfc9110#section-13>

use crate::server::Server;
use crate::stories::organization;

#[test]
fn a_tag_from_any_format_is_good_for_a_write() {
    let server = Server::empty();
    let path = "/organizations/lac";
    server.put(path).turtle(organization("Lac")).send().expect_status(201);
    for accept in ["text/turtle", "application/ld+json", "application/n-triples"] {
        let tag = server.get(path).accept(accept).send().header("etag").to_owned();
        let label = format!("Lac lu en {accept}");
        let written = server.put(path).header("If-Match", &tag).turtle(organization(&label));
        assert_eq!(written.status(), 204, "{tag}");
        let stale = server.put(path).header("If-Match", &tag).turtle(organization("Autre"));
        assert_eq!(stale.status(), 412, "{tag}");
    }
}

#[test]
fn the_tag_of_a_page_is_weak_and_no_condition_for_a_write() {
    // Its own server: a page shows what others write too.
    let server = Server::empty();
    let path = "/sandbox/page";
    server.put(path).turtle("<> <a:p> 1 .").send().expect_status(201);
    let page = server.get(path).accept("text/html").send().expect_status(200);
    let tag = page.header("etag");
    assert!(tag.starts_with("W/\""), "weak: {tag}");
    assert_eq!(server.delete(path).header("If-Match", tag).status(), 412);
    let again = server.get(path).accept("text/html").header("If-None-Match", tag).send();
    assert_eq!((again.status, again.body.as_str()), (304, ""));
}

#[test]
fn conditions_hold_or_the_answer_is_412() {
    let server = Server::shared();
    let (there, nowhere) = ("/sandbox/there", "/sandbox/nowhere");
    server.put(there).turtle("<> <a:p> 1 .").send().expect_status(201);
    let tag = server.get(there).send().header("etag").to_owned();
    let several = format!("\"other\", {tag}");
    let weak = format!("W/{tag}");
    for (path, header, value, status) in [
        (there, "If-Match", "*", 204),
        (there, "If-Match", tag.as_str(), 204),
        (there, "If-Match", several.as_str(), 204),
        (there, "If-Match", "\"other\"", 412),
        (there, "If-Match", "", 412),
        (there, "If-Match", weak.as_str(), 412),
        (there, "If-None-Match", "*", 412),
        (nowhere, "If-Match", "*", 412),
        (nowhere, "If-Match", tag.as_str(), 412),
        (nowhere, "If-None-Match", "*", 201),
        (nowhere, "If-None-Match", "*", 412),
    ] {
        let request = server.put(path).header(header, value).turtle("<> <a:p> 1 .");
        assert_eq!(request.status(), status, "PUT {path} {header}: {value}");
    }
}

#[test]
fn a_client_that_has_the_representation_gets_304() {
    let server = Server::shared();
    let path = "/organizations/wemob";
    for accept in ["text/turtle", "application/ld+json"] {
        let read = server.get(path).accept(accept).send();
        let tag = read.header("etag");
        let again = server.get(path).accept(accept).header("If-None-Match", tag).send();
        assert_eq!((again.status, again.body.as_str()), (304, ""), "{accept}");
        assert_eq!(again.header("etag"), tag);
        assert!(again.headers("vary").any(|vary| vary.starts_with("Accept")), "{again:?}");
        let weakened = format!("W/{tag}");
        let again = server.get(path).accept(accept).header("If-None-Match", &weakened);
        assert_eq!(again.status(), 304, "a proxy may weaken a tag");
    }
    let turtle = server.get(path).send().header("etag").to_owned();
    let other = server.get(path).accept("application/ld+json").header("If-None-Match", &turtle);
    assert_eq!(other.status(), 200, "the tag is another format's");
    assert_eq!(server.get(path).header("If-None-Match", "*").status(), 304);
}

#[test]
fn a_containers_tag_changes_exactly_when_a_member_comes_or_goes() {
    let server = Server::empty();
    let tag = || server.get("/sandbox").send().header("etag").to_owned();
    let first = tag();
    server.put("/sandbox/member").turtle("<> <a:p> 1 .").send().expect_status(201);
    let second = tag();
    assert_ne!(first, second, "a member came");
    server.put("/sandbox/member").turtle("<> <a:p> 2 .").send().expect_status(204);
    server.put("/organizations/lac").turtle(organization("Lac")).send().expect_status(201);
    assert_eq!(second, tag(), "a member changed, and another container");
    server.delete("/sandbox/member").send().expect_status(204);
    assert_ne!(second, tag(), "a member went");
}
