//! Documents: what a body means, what replacing one does, and what is refused with which words.

use crate::ground::{CONSTRAINED_BY, Ground, JSON_LD, N_TRIPLES, TURTLE, turtle};
use crate::{Proof::Here, Row};
use codesocial_tests::graph::iri;
use codesocial_tests::http::Response;

pub(crate) const ROWS: &[Row] = &[
    ("LDP-15", "relative IRIs of a PUT resolve against its address", Here(relative_in_put)),
    ("LDP-16", "relative IRIs of a POST resolve against the new address", Here(relative_in_post)),
    ("LDP-17", "<> in a POST names what is created", Here(null_relative)),
    ("LDP-18", "PUT leaves no triple of the old content", Here(put_replaces)),
    ("LDP-19", "what is read can be edited and written back", Here(read_edit_write)),
    ("LDP-23", "a constraint that fails is linked, and can be read", Here(constraints_are_linked)),
    ("LDP-24", "what only the server says cannot be changed", Here(server_managed)),
    ("LDP-25", "and the refusal names the property", Here(the_property_is_named)),
    ("LDP-26", "what is not kept is refused, never dropped", Here(nothing_is_dropped)),
    ("LDP-27", "and the refusal says what it is", Here(what_is_not_kept_is_named)),
    ("LDP-28", "PUT creates what is not there", Here(put_creates)),
    ("LDP-29", "PUT does not use a deleted address again", Here(deleted_is_gone)),
    ("LDP-83", "a syntax error is told with its place, and nothing is stored", Here(syntax_errors)),
    ("LDP-91", "a broken rule is reported in the form that is asked for", Here(reports)),
    ("LDP-92", "a document changes no other", Here(foreign_subjects)),
    ("LDP-93", "what a body says of containment, times and access is not believed", Here(claims)),
];

fn check_relative(ground: &Ground, path: &str) {
    let folder = iri(path).rsplit_once('/').map(|(folder, _)| folder.to_owned());
    let sibling = format!("<> <e:p> <{}/sibling>", folder.expect("a path has segments"));
    let part = format!("<> <e:p> <{}#part>", iri(path));
    for line in [sibling, part] {
        assert!(ground.holds(path, &line), "{line}: {:?}", ground.says(path));
    }
}

const RELATIVE: &str = "<> e:p <sibling>, <#part> .";

fn relative_in_put(ground: &Ground) {
    check_relative(ground, &ground.written("relative", RELATIVE));
}

fn relative_in_post(ground: &Ground) {
    check_relative(ground, &ground.created(RELATIVE));
}

fn null_relative(ground: &Ground) {
    let path = ground.created("<> dct:title \"Sans nom\" .");
    assert!(ground.holds(&path, "<> <dct:title> \"Sans nom\""), "{:?}", ground.says(&path));
}

fn put_replaces(ground: &Ground) {
    let path = ground.written("whole", "<> e:old 1 ; e:part [ e:old 2 ] . <#x> e:old 3 .");
    ground.put(&path).turtle(turtle("<> e:new 1 .")).send().expect_status(204);
    let said = ground.says(&path);
    assert!(said.iter().any(|line| line.contains("e:new")), "{said:?}");
    assert!(!said.iter().any(|line| line.contains("e:old") || line.contains("e:part")), "{said:?}");
}

fn read_edit_write(ground: &Ground) {
    let path = ground.resource();
    let read = ground.get(&path).send();
    let edited = format!("{}\n<{}> <http://e.example/p> \"neuf\" .\n", read.body, iri(&path));
    let written = ground.put(&path).header("If-Match", read.header("etag")).turtle(edited);
    assert_eq!(written.status(), 204);
    assert!(
        ground.holds(&path, "<> <e:p> \"neuf\"") && ground.holds(&path, "<> <dct:title> \"Un\"")
    );
}

/// The documents that an answer names as its constraints.
fn constraints(answer: &Response) -> Vec<&str> {
    let end = format!(">; rel=\"{CONSTRAINED_BY}\"");
    let links = answer.headers("link").filter_map(|link| link.strip_suffix(end.as_str()));
    links.map(|link| link.trim_start_matches('<')).collect()
}

fn constraints_are_linked(ground: &Ground) {
    let path = ground.resource();
    let no_page = turtle("<> a pair:Organization ; pair:label \"L\" ; pair:homePage \"l\" .");
    for (answer, status) in [
        (ground.put(&path).turtle(turtle("<> dct:created 1 .")).send(), 409),
        (ground.create().turtle(turtle("<> ldp:contains <x> .")).send(), 409),
        (ground.put("/organizations/ldp-23").turtle(no_page.clone()).send(), 422),
        (ground.post("/organizations").turtle(no_page).send(), 422),
    ] {
        let answer = answer.expect_status(status);
        let linked = constraints(&answer);
        assert!(!linked.is_empty(), "{answer:?}");
        for constraint in linked {
            let path = constraint.replace(&iri("/"), "/");
            ground.get(&path).send().expect_status(200);
        }
    }
}

const MANAGED: [(&str, &str); 3] = [
    (
        "created",
        "<> dct:created \"2020-01-01T00:00:00Z\"^^<http://www.w3.org/2001/XMLSchema#dateTime> .",
    ),
    ("modified", "<> dct:modified \"hier\" ."),
    ("contains", "<> ldp:contains <x> ."),
];

fn server_managed(ground: &Ground) {
    let path = ground.resource();
    let before = ground.says(&path);
    for (_, triple) in MANAGED {
        assert_eq!(ground.put(&path).turtle(turtle(triple)).status(), 409, "{triple}");
    }
    assert_eq!(ground.says(&path), before);
}

fn the_property_is_named(ground: &Ground) {
    let path = ground.resource();
    for (property, triple) in MANAGED {
        let told = ground.put(&path).turtle(turtle(triple)).send().expect_status(409);
        assert!(told.json()["detail"].to_string().contains(property), "{triple}: {told:?}");
    }
}

/// What a described resource may not say, and what of it the refusal names.
const NOT_KEPT: [(&str, &str); 2] = [
    ("<http://elsewhere.example/x> pair:label \"x\" .", "http://elsewhere.example/x"),
    ("<#b-0123456789abcdef> pair:label \"x\" .", "#b-0123456789abcdef"),
];

fn not_kept(ground: &Ground, triple: &str) -> Response {
    let body = turtle(&format!("<> a pair:Organization ; pair:label \"L\" . {triple}"));
    ground.put("/organizations/ldp-26").turtle(body).send()
}

fn nothing_is_dropped(ground: &Ground) {
    for (triple, _) in NOT_KEPT {
        let answer = not_kept(ground, triple);
        assert!((400..500).contains(&answer.status), "{triple}: {answer:?}");
        assert_eq!(ground.get("/organizations/ldp-26").status(), 404);
    }
    let path = ground.written("kept", "<> e:unknown \"gardé\" ; <http://x.example/y> 1 .");
    assert!(ground.holds(&path, "<> <e:unknown> \"gardé\""), "{:?}", ground.says(&path));
}

fn what_is_not_kept_is_named(ground: &Ground) {
    for (triple, named) in NOT_KEPT {
        let told = not_kept(ground, triple);
        assert!(told.json()["detail"].to_string().contains(named), "{triple}: {told:?}");
    }
}

fn put_creates(ground: &Ground) {
    let path = ground.path("new");
    let answer = ground.put(&path).turtle("<> <a:p> 1 .").send().expect_status(201);
    assert_eq!(answer.location(), path);
    assert!(ground.lists(&path));
    ground.put(&path).turtle("<> <a:p> 2 .").send().expect_status(204);
}

fn deleted_is_gone(ground: &Ground) {
    let path = ground.resource();
    ground.delete(&path).send().expect_status(204);
    ground.put(&path).turtle("<> <a:p> 1 .").send().expect_status(410);
    ground.get(&path).send().expect_status(410);
    assert!(!ground.lists(&path));
}

fn syntax_errors(ground: &Ground) {
    let before = ground.says(ground.container());
    for (content_type, body, place) in [
        (TURTLE, "<> <a:p> 1 .\n<> <a:p> \"open .\n", "line 2"),
        (N_TRIPLES, "<a:s> <a:p> <a:o> .\n<a:s> <a:p> x .\n", "line 2"),
        (JSON_LD, "{\n \"@id\": \"\",\n \"a:p\": 1,,\n}", "line 3"),
    ] {
        let put = ground.put(&ground.path("broken")).body(content_type, body).send();
        for answer in [put, ground.create().body(content_type, body).send()] {
            let told = answer.expect_status(400).json()["detail"].to_string();
            assert!(told.contains(place), "{content_type}: {told}");
        }
    }
    assert_eq!(ground.says(ground.container()), before);
}

fn reports(ground: &Ground) {
    let path = "/organizations/ldp-91";
    let good = turtle("<> a pair:Organization ; pair:label \"Rive\" .");
    ground.put(path).turtle(good).send().expect_status(201);
    let before = ground.says(path);
    let body = turtle("<> a pair:Organization ; pair:label \"Rive\" ; pair:homePage \"rive\" .");
    for accept in [TURTLE, JSON_LD] {
        let told = ground.put(path).accept(accept).turtle(body.clone()).send().expect_status(422);
        assert_eq!(told.header("content-type"), accept);
        assert!(told.body.contains("ValidationReport"), "{told:?}");
        assert!(told.body.contains("homePage"), "{told:?}");
    }
    assert_eq!(ground.says(path), before);
}

fn foreign_subjects(ground: &Ground) {
    let victim = ground.written("victim", "<> e:p \"seul\" .");
    let before = ground.get(&victim).send().body;
    let body = format!("<{}> e:p \"autre\" .", iri(&victim));
    let other = ground.created(&body);
    assert_eq!(ground.get(&victim).send().body, before, "{other} speaks for itself");
    let organization = turtle(&format!("<> a pair:Organization ; pair:label \"L\" . {body}"));
    ground.post("/organizations").turtle(organization).send().expect_status(422);
    assert_eq!(ground.get(&victim).send().body, before);
}

fn claims(ground: &Ground) {
    let before = ground.says(ground.container());
    let wac = "http://www.w3.org/ns/auth/acl#";
    for body in [
        "<> ldp:contains <x> .".to_owned(),
        "<> dct:created \"jadis\" .".to_owned(),
        "<> dct:modified \"jadis\" .".to_owned(),
        format!("<> <{wac}accessControl> <resource.acl> ."),
    ] {
        let answer = ground.create().turtle(turtle(&body)).send();
        assert!((400..500).contains(&answer.status), "{body}: {answer:?}");
    }
    assert_eq!(ground.says(ground.container()), before);
}
