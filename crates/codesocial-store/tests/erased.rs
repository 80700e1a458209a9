//! Segments that are missing: forgotten where an entry says so, and damage where none does.

mod instance;

use codesocial_rdf::Changeset;
use codesocial_store::{Agent, Command, CommandKind, Precondition, Proposal, Store, verify};
use instance::{graph, now, open, runtime};
use oxrdf::{Literal, NamedNode, Quad};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Row as _, SqliteConnection};
use std::path::Path;

fn secret() -> Quad {
    let property = NamedNode::new_unchecked("urn:p");
    Quad::new(graph(), property, Literal::new_simple_literal("SECRET"), graph())
}

fn commit(
    store: &Store,
    kind: CommandKind,
    server: impl Fn(&codesocial_store::State) -> Changeset + Send + Sync + 'static,
) {
    let command = Command {
        agent: Agent::Server,
        kind,
        target: None,
        precondition: Precondition::None,
        expects: None,
        now: now(),
        seed: [3; 32],
        propose: Box::new(move |state, _| {
            Ok(Proposal { server: server(state), ..Proposal::default() })
        }),
    };
    runtime().block_on(store.commit(command)).expect("accepted");
}

/// An instance whose second entry says a secret.
fn told(folder: &Path) -> Store {
    let store = open(folder);
    commit(&store, CommandKind::Install, |_| Changeset {
        removed: Vec::new(),
        added: vec![secret()],
    });
    store
}

fn erase(store: &Store) {
    commit(store, CommandKind::Erase, |state| {
        let mark = state.erasure_mark(graph().as_ref());
        Changeset { removed: vec![secret()], added: vec![mark] }
    });
}

async fn database(folder: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(folder.join("journal.sqlite"));
    options.connect().await.expect("a database")
}

fn holds_secret(folder: &Path) -> bool {
    std::fs::read_dir(folder).expect("a folder").any(|file| {
        let path = file.expect("a file").path();
        if path.is_dir() {
            return holds_secret(&path);
        }
        // SQLite takes its log away when the last connection closes, which may be meanwhile.
        let bytes = std::fs::read(path).unwrap_or_default();
        bytes.windows(6).any(|part| part == b"SECRET")
    })
}

#[test]
fn what_is_missing_without_an_erasure_is_damage() {
    let folder = tempfile::tempdir().expect("a folder");
    told(folder.path()).close();
    verify(folder.path()).expect("it is whole");
    runtime().block_on(async {
        let text = "UPDATE segment SET bytes = NULL, salt = NULL WHERE seq = 2";
        sqlx::query(text).execute(&mut database(folder.path()).await).await.expect("written");
    });
    for file in std::fs::read_dir(folder.path()).expect("a folder") {
        let path = file.expect("a file").path();
        if path.extension().is_some_and(|extension| extension == "bin") {
            std::fs::remove_file(path).expect("removed");
        }
    }
    let told = verify(folder.path()).expect_err("a segment is missing").to_string();
    assert_eq!(
        told,
        "entry 2 of the journal is damaged: segment 0 is missing, and no entry erased it"
    );
}

#[test]
fn an_erasure_that_was_interrupted_is_done_at_the_next_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = told(folder.path());
    let kept = runtime().block_on(async {
        let text = "SELECT salt, bytes FROM segment WHERE seq = 2";
        let row = sqlx::query(text).fetch_one(&mut database(folder.path()).await).await;
        let row = row.expect("a row");
        (row.get::<Vec<u8>, _>(0), row.get::<Vec<u8>, _>(1))
    });
    erase(&store);
    store.close();
    drop(store);
    assert!(!holds_secret(folder.path()));
    runtime().block_on(async {
        let text = "UPDATE segment SET salt = ?1, bytes = ?2 WHERE seq = 2";
        let update = sqlx::query(text).bind(kept.0).bind(kept.1);
        update.execute(&mut database(folder.path()).await).await.expect("written");
    });
    assert!(holds_secret(folder.path()), "as if the process had died before");
    open(folder.path()).close();
    assert!(!holds_secret(folder.path()));
    verify(folder.path()).expect("it verifies");
}
