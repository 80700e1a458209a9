//! The Linked Data Platform's rules for any resource. <https://www.w3.org/TR/ldp/>

use crate::graph::said;
use crate::http::Response;
use crate::server::Server;
use crate::stories::organization;

const RESOURCE: &str = "http://www.w3.org/ns/ldp#Resource";
const BASIC_CONTAINER: &str = "http://www.w3.org/ns/ldp#BasicContainer";
/// Of one that the instance needs.
const CONTAINER_METHODS: &str = "GET, HEAD, OPTIONS, POST, PUT, PATCH";
const RESOURCE_METHODS: &str = "GET, HEAD, OPTIONS, PUT, PATCH, DELETE";

#[test]
fn every_answer_says_what_may_be_done_and_what_the_resource_is() {
    let server = Server::shared();
    let organization = "/organizations/wemob";
    let stale = |method, path| server.anonymous(method, path).admin().header("If-Match", "\"x\"");
    type Row = (u16, Response, &'static str, &'static str, bool);
    let rows: [Row; 14] = [
        // status, answer, Allow, Accept-Patch where there is something to patch, container
        (200, server.get("/organizations").send(), CONTAINER_METHODS, "patch", true),
        (200, server.head("/organizations").send(), CONTAINER_METHODS, "patch", true),
        (204, server.options("/organizations").send(), CONTAINER_METHODS, "patch", true),
        (200, server.get("/").send(), CONTAINER_METHODS, "patch", true),
        (200, server.get(organization).send(), RESOURCE_METHODS, "patch", false),
        (200, server.head(organization).send(), RESOURCE_METHODS, "patch", false),
        (204, server.options(organization).send(), RESOURCE_METHODS, "patch", false),
        (412, stale("DELETE", organization).send(), RESOURCE_METHODS, "patch", false),
        (
            406,
            server.get(organization).accept("image/png").send(),
            RESOURCE_METHODS,
            "patch",
            false,
        ),
        (401, server.anonymous("DELETE", organization).send(), RESOURCE_METHODS, "patch", false),
        (405, server.post(organization).turtle("").send(), RESOURCE_METHODS, "patch", false),
        (200, server.get("/ns").send(), "GET, HEAD, OPTIONS", "", false),
        (405, server.put("/ns").turtle("").send(), "GET, HEAD, OPTIONS", "", false),
        (404, server.get("/organizations/none").send(), "OPTIONS, PUT, PATCH", "create", false),
    ];
    for (n, (status, answer, allow, patch, container)) in rows.into_iter().enumerate() {
        assert_eq!(answer.status, status, "row {n}: {answer:?}");
        assert_eq!(answer.header("allow"), allow, "row {n}: {answer:?}");
        assert!(answer.links(RESOURCE, "type"), "row {n}: {answer:?}");
        assert_eq!(answer.links(BASIC_CONTAINER, "type"), container, "row {n}: {answer:?}");
        let patches = match patch {
            "patch" => "application/sparql-update, text/n3",
            "create" => "text/n3",
            _ => "",
        };
        assert_eq!(answer.header("accept-patch"), patches, "row {n}: {answer:?}");
        let posts = "text/turtle, application/ld+json, application/n-triples, */*";
        let posts = if container { posts } else { "" };
        assert_eq!(answer.header("accept-post"), posts, "row {n}: {answer:?}");
    }
}

#[test]
fn head_is_get_without_its_body() {
    let server = Server::shared();
    for path in ["/organizations/wemob", "/organizations", "/sparql?query=ASK%20%7B%7D"] {
        let (get, head) = (server.get(path).send(), server.head(path).send());
        assert_eq!((get.status, head.status), (200, 200), "{path}");
        assert_eq!(head.body, "", "{path}");
        for name in ["etag", "content-type", "content-length", "allow", "vary"] {
            assert_eq!(head.header(name), get.header(name), "{path} {name}");
        }
    }
}

#[test]
fn relative_iris_resolve_against_the_document_that_is_written() {
    let server = Server::shared();
    let body = "<> <a:p> <#part> , <sibling> . <#part> <a:q> </ns> .";
    server.put("/sandbox/relative").turtle(body).send().expect_status(201);
    let posted = server.post("/sandbox").header("Slug", "posted-relative").turtle(body).send();
    for path in ["/sandbox/relative".to_owned(), posted.expect_status(201).location()] {
        let answer = server.get(&path).accept("application/n-triples").send();
        let base = "http://registre.example/";
        let document = format!("{base}{}", &path[1..]);
        for line in [
            format!("<{document}> <a:p> <{document}#part> ."),
            format!("<{document}> <a:p> <{base}sandbox/sibling> ."),
            format!("<{document}#part> <a:q> <{base}ns> ."),
        ] {
            assert!(answer.body.contains(&line), "{line} in {answer:?}");
        }
    }
}

#[test]
fn a_resource_is_named_by_the_base_whatever_the_host_header_says() {
    // Every request of these tests has a Host of its own.
    let answer = Server::shared().get("/organizations/wemob").send();
    assert!(answer.body.contains("<http://registre.example/organizations/wemob> a"), "{answer:?}");
    assert!(!answer.body.contains("somewhere.else.example"));
}

#[test]
fn what_is_deleted_is_gone_for_good() {
    let server = Server::shared();
    let path = "/organizations/ephemere";
    server.put(path).turtle(organization("Éphémère")).send().expect_status(201);
    assert_eq!(server.delete(path).status(), 204);
    assert_eq!(server.get(path).status(), 410);
    assert_eq!(server.head(path).status(), 410);
    assert_eq!(server.delete(path).status(), 410);
    assert_eq!(server.put(path).turtle(organization("Éphémère")).status(), 410);
    let patch = server.patch(path).body("application/sparql-update", "INSERT DATA { <> <a:p> 1 }");
    assert_eq!(patch.status(), 410);
    let again = server.post("/organizations").header("Slug", "ephemere");
    let again = again.turtle(organization("Éphémère")).send().expect_status(201);
    assert_eq!(again.location(), "/organizations/ephemere-2");
    let revived =
        "INSERT DATA { GRAPH <organizations/ephemere> { <organizations/ephemere> <a:p> 1 } }";
    assert_eq!(server.update(revived).status(), 410);
}

#[test]
fn what_is_not_there_is_told_from_what_cannot_be() {
    let server = Server::shared();
    for (path, status) in [
        ("/organizations/none", 404),
        ("/none", 401),
        ("/organizations/wemob.meta", 404),
        ("/organizations/wemob.acl", 401),
        ("/system/instance", 404),
        ("/remote/x/y", 404),
        ("/activities/in/x", 404),
        ("//organizations", 400),
        ("/organizations//wemob", 400),
        ("/organizations/../organizations/wemob", 400),
        ("/organizations/./wemob", 400),
        ("/organizations/", 308),
    ] {
        assert_eq!(server.get(path).status(), status, "{path}");
    }
    assert_eq!(server.get("/organizations/").send().header("location"), "/organizations");
}

#[test]
fn a_document_without_a_triple_is_refused() {
    let server = Server::shared();
    assert_eq!(server.put("/sandbox/empty").turtle("").status(), 422);
    assert_eq!(server.post("/sandbox").turtle("# nothing").status(), 422);
}

#[test]
fn every_syntax_says_the_same() {
    let server = Server::shared();
    // Else JSON-LD says what the members say too.
    let named = "return=representation; include=\"http://www.w3.org/ns/ldp#PreferContainment\"";
    for path in ["/organizations/wemob", "/codesocials/demarche", "/", "/badges"] {
        let turtle = said(&server.get(path).accept("text/turtle").send(), path);
        let accepts = [
            "application/n-triples",
            "application/ld+json",
            "application/ld+json;profile=\"http://registre.example/context/v1.jsonld\"",
            "application/rdf+xml",
            "application/trig",
            "application/n-quads",
        ];
        for accept in accepts {
            let other = server.get(path).accept(accept).header("Prefer", named).send();
            let other = other.expect_status(200);
            assert_eq!(said(&other, path), turtle, "{path} as {accept}");
        }
    }
}

#[test]
fn an_answer_leads_to_the_rules_and_the_words_of_its_resource() {
    let server = Server::shared();
    let constrained = "http://www.w3.org/ns/ldp#constrainedBy";
    for (path, shapes, ontology) in [
        ("/organizations/wemob", "shapes/actors", true),
        ("/organizations", "", false),
        ("/ns", "", false),
    ] {
        let answer = server.get(path).send().expect_status(200);
        let shape = format!("http://registre.example/{shapes}");
        assert_eq!(answer.links(&shape, constrained), !shapes.is_empty(), "{answer:?}");
        let described = answer.links("http://registre.example/ns", "describedby");
        assert_eq!(described, ontology, "{answer:?}");
        let is_ours = |link: &&str| link.contains("registre.example") && !link.contains("acl");
        for link in answer.headers("link").filter(is_ours) {
            let target = link.split(['<', '>']).nth(1).unwrap_or_default();
            let target = target.replace("http://registre.example", "");
            assert_eq!(server.get(&target).status(), 200, "{link}");
        }
    }
    server.put("/sandbox/free").turtle(organization("Libre")).send().expect_status(201);
    let free = server.get("/sandbox/free").send();
    assert!(!free.headers("link").any(|link| link.contains(constrained)), "{free:?}");
}

#[test]
fn sparql_says_what_the_document_says() {
    let server = Server::shared();
    let path = "/organizations/wemob";
    let own = "CONSTRUCT { ?s ?p ?o } WHERE { VALUES ?g { <organizations/wemob> \
               <organizations/wemob.meta> } GRAPH ?g { ?s ?p ?o } }";
    let constructed = server.query(own).accept("application/n-triples").send().expect_status(200);
    let read = server.get(path).send();
    assert_eq!(said(&constructed, path), said(&read, path));
}

#[test]
fn blank_nodes_tags_and_long_texts_survive_turtle_to_json_ld_to_turtle() {
    let server = Server::shared();
    let path = "/sandbox/round-trip";
    let long = "é".repeat(100_000);
    let body = format!(
        "<> <http://e.example/p> [ <http://e.example/q> [ <http://e.example/r> \"x\"@fr-CA, \"x\" ] ] , \
         [ <http://e.example/q> 1.50 , 1e3 , 01 , true , \"2026-01-01\"^^<http://e.example/date> ] ; \
         <http://e.example/é> <http://e.example/日本> ; \
         <http://e.example/list> ( 1 ( 2 ) [] ) ; <http://e.example/long> \"{long}\" ."
    );
    server.put(path).turtle(body).send().expect_status(201);
    let turtle = server.get(path).send();
    let json = server.get(path).accept("application/ld+json").send();
    let written = server.put(path).body("application/ld+json", json.body).send().expect_status(204);
    assert_eq!(written.header("etag"), turtle.header("etag"), "nothing changed");
    assert_eq!(said(&server.get(path).send(), path), said(&turtle, path));
}

#[test]
fn turtle_is_written_as_the_mirrors_read_it() {
    // The mirrors of SemApps 1.x rewrite `@prefix` line by line and know no relative IRI.
    let body = Server::shared().get("/codesocials/demarche").send().body;
    for line in body.lines().filter(|line| line.starts_with("@prefix")) {
        assert!(line.ends_with("> ."), "{line}");
    }
    assert!(!body.contains("@base") && !body.contains("<#") && !body.contains("<>"), "{body}");
}
