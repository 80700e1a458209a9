//! A journal as the first version wrote it, read from its golden text: it opens, and has its whole
//! history.

use codesocial_store::{Crash, Entry, Hash, Header, Options, Random, Segment, SegmentClass, Store};
use oxrdf::NamedNodeRef;
use sqlx::migrate::Migrator;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, SqliteConnection};
use std::path::Path;

const GOLDEN: &str = include_str!("../../codesocial-ldp/tests/golden/journal-1.txt");

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// The entries of the golden text: a header, `= HASH`, then `~ KIND SALT` and a patch per segment.
fn entries() -> Vec<Entry> {
    GOLDEN.split("\n\n").filter(|text| !text.trim().is_empty()).map(entry).collect()
}

fn entry(text: &str) -> Entry {
    let (header, segments) = text.split_once("= ").expect("a hash follows the header");
    let header = Header::decode(header.as_bytes()).expect("a header");
    let segments = segments.split("\n~ ").skip(1).map(|segment| {
        let (head, patch) = segment.split_once('\n').expect("a patch follows its head");
        let (kind, salt) = head.split_once(' ').expect("kind and salt");
        Segment {
            kind: kind.to_owned(),
            class: SegmentClass::Public,
            salt: hash(salt),
            bytes: format!("{}\n", patch.trim_end_matches('\n')).into_bytes(),
        }
    });
    Entry { header, segments: segments.collect(), erased: Vec::new() }
}

fn hash(hex: &str) -> Hash {
    let byte = |n: usize| u8::from_str_radix(&hex[2 * n..2 * n + 2], 16).expect("hexadecimal");
    std::array::from_fn(byte)
}

/// The database as the first version laid it out, with the golden entries.
async fn write(file: &Path, entries: &[Entry]) {
    let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
    let mut database: SqliteConnection = options.connect().await.expect("a database");
    let first = MIGRATIONS.iter().take(1).cloned().collect::<Vec<_>>();
    Migrator { migrations: first.into(), ..Migrator::DEFAULT }
        .run(&mut database)
        .await
        .expect("the first layout");
    for entry in entries {
        let seq = i64::try_from(entry.header.seq).expect("a small number");
        let text = "INSERT INTO entry (seq, header, hash) VALUES (?1, ?2, ?3)";
        let insert = sqlx::query(text).bind(seq).bind(entry.header.encode());
        insert.bind(entry.header.hash().to_vec()).execute(&mut database).await.expect("written");
        for (n, segment) in (0_i64..).zip(&entry.segments) {
            let text = "INSERT INTO segment (seq, n, kind, class, subject, salt, bytes, commitment)
                VALUES (?1, ?2, ?3, 'public', '', ?4, ?5, ?6)";
            let insert = sqlx::query(text).bind(seq).bind(n).bind(segment.kind.clone());
            let insert = insert.bind(segment.salt.to_vec()).bind(segment.bytes.clone());
            let insert = insert.bind(segment.commitment().to_vec());
            insert.execute(&mut database).await.expect("written");
        }
    }
    let last = entries.last().expect("entries").header.clone();
    let insert = sqlx::query("INSERT INTO head (id, seq, hash, epoch) VALUES (1, ?1, ?2, 1)")
        .bind(i64::try_from(last.seq).expect("a small number"));
    insert.bind(last.hash().to_vec()).execute(&mut database).await.expect("written");
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

#[test]
fn a_journal_of_the_first_version_opens_with_its_whole_history() {
    let folder = tempfile::tempdir().expect("a folder");
    let entries = entries();
    let last = entries.last().expect("entries").header.clone();
    runtime().block_on(write(&folder.path().join("journal.sqlite"), &entries));
    let options = Options {
        folder: folder.path().to_owned(),
        base: None,
        now: last.at,
        random: Random::of_seed([1; 32]),
        crash: Crash::default(),
        computed: |_, _, _, _| Ok(codesocial_rdf::Changeset::default()),
        edition: Default::default(),
    };
    let store = Store::open(options).expect("it opens");
    assert_eq!(store.state().head().hash, last.hash());
    let history = |graph: &str, before, limit| {
        let graph = NamedNodeRef::new_unchecked(graph);
        let changes = runtime().block_on(store.history(graph, before, limit)).expect("a history");
        let told = changes.iter().map(|change| {
            let (gone, came) = (change.net.removed.len(), change.net.added.len());
            format!("{} {} -{gone} +{came}", change.seq, change.command)
        });
        told.collect::<Vec<_>>()
    };
    let document = "http://localhost:8080/seeds/graine";
    let whole = history(document, None, 10);
    assert_eq!(whole, ["9 delete -1 +0", "7 patch -1 +1", "6 put -3 +1", "5 post -0 +3"]);
    assert_eq!(history(document, Some(9), 2), whole[1..3]);
    assert_eq!(history("http://localhost:8080/seeds/none", None, 10), <[&str; 0]>::default());
    store.close();
    let verified = codesocial_store::verify(folder.path()).expect("it verifies");
    assert_eq!(verified.head.hash, last.hash());
}
