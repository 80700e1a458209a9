//! The stored results: what each node of the data breaks, after one entry. Derived, and so outside
//! the journal: the judgement that accepts a write updates them, opening works them out again.
//!
//! Invariant: they are what judging the whole state would find, at the time of each judgement.

use codesocial_shacl::{Judged, Prefixes, Severity, ValidationResult};
use oxrdf::Term;
use std::sync::Arc;

/// The results by the node that was judged, which is not always their focus. A clone is cheap.
#[derive(Clone, Default)]
pub struct Results {
    by_node: imbl::HashMap<Term, Arc<[ValidationResult]>>,
    counts: ResultCounts,
}

/// How many results there are, by severity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ResultCounts {
    pub violations: usize,
    pub warnings: usize,
    /// Information, and severities of the operator's own.
    pub others: usize,
}

impl Results {
    /// What a node breaks.
    pub fn of(&self, node: &Term) -> &[ValidationResult] {
        self.by_node.get(node).map_or(&[], |results| results)
    }

    pub fn counts(&self) -> ResultCounts {
        self.counts
    }

    /// Whether the same constraint failed on the same value for a node that was judged.
    pub(crate) fn have(&self, node: &Term, result: &ValidationResult) -> bool {
        self.of(node).iter().any(|known| {
            known.source_shape == result.source_shape
                && known.source_constraint == result.source_constraint
                && known.component == result.component
                && known.focus == result.focus
                && known.path == result.path
                && known.value == result.value
        })
    }

    /// A line for each result, sorted: the same lines are the same results, and nothing that a
    /// text for people says is in them.
    pub(crate) fn lines(&self) -> Vec<String> {
        let line = |node: &Term, result: &ValidationResult| {
            let path = result.path.as_ref().map(|path| path.display(&Prefixes::default()));
            let value = result.value.as_ref().map(Term::to_string);
            format!(
                "{node}\t{}\t{}\t{}\t{}\t{}\t{}",
                result.source_shape,
                result.focus,
                path.unwrap_or_default(),
                result.component.iri(),
                value.unwrap_or_default(),
                result.severity.iri(),
            )
        };
        let of_node = |(node, results): (&Term, &Arc<[ValidationResult]>)| -> Vec<String> {
            results.iter().map(|result| line(node, result)).collect()
        };
        let mut lines: Vec<String> = self.by_node.iter().flat_map(of_node).collect();
        lines.sort_unstable();
        lines
    }

    pub(crate) fn insert(&mut self, judged: Judged) {
        let Judged { node, results } = judged;
        self.remove(&node);
        results.iter().for_each(|result| *self.counts.of(&result.severity) += 1);
        self.by_node.insert(node, results.into());
    }

    pub(crate) fn remove(&mut self, node: &Term) {
        for result in &*self.by_node.remove(node).unwrap_or_default() {
            *self.counts.of(&result.severity) -= 1;
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.by_node.is_empty()
    }
}

impl FromIterator<Judged> for Results {
    fn from_iter<I: IntoIterator<Item = Judged>>(judged: I) -> Self {
        let mut results = Self::default();
        judged.into_iter().for_each(|judged| results.insert(judged));
        results
    }
}

impl ResultCounts {
    fn of(&mut self, severity: &Severity) -> &mut usize {
        match severity {
            Severity::Violation => &mut self.violations,
            Severity::Warning => &mut self.warnings,
            Severity::Info | Severity::Other(_) => &mut self.others,
        }
    }
}
