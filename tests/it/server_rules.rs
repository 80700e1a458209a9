//! Rules that no shape can say: what time it is, where a document stands, which came first. Each is
//! judged when the document itself is written, and tells in words what to do.

use crate::fixtures::{BASE, root};
use crate::http::Response;
use crate::neighbours::insertion;
use crate::server::{Folder, Server};
use codesocial_rdf::{RdfSyntax, parse};
use std::fs;

const PREFIXES: &str = "
    @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
    @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
    @prefix pair: <http://virtual-assembly.org/ontologies/pair#> .
    @prefix cs: <https://w3id.org/codesocial/ns#> .
    @prefix vf: <https://w3id.org/valueflows/ont/vf#> .
    @prefix s: <https://w3id.org/codesocial/scheme/> .
    @prefix ibis: <https://vocab.methodandstructure.com/ibis#> .";

fn write(server: &Server, turtle: &str) -> Response {
    let turtle = format!("{PREFIXES}{turtle}");
    let triples = parse::triples(turtle.as_bytes(), RdfSyntax::Turtle, BASE).expect("Turtle");
    server.update(&insertion(&triples)).send()
}

#[track_caller]
fn accepted(server: &Server, turtle: &str) {
    let answer = write(server, turtle);
    assert_eq!(answer.status, 204, "{turtle}: {answer:?}");
}

/// The refusal says which rule it is and names the document, of which nothing is there.
#[track_caller]
fn refused(server: &Server, turtle: &str, problem: &str, document: &str) {
    let french = write(server, turtle).expect_status(422).json();
    let kind = format!("https://w3id.org/codesocial/problem/{problem}");
    assert_eq!(french["type"], kind.as_str(), "{french}");
    assert!(french["detail"].to_string().contains(&format!("{BASE}{document}")), "{french}");
    assert_eq!(server.get(&format!("/{document}")).status(), 404);
}

fn valid(file: &str) -> String {
    fs::read_to_string(root().join("fixtures/valid").join(file)).expect("the file is there")
}

#[test]
fn who_is_inscribed_has_a_convention_in_force_today() {
    let server = Server::empty();
    let inscribed = |name: &str, until: &str| {
        let text = valid("R34-convention-signee.ttl").replace("2026-01-01\"", "2020-01-01\"");
        text.replace("2029-01-01\"", &format!("{until}\"")).replace("tilleuls", name)
    };
    let document = "organizations/ferme-des-lilas";
    refused(&server, &inscribed("lilas", "2021-01-01"), "no-convention", document);
    accepted(&server, &inscribed("tilleuls", "9999-01-01"));
}

#[test]
fn a_decision_is_not_older_than_the_proposal_that_it_settles() {
    let server = Server::empty();
    let text = valid("R30-proposition-adoptee.ttl");
    let (circle, rest) = text.split_once("<decisions/").expect("a decision");
    let (_, reactions) = rest.split_once("\n\n").expect("something after it");
    accepted(&server, &format!("{circle}{reactions}"));
    let decision = |at: &str| {
        format!(
            "<decisions/d> a cs:Decision , <http://www.w3.org/ns/prov#Activity> ;
                cs:onProposal <proposals/reconnaitre-les-tilleuls> ;
                cs:outcome <https://w3id.org/codesocial/scheme/statut-proposition/adoptee> ;
                cs:mode <https://w3id.org/codesocial/scheme/mode-decision/consentement> ;
                cs:decidedAt \"{at}\"^^xsd:dateTime ."
        )
    };
    refused(&server, &decision("2020-01-15T18:00:00Z"), "decided-before", "decisions/d");
    accepted(&server, &decision("9999-01-15T18:00:00Z"));
}

#[test]
fn what_somebody_answered_is_no_public_document() {
    let server = Server::empty();
    let attempt = "<documents/attempt> a cs:Attempt ; cs:attemptOf <quizzes/haie> ;
        cs:scorePercent 67 ; cs:answeredAt \"2026-02-01T10:00:00Z\"^^xsd:dateTime .";
    refused(&server, attempt, "public-attempt", "documents/attempt");
}

fn need(name: &str, status: &str, rest: &str) -> String {
    format!(
        "<needs/{name}> a cs:Need , vf:Proposal , pair:Resource ; pair:label \"Une salle\" ;
            skos:prefLabel \"Une salle\"@fr , \"A room\"@en ; vf:purpose vf:request ;
            cs:specification <https://w3id.org/codesocial/scheme/specification/salle-atelier> ;
            cs:wealthKind <https://w3id.org/codesocial/scheme/richesse/lieu> ;
            cs:exchangeMode <https://w3id.org/codesocial/scheme/mode-echange/pret> ;
            cs:status <https://w3id.org/codesocial/scheme/statut-offre-besoin/{status}> ; {rest} ."
    )
}

fn disclosed(how: &str) -> String {
    format!("cs:disclosure <https://w3id.org/codesocial/scheme/divulgation/{how}>")
}

#[test]
fn what_is_open_does_not_end_in_the_past() {
    let server = Server::empty();
    let until = |name: &str, status: &str, end: &str| {
        let public = disclosed("public");
        need(name, status, &format!("{public} ; cs:needer <organizations/e> ; vf:hasEnd {end}"))
    };
    let past = "\"2020-06-30\"^^xsd:date";
    refused(&server, &until("a", "ouvert", past), "open-and-past", "needs/a");
    let past_instant = "\"2020-06-30T18:00:00+02:00\"^^xsd:dateTime";
    refused(&server, &until("a", "ouvert", past_instant), "open-and-past", "needs/a");
    accepted(&server, &until("b", "ouvert", "\"9999-06-30\"^^xsd:date"));
    accepted(&server, &until("c", "expire", past));
    let offer = |end: &str| {
        let need = until("d", "ouvert", end).replace("cs:Need ", "cs:Offer ");
        let need = need.replace("vf:request", "vf:offer").replace("cs:needer", "cs:offerer");
        need.replace("needs/", "offers/")
    };
    refused(&server, &offer(past), "open-and-past", "offers/d");
    accepted(&server, &offer("\"9999-06-30\"^^xsd:date"));
}

#[test]
fn a_need_under_a_pseudonym_does_not_say_whose_it_is() {
    let server = Server::empty();
    let anonymous = disclosed("anonyme");
    let named = need("a", "ouvert", &format!("{anonymous} ; cs:needer <organizations/e>"));
    refused(&server, &named, "named-pseudonym", "needs/a");
    accepted(&server, &need("b", "ouvert", &anonymous));
}

#[test]
fn a_part_of_a_document_keeps_the_rules_too() {
    let server = Server::empty();
    let part = |status: &str| {
        let end = disclosed("public")
            + " ; cs:needer <organizations/e> ; vf:hasEnd \"2020-06-30\"^^xsd:date";
        need("liste#salle", status, &end)
    };
    refused(&server, &part("ouvert"), "open-and-past", "needs/liste#salle");
    accepted(&server, &part("expire"));
}

#[test]
fn a_seal_bears_the_digest_that_was_published() {
    let server = Folder::new().serve(&["--base", BASE, "--load", "source", "--load", "demo"]);
    let version = "codesocials/ferme-des-trois-ruisseaux/versions/1.0.0";
    let digest = server
        .rows(&format!("SELECT ?d {{ <{version}> <https://w3id.org/codesocial/ns#digest> ?d }}"));
    let seal = |digest: &str| {
        format!(
            "<documents/sceau> a cs:Seal ; cs:sealedVersion <{version}> ; cs:digest {digest} ;
                cs:sealedAt \"2026-01-12T10:00:00Z\"^^xsd:dateTime ;
                cs:sealedBy <organizations/registre-demo> ; cs:proofValue \"z\" ."
        )
    };
    let other = format!("\"{}\"", "0".repeat(64));
    refused(&server, &seal(&other), "wrong-seal", "documents/sceau");
    accepted(&server, &seal(digest.trim()));
}

#[test]
fn who_is_opposed_opposes_and_no_longer_than_the_other() {
    let server = Server::empty();
    let text = valid("R46-position-opposee.ttl");
    accepted(&server, &text);
    let (one, other) = ("<positions/replanter>", "<positions/laisser>");
    let prefix = "PREFIX cs: <https://w3id.org/codesocial/ns#> ";
    let opposes = |who: &str, whom: &str| {
        server.ask(&format!("{prefix} ASK {{ {who} cs:opposesPosition {whom} }}"))
    };
    assert!(opposes(one, other) && opposes(other, one));
    let said = format!("{one} cs:opposesPosition {other}");
    let taken = format!("{prefix} DELETE DATA {{ GRAPH {one} {{ {said} }} }}");
    assert_eq!(server.update(&taken).status(), 204);
    assert!(!opposes(one, other) && !opposes(other, one));
}
