//! All that the instance holds of a person: one file for them, and forgotten when they say so.
//!
//! Invariant: after an erasure neither the registry, nor the journal, nor the side tables hold
//! anything of the person; what they made for others stays, without their name.

use super::session::LoggedIn;
use super::visit::Visit;
use crate::problem::Problem;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use codesocial_ldp::Request;
use codesocial_rdf::vocab::{dct, foaf, rdf};
use codesocial_rdf::write;
use codesocial_registry::Personal;
use codesocial_store::{
    Account, Agent, CommitError, Precondition, Random, SideError, SideTables, State, Store,
};
use jiff::Timestamp;
use oxrdf::{GraphName, Literal, NamedNode, NamedNodeRef, Quad, Term};

/// `GET /account/data`: the file, for who is logged in.
pub(super) async fn get(visit: Visit) -> Result<Response, Problem> {
    let Some(who) = visit.logged_in().await? else { return Ok(visit.go("login")) };
    let (side, now) = (visit.app.store.side(), (visit.app.clock)());
    let state = visit.app.store.state();
    let file = of(&state, side, &who.account, now).await.map_err(|error| visit.refuse(error))?;
    let name = format!("attachment; filename=\"{}.jsonld\"", who.account.handle);
    let headers = [
        (CONTENT_TYPE, "application/ld+json"),
        (CONTENT_DISPOSITION, name.as_str()),
        (CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, file).into_response())
}

/// What the registry and the side tables hold of a person, as JSON-LD: a graph for each document.
pub(crate) async fn of(
    state: &State,
    side: &SideTables,
    account: &Account,
    now: Timestamp,
) -> Result<String, SideError> {
    let webid = account.webid(state.base());
    let mut quads = about(account, &webid);
    for token in side.tokens(account.id).await? {
        let node = part(&webid, &format!("token-{}", token.label));
        say(&mut quads, &node, dct::TITLE, Literal::from(token.name));
        say(&mut quads, &node, dct::CREATED, Literal::from(token.created.to_string()));
    }
    for session in side.sessions(account.id, now).await? {
        let node = part(&webid, &format!("session-{}", session.label));
        say(&mut quads, &node, dct::TITLE, Literal::from(session.browser));
        say(&mut quads, &node, dct::CREATED, Literal::from(session.created.to_string()));
        say(&mut quads, &node, dct::MODIFIED, Literal::from(session.seen.to_string()));
    }
    quads.extend(Personal::of(state, webid.as_ref()).quads(state));
    Ok(write::json_ld(&quads))
}

/// What the account itself says.
fn about(account: &Account, webid: &NamedNode) -> Vec<Quad> {
    let mut quads = Vec::new();
    let node = part(webid, "account");
    say(&mut quads, webid, foaf::ACCOUNT, node.clone());
    say(&mut quads, &node, rdf::TYPE, foaf::ONLINE_ACCOUNT.into_owned());
    say(&mut quads, &node, foaf::ACCOUNT_NAME, Literal::from(account.handle.as_str()));
    if let Some(email) = &account.email {
        let mailbox = NamedNode::new_unchecked(format!("mailto:{}", email.as_str()));
        say(&mut quads, &node, foaf::MBOX, mailbox);
    }
    if let Some(language) = &account.language {
        say(&mut quads, &node, dct::LANGUAGE, Literal::from(language.as_str()));
    }
    say(&mut quads, &node, dct::CREATED, Literal::from(account.created.to_string()));
    quads
}

fn part(webid: &NamedNode, fragment: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("{}#{fragment}", webid.as_str()))
}

fn say(
    quads: &mut Vec<Quad>,
    node: &NamedNode,
    property: NamedNodeRef<'_>,
    value: impl Into<Term>,
) {
    let (node, property) = (node.clone(), property.into_owned());
    quads.push(Quad::new(node, property, value, GraphName::DefaultGraph));
}

/// Forgets who is logged in, and leads to the front page.
pub(super) async fn erase(visit: &Visit, who: &LoggedIn) -> Result<Response, Problem> {
    let (app, now) = (&visit.app, (visit.app.clock)());
    let erased = forget(&app.store, &who.account, now, &mut app.random()).await;
    erased.map_err(|error| visit.refuse(error))?;
    let removed = app.store.side().remove_account(who.account.id).await;
    removed.map_err(|error| visit.refuse(error))?;
    Ok(visit.go(""))
}

/// Takes away what the registry and its journal hold of a person. The account stays, so that what
/// failed can be tried again.
pub(crate) async fn forget(
    store: &Store,
    account: &Account,
    now: Timestamp,
    random: &mut Random,
) -> Result<(), CommitError> {
    let webid = account.webid(store.state().base());
    let request = Request { agent: Agent::Server, now, random, precondition: Precondition::None };
    store.commit(codesocial_registry::erase(request, webid)).await.map(drop)
}
