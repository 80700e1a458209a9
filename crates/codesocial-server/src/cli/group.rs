//! `codesocial group`: whom access documents mean when they name a group, while no server has the
//! directory open. Beside a running one, `/_groups` does the same.

use super::token::found;
use super::{Common, Failure, say};
use clap::{Args, Subcommand};
use codesocial_ldp::{GroupMembership, Request, group_membership, put};
use codesocial_rdf::Base;
use codesocial_rdf::vocab::{ldp, rdf, vcard};
use codesocial_store::{Agent, Command, Crash, Options, Precondition, Random, State, Store};
use jiff::Timestamp;
use oxrdf::{NamedNode, NamedNodeRef, Term, Triple};
use std::process::ExitCode;

/// The container of groups.
const GROUPS: &str = "_groups";

#[derive(Debug, Args)]
pub(super) struct Group {
    #[command(subcommand)]
    command: GroupCommand,
}

#[derive(Debug, Subcommand)]
enum GroupCommand {
    /// List the groups
    List(Common),
    /// Make a group
    Add(Of),
    /// List the members of a group
    Members(Of),
    /// Put somebody into a group
    Join(Place),
    /// Take somebody out of a group
    Leave(Place),
}

#[derive(Debug, Args)]
struct Of {
    #[command(flatten)]
    common: Common,
    /// The group, by the last part of its address
    group: String,
}

#[derive(Debug, Args)]
struct Place {
    #[command(flatten)]
    common: Common,
    /// The group, by the last part of its address
    group: String,
    /// Handle, e-mail address or WebID
    person: String,
}

impl Group {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        match self.command {
            GroupCommand::List(common) => list(&common),
            GroupCommand::Add(of) => add(&of),
            GroupCommand::Members(of) => members(&of),
            GroupCommand::Join(place) => place.set(GroupMembership::Joins),
            GroupCommand::Leave(place) => place.set(GroupMembership::Leaves),
        }?;
        Ok(ExitCode::SUCCESS)
    }
}

fn list(common: &Common) -> Result<(), Failure> {
    let registry = Registry::open(common)?;
    let state = registry.store.state();
    let container = state.base().resolve(GROUPS);
    tell(&state, &State::meta(container.as_ref()), ldp::CONTAINS);
    Ok(())
}

fn add(of: &Of) -> Result<(), Failure> {
    let registry = Registry::open(&of.common)?;
    let group = registry.group(&of.group);
    let said = vec![Triple::new(group.clone(), rdf::TYPE, vcard::GROUP)];
    let made = group.clone();
    registry.commit(Precondition::Absent, |request| put(request, made, said, None))?;
    say(&format!("{}\n", group.as_str()));
    Ok(())
}

fn members(of: &Of) -> Result<(), Failure> {
    let registry = Registry::open(&of.common)?;
    let (state, group) = (registry.store.state(), registry.group(&of.group));
    if !state.exists(group.as_ref()) {
        return Err(Failure(format!("there is no group {}: see `group list`", group.as_str())));
    }
    tell(&state, &group, vcard::HAS_MEMBER);
    Ok(())
}

impl Place {
    fn set(&self, place: GroupMembership) -> Result<(), Failure> {
        let registry = Registry::open(&self.common)?;
        let (group, member) = (registry.group(&self.group), registry.webid(&self.person)?);
        let precondition = Precondition::None;
        registry.commit(precondition, |request| group_membership(request, group, member, place))
    }
}

/// What a graph says with a property, in order.
fn tell(state: &State, graph: &NamedNode, property: NamedNodeRef<'_>) {
    let said = state.graph(graph.as_ref().into());
    let mut told: Vec<String> = said
        .filter(|triple| triple.predicate == property)
        .filter_map(|triple| match triple.object {
            Term::NamedNode(object) => Some(format!("{}\n", object.as_str())),
            _ => None,
        })
        .collect();
    told.sort_unstable();
    say(&told.concat());
}

/// The data directory, which nobody else has open meanwhile.
struct Registry {
    store: Store,
    runtime: tokio::runtime::Runtime,
}

impl Registry {
    fn open(common: &Common) -> Result<Self, Failure> {
        let config = common.config().map_err(Failure::new)?;
        let base = config.base.as_deref().map(Base::parse).transpose().map_err(Failure::new)?;
        let options = Options {
            folder: config.data.clone(),
            base,
            now: Timestamp::now(),
            random: Random::of_system(),
            crash: Crash::default(),
            computed: codesocial_registry::computed,
            edition: config.shacl.edition(),
        };
        let store = Store::open(options).map_err(Failure::new)?;
        let runtime = tokio::runtime::Runtime::new().map_err(Failure::new)?;
        Ok(Self { store, runtime })
    }

    fn group(&self, name: &str) -> NamedNode {
        self.store.state().base().resolve(&format!("{GROUPS}/{name}"))
    }

    /// Whom a WebID, or a handle or an address of here, stands for.
    fn webid(&self, person: &str) -> Result<NamedNode, Failure> {
        if person.contains("://") {
            return NamedNode::new(person).map_err(Failure::new);
        }
        let account = self.runtime.block_on(found(self.store.side(), person))?;
        Ok(account.webid(self.store.state().base()))
    }

    fn commit(
        self,
        precondition: Precondition,
        command: impl FnOnce(Request<'_>) -> Command,
    ) -> Result<(), Failure> {
        let random = &mut Random::of_system();
        let request = Request { agent: Agent::Server, now: Timestamp::now(), random, precondition };
        let committed = self.runtime.block_on(self.store.commit(command(request)));
        self.store.close();
        committed.map(drop).map_err(Failure::new)
    }
}
