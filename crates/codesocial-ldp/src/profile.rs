//! The document at a person's WebID, theirs alone until they say otherwise.

use crate::{Request, put};
use codesocial_rdf::Base;
use codesocial_store::{About, AccessMode, AclText, Command, Grantee, administrators};
use oxrdf::{NamedNode, Quad, Triple};

/// The command that makes a profile, with the access document that says whose it is. The server
/// alone may carry it out, and once.
pub fn profile(request: Request<'_>, webid: NamedNode, triples: Vec<Triple>) -> Command {
    let mut command = put(request, webid.clone(), triples, None);
    let put = command.propose;
    command.propose = Box::new(move |state, random| {
        let mut proposal = put(state, random)?;
        proposal.server.added.extend(access(&webid, state.base()));
        Ok(proposal)
    });
    command
}

/// Who may do what with a profile and what lies below it: its person, and administrators.
fn access(webid: &NamedNode, base: &Base) -> Vec<Quad> {
    let all = [AccessMode::Read, AccessMode::Write, AccessMode::Control];
    let administrators = administrators(base);
    AclText::of(webid.clone())
        .grant("owner", Grantee::Agent(webid.as_ref()), About::Both, &all)
        .grant("administrators", Grantee::Agent(administrators.as_ref()), About::Both, &all)
        .quads()
}
