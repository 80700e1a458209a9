//! The document of the addresses that are not resources is true.

use crate::http::Response;
use crate::server::Server;
use serde_json::Value;

const METHODS: [(&str, &str); 2] = [("get", "GET"), ("post", "POST")];

fn described() -> Value {
    Server::shared().get("/openapi.json").send().expect_status(200).json()
}

/// What an address answers to a request without body and parameters.
fn bare(method: &'static str, path: &str) -> Response {
    let path = path.replace("{file}", "organisations.csv");
    Server::shared().anonymous(method, &path).accept("application/json, */*").send()
}

#[test]
fn every_address_answers_as_it_is_described() {
    let document = described();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (name, method) in METHODS {
            let found = bare(method, path);
            let Some(responses) = item[name]["responses"].as_object() else {
                assert_eq!(found.status, 405, "{method} {path} is not described");
                continue;
            };
            let status = found.status.to_string();
            assert!(responses.contains_key(&status), "{method} {path} answers {status}");
            assert!(item[name]["operationId"].is_string(), "{method} {path} has a name");
        }
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let document = described();
    let text = document.to_string();
    let references = text.split("\"$ref\":\"#").skip(1);
    let references: Vec<&str> = references.filter_map(|rest| rest.split('"').next()).collect();
    assert!(references.len() > 10, "{references:?}");
    for reference in references {
        assert!(document.pointer(reference).is_some(), "{reference}");
    }
    for scheme in ["bearer", "dpop", "session"] {
        assert!(document["components"]["securitySchemes"][scheme].is_object(), "{scheme}");
    }
}
