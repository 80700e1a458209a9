//! **The door.** Every change passes [`decide`], which reads like the list of what it checks.

use crate::journal::{Entry, Header, SegmentClass, merkle_root};
use crate::rules::{Rules, Verdict};
use crate::state::{GraphRecord, Quads};
use crate::{
    Agent, Command, CommandKind, Committed, Computed, Effect, Etag, Head, OpaqueId, Precondition,
    Proposal, Random, Rejection, Segment, State, access, hex, lifecycle, membership,
};
use codesocial_rdf::{Changeset, GraphKind, Minted, Patch};
use jiff::{SignedDuration, Timestamp};
use oxrdf::{GraphName, NamedNode, NamedNodeRef};
use std::collections::HashMap;
use std::sync::Arc;

/// How many graphs one entry may touch; a larger change becomes a batch of entries.
const ENTRY_GRAPHS_MAX: usize = 1_000;

/// A command that passed the door: the state after it and the entries that say so.
pub(crate) struct Accepted {
    pub(crate) state: State,
    pub(crate) entries: Vec<Entry>,
    /// The net change, for a view that is being rebuilt meanwhile.
    pub(crate) net: Changeset,
    pub(crate) committed: Committed,
}

/// Decides on one command, on the newest state. Refusing leaves nothing behind.
pub(crate) fn decide(
    command: &Command,
    state: &State,
    computed: Computed,
) -> Result<Accepted, Rejection> {
    let mut random = Random::of_seed(command.seed);
    if command.expects.is_some_and(|head| head != state.head) {
        return Err(Rejection::Moved);
    }
    // First, so that a refusal reveals nothing.
    if let Some((target, mode)) = &command.target {
        state.permits(&command.agent, target.as_ref(), *mode)?;
        check(&command.precondition, state, target.as_ref())?;
    }
    let proposal = (command.propose)(state, &mut random)?;
    access::scope(&command.agent, state, &proposal, &proposal.client)?;

    let mut candidate = state.candidate();
    let mut net = candidate.apply(&proposal.client).map_err(|_| Rejection::Full)?;
    let members = membership::follows(state, &candidate, &net, &proposal)?;
    let members = candidate.apply(&members).map_err(|_| Rejection::Full)?;
    // A membership is a statement in another document, for those who may write there.
    access::scope(&command.agent, state, &proposal, &members)?;
    net = net.then(members);
    let is_empty = net.is_empty() && proposal.server.is_empty() && proposal.deleted.is_none();
    if is_empty {
        return Ok(unchanged(state, proposal));
    }
    access::check(state, &candidate, &net)?;
    let mut server = lifecycle::consequences(command, state, &candidate, &net, &proposal)?;
    if command.kind != CommandKind::Install {
        server.added.extend(lifecycle::edited(state, &net).added);
    }
    let own = candidate.apply(&server).map_err(|_| Rejection::Full)?;
    let follows = computed(state, &candidate, &[&net, &own], command.now)?;
    let own = own.then(candidate.apply(&follows).map_err(|_| Rejection::Full)?);
    let rules = rules_after(state, &candidate, &net)?;
    let Verdict { results, remarks, refusal } =
        rules.judge(state, &candidate, &net, command.now)?;
    if let Some(report) = refusal.filter(|_| !command.kind.may_break_rules()) {
        return Err(Rejection::Shapes(Arc::new(report)));
    }
    let net = net.then(own);
    let after =
        State { quads: Quads::Proposed(Box::new(candidate)), rules, results, ..state.clone() };
    let mut accepted = record(command, state, after, net, proposal, &mut random);
    accepted.committed.remarks = remarks;
    Ok(accepted)
}

/// <https://www.rfc-editor.org/rfc/rfc9110#section-13.1>
fn check(
    precondition: &Precondition,
    state: &State,
    target: NamedNodeRef<'_>,
) -> Result<(), Rejection> {
    let exists = state.exists(target);
    let holds = match precondition {
        Precondition::None => true,
        Precondition::Exists => exists,
        Precondition::Matches(tags) => {
            // The bytes of a file have a tag of their own, which their description does not change.
            let of_bytes = state.file(target).map(|file| Etag(hex(&file.digest)));
            let mut current = state.etag(target).into_iter().chain(of_bytes);
            exists && current.any(|etag| tags.contains(&etag))
        }
        Precondition::Absent => !exists,
    };
    if holds { Ok(()) } else { Err(Rejection::PreconditionFailed) }
}

fn rules_after(
    state: &State,
    candidate: &codesocial_graph::State,
    net: &Changeset,
) -> Result<Arc<Rules>, Rejection> {
    let touches_shapes = net
        .removed
        .iter()
        .chain(&net.added)
        .any(|quad| state.base().kind(quad.graph_name.as_ref()) == GraphKind::Shapes);
    if touches_shapes {
        state.rules.after(candidate).map(Arc::new)
    } else {
        Ok(state.rules.clone())
    }
}

fn unchanged(state: &State, proposal: Proposal) -> Accepted {
    let committed = Committed {
        head: state.head,
        location: proposal.location,
        effect: Effect::Unchanged,
        remarks: false,
    };
    Accepted { state: state.clone(), entries: Vec::new(), net: Changeset::default(), committed }
}

/// Writes the entries of a net change: one, or a batch where it touches many graphs.
fn record(
    command: &Command,
    before: &State,
    mut after: State,
    net: Changeset,
    proposal: Proposal,
    random: &mut Random,
) -> Accepted {
    let graphs = by_graph(&net);
    let created = proposal.location.as_ref().is_some_and(|l| !before.exists(l.as_ref()));
    let batch = (graphs.len() > ENTRY_GRAPHS_MAX).then(|| OpaqueId::random(random).to_string());
    let mut entries = Vec::with_capacity(graphs.len().div_ceil(ENTRY_GRAPHS_MAX));
    let mut graphs = graphs.into_iter().peekable();
    while graphs.peek().is_some() {
        let seq = after.head.seq + 1;
        let graphs = graphs.by_ref().take(ENTRY_GRAPHS_MAX);
        let segments: Vec<Segment> =
            graphs.map(|(graph, net)| segment(&mut after, &graph, net, seq, random)).collect();
        let commitments: Vec<_> = segments.iter().map(Segment::commitment).collect();
        let header = Header {
            seq,
            prev: after.head.hash,
            at: later(command.now, after.at),
            actor: actor(&command.agent),
            command: command.kind.to_string(),
            target: target_id(command, &after),
            shapes: after.rules.digest(),
            segments: u32::try_from(segments.len()).expect("an entry touches few graphs"),
            root: merkle_root(&commitments),
            batch: batch.clone(),
        };
        after.at = header.at;
        after.head = Head { seq, hash: header.hash() };
        entries.push(Entry { header, segments, erased: Vec::new() });
    }
    after.access = before.access.after(&after, &net, after.head.seq);
    let effect = if created { Effect::Created } else { Effect::Changed };
    let committed =
        Committed { head: after.head, location: proposal.location, effect, remarks: false };
    Accepted { state: after, entries, net, committed }
}

fn actor(agent: &Agent) -> Option<String> {
    match agent {
        Agent::Administrator(id) => Some(id.to_string()),
        Agent::Person(person) => person.id.map(|id| id.to_string()),
        Agent::Anonymous | Agent::Server => None,
    }
}

fn target_id(command: &Command, after: &State) -> Option<String> {
    let (target, _) = command.target.as_ref()?;
    after.graphs.get(target.as_str()).map(|record| record.id.to_string())
}

/// Never earlier than the entry before, and distinct from it, at microsecond precision.
fn later(now: Timestamp, previous: Timestamp) -> Timestamp {
    const STEP: SignedDuration = SignedDuration::from_micros(1);
    let now = Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now);
    let next = previous.checked_add(STEP).unwrap_or(previous);
    now.max(next)
}

/// The change of each graph, in the order of their names.
fn by_graph(net: &Changeset) -> Vec<(GraphName, Changeset)> {
    let mut graphs: HashMap<&GraphName, Changeset> = HashMap::new();
    for quad in &net.removed {
        graphs.entry(&quad.graph_name).or_default().removed.push(quad.clone());
    }
    for quad in &net.added {
        graphs.entry(&quad.graph_name).or_default().added.push(quad.clone());
    }
    let mut graphs: Vec<_> = graphs.into_iter().map(|(name, net)| (name.clone(), net)).collect();
    graphs.sort_by_cached_key(|(name, _)| name.to_string());
    graphs
}

/// The segment of one graph, which names the graph where it is its first.
fn segment(
    after: &mut State,
    graph: &GraphName,
    changes: Changeset,
    seq: u64,
    random: &mut Random,
) -> Segment {
    let kind = after.base().kind(graph.as_ref());
    let minted = match graph {
        GraphName::NamedNode(name) => note_change(after, name, seq, random),
        GraphName::DefaultGraph | GraphName::BlankNode(_) => None,
    };
    let patch = Patch { minted, changes };
    Segment {
        kind: format!("{kind:?}"),
        class: SegmentClass::Public,
        salt: random.bytes(),
        bytes: patch.encode(),
    }
}

fn note_change(
    after: &mut State,
    graph: &NamedNode,
    seq: u64,
    random: &mut Random,
) -> Option<Minted> {
    if let Some(record) = after.graphs.get_mut(graph.as_str()) {
        record.last = seq;
        return None;
    }
    let id = OpaqueId::random(random);
    after.graphs.insert(graph.as_str().into(), GraphRecord { id, last: seq });
    Some(Minted { id: id.to_string(), iri: graph.clone() })
}
