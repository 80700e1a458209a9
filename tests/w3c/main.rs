//! Runs the test suites of the W3C, one named test per manifest entry.
//!
//! Invariant: no failure is expected without a reason. `expected-failures.txt` gives one per
//! line, and a test listed there that passes fails the run.

mod manifest;
mod shacl;

use libtest_mimic::{Arguments, Failed, Trial};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What a suite hands to the runner: a name, and the judgement.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) judge: Box<dyn FnOnce() -> Result<(), String> + Send>,
}

/// A suite by the name of its folder, with what reads its tests.
type Suite = (&'static str, fn(&Path) -> Result<Vec<Case>, String>);

const SUITES: &[Suite] = &[("shacl", shacl::cases)];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let suites = suites_folder();
    let mut expected = expected_failures(include_str!("expected-failures.txt"));
    let mut trials = Vec::new();
    for &(name, cases) in SUITES {
        let folder = suites.join(name);
        if !folder.join("manifest.ttl").is_file() {
            eprintln!("skipped {name}: no suite in {} (CODESOCIAL_SUITES)", folder.display());
            continue;
        }
        match cases(&folder) {
            Ok(cases) => trials.extend(cases.into_iter().map(|case| trial(case, &mut expected))),
            Err(error) => {
                trials.push(Trial::test(format!("{name}/manifest"), || Err(Failed::from(error))));
            }
        }
    }
    if !trials.is_empty() {
        trials.extend(expected.into_keys().map(|name| {
            let message = "expected to fail, but no suite has this test".to_owned();
            Trial::test(name, move || Err(Failed::from(message)))
        }));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trial(case: Case, expected: &mut BTreeMap<String, String>) -> Trial {
    let Some(reason) = expected.remove(&case.name) else {
        return Trial::test(case.name, || Ok((case.judge)()?));
    };
    Trial::test(case.name, move || match (case.judge)() {
        Ok(()) => Err(Failed::from(format!("passes, though a failure is expected: {reason}"))),
        Err(_) => Ok(()),
    })
    .with_kind("expected failure")
}

/// The folder that holds one folder per suite.
fn suites_folder() -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folder = std::env::var_os("CODESOCIAL_SUITES")
        .map_or_else(|| workspace.join("../shared/suites"), PathBuf::from);
    folder.canonicalize().unwrap_or(folder)
}

/// Lines `name  # reason`.
fn expected_failures(text: &str) -> BTreeMap<String, String> {
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let entry = |line: &str| {
        let (name, reason) = line.split_once('#').expect("each expected failure has a # reason");
        (name.trim().to_owned(), reason.trim().to_owned())
    };
    lines.map(entry).collect()
}
