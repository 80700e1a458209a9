//! Who belongs to a group: whom the group's own document names, here or on another server, and of a
//! body (an organisation, a circle, a programme) who has a membership of it that is in force.
//!
//! Invariant: nobody makes themselves a member. A membership counts where whoever made it and all
//! who may write it answer for the body: they are administrators, or control its document by name.

use super::{administrators, elsewhere};
use crate::State;
use codesocial_graph::{Pattern, TermId};
use codesocial_rdf::vocab::{cs, dct, odrl, pair, rdf, vcard, vf, xsd};
use codesocial_rdf::{Base, GraphKind};
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use oxrdf::{LiteralRef, NamedNode, NamedNodeRef, QuadRef, Term, TermRef};
use std::collections::BTreeSet;

/// What stands after a body's name to name the group of its members.
const MEMBERS: &str = "#members";

/// How documents say whose they are.
const WHOSE: [NamedNodeRef<'_>; 16] = [
    cs::ANIMATED_BY,
    cs::DESCRIBES,
    cs::IN_CIRCLE,
    cs::NEEDER,
    cs::OFFERER,
    cs::OF_ACTOR,
    cs::PARTICIPANT,
    cs::RAISED_BY,
    cs::RECIPIENT,
    cs::STANCE_ACTOR,
    odrl::ASSIGNEE,
    odrl::ASSIGNER,
    pair::ASSIGNED_TO,
    pair::MEMBERSHIP_ORGANIZATION,
    vf::PROVIDER,
    vf::RECEIVER,
];

/// How documents name the others that they are about or in, and so are for the same members.
const ABOUT: [NamedNodeRef<'_>; 6] =
    [cs::EXPRESSED_IN, cs::INVOKES, cs::MATCH_NEED, cs::MATCH_OFFER, cs::REACTS_TO, cs::SECTION_OF];

/// A demand for regulation invokes an intention, which is in a section, and that in a #CodeSocial.
const DEPTH_MAX: usize = 3;

/// What makes a membership and says when it is in force.
const MEMBERSHIP: [NamedNodeRef<'_>; 4] =
    [pair::MEMBERSHIP_ACTOR, pair::MEMBERSHIP_ORGANIZATION, pair::START_DATE, pair::END_DATE];

/// The group by which access documents let in the members of those whose a document is.
pub fn members_concerned(base: &Base) -> NamedNode {
    base.resolve(MEMBERS)
}

/// Whether an agent is in a group, where an access document lets that into a document.
pub(super) fn is_in(
    state: &State,
    group: &NamedNode,
    document: NamedNodeRef<'_>,
    agent: &NamedNode,
) -> bool {
    if *group != members_concerned(state.base()) {
        return state.in_group(group, agent);
    }
    let bodies = bodies(state, agent.as_ref());
    is_whose(state, document, &bodies.iter().filter_map(|body| state.id(body)).collect(), DEPTH_MAX)
}

impl State {
    /// Whether somebody is in a group, as its own document says, or as a member of a body.
    pub fn in_group(&self, group: &NamedNode, agent: &NamedNode) -> bool {
        let graph = document_of(group.as_ref());
        let said = QuadRef::new(group.as_ref(), vcard::HAS_MEMBER, agent.as_ref(), graph);
        let is_member = |body| bodies(self, agent.as_ref()).iter().any(|own| own.as_str() == body);
        if elsewhere::is_remote(self.base(), group) {
            let known = self.elsewhere();
            return known.is_member(group, agent, self.access.at());
        }
        self.contains(said) || group.as_str().strip_suffix(MEMBERS).is_some_and(is_member)
    }
}

/// Whether a document is of one of these bodies, or about what is.
fn is_whose(
    state: &State,
    document: NamedNodeRef<'_>,
    bodies: &BTreeSet<TermId>,
    depth: usize,
) -> bool {
    let Some(graph) = state.id(document) else { return false };
    let ids = |properties: &[NamedNodeRef<'_>]| -> Vec<TermId> {
        properties.iter().filter_map(|property| state.id(*property)).collect()
    };
    let (whose, about) = (ids(&WHOSE), ids(&ABOUT));
    let said = || state.quads(Pattern { graph: Some(graph), ..Pattern::default() });
    if said().any(|[_, property, value, _]| whose.contains(&property) && bodies.contains(&value)) {
        return true;
    }
    depth > 0
        && said().filter(|[_, property, ..]| about.contains(property)).any(|[_, _, other, _]| {
            match state.term(other) {
                TermRef::NamedNode(other) if document_of(other) != document => {
                    is_whose(state, document_of(other), bodies, depth - 1)
                }
                _ => false,
            }
        })
}

/// An actor, and the bodies of which they are a member now.
fn bodies(state: &State, actor: NamedNodeRef<'_>) -> BTreeSet<NamedNode> {
    let mut bodies = BTreeSet::from([actor.into_owned()]);
    for [membership, _, _, graph] in having(state, pair::MEMBERSHIP_ACTOR, actor) {
        let TermRef::NamedNode(membership) = state.term(membership) else { continue };
        let document = document_of(membership);
        let is_there = state.id(document) == Some(graph)
            && state.kind(graph) == GraphKind::Resource
            && is_membership(state, membership);
        if is_there && is_in_force(state, membership) {
            let named = values(state, membership, pair::MEMBERSHIP_ORGANIZATION);
            let named = named.into_iter().filter_map(|body| NamedNode::try_from(body).ok());
            bodies.extend(named.filter(|body| is_vouched(state, document, body.as_ref())));
        }
    }
    bodies
}

fn is_membership(state: &State, node: NamedNodeRef<'_>) -> bool {
    let class = pair::MEMBERSHIP_ASSOCIATION;
    state.contains(QuadRef::new(node, rdf::TYPE, class, document_of(node)))
}

/// Whether a membership began and did not end. What cannot be read as a date was not yet, and is
/// over.
fn is_in_force(state: &State, membership: NamedNodeRef<'_>) -> bool {
    let now = state.access.at();
    let starts = values(state, membership, pair::START_DATE);
    let ends = values(state, membership, pair::END_DATE);
    starts.iter().all(|start| begin(start).is_some_and(|start| start <= now))
        && ends.iter().all(|end| over(end).is_some_and(|end| now < end))
}

/// Whether the document of a membership is in the hands of those who answer for the body alone.
fn is_vouched(state: &State, document: NamedNodeRef<'_>, body: NamedNodeRef<'_>) -> bool {
    let (base, index) = (state.base(), &state.access);
    let administrators = administrators(base);
    let of_body = index.governing(base, document_of(body));
    let answers = |agent: NamedNodeRef<'_>| {
        agent == administrators
            || of_body.is_some_and(|(acl, reach)| acl.is_controlled_by(reach, agent))
    };
    let meta = State::meta(document);
    let mut makers =
        state.graph(meta.as_ref().into()).filter(|said| said.predicate == dct::CREATOR);
    makers.all(|said| NamedNode::try_from(said.object).is_ok_and(|maker| answers(maker.as_ref())))
        && index.governing(base, document).is_some_and(|(acl, reach)| {
            acl.writers(reach).is_some_and(|writers| writers.into_iter().all(answers))
        })
}

/// The moments to come at which a membership begins or ends.
pub(super) fn moments(
    state: &State,
    membership: NamedNodeRef<'_>,
    now: Timestamp,
) -> Vec<Timestamp> {
    let starts = values(state, membership, pair::START_DATE);
    let ends = values(state, membership, pair::END_DATE);
    let moments = starts.iter().filter_map(begin).chain(ends.iter().filter_map(over));
    moments.filter(|moment| *moment > now).collect()
}

/// All memberships that there are.
pub(super) fn memberships(state: &State) -> BTreeSet<NamedNode> {
    let found = having(state, rdf::TYPE, pair::MEMBERSHIP_ASSOCIATION);
    let named = found.into_iter().filter_map(|[membership, ..]| match state.term(membership) {
        TermRef::NamedNode(membership) => Some(membership.into_owned()),
        TermRef::BlankNode(_) | TermRef::Literal(_) => None,
    });
    named.collect()
}

/// Whether a statement is part of what makes a node a membership.
pub(super) fn is_of_membership(
    state: &State,
    subject: NamedNodeRef<'_>,
    property: &NamedNode,
) -> bool {
    MEMBERSHIP.contains(&property.as_ref())
        && (property.as_ref() != pair::START_DATE && property.as_ref() != pair::END_DATE
            || is_membership(state, subject))
}

/// Whether a statement tells whose a document is.
pub(super) fn tells_whose(property: &NamedNode) -> bool {
    WHOSE.contains(&property.as_ref()) || ABOUT.contains(&property.as_ref())
}

fn having(state: &State, property: NamedNodeRef<'_>, value: NamedNodeRef<'_>) -> Vec<[TermId; 4]> {
    let Some((predicate, object)) = state.id(property).zip(state.id(value)) else {
        return Vec::new();
    };
    let (predicate, object) = (Some(predicate), Some(object));
    state.quads(Pattern { predicate, object, ..Pattern::default() }).collect()
}

/// What a node's own document says of it.
fn values(state: &State, node: NamedNodeRef<'_>, property: NamedNodeRef<'_>) -> Vec<Term> {
    let ids = (state.id(node), state.id(property), state.id(document_of(node)));
    let (Some(subject), Some(predicate), Some(graph)) = ids else { return Vec::new() };
    let (subject, predicate, graph) = (Some(subject), Some(predicate), Some(graph));
    let quads = state.quads(Pattern { subject, predicate, graph, object: None });
    quads.map(|[_, _, value, _]| state.term(value).into_owned()).collect()
}

/// When a day begins, in universal time, or the instant itself.
fn begin(date: &Term) -> Option<Timestamp> {
    moment(date, Some)
}

/// When a day is over, or the instant itself.
fn over(date: &Term) -> Option<Timestamp> {
    moment(date, |day| day.checked_add(1.day()).ok())
}

fn moment(date: &Term, of_day: impl Fn(Date) -> Option<Date>) -> Option<Timestamp> {
    let Term::Literal(literal) = date else { return None };
    let literal: LiteralRef<'_> = literal.as_ref();
    let local = match literal.datatype() {
        datatype if datatype == xsd::DATE => {
            of_day(literal.value().get(..10)?.parse().ok()?)?.at(0, 0, 0, 0)
        }
        _ => match literal.value().parse::<Timestamp>() {
            Ok(instant) => return Some(instant),
            Err(_) => literal.value().parse::<DateTime>().ok()?,
        },
    };
    Some(local.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

fn document_of(node: NamedNodeRef<'_>) -> NamedNodeRef<'_> {
    match node.as_str().split_once('#') {
        Some((document, _)) => NamedNodeRef::new_unchecked(document),
        None => node,
    }
}
