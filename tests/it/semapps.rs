//! Access as SemApps and its clients manage it: the requests of recorded exchanges, and answers
//! that those clients can use.

use crate::http::Response;
use crate::server::{BASE, Server};
use crate::stories::organization;
use expect_test::{Expect, expect};

const LAC: &str = "/organizations/lac";

fn with_lac() -> Server {
    let server = Server::empty();
    server.put(LAC).turtle(organization("Lac")).send().expect_status(201);
    server
}

/// Each authorization on a line.
#[track_caller]
fn check(answer: &Response, expected: &Expect) {
    let document = answer.json();
    let base = document["@context"]["@base"].as_str().expect("names are relative to the address");
    assert!(base.contains("/_acl/"), "{base}");
    let nodes = document["@graph"].as_array().expect("clients look for @graph");
    let lines = nodes.iter().map(|node| format!("{node}\n").replace(BASE, "…/"));
    expected.assert_eq(&lines.collect::<String>());
}

/// What SemApps's front-end sends to let somebody in.
fn add(server: &Server, path: &str, fragment: &str, agent: &str) -> Response {
    let body = format!(
        r##"{{"@context": {{"acl": "http://www.w3.org/ns/auth/acl#", "@base": "{BASE}_acl{path}",
            "acl:agent": {{"@type": "@id"}}, "acl:accessTo": {{"@type": "@id"}},
            "acl:mode": {{"@type": "@id"}}}},
          "@id": "#{fragment}", "@type": "acl:Authorization", "acl:agent": "{agent}",
          "acl:accessTo": "{BASE}{path}", "acl:mode": "acl:{fragment}"}}"##
    );
    server.patch(&format!("/_acl{path}")).body("application/ld+json", body).send()
}

#[test]
fn a_container_shows_an_authorization_for_each_mode() {
    let server = Server::empty();
    let shown = server.get("/_acl/organizations").admin().accept("application/ld+json").send();
    check(
        &shown.expect_status(200),
        &expect![[r##"
        {"@id":"#Read","@type":"acl:Authorization","acl:accessTo":"…/organizations","acl:agent":"…/#administrators","acl:agentClass":"foaf:Agent","acl:mode":"acl:Read"}
        {"@id":"#Append","@type":"acl:Authorization","acl:accessTo":"…/organizations","acl:agentClass":"acl:AuthenticatedAgent","acl:mode":"acl:Append"}
        {"@id":"#Write","@type":"acl:Authorization","acl:accessTo":"…/organizations","acl:agent":"…/#administrators","acl:mode":"acl:Write"}
        {"@id":"#Control","@type":"acl:Authorization","acl:accessTo":"…/organizations","acl:agent":"…/#administrators","acl:mode":"acl:Control"}
        {"@id":"#DefaultRead","@type":"acl:Authorization","acl:default":"…/organizations","acl:agent":"…/#administrators","acl:agentClass":"foaf:Agent","acl:mode":"acl:Read"}
        {"@id":"#DefaultWrite","@type":"acl:Authorization","acl:default":"…/organizations","acl:agent":"…/#administrators","acl:mode":"acl:Write"}
        {"@id":"#DefaultControl","@type":"acl:Authorization","acl:default":"…/organizations","acl:agent":"…/#administrators","acl:mode":"acl:Control"}
    "##]],
    );
    let anonymous = server.get("/_acl/organizations").accept("application/ld+json").send();
    check(
        &anonymous.expect_status(200),
        &expect![[r##"
        {"@id":"#Read","@type":"acl:Authorization","acl:accessTo":"…/organizations","acl:agentClass":"foaf:Agent","acl:mode":"acl:Read"}
        {"@id":"#Append","@type":"acl:Authorization","acl:accessTo":"…/organizations","acl:agentClass":"acl:AuthenticatedAgent","acl:mode":"acl:Append"}
        {"@id":"#DefaultRead","@type":"acl:Authorization","acl:default":"…/organizations","acl:agentClass":"foaf:Agent","acl:mode":"acl:Read"}
    "##]],
    );
}

#[test]
fn what_is_inherited_is_shown_as_the_default_of_its_container() {
    let server = with_lac();
    let shown = server.get(&format!("/_acl{LAC}")).admin().send().expect_status(200);
    check(
        &shown,
        &expect![[r#"
        {"@id":"…/_acl/organizations#DefaultRead","@type":"acl:Authorization","acl:default":"…/organizations","acl:agent":"…/#administrators","acl:agentClass":"foaf:Agent","acl:mode":"acl:Read"}
        {"@id":"…/_acl/organizations#DefaultWrite","@type":"acl:Authorization","acl:default":"…/organizations","acl:agent":"…/#administrators","acl:mode":"acl:Write"}
        {"@id":"…/_acl/organizations#DefaultControl","@type":"acl:Authorization","acl:default":"…/organizations","acl:agent":"…/#administrators","acl:mode":"acl:Control"}
    "#]],
    );
}

#[test]
fn somebody_is_let_in_and_nobody_loses_what_they_had() {
    let server = with_lac();
    let bob = "https://ailleurs.example/bob";
    add(&server, LAC, "Write", bob).expect_status(204);
    add(&server, LAC, "Read", bob).expect_status(204);
    let shown = server.get(&format!("/_acl{LAC}")).admin().send().expect_status(200);
    check(
        &shown,
        &expect![[r##"
        {"@id":"#Read","@type":"acl:Authorization","acl:accessTo":"…/organizations/lac","acl:agent":"https://ailleurs.example/bob","acl:mode":"acl:Read"}
        {"@id":"#Write","@type":"acl:Authorization","acl:accessTo":"…/organizations/lac","acl:agent":"https://ailleurs.example/bob","acl:mode":"acl:Write"}
        {"@id":"…/_acl/organizations#DefaultRead","@type":"acl:Authorization","acl:default":"…/organizations","acl:agent":"…/#administrators","acl:agentClass":"foaf:Agent","acl:mode":"acl:Read"}
        {"@id":"…/_acl/organizations#DefaultWrite","@type":"acl:Authorization","acl:default":"…/organizations","acl:agent":"…/#administrators","acl:mode":"acl:Write"}
        {"@id":"…/_acl/organizations#DefaultControl","@type":"acl:Authorization","acl:default":"…/organizations","acl:agent":"…/#administrators","acl:mode":"acl:Control"}
    "##]],
    );
    server.get(LAC).send().expect_status(200);
    let own = server.get(&format!("{LAC}.acl")).admin().send().expect_status(200);
    assert!(own.body.contains(bob), "{own:?}");

    let replaced = format!(
        "@prefix acl: <http://www.w3.org/ns/auth/acl#> .
         <#Read> a acl:Authorization ; acl:agent <{bob}> ; acl:mode acl:Read ."
    );
    server.put(&format!("/_acl{LAC}")).turtle(replaced).send().expect_status(204);
    let shown = server.get(&format!("/_acl{LAC}")).admin().send().expect_status(200);
    assert!(shown.body.contains("#Read") && !shown.body.contains("#Write"), "{shown:?}");
    let visitor = server.get(&format!("/_acl{LAC}")).send().expect_status(200);
    assert!(!visitor.body.contains("bob"), "who is let in is nobody else's to know: {visitor:?}");
}

#[test]
fn what_grants_nothing_or_comes_from_who_controls_nothing_is_refused() {
    let server = with_lac();
    let acl = format!("/_acl{LAC}");
    server.put(&acl).body("application/ld+json", "{}").send().expect_status(400);
    let unknown = "<#Eat> <http://www.w3.org/ns/auth/acl#agent> <urn:x> .";
    server.patch(&acl).body("text/turtle", unknown).send().expect_status(400);
    server.patch(&acl).body("text/csv", "a").send().expect_status(415);
    server.patch(&acl).body("application/ld+json", "{").send().expect_status(400);
    let grant = "<#Read> <http://www.w3.org/ns/auth/acl#agent> <urn:x> .";
    let anonymous = server.anonymous("PATCH", &acl).turtle(grant).send();
    assert_eq!(anonymous.status, 401);
    assert_eq!(server.anonymous("DELETE", &acl).send().status, 405);
    let absent = server.patch("/_acl/organizations/none").turtle(grant).send();
    assert_eq!(absent.status, 404);
    assert_eq!(server.get("/_acl/organizations/none").status(), 404);
}

#[test]
fn rights_are_told_and_of_what_is_hidden_none() {
    let server = with_lac();
    let told = |path: &str| server.get(&format!("/_rights{path}")).send().expect_status(200).body;
    assert_eq!(told(LAC), r#"{"read":true,"write":false,"append":false,"control":false}"#);
    let administrator = server.get(&format!("/_rights{LAC}")).admin().send();
    assert_eq!(administrator.body, r#"{"read":true,"write":true,"append":true,"control":true}"#);
    let asked = server.post(&format!("/_rights{LAC}"));
    let asked = asked.body("application/json", r#"{"rights":{"read":true,"write":true}}"#).send();
    assert_eq!(asked.expect_status(200).body, r#"{"read":true,"write":true}"#);
    server.put("/self-diagnoses/x").turtle("<> <a:p> 1 .").send().expect_status(201);
    assert_eq!(told("/self-diagnoses/x"), told("/self-diagnoses/none"));
    assert!(told("/").contains(r#""read":true"#));
}

#[test]
fn a_group_is_made_filled_named_in_an_access_document_and_emptied() {
    let server = with_lac();
    let json = |method, path: &str, body: &str| {
        server.anonymous(method, path).admin().body("application/json", body).send()
    };
    let made = server.post("/_groups").header("Slug", "editors");
    let made = made.body("application/json", "{}").send().expect_status(201);
    assert_eq!(made.location(), "/_groups/editors");
    let bob = r#"{"memberUri":"https://ailleurs.example/bob"}"#;
    json("PATCH", "/_groups/editors", bob).expect_status(204);
    let members = server.get("/_groups/editors").admin().send().expect_status(200);
    assert_eq!(members.body, r#"["https://ailleurs.example/bob"]"#);
    let groups = server.get("/_groups").admin().send().expect_status(200);
    assert_eq!(groups.body, format!(r#"["{BASE}_groups/editors"]"#));
    assert_eq!(server.get("/_groups").send().expect_status(200).body, "[]", "whose are they?");
    assert_eq!(server.get("/_groups/editors").status(), 401);
    let turtle = server.get("/_groups/editors").admin().accept("text/turtle").send();
    assert!(turtle.expect_status(200).body.contains("hasMember"));
    json("PUT", "/_groups/editors", bob).expect_status(204);
    assert_eq!(server.get("/_groups/editors").admin().send().body, "[]");
    json("PATCH", "/_groups/editors", r#"{"memberUri":"no IRI"}"#).expect_status(400);
    json("PATCH", "/_groups/none", bob).expect_status(404);
    server.delete("/_groups/editors").send().expect_status(204);
}
