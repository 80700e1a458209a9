//! What its own words keep from the public, and from when on it is everyone's.

use crate::server::{Person, Server};

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

#[test]
fn what_a_document_said_while_it_was_closed_stays_closed() {
    let server = Server::empty();
    let path = "/codesocials/x";
    let say = |label: &str, status: &str| {
        let body = format!("{PREFIXES} <> pair:label \"{label}\" ; cs:status life:{status} .");
        let written = server.put(path).turtle(body).send();
        assert!([201, 204].contains(&written.status), "{written:?}");
    };
    let told = |page: &str| {
        let page = format!("{path}{page}");
        let everyone = server.get(&page).accept("text/html").send().expect_status(200);
        let authors = server.get(&page).accept("text/html").admin().send().expect_status(200);
        let labels = ["SECRET-1", "SECRET-2", "Ouvert", "Rouvert"].into_iter();
        let in_both =
            labels.map(|label| (everyone.body.contains(label), authors.body.contains(label)));
        in_both.collect::<Vec<_>>()
    };
    say("SECRET-1", "brouillon");
    say("SECRET-2", "brouillon");
    say("Ouvert", "publie");
    say("Rouvert", "publie");
    for page in ["", "?history"] {
        let expected = [(false, true), (false, true), (true, true), (true, true)];
        assert_eq!(told(page), expected, "{page}");
    }
}

/// What happens to a description, and which documents the public reads then: its own, `s` a section
/// and `p` a statement of it, `i` and `j` the intentions of its sections.
const PARTS: &[(&str, &str, &str)] = &[
    ("PUT", "brouillon", ""),
    ("PUT", "publie", "cspij"),
    ("PUT", "propose", ""),
    ("PUT", "consenti", "cspij"),
    ("PUT", "brouillon", ""),
    ("DELETE", "", ""),
];

const STATEMENT: &str = "
    <> a cs:PurposeStatement ; cs:text \"Relier\"@fr ;
        cs:facet <https://w3id.org/codesocial/scheme/facette/mission> ;
        cs:horizon <https://w3id.org/codesocial/scheme/horizon/court> .";

#[test]
fn the_parts_of_a_description_follow_it() {
    let server = Server::empty();
    let names = [
        ('c', "/codesocials/x"),
        ('s', "/documents/s"),
        ('p', "/documents/p"),
        ('i', "/intentions/i"),
        ('j', "/intentions/j"),
    ];
    let write = |path: &str, body: &str| {
        let written = server.put(path).turtle(format!("{PREFIXES}{body}")).send();
        assert!([201, 204].contains(&written.status), "{path}: {written:?}");
    };
    let description = |status: &str| {
        format!(
            "<> pair:label \"X\" ; cs:status life:{status} ; cs:hasSection <#e>, </documents/s> .
             <#e> cs:sectionOf <> ."
        )
    };
    write("/codesocials/x", &description("publie"));
    write("/documents/p", STATEMENT);
    write("/documents/s", "<> cs:sectionOf </codesocials/x> ; cs:statement </documents/p> .");
    write("/intentions/i", "<> pair:label \"I\" ; cs:expressedIn </codesocials/x#e> .");
    write("/intentions/j", "<> pair:label \"J\" ; cs:expressedIn </documents/s> .");
    for (method, status, expected) in PARTS {
        match *method {
            "PUT" => write("/codesocials/x", &description(status)),
            _ => assert_eq!(server.delete("/codesocials/x").status(), 204),
        }
        let is_read = |(_, path): &&(char, &str)| server.get(path).status() == 200;
        let read: String = names.iter().filter(is_read).map(|(name, _)| *name).collect();
        assert_eq!(read, *expected, "after {method} {status}");
    }
}

#[test]
fn nobody_opens_or_closes_what_is_anothers_by_naming_it() {
    let server = Server::empty();
    let closed = "@prefix acl: <http://www.w3.org/ns/auth/acl#> .
        <#a> a acl:Authorization ; acl:accessTo </documents/p> ; acl:agent </#administrators> ;
            acl:mode acl:Read, acl:Write, acl:Control .";
    let statement = format!("{PREFIXES}{STATEMENT}");
    server.put("/documents/p").turtle(statement).send().expect_status(201);
    let mallory = server.person("mallory");
    let naming = |status: &str| {
        format!(
            "{PREFIXES} <> pair:label \"M\" ; cs:status life:{status} ; cs:hasSection <#s> .
             <#s> cs:statement </documents/p> ."
        )
    };
    let place = mallory.ask("POST", "/codesocials").turtle(naming("brouillon")).send();
    let place = place.expect_status(201).location();
    assert_eq!(server.get("/documents/p").status(), 200);
    server.put("/documents/p.acl").turtle(closed).send().expect_status(201);
    mallory.ask("PUT", &place).turtle(naming("publie")).send().expect_status(204);
    assert_eq!(server.get("/documents/p").status(), 404);
}

/// A membership of the co-operative, as its administrators write it.
fn membership(member: &str, more: &str) -> String {
    format!(
        "{PREFIXES} <> a pair:MembershipAssociation ; pair:membershipActor <{member}> ;
            pair:membershipOrganization </organizations/coop> ;
            pair:membershipRole <https://w3id.org/codesocial/scheme/role/membre> {more} ."
    )
}

#[test]
fn what_is_for_members_is_read_by_those_of_whose_it_is_as_long_as_they_are() {
    let server = Server::empty();
    let (lou, sacha) = (server.person("lou"), server.person("sacha"));
    let write = |path: &str, body: &str| {
        server.put(path).turtle(format!("{PREFIXES}{body}")).send().expect_status(201);
    };
    write("/organizations/coop", "<> pair:label \"La coop\" .");
    write(
        "/codesocials/x",
        "<> pair:label \"X\" ; cs:describes </organizations/coop> ; cs:status life:brouillon ;
            cs:hasSection <#e> . <#e> cs:sectionOf <> .",
    );
    write("/intentions/i", "<> pair:label \"I\" ; cs:expressedIn </codesocials/x#e> .");
    write(
        "/needs/n",
        "<> pair:label \"N\" ; cs:needer </organizations/coop> ; cs:disclosure who:membres .",
    );
    write("/workspaces/w", "<> pair:label \"W\" ; cs:ofActor </organizations/coop> .");
    write("/workspaces/other", "<> pair:label \"O\" ; cs:ofActor </organizations/other> .");
    let names =
        ["/codesocials/x", "/intentions/i", "/needs/n", "/workspaces/w", "/workspaces/other"];
    let read = |person: &Person| {
        let statuses = names.map(|path| person.get(path).status() == 200);
        let listed = person.get("/workspaces").send().body.contains("/workspaces/w>");
        assert_eq!(listed, statuses[3], "what is listed is what is read");
        let query = "ASK%20%7B%20%3Fn%20%3Chttps://w3id.org/codesocial/ns%23needer%3E%20%3Fb%20%7D";
        let query = &format!("/sparql?query={query}");
        let asked = person.get(query).accept("text/csv").send().body.contains("true");
        assert_eq!(asked, statuses[2], "what is found is what is read");
        statuses
    };
    let (all, none) = ([true, true, true, true, false], [false; 5]);
    assert_eq!(read(&lou), none);
    // Nobody makes themselves a member.
    let own = membership(&lou.webid, "");
    lou.ask("POST", "/membership-associations").turtle(own).send().expect_status(201);
    assert_eq!(read(&lou), none);
    let place = "/membership-associations/lou";
    server.put(place).turtle(membership(&lou.webid, "")).send().expect_status(201);
    assert_eq!((read(&lou), read(&sacha)), (all, none));
    let ended = "; pair:endDate \"2020-01-01\"^^<http://www.w3.org/2001/XMLSchema#date>";
    for (now, expected) in [(ended, none), ("", all)] {
        server.put(place).turtle(membership(&lou.webid, now)).send().expect_status(204);
        assert_eq!(read(&lou), expected, "{now}");
    }
    assert_eq!(server.delete(place).status(), 204);
    assert_eq!(read(&lou), none);
}

#[test]
fn who_is_known_names_what_they_add_to_the_sandbox_and_nobody_else_writes_it() {
    let server = Server::empty();
    let (lou, sacha) = (server.person("lou"), server.person("sacha"));
    let body = "<> <http://e.example/p> 1 .";
    assert_eq!(server.anonymous("PUT", "/sandbox/x").turtle(body).status(), 401);
    let steps = [
        (&lou, "PUT", "/sandbox/x", 201),
        (&lou, "PUT", "/sandbox/x", 204),
        (&sacha, "GET", "/sandbox/x", 200),
        (&sacha, "PUT", "/sandbox/x", 403),
        (&sacha, "DELETE", "/sandbox/x", 403),
        (&sacha, "PUT", "/sandbox/none/x", 403),
        (&sacha, "PUT", "/sandbox", 403),
        (&sacha, "PUT", "/organizations/x", 403),
        (&lou, "DELETE", "/sandbox/x", 204),
        (&sacha, "PUT", "/sandbox/x", 403),
    ];
    for (person, method, path, status) in steps {
        let request = person.ask(method, path);
        let request = if method == "PUT" { request.turtle(body) } else { request };
        assert_eq!(request.status(), status, "{method} {path}");
    }
}
