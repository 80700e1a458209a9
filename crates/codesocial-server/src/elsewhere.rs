//! What is asked of other servers before anybody needs it: who is in the groups that access
//! documents name. Where memberships begin or end, the state is told what time it is.
//!
//! Invariant: no decision waits for another server. A group that cannot be read keeps the members
//! that it had until they count no more, and one that its server does not show has none.

use crate::state::App;
use axum::http::StatusCode;
use codesocial_fetch::{FetchError, Request};
use codesocial_rdf::RdfSyntax;
use codesocial_rdf::parse::{self, SyntaxError};
use codesocial_rdf::vocab::vcard;
use codesocial_store::{CommitError, Elsewhere, RemoteGroup, SideError};
use jiff::{SignedDuration, Timestamp};
use oxrdf::{NamedNode, Term, Triple};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Duration;
use tokio::task::JoinSet;

/// How often the newest state is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// After how long a group that could not be read is tried again, at the latest.
const RETRY: SignedDuration = SignedDuration::from_mins(5);
/// How many groups of other servers are read: nobody is a member of more.
const GROUPS_MAX: usize = 256;
/// How many members one may have.
const MEMBERS_MAX: usize = 10_000;
/// How many are read at once.
const READING_MAX: usize = 8;
/// By what answers a server says that it shows no such group.
const SHOWN_TO_NOBODY: [StatusCode; 4] =
    [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN, StatusCode::NOT_FOUND, StatusCode::GONE];
/// What is understood of what others say.
const RDF: &[&str] = &["text/turtle", "application/ld+json"];

/// Why nothing is known of a document of another server. For the log.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ElsewhereError {
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error("the server answers {0}")]
    Status(StatusCode),
    #[error("the answer is no RDF that is understood: {0}")]
    Syntax(#[from] SyntaxError),
    #[error("there are more than {MEMBERS_MAX} members")]
    Members,
}

/// Why what is known was not kept. Ours.
#[derive(Debug, thiserror::Error)]
enum FollowError {
    #[error(transparent)]
    Side(#[from] SideError),
    #[error(transparent)]
    Commit(#[from] CommitError),
}

type Reading = (NamedNode, Timestamp, Result<HashSet<NamedNode>, ElsewhereError>);

/// The groups that are followed.
struct Followed {
    known: HashMap<NamedNode, RemoteGroup>,
    wanted: BTreeSet<NamedNode>,
    /// When each is to be read again.
    next: HashMap<NamedNode, Timestamp>,
    reading: JoinSet<Reading>,
    /// The state of access for which `wanted` holds.
    seen: u64,
}

/// Tells the state what was known of other servers when the program ended.
pub(crate) async fn remember(app: &App) {
    if let Err(error) = remembered(app).await {
        tracing::error!(%error, "what was known of other servers is not");
    }
}

async fn remembered(app: &App) -> Result<(), FollowError> {
    let groups = app.store.side().remote_groups().await?.into_iter().collect();
    Ok(app.store.learn(Elsewhere { at: (app.clock)(), groups }).await?)
}

/// Reads the groups that access documents name, soon after they do and again and again, as long as
/// the server runs.
pub(crate) async fn follow(app: App) {
    let known = app.store.state().elsewhere().groups.clone();
    let mut followed = Followed {
        known,
        wanted: BTreeSet::new(),
        next: HashMap::new(),
        reading: JoinSet::new(),
        seen: 0,
    };
    loop {
        let read = tokio::select! {
            Some(read) = followed.reading.join_next() => read.ok(),
            () = tokio::time::sleep(LOOK) => None,
        };
        if let Err(error) = followed.tend(&app, read).await {
            tracing::error!(%error, "what other servers say was not kept");
        }
    }
}

impl Followed {
    async fn tend(&mut self, app: &App, read: Option<Reading>) -> Result<(), FollowError> {
        let (state, now) = (app.store.state(), (app.clock)());
        let mut is_new = state.access_due().is_some_and(|due| due <= now);
        if self.seen != state.access_changed() {
            self.seen = state.access_changed();
            self.wanted = state.remote_groups().take(GROUPS_MAX).collect();
            is_new |= self.forget(app).await?;
        }
        if let Some((group, at, members)) = read {
            is_new |= self.keep(app, group, at, members).await?;
        }
        if is_new {
            let groups = self.known.clone();
            app.store.learn(Elsewhere { at: now, groups }).await?;
        }
        self.read(app, now);
        Ok(())
    }

    /// Drops the groups that no access document names any more: whether there were any.
    async fn forget(&mut self, app: &App) -> Result<bool, FollowError> {
        self.next.retain(|group, _| self.wanted.contains(group));
        let gone = self.known.keys().filter(|group| !self.wanted.contains(*group));
        let gone: Vec<NamedNode> = gone.cloned().collect();
        for group in &gone {
            self.known.remove(group);
            app.store.side().forget_remote_group(group).await?;
        }
        Ok(!gone.is_empty())
    }

    /// Keeps what was read of a group: whether that is anything.
    async fn keep(
        &mut self,
        app: &App,
        group: NamedNode,
        read: Timestamp,
        members: Result<HashSet<NamedNode>, ElsewhereError>,
    ) -> Result<bool, FollowError> {
        if !self.wanted.contains(&group) {
            return Ok(false);
        }
        let again = SignedDuration::from_secs(app.config.fetch.groups_seconds.into());
        let wait = if members.is_ok() { again } else { again.min(RETRY) };
        self.next.insert(group.clone(), read + wait);
        match members {
            Ok(members) => {
                let known = RemoteGroup { read, members };
                app.store.side().keep_remote_group(&group, &known).await?;
                self.known.insert(group, known);
                Ok(true)
            }
            Err(error) => {
                tracing::warn!(%group, %error, "a group of another server could not be read");
                Ok(false)
            }
        }
    }

    /// Begins to read the groups whose time it is.
    fn read(&mut self, app: &App, now: Timestamp) {
        for group in &self.wanted {
            if self.reading.len() >= READING_MAX {
                break;
            }
            if self.next.get(group).is_none_or(|next| *next <= now) {
                // Not before this reading has ended, and no longer than the client waits.
                self.next.insert(group.clone(), now + RETRY);
                let (app, group) = (app.clone(), group.clone());
                self.reading.spawn(async move {
                    let members = members(&app, &group).await;
                    (group, now, members)
                });
            }
        }
    }
}

/// Who is in a group as its own document says now: nobody where its server shows none.
async fn members(app: &App, group: &NamedNode) -> Result<HashSet<NamedNode>, ElsewhereError> {
    let said = match document(app, group).await {
        Ok(said) => said,
        Err(ElsewhereError::Status(status)) if SHOWN_TO_NOBODY.contains(&status) => Vec::new(),
        Err(error) => return Err(error),
    };
    let is_said = |triple: &Triple| {
        triple.subject == group.clone().into() && triple.predicate == vcard::HAS_MEMBER
    };
    let named = said.into_iter().filter(is_said).filter_map(|triple| match triple.object {
        Term::NamedNode(member) => Some(member),
        Term::BlankNode(_) | Term::Literal(_) => None,
    });
    let members: HashSet<NamedNode> = named.take(MEMBERS_MAX + 1).collect();
    if members.len() > MEMBERS_MAX { Err(ElsewhereError::Members) } else { Ok(members) }
}

/// What the document of a name on another server says.
pub(crate) async fn document(app: &App, name: &NamedNode) -> Result<Vec<Triple>, ElsewhereError> {
    let address = name.as_str().split('#').next().unwrap_or_default();
    let answer = app.fetch.send(Request::get(address, RDF)).await?;
    if !answer.status.is_success() {
        return Err(ElsewhereError::Status(answer.status));
    }
    let media_type = answer.headers.get("content-type").and_then(|value| value.to_str().ok());
    let syntax = media_type.and_then(RdfSyntax::from_media_type).unwrap_or(RdfSyntax::Turtle);
    Ok(parse::triples(&answer.body, syntax, answer.url.as_str())?)
}
