//! Runs the test suites of the W3C, one named test per manifest entry. The failures that are
//! expected, with their reasons, are in `expected-failures.txt`.

mod manifest;
mod shacl;

use codesocial_tests::expected::{self, Case};
use libtest_mimic::Arguments;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// A suite by the name of its folder, with what reads its tests.
type Suite = (&'static str, fn(&Path) -> Result<Vec<Case>, String>);

const SUITES: &[Suite] = &[("shacl", shacl::cases)];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let suites = suites_folder();
    let mut cases = Vec::new();
    for &(name, read) in SUITES {
        let folder = suites.join(name);
        if !folder.join("manifest.ttl").is_file() {
            eprintln!("skipped {name}: no suite in {} (CODESOCIAL_SUITES)", folder.display());
            continue;
        }
        cases.extend(read(&folder).unwrap_or_else(|error| {
            let name = format!("{name}/manifest");
            vec![Case { name, judge: Box::new(|| Err(error)) }]
        }));
    }
    let failures = if cases.is_empty() { "" } else { include_str!("expected-failures.txt") };
    expected::run(&arguments, cases, failures).conclusion.exit_code()
}

/// The folder that holds one folder per suite.
fn suites_folder() -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folder = std::env::var_os("CODESOCIAL_SUITES")
        .map_or_else(|| workspace.join("../shared/suites"), PathBuf::from);
    folder.canonicalize().unwrap_or(folder)
}
