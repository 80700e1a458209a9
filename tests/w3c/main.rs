//! Runs the test suites of the W3C, one named test per manifest entry. The failures that are
//! expected, with their reasons, are in `expected-failures.txt`.

mod manifest;
mod text;

mod shacl;

mod description;
mod endpoint;
mod federation;
mod http;
mod query;
mod sparql;
mod update;

use codesocial_tests::expected::{self, Case};
use codesocial_tests::server::figures;
use endpoint::Endpoint;
use libtest_mimic::Arguments;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Reads the tests of a suite in a folder, to be judged at a server where they need one.
type Read = fn(&Path, &Endpoint) -> Result<Vec<Case>, String>;

/// A suite: its name, the file by which its presence is known, and what reads its tests.
type Suite = (&'static str, &'static str, Read);

const SUITES: &[Suite] = &[
    ("shacl", "shacl/manifest.ttl", |folder, _| shacl::cases(&folder.join("shacl"))),
    ("protocol", "protocol.json", http::protocol),
    ("gsp", "gsp.json", http::graph_store),
    ("sparql11", "sparql11/manifest.ttl", sparql::cases),
    ("sparql11/service", "sparql11/manifest.ttl", federation::cases),
    ("service-description", "protocol.json", description::cases),
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let (suites, endpoint) = (suites_folder(), Endpoint::default());
    let mut cases = Vec::new();
    for &(name, mark, read) in SUITES {
        if !suites.join(mark).is_file() {
            eprintln!("skipped {name}: no suite in {} (CODESOCIAL_SUITES)", suites.display());
            continue;
        }
        cases.extend(read(&suites, &endpoint).unwrap_or_else(|error| {
            let name = format!("{name}/manifest");
            vec![Case { name, judge: Box::new(|| Err(error)) }]
        }));
    }
    // The cases hold it alone from here on: the server ends with the last of them.
    drop(endpoint);
    let failures = if cases.is_empty() { "" } else { include_str!("expected-failures.txt") };
    let outcome = expected::run(&arguments, cases, failures);
    for (section, (passed, all)) in outcome.sections {
        figures(&format!("{section} {passed}/{all}"));
    }
    outcome.conclusion.exit_code()
}

/// The folder that holds one folder per suite.
fn suites_folder() -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folder = std::env::var_os("CODESOCIAL_SUITES")
        .map_or_else(|| workspace.join("../shared/suites"), PathBuf::from);
    folder.canonicalize().unwrap_or(folder)
}
