//! What changed of what everybody may read becomes an activity, soon after it did.
//!
//! Invariant: others were told of exactly the documents that are kept as announced. A document that
//! ceases to be for everybody is deleted for them, whatever became of it here.

use super::LOOK;
use crate::state::App;
use codesocial_ldp::CONTAINERS;
use codesocial_store::{AccessMode, Agent, Announced, Announcement, State, Telling};
use oxrdf::NamedNodeRef;
use std::collections::HashSet;
use std::sync::Arc;

/// Looks after each change, as long as the server runs.
pub(crate) async fn announce(app: App) {
    let announced = match app.store.side().announced().await {
        Ok(announced) => announced,
        Err(error) => return tracing::error!(%error, "nobody can be told of changes"),
    };
    let mut announcer = Announcer { announced, access: None };
    loop {
        let state = app.store.state();
        if state.head().seq != announcer.announced.seq {
            announcer = announcer.tell(&app, state).await;
        }
        tokio::time::sleep(LOOK).await;
    }
}

struct Announcer {
    announced: Announced,
    /// The state of access for which that holds; none after a start.
    access: Option<u64>,
}

impl Announcer {
    async fn tell(mut self, app: &App, state: Arc<State>) -> Self {
        let seq = state.head().seq;
        let access = state.access_changed();
        let access_is_new = self.access != Some(access);
        let looking = tokio::task::spawn_blocking(move || {
            let news = news(&state, &self.announced, access_is_new);
            (self, news)
        });
        let news;
        (self, news) = match looking.await {
            Ok(looked) => looked,
            Err(error) => {
                tracing::error!(%error, "what changed could not be told");
                let announced = app.store.side().announced().await.unwrap_or_default();
                return Self { announced, access: None };
            }
        };
        let actor = app.federation.instance.id.as_ref();
        let kept = app.store.side().announce(actor, &news, seq, (app.clock)()).await;
        if let Err(error) = kept {
            tracing::error!(%error, "what changed could not be kept to be told");
            return self;
        }
        for Announcement { telling, document, .. } in news {
            match telling {
                Telling::Delete => drop(self.announced.documents.remove(&document)),
                Telling::Create | Telling::Update | Telling::Accept => {
                    self.announced.documents.insert(document, seq);
                }
            }
        }
        self.announced.seq = seq;
        self.access = Some(access);
        self
    }
}

/// What is to be told of a state, in the order of the entries that changed it.
fn news(state: &State, announced: &Announced, access_is_new: bool) -> Vec<Announcement> {
    let containers: HashSet<&str> = CONTAINERS.iter().map(|entry| entry.path).collect();
    let is_one = |document: NamedNodeRef<'_>| {
        let path = state.base().path_of(document.as_str()).unwrap_or_default();
        // What instances of SemApps call bots and groups of access is no content.
        !containers.contains(path) && !path.starts_with('_')
    };
    let mut found: Vec<(u64, Announcement)> = Vec::new();
    let mut tell = |telling, document: NamedNodeRef<'_>, last| {
        let container = state.container_of(document);
        let document = document.into_owned();
        found.push((last, Announcement { telling, document, container }));
    };
    for (document, last) in state.documents() {
        let known = announced.documents.get(&document.into_owned()).copied();
        if !access_is_new && last <= announced.seq || !is_one(document) {
            continue;
        }
        let is_public = state.exists(document)
            && !state.is_container(document)
            && state.permits(&Agent::Anonymous, document, AccessMode::Read).is_ok();
        match known {
            None if is_public => tell(Telling::Create, document, last),
            Some(seq) if is_public && last > seq => tell(Telling::Update, document, last),
            Some(_) if !is_public => tell(Telling::Delete, document, last),
            _ => {}
        }
    }
    found.sort_by(|(one, first), (other, second)| {
        one.cmp(other).then_with(|| first.document.cmp(&second.document))
    });
    found.into_iter().map(|(_, news)| news).collect()
}
