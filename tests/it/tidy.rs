//! House style and architecture, read from the files and from `cargo metadata`.

use crate::fixtures::root;
use codesocial_rdf::vocab::{cs, pair};
use codesocial_rdf::{RdfSyntax, parse};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

const FILE_LINES_MAX: usize = 600;
const FUNCTION_LINES_MAX: usize = 70;
const LINE_COLUMNS_MAX: usize = 100;

/// From the ground up: each may depend on those before it.
const CRATES: [&str; 10] = [
    "codesocial-fetch",
    "codesocial-rdf",
    "codesocial-signatures",
    "codesocial-graph",
    "codesocial-shacl",
    "codesocial-store",
    "codesocial-ldp",
    "codesocial-federation",
    "codesocial-registry",
    "codesocial-server",
];
const PURE: [&str; 5] = [
    "codesocial-rdf",
    "codesocial-signatures",
    "codesocial-graph",
    "codesocial-shacl",
    "codesocial-federation",
];

/// The files under version control that still exist, with their text.
fn tracked() -> Vec<(String, String)> {
    let listed = Command::new("git").arg("ls-files").current_dir(root()).output();
    let listed = String::from_utf8(listed.expect("git runs").stdout).expect("names are UTF-8");
    let files = listed.lines().filter_map(|name| {
        let bytes = fs::read(root().join(name)).ok()?;
        Some((name.to_owned(), String::from_utf8(bytes).ok()?))
    });
    files.collect()
}

fn sources() -> Vec<(String, String)> {
    let mut files = tracked();
    files.retain(|(name, _)| name.ends_with(".rs"));
    assert!(files.len() > 50, "the project has more than {} files", files.len());
    files
}

/// What is wrong with a source file.
fn faults(name: &str, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let mut fault = |line: usize, told: String| faults.push(format!("{name}:{}: {told}", line + 1));
    let lines: Vec<&str> = text.lines().collect();
    if lines.len() > FILE_LINES_MAX {
        fault(lines.len(), format!("longer than {FILE_LINES_MAX} lines"));
    }
    if !lines.first().is_some_and(|line| line.starts_with("//! ")) {
        fault(0, "says not what it is for".to_owned());
    }
    for (n, line) in lines.iter().enumerate() {
        // Addresses cannot be broken, nor can expected outputs and statements in strings.
        let is_literal = line.contains("http") || line.contains('"') || line.contains("<a:");
        if line.chars().count() > LINE_COLUMNS_MAX && !is_literal {
            fault(n, format!("wider than {LINE_COLUMNS_MAX} columns"));
        }
        for (word, better) in banned() {
            if line.contains(&word) {
                fault(n, format!("«{word}»: {better}"));
            }
        }
        if let Some(length) = function_lines(&lines[n..]).filter(|n| *n > FUNCTION_LINES_MAX) {
            fault(n, format!("a function of {length} lines"));
        }
    }
    faults
}

/// Put together, so that this file does not hold them.
fn banned() -> [(String, &'static str); 8] {
    [
        (["FIX", "ME"].concat(), "mend it, or leave it out"),
        (["TO", "DO"].concat(), "do it, or leave it out"),
        (["todo", "!("].concat(), "absent beats pretended"),
        (["dbg", "!("].concat(), "remove it"),
        ([" print", "ln!("].concat(), "commands say, servers trace"),
        (["ut", "ils"].concat(), "put it beside its noun"),
        (["String::from(\"", "http"].concat(), "vocabularies live in vocab.rs"),
        (["#[", "allow("].concat(), "expect with a reason"),
    ]
}

/// How many lines the function has that begins with the first line, if one does.
fn function_lines(lines: &[&str]) -> Option<usize> {
    let first = lines.first()?;
    let indent = first.len() - first.trim_start().len();
    let words = first.trim_start();
    let is_function = ["fn ", "pub fn ", "pub(crate) fn ", "pub(super) fn ", "async fn "]
        .iter()
        .any(|start| words.starts_with(start))
        || words.starts_with("pub") && words.contains(" fn ");
    let end = format!("{}}}", &first[..indent]);
    let length = || lines.iter().position(|line| *line == end).map(|n| n + 1);
    (is_function && !first.ends_with(['}', ';'])).then(length).flatten()
}

#[test]
fn the_rules_of_style_see_what_they_are_for() {
    let long = format!("//! A.\nfn f() {{\n{}}}\n", "    x();\n".repeat(70));
    assert_eq!(faults("a.rs", &long), ["a.rs:2: a function of 72 lines"]);
    assert_eq!(faults("a.rs", "use x;\n"), ["a.rs:1: says not what it is for"]);
    let wide = format!("//! {}\n", "x".repeat(100));
    assert_eq!(faults("a.rs", &wide), ["a.rs:1: wider than 100 columns"]);
    assert_eq!(faults("a.rs", &format!("//! A.\n{}", "\n".repeat(600))).len(), 1);
    assert_eq!(faults("a.rs", &["//! A.\n// FIX", "ME\n"].concat()).len(), 1);
    assert!(faults("a.rs", "//! A.\nfn f() {\n    g();\n}\n").is_empty());
}

#[test]
fn every_source_file_keeps_the_rules_of_style() {
    let faults: Vec<String> =
        sources().iter().flat_map(|(name, text)| faults(name, text)).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn no_file_names_a_machine_or_holds_a_key() {
    let marks = [["/wo", "rk/"].concat(), ["/ro", "ot/"].concat(), ["PRIVATE", " KEY"].concat()];
    let mut found = Vec::new();
    for (name, text) in tracked() {
        for (n, line) in text.lines().enumerate() {
            if marks.iter().any(|mark| line.contains(mark)) {
                found.push(format!("{name}:{}: {line}", n + 1));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Package, dependency, and whether it is for tests only.
fn dependencies() -> Vec<(String, String, bool)> {
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    let metadata: Value = serde_json::from_slice(&metadata.stdout).expect("it prints JSON");
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let packages = list(&metadata["packages"]);
    let edges = packages.iter().flat_map(|package| {
        let of = list(&package["dependencies"]).into_iter();
        of.map(|on| (text(&package["name"]), text(&on["name"]), on["kind"] == "dev"))
    });
    edges.collect()
}

#[test]
fn crates_depend_downwards_only() {
    for (package, on, _) in dependencies() {
        let place = |name: &str| CRATES.iter().position(|own| *own == name);
        if let (Some(package_place), Some(on_place)) = (place(&package), place(&on)) {
            assert!(on_place < package_place, "{package} depends on {on}");
        }
    }
}

#[test]
fn what_belongs_to_one_crate_is_used_by_it_alone() {
    let evaluators = &[
        "codesocial-graph",
        "codesocial-shacl",
        "codesocial-store",
        "codesocial-ldp",
        "codesocial-server",
    ][..];
    let rules: [(&str, &[&str]); 9] = [
        ("tokio-rustls", &["codesocial-fetch"]),
        ("axum", &["codesocial-server"]),
        ("tower-http", &["codesocial-server"]),
        ("clap", &["codesocial-server"]),
        ("minijinja", &["codesocial-server"]),
        ("sqlx", &["codesocial-store"]),
        ("spareval", evaluators),
        ("spargebra", evaluators),
        ("oxigraph", &[]),
    ];
    for (package, on, is_dev) in dependencies() {
        for (dependency, users) in rules {
            let allowed = is_dev || on != dependency || users.contains(&package.as_str());
            assert!(allowed, "{package} depends on {on}");
        }
    }
}

#[test]
fn pure_crates_touch_no_file_no_socket_no_clock() {
    let marks = [
        "std::fs",
        "std::net",
        "std::process",
        "SystemTime",
        "Instant::now",
        "Timestamp::now",
        "tokio::",
        "sqlx::",
        "axum::",
        "rand::rng",
    ];
    for (name, text) in sources() {
        let is_pure = PURE.iter().any(|own| name.starts_with(&format!("crates/{own}/src/")));
        for mark in marks.iter().filter(|_| is_pure) {
            assert!(!text.contains(mark), "{name}: {mark}");
        }
    }
    for (package, on, is_dev) in dependencies() {
        // A signature is of a moment, which is an argument.
        let tells_time = on == "jiff" && package != "codesocial-signatures";
        let impure = tells_time || ["tokio", "sqlx", "axum", "rand"].contains(&on.as_str());
        let pure = PURE.contains(&package.as_str());
        assert!(is_dev || !(impure && pure), "{package} depends on {on}");
    }
}

#[test]
fn nothing_but_the_guarded_client_asks_other_servers() {
    let marks = ["TcpStream::connect", "lookup_host", "to_socket_addrs", "hyper::client"];
    for (name, text) in sources() {
        let is_guarded = name.starts_with("crates/codesocial-fetch/");
        for mark in marks.iter().filter(|_| name.starts_with("crates/") && !is_guarded) {
            assert!(!text.contains(mark), "{name}: {mark}");
        }
    }
}

#[test]
fn every_term_that_the_program_names_is_in_the_ontology() {
    let mut declared = BTreeSet::new();
    for (name, text) in tracked() {
        if name.starts_with("ontology/") && name.ends_with(".ttl") {
            let triples = parse::triples(text.as_bytes(), RdfSyntax::Turtle, "http://o.example/");
            let triples = triples.unwrap_or_else(|error| unreachable!("{name}: {error}"));
            declared.extend(triples.into_iter().map(|triple| triple.subject.to_string()));
        }
    }
    for (namespace, locals) in [(cs::NS, cs::LOCAL_NAMES), (pair::NS, pair::LOCAL_NAMES)] {
        for local in locals {
            let term = format!("<{namespace}{local}>");
            assert!(declared.contains(&term), "{term} is not declared in ontology/");
        }
    }
}

#[test]
fn every_fixture_lies_where_it_is_used() {
    for (name, text) in tracked() {
        let Some(rest) = name.strip_prefix("fixtures/") else { continue };
        let folder = rest.split('/').next().unwrap_or_default();
        if folder == "neighbours" {
            // Each is a write, which its own test parses.
            assert!(name.ends_with(".ru"), "{name}");
            continue;
        }
        assert!(["source", "demo", "valid", "invalid"].contains(&folder), "{name}");
        assert!(name.ends_with(".ttl"), "{name}");
        let parsed = parse::triples(text.as_bytes(), RdfSyntax::Turtle, "http://o.example/");
        assert!(parsed.is_ok_and(|triples| !triples.is_empty()), "{name} is Turtle");
    }
}
