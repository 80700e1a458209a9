//! What the rules say over HTTP: reports that refuse, and remarks that do not.

use crate::graph::triples;
use crate::server::Server;
use crate::stories::{PREFIXES, organization};

const SHACL: &str = "http://www.w3.org/ns/shacl#";
const CONSTRAINED_BY: &str = "http://www.w3.org/ns/ldp#constrainedBy";
const REPORT: &str = "https://w3id.org/codesocial/ns#report";

fn wrong() -> String {
    format!("{PREFIXES}<> a pair:Organization ; pair:label \"Lac\" ; pair:homePage \"lac\" .")
}

#[test]
fn a_report_comes_in_the_syntax_that_is_asked_for_and_names_the_shapes() {
    let server = Server::shared();
    for accept in ["text/turtle", "application/ld+json", "*/*"] {
        let answer = server.put("/organizations/wrong").accept(accept).turtle(wrong()).send();
        let answer = answer.expect_status(422);
        assert!(
            answer.links("http://registre.example/shapes/actors", CONSTRAINED_BY),
            "{answer:?}"
        );
        let report = triples(&answer, "/organizations/wrong");
        let has = |predicate: &str, object: &str| {
            report.iter().any(|triple| {
                triple.predicate.as_str() == format!("{SHACL}{predicate}")
                    && triple.object.to_string().contains(object)
            })
        };
        assert!(has("conforms", "false"), "{answer:?}");
        assert!(has("focusNode", "organizations/wrong"), "{answer:?}");
        assert!(has("sourceShape", "Organization-homePage"), "{answer:?}");
        assert!(has("resultMessage", "\"@fr"), "{answer:?}");
        assert!(!has("resultMessage", "\"@en"), "French is the default: {answer:?}");
    }
    let page = server.put("/organizations/wrong").accept("text/html").turtle(wrong()).send();
    assert!(page.expect_status(422).body.contains("Une adresse commence par"));
    assert_eq!(server.get("/organizations/wrong").status(), 404);
}

#[test]
fn warnings_do_not_refuse_and_their_report_is_linked() {
    let server = Server::shared();
    let body = format!("{PREFIXES}<> a pair:Organization ; pair:label \"Sans anglais\" .");
    let created = server.put("/organizations/sans-anglais").turtle(body).send().expect_status(201);
    let report = "http://registre.example/organizations/sans-anglais?report";
    assert!(created.links(report, REPORT), "{created:?}");
    for (accept, content_type) in [
        ("text/turtle", "text/turtle"),
        ("application/ld+json", "application/ld+json"),
        ("text/html", "text/html; charset=utf-8"),
    ] {
        let path = "/organizations/sans-anglais?report";
        let answer = server.get(path).accept(accept).send().expect_status(200);
        assert_eq!(answer.header("content-type"), content_type);
        assert!(answer.body.contains("prefLabel"), "{answer:?}");
    }
    assert_eq!(server.get("/organizations/none?report").status(), 404);
    let clean = server.put("/organizations/net").turtle(organization("Net")).send();
    assert!(!clean.headers("link").any(|link| link.contains(REPORT)), "{clean:?}");
}

#[test]
fn a_rule_that_another_document_breaks_refuses_the_write() {
    let server = Server::empty();
    let membership = format!(
        "{PREFIXES}<> a pair:MembershipAssociation ; pair:membershipActor <../organizations/lac> ;
         pair:membershipOrganization <../organizations/lac> ."
    );
    server.put("/organizations/lac").turtle(organization("Lac")).send().expect_status(201);
    let refused = server.put("/membership-associations/m").turtle(membership).send();
    assert_eq!(refused.status, 422, "a member of itself: {refused:?}");
}

#[test]
fn nothing_judges_the_sandbox() {
    let server = Server::shared();
    assert_eq!(server.put("/sandbox/wrong").turtle(wrong()).status(), 201);
}
