//! Where in a file the statements stand that a report speaks of.
//!
//! Nothing is kept while the data are read the first time: only where something is wrong are the
//! files read once more, one line at a time, and the line in hand when a statement comes out of
//! the parser is where that statement ends.

use super::Failure;
use super::data::Data;
use codesocial_shacl::{Path, Report, ValidationResult};
use oxrdf::{NamedNode, NamedOrBlankNode, Term, Triple};
use std::cell::Cell;
use std::collections::HashMap;
use std::io::{BufRead, Read};
use std::rc::Rc;

/// For each result of a report, `file:line` of the statement it is about, where there is one: the
/// value that is wrong, else another value of the property, else the first statement of the node.
/// Nodes without a name, and syntaxes whose order means nothing, have no place.
pub(super) fn places(report: &Report, files: &[Data]) -> Result<Vec<Option<String>>, Failure> {
    let mut about: HashMap<&NamedNode, Vec<usize>> = HashMap::new();
    for (index, result) in report.results.iter().enumerate() {
        if let Term::NamedNode(focus) = &result.focus {
            about.entry(focus).or_default().push(index);
        }
    }
    let mut found: Vec<Option<(Fit, String)>> = vec![None; report.results.len()];
    for file in files.iter().filter(|file| file.is_by_line()) {
        let line = Rc::new(Cell::new(0));
        let reader = Lines {
            inner: file.open(std::convert::identity)?,
            line: Rc::clone(&line),
            begins: true,
        };
        for triple in file.triples(reader)? {
            let triple = triple?;
            let NamedOrBlankNode::NamedNode(subject) = &triple.subject else { continue };
            for &index in about.get(subject).into_iter().flatten() {
                let fit = Fit::of(&report.results[index], &triple);
                if found[index].as_ref().is_none_or(|(best, _)| fit < *best) {
                    found[index] = Some((fit, format!("{}:{}", file.name(), line.get())));
                }
            }
        }
    }
    Ok(found.into_iter().map(|found| found.map(|(_, place)| place)).collect())
}

/// How well a statement of the focus node fits a result, the best first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Value,
    Property,
    Node,
}

impl Fit {
    fn of(result: &ValidationResult, triple: &Triple) -> Self {
        match &result.path {
            Some(Path::Predicate(predicate)) if *predicate == triple.predicate => {
                if result.value.as_ref() == Some(&triple.object) {
                    Self::Value
                } else {
                    Self::Property
                }
            }
            _ => Self::Node,
        }
    }
}

/// Gives at most one line at a time, and says which.
struct Lines<R> {
    inner: R,
    line: Rc<Cell<u64>>,
    /// Whether what is read next begins a line.
    begins: bool,
}

impl<R: BufRead> Read for Lines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let at_hand = self.inner.fill_buf()?;
        let most = at_hand.len().min(buffer.len());
        let line_end = at_hand[..most].iter().position(|&byte| byte == b'\n');
        let taken = line_end.map_or(most, |end| end + 1);
        buffer[..taken].copy_from_slice(&at_hand[..taken]);
        self.inner.consume(taken);
        self.line.set(self.line.get() + u64::from(self.begins));
        self.begins = line_end.is_some();
        Ok(taken)
    }
}
