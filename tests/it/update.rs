//! SPARQL Update: through the same door as all else.

use crate::server::{BASE, Folder, Server};
use crate::stories::organization;
use std::fs;

const PREFIXES: &str = "PREFIX e: <http://e.example/>
    PREFIX pair: <http://virtual-assembly.org/ontologies/pair#>
    PREFIX skos: <http://www.w3.org/2004/02/skos/core#> ";

#[track_caller]
fn check(server: &Server, update: &str, status: u16) {
    let answer = server.update(&format!("{PREFIXES}{update}")).send();
    assert_eq!(answer.status, status, "{update}: {answer:?}");
}

#[test]
fn data_without_a_graph_goes_to_the_default_graph() {
    let server = Server::empty();
    check(&server, "INSERT DATA { <a:s> e:p 1 }", 204);
    assert_eq!(server.rows("SELECT ?o { <a:s> <http://e.example/p> ?o }"), "1\n");
    assert!(!server.ask("ASK { GRAPH ?g { <a:s> ?p ?o } }"));
    check(&server, "DELETE DATA { <a:s> e:p 1 }", 204);
    assert!(!server.ask("ASK { <a:s> ?p ?o }"));
}

#[test]
fn a_resource_that_an_update_fills_is_created_and_one_that_it_empties_is_deleted() {
    let server = Server::empty();
    let lac = "GRAPH <organizations/lac> { <organizations/lac> a pair:Organization ;
        pair:label \"Lac\" ; skos:prefLabel \"Lac\"@fr , \"Lake\"@en }";
    check(&server, &format!("INSERT DATA {{ {lac} }}"), 204);
    let read = server.get("/organizations/lac").send().expect_status(200);
    assert!(read.body.contains("dc:created") && read.body.contains("non-inscrit"), "{read:?}");
    let listed = "ASK { <organizations> <http://www.w3.org/ns/ldp#contains> <organizations/lac> }";
    assert!(server.ask(listed));
    check(&server, "DELETE WHERE { GRAPH <organizations/lac> { ?s ?p ?o } }", 204);
    assert_eq!(server.get("/organizations/lac").status(), 410);
    assert!(!server.ask(listed));
    check(&server, &format!("INSERT DATA {{ {lac} }}"), 410);
    check(&server, "INSERT DATA { GRAPH <nowhere/lac> { <nowhere/lac> e:p 1 } }", 409);
}

#[test]
fn the_form_of_the_protocol_is_taken_too() {
    let server = Server::empty();
    let form = "update=INSERT%20DATA%20%7B%20%3Ca%3As%3E%20%3Ca%3Ap%3E%201%20%7D";
    let request = server.post("/sparql").body("application/x-www-form-urlencoded", form);
    assert_eq!(request.status(), 204);
    assert!(server.ask("ASK { <a:s> <a:p> 1 }"));
    let by_get = server.get(&format!("/sparql?{form}")).admin();
    assert_eq!(by_get.status(), 400, "an update by GET is none");
}

#[test]
fn the_rules_judge_updates_as_all_writes() {
    let server = Server::empty();
    server.put("/organizations/lac").turtle(organization("Lac")).send().expect_status(201);
    let before = server.get("/organizations/lac").send().body;
    let lac = "<organizations/lac>";
    for (status, inside) in [
        (422, format!("{lac} pair:homePage \"lac\"")),
        (422, format!("{lac} pair:label \"Autre\" , \"Encore\"")),
        (422, "<organizations/rive> e:p 1".to_owned()),
        (409, format!("{lac} <http://purl.org/dc/terms/created> 1")),
        (409, format!("{lac} <http://www.w3.org/ns/ldp#contains> <x>")),
        (409, format!("{lac} a <http://www.w3.org/ns/ldp#Container>")),
        (403, format!("{lac} a pair:Person")),
    ] {
        check(&server, &format!("INSERT DATA {{ GRAPH {lac} {{ {inside} }} }}"), status);
        let general = format!("INSERT {{ GRAPH {lac} {{ {inside} }} }} WHERE {{ }}");
        check(&server, &general, status);
    }
    let unlabelled =
        "DELETE WHERE { GRAPH <organizations/lac> { ?s pair:label ?l ; skos:prefLabel ?n } }";
    check(&server, unlabelled, 422);
    assert_eq!(server.get("/organizations/lac").send().body, before);
}

#[test]
fn a_refused_update_answers_with_the_report() {
    let server = Server::empty();
    server.put("/organizations/lac").turtle(organization("Lac")).send().expect_status(201);
    let update = format!(
        "{PREFIXES} INSERT DATA {{ GRAPH <organizations/lac> {{ <organizations/lac> pair:homePage \"lac\" }} }}"
    );
    let answer = server.update(&update).accept("text/turtle").send().expect_status(422);
    assert!(answer.body.contains("sh:ValidationReport"), "{answer:?}");
}

#[test]
fn the_servers_own_graphs_are_not_written() {
    let server = Server::empty();
    for graph in [
        "organizations.meta",
        "sandbox.meta",
        "ns",
        "codesocials/x/versions/1.0.0",
        "remote/example.org/x",
    ] {
        check(&server, &format!("INSERT DATA {{ GRAPH <{graph}> {{ <a:s> e:p 1 }} }}"), 409);
        let general = format!("INSERT {{ GRAPH <{graph}> {{ <a:s> e:p 1 }} }} WHERE {{ }}");
        check(&server, &general, 409);
    }
    for graph in ["ns", "organizations.meta"] {
        check(&server, &format!("CLEAR GRAPH <{graph}>"), 409);
        check(&server, &format!("DELETE WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"), 409);
    }
    let secret = server.update("INSERT DATA { GRAPH <system/x> { <a:s> <a:p> 1 } }").status();
    assert!([403, 409].contains(&secret), "{secret}");
    assert!(server.ask("ASK { GRAPH <ns> { ?s ?p ?o } }"));
}

#[test]
fn drop_all_leaves_what_the_instance_is_made_of() {
    let server = Server::empty();
    server.put("/organizations/lac").turtle(organization("Lac")).send().expect_status(201);
    server.put("/sandbox/x").turtle("<> <a:p> 1 .").send().expect_status(201);
    check(
        &server,
        "INSERT DATA { <a:s> e:p 1 . GRAPH <http://foreign.example/> { <a:s> e:p 1 } }",
        204,
    );
    check(&server, "DROP ALL", 204);
    assert!(!server.ask("ASK { <a:s> ?p ?o }") && !server.ask("ASK { GRAPH ?g { <a:s> ?p ?o } }"));
    assert_eq!(server.get("/organizations/lac").status(), 410);
    assert_eq!(server.get("/sandbox/x").status(), 410);
    for path in ["/", "/organizations", "/sandbox", "/ns", "/shapes/actors", "/scheme/section"] {
        assert_eq!(server.get(path).status(), 200, "{path}");
    }
    let created = server.put("/organizations/rive").turtle(organization("Rive"));
    assert_eq!(created.status(), 201, "the registry goes on");
    assert_eq!(
        server
            .put("/organizations/x")
            .turtle("<> a <http://virtual-assembly.org/ontologies/pair#Organization> .")
            .status(),
        422
    );
}

#[test]
fn operations_of_one_request_see_each_other_and_stand_or_fall_together() {
    let server = Server::empty();
    let sequence = "INSERT DATA { <a:s> e:n 1 } ;
        DELETE { ?s e:n ?n } INSERT { ?s e:n ?m } WHERE { ?s e:n ?n BIND(?n + 1 AS ?m) } ;
        DELETE { ?s e:n ?n } INSERT { ?s e:n ?m } WHERE { ?s e:n ?n BIND(?n * 5 AS ?m) }";
    check(&server, sequence, 204);
    assert_eq!(server.rows("SELECT ?n { <a:s> <http://e.example/n> ?n }"), "10\n");
    let head = server.folder.head();
    check(&server, "INSERT DATA { <a:t> e:n 1 } ; INSERT DATA { GRAPH <ns> { <a:t> e:n 1 } }", 409);
    check(&server, "INSERT DATA { <a:t> e:n 1 } ; DELETE DATA { <a:t> e:n 1 }", 204);
    check(&server, "INSERT DATA { <a:s> e:n 10 }", 204);
    check(&server, "DELETE DATA { <a:absent> e:n 1 }", 204);
    assert_eq!(server.folder.head(), head, "what changes nothing is no entry");
}

#[test]
fn foreign_graphs_are_stored_and_unconstrained() {
    let server = Server::empty();
    let data = "GRAPH <http://foreign.example/g> { <a:s> a pair:Organization ; e:p [ e:q 1 ] }";
    check(&server, &format!("INSERT DATA {{ {data} }}"), 204);
    assert!(server.ask("ASK { GRAPH <http://foreign.example/g> { ?s <http://e.example/p> ?b } }"));
    check(&server, "DROP GRAPH <http://foreign.example/g>", 204);
    check(&server, "INSERT DATA { GRAPH <http://foreign.example/g> { <a:s> e:p 1 } }", 204);
}

/// Documents of the administrator that nobody else may read, and of a person.
const HIDDEN: &str = "<http://registre.example/organizations/cachee>";

fn with_hidden() -> Server {
    let server = Server::empty();
    let path = "/organizations/cachee";
    server.put(path).turtle(organization("Cachée")).send().expect_status(201);
    let acl = format!(
        "@prefix acl: <http://www.w3.org/ns/auth/acl#> .
         <#a> a acl:Authorization ; acl:accessTo <{path}> ; acl:agent </#administrators> ;
            acl:mode acl:Read, acl:Write, acl:Control ."
    );
    server.put(&format!("{path}.acl")).turtle(acl).send().expect_status(201);
    server
}

#[test]
fn an_update_reaches_what_its_agent_may_write_and_reads_what_they_may_read() {
    let server = with_hidden();
    let person = server.person("jeanne");
    let own = "<http://registre.example/sandbox/mien>";
    let check = |update: String, status: u16| {
        let request =
            person.ask("POST", "/sparql").body("application/sparql-update", update.clone());
        let answer = request.send();
        assert_eq!(answer.status, status, "{update}: {answer:?}");
    };
    check(format!("INSERT DATA {{ GRAPH {own} {{ {own} <a:p> 1 }} }}"), 204);
    let copy = "{ ?s ?p ?o }";
    check(format!("INSERT {{ GRAPH {own} {copy} }} WHERE {{ GRAPH {HIDDEN} {copy} }}"), 204);
    check(format!("INSERT {{ GRAPH {own} {copy} }} USING {HIDDEN} WHERE {copy}"), 204);
    let stored = format!("SELECT ?o {{ GRAPH {own} {{ ?s ?p ?o }} }}");
    assert_eq!(server.rows(&stored), "1\n", "nothing that is hidden was copied");
    for graph in [HIDDEN, "<http://foreign.example/g>", "<http://registre.example/graphs/x>"] {
        check(format!("INSERT DATA {{ GRAPH {graph} {{ <a:s> <a:p> 1 }} }}"), 403);
        check(format!("DELETE DATA {{ GRAPH {graph} {{ <a:s> <a:p> 1 }} }}"), 403);
        check(format!("CLEAR GRAPH {graph}"), 403);
        check(format!("MOVE {own} TO {graph}"), 403);
    }
    check("INSERT DATA { <a:s> <a:p> 1 }".to_owned(), 403);
    for all in ["DROP ALL", "CLEAR ALL", "DROP NAMED", "CLEAR NAMED", "DROP DEFAULT"] {
        check(all.to_owned(), 403);
    }
    check(format!("CREATE GRAPH {own}"), 409);
    check(format!("CREATE GRAPH {HIDDEN}"), 204);
    check(format!("DELETE WHERE {{ GRAPH {HIDDEN} {copy} }}"), 204);
    assert!(server.get("/organizations/cachee").admin().send().body.contains("Cachée"));
    check(format!("DROP GRAPH {own}"), 204);
    assert_eq!(server.get("/sandbox/mien").status(), 410);
    let anonymous =
        server.anonymous("POST", "/sparql").body("application/sparql-update", "DROP ALL");
    assert_eq!(anonymous.status(), 401);
}

#[test]
fn graphs_are_copied_moved_and_added_and_nothing_is_loaded() {
    let server = Server::empty();
    let graph = |name: &str| format!("GRAPH <http://foreign.example/{name}>");
    let values = |name: &str| {
        server.rows(&format!("SELECT ?o {{ {} {{ ?s ?p ?o }} }} ORDER BY ?o", graph(name)))
    };
    let (a, b, c) = (graph("a"), graph("b"), graph("c"));
    check(&server, &format!("INSERT DATA {{ {a} {{ <a:s> e:p 1 }} {b} {{ <a:s> e:p 2 }} }}"), 204);
    check(&server, &format!("ADD {a} TO {b}"), 204);
    assert_eq!(values("b"), "1\n2\n");
    check(&server, &format!("COPY {a} TO {b} ; MOVE {b} TO {c}"), 204);
    assert_eq!((values("a"), values("b"), values("c")), ("1\n".into(), "".into(), "1\n".into()));
    check(&server, &format!("CREATE {a}"), 409);
    check(&server, &format!("CREATE SILENT {a} ; CREATE {b}"), 204);
    check(&server, "LOAD <http://foreign.example/data>", 403);
    check(&server, "LOAD SILENT <http://foreign.example/data> INTO GRAPH <http://f.example/>", 204);
    assert!(!server.ask("ASK { GRAPH <http://f.example/> { ?s ?p ?o } }"));
}

#[test]
fn a_hostile_update_costs_a_worker_and_not_the_server() {
    let folder = Folder::new();
    let config = folder.path().join("codesocial.toml");
    fs::write(&config, "[sparql]\nseconds_max = 1\n").expect("the folder can be written");
    let config = config.to_str().expect("a path in UTF-8");
    let server = folder.serve(&["--base", BASE, "--config", config]);
    server.put("/sandbox/x").turtle("<> <a:p> 1 .").send().expect_status(201);
    let patch = server.patch("/sandbox/x");
    let values = (0..100).map(|n| n.to_string()).collect::<Vec<_>>().join(" ");
    let values: String =
        ["a", "b", "c", "d", "e"].map(|name| format!("VALUES ?{name} {{ {values} }} ")).concat();
    let patched = patch.body(
        "application/sparql-update",
        format!("INSERT {{ <> <a:q> ?a }} WHERE {{ {values} FILTER(?a + ?b + ?c + ?d + ?e < 0) }}"),
    );
    patched.send().expect_status(503);
    let product = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(STR(?c) = CONCAT(STR(?f), STR(?i)))";
    let update = format!("INSERT {{ <a:s> <a:p> ?a }} WHERE {{ {product} }}");
    server.update(&update).send().expect_status(503);
    // The next ones find a worker.
    check(&server, "INSERT { <a:s> <a:q> ?n } WHERE { GRAPH ?g { ?x <a:p> ?n } }", 204);
    assert!(server.ask("ASK { <a:s> <a:q> 1 }"));
    let counted =
        "DELETE { <> <a:p> ?n } INSERT { <> <a:p> ?m } WHERE { <> <a:p> ?n BIND(?n + 1 AS ?m) }";
    let patch = server.patch("/sandbox/x").body("application/sparql-update", counted);
    patch.send().expect_status(204);
    assert!(server.get("/sandbox/x").send().body.contains("2"));
}
