//! The stored results: what each node of the data breaks, after one entry. Derived, and so outside
//! the journal: the judgement that accepts a write updates them, opening works them out again.
//!
//! A registry may hold very many remarks, so a result is a few words: what it shares with the other
//! results of its constraint is held once, and what its shape says of it is read there when it is
//! told.
//!
//! Invariant: they are what judging the whole state would find, at the time of each judgement.

use codesocial_shacl::{Component, Path, Prefixes, Severity, Shapes, ValidationResult};
use oxrdf::{Literal, NamedNode, NamedOrBlankNode, Term};
use std::sync::Arc;

/// The results by the node that was judged, which is not always their focus. A clone is cheap.
#[derive(Clone, Default)]
pub struct Results {
    by_node: imbl::HashMap<Term, Arc<[StoredResult]>>,
    /// All that is broken, each once.
    broken: imbl::HashMap<Arc<Broken>, ()>,
    counts: ResultCounts,
    are_unknown: bool,
}

/// A result without what it has in common with others.
#[derive(Debug, Clone)]
pub struct StoredResult {
    pub broken: Arc<Broken>,
    /// Where that is not the node that was judged.
    focus: Option<Box<Term>>,
    value: Option<Box<Term>>,
    found: Option<Box<str>>,
}

/// A constraint that is not met, wherever that is.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Broken {
    pub source_shape: NamedOrBlankNode,
    pub severity: Severity,
    path: Option<Path<NamedNode>>,
    component: Component,
    expected: Box<str>,
    source_constraint: Option<NamedOrBlankNode>,
    /// What a query said, which only its solution knows. Else it is what the shape says.
    messages: Option<Box<[Literal]>>,
    annotations: Box<[(NamedNode, Term)]>,
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
    /// What a node breaks, in the words of the shapes in force.
    pub(crate) fn told<'a>(
        &'a self,
        node: &'a Term,
        shapes: &'a Shapes,
    ) -> impl Iterator<Item = ValidationResult> {
        self.of(node).iter().map(move |result| result.told(node, shapes))
    }

    /// What a node breaks.
    pub fn of(&self, node: &Term) -> &[StoredResult] {
        self.by_node.get(node).map_or(&[], |results| results)
    }

    /// Every node that breaks something, and what.
    pub fn iter(&self) -> impl Iterator<Item = (&Term, &[StoredResult])> {
        self.by_node.iter().map(|(node, results)| (node, &**results))
    }

    /// None, for they could not be worked out: all has to be judged.
    pub(crate) fn unknown() -> Self {
        Self { are_unknown: true, ..Self::default() }
    }

    pub(crate) fn are_known(&self) -> bool {
        !self.are_unknown
    }

    pub fn counts(&self) -> ResultCounts {
        self.counts
    }

    /// Whether the same constraint failed on the same value for a node that was judged.
    pub(crate) fn have(&self, node: &Term, result: &ValidationResult) -> bool {
        self.of(node).iter().any(|known| {
            known.broken.source_shape == result.source_shape
                && known.broken.source_constraint == result.source_constraint
                && known.broken.component == result.component
                && *known.focus(node) == result.focus
                && known.broken.path == result.path
                && known.value.as_deref() == result.value.as_ref()
        })
    }

    /// A line for each result, sorted: the same lines are the same results, and nothing that a
    /// text for people says is in them.
    pub(crate) fn lines(&self) -> Vec<String> {
        let of_node = |(node, results): (&Term, &Arc<[StoredResult]>)| -> Vec<String> {
            results.iter().map(|result| result.line(node)).collect()
        };
        let mut lines: Vec<String> = self.by_node.iter().flat_map(of_node).collect();
        lines.sort_unstable();
        lines
    }

    /// Takes in what a shape found from a node, beside what others did.
    pub(crate) fn add(&mut self, node: Term, results: Vec<ValidationResult>) {
        let mut found = Vec::with_capacity(results.len());
        for result in results {
            *self.counts.of(&result.severity) += 1;
            found.push(self.stored(&node, result));
        }
        let known = self.of(&node).iter().cloned();
        let all = known.chain(found).collect();
        self.by_node.insert(node, all);
    }

    fn stored(&mut self, node: &Term, result: ValidationResult) -> StoredResult {
        let (broken, focus, value, found) = Broken::of(result);
        let broken = match self.broken.get_key_value(&broken) {
            Some((known, ())) => known.clone(),
            None => {
                let broken = Arc::new(broken);
                self.broken.insert(broken.clone(), ());
                broken
            }
        };
        StoredResult {
            broken,
            focus: (focus != *node).then(|| focus.into()),
            value: value.map(Box::new),
            found: found.map(String::into_boxed_str),
        }
    }

    /// The results of all other nodes.
    pub(crate) fn without(&self, nodes: impl Iterator<Item = Term>) -> Self {
        let mut rest = self.clone();
        if !rest.by_node.is_empty() {
            nodes.for_each(|node| rest.remove(&node));
        }
        rest
    }

    fn remove(&mut self, node: &Term) {
        for result in &*self.by_node.remove(node).unwrap_or_default() {
            *self.counts.of(&result.broken.severity) -= 1;
        }
    }
}

impl StoredResult {
    /// The node that is at fault, found from the one that was judged.
    pub fn focus<'a>(&'a self, node: &'a Term) -> &'a Term {
        self.focus.as_deref().unwrap_or(node)
    }

    pub fn value(&self) -> Option<&Term> {
        self.value.as_deref()
    }

    /// The result, in the words of the shapes in force.
    pub(crate) fn told(&self, node: &Term, shapes: &Shapes) -> ValidationResult {
        let broken = &*self.broken;
        ValidationResult {
            source_shape: broken.source_shape.clone(),
            focus: self.focus(node).clone(),
            path: broken.path.clone(),
            component: broken.component.clone(),
            value: self.value.as_deref().cloned(),
            severity: broken.severity.clone(),
            expected: broken.expected.as_ref().to_owned(),
            found: self.found.as_deref().map(str::to_owned),
            shape_messages: broken.messages(shapes).to_vec(),
            source_constraint: broken.source_constraint.clone(),
            annotations: broken.annotations.to_vec(),
        }
    }

    fn line(&self, node: &Term) -> String {
        let Broken { source_shape, path, component, severity, .. } = &*self.broken;
        let path = path.as_ref().map(|path| path.display(&Prefixes::default()));
        let value = self.value.as_deref().map(Term::to_string);
        format!(
            "{node}\t{source_shape}\t{}\t{}\t{}\t{}\t{}",
            self.focus(node),
            path.unwrap_or_default(),
            component.iri(),
            value.unwrap_or_default(),
            severity.iri(),
        )
    }
}

impl Broken {
    /// What a result has in common with others, and what is its own: focus, value, what was found.
    fn of(result: ValidationResult) -> (Self, Term, Option<Term>, Option<String>) {
        let is_query = matches!(result.component, Component::Sparql | Component::Declared(_));
        let broken = Self {
            source_shape: result.source_shape,
            severity: result.severity,
            path: result.path,
            component: result.component,
            expected: result.expected.into(),
            source_constraint: result.source_constraint,
            messages: is_query.then(|| result.shape_messages.into()),
            annotations: result.annotations.into(),
        };
        (broken, result.focus, result.value, result.found)
    }

    /// What tells this constraint from others, whatever a query said of it.
    pub fn constraint(&self) -> String {
        let path = self.path.as_ref().map(|path| path.display(&Prefixes::default()));
        format!(
            "{} {} {} {:?} {}",
            self.source_shape,
            self.component.iri(),
            path.unwrap_or_default(),
            self.source_constraint,
            self.expected,
        )
    }

    /// The shape as addresses name it.
    pub fn source_shape_name(&self) -> String {
        match &self.source_shape {
            NamedOrBlankNode::NamedNode(shape) => shape.as_str().to_owned(),
            NamedOrBlankNode::BlankNode(shape) => shape.to_string(),
        }
    }

    fn messages<'a>(&'a self, shapes: &'a Shapes) -> &'a [Literal] {
        let of_shape = || shapes.find(&self.source_shape).map(|shape| &*shapes[shape].messages);
        self.messages.as_deref().or_else(of_shape).unwrap_or_default()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moment;
    use codesocial_rdf::{RdfSyntax, parse};
    use codesocial_shacl::{FocusSet, Judged, MemoryGraph, judge};
    use jiff::Timestamp;

    const SHAPES: &str = r#"
        @prefix sh: <http://www.w3.org/ns/shacl#> .
        <s:org> sh:targetSubjectsOf <p:name> ; sh:property <s:name>, <s:home> ;
            sh:sparql [ sh:select "SELECT $this ?value { $this <p:name> ?value }" ;
                sh:severity sh:Info ; sh:message "{?value}, dit {$this}"@fr ] .
        <s:name> sh:path <p:name> ; sh:maxCount 1 ; sh:message "Un nom."@fr, "One name."@en .
        <s:home> sh:path ( <p:site> <p:home> ) ; sh:nodeKind sh:IRI ; sh:severity sh:Warning .
    "#;

    #[test]
    fn a_result_is_told_as_it_was_found_and_what_results_share_is_held_once() {
        let data = "<n:a> <p:name> 'a', 'b' ; <p:site> <n:s> . <n:s> <p:home> 'x', 'y' .
            <n:c> <p:name> 'c', 'd' .";
        let triples = |text: &str| {
            parse::triples(text.as_bytes(), RdfSyntax::Turtle, "http://x/").expect("Turtle")
        };
        let shapes = triples(SHAPES).into_iter().collect();
        let shapes = Shapes::parse(&shapes).expect("shapes");
        let data: MemoryGraph = triples(data).into_iter().collect();
        let (mut stored, mut found) = (Results::default(), Vec::new());
        let keep = |judged: Judged| {
            stored.add(judged.node.clone(), judged.results.clone());
            found.push(judged);
        };
        let now = moment(Timestamp::UNIX_EPOCH);
        judge(&shapes, &data, &FocusSet::Everything, now, keep).expect("a small graph");
        assert_eq!(found.iter().map(|judged| judged.results.len()).sum::<usize>(), 8);
        for Judged { node, results } in &found {
            assert_eq!(stored.told(node, &shapes).collect::<Vec<_>>(), *results, "{node}");
        }
        let counts = ResultCounts { violations: 2, warnings: 2, others: 4 };
        assert_eq!(stored.counts(), counts);
        assert_eq!(stored.broken.len(), 6, "each answer of a query has its own text");
        let rest = stored.without(found.into_iter().map(|judged| judged.node));
        assert_eq!((rest.counts(), rest.by_node.len()), (ResultCounts::default(), 0));
    }
}
