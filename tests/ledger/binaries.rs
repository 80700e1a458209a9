//! Non-RDF sources: bytes that are kept as they are, each with a document that describes it.
//! <https://www.w3.org/TR/ldp/#ldpnr>

use crate::ground::{Ground, is_a, turtle};
use crate::{Proof::Here, Row};
use codesocial_tests::graph::iri;
use codesocial_tests::http::Response;

pub(crate) const ROWS: &[Row] = &[
    ("LDP-04", "binaries and their descriptions have entity tags", Here(tags)),
    ("LDP-49", "a type that is no RDF is kept as it is", Here(any_type)),
    ("LDP-60", "a picture can be posted", Here(posted)),
    ("LDP-61", "and is listed", Here(listed)),
    ("LDP-62", "and comes back byte for byte, with its type and a tag", Here(same_bytes)),
    ("LDP-63", "and leads to its description", Here(described)),
    ("LDP-64", "and says that it is an ldp:NonRDFSource", Here(is_no_rdf)),
    ("LDP-65", "GET leads to the description that creating it named", Here(same_description)),
    ("LDP-66", "a deleted binary takes its description along", Here(deleted)),
    ("LDP-67", "OPTIONS leads to the same description", Here(options)),
    ("LDP-68", "a binary keeps the rules of every resource", Here(common_rules)),
    ("LDP-95", "a part of a large binary can be asked for", Here(ranges)),
];

const PNG: &str = "image/png";

/// The beginning of a picture, and every byte there is.
fn picture() -> Vec<u8> {
    b"\x89PNG\r\n\x1a\n".iter().copied().chain(0..=255).collect()
}

#[track_caller]
fn post(ground: &Ground) -> Response {
    ground.create().header("Slug", "image").body(PNG, picture()).send().expect_status(201)
}

/// The path of the description that an answer links.
#[track_caller]
fn description(answer: &Response) -> String {
    let link = answer.headers("link").find(|link| link.contains("rel=\"describedby\""));
    let link = link.unwrap_or_else(|| unreachable!("no description: {answer:?}"));
    let target = link.split(['<', '>']).nth(1).unwrap_or_default();
    target.replace(&iri("/"), "/")
}

fn tags(ground: &Ground) {
    let created = post(ground);
    for path in [created.location(), description(&created)] {
        let tag = ground.tag(&path);
        assert!(tag.starts_with('"') && tag.ends_with('"') && tag.len() > 2, "{path}: {tag}");
        assert_eq!(ground.head(&path).send().header("etag"), tag);
    }
}

fn any_type(ground: &Ground) {
    for content_type in ["application/x-codesocial-test", "text/plain; charset=iso-8859-1"] {
        let answer = ground.create().body(content_type, "<> <a:p> 1 .").send();
        let path = answer.expect_status(201).location();
        let read = ground.get(&path).send().expect_status(200);
        assert_eq!(read.header("content-type"), content_type);
        assert_eq!(read.body, "<> <a:p> 1 .");
        assert!(!is_a(&read, "RDFSource"), "{read:?}");
    }
}

fn posted(ground: &Ground) {
    let path = post(ground).location();
    ground.get(&path).send().expect_status(200);
}

fn listed(ground: &Ground) {
    let path = post(ground).location();
    assert!(ground.lists(&path), "{:?}", ground.says(ground.container()));
}

fn same_bytes(ground: &Ground) {
    let path = post(ground).location();
    let read = ground.get(&path).send().expect_status(200);
    assert_eq!((read.header("content-type"), &read.bytes), (PNG, &picture()));
    assert_ne!(read.header("etag"), "");
}

fn described(ground: &Ground) {
    let created = post(ground);
    let path = created.location();
    let anchor = format!("anchor=\"{}\"", iri(&path));
    let mut links = created.headers("link").filter(|link| link.contains("describedby"));
    assert!(links.any(|link| link.contains(&anchor)), "{created:?}");
    ground.get(&path).send().expect_status(200);
    let described = ground.get(&description(&created)).send().expect_status(200);
    assert!(is_a(&described, "RDFSource"), "{described:?}");
    assert!(described.body.contains(PNG), "{described:?}");
}

fn is_no_rdf(ground: &Ground) {
    let read = ground.get(&post(ground).location()).send();
    assert!(is_a(&read, "NonRDFSource") && is_a(&read, "Resource"), "{read:?}");
    assert!(!is_a(&read, "RDFSource"), "{read:?}");
}

fn same_description(ground: &Ground) {
    let created = post(ground);
    let read = ground.get(&created.location()).send();
    assert_eq!(description(&read), description(&created));
}

fn deleted(ground: &Ground) {
    let created = post(ground);
    let (path, described) = (created.location(), description(&created));
    ground.get(&described).send().expect_status(200);
    ground.delete(&path).send().expect_status(204);
    for path in [path, described] {
        let status = ground.get(&path).status();
        assert!([404, 410].contains(&status), "{path}: {status}");
    }
}

fn options(ground: &Ground) {
    let created = post(ground);
    for answer in [ground.options(&created.location()), ground.head(&created.location())] {
        assert_eq!(description(&answer.send()), description(&created));
    }
}

fn common_rules(ground: &Ground) {
    let path = post(ground).location();
    let read = ground.get(&path).send();
    let tag = read.header("etag");
    let again = ground.get(&path).header("If-None-Match", tag).send();
    assert_eq!((again.status, again.bytes.len()), (304, 0), "{again:?}");
    let stale = |method| ground.anonymous(method, &path).admin().header("If-Match", "\"x\"");
    stale("PUT").body(PNG, "x").send().expect_status(412);
    stale("DELETE").send().expect_status(412);
    for answer in
        [ground.get(&path).send(), ground.head(&path).send(), ground.options(&path).send()]
    {
        assert_eq!(answer.header("allow"), "GET, HEAD, OPTIONS, PUT, DELETE", "{answer:?}");
        assert_eq!(answer.header("accept-patch"), "");
        assert!(is_a(&answer, "Resource"), "{answer:?}");
    }
    ground.post(&path).turtle(turtle("<> e:p 1 .")).send().expect_status(405);
    let replaced = ground.put(&path).header("If-Match", tag).body(PNG, "autre").send();
    assert_ne!(replaced.expect_status(204).header("etag"), tag);
    assert_eq!(ground.get(&path).send().body, "autre");
}

fn ranges(ground: &Ground) {
    let large: Vec<u8> = (0..1_000_000_u32).flat_map(u32::to_be_bytes).collect();
    let created = ground.create().body(PNG, large.clone()).send().expect_status(201);
    let path = created.location();
    let whole = ground.get(&path).send().expect_status(200);
    assert_eq!(whole.header("content-length"), large.len().to_string());
    assert_eq!(whole.header("x-content-type-options"), "nosniff");
    assert_eq!(whole.header("accept-ranges"), "bytes");
    assert!(whole.bytes == large);
    let tag = whole.header("etag");
    for (range, condition, status, expected) in [
        ("bytes=0-9", "", 206, &large[..10]),
        ("bytes=3999990-", "", 206, &large[3_999_990..]),
        ("bytes=-5", tag, 206, &large[large.len() - 5..]),
        ("bytes=0-9", "\"other\"", 200, &large[..]),
        ("bytes=4000000-", "", 416, &[][..]),
    ] {
        let request = ground.get(&path).header("Range", range);
        let request =
            if condition.is_empty() { request } else { request.header("If-Range", condition) };
        let answer = request.send();
        assert_eq!(answer.status, status, "{range} {condition}");
        assert!(status == 416 || answer.bytes == expected, "{range} {condition}");
    }
}
