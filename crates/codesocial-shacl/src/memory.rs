//! A graph held in memory: the view of the command line and of the tests.
//!
//! Invariant: triples are sorted and distinct in three orders, each with the place where the
//! triples of one leading term begin, so that a walk from a node starts with one look-up.

use crate::view::{GraphView, TermKind};
use indexmap::IndexSet;
use oxrdf::{Term, TermRef, Triple};
use rustc_hash::FxBuildHasher;
use std::collections::BTreeSet;

/// An interned, immutable graph; [`MemoryGraph::updated`] makes the next one.
#[derive(Clone, Debug, Default)]
pub struct MemoryGraph {
    terms: IndexSet<Term, FxBuildHasher>,
    spo: Order,
    ops: Order,
    pso: Order,
}

impl MemoryGraph {
    pub fn len(&self) -> usize {
        self.spo.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.spo.rows.is_empty()
    }

    /// How many terms its triples have; their handles are the numbers below.
    pub fn terms(&self) -> usize {
        self.terms.len()
    }

    /// The graph after a change, with the ids of this one still valid, and the triples whose
    /// presence differs. What is both removed and added is added.
    pub fn updated(&self, removed: &[Triple], added: &[Triple]) -> (Self, Vec<[u32; 3]>) {
        let mut terms = self.terms.clone();
        let mut rows = |triples: &[Triple]| -> BTreeSet<[u32; 3]> {
            triples.iter().map(|triple| interned(&mut terms, triple.clone())).collect()
        };
        let (removed, added) = (rows(removed), rows(added));
        let mut changed: Vec<_> = removed.union(&added).copied().collect();
        let kept = self.triples().filter(|triple| !removed.contains(triple));
        let rows = kept.chain(added).collect();
        let after = Self::from_rows(terms, rows);
        changed.retain(|&[s, p, o]| self.contains(s, p, o) != after.contains(s, p, o));
        (after, changed)
    }

    fn from_rows(terms: IndexSet<Term, FxBuildHasher>, rows: Vec<[u32; 3]>) -> Self {
        let count = terms.len();
        let ops = Order::new(rows.iter().map(|&[s, p, o]| [o, p, s]).collect(), count);
        let pso = Order::new(rows.iter().map(|&[s, p, o]| [p, s, o]).collect(), count);
        Self { terms, spo: Order::new(rows, count), ops, pso }
    }
}

impl FromIterator<Triple> for MemoryGraph {
    fn from_iter<I: IntoIterator<Item = Triple>>(triples: I) -> Self {
        let mut terms = IndexSet::default();
        let rows = triples.into_iter().map(|triple| interned(&mut terms, triple)).collect();
        Self::from_rows(terms, rows)
    }
}

fn interned(terms: &mut IndexSet<Term, FxBuildHasher>, triple: Triple) -> [u32; 3] {
    [triple.subject.into(), triple.predicate.into(), triple.object].map(|term| {
        u32::try_from(terms.insert_full(term).0).expect("a graph in memory holds under 2^32 terms")
    })
}

impl GraphView for MemoryGraph {
    type Node = u32;

    fn node(&self, term: TermRef<'_>) -> Option<u32> {
        let index = self.terms.get_index_of(&term.into_owned())?;
        Some(u32::try_from(index).expect("ids of terms are under 2^32"))
    }

    fn term(&self, node: u32) -> Term {
        self.terms[node as usize].clone()
    }

    fn objects(&self, s: u32, p: u32) -> impl Iterator<Item = u32> {
        self.spo.third(s, p)
    }

    fn subjects(&self, p: u32, o: u32) -> impl Iterator<Item = u32> {
        self.ops.third(o, p)
    }

    fn pairs(&self, p: u32) -> impl Iterator<Item = (u32, u32)> {
        self.pso.under(p).iter().map(|&[_, s, o]| (s, o))
    }

    fn out(&self, s: u32) -> impl Iterator<Item = (u32, u32)> {
        self.spo.under(s).iter().map(|&[_, p, o]| (p, o))
    }

    fn into(&self, o: u32) -> impl Iterator<Item = (u32, u32)> {
        self.ops.under(o).iter().map(|&[_, p, s]| (s, p))
    }

    fn contains(&self, s: u32, p: u32, o: u32) -> bool {
        self.spo.under(s).binary_search(&[s, p, o]).is_ok()
    }

    fn triples(&self) -> impl Iterator<Item = [u32; 3]> {
        self.spo.rows.iter().copied()
    }

    fn read<R>(&self, node: u32, judge: impl FnOnce(TermRef<'_>) -> R) -> R {
        judge(self.terms[node as usize].as_ref())
    }

    fn kind(&self, node: u32) -> TermKind {
        TermKind::of(self.terms[node as usize].as_ref())
    }
}

/// Rows sorted by their three columns, with the first row of each leading id.
#[derive(Clone, Debug, Default)]
struct Order {
    rows: Vec<[u32; 3]>,
    starts: Vec<u32>,
}

impl Order {
    fn new(mut rows: Vec<[u32; 3]>, terms: usize) -> Self {
        rows.sort_unstable();
        rows.dedup();
        let mut starts = vec![0; terms + 1];
        for [leading, ..] in &rows {
            starts[*leading as usize + 1] += 1;
        }
        for id in 1..starts.len() {
            starts[id] += starts[id - 1];
        }
        Self { rows, starts }
    }

    fn under(&self, leading: u32) -> &[[u32; 3]] {
        let leading = leading as usize;
        match self.starts.get(leading..leading + 2) {
            Some(&[start, end]) => &self.rows[start as usize..end as usize],
            _ => &[],
        }
    }

    fn third(&self, leading: u32, second: u32) -> impl Iterator<Item = u32> {
        let rows = self.under(leading);
        let start = rows.partition_point(|row| row[1] < second);
        rows[start..].iter().take_while(move |row| row[1] == second).map(|row| row[2])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::check_graph_view;

    fn parse(turtle: &str) -> Vec<Triple> {
        oxttl::TurtleParser::new()
            .with_base_iri("http://example.org/")
            .unwrap()
            .for_slice(turtle.as_bytes())
            .collect::<Result<_, _>>()
            .unwrap()
    }

    const SAMPLE: &str =
        r#"<a> <p> <b>, "x", "x"@fr, 1, 01, _:n . <b> <q> <a>, <b> . _:n <p> <p> . <a> <p> <b> ."#;

    #[test]
    fn a_graph_in_memory_is_a_graph_view() {
        let triples = parse(SAMPLE);
        check_graph_view(&triples.iter().cloned().collect::<MemoryGraph>(), &triples);
    }

    #[test]
    fn an_update_keeps_ids_and_tells_the_net_change() {
        let before: MemoryGraph = parse("<a> <p> <b> . <b> <p> <c> .").into_iter().collect();
        let (after, changed) = before.updated(
            &parse("<a> <p> <b> . <b> <p> <c> . <x> <p> <y> ."),
            &parse("<b> <p> <c> . <c> <p> <d> ."),
        );
        check_graph_view(&after, &parse("<b> <p> <c> . <c> <p> <d> ."));
        let text = |n: u32| after.term(n).to_string().replace("http://example.org/", "");
        let changed: Vec<String> = changed.iter().map(|t| t.map(text).join(" ")).collect();
        assert_eq!(changed, ["<a> <p> <b>", "<c> <p> <d>"]);
        assert_eq!(after.term(0), before.term(0));
    }
}
