//! Entity tags, and requests that hold only for one state. <https://www.rfc-editor.org/rfc/rfc9110#section-13>

use crate::ground::{Ground, JSON_LD, N_TRIPLES, TURTLE};
use crate::{Proof::Here, Proof::Story, Row};
use codesocial_tests::server::{BASE, Folder};

pub(crate) const ROWS: &[Row] = &[
    ("LDP-02", "documents and containers have quoted entity tags", Here(tags_are_quoted)),
    ("LDP-03", "HEAD has the tag of GET", Here(head_has_the_same)),
    ("LDP-05", "a container's tag follows its members, and each format has its own", Here(members)),
    ("LDP-20", "where the configuration asks for it, PUT needs If-Match", Here(required)),
    ("LDP-21", "a stale If-Match is refused", Here(stale)),
    ("LDP-22", "a condition that is required and absent is 428", Here(absent_is_428)),
    ("LDP-79", "who has the representation hears 304, without a body", Here(not_modified)),
    ("LDP-80", "If-None-Match: * creates and never replaces", Here(only_new)),
    (
        "LDP-81",
        "of many writes on one state one is accepted",
        Story("concurrency.rs", "of_fifty_writes_on_one_state_exactly_one_is_accepted"),
    ),
];

fn tags_are_quoted(ground: &Ground) {
    for path in [ground.resource(), ground.container().to_owned()] {
        let tag = ground.tag(&path);
        assert!(tag.len() > 2 && tag.starts_with('"') && tag.ends_with('"'), "{path}: {tag}");
    }
}

/// Addresses and forms whose tags stay while other cases write. A container's JSON-LD is none of
/// them: it holds its members in full, and its tag names the state of everything.
fn steady(ground: &Ground) -> [(String, &'static str); 4] {
    let (document, container) = (ground.resource(), ground.container().to_owned());
    [
        (document.clone(), TURTLE),
        (document, JSON_LD),
        (container.clone(), TURTLE),
        (container, N_TRIPLES),
    ]
}

fn head_has_the_same(ground: &Ground) {
    for (path, accept) in steady(ground) {
        let get = ground.get(&path).accept(accept).send().expect_status(200);
        let head = ground.head(&path).accept(accept).send().expect_status(200);
        assert_eq!(head.header("etag"), get.header("etag"), "{path} {accept}");
        assert_eq!(head.body, "");
    }
}

fn members(ground: &Ground) {
    let tag = || ground.tag(ground.container());
    let empty = tag();
    let member = ground.resource();
    let one = tag();
    ground.delete(&member).send().expect_status(204);
    assert!(one != empty && tag() != one, "{empty} {one} {}", tag());
    let tags = [TURTLE, JSON_LD, N_TRIPLES].map(|accept| {
        let answer = ground.get(ground.container()).accept(accept).send();
        answer.header("etag").to_owned()
    });
    assert!(tags[0] != tags[1] && tags[1] != tags[2] && tags[0] != tags[2], "{tags:?}");
}

/// Runs `check` on a server that requires conditions.
fn with_conditions_required(check: fn(&Ground)) {
    let folder = Folder::new();
    let config = folder.path().join("codesocial.toml");
    std::fs::write(&config, "[ldp]\nrequire_if_match = true\n").expect("the folder is ours");
    let config = config.to_str().expect("a path in UTF-8");
    let server = folder.serve(&["--base", BASE, "--config", config]);
    check(&Ground::on(&server));
}

fn required(ground: &Ground) {
    let path = ground.resource();
    ground.put(&path).turtle("<> <a:p> 1 .").send().expect_status(204);
    with_conditions_required(|ground| {
        let path = ground.resource();
        let before = ground.says(&path);
        let blind = ground.put(&path).turtle("<> <a:p> 1 .").send();
        assert!((400..500).contains(&blind.status), "{blind:?}");
        assert_eq!(ground.says(&path), before);
        let seen = ground.put(&path).header("If-Match", &ground.tag(&path));
        assert_eq!(seen.turtle("<> <a:p> 1 .").status(), 204);
    });
}

fn stale(ground: &Ground) {
    let path = ground.resource();
    let tag = ground.tag(&path);
    ground.put(&path).turtle("<> <a:p> 1 .").send().expect_status(204);
    let before = ground.says(&path);
    for stale in [tag.as_str(), "\"foreign\""] {
        let write = |method| ground.anonymous(method, &path).admin().header("If-Match", stale);
        assert_eq!(write("PUT").turtle("<> <a:p> 2 .").status(), 412, "{stale}");
        let insert = "INSERT DATA { <> <a:p> 2 }";
        assert_eq!(write("PATCH").body("application/sparql-update", insert).status(), 412);
        assert_eq!(write("DELETE").status(), 412, "{stale}");
    }
    assert_eq!(ground.says(&path), before);
}

fn absent_is_428(_: &Ground) {
    with_conditions_required(|ground| {
        let path = ground.resource();
        let blind = ground.put(&path).turtle("<> <a:p> 1 .").send().expect_status(428);
        assert!(blind.json()["detail"].to_string().contains("If-Match"), "{blind:?}");
        let stale = ground.put(&path).header("If-Match", "\"x\"").turtle("<> <a:p> 1 .");
        assert_eq!(stale.status(), 412, "a condition that fails is told as that");
        ground.delete(&path).send().expect_status(204);
    });
}

fn not_modified(ground: &Ground) {
    for (path, accept) in steady(ground) {
        let first = ground.get(&path).accept(accept).send().expect_status(200);
        let tag = first.header("etag");
        let again = ground.get(&path).accept(accept).header("If-None-Match", tag).send();
        assert_eq!((again.status, again.body.as_str()), (304, ""), "{path} {accept}");
        assert_eq!(again.header("etag"), tag);
        for answer in [first, again] {
            let varies = answer.header("vary").split(", ").any(|name| name == "Accept");
            assert!(varies, "{answer:?}");
        }
    }
}

fn only_new(ground: &Ground) {
    let path = ground.path("once");
    let put = || ground.put(&path).header("If-None-Match", "*").turtle("<> <a:p> 1 .").status();
    assert_eq!((put(), put()), (201, 412));
}
