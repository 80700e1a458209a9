//! Evaluating a query in the process that asks it: for who holds the data and waits for the answer.

use super::evaluate::{Answer, Prepared, QueryError, ResultSyntax, Terms, evaluate};
use super::limits::Limits;
use codesocial_graph::{Readers, State};
use spareval::CancellationToken;
use std::io::{self, Write};

/// Writes the whole answer, however long it takes and is. Blocking, and deep: on a big stack.
pub fn evaluate_here(
    prepared: &Prepared,
    state: &State,
    readers: &Readers,
    syntax: ResultSyntax,
    output: &mut impl Write,
) -> Result<(), QueryError> {
    let limits = Limits {
        seconds_max: u64::MAX,
        rows_max: usize::MAX,
        result_bytes_max: usize::MAX,
        ..Limits::default()
    };
    let cancel = CancellationToken::new();
    let terms = Terms { readers, limits: &limits, cancel: &cancel, services: None };
    match evaluate(prepared, state, syntax, terms, output)? {
        Answer::Whole => Ok(()),
        Answer::Truncated => Err(io::Error::from(io::ErrorKind::FileTooLarge).into()),
    }
}
