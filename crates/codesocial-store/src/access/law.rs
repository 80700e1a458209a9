//! The law of access, tried on random trees: what is decided is what a plain reading of the
//! specification says, and what is kept from entry to entry is what a fresh look finds.

use super::{AccessIndex, AccessMode, Agent, Modes, Person, Scope, document_of};
use crate::State;
use crate::state::{GraphRecord, Quads};
use crate::{OpaqueId, Random};
use codesocial_rdf::vocab::{acl, foaf, ldp, rdf, vcard};
use codesocial_rdf::{Base, Changeset};
use oxrdf::{GraphName, NamedNode, NamedNodeRef, Quad, Term};
use proptest::prelude::*;
use std::sync::Arc;

const BASE: &str = "http://x/";
const PATHS: [&str; 9] = ["", "a", "a/b", "a/b/c", "a/d", "e", "e/f", "sandbox", "sandbox/g"];
const PEOPLE: [&str; 3] = ["http://x/users/p", "http://x/users/q", "https://elsewhere/r#me"];
const GROUP: &str = "http://x/e#circle";
const MODES: [NamedNodeRef<'_>; 5] = [
    acl::READ,
    acl::APPEND,
    acl::WRITE,
    acl::CONTROL,
    NamedNodeRef::new_unchecked("http://x/ns#Levitate"),
];

/// One authorization, as it is written.
#[derive(Debug, Clone)]
struct Rule {
    is_authorization: bool,
    access_to: Option<usize>,
    default: Option<usize>,
    modes: Vec<usize>,
    everyone: bool,
    authenticated: bool,
    person: Option<usize>,
    group: bool,
    origin: bool,
    condition: bool,
}

/// A tree: for each path its access document, if any, and who is in the circle.
#[derive(Debug, Clone)]
pub(crate) struct Tree {
    acls: Vec<Option<Vec<Rule>>>,
    members: Vec<bool>,
}

fn rule() -> impl Strategy<Value = Rule> {
    let target = || proptest::option::weighted(0.6, 0..PATHS.len());
    let whom = (
        any::<bool>(),
        any::<bool>(),
        proptest::option::of(0..PEOPLE.len()),
        any::<bool>(),
        proptest::bool::weighted(0.2),
        proptest::bool::weighted(0.1),
    );
    let modes = proptest::collection::vec(0..MODES.len(), 0..3);
    (proptest::bool::weighted(0.9), target(), target(), modes, whom).prop_map(
        |(is_authorization, access_to, default, modes, whom)| {
            let (everyone, authenticated, person, group, origin, condition) = whom;
            Rule {
                is_authorization,
                access_to,
                default,
                modes,
                everyone,
                authenticated,
                person,
                group,
                origin,
                condition,
            }
        },
    )
}

pub(crate) fn tree() -> impl Strategy<Value = Tree> {
    // A rule is mostly about the document that it is written for.
    let own = |n: usize| {
        let rules = proptest::collection::vec((rule(), any::<[bool; 2]>()), 1..4);
        let rules = rules.prop_map(move |rules| {
            let own = |target: Option<usize>, turn| if turn { target.map(|_| n) } else { target };
            let turned = rules.into_iter().map(|(rule, [to, below])| Rule {
                access_to: own(rule.access_to, to),
                default: own(rule.default, below),
                ..rule
            });
            turned.collect::<Vec<_>>()
        });
        proptest::option::of(rules)
    };
    let acls: Vec<_> = (0..PATHS.len()).map(own).collect();
    (acls, proptest::collection::vec(any::<bool>(), PEOPLE.len()))
        .prop_map(|(acls, members)| Tree { acls, members })
}

fn iri(path: &str) -> NamedNode {
    Base::parse(BASE).expect("a base").resolve(path)
}

/// The quads of an access document.
fn written(n: usize, rules: &[Rule]) -> Vec<Quad> {
    let graph = document_of(iri(PATHS[n]).as_ref());
    let mut quads = Vec::new();
    for (m, rule) in rules.iter().enumerate() {
        let node = NamedNode::new_unchecked(format!("{}#{m}", graph.as_str()));
        let mut say = |property: NamedNodeRef<'_>, value: NamedNode| {
            quads.push(Quad::new(node.clone(), property, value, graph.clone()));
        };
        // An access document with nothing in it is none.
        say(rdf::TYPE, iri("ns#Note"));
        if rule.is_authorization {
            say(rdf::TYPE, acl::AUTHORIZATION.into_owned());
        }
        rule.access_to.into_iter().for_each(|to| say(acl::ACCESS_TO, iri(PATHS[to])));
        rule.default.into_iter().for_each(|to| say(acl::DEFAULT, iri(PATHS[to])));
        rule.modes.iter().for_each(|mode| say(acl::MODE, MODES[*mode].into_owned()));
        if rule.everyone {
            say(acl::AGENT_CLASS, foaf::AGENT.into_owned());
        }
        if rule.authenticated {
            say(acl::AGENT_CLASS, acl::AUTHENTICATED_AGENT.into_owned());
        }
        if let Some(person) = rule.person {
            say(acl::AGENT, NamedNode::new_unchecked(PEOPLE[person]));
        }
        if rule.group {
            say(acl::AGENT_GROUP, NamedNode::new_unchecked(GROUP));
        }
        if rule.origin {
            say(acl::ORIGIN, NamedNode::new_unchecked("https://app.example"));
        }
        if rule.condition {
            say(acl::CONDITION, NamedNode::new_unchecked("http://x/c"));
        }
    }
    quads
}

/// The documents themselves, and the circle.
fn documents(tree: &Tree) -> Vec<Quad> {
    let mut quads: Vec<Quad> = PATHS
        .iter()
        .map(|path| {
            let document = iri(path);
            let meta = State::meta(document.as_ref());
            Quad::new(document, rdf::TYPE, ldp::RESOURCE, meta)
        })
        .collect();
    for (n, _) in tree.members.iter().enumerate().filter(|(_, is_member)| **is_member) {
        let group = NamedNode::new_unchecked(GROUP);
        let member = NamedNode::new_unchecked(PEOPLE[n]);
        quads.push(Quad::new(group, vcard::HAS_MEMBER, member, iri("e")));
    }
    quads
}

fn added(quads: Vec<Quad>) -> Changeset {
    Changeset { removed: Vec::new(), added: quads }
}

/// The state after a change, its access index kept from the one before.
pub(crate) fn after(state: &State, change: &Changeset) -> State {
    let mut candidate = state.candidate();
    let net = candidate.apply(change).expect("a small change fits");
    let mut after = State { quads: Quads::Proposed(Box::new(candidate)), ..state.clone() };
    let id = OpaqueId::random(&mut Random::of_seed([7; 32]));
    for quad in &net.added {
        if let GraphName::NamedNode(graph) = &quad.graph_name {
            after.graphs.insert(graph.as_str().into(), GraphRecord { id, last: 1 });
        }
    }
    after.access = state.access.after(&after, &net, 1);
    after.published()
}

/// Who asks in the tests: nobody, three people, one of them from a script of another origin, and
/// one with a token that only reads.
fn agents() -> Vec<Agent> {
    let person = |n: usize, scope, origin: Option<&str>| {
        let webid = NamedNode::new_unchecked(PEOPLE[n]);
        let origin = origin.map(str::to_owned);
        Agent::Person(Arc::new(Person { webid, id: None, scope, origin }))
    };
    let read_only = Scope { read: true, write: false, control: false };
    vec![
        Agent::Anonymous,
        person(0, Scope::ALL, None),
        person(1, Scope::ALL, Some("https://app.example")),
        person(2, Scope::ALL, None),
        person(0, read_only, Some("https://other.example")),
    ]
}

/// What the specification says, read plainly: no index, no set, no shortcut.
fn expected(tree: &Tree, agent: &Agent, path: &str) -> Modes {
    let mut place = path;
    let mut own = true;
    let rules = loop {
        let n = PATHS.iter().position(|known| *known == place).expect("a path of the tree");
        if let Some(rules) = &tree.acls[n] {
            break Some((n, rules));
        }
        if place.is_empty() {
            break None;
        }
        place = place.rfind('/').map_or("", |slash| &place[..slash]);
        own = false;
    };
    let (webid, origin, scope) = match agent {
        Agent::Person(person) => {
            (Some(person.webid.as_str()), person.origin.as_deref(), person.scope)
        }
        _ => (None, None, Scope::ALL),
    };
    let granted = match rules {
        None => vec![AccessMode::Read],
        Some((n, rules)) => rules
            .iter()
            .filter(|rule| {
                let reaches = if own { rule.access_to } else { rule.default };
                let is_named = rule.everyone
                    || webid.is_some_and(|webid| {
                        let is = PEOPLE.iter().position(|known| *known == webid);
                        rule.authenticated
                            || rule.person.is_some() && rule.person == is
                            || rule.group && is.is_some_and(|is| tree.members[is])
                    });
                rule.is_authorization
                    && reaches == Some(n)
                    && is_named
                    && !rule.condition
                    && (!rule.origin || origin == Some("https://app.example"))
            })
            .flat_map(|rule| rule.modes.iter())
            .flat_map(|mode| match mode {
                0 => vec![AccessMode::Read],
                1 => vec![AccessMode::Append],
                2 => vec![AccessMode::Write, AccessMode::Append],
                3 => vec![AccessMode::Control],
                _ => vec![],
            })
            .collect(),
    };
    let within = |mode: &AccessMode| match mode {
        AccessMode::Read => scope.read,
        AccessMode::Append | AccessMode::Write => scope.write,
        AccessMode::Control => scope.control,
    };
    granted.into_iter().filter(within).collect()
}

/// What the agent reads of the tree through readers, as queries, listings and exports do.
fn seen(state: &State, agent: &Agent) -> Vec<bool> {
    let readers = state.readers(agent);
    let sees = |path: &&str| {
        let meta = State::meta(iri(path).as_ref());
        readers.may_read(state, state.id(&meta).expect("a document has a Meta graph"))
    };
    PATHS.iter().map(sees).collect()
}

fn check(tree: &Tree, state: &State) -> Result<(), TestCaseError> {
    for agent in agents() {
        for path in PATHS {
            let found = state.modes(&agent, iri(path).as_ref());
            prop_assert_eq!(found, expected(tree, &agent, path), "{:?} at /{}", agent, path);
        }
        let reads = |path: &&str| expected(tree, &agent, path).contains(AccessMode::Read);
        let expected: Vec<bool> = PATHS.iter().map(reads).collect();
        prop_assert_eq!(seen(state, &agent), expected, "{:?} through readers", agent);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(10_000),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_decision_is_that_of_the_specification(first in tree(), second in tree()) {
        let mut state = planted(&first);
        check(&first, &state)?;
        for change in steps(&first, &second) {
            state = after(&state, &change);
        }
        check(&second, &state)?;
        let fresh = AccessIndex::of(&state);
        let state = State { access: fresh, ..state };
        check(&second, &state)?;
    }
}

/// The state that holds a tree.
pub(crate) fn planted(tree: &Tree) -> State {
    after(&State::empty(Base::parse(BASE).expect("a base")), &added(quads(tree)))
}

/// How one tree becomes another, an access document at a time.
pub(crate) fn steps(from: &Tree, to: &Tree) -> Vec<Changeset> {
    let (old, new) = (quads(from), quads(to));
    let of = |quads: &[Quad], graph: &Term| -> Vec<Quad> {
        let is_of = |quad: &&Quad| Term::from(graph_name(quad)) == *graph;
        quads.iter().filter(is_of).cloned().collect()
    };
    let mut graphs: Vec<Term> =
        old.iter().chain(&new).map(|quad| graph_name(quad).into()).collect();
    graphs.sort_by_key(ToString::to_string);
    graphs.dedup();
    let change = |graph: &Term| Changeset { removed: of(&old, graph), added: of(&new, graph) };
    graphs.iter().map(change).collect()
}

fn quads(tree: &Tree) -> Vec<Quad> {
    let acls = tree.acls.iter().enumerate();
    let acls = acls.flat_map(|(n, acl)| acl.iter().flat_map(move |acl| written(n, acl)));
    acls.chain(documents(tree)).collect()
}

fn graph_name(quad: &Quad) -> NamedNode {
    match &quad.graph_name {
        GraphName::NamedNode(name) => name.clone(),
        GraphName::DefaultGraph | GraphName::BlankNode(_) => NamedNode::new_unchecked("x:none"),
    }
}
