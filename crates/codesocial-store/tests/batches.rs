//! While the journal writes, what comes next is decided already: nobody sees any of it before it is
//! on disk, and nothing stands on what was not written.

mod instance;

use codesocial_rdf::Changeset;
use codesocial_store::{Agent, Command, CommandKind, Precondition, Proposal, State, verify};
use instance::{graph, now, open, runtime};
use oxrdf::{Literal, NamedNode, Quad, Term, Triple};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection};
use std::path::Path;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// What a state says, in an order.
fn said(state: &State) -> Vec<String> {
    let graph = graph();
    let said = state.graph(graph.as_ref().into());
    let mut values: Vec<String> = said
        .map(|Triple { object, .. }| match object {
            Term::Literal(literal) => literal.value().to_owned(),
            other => other.to_string(),
        })
        .collect();
    values.sort();
    values
}

/// Says a word, and how much was said before; tells when it is asked what it says.
fn say(word: &'static str, asked: UnboundedSender<&'static str>) -> Command {
    Command {
        agent: Agent::Server,
        kind: CommandKind::Install,
        target: None,
        precondition: Precondition::None,
        expects: None,
        now: now(),
        seed: [3; 32],
        propose: Box::new(move |state, _| {
            let text = Literal::new_simple_literal(format!("{} {word}", said(state).len()));
            let quad = Quad::new(graph(), NamedNode::new_unchecked("urn:p"), text, graph());
            let server = Changeset { removed: Vec::new(), added: vec![quad] };
            asked.send(word).expect("the test listens");
            Ok(Proposal { server, ..Proposal::default() })
        }),
    }
}

/// Another process that holds the lock of the journal's database.
async fn locked(folder: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(folder.join("journal.sqlite"));
    let mut database = options.connect().await.expect("a database");
    sqlx::query("BEGIN IMMEDIATE").execute(&mut database).await.expect("the lock");
    database
}

async fn release(mut database: SqliteConnection) {
    sqlx::query("COMMIT").execute(&mut database).await.expect("it is written");
    database.close().await.expect("nothing is left");
}

async fn wait_for(asked: &mut UnboundedReceiver<&'static str>, words: &[&str]) {
    for word in words {
        assert_eq!(asked.recv().await.as_ref(), Some(word));
    }
}

#[test]
fn what_is_decided_is_seen_when_it_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path());
    runtime().block_on(async {
        let (asked, mut heard) = unbounded_channel();
        let database = locked(folder.path()).await;
        let commands = ["one", "two", "three"].map(|word| {
            let (store, command) = (store.clone(), say(word, asked.clone()));
            tokio::spawn(async move { store.commit(command).await })
        });
        wait_for(&mut heard, &["one", "two", "three"]).await;
        assert_eq!(said(&store.state()), Vec::<String>::new());
        assert!(commands.iter().all(|command| !command.is_finished()), "nobody was answered");
        release(database).await;
        for command in commands {
            command.await.expect("no panic").expect("accepted");
        }
        assert_eq!(said(&store.state()), ["0 one", "1 two", "2 three"]);
    });
    store.close();
    verify(folder.path()).expect("the journal is whole");
}

#[test]
fn what_was_decided_on_a_write_that_failed_is_decided_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path());
    runtime().block_on(async {
        let (asked, mut heard) = unbounded_channel();
        let mut database = locked(folder.path()).await;
        let refuse = "CREATE TRIGGER refuse BEFORE INSERT ON segment
            WHEN instr(NEW.bytes, CAST('poison' AS BLOB)) > 0
            BEGIN SELECT RAISE(ABORT, 'not this one'); END";
        sqlx::query(refuse).execute(&mut database).await.expect("a trigger");
        let send = |word| {
            let (store, command) = (store.clone(), say(word, asked.clone()));
            tokio::spawn(async move { store.commit(command).await })
        };
        let poison = send("poison");
        wait_for(&mut heard, &["poison"]).await;
        let (two, three) = (send("two"), send("three"));
        wait_for(&mut heard, &["two", "three"]).await;
        release(database).await;
        poison.await.expect("no panic").expect_err("it was not written");
        for command in [two, three] {
            command.await.expect("no panic").expect("accepted");
        }
        assert_eq!(said(&store.state()), ["0 two", "1 three"]);
    });
    store.close();
    verify(folder.path()).expect("the journal is whole");
}
