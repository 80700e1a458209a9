//! A registry in which 200 secrets lie, and a crawler that follows every link in every form, tries
//! every method and asks every service: no secret may come back, in a body, a header, the log or
//! the metrics.

use crate::http::{Request, Response};
use crate::server::{BASE, Folder, Server, figures};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Begins what hidden documents say.
const SECRET: &str = "zqcanary";
/// Begins the names of hidden documents.
const HIDDEN: &str = "qxhidden";
/// How many addresses of one path, with different queries, are followed.
const QUERIES_MAX: usize = 25;

const FORMS: [(&str, &str, &str); 8] = [
    ("GET", "text/html", "fr"),
    ("GET", "text/html", "en"),
    ("GET", "text/turtle", "fr"),
    ("GET", "application/ld+json", "fr"),
    ("GET", "application/n-triples", "fr"),
    ("GET", "application/json", "fr"),
    ("HEAD", "text/turtle", "fr"),
    ("OPTIONS", "*/*", "fr"),
];

/// Where services are that no page links to.
const SERVICES: [&str; 17] = [
    "/healthz",
    "/readyz",
    "/metrics",
    "/.well-known/context.jsonld",
    "/context/v1.jsonld",
    "/export",
    "/graphs?default",
    "/graphs?graph=http://registre.example/organizations.meta",
    "/graphs?graph=http://registre.example/.meta",
    "/quality",
    "/search?q=zqcanary",
    "/search?q=qxhidden",
    "/sparql",
    "/_groups",
    "/_acl/",
    "/_rights/",
    "/shapes",
];

const QUERIES: [&str; 12] = [
    "SELECT * { ?s ?p ?o FILTER(CONTAINS(STR(?o), 'zqcanary')) }",
    "SELECT * { ?s ?p ?o FILTER(CONTAINS(STR(?s), 'qxhidden')) }",
    "SELECT * { GRAPH ?g { ?s ?p ?o } FILTER(CONTAINS(STR(?g), 'qxhidden')) }",
    "SELECT DISTINCT ?g { GRAPH ?g { } } ORDER BY DESC(?g)",
    "SELECT * { GRAPH ?g { ?s ?p ?o FILTER(CONTAINS(CONCAT(STR(?s), STR(?o)), 'zqcanary')) } }",
    "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o FILTER(CONTAINS(STR(?o), 'qxhidden')) }",
    "DESCRIBE <organizations/qxhidden-organizations-0>",
    "SELECT (GROUP_CONCAT(STR(?o)) AS ?all) { ?s ?p ?o FILTER(isLiteral(?o)) }",
    "SELECT ?o { ?s <http://virtual-assembly.org/ontologies/pair#label>* ?o }",
    "SELECT ?o { { SELECT ?o { ?s ?p ?o } } MINUS { ?o a ?t } FILTER(CONTAINS(STR(?o), 'zqc')) }",
    "ASK { <self-diagnoses/qxhidden-self-diagnoses-0> ?p ?o }",
    "SELECT (COUNT(*) AS ?n) { ?s <urn:canary> ?o }",
];

/// A registry with both sets and the secrets, and the addresses of the hidden documents.
fn planted() -> (Server, Vec<String>) {
    let server = Folder::new().serve(&["--base", BASE, "--load", "source", "--load", "demo"]);
    let mut hidden = Vec::new();
    let said = |n: usize, class: &str| {
        format!(
            "@prefix pair: <http://virtual-assembly.org/ontologies/pair#> .
             @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
             @prefix dct: <http://purl.org/dc/terms/> .
             <> {class} pair:label \"{SECRET} {n}\" ; dct:title \"{SECRET} t{n}\" ;
                skos:prefLabel \"{SECRET} {n}\"@fr, \"{SECRET} {n}\"@en ;
                <urn:canary> <#{SECRET}-{n}> , <urn:{SECRET}:{n}> ."
        )
    };
    let places =
        [("self-diagnoses", 40), ("flows", 40), ("usage-feedback", 20), ("", 20), ("_groups", 10)];
    for (container, count) in places {
        for n in 0..count {
            let folder = if container.is_empty() { "" } else { "/" };
            let path = format!("{folder}{container}/{HIDDEN}-{container}-{n}");
            server.put(&path).turtle(said(n, "")).send().expect_status(201);
            hidden.push(path);
        }
    }
    for n in 0..10 {
        let path = format!("/quizzes/{HIDDEN}-{n}/key");
        server.put(&path).turtle(said(n, "")).send().expect_status(201);
        hidden.push(path);
    }
    let only_administrators = |path: &str| {
        let text = format!(
            "@prefix acl: <http://www.w3.org/ns/auth/acl#> .
             <#a> a acl:Authorization ; acl:accessTo <{path}> ; acl:agent </#administrators> ;
                acl:mode acl:Read, acl:Write, acl:Control ."
        );
        server.put(&format!("{path}.acl")).turtle(text).send().expect_status(201);
    };
    for n in 0..40 {
        let path = format!("/organizations/{HIDDEN}-organizations-{n}");
        server.put(&path).turtle(said(n, "a pair:Organization ;")).send().expect_status(201);
        // It was seen by everyone, and is in every cache.
        for (method, accept, language) in FORMS {
            let seen = form(&server, (method, accept, language), &path).send();
            assert!(seen.status < 500, "{seen:?}");
        }
        only_administrators(&path);
        hidden.push(path);
    }
    for n in 0..10 {
        let path = format!("/organizations/{HIDDEN}-organizations-{}", 30 + n);
        server.delete(&path).send().expect_status(204);
    }
    // Who is let in to a public document is nobody else's to know.
    for n in 0..20 {
        let path = format!("/themes/visible-{n}");
        let body = "<> <http://virtual-assembly.org/ontologies/pair#label> \"Visible\" .";
        server.put(&path).turtle(body).send().expect_status(201);
        let grant = format!(
            "<#Write> <http://www.w3.org/ns/auth/acl#agent> <https://e.example/{SECRET}/{n}> ."
        );
        server.patch(&format!("/_acl{path}")).turtle(grant).send().expect_status(204);
    }
    assert_eq!(hidden.len() + 20, 200);
    (server, hidden)
}

fn form(
    server: &Server,
    (method, accept, language): (&'static str, &str, &str),
    path: &str,
) -> Request {
    server.anonymous(method, path).accept(accept).header("Accept-Language", language)
}

/// The paths that an answer leads to.
fn links(answer: &Response) -> BTreeSet<String> {
    let mut links = BTreeSet::new();
    let headers = answer.headers("link").chain(answer.headers("location"));
    let texts = headers.chain([answer.body.as_str()]);
    let is_end = |c: char| c.is_whitespace() || "\"'<>()\\{}|^`".contains(c);
    for text in texts {
        for start in ["href=\"/", "src=\"/", "action=\"/", BASE] {
            for (at, found) in text.match_indices(start) {
                let path = &text[at + found.len()..];
                let path = path.split(is_end).next().unwrap_or_default();
                let path = path.split('#').next().unwrap_or_default();
                links.insert(format!("/{}", path.replace("&amp;", "&")));
            }
        }
    }
    links
}

/// What a crawl saw.
#[derive(Default)]
struct Crawl {
    asked: usize,
    addresses: usize,
    hits: Vec<String>,
}

impl Crawl {
    fn look(&mut self, told: &str, answer: &Response, marks: &[&str]) {
        self.asked += 1;
        assert!(answer.status < 500 || answer.status == 503, "{told}: {answer:?}");
        let shown = format!("{answer:?}");
        if marks.iter().any(|mark| shown.contains(mark) || answer.body.contains(mark)) {
            self.hits.push(format!("{told}: {}", answer.status));
        }
    }

    /// Follows every link from the front page and the services.
    fn follow(&mut self, server: &Server, as_agent: &dyn Fn(Request) -> Request) {
        let mut waiting: VecDeque<String> = SERVICES.map(str::to_owned).into();
        waiting.push_back("/".to_owned());
        let mut seen: BTreeSet<String> = waiting.iter().cloned().collect();
        let mut queries: BTreeMap<String, usize> = BTreeMap::new();
        while let Some(path) = waiting.pop_front() {
            self.addresses += 1;
            // A search repeats what was asked.
            let marks: &[&str] = if path.contains("q=") { &[] } else { &[SECRET, HIDDEN] };
            for (method, accept, language) in FORMS {
                let answer = as_agent(form(server, (method, accept, language), &path)).send();
                self.look(&format!("{method} {path} {accept}"), &answer, marks);
                for link in links(&answer) {
                    let (plain, query) = link.split_once('?').unwrap_or((&link, ""));
                    let known = queries.entry(plain.to_owned()).or_default();
                    if seen.contains(&link) || !query.is_empty() && *known >= QUERIES_MAX {
                        continue;
                    }
                    *known += usize::from(!query.is_empty());
                    seen.insert(link.clone());
                    waiting.push_back(link);
                }
            }
        }
    }

    /// Knocks at the hidden documents themselves: the address comes back, and nothing else.
    fn knock(&mut self, server: &Server, hidden: &[String], as_agent: &dyn Fn(Request) -> Request) {
        for path in hidden {
            for end in ["", ".acl", ".meta", "?report", "?history", "?edit"] {
                let path = format!("{path}{end}");
                for (method, accept, language) in FORMS {
                    let answer = as_agent(form(server, (method, accept, language), &path)).send();
                    self.look(&format!("{method} {path} {accept}"), &answer, &[SECRET]);
                }
                for method in ["PUT", "POST", "PATCH", "DELETE", "TRACE"] {
                    let request = as_agent(server.anonymous(method, &path)).turtle("<> <a:p> 1 .");
                    self.look(&format!("{method} {path}"), &request.send(), &[SECRET]);
                }
            }
            for service in ["/_acl", "/_rights"] {
                let path = format!("{service}{path}");
                let answer = as_agent(server.get(&path)).send();
                self.look(&path, &answer, &[SECRET]);
            }
            for end in ["", ".acl", ".meta"] {
                let graph = format!("/graphs?graph={BASE}{}{end}", path.trim_start_matches('/'));
                for method in ["GET", "HEAD", "PUT", "POST", "DELETE"] {
                    let request = as_agent(server.anonymous(method, &graph)).turtle("<> <a:p> 1 .");
                    self.look(&format!("{method} {graph}"), &request.send(), &[SECRET]);
                }
            }
        }
    }

    fn query(&mut self, server: &Server, as_agent: &dyn Fn(Request) -> Request) {
        for query in QUERIES {
            for accept in ["text/csv", "application/sparql-results+json", "text/turtle", "*/*"] {
                let answer = as_agent(server.query(query)).accept(accept).send();
                self.look(query, &answer, &["zqcanary ", "zqcanary-", "qxhidden-"]);
            }
        }
    }

    /// What the process itself says.
    fn listen(&mut self, server: &Server) {
        let metrics = server.get("/metrics").admin().send();
        self.look("/metrics", &metrics, &[SECRET, HIDDEN]);
        if server.folder.log().contains(SECRET) {
            self.hits.push("the log".to_owned());
        }
    }

    fn end(self, agent: &str) {
        let Self { asked, addresses, hits } = self;
        figures(&format!(
            "canary crawler, {agent}: {addresses} addresses, {asked} requests, {} hits",
            hits.len()
        ));
        assert!(addresses > 1_000, "{addresses}");
        assert!(hits.is_empty(), "{} hits: {:#?}", hits.len(), &hits[..hits.len().min(40)]);
    }
}

#[track_caller]
fn check(name: &str, server: &Server, hidden: &[String], as_agent: &dyn Fn(Request) -> Request) {
    let mut crawl = Crawl::default();
    crawl.follow(server, as_agent);
    crawl.knock(server, hidden, as_agent);
    crawl.query(server, as_agent);
    crawl.listen(server);
    crawl.end(name);
}

#[test]
fn nobody_finds_a_secret() {
    let (server, hidden) = planted();
    check("anonymous", &server, &hidden, &|request| request);
    // Somebody who may read what everyone may, and write what is theirs.
    let member = server.person("visiteuse");
    check("a member", &server, &hidden, &|request| request.bearer(&member.token));
}
