//! The document at a person's WebID, made with the account.
//!
//! Invariant: every account has its profile, or had it and it was deleted. It is made after the
//! account, whose handle and address must be its own first; where the program died in between, the
//! next start makes it, and so it does for accounts made beside a server.

use codesocial_ldp::Request;
use codesocial_rdf::vocab::{foaf, pair, rdf};
use codesocial_store::{
    Account, Agent, CommitError, Precondition, Random, Rejection, SideError, Store,
};
use jiff::Timestamp;
use oxrdf::{Literal, Triple};

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
    if state.exists(webid.as_ref()) {
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
    let command = codesocial_ldp::put(request, webid, triples, None);
    match store.commit(command).await {
        Ok(_) | Err(CommitError::Rejected(Rejection::Gone(_) | Rejection::PreconditionFailed)) => {
            Ok(())
        }
        Err(error) => Err(error),
    }
}
