//! The ledger of what a server of linked data owes its clients, row by row: each is a case
//! whose name begins with its id, in the file of what it is about. <https://www.w3.org/TR/ldp/>
//!
//! Invariant: every row is here once, as a case or with the test that proves it. The rows that are
//! not met, with their reasons, are in `expected-failures.txt`.

mod ground;

mod access;
mod answers;
mod binaries;
mod conditions;
mod containers;
mod creation;
mod federation;
mod identity;
mod memberships;
mod patches;
mod representations;
mod resources;
mod signatures;

use codesocial_tests::expected::{self, Case};
use codesocial_tests::server::Server;
use ground::Ground;
use libtest_mimic::Arguments;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, LazyLock};

/// An id, what it asks for, and what shows it.
type Row = (&'static str, &'static str, Proof);

enum Proof {
    /// A case of its own, on ground of its own.
    Here(fn(&Ground)),
    /// A test among the stories: its file in `tests/it`, and its name.
    Story(&'static str, &'static str),
    /// A test of a crate: its file, seen from `tests`, and its name.
    Elsewhere(&'static str, &'static str),
}

const ROWS: [&[Row]; 13] = [
    access::ROWS,
    answers::ROWS,
    binaries::ROWS,
    conditions::ROWS,
    containers::ROWS,
    creation::ROWS,
    federation::ROWS,
    identity::ROWS,
    memberships::ROWS,
    patches::ROWS,
    representations::ROWS,
    resources::ROWS,
    signatures::ROWS,
];

/// What the rows are about, and how many of them there are.
const AREAS: [(&str, usize); 6] =
    [("AUTH", 8), ("HS", 20), ("LDP", 97), ("NI", 2), ("WAC", 28), ("WF", 4)];

thread_local! {
    /// What the case on this thread failed with.
    static FAILURE: RefCell<String> = const { RefCell::new(String::new()) };
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    // Told once, by the runner, and not at all where it is expected.
    std::panic::set_hook(Box::new(|panic| FAILURE.set(panic.to_string())));
    let server: Arc<LazyLock<Server>> = Arc::new(LazyLock::new(Server::empty));
    let mut rows: Vec<&Row> = ROWS.into_iter().flatten().collect();
    rows.sort_by_key(|(id, ..)| *id);
    let ids: Vec<String> = rows.iter().map(|(id, ..)| (*id).to_owned()).collect();
    let mut cases: Vec<Case> = rows.into_iter().map(|row| case(row, &server)).collect();
    cases.push(Case {
        name: "every row of the ledger is here once".to_owned(),
        judge: Box::new(move || {
            let wanted: Vec<String> = AREAS
                .into_iter()
                .flat_map(|(area, rows)| (1..=rows).map(move |n| format!("{area}-{n:02}")))
                .collect();
            if ids == wanted { Ok(()) } else { Err(format!("the rows here are {ids:?}")) }
        }),
    });
    let outcome = expected::run(&arguments, cases, include_str!("expected-failures.txt"));
    if !arguments.list {
        let unmet = outcome.failed_as_expected;
        let met = (outcome.conclusion.num_passed - unmet).saturating_sub(1);
        eprintln!("rows met: {met}; expected to fail: {unmet}");
    }
    outcome.conclusion.exit_code()
}

fn case((id, requirement, proof): &'static Row, server: &Arc<LazyLock<Server>>) -> Case {
    match proof {
        Proof::Here(run) => {
            let server = server.clone();
            let judge = move || {
                let case = || run(&Ground::new(&server, id));
                catch_unwind(AssertUnwindSafe(case)).map_err(|_| FAILURE.take())
            };
            Case { name: format!("{id} {requirement}"), judge: Box::new(judge) }
        }
        Proof::Story(file, test) => {
            let name = format!("{id} {requirement} (tests/it/{file}: {test})");
            let told = format!("#[test]\nfn {test}() {{\n");
            Case { name, judge: Box::new(move || holds(&format!("it/{file}"), &told)) }
        }
        Proof::Elsewhere(file, test) => {
            let name = format!("{id} {requirement} ({file}: {test})");
            Case { name, judge: Box::new(move || holds(file, &format!("fn {test}("))) }
        }
    }
}

/// Whether there is such a test: the ring that runs it shows whether it passes.
fn holds(file: &str, test: &str) -> Result<(), String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let text = std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    if text.contains(test) { Ok(()) } else { Err(format!("no such test in {file}: {test}")) }
}
