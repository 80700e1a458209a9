//! Containers: what they list, what a client prefers to see of them, and what may not be done to
//! them.

use crate::ground::{Ground, UPDATE, lines, model, prefer, turtle};
use crate::{Proof::Here, Proof::Story, Row};
use codesocial_tests::graph::iri;

pub(crate) const ROWS: &[Row] = &[
    ("LDP-39", "a container is no list of RDF", Here(no_list)),
    ("LDP-40", "a client may prefer the members, or to do without", Here(containment)),
    ("LDP-41", "an applied preference is named as it was asked", Here(preference_applied)),
    ("LDP-54", "PUT does not change what is contained", Here(put_keeps_members)),
    ("LDP-55", "what is deleted is not listed", Here(deleted_is_not_listed)),
    ("LDP-56", "containers are patched too", Here(patched)),
    ("LDP-87", "a container goes only when it is empty", Here(deleted_when_empty)),
    (
        "LDP-94",
        "100,000 members: links lead through pages, and without members it is quick",
        Story(
            "paging.rs",
            "every_member_of_a_large_container_is_met_once_while_others_come_and_go",
        ),
    ),
    (
        "LDP-96",
        "after a crash a resource and its listing are both there or neither",
        Story("crash.rs", "nothing_acknowledged_is_lost_when_the_process_is_killed"),
    ),
];

fn no_list(ground: &Ground) {
    ground.resource();
    let rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
    for kind in ["Bag", "Seq", "List"] {
        let line = format!("<> <a> <{rdf}{kind}>");
        assert!(!ground.holds(ground.container(), &line), "{line}");
    }
}

const INCLUDE_MEMBERS: &str = "include=\"ldp:PreferContainment\"";
const OMIT_MEMBERS: &str = "omit=\"ldp:PreferContainment\"";
const MINIMAL: &str = "include=\"ldp:PreferMinimalContainer\"";

fn containment(ground: &Ground) {
    let member = iri(&ground.resource());
    for (parameter, shown) in [(INCLUDE_MEMBERS, true), (OMIT_MEMBERS, false), (MINIMAL, false)] {
        for accept in ["text/turtle", "application/ld+json"] {
            let request = ground.get(ground.container()).accept(accept);
            let answer = request.header("Prefer", &prefer(parameter)).send().expect_status(200);
            let lines = lines(&answer, ground.container());
            let contains = format!("<> <ldp:contains> <{member}>");
            assert_eq!(lines.contains(&contains), shown, "{parameter} {accept}: {lines:?}");
            assert!(lines.iter().any(|line| line == "<> <a> <ldp:BasicContainer>"), "{lines:?}");
        }
    }
}

fn preference_applied(ground: &Ground) {
    for (parameter, applied) in [
        (INCLUDE_MEMBERS, "return=representation"),
        (MINIMAL, "return=representation"),
        ("include=\"http://e.example/Unknown\"", ""),
    ] {
        let request = ground.get(ground.container()).header("Prefer", &prefer(parameter));
        let answer = request.send().expect_status(200);
        assert_eq!(answer.header("preference-applied"), applied, "{parameter}");
    }
    let plain = ground.get(ground.container()).send();
    assert_eq!(plain.header("preference-applied"), "");
}

fn put_keeps_members(ground: &Ground) {
    let member = ground.resource();
    let container = ground.container();
    let read = ground.get(container).send();
    let more = format!("{}\n<> <http://www.w3.org/ns/ldp#contains> <x> .\n", read.body);
    ground.put(container).turtle(more).send().expect_status(409);
    assert!(ground.lists(&member) && !ground.lists(&ground.path("x")));
    // What was read, unchanged or with something of the client's own, may be written.
    let own = format!("{}\n<{}> <http://e.example/p> 1 .\n", read.body, iri(container));
    ground.put(container).turtle(own).send().expect_status(204);
    assert!(ground.lists(&member));
}

fn deleted_is_not_listed(ground: &Ground) {
    let (kept, gone) = (ground.resource(), ground.created("<> <a:p> 1 ."));
    ground.delete(&gone).send().expect_status(204);
    assert!(ground.lists(&kept) && !ground.lists(&gone));
}

fn patched(ground: &Ground) {
    let container = ground.container();
    assert!(ground.get(container).send().header("allow").contains("PATCH"));
    let insert = "INSERT DATA { <> <http://e.example/p> \"x\" }";
    ground.patch(container).body(UPDATE, insert).send().expect_status(204);
    assert!(ground.holds(container, "<> <e:p> \"x\""));
}

fn deleted_when_empty(ground: &Ground) {
    let link = model("BasicContainer");
    let inner = ground.create().header("Link", &link).turtle(turtle("<> dct:title \"C\" ."));
    let inner = inner.send().expect_status(201).location();
    let member = ground.post(&inner).turtle("<> <a:p> 1 .").send().expect_status(201).location();
    ground.delete(&inner).send().expect_status(409);
    ground.get(&member).send().expect_status(200);
    ground.delete(&member).send().expect_status(204);
    ground.delete(&inner).send().expect_status(204);
    ground.get(&inner).send().expect_status(410);
}
