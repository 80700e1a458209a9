//! Judging what a change of the shapes concerns, and keeping the rest, is judging all.

use crate::cases::{data, names, shape};
use crate::incremental::by_node;
use crate::{config, now, triples};
use codesocial_shacl::{FocusSet, GraphView as _, MemoryGraph, Shapes, affected, reshaped};
use oxrdf::Triple;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// What becomes of a shape.
#[derive(Clone, Debug)]
enum Edit {
    None,
    Described,
    Deactivated,
    Untargeted,
    Redrawn(String),
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        3 => Just(Edit::None),
        2 => Just(Edit::Described),
        1 => Just(Edit::Deactivated),
        1 => Just(Edit::Untargeted),
        2 => shape().prop_map(Edit::Redrawn),
    ]
}

impl Edit {
    /// The triples of shape `n` after the edit, of those before. What is kept keeps the labels of
    /// its blank nodes.
    fn of(&self, n: usize, before: &[Triple]) -> Vec<Triple> {
        let with = |more: &str| [before, &triples(&format!(":S{n} {more} ."))].concat();
        match self {
            Self::None => before.to_vec(),
            Self::Described => with("rdfs:label 'S' ; sh:name 'S' ; sh:message 'It is wrong.'"),
            Self::Deactivated => with("sh:deactivated true"),
            Self::Untargeted => {
                let is_target = |triple: &&Triple| triple.predicate.as_str().contains("#target");
                before.iter().filter(|triple| !is_target(triple)).cloned().collect()
            }
            Self::Redrawn(shape) => triples(&format!(":S{n} {shape} .")),
        }
    }
}

proptest! {
    #![proptest_config(config(500))]

    #[test]
    fn results_of_shapes_that_stay_the_same_are_kept(
        edited in prop::collection::vec((shape(), edit()), 1..5),
        data in data(0..30),
        removed in data(0..5),
        added in data(0..5),
    ) {
        // Every other shape consists of the next one, too.
        let nesting = |n: usize| match n % 2 {
            0 if n + 1 < edited.len() => triples(&format!(":S{n} sh:node :S{} .", n + 1)),
            _ => Vec::new(),
        };
        let (mut old, mut new) = (Vec::new(), Vec::new());
        for (n, (shape, edit)) in edited.iter().enumerate() {
            let before = triples(&format!(":S{n} {shape} ."));
            new.extend(edit.of(n, &before).into_iter().chain(nesting(n)));
            old.extend(before.into_iter().chain(nesting(n)));
        }
        let parse = |triples: Vec<Triple>| Shapes::parse(&triples.into_iter().collect());
        let (old, new) = (parse(old).expect("shapes"), parse(new).expect("shapes"));
        let names = triples(&names());
        let universe: MemoryGraph = names.iter().cloned().collect();
        let (before, _) = universe.updated(&names, &triples(&data));
        let (after, changed) = before.updated(&triples(&removed), &triples(&added));
        let by_shapes = reshaped((&old, &before), (&new, &after), |_| false, now());
        let judges_alike = |edit: &Edit| matches!(edit, Edit::None | Edit::Described);
        if edited.iter().all(|(_, edit)| judges_alike(edit)) {
            prop_assert_eq!(&by_shapes, &FocusSet::Nodes([].into()), "nothing has to be judged");
        }
        let by_data = affected(&new, &before, &after, &changed, now());
        let focus = match (by_data, by_shapes) {
            (FocusSet::Nodes(one), FocusSet::Nodes(other)) => FocusSet::Nodes(&one | &other),
            _ => FocusSet::Everything,
        };
        let mut kept = by_node(&old, &before, &FocusSet::Everything);
        let known = 0..u32::try_from(after.terms()).expect("a case is small");
        known
            .filter(|node| focus.contains(node))
            .for_each(|node| drop(kept.remove(&after.term(node).to_string())));
        kept.extend(by_node(&new, &after, &focus));
        prop_assert_eq!(said(kept), said(by_node(&new, &after, &FocusSet::Everything)));
    }
}

/// Without what shapes say of results, which is read when they are told.
fn said(results: BTreeMap<String, Vec<String>>) -> BTreeMap<String, Vec<String>> {
    let message =
        |line: &String| line.split("shape_messages").next().unwrap_or_default().to_owned();
    results.into_iter().map(|(node, lines)| (node, lines.iter().map(message).collect())).collect()
}

const SHAPES: &str = "
    :SA a sh:NodeShape ; sh:targetClass :A ; sh:property :name, :link ; sh:sparql :unlike .
    :name a sh:PropertyShape ; sh:path :p ; sh:minCount 1 ; sh:message 'Name it.' .
    :link a sh:PropertyShape ; sh:path :q ; sh:node :SB .
    :unlike sh:message '{$this}' ; sh:select '''
        SELECT $this ?value { $this <http://example.org/r> ?value }''' .
    :SB a sh:NodeShape ; sh:targetClass :B ; sh:property :short .
    :short a sh:PropertyShape ; sh:path :p ; sh:maxCount 1 .
    :SC a sh:NodeShape ; sh:targetClass :C ; sh:property :name .
";

#[test]
fn only_the_targets_of_shapes_that_changed_are_judged() {
    let data = ":n0 a :A . :n1 a :A . :n2 a :B . :n3 a :C . :n4 a :D .";
    let data: MemoryGraph = triples(data).into_iter().collect();
    let shapes = |turtle: &str| Shapes::parse(&triples(turtle).into_iter().collect());
    let before = shapes(SHAPES).expect("shapes");
    for (from, to, judged) in [
        ("", "", "none"),
        ("'Name it.'", "'Name it, please.'", "none"),
        (":name a", ":name rdfs:label 'N' ; sh:name 'N' ; sh:order 1 ; :rule 'R1' ; a", "none"),
        ("sh:minCount 1", "sh:minCount 2", ":n0 :n1 :n3"),
        ("sh:maxCount 1", "sh:maxCount 2", ":n0 :n1 :n2"),
        (":short a", ":short sh:severity sh:Warning ; a", ":n0 :n1 :n2"),
        ("'{$this}'", "'{?value}'", ":n0 :n1"),
        ("example.org/r>", "example.org/q>", ":n0 :n1"),
        ("targetClass :C", "targetClass :D", ":n3 :n4"),
        (":SC a sh:NodeShape ; sh:targetClass :C ;", ":SC a sh:NodeShape ;", ":n3"),
        (":SB a", ":SD sh:targetClass :D ; sh:class :C . :SB a", ":n4"),
        (":SB a", ":SD sh:targetNode :n9 ; sh:class :C . :SB a", "everything"),
        (
            ":SB a",
            ":x sh:declare [ sh:prefix 'e' ; sh:namespace 'http://e/' ] . :SB a",
            "everything",
        ),
    ] {
        let after = shapes(&SHAPES.replace(from, to)).expect("shapes");
        let focus = reshaped((&before, &data), (&after, &data), |_| false, now());
        let name = |node: &u32| {
            data.term(*node).to_string().replace("<http://example.org/", ":").replace('>', "")
        };
        let mut told = match focus {
            FocusSet::Everything => vec!["everything".to_owned()],
            FocusSet::Nodes(nodes) if nodes.is_empty() => vec!["none".to_owned()],
            FocusSet::Nodes(nodes) => nodes.iter().map(name).collect(),
        };
        told.sort();
        assert_eq!(told.join(" "), judged, "{from} → {to}");
    }
}
