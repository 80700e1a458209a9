//! What its own words keep from the public, and from when on it is everyone's.

use crate::server::Server;

const PREFIXES: &str = "
    @prefix cs: <https://w3id.org/codesocial/ns#> .
    @prefix pair: <http://virtual-assembly.org/ontologies/pair#> .
    @prefix seed: <https://w3id.org/codesocial/scheme/statut-graine/> .
    @prefix life: <https://w3id.org/codesocial/scheme/statut-codesocial/> .
    @prefix who: <https://w3id.org/codesocial/scheme/divulgation/> .
    @prefix odrl: <http://www.w3.org/ns/odrl/2/> .
    ";

/// Writes the document again and again: with each text the public sees it or not.
#[track_caller]
fn check(path: &str, steps: &[(&str, bool)]) {
    let server = Server::empty();
    for (said, is_public) in steps {
        let body = format!("{PREFIXES} <> pair:label \"X\" ; {said} .");
        let written = server.put(path).turtle(body).send();
        assert!([201, 204].contains(&written.status), "{said}: {written:?}");
        let expected = if *is_public { 200 } else { 404 };
        assert_eq!(server.get(path).status(), expected, "{path} {said}");
        let listed = server.get(path.rsplit_once('/').expect("in a container").0).send();
        assert_eq!(listed.body.contains(path), *is_public, "{path} {said}");
        assert_eq!(server.get(path).admin().status(), 200);
    }
}

#[test]
fn a_seed_is_everyones_from_its_publication_on() {
    check(
        "/seeds/x",
        &[
            ("cs:status seed:question", false),
            ("cs:status seed:collecte", false),
            ("cs:status seed:publiee", true),
            ("cs:status seed:archivee", true),
            ("cs:status seed:collecte", false),
            ("cs:status seed:animation", true),
        ],
    );
    check("/seeds/y", &[("cs:status seed:publiee", true), ("cs:status seed:question", false)]);
    check("/seeds/z", &[("cs:origin \"source\" ; cs:status seed:question", true)]);
}

#[test]
fn a_draft_is_nobody_elses() {
    check(
        "/codesocials/x",
        &[("cs:status life:brouillon", false), ("cs:status life:publie", true)],
    );
}

#[test]
fn a_sheet_says_who_may_read_it() {
    check(
        "/offers/x",
        &[
            ("cs:disclosure who:public", true),
            ("cs:disclosure who:membres", false),
            ("cs:disclosure who:anonyme", true),
            (
                "cs:disclosure who:cible ; odrl:hasPolicy [ odrl:assignee <https://e.example/a> ]",
                false,
            ),
        ],
    );
}

#[test]
fn what_its_authors_opened_stays_open_until_its_words_change() {
    let server = Server::empty();
    let draft =
        |label: &str| format!("{PREFIXES} <> pair:label \"{label}\" ; cs:status life:brouillon .");
    server.put("/codesocials/x").turtle(draft("A")).send().expect_status(201);
    assert_eq!(server.get("/codesocials/x").status(), 404);
    let grant =
        "<#Read> <http://www.w3.org/ns/auth/acl#agentClass> <http://xmlns.com/foaf/0.1/Agent> .";
    server.patch("/_acl/codesocials/x").turtle(grant).send().expect_status(204);
    assert_eq!(server.get("/codesocials/x").status(), 200);
    server.put("/codesocials/x").turtle(draft("B")).send().expect_status(204);
    assert_eq!(server.get("/codesocials/x").status(), 200);
}
