//! Groups of agents that access documents name. <https://solidproject.org/TR/wac#acl-agentgroup>

use crate::Request;
use codesocial_rdf::Changeset;
use codesocial_rdf::vocab::vcard;
use codesocial_store::{AccessMode, Command, CommandKind, Proposal, Rejection};
use oxrdf::{NamedNode, Quad};

/// What becomes of somebody's place in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupMembership {
    Joins,
    Leaves,
}

/// The command by which somebody joins or leaves a group.
pub fn group_membership(
    request: Request<'_>,
    group: NamedNode,
    member: NamedNode,
    membership: GroupMembership,
) -> Command {
    let mode = match membership {
        GroupMembership::Joins => AccessMode::Append,
        GroupMembership::Leaves => AccessMode::Write,
    };
    request.command(
        CommandKind::Patch,
        Some((group.clone(), mode)),
        Box::new(move |state, _| {
            if !state.exists(group.as_ref()) {
                return Err(Rejection::NotFound(group.clone()));
            }
            let quad = Quad::new(group.clone(), vcard::HAS_MEMBER, member.clone(), group.clone());
            let mut client = Changeset::default();
            match membership {
                GroupMembership::Joins => client.added.push(quad),
                GroupMembership::Leaves => client.removed.push(quad),
            }
            Ok(Proposal { client, location: Some(group.clone()), ..Proposal::default() })
        }),
    )
}
