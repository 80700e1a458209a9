//! `PATCH` with `text/n3`: carried out where its conditions are met in exactly one way, else not at
//! all. What must be found is looked for in the document as it is read, the server's triples
//! included; what changes are the client's alone. A member that the agent may not read is absent
//! from the listing here too.
//! <https://solidproject.org/TR/protocol#n3-patch>

use crate::Request;
use crate::body::check_changes;
use crate::derive::{Said, with_derived};
use codesocial_graph::{Pattern, Readers, TermId};
use codesocial_rdf::vocab::ldp;
use codesocial_rdf::{Changeset, N3Patch, N3PatchError, Slot, TriplePattern};
use codesocial_store::{
    AccessMode, Agent, Command, CommandKind, Proposal, Rejection, State, UpdateRefusal,
};
use oxrdf::{NamedNode, Quad, Term, Triple, Variable};
use std::collections::HashMap;

/// How many triples the search for a match may look at: it runs in the writer.
const SEARCH_STEPS_MAX: usize = 100_000;

/// Reads a patch of `document`.
pub fn parse_n3_patch(text: &str, document: &NamedNode) -> Result<N3Patch, Rejection> {
    N3Patch::parse(text, document.as_str()).map_err(malformed)
}

/// The command that patches `document`, or creates it where there is none and nothing is asked of
/// what it holds.
pub fn n3_patch(request: Request<'_>, document: NamedNode, patch: N3Patch) -> Command {
    let (agent, adds) = (request.agent.clone(), patch.deletions.is_empty());
    let asks = !adds || !patch.conditions.is_empty();
    let mode = if adds { AccessMode::Append } else { AccessMode::Write };
    request.command(
        CommandKind::Patch,
        Some((document.clone(), mode)),
        Box::new(move |state, _| {
            if asks {
                // "The requester's ability to read … is required when ?conditions or ?deletions are
                // non-empty." https://solidproject.org/TR/protocol#n3-patch
                state.permits(&agent, document.as_ref(), AccessMode::Read)?;
            }
            if state.is_tombstoned(document.as_ref()) {
                return Err(Rejection::Gone(document.clone()));
            }
            let client = changes(state, &agent, &document, &patch)?;
            check_changes(state, &client)?;
            let exists = state.exists(document.as_ref());
            if !exists && state.base().kind_of(document.as_ref()).is_document() {
                state.permits_creating(&agent, document.as_ref())?;
            }
            if client.is_empty() && !exists {
                return Err(Rejection::EmptyDocument);
            }
            let said = if exists { Said::Change } else { Said::Whole };
            let client = with_derived(state, client, said);
            Ok(Proposal { client, location: Some(document.clone()), ..Proposal::default() })
        }),
    )
}

fn changes(
    state: &State,
    agent: &Agent,
    document: &NamedNode,
    patch: &N3Patch,
) -> Result<Changeset, Rejection> {
    let refused = |refusal| Err(Rejection::Update(refusal));
    let listing = Listing { readers: state.readers(agent), contains: state.id(ldp::CONTAINS) };
    let search = Search::new(state, document, &listing, &patch.conditions);
    let values = match search.values()? {
        Matches::None => return refused(UpdateRefusal::NoMatch),
        Matches::Several => return refused(UpdateRefusal::SeveralMatches),
        Matches::One(values) => values,
    };
    let triples = |patterns: &[TriplePattern]| -> Result<Vec<Triple>, Rejection> {
        let triple = |pattern: &TriplePattern| pattern.with(|name| values.get(name));
        patterns.iter().map(triple).collect::<Result<_, _>>().map_err(malformed)
    };
    let (removed, added) = (triples(&patch.deletions)?, triples(&patch.insertions)?);
    let meta = State::meta(document.as_ref());
    let holds = |triple: &Triple| {
        let within = |graph: &NamedNode| state.contains(triple.as_ref().in_graph(graph.as_ref()));
        let is_told = listing.tells(state, state.id(&triple.predicate), state.id(&triple.object));
        within(document) || is_told && within(&meta)
    };
    if let Some(absent) = removed.iter().find(|triple| !holds(triple)) {
        return refused(UpdateRefusal::NothingToDelete(Box::new(absent.clone())));
    }
    let own = |triple: Triple| -> Quad { triple.in_graph(document.clone()) };
    Ok(Changeset {
        removed: removed.into_iter().map(own).collect(),
        added: added.into_iter().map(own).collect(),
    })
}

fn malformed(error: N3PatchError) -> Rejection {
    Rejection::Update(match error {
        N3PatchError::Syntax(error) => UpdateRefusal::Syntax(error.to_string()),
        other => UpdateRefusal::MalformedPatch(other.to_string()),
    })
}

enum Matches {
    None,
    One(HashMap<Variable, Term>),
    Several,
}

/// Which members an agent is told of.
struct Listing {
    readers: Readers,
    contains: Option<TermId>,
}

impl Listing {
    fn tells(&self, state: &State, predicate: Option<TermId>, object: Option<TermId>) -> bool {
        predicate != self.contains || object.is_some_and(|own| self.readers.may_read(state, own))
    }
}

/// The ways in which conditions are met: stopped at the second, as one more changes nothing.
struct Search<'a> {
    state: &'a State,
    listing: &'a Listing,
    graphs: Vec<TermId>,
    /// The variables, then the blank nodes, each at the place of its value.
    names: Vec<&'a Slot>,
    variables: usize,
    conditions: &'a [TriplePattern],
    values: Vec<Option<TermId>>,
    found: Option<Vec<Option<TermId>>>,
    several: bool,
    steps: usize,
}

/// A place of a condition: a known term, or the name of a value.
#[derive(Clone, Copy)]
enum Place {
    Is(TermId),
    Named(usize),
}

impl<'a> Search<'a> {
    fn new(
        state: &'a State,
        document: &NamedNode,
        listing: &'a Listing,
        conditions: &'a [TriplePattern],
    ) -> Self {
        let slots = || conditions.iter().flat_map(TriplePattern::slots);
        let mut names: Vec<&Slot> = Vec::new();
        let mut note = |slot| {
            if !names.contains(&slot) {
                names.push(slot);
            }
        };
        slots().filter(|slot| matches!(slot, Slot::Variable(_))).for_each(&mut note);
        slots().filter(|slot| matches!(slot, Slot::Something(_))).for_each(&mut note);
        let variables = names.iter().filter(|name| matches!(name, Slot::Variable(_))).count();
        let meta = State::meta(document.as_ref());
        let graphs = [document, &meta].into_iter().filter_map(|graph| state.id(graph)).collect();
        let values = vec![None; names.len()];
        Self {
            state,
            listing,
            graphs,
            names,
            variables,
            conditions,
            values,
            found: None,
            several: false,
            steps: 0,
        }
    }

    fn values(mut self) -> Result<Matches, Rejection> {
        // A term that no quad has is in this document neither.
        let Some(conditions) = self.conditions.iter().map(|c| self.places(c)).collect() else {
            return Ok(Matches::None);
        };
        self.meet(conditions)?;
        if self.several {
            return Ok(Matches::Several);
        }
        let Some(found) = self.found else { return Ok(Matches::None) };
        let values = self.names.iter().zip(found).filter_map(|(name, value)| match (name, value) {
            (Slot::Variable(name), Some(value)) => {
                Some((name.clone(), self.state.term(value).into_owned()))
            }
            _ => None,
        });
        Ok(Matches::One(values.collect()))
    }

    fn places(&self, condition: &TriplePattern) -> Option<[Place; 3]> {
        let [subject, predicate, object] = condition.slots().map(|slot| match slot {
            Slot::Term(term) => self.state.id(term).map(Place::Is),
            name => self.names.iter().position(|own| *own == name).map(Place::Named),
        });
        Some([subject?, predicate?, object?])
    }

    fn value(&self, place: Place) -> Option<TermId> {
        match place {
            Place::Is(term) => Some(term),
            Place::Named(name) => self.values[name],
        }
    }

    /// Meets the condition of which most is known first, in each way, then the rest.
    fn meet(&mut self, mut conditions: Vec<[Place; 3]>) -> Result<(), Rejection> {
        let known = |places: &[Place; 3]| {
            places.iter().filter(|place| self.value(**place).is_some()).count()
        };
        let next = (0..conditions.len()).max_by_key(|n| known(&conditions[*n]));
        let Some(next) = next else {
            let values = &self.values[..self.variables];
            self.several |= self.found.as_ref().is_some_and(|found| found != values);
            self.found.get_or_insert_with(|| values.to_vec());
            return Ok(());
        };
        let places = conditions.swap_remove(next);
        let [subject, predicate, object] = places.map(|place| self.value(place));
        let state = self.state;
        for graph in self.graphs.clone() {
            let pattern = Pattern { subject, predicate, object, graph: Some(graph) };
            for [subject, predicate, object, _] in state.quads(pattern) {
                self.steps += 1;
                if self.steps > SEARCH_STEPS_MAX {
                    let limit = format!("more than {SEARCH_STEPS_MAX} triples to look at");
                    return Err(Rejection::Update(UpdateRefusal::Evaluation(limit)));
                }
                if !self.listing.tells(state, Some(predicate), Some(object)) {
                    continue;
                }
                let before = self.values.clone();
                if self.bind(places, [subject, predicate, object]) {
                    self.meet(conditions.clone())?;
                }
                self.values = before;
                if self.several {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Gives names their values, unless one has another already.
    fn bind(&mut self, places: [Place; 3], terms: [TermId; 3]) -> bool {
        places.into_iter().zip(terms).all(|(place, term)| match place {
            Place::Is(_) => true,
            Place::Named(name) => *self.values[name].get_or_insert(term) == term,
        })
    }
}
