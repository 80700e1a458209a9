//! What a container shows: by preference, by page, and in the JSON-LD of SemApps with its members.
//! <https://www.w3.org/TR/ldp/#prefer-parameters>, <https://www.w3.org/TR/ldp-paging/>

use crate::graph::triples;
use crate::http::Response;
use crate::server::{BASE, Server, figures};
use crate::stories::organization;
use std::collections::BTreeMap;
use std::time::Instant;

const TURTLE: &str = "text/turtle";
const JSON_LD: &str = "application/ld+json";

fn prefer(parameters: &str) -> String {
    let parameters = parameters.replace("ldp:", "http://www.w3.org/ns/ldp#");
    format!("return=representation; {parameters}")
}

/// The paths of the members that an answer names.
#[track_caller]
fn members(answer: &Response, path: &str) -> Vec<String> {
    let contained = triples(answer, path).into_iter().filter(|triple| {
        triple.predicate.as_str() == "http://www.w3.org/ns/ldp#contains"
            && triple.subject.to_string() == format!("<{BASE}{}>", &path[1..])
    });
    let iris = contained.map(|triple| triple.object.to_string());
    let mut members: Vec<String> =
        iris.map(|iri| iri.trim_matches(['<', '>']).replace(BASE, "/")).collect();
    members.sort_unstable();
    members
}

/// The target of a link, as a path.
fn link(answer: &Response, relation: &str) -> Option<String> {
    let end = format!(">; rel=\"{relation}\"");
    let target = answer.headers("link").find_map(|link| link.strip_suffix(&end))?;
    Some(target.trim_start_matches('<').replace(BASE, "/"))
}

#[test]
fn a_container_shows_what_the_client_prefers() {
    let server = Server::empty();
    for name in ["a", "b"] {
        let path = format!("/organizations/{name}");
        server.put(&path).turtle(organization("Lac")).send().expect_status(201);
    }
    let both = vec!["/organizations/a".to_owned(), "/organizations/b".to_owned()];
    let rows = [
        ("", "", &both),
        ("include=\"ldp:PreferContainment\"", "return=representation", &both),
        ("include=\"ldp:PreferMinimalContainer\"", "return=representation", &Vec::new()),
        ("omit=\"ldp:PreferContainment\"", "return=representation", &Vec::new()),
        ("include=\"ldp:PreferMembership\"", "return=representation", &both),
    ];
    let mut tags = BTreeMap::new();
    for accept in [TURTLE, JSON_LD, "application/n-triples"] {
        for (parameters, applied, wanted) in &rows {
            let request = server.get("/organizations").accept(accept);
            let answer = request.header("Prefer", &prefer(parameters)).send().expect_status(200);
            assert_eq!(answer.header("preference-applied"), *applied, "{parameters}: {answer:?}");
            assert_eq!(members(&answer, "/organizations"), **wanted, "{accept} {parameters}");
            assert!(answer.header("vary").contains("Prefer"), "{answer:?}");
            let tag = answer.header("etag").to_owned();
            let body = tags.entry(tag.clone()).or_insert_with(|| answer.body.clone());
            assert_eq!(*body, answer.body, "one tag, one representation: {tag}");
            let again = server.get("/organizations").accept(accept).header("If-None-Match", &tag);
            let again = again.header("Prefer", &prefer(parameters));
            assert_eq!(again.status(), 304, "{tag}");
        }
    }
    assert_eq!(tags.len(), 7, "three forms, with their members or without, one also in full");
    let document = server.get("/organizations/a").header("Prefer", &prefer(rows[2].0)).send();
    assert_eq!(document.header("preference-applied"), "", "it contains nothing: {document:?}");
}

#[test]
fn the_json_ld_of_a_container_holds_its_members_in_full() {
    let server = Server::empty();
    for name in ["b", "a"] {
        let body = organization(name)
            + "<> pair:partnerOf <a> , <b> ; pair:hasLocation [ pair:label \"Ici\" ] .";
        server.put(&format!("/organizations/{name}")).turtle(body).send().expect_status(201);
    }
    let get = || server.get("/organizations").accept(JSON_LD).send().expect_status(200);
    let answer = get();
    let json = answer.json();
    assert_eq!(
        json["type"],
        serde_json::json!(["ldp:BasicContainer", "ldp:Container", "ldp:RDFSource"])
    );
    let contains = json["ldp:contains"].as_array().expect("always an array");
    let shown: Vec<_> = contains.iter().map(|member| &member["pair:label"]).collect();
    assert_eq!(shown, ["a", "b"], "{json:#}");
    assert_eq!(contains[0]["pair:partnerOf"][0], format!("{BASE}organizations/a"), "{json:#}");
    let said = triples(&answer, "/organizations");
    for name in ["organizations/a", "organizations/b"] {
        let mut own = triples(&server.get(&format!("/{name}")).send(), name);
        own.retain(|triple| triple.object.is_literal());
        let missing: Vec<_> = own.iter().filter(|triple| !said.contains(triple)).collect();
        let named = |triple: &&oxrdf::Triple| triple.subject.is_named_node();
        assert!(!missing.iter().any(named), "{missing:?}");
    }
    // A tag that a changed member leaves as it is would keep the old one in caches.
    let patch = "INSERT DATA { <> <http://virtual-assembly.org/ontologies/pair#comment> \"neuf\" }";
    server
        .patch("/organizations/a")
        .body("application/sparql-update", patch)
        .send()
        .expect_status(204);
    assert_ne!(get().header("etag"), answer.header("etag"));
    assert!(get().body.contains("neuf"));
    // The root's members are containers: in full, they hold none.
    let root = server.get("/").accept(JSON_LD).send().json();
    let inside = root["ldp:contains"].as_array().expect("containers");
    assert!(inside.len() > 5 && inside.iter().all(|member| member["ldp:contains"].is_null()));
    let empty = server.get("/badges").accept(JSON_LD).send().json();
    assert!(empty["ldp:contains"].is_null(), "{empty:#}");
}

#[test]
fn a_client_chooses_how_many_members_a_page_holds() {
    let server = Server::empty();
    for name in ["a", "b", "c", "d", "e é"] {
        let path = format!("/sandbox/{}", name.replace(' ', "%20").replace('é', "%C3%A9"));
        server.put(&path).turtle("<> <a:p> 1 .").send().expect_status(201);
    }
    let two = prefer("max-member-count=\"2\"");
    let redirect = server.get("/sandbox").header("Prefer", &two).send().expect_status(303);
    assert_eq!(redirect.location(), "/sandbox?after=&max=2");
    assert!(redirect.links("http://www.w3.org/ns/ldp#Resource", "type"), "{redirect:?}");
    let (mut path, mut sizes) = (Some(redirect.location()), Vec::new());
    while let Some(page) = path {
        let answer = server.get(&page).send().expect_status(200);
        assert!(answer.links("http://www.w3.org/ns/ldp#Page", "type"), "{answer:?}");
        assert_eq!(link(&answer, "first").as_deref(), Some("/sandbox?after=&max=2"));
        assert_eq!(link(&answer, "canonical").as_deref(), Some("/sandbox"));
        sizes.push(members(&answer, "/sandbox").len());
        path = link(&answer, "next");
    }
    assert_eq!(sizes, [2, 2, 1]);
    let whole = prefer("max-member-count=\"5\"");
    assert_eq!(server.get("/sandbox").header("Prefer", &whole).status(), 200, "it fits");
    let minimal = prefer("max-member-count=\"2\"; include=\"ldp:PreferMinimalContainer\"");
    assert_eq!(server.get("/sandbox").header("Prefer", &minimal).status(), 200, "nothing to page");
    for odd in ["?after=%ZZ&max=x", "?after=zzz", "?after=%FF", "?max=99999999999999999999"] {
        assert_eq!(server.get(&format!("/sandbox{odd}")).status(), 200, "{odd}");
    }
}

#[test]
fn a_client_chooses_the_order_of_the_members() {
    let server = Server::empty();
    for (name, says) in [("a", "10"), ("b", "9"), ("c", "\"x\""), ("d", "-1.5"), ("e", "\"É y\"")]
    {
        let path = format!("/sandbox/{name}");
        server.put(&path).turtle(format!("<> <urn:p> {says} .")).send().expect_status(201);
    }
    server.put("/sandbox/f").turtle("<> <a:other> 1 .").send().expect_status(201);
    let walk = |parameters: &str| {
        let request = server.get("/sandbox").header("Prefer", &prefer(parameters));
        let (mut path, mut names) = (Some(request.send().expect_status(303).location()), vec![]);
        while let Some(page) = path {
            let answer = server.get(&page).accept(JSON_LD).send().expect_status(200);
            let json = answer.json();
            let shown = json["ldp:contains"].as_array().expect("members").clone();
            let id = |member: &serde_json::Value| member["id"].as_str().expect("a name").to_owned();
            names.extend(shown.iter().map(id));
            path = link(&answer, "next");
        }
        names.iter().filter_map(|iri| iri.rsplit('/').next()).collect::<String>()
    };
    let sorted = "max-member-count=\"2\"; sort-predicate=\"urn:p\"";
    assert_eq!(walk("max-member-count=\"2\""), "abcdef");
    assert_eq!(walk(sorted), "fdbace", "nothing said, numbers, texts");
    assert_eq!(walk(&format!("{sorted}; sort-order=\"DESC\"")), "ecabdf");
    assert_eq!(walk("max-member-count=\"4\"; sort-predicate=\"dc:created\""), "abcdef");
    let ordered = |predicate: &str| {
        let prefer = prefer(&format!("sort-predicate=\"{predicate}\""));
        let answer = server.get("/sandbox").accept(JSON_LD).header("Prefer", &prefer).send();
        answer.expect_status(200).header("etag").to_owned()
    };
    assert_ne!(ordered("urn:p"), ordered("dc:created"), "one tag, one order");
}

/// Enough for a hundred pages.
const MANY: usize = 100_000;

#[test]
fn every_member_of_a_large_container_is_met_once_while_others_come_and_go() {
    let server = Server::empty();
    for chunk in (0..MANY).collect::<Vec<_>>().chunks(20_000) {
        let graphs: String = chunk
            .iter()
            .map(|n| format!("GRAPH <sandbox/m{n:06}> {{ <sandbox/m{n:06}> <a:p> {n} }}\n"))
            .collect();
        server.update(&format!("INSERT DATA {{ {graphs} }}")).send().expect_status(204);
    }
    let first = server.get("/sandbox").send().expect_status(303).location();
    let (mut path, mut met, mut pages) = (Some(first), BTreeMap::new(), 0);
    let mut slowest = std::time::Duration::ZERO;
    while let Some(page) = path {
        let begun = Instant::now();
        let answer = server.get(&page).send().expect_status(200);
        slowest = slowest.max(begun.elapsed());
        let members = members(&answer, "/sandbox");
        assert!(members.len() <= 1_000);
        for member in members {
            *met.entry(member).or_insert(0) += 1;
        }
        // Before what was read, and after: neither moves the others.
        if pages % 10 == 0 {
            for place in ["a", "z"] {
                let path = format!("/sandbox/{place}{pages}");
                server.put(&path).turtle("<> <a:p> 1 .").send().expect_status(201);
            }
            server.delete(&format!("/sandbox/m{pages:06}")).send().expect_status(204);
        }
        pages += 1;
        path = link(&answer, "next");
    }
    assert!(met.values().all(|times| *times == 1), "none is met twice");
    let missed = (0..MANY).find(|n| !met.contains_key(&format!("/sandbox/m{n:06}")));
    assert_eq!(missed, None, "none is missed");
    let begun = Instant::now();
    let minimal = prefer("include=\"ldp:PreferMinimalContainer\"");
    let minimal = server.get("/sandbox").header("Prefer", &minimal).send().expect_status(200);
    figures(&format!(
        "{MANY} members: {pages} pages, the slowest {slowest:.1?}; minimal {:.1?}",
        begun.elapsed()
    ));
    assert!(minimal.body.len() < 2_000, "{minimal:?}");
    let page = server.get("/sandbox").accept("text/html").send().expect_status(200);
    assert!(page.body.contains("rel=\"next\" href=\"?after=m000"), "people have pages too");
}
