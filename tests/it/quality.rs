//! How the data stand with the rules, counted from what is stored, and for each reader what it may
//! know.

use crate::server::Server;
use crate::stories::{PREFIXES, organization};

const SHAPES: &str = "/shapes/ponds";
const CLASS: &str = "/quality?class=pair:Organization";

/// Organisations should have a comment.
fn ponds() -> String {
    format!(
        "{PREFIXES}@prefix sh: <http://www.w3.org/ns/shacl#> .
         <#Pond> a sh:NodeShape ; sh:targetClass pair:Organization ; sh:property <#comment> .
         <#comment> a sh:PropertyShape ; sh:path pair:comment ; sh:minCount 1 ; cs:rule \"X1\" ;
           sh:severity sh:Warning ; sh:message \"Dire ce que c'est.\"@fr, \"Say it.\"@en ."
    )
}

fn commented(label: &str) -> String {
    organization(label) + " <> pair:comment \"Un lac\"@fr, \"A lake\"@en ."
}

fn with_organizations(silent: usize) -> Server {
    let server = Server::empty();
    server.put(SHAPES).turtle(ponds()).send().expect_status(201);
    server.put("/organizations/net").turtle(commented("Net")).send().expect_status(201);
    for n in 0..silent {
        let path = format!("/organizations/lac-{n:02}");
        server.put(&path).turtle(organization(&format!("Lac {n:02}"))).send().expect_status(201);
    }
    server
}

fn html(server: &Server, path: &str) -> String {
    let page = server.get(path).accept("text/html").header("Accept-Language", "en").send();
    unescaped(&page.expect_status(200).body)
}

/// As a browser reads it.
fn unescaped(page: &str) -> String {
    page.replace("&#x2f;", "/").replace("&#x27;", "'").replace("&amp;", "&")
}

#[track_caller]
fn check(page: &str, holds: &[&str], lacks: &[&str]) {
    for text in holds {
        assert!(page.contains(text), "{text} is missing in {page}");
    }
    for text in lacks {
        assert!(!page.contains(text), "{text} is in {page}");
    }
}

#[test]
fn a_class_is_told_in_figures_and_each_rule_with_the_resources_to_mend() {
    let server = with_organizations(2);
    let page = html(&server, "/quality");
    let figures = "Resources <span class=\"count\">3</span> · \
        Conforming <span class=\"count\">1</span> · With a warning <span class=\"count\">2</span>";
    check(&page, &["?class=pair%3AOrganization", figures, "33"], &["violation"]);
    let page = html(&server, CLASS);
    let silent = "<a href=\"/organizations/lac-00\">Lac 00</a>";
    check(&page, &["Warning · X1", "<h2>Say it.</h2>", silent, "lac-01?report"], &["net", "Dire"]);
    let french = server.get(&format!("{CLASS}&lang=fr")).accept("text/html").send();
    let french = unescaped(&french.expect_status(200).body);
    check(&french, &["Avertissement · X1", "<h2>Dire ce que c'est.</h2>"], &["Say it"]);
    for n in ["00", "01"] {
        let path = format!("/organizations/lac-{n}");
        server.put(&path).turtle(commented("Lac")).send().expect_status(204);
    }
    check(&html(&server, CLASS), &["Nothing to mend"], &["Say it"]);
}

#[test]
fn programs_read_measurements_and_a_validation_report() {
    let server = with_organizations(2);
    let measured = server.get("/quality").accept("text/turtle").send().expect_status(200).body;
    let conforming = "dqv:isMeasurementOf <http://registre.example/quality#conforming>";
    check(
        &measured,
        &["dqv:QualityMeasurement", "dqv:computedOn pair:Organization", conforming],
        &[],
    );
    let report = server.get(CLASS).accept("text/turtle").send().expect_status(200).body;
    let told = ["sh:ValidationReport", "\"false\"^^xsd:boolean", "organizations/lac-01"];
    check(&report, &told, &["organizations/net"]);
    assert_eq!(report.matches("sh:focusNode").count(), 2);
    let json = server.get(CLASS).accept("application/ld+json").send().expect_status(200);
    assert!(json.body.contains("lac-00"), "{json:?}");
    server.get(CLASS).accept("image/png").send().expect_status(406);
    server.get("/quality?class=pair:Nothing").send().expect_status(404);
    server.put("/quality").turtle(commented("Q")).send().expect_status(405);
}

#[test]
fn many_resources_of_a_rule_come_in_pages() {
    let server = with_organizations(25);
    let first = html(&server, CLASS);
    check(&first, &["lac-19", "rel=\"next\"", "5"], &["lac-20", "rel=\"prev\""]);
    let next = first.split("rel=\"next\" href=\"").nth(1).and_then(|rest| rest.split('"').next());
    let next = next.expect("a link");
    check(&html(&server, &format!("/quality{next}")), &["lac-20", "rel=\"prev\""], &["lac-19"]);
    let elsewhere = format!("{CLASS}&shape=urn:x");
    check(&html(&server, &elsewhere), &["All rules"], &["lac-"]);
}

#[test]
fn what_few_may_read_is_neither_shown_nor_counted() {
    let server = with_organizations(0);
    let shape = "<#Answered> a sh:NodeShape ; sh:targetClass pair:Organization ;
        sh:property <#answers> . <#answers> sh:path [ sh:inversePath <e:answers> ] ;
        sh:nodeKind sh:Literal ; sh:severity sh:Info ; sh:message \"Answered.\" .";
    server.put(SHAPES).turtle(ponds() + shape).send().expect_status(204);
    let key = "@prefix pair: <http://virtual-assembly.org/ontologies/pair#> .
        <#c3> <e:answers> </organizations/net> . <#c4> <e:is> <#c5> .";
    server.put("/quizzes/barcamp/key").turtle(key).send().expect_status(201);
    check(&html(&server, CLASS), &["Nothing to mend"], &["Answered", "barcamp"]);
    let known = server.get(CLASS).admin().accept("text/html").send().expect_status(200).body;
    check(&unescaped(&known), &["Answered.", "/organizations/net"], &["Rien à corriger"]);
    let told = |server: &Server| server.get(CLASS).accept("text/turtle").send().body;
    check(&told(&server), &["sh:conforms \"true\""], &["barcamp", "Answered"]);
}

#[test]
fn lists_and_resources_with_remarks_lead_there() {
    let server = with_organizations(1);
    let link = "/quality?class=pair%3AOrganization";
    check(&html(&server, "/organizations"), &[link], &[]);
    check(&html(&server, "/organizations/lac-00"), &[link], &[]);
    check(&html(&server, "/organizations/net"), &[], &[link]);
}
