//! Published versions, and what the server works out of descriptions.

use crate::graph::canonical;
use crate::server::{BASE, Folder, Server};
use crate::stories::PREFIXES;
use codesocial_rdf::{RdfSyntax, parse};
use codesocial_store::hex;
use sha2::{Digest, Sha256};

const VERSION: &str = "/codesocials/demarche/versions/1.0.0";
const CS: &str = "PREFIX cs: <https://w3id.org/codesocial/ns#> ";

#[test]
fn the_digest_of_a_version_is_that_of_its_snapshot() {
    let server = Server::shared();
    let address = format!("{VERSION}.nq");
    let snapshot = server.get(&address).send().expect_status(200);
    assert_eq!(snapshot.header("content-type"), "application/n-quads");
    let digest = hex(&Sha256::digest(snapshot.body.as_bytes()));
    let said = format!(
        "{CS} SELECT ?n ?d {{ ?v cs:versionOf <codesocials/demarche> ;
        cs:versionNumber ?n ; cs:digest ?d }}"
    );
    assert_eq!(server.rows(&said), format!("\"1.0.0\"\t\"{digest}\"\n"));
    let triples = parse::triples(snapshot.body.as_bytes(), RdfSyntax::NQuads, "http://x/");
    assert_eq!(canonical(triples.expect("N-Quads")), snapshot.body, "it is canonical already");
    let again = server.get(&address).header("If-None-Match", snapshot.header("etag")).send();
    assert_eq!((again.status, again.body.as_str()), (304, ""));
}

#[test]
fn a_version_holds_the_description_and_its_intentions_as_they_were() {
    let server = Server::shared();
    let frozen = format!(
        "{CS} SELECT (COUNT(*) AS ?n) {{
        GRAPH <codesocials/demarche/versions/1.0.0> {{ ?i a cs:Intention ; cs:commitment ?c }} }}"
    );
    assert_eq!(server.rows(&frozen), "34\n");
    let live = "ASK { GRAPH <codesocials/demarche> { ?s ?p ?o } FILTER NOT EXISTS {
        GRAPH <codesocials/demarche/versions/1.0.0> { ?s ?p ?o } } }";
    assert!(!server.ask(live), "all that the description says");
}

#[test]
fn nobody_writes_a_version() {
    let server = Server::shared();
    let body = "<> <a:p> 1 .";
    for (n, (status, request)) in [
        (405, server.put(VERSION).turtle(body)),
        (405, server.delete(VERSION)),
        (405, server.patch(VERSION).body("application/sparql-update", "DELETE WHERE { ?s ?p ?o }")),
        (409, server.put("/codesocials/demarche/versions/1.0.1").turtle(body)),
        (
            409,
            server.update(&format!("DELETE WHERE {{ GRAPH <{}> {{ ?s ?p ?o }} }}", &VERSION[1..])),
        ),
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(request.status(), status, "row {n}");
    }
}

/// The completeness of the description and of its only section, and its level.
fn computed(server: &Server) -> String {
    let query = format!(
        "{CS} SELECT (STR(?c) AS ?whole) (STR(?s) AS ?part)
            (REPLACE(STR(?l), '.*/', '') AS ?level) {{
        <codesocials/lac> cs:completeness ?c ; cs:opposabilityLevel ?l .
        <codesocials/lac#eau> cs:completeness ?s }}"
    );
    // A draft is its authors'.
    let answer = server.query(&query).admin().accept("text/tab-separated-values").send();
    let body = answer.expect_status(200).body;
    let rows = body.split_once('\n').map_or("", |(_, rows)| rows);
    rows.replace(['"', '\n'], "").replace('\t', " ")
}

#[test]
fn completeness_follows_every_change_that_it_depends_on() {
    let server = Server::empty();
    server
        .put("/commons/lac")
        .turtle(format!("{PREFIXES} <> a pair:Idea ; pair:label \"Lac\" ."))
        .send()
        .expect_status(201);
    let draft = |body: &str| {
        let body = format!(
            "{PREFIXES} @prefix s: <https://w3id.org/codesocial/scheme/> .
            <> a cs:CodeSocial ; pair:label \"Lac\" ; cs:describes </commons/lac> ;
                cs:status <https://w3id.org/codesocial/scheme/statut-codesocial/brouillon> ;
                cs:hasSection <#eau> .
            <#eau> a cs:Section ; cs:sectionOf <> ; cs:body \"{body}\"@fr ;
                cs:sectionKind <https://w3id.org/codesocial/scheme/section/ecologique> ."
        );
        server.put("/codesocials/lac").turtle(body).send()
    };
    draft("Court.").expect_status(201);
    assert_eq!(computed(&server), "0 0 0");
    draft(&"Une eau vive. ".repeat(7)).expect_status(204);
    assert_eq!(computed(&server), "0.0556 0.5 0");
    let intention = format!(
        "{PREFIXES} <> a cs:Intention ; pair:label \"Baignade\" ; cs:expressedIn </codesocials/lac#eau> ;
            cs:commitment <https://w3id.org/codesocial/scheme/engagement/aspiration> ;
            cs:horizon <https://w3id.org/codesocial/scheme/horizon/court> ."
    );
    server.put("/intentions/baignade").turtle(intention).send().expect_status(201);
    assert_eq!(computed(&server), "0.0722 0.65 0");
    server.delete("/intentions/baignade").send().expect_status(204);
    assert_eq!(computed(&server), "0.0556 0.5 0");
    let read = server.get("/codesocials/lac").admin().send();
    server.put("/codesocials/lac").turtle(read.body).send().expect_status(204);
    let claimed = "INSERT DATA { <#eau> <https://w3id.org/codesocial/ns#completeness> 1e0 }";
    let claim = server.patch("/codesocials/lac").body("application/sparql-update", claimed);
    assert_eq!(claim.status(), 409, "only the server works it out");
    server.delete("/codesocials/lac").send().expect_status(204);
    assert_eq!(computed(&server), "");
}

#[test]
fn a_version_is_adopted_as_long_as_its_circle_has_decided_so_by_consent() {
    let server = Folder::new().serve(&["--base", BASE, "--load", "source", "--load", "demo"]);
    let decision = "decisions/adopter-ferme-1-0-0";
    let known = || {
        server.rows(&format!(
            "{CS} SELECT (REPLACE(STR(?l), '.*/', '') AS ?level) ?d {{
            <codesocials/ferme-des-trois-ruisseaux> cs:opposabilityLevel ?l ; cs:currentVersion ?v
            OPTIONAL {{ ?v cs:adoptedBy ?d }} }}"
        ))
    };
    let modes = "https://w3id.org/codesocial/scheme/mode-decision";
    let decide = |from: &str, to: &str| {
        let graph = |mode: &str| {
            format!("{{ GRAPH <{decision}> {{ <{decision}> cs:mode <{modes}/{mode}> }} }}")
        };
        let update = format!("{CS} DELETE DATA {} ; INSERT DATA {}", graph(from), graph(to));
        assert_eq!(server.update(&update).status(), 204);
    };
    let adopted = format!("\"2\"\t<{BASE}{decision}>\n");
    assert_eq!(known(), adopted);
    decide("consentement", "vote");
    assert_eq!(known(), "\"1\"\t\n");
    decide("vote", "consentement");
    assert_eq!(known(), adopted);
    server.delete(&format!("/{decision}")).send().expect_status(204);
    assert_eq!(known(), "\"1\"\t\n");
}

#[test]
fn a_later_chapter_is_told_once_and_what_was_deleted_stays_so() {
    let folder = Folder::new();
    let arguments = ["--base", BASE, "--load", "source", "--load", "demo"];
    let server = folder.serve(&arguments);
    let address = "/intentions/velo-rouler-l-hiver";
    server.delete(address).send().expect_status(204);
    let counted = || {
        let rows = "SELECT (COUNT(?v) AS ?n) { ?c cs:hasVersion ?v }";
        format!("{CS}{rows}")
    };
    let versions = server.rows(&counted());
    assert_eq!(versions, "7\n");
    server.stop();
    let server = folder.serve(&arguments);
    assert_eq!(server.rows(&counted()), versions);
    assert_eq!(server.get(address).status(), 410);
}
