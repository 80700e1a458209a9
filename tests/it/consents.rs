//! What persons consent to is published, and nothing else; what they withdraw is closed at once.

use crate::server::{BASE, Person, Server};

const PREFIXES: &str = "
    @prefix cs: <https://w3id.org/codesocial/ns#> .
    @prefix pair: <http://virtual-assembly.org/ontologies/pair#> .
    @prefix foaf: <http://xmlns.com/foaf/0.1/> .
    @prefix for: <https://w3id.org/codesocial/scheme/finalite-consentement/> .
    @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
    ";

const WITHDRAWN: &str = "; cs:withdrawnAt \"2026-11-02T10:00:00Z\"^^xsd:dateTime";

/// Writes a consent of `subject` into a private document of whoever writes it.
#[track_caller]
fn consent(writer: &Person, subject: &Person, purpose: &str, more: &str) {
    let place = format!("{}/private/consents/{purpose}", writer.profile());
    let body = format!(
        "{PREFIXES} <> a cs:PrivacyConsent ; cs:subject <{}> ; cs:purpose for:{purpose} ;
            cs:givenAt \"2026-11-01T10:00:00Z\"^^xsd:dateTime {more} .",
        subject.webid
    );
    let written = writer.ask("PUT", &place).turtle(body).send();
    assert!([201, 204].contains(&written.status), "{written:?}");
}

/// What the public finds of a text: at an address, in a container, in an answer to a question, in
/// an export.
fn finds(server: &Server, path: &str, text: &str) -> [bool; 4] {
    let container = path.rsplit_once('/').expect("in a container").0;
    let container = if container.is_empty() { "/" } else { container };
    let query = format!("SELECT ?s {{ ?s ?p ?o FILTER(STR(?o) = \"{text}\") }}");
    let export = "/export/controverses.nq";
    [
        server.get(path).send().body.contains(text),
        server.get(container).send().body.contains(path),
        server.query(&query).accept("text/csv").send().body.lines().count() > 1,
        server.get(export).send().body.contains(text),
    ]
}

#[test]
fn of_a_profile_what_its_person_consents_to_is_shown() {
    let server = Server::empty();
    let (lou, sacha) = (server.person("lou"), server.person("sacha"));
    let profile = lou.profile();
    let said = |phone: &str| {
        format!(
            "{PREFIXES} <> a pair:Person, foaf:Person ; pair:label \"Lou Tilleul\" ;
                pair:phone \"{phone}\" ."
        )
    };
    lou.ask("PUT", &profile).turtle(said("0102")).send().expect_status(204);
    let name = || finds(&server, &profile, "Lou Tilleul")[..3].to_vec();
    let phone = |phone: &str| {
        finds(&server, &profile, phone)[2] || server.get(&profile).send().body.contains(phone)
    };
    assert_eq!(name(), [false; 3]);
    // Nobody consents for another.
    consent(&sacha, &lou, "profil-public", "");
    assert_eq!(name(), [false; 3]);
    consent(&lou, &lou, "badge-public", "");
    assert_eq!(name(), [false; 3], "a consent to something else");
    consent(&lou, &lou, "profil-public", "");
    assert_eq!((name(), phone("0102")), (vec![true; 3], false));
    let kept = format!("{profile}/private/profile");
    assert!(lou.get(&kept).send().expect_status(200).body.contains("0102"));
    assert_eq!(server.get(&kept).status(), 404);
    lou.ask("PUT", &profile).turtle(said("0304")).send().expect_status(204);
    assert_eq!((name(), phone("0304")), (vec![true; 3], false));
    let kept = lou.get(&kept).send().expect_status(200).body;
    assert!(kept.contains("0304") && !kept.contains("0102"), "{kept}");
    consent(&lou, &lou, "profil-public", WITHDRAWN);
    assert_eq!(name(), [false; 3]);
    assert_eq!(lou.get(&profile).status(), 200);
}

#[test]
fn a_stance_of_a_person_is_public_with_their_consent_alone() {
    let server = Server::empty();
    let lou = server.person("lou");
    let stance = |more: &str| {
        format!(
            "{PREFIXES} <> pair:label \"Plutôt pour\" ; cs:stanceActor <{}> {more} .",
            lou.webid
        )
    };
    let write = |path: &str, more: &str| {
        let written = server.put(path).turtle(stance(more)).send();
        assert!([201, 204].contains(&written.status), "{written:?}");
    };
    let is_public = |path: &str| {
        let found = finds(&server, path, "Plutôt pour");
        assert_eq!(found[0], found[1]);
        found[0]
    };
    write("/stances/a", "");
    write("/stances/b", "; cs:origin \"illustrative\"");
    assert!(!is_public("/stances/a") && !is_public("/stances/b"));
    assert_eq!(lou.get("/stances/a").status(), 200);
    consent(&lou, &lou, "prise-de-position", "");
    assert!(is_public("/stances/a") && is_public("/stances/b"));
    let of_one = format!("; pair:about <{BASE}stances/b>");
    consent(&lou, &lou, "prise-de-position", &of_one);
    assert!(!is_public("/stances/a") && is_public("/stances/b"));
    consent(&lou, &lou, "prise-de-position", WITHDRAWN);
    assert!(!is_public("/stances/a") && !is_public("/stances/b"));
    let organization =
        format!("{PREFIXES} <> pair:label \"Pour\" ; cs:stanceActor </organizations/a> .");
    server.put("/stances/c").turtle(organization).send().expect_status(201);
    assert_eq!(server.get("/stances/c").status(), 200);
}

#[test]
fn who_ends_being_a_resource_person_is_named_no_more() {
    let server = Server::empty();
    let lou = server.person("lou");
    consent(&lou, &lou, "personne-ressource", "");
    let seed =
        format!("{PREFIXES} <> pair:label \"Une graine\" ; cs:resourcePerson <{}> .", lou.webid);
    server.put("/seeds/s").turtle(seed).send().expect_status(201);
    assert!(server.get("/seeds/s").send().body.contains(&lou.webid));
    consent(&lou, &lou, "personne-ressource", WITHDRAWN);
    assert!(!server.get("/seeds/s").send().expect_status(200).body.contains(&lou.webid));
}
