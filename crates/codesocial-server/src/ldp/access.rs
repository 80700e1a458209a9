//! What an answer says of who may do what: where the access document is, and what the agent and
//! everyone may do. <https://solidproject.org/TR/wac>

use super::{file_of, header, link};
use axum::http::{HeaderMap, HeaderName};
use codesocial_ldp::DocumentKind;
use codesocial_store::{Agent, Modes, State, acl_of};
use oxrdf::NamedNode;

const WAC_ALLOW: HeaderName = HeaderName::from_static("wac-allow");

/// Adds it for a document that is there.
pub(super) fn tell(
    headers: &mut HeaderMap,
    state: &State,
    agent: &Agent,
    address: &NamedNode,
    kind: DocumentKind,
) {
    // A description is for who its file is for, and has no access document of its own.
    // https://solidproject.org/TR/protocol#auxiliary-resources-description-resources
    let document = match kind {
        DocumentKind::Description => file_of(address),
        _ => address.as_ref(),
    };
    match kind {
        DocumentKind::Container(_)
        | DocumentKind::Resource
        | DocumentKind::File
        | DocumentKind::Description => {
            link(headers, acl_of(document).as_str(), "acl");
        }
        DocumentKind::Shapes | DocumentKind::Access | DocumentKind::ReadOnly => {}
    }
    // "user="read append",public="read"": what the agent may do, and what everyone may.
    // https://solidproject.org/TR/wac#wac-allow
    let user = words(state.modes(agent, document));
    let public = words(state.modes(&Agent::Anonymous, document));
    headers.insert(WAC_ALLOW, header(&format!("user=\"{user}\", public=\"{public}\"")));
}

fn words(modes: Modes) -> String {
    let words: Vec<&str> = modes.iter().map(codesocial_store::AccessMode::word).collect();
    words.join(" ")
}
