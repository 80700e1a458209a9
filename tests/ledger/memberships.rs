//! Direct and indirect containers: what is created there becomes a member of something.
//! <https://www.w3.org/TR/ldp/#ldpdc>, <https://www.w3.org/TR/ldp/#ldpic>

use crate::ground::{CONSTRAINED_BY, Ground, is_a, lines, model, prefer, turtle};
use crate::{Proof::Here, Row};
use codesocial_tests::graph::iri;
use codesocial_tests::http::Response;

pub(crate) const ROWS: &[Row] = &[
    ("LDP-42", "a client may prefer the memberships, or to do without", Here(prefer_membership)),
    ("LDP-69", "without a relation of its own, ldp:member is meant", Here(default_relation)),
    ("LDP-70", "a direct container has exactly one membership resource", Here(one_resource)),
    ("LDP-71", "and exactly one relation, one way or the other", Here(one_relation)),
    ("LDP-72", "and what is created is itself the member", Here(member_subject)),
    ("LDP-73", "POST adds the membership, wherever it is said", Here(posted)),
    ("LDP-74", "DELETE takes it away", Here(deleted)),
    ("LDP-75", "an indirect container has exactly one inserted relation", Here(one_inserted)),
    ("LDP-76", "the member is what the posted content names by it", Here(derived_member)),
    ("LDP-77", "posted content that names none is refused", Here(without_member)),
    ("LDP-78", "an indirect container keeps the rules of direct ones", Here(indirect_is_direct)),
];

/// The relation from the membership resource to its members.
const HAS: &str = "ldp:hasMemberRelation e:has";
const ABOUT: &str = "ldp:insertedContentRelation e:about";

fn container(ground: &Ground, kind: &str, body: &str) -> Response {
    ground.create().header("Link", &model(kind)).turtle(turtle(body)).send()
}

/// A resource, and a direct container of its members.
fn direct(ground: &Ground, relation: &str) -> (String, String) {
    let resource = ground.resource();
    let body = format!("<> ldp:membershipResource <{}> ; {relation} .", iri(&resource));
    let direct = container(ground, "DirectContainer", &body).expect_status(201).location();
    (resource, direct)
}

fn indirect(ground: &Ground) -> (String, String) {
    let resource = ground.resource();
    let iri = iri(&resource);
    let body = format!("<> ldp:membershipResource <{iri}> ; {HAS} ; {ABOUT} .");
    let indirect = container(ground, "IndirectContainer", &body).expect_status(201).location();
    (resource, indirect)
}

#[track_caller]
fn post(ground: &Ground, container: &str, body: &str) -> String {
    ground.post(container).turtle(turtle(body)).send().expect_status(201).location()
}

fn has(member: &str) -> String {
    format!("<> <e:has> <{}>", iri(member))
}

/// How often a container says something by a property.
fn count(ground: &Ground, path: &str, property: &str) -> usize {
    let start = format!("<> <ldp:{property}> ");
    ground.says(path).iter().filter(|line| line.starts_with(&start)).count()
}

fn prefer_membership(ground: &Ground) {
    let body = format!("<> ldp:membershipResource <> ; {HAS} .");
    let path = container(ground, "DirectContainer", &body).expect_status(201).location();
    let member = post(ground, &path, "<> <a:p> 1 .");
    let contains = format!("<> <ldp:contains> <{}>", iri(&member));
    for (parameter, contained, membership) in [
        ("include=\"ldp:PreferMembership\"", true, true),
        ("omit=\"ldp:PreferMembership\"", true, false),
        ("include=\"ldp:PreferMinimalContainer\"", false, false),
        ("include=\"ldp:PreferMinimalContainer ldp:PreferMembership\"", false, true),
        ("include=\"ldp:PreferMembership\"; omit=\"ldp:PreferContainment\"", false, true),
    ] {
        let answer = ground.get(&path).header("Prefer", &prefer(parameter)).send();
        let lines = lines(&answer.expect_status(200), &path);
        assert_eq!(lines.contains(&contains), contained, "{parameter}: {lines:?}");
        assert_eq!(lines.contains(&has(&member)), membership, "{parameter}: {lines:?}");
    }
}

fn default_relation(ground: &Ground) {
    let (resource, direct) = direct(ground, "dct:title \"sans relation\"");
    assert!(ground.holds(&direct, "<> <ldp:hasMemberRelation> <ldp:member>"));
    let member = post(ground, &direct, "<> <a:p> 1 .");
    assert!(ground.holds(&resource, &format!("<> <ldp:member> <{}>", iri(&member))));
}

fn one_resource(ground: &Ground) {
    let (_, direct) = direct(ground, HAS);
    assert_eq!(count(ground, &direct, "membershipResource"), 1);
    for body in [
        format!("<> ldp:membershipResource <a>, <b> ; {HAS} ."),
        format!("<> ldp:membershipResource 1 ; {HAS} ."),
    ] {
        let answer = container(ground, "DirectContainer", &body);
        assert!((400..500).contains(&answer.status), "{body}: {answer:?}");
    }
}

fn one_relation(ground: &Ground) {
    let (_, direct) = direct(ground, HAS);
    let relations = ["hasMemberRelation", "isMemberOfRelation"];
    assert_eq!(relations.map(|relation| count(ground, &direct, relation)), [1, 0]);
    for relations in
        ["ldp:hasMemberRelation e:p, e:q", "ldp:hasMemberRelation e:p ; ldp:isMemberOfRelation e:q"]
    {
        let body = format!("<> ldp:membershipResource <> ; {relations} .");
        let answer = container(ground, "DirectContainer", &body);
        assert!((400..500).contains(&answer.status), "{body}: {answer:?}");
    }
}

fn member_subject(ground: &Ground) {
    let (resource, direct) = direct(ground, HAS);
    let member = post(ground, &direct, "<> e:about <http://e.example/other> .");
    assert!(ground.holds(&resource, &has(&member)), "{:?}", ground.says(&resource));
}

fn posted(ground: &Ground) {
    let (resource, direct) = direct(ground, HAS);
    let before = ground.tag(&resource);
    let member = post(ground, &direct, "<> <a:p> 1 .");
    assert!(ground.holds(&resource, &has(&member)), "{:?}", ground.says(&resource));
    assert!(ground.holds(&direct, &format!("<> <ldp:contains> <{}>", iri(&member))));
    assert_ne!(ground.tag(&resource), before, "what it says changed");
    let inverse =
        format!("<> ldp:membershipResource <{}> ; ldp:isMemberOfRelation e:of .", iri(&resource));
    let inverse = container(ground, "DirectContainer", &inverse).expect_status(201).location();
    let member = post(ground, &inverse, "<> <a:p> 1 .");
    assert!(ground.holds(&member, &format!("<> <e:of> <{}>", iri(&resource))));
}

fn deleted(ground: &Ground) {
    let (resource, direct) = direct(ground, HAS);
    let member = post(ground, &direct, "<> <a:p> 1 .");
    assert!(ground.holds(&resource, &has(&member)));
    ground.delete(&member).send().expect_status(204);
    assert!(!ground.holds(&resource, &has(&member)), "{:?}", ground.says(&resource));
}

fn one_inserted(ground: &Ground) {
    let (_, indirect) = indirect(ground);
    assert_eq!(count(ground, &indirect, "insertedContentRelation"), 1);
    for inserted in ["", "; ldp:insertedContentRelation e:a, e:b"] {
        let body = format!("<> ldp:membershipResource <> ; {HAS} {inserted} .");
        let answer = container(ground, "IndirectContainer", &body);
        assert!((400..500).contains(&answer.status), "{body}: {answer:?}");
    }
}

fn derived_member(ground: &Ground) {
    let (resource, indirect) = indirect(ground);
    let document = post(ground, &indirect, "<> e:about <#it> . <#it> dct:title \"Elle\" .");
    let member = format!("<> <e:has> <{}#it>", iri(&document));
    assert!(ground.holds(&resource, &member), "{:?}", ground.says(&resource));
    assert!(!ground.holds(&resource, &has(&document)));
    assert!(ground.holds(&indirect, &format!("<> <ldp:contains> <{}>", iri(&document))));
}

fn without_member(ground: &Ground) {
    let (_, indirect) = indirect(ground);
    let before = ground.says(&indirect);
    for body in ["<> dct:title \"rien\" .", "<> e:about \"un texte\" ."] {
        let answer = ground.post(&indirect).turtle(turtle(body)).send();
        assert!((400..500).contains(&answer.status), "{body}: {answer:?}");
        assert!(answer.headers("link").any(|link| link.contains(CONSTRAINED_BY)), "{answer:?}");
    }
    assert_eq!(ground.says(&indirect), before);
}

fn indirect_is_direct(ground: &Ground) {
    let (resource, indirect) = indirect(ground);
    let answer = ground.get(&indirect).send();
    assert!(is_a(&answer, "IndirectContainer") && is_a(&answer, "Container"), "{answer:?}");
    for property in ["membershipResource", "hasMemberRelation"] {
        assert_eq!(count(ground, &indirect, property), 1, "{property}");
    }
    let document = post(ground, &indirect, "<> e:about <#it> . <#it> dct:title \"Elle\" .");
    ground.delete(&document).send().expect_status(204);
    let member = format!("<> <e:has> <{}#it>", iri(&document));
    assert!(!ground.holds(&resource, &member), "{:?}", ground.says(&resource));
}
