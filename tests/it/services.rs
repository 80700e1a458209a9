//! `SERVICE`: other endpoints are asked by the server, and only those that the administrator named.
//! <https://www.w3.org/TR/sparql11-federated-query/>

use crate::elsewhere::Elsewhere;
use crate::server::{BASE, Folder, Server};
use std::fs;

const ROWS: &str = r#"{"head":{"vars":["x"]},"results":{"bindings":[
    {"x":{"type":"literal","value":"one"}},{"x":{"type":"literal","value":"two"}}]}}"#;
const JSON: &str = "application/sparql-results+json";

/// A server that may ask some endpoints of another.
fn with_services(elsewhere: &Elsewhere, paths: &[&str]) -> Server {
    let folder = Folder::new();
    let config = folder.path().join("codesocial.toml");
    let services: Vec<String> =
        paths.iter().map(|path| format!("{:?}", elsewhere.iri(path))).collect();
    let services = format!("[sparql]\nservices = [{}]\n", services.join(", "));
    fs::write(&config, format!("{}{services}", elsewhere.allowed())).expect("the folder is ours");
    folder.serve(&["--base", BASE, "--config", config.to_str().expect("a path in UTF-8")])
}

#[test]
fn a_named_endpoint_is_asked_and_its_rows_are_joined() {
    let elsewhere = Elsewhere::new();
    elsewhere.says("/sparql", 200, JSON, ROWS);
    let server = with_services(&elsewhere, &["/sparql"]);
    let endpoint = format!("<{}>", elsewhere.iri("/sparql"));
    let query = format!(
        "SELECT ?x ?y {{ VALUES (?x ?y) {{ (\"two\" 2) (\"three\" 3) }} SERVICE {endpoint} {{ ?s <a:p> ?x }} }}"
    );
    assert_eq!(server.rows(&query), "\"two\"\t2\n");
    assert_eq!(elsewhere.asked(), ["/sparql"], "once for the query");
    // Both kinds of workers ask.
    server.query(&query).admin().send().expect_status(200);
    let described = server.get("/sparql").accept("text/turtle").send();
    assert!(described.body.contains("BasicFederatedQuery"), "{described:?}");
}

#[test]
fn no_other_endpoint_is_asked_and_who_asks_it_is_told() {
    let elsewhere = Elsewhere::new();
    elsewhere.says("/other", 200, JSON, ROWS);
    let server = with_services(&elsewhere, &["/sparql"]);
    let other = elsewhere.iri("/other");
    let ask = |silent: &str| {
        let query = format!("SELECT * {{ SERVICE {silent} <{other}> {{ ?s ?p ?x }} }}");
        server.query(&query).header("Accept-Language", "en").accept(JSON).send()
    };
    let refused = ask("").expect_status(403);
    assert!(refused.body.contains("service-unlisted") && refused.body.contains("/other"));
    let silent = ask("SILENT").expect_status(200);
    assert_eq!(silent.json()["results"]["bindings"].to_string(), "[{}]");
    let named = format!("SELECT * {{ VALUES ?e {{ <{other}> }} SERVICE ?e {{ ?s ?p ?x }} }}");
    server.query(&named).send().expect_status(403);
    let update =
        format!("INSERT {{ <a:s> <a:p> ?x }} WHERE {{ SERVICE <{other}> {{ ?s ?p ?x }} }}");
    server.update(&update).send().expect_status(403);
    assert!(elsewhere.asked().is_empty());
    let nowhere = Server::shared();
    let query = format!("ASK {{ SERVICE SILENT <{other}> {{ ?s ?p ?x }} }}");
    let refused = nowhere.query(&query).send().expect_status(403);
    assert!(refused.body.contains("problem/service\""), "{refused:?}");
}

#[test]
fn an_endpoint_that_fails_is_told_of_unless_it_is_asked_silently() {
    let elsewhere = Elsewhere::new();
    elsewhere.says("/broken", 500, "text/plain", "");
    elsewhere.says("/page", 200, "text/html", "<p>");
    elsewhere.says("/half", 200, JSON, &ROWS[..ROWS.len() - 9]);
    elsewhere.says("/boolean", 200, JSON, "{\"head\":{},\"boolean\":true}");
    let paths = ["/broken", "/page", "/half", "/boolean", "/none"];
    let server = with_services(&elsewhere, &paths);
    for path in paths {
        let endpoint = elsewhere.iri(path);
        let query = format!("SELECT ?x {{ SERVICE <{endpoint}> {{ ?s ?p ?x }} }}");
        let answer = server.query(&query).send().expect_status(502);
        assert!(answer.body.contains("service-failed") && answer.body.contains(path), "{answer:?}");
        let silent = query.replace("SERVICE", "SERVICE SILENT");
        assert_eq!(server.rows(&silent), "\n", "{path}: one row without values");
    }
    // The worker lives on.
    assert!(server.ask("ASK {}"));
}

#[test]
fn a_query_asks_other_endpoints_a_bounded_number_of_times() {
    let elsewhere = Elsewhere::new();
    let paths: Vec<String> = (0..17).map(|n| format!("/e{n}")).collect();
    paths.iter().for_each(|path| elsewhere.says(path, 200, JSON, ROWS));
    let listed: Vec<&str> = paths.iter().map(String::as_str).collect();
    let server = with_services(&elsewhere, &listed);
    let ask = |count: usize| {
        let values: String =
            paths[..count].iter().map(|path| format!("<{}> ", elsewhere.iri(path))).collect();
        let pattern = format!("VALUES ?e {{ {values} }} SERVICE ?e {{ ?s ?p ?x }}");
        server.query(&format!("SELECT (COUNT(*) AS ?n) {{ {pattern} }}")).accept("text/csv").send()
    };
    assert_eq!(ask(16).expect_status(200).body, "n\r\n32\r\n");
    assert!(ask(17).expect_status(400).body.contains("service-often"));
}

#[test]
fn a_setting_that_is_no_endpoint_keeps_the_server_from_starting() {
    let folder = Folder::new();
    let config = folder.path().join("codesocial.toml");
    fs::write(&config, "[sparql]\nservices = [\"e.example\"]\n").expect("the folder is ours");
    let told = folder.try_serve(&["--config", config.to_str().expect("a path in UTF-8")]);
    assert!(told.err().is_some_and(|told| told.contains("«e.example» is no endpoint")));
}
