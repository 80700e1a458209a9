//! The suites of the two protocols, each case a sequence of requests and what is expected of their
//! answers. <https://www.w3.org/2009/sparql/docs/tests/README.html>

use crate::Case;
use crate::endpoint::{Endpoint, update};
use crate::text::isomorphic;
use codesocial_rdf::{RdfSyntax, parse};
use codesocial_tests::http::{Request, Response};
use codesocial_tests::server::Server;
use serde_json::Value;
use std::fs;
use std::path::Path;

/// What relative IRIs of bodies resolve against.
const BASE: &str = "http://www.example/";
/// What a case writes for the address that the server gave a new graph.
const LOCATION: &str = "$LOCATION$";

/// Where the suite's requests go: the path that it writes, and the one that the server has.
struct Address {
    written: &'static str,
    served: &'static str,
}

/// The suite of the SPARQL protocol.
pub(crate) fn protocol(folder: &Path, endpoint: &Endpoint) -> Result<Vec<Case>, String> {
    let address = &Address { written: "/sparql/", served: "/sparql" };
    cases(folder, "protocol", address, endpoint)
}

/// The suite of the graph store protocol.
pub(crate) fn graph_store(folder: &Path, endpoint: &Endpoint) -> Result<Vec<Case>, String> {
    cases(folder, "gsp", &Address { written: "/gsp", served: "/graphs" }, endpoint)
}

fn cases(
    folder: &Path,
    suite: &str,
    address: &'static Address,
    endpoint: &Endpoint,
) -> Result<Vec<Case>, String> {
    let file = folder.join(suite).with_extension("json");
    let say = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    let text = fs::read_to_string(&file).map_err(|error| say(&error))?;
    let cases: Vec<Value> = serde_json::from_str(&text).map_err(|error| say(&error))?;
    let data = folder.join("sparql11/protocol");
    Ok(cases
        .into_iter()
        .map(|case| {
            let name = format!("{suite}/{}", word(&case["id"]));
            let (endpoint, data) = (endpoint.clone(), data.clone());
            let judge = move || {
                endpoint.alone(|server| {
                    prepare(server, &case, &data)?;
                    converse(server, &case, address)
                })
            };
            Case { name, judge: Box::new(judge) }
        })
        .collect())
}

/// Stores the graphs of a case.
fn prepare(server: &Server, case: &Value, data: &Path) -> Result<(), String> {
    for graph in list(&case["graphData"]) {
        let file = data.join(word(&graph["file"]));
        let triples = fs::read_to_string(&file).map_err(|error| error.to_string())?;
        let graph = word(&graph["graph"]);
        update(server, &format!("INSERT DATA {{ GRAPH <{graph}> {{ {triples} }} }}"))?;
    }
    Ok(())
}

/// Sends the requests of a case, each of which may name what the one before it made.
fn converse(server: &Server, case: &Value, address: &Address) -> Result<(), String> {
    let mut location: Option<String> = None;
    for (n, request) in list(&case["requests"]).iter().enumerate() {
        let filled = |text: &str| match &location {
            Some(found) => text.replace(LOCATION, found),
            None => text.to_owned(),
        };
        let answer = asked(server, request, address, filled)
            .try_send()
            .map_err(|error| format!("request {n}: {error}"))?;
        let judged = judge(&answer, &request["expect"], filled);
        judged.map_err(|why| format!("request {n}: {why}: {answer:?}"))?;
        if request["expect"]["location"].is_string() {
            location = Some(answer.header("location").to_owned());
        }
    }
    Ok(())
}

fn asked(
    server: &Server,
    request: &Value,
    address: &Address,
    filled: impl Fn(&str) -> String,
) -> Request {
    let path = filled(word(&request["path"]));
    let path = path.replacen(address.written, address.served, 1);
    let mut asked = server.anonymous(method(word(&request["method"])), &path).admin();
    for header in list(&request["headers"]) {
        let (name, value) = (word(&header[0]), word(&header[1]));
        if !name.is_empty() && !name.eq_ignore_ascii_case("content-type") {
            asked = asked.header(name, value);
        }
    }
    let headers = list(&request["headers"]).iter();
    let content_type = headers
        .filter(|header| word(&header[0]).eq_ignore_ascii_case("content-type"))
        .map(|header| word(&header[1]))
        .next();
    let text = filled(word(&request["body"]["text"]));
    let bytes = if word(&request["body"]["encoding"]).starts_with("UTF-16") {
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
    } else {
        text.into_bytes()
    };
    match content_type {
        Some(content_type) => asked.body(content_type, bytes),
        None => asked.untyped(bytes),
    }
}

fn judge(
    answer: &Response,
    expected: &Value,
    filled: impl Fn(&str) -> String,
) -> Result<(), String> {
    let statuses = list(&expected["status"]);
    if !statuses.is_empty() && !statuses.iter().any(|status| is_status(answer, word(status))) {
        return Err(format!("expected {statuses:?}"));
    }
    if let Some(wanted) = expected["boolean"].as_str() {
        let found = answer.json()["boolean"].to_string();
        equal("boolean", wanted, &found)?;
    }
    if let Some(format) = expected["format"].as_str() {
        is_format(answer, format)?;
    }
    for header in list(&expected["headers"]) {
        let essence = |value: &str| value.split(';').next().unwrap_or_default().to_owned();
        let found = essence(answer.header(word(&header[0])));
        equal(word(&header[0]), &essence(word(&header[1])), &found)?;
    }
    if expected["location"].is_string() && answer.header("location").is_empty() {
        return Err("no Location".to_owned());
    }
    if let Some(wanted) = expected["body"]["text"].as_str() {
        let graph = |text: &str| {
            parse::triples(text.as_bytes(), RdfSyntax::Turtle, BASE).map_err(|e| e.to_string())
        };
        isomorphic(graph(&filled(wanted))?, graph(&answer.body)?)?;
    }
    Ok(())
}

fn is_status(answer: &Response, wanted: &str) -> bool {
    let named = match wanted {
        "OK" => 200,
        "Created" => 201,
        "NoContent" => 204,
        "NotFound" => 404,
        class => {
            let class = class.strip_prefix("StatusCode").unwrap_or(class);
            return class.starts_with(&(answer.status / 100).to_string());
        }
    };
    answer.status == named
}

/// Whether the answer is of one of the formats that suit the kind of query.
fn is_format(answer: &Response, format: &str) -> Result<(), String> {
    let content_type = answer.header("content-type");
    let xml_or_json = ["application/sparql-results+json", "application/sparql-results+xml"];
    let suits = match format {
        "boolean" => xml_or_json.contains(&content_type),
        "tabular" => {
            xml_or_json.contains(&content_type)
                || ["text/csv", "text/tab-separated-values"].contains(&content_type)
        }
        "RDF" => {
            ["text/turtle", "application/rdf+xml", "application/n-triples"].contains(&content_type)
        }
        _ => false,
    };
    if suits { Ok(()) } else { Err(format!("no format for «{format}»")) }
}

fn equal(what: &str, wanted: &str, found: &str) -> Result<(), String> {
    if wanted == found { Ok(()) } else { Err(format!("{what}: expected {wanted}, got {found}")) }
}

fn method(name: &str) -> &'static str {
    const METHODS: [&str; 6] = ["GET", "HEAD", "PUT", "POST", "DELETE", "PATCH"];
    METHODS.into_iter().find(|method| *method == name).unwrap_or("OPTIONS")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
