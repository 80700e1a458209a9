//! The document at a person's WebID, made with the account, theirs alone to read and change until
//! they say otherwise.
//!
//! Invariant: whoever came has their profile, or had it and it was deleted. It is made after the
//! account, whose handle and address must be its own first; where the program died in between, or
//! the account was made beside a server, it is made when its person comes or the server starts.

use crate::state::App;
use codesocial_ldp::Request;
use codesocial_rdf::Changeset;
use codesocial_rdf::vocab::{foaf, pair, rdf, skos};
use codesocial_store::{
    AccessMode, Account, Agent, CommandKind, CommitError, Handle, Precondition, Proposal, Random,
    Rejection, SideError, State, Store,
};
use jiff::Timestamp;
use oxrdf::{Literal, NamedNodeRef, Term, Triple};

/// Makes the profile of an account, unless it is there or was deleted.
pub(super) async fn ensure(app: &App, account: &Account) -> Result<(), CommitError> {
    ensure_in(&app.store, account, (app.clock)(), &mut app.random()).await
}

/// Makes the profile of an account that was made beside the server, when its person comes. They may
/// do what they came for without it.
pub(super) async fn come(app: &App, account: &Account) {
    if let Err(error) = ensure(app, account).await {
        tracing::error!(%error, account = %account.id, "a profile could not be made");
    }
}

/// Says in the profile of an account how its person is called now, where it said how before.
pub(super) async fn rename(
    app: &App,
    account: &Account,
    handle: &Handle,
) -> Result<(), CommitError> {
    let (webid, now) = (account.webid(&app.base), (app.clock)());
    let (before, after) = (account.handle.to_string(), handle.to_string());
    if before == after {
        return Ok(());
    }
    let document = webid.clone();
    let propose = move |state: &State, _: &mut Random| {
        let mut client = Changeset::default();
        for triple in state.graph(document.as_ref().into()) {
            let Term::Literal(name) = &triple.object else { continue };
            if name.value() == before && NAMES.contains(&triple.predicate.as_ref()) {
                let name = match name.language() {
                    Some(tag) => Literal::new_language_tagged_literal_unchecked(&after, tag),
                    None => Literal::from(after.as_str()),
                };
                let renamed = Triple { object: name.into(), ..triple.clone() };
                client.added.push(renamed.in_graph(document.clone()));
                client.removed.push(triple.in_graph(document.clone()));
            }
        }
        Ok(Proposal { client, location: Some(document.clone()), ..Proposal::default() })
    };
    let mut random = app.random();
    let precondition = Precondition::None;
    let request = Request { agent: Agent::Server, now, random: &mut random, precondition };
    let target = Some((webid, AccessMode::Write));
    let command = request.command(CommandKind::Patch, target, Box::new(propose));
    app.store.commit(command).await.map(drop)
}

/// What a profile says a person's name with.
const NAMES: [NamedNodeRef<'_>; 3] = [pair::LABEL, foaf::NICK, skos::PREF_LABEL];

/// Makes the profiles that are missing.
pub(crate) async fn ensure_all(
    store: &Store,
    now: Timestamp,
    random: &mut Random,
) -> Result<(), SideError> {
    for account in store.side().accounts().await? {
        if let Err(error) = ensure_in(store, &account, now, random).await {
            tracing::error!(%error, account = %account.id, "a profile could not be made");
        }
    }
    Ok(())
}

async fn ensure_in(
    store: &Store,
    account: &Account,
    now: Timestamp,
    random: &mut Random,
) -> Result<(), CommitError> {
    let (state, webid) = (store.state(), account.webid(store.state().base()));
    if state.exists(webid.as_ref()) || state.is_tombstoned(webid.as_ref()) {
        return Ok(());
    }
    // A handle says how a person is called, and nothing else is known of them.
    let name = Literal::from(account.handle.as_str());
    let triples = vec![
        Triple::new(webid.clone(), rdf::TYPE, pair::PERSON),
        Triple::new(webid.clone(), rdf::TYPE, foaf::PERSON),
        Triple::new(webid.clone(), pair::LABEL, name.clone()),
        Triple::new(webid.clone(), foaf::NICK, name),
    ];
    let request = Request { agent: Agent::Server, now, random, precondition: Precondition::Absent };
    let command = codesocial_ldp::profile(request, webid, triples);
    match store.commit(command).await {
        Ok(_) | Err(CommitError::Rejected(Rejection::Gone(_) | Rejection::PreconditionFailed)) => {
            Ok(())
        }
        Err(error) => Err(error),
    }
}
