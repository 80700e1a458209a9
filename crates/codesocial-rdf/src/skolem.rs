//! Blank nodes at the door: each becomes `{document}#b-{64 random bits}` when it enters, and is
//! written as a blank node again when it leaves. Inside there are no blank nodes at all.

use oxrdf::{BlankNode, NamedNode, NamedNodeRef, NamedOrBlankNode, Term, Triple};
use std::collections::{BTreeMap, HashMap};

const MARK: &str = "#b-";
const DIGITS: usize = 16;

/// The IRI that stands for a blank node of `document`.
pub fn iri(document: &str, bits: u64) -> NamedNode {
    let document = document.split_once('#').map_or(document, |(document, _)| document);
    NamedNode::new_unchecked(format!("{document}{MARK}{bits:016x}"))
}

/// Whether an IRI stands for a blank node.
pub fn is_skolem(iri: &str) -> bool {
    digits(iri).is_some_and(|digits| {
        digits.len() == DIGITS && digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    })
}

/// Whether an IRI has the fragment that is kept for us, well formed or not: clients may not use it.
pub fn is_reserved(iri: &str) -> bool {
    digits(iri).is_some()
}

fn digits(iri: &str) -> Option<&str> {
    iri.split_once('#').and_then(|(_, fragment)| fragment.strip_prefix(&MARK[1..]))
}

/// The blank node that an IRI stands for.
pub fn blank(iri: NamedNodeRef<'_>) -> Option<BlankNode> {
    is_skolem(iri.as_str()).then(|| {
        let label = digits(iri.as_str()).expect("a skolem IRI has the mark");
        BlankNode::new_unchecked(format!("b{label}"))
    })
}

/// The triples with every blank node replaced: by the IRI that `known` has for it, else by a fresh
/// one of `document` from `mint`.
pub fn skolemise(
    triples: &mut [Triple],
    document: &str,
    mut known: HashMap<BlankNode, NamedNode>,
    mut mint: impl FnMut() -> u64,
) {
    let mut name = |node: &BlankNode| {
        known.entry(node.clone()).or_insert_with(|| iri(document, mint())).clone()
    };
    for triple in triples {
        if let NamedOrBlankNode::BlankNode(node) = &triple.subject {
            triple.subject = name(node).into();
        }
        if let Term::BlankNode(node) = &triple.object {
            triple.object = name(node).into();
        }
    }
}

/// The triple as it leaves: skolem IRIs are blank nodes again.
pub fn unskolemise(mut triple: Triple) -> Triple {
    if let NamedOrBlankNode::NamedNode(node) = &triple.subject
        && let Some(blank) = blank(node.as_ref())
    {
        triple.subject = blank.into();
    }
    if let Term::NamedNode(node) = &triple.object
        && let Some(blank) = blank(node.as_ref())
    {
        triple.object = blank.into();
    }
    triple
}

/// Which stored IRI each incoming blank node continues.
///
/// `incoming` has blank nodes, `stored` their skolem IRIs. Nodes are told apart by colour
/// refinement on both sides together; where several look alike, one pair at a time is fixed and the
/// colours refined again, so that an unchanged document maps onto itself. What has no counterpart
/// is left out, and will be minted. Work is bounded by [`MATCH_STEPS_MAX`].
pub fn continuing(incoming: &[Triple], stored: &[Triple]) -> HashMap<BlankNode, NamedNode> {
    let stored: Vec<Triple> = stored.iter().cloned().map(unskolemise_keeping).collect();
    let mut left = Colours::new(incoming);
    let mut right = Colours::new(&stored);
    let (mut steps, mut pairs) = (0, HashMap::new());
    while steps <= MATCH_STEPS_MAX {
        steps += refine(&mut left, &mut right);
        let alike = alike(&left, &right, &pairs);
        let only = alike.iter().filter(|(ours, theirs)| ours.len() == 1 && theirs.len() == 1);
        let mut found: Vec<(&str, &str)> =
            only.map(|(ours, theirs)| (ours[0], theirs[0])).collect();
        // Of several that look alike one pair is fixed: the next round tells the rest apart.
        if let (true, Some((ours, theirs))) = (found.is_empty(), alike.first()) {
            let partner = partner(&left, &right, ours[0], theirs, &mut steps);
            found.push((ours[0], partner));
        }
        if found.is_empty() {
            break;
        }
        for (ours, theirs) in found {
            let colour = u64::MAX - pairs.len() as u64;
            left.fix(ours, colour);
            right.fix(theirs, colour);
            pairs.insert(ours, theirs);
        }
    }
    pairs
        .into_iter()
        .map(|(one, other)| (BlankNode::new_unchecked(one), NamedNode::new_unchecked(other)))
        .collect()
}

/// Of nodes that look like `ours`, the first one whose neighbours look like its neighbours too, as
/// far as fixing both tells: a node of a ring of three looks like one of a ring of two.
fn partner<'b>(
    left: &Colours<'_>,
    right: &Colours<'b>,
    ours: &str,
    theirs: &[&'b str],
    steps: &mut usize,
) -> &'b str {
    let mut fits = |their: &str| {
        if *steps > MATCH_STEPS_MAX {
            return false;
        }
        let (mut left, mut right) = (left.clone(), right.clone());
        left.fix(ours, 0);
        right.fix(their, 0);
        *steps += refine(&mut left, &mut right);
        left.sorted() == right.sorted()
    };
    theirs.iter().copied().find(|their| fits(their)).unwrap_or(theirs[0])
}

/// How many blank nodes look like another one, however closely one looks.
pub(crate) fn alike_nodes(triples: &[Triple]) -> usize {
    let (mut colours, mut nothing) = (Colours::new(triples), Colours::new(&[]));
    refine(&mut colours, &mut nothing);
    let mut of_colour: HashMap<u64, usize> = HashMap::new();
    colours.of.values().for_each(|colour| *of_colour.entry(*colour).or_default() += 1);
    of_colour.into_values().filter(|nodes| *nodes > 1).sum()
}

/// How many triples the matching of blank nodes may look at, over all its rounds.
pub const MATCH_STEPS_MAX: usize = 2_000_000;

/// A blank node whose label is the whole skolem IRI, so that it can be named again.
fn unskolemise_keeping(mut triple: Triple) -> Triple {
    let keep = |node: &NamedNode| {
        is_skolem(node.as_str()).then(|| BlankNode::new_unchecked(node.as_str()))
    };
    if let NamedOrBlankNode::NamedNode(node) = &triple.subject
        && let Some(blank) = keep(node)
    {
        triple.subject = blank.into();
    }
    if let Term::NamedNode(node) = &triple.object
        && let Some(blank) = keep(node)
    {
        triple.object = blank.into();
    }
    triple
}

/// Nodes of both sides that have one colour and no partner yet, by name.
type Alike<'a, 'b> = (Vec<&'a str>, Vec<&'b str>);

fn alike<'a, 'b>(
    left: &Colours<'a>,
    right: &Colours<'b>,
    pairs: &HashMap<&'a str, &'b str>,
) -> Vec<Alike<'a, 'b>> {
    let mut by_colour: BTreeMap<u64, Alike<'a, 'b>> = BTreeMap::new();
    for (node, colour) in left.of.iter().filter(|(node, _)| !pairs.contains_key(*node)) {
        by_colour.entry(*colour).or_default().0.push(node);
    }
    for (node, colour) in &right.of {
        if let Some((_, theirs)) = by_colour.get_mut(colour) {
            theirs.push(node);
        }
    }
    by_colour.retain(|_, (ours, theirs)| !ours.is_empty() && !theirs.is_empty());
    for (ours, theirs) in by_colour.values_mut() {
        ours.sort_unstable();
        theirs.sort_unstable();
    }
    by_colour.into_values().collect()
}

/// Refines both sides by as many rounds, until no colour class splits any more: colours of
/// different rounds cannot be compared. Gives the number of triples looked at.
fn refine(left: &mut Colours<'_>, right: &mut Colours<'_>) -> usize {
    let (mut steps, mut classes) = (0, (left.classes(), right.classes()));
    loop {
        steps += left.triples.len() + right.triples.len() + 1;
        left.round();
        right.round();
        let now = (left.classes(), right.classes());
        if now.0 <= classes.0 && now.1 <= classes.1 || steps > MATCH_STEPS_MAX {
            return steps;
        }
        classes = now;
    }
}

/// A colour per blank node: a hash of all that can be said of it without naming blank nodes.
#[derive(Clone)]
struct Colours<'a> {
    triples: &'a [Triple],
    of: HashMap<&'a str, u64>,
}

impl<'a> Colours<'a> {
    fn new(triples: &'a [Triple]) -> Self {
        let mut of = HashMap::new();
        for triple in triples {
            if let NamedOrBlankNode::BlankNode(node) = &triple.subject {
                of.insert(node.as_str(), 0);
            }
            if let Term::BlankNode(node) = &triple.object {
                of.insert(node.as_str(), 0);
            }
        }
        Self { triples, of }
    }

    fn fix(&mut self, node: &str, colour: u64) {
        if let Some(own) = self.of.get_mut(node) {
            *own = colour;
        }
    }

    /// All colours, to compare two sides.
    fn sorted(&self) -> Vec<u64> {
        let mut colours: Vec<u64> = self.of.values().copied().collect();
        colours.sort_unstable();
        colours
    }

    fn classes(&self) -> usize {
        self.of.values().collect::<std::collections::HashSet<_>>().len()
    }

    fn round(&mut self) {
        let mut next: HashMap<&'a str, u64> =
            self.of.iter().map(|(node, colour)| (*node, hash(("self", colour)))).collect();
        for Triple { subject, predicate, object } in self.triples {
            let subject_colour = match subject {
                NamedOrBlankNode::BlankNode(node) => self.of[node.as_str()],
                NamedOrBlankNode::NamedNode(node) => hash(node),
            };
            let object_colour = match object {
                Term::BlankNode(node) => self.of[node.as_str()],
                Term::NamedNode(_) | Term::Literal(_) => hash(object),
            };
            // Sums do not depend on the order of the triples.
            if let NamedOrBlankNode::BlankNode(node) = subject {
                let slot = next.get_mut(node.as_str()).expect("every blank node has a colour");
                *slot = slot.wrapping_add(hash(("out", predicate, object_colour)));
            }
            if let Term::BlankNode(node) = object {
                let slot = next.get_mut(node.as_str()).expect("every blank node has a colour");
                *slot = slot.wrapping_add(hash(("in", predicate, subject_colour)));
            }
        }
        self.of = next;
    }
}

fn hash(value: impl std::hash::Hash) -> u64 {
    use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
    BuildHasherDefault::<DefaultHasher>::default().hash_one(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse;

    fn read(turtle: &str) -> Vec<Triple> {
        parse::triples(turtle.as_bytes(), crate::RdfSyntax::Turtle, "http://x/doc").expect("Turtle")
    }

    /// Stores a document, then counts the nodes that a second version does not continue.
    #[track_caller]
    fn check(first: &str, second: &str, minted_again: usize) {
        let mut next = 0;
        let mut mint = || {
            next += 1;
            next
        };
        let mut stored = read(first);
        skolemise(&mut stored, "http://x/doc", HashMap::new(), &mut mint);
        let before = next;
        let mut mint = || {
            next += 1;
            next
        };
        let mut again = read(second);
        let known = continuing(&again, &stored);
        skolemise(&mut again, "http://x/doc", known, &mut mint);
        assert_eq!((next - before) as usize, minted_again);
        if minted_again == 0 && first == second {
            stored.sort_unstable_by_key(Triple::to_string);
            again.sort_unstable_by_key(Triple::to_string);
            assert_eq!(stored, again);
        }
    }

    #[test]
    fn an_unchanged_document_maps_onto_itself() {
        let turtle = "<> <p:p> [ <p:q> 1 ], [ <p:q> 2 ; <p:r> [ <p:q> 3 ] ] .";
        check(turtle, turtle, 0);
    }

    #[test]
    fn nodes_that_look_alike_keep_their_neighbours() {
        let turtle = "<> <p:p> [ <p:q> [] ], [ <p:q> [] ], [ <p:q> [ <p:q> [] ] ] .
                      _:a <p:r> _:b . _:b <p:r> _:c . _:c <p:r> _:a .
                      _:d <p:r> _:e . _:e <p:r> _:d .";
        check(turtle, turtle, 0);
    }

    #[test]
    fn only_what_is_new_is_minted() {
        check("<> <p:p> [ <p:q> 1 ] .", "<> <p:p> [ <p:q> 1 ], [ <p:q> 2 ] .", 1);
        check("<> <p:p> [ <p:q> 1 ], [ <p:q> 2 ] .", "<> <p:p> [ <p:q> 2 ] .", 0);
    }

    #[test]
    fn a_complete_graph_of_blank_nodes_is_matched_within_the_bound() {
        let mut turtle = String::new();
        for a in 0..12 {
            for b in 0..12 {
                turtle.push_str(&format!("_:n{a} <p:p> _:n{b} .\n"));
            }
        }
        check(&turtle, &turtle, 0);
    }

    #[test]
    fn a_document_of_many_blank_nodes_maps_onto_itself() {
        let turtle: String =
            (0..2_000).map(|n| format!("<> <p:p> [ <p:q> {n} ; <p:r> [ <p:s> 1 ] ] .\n")).collect();
        check(&turtle, &turtle, 0);
    }

    #[test]
    fn what_enters_as_a_blank_node_leaves_as_one() {
        let iri = iri("http://x/doc#part", 255);
        assert_eq!(iri.as_str(), "http://x/doc#b-00000000000000ff");
        assert_eq!(blank(iri.as_ref()), Some(BlankNode::new_unchecked("b00000000000000ff")));
        assert!(is_reserved("http://x/doc#b-x") && !is_skolem("http://x/doc#b-x"));
        assert!(!is_reserved("http://x/doc#body"));
    }
}
