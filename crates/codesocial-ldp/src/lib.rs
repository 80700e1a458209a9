//! What reading and writing a resource means: no HTTP, no network.
//!
//! Reading gives a [`Document`]; writing gives a command for the store's door.

mod definitions;
mod document;
mod members;

mod attach;
mod body;
mod derive;
mod slug;

mod delete;
mod file;
mod graph;
mod n3_patch;
mod patch;
mod post;
mod put;
mod update;

mod containers;
mod install;
mod load;

mod grants;
mod group;
mod profile;

pub use containers::{CONTAINERS, ContainerEntry, Visibility, is_permanent};
pub use definitions::Definitions;
pub use delete::delete;
pub use document::{Document, DocumentKind, Found, described};
pub use file::{Upload, post_file, put_file};
pub use grants::{Grant, GrantChange, GranteeProperty, Grants, grant};
pub use graph::{add_to_graph, drop_graph, put_graph};
pub use group::{GroupMembership, group_membership};
pub use install::{Installation, install};
pub use load::{DatasetError, Documents, is_loaded, is_present, load, revise, was_loaded};
pub use members::{Containment, Order, Page};
pub use n3_patch::{n3_patch, parse_n3_patch};
pub use patch::patch;
pub use post::{Creation, Model, ReadBody, label, post};
pub use profile::profile;
pub use put::put;
pub use update::{parse_update, update};

use codesocial_store::{AccessMode, Agent, Command, CommandKind, Precondition, Propose, Random};
use jiff::Timestamp;
use oxrdf::NamedNode;

/// Who asks for a change, when, and under which condition: what every write has in common.
#[derive(Debug)]
pub struct Request<'a> {
    pub agent: Agent,
    pub now: Timestamp,
    pub random: &'a mut Random,
    pub precondition: Precondition,
}

impl Request<'_> {
    /// The command that carries out a proposal for whoever asks.
    pub fn command(
        self,
        kind: CommandKind,
        target: Option<(NamedNode, AccessMode)>,
        propose: Box<Propose>,
    ) -> Command {
        Command {
            agent: self.agent,
            kind,
            target,
            precondition: self.precondition,
            expects: None,
            now: self.now,
            seed: self.random.bytes(),
            propose,
        }
    }
}
