//! Power cuts: `kill -9` at random moments while clients write, and at each named point.
//!
//! Invariant: what was acknowledged is there afterwards, whole, and the journal verifies.

use crate::http::Request;
use crate::server::{BASE, Folder, Server, figures};
use codesocial_store::Random;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

const KILLS: u32 = 100;
const CLIENTS: u32 = 4;
const SEED: u8 = 122;
/// A server is killed at the latest after this many microseconds of writes.
const LIFE_MICROSECONDS_MAX: u64 = 120_000;

/// What clients heard: the version of each resource that was acknowledged last.
#[derive(Default)]
struct Heard {
    acknowledged: BTreeMap<String, u32>,
    /// Versions sent whose answer never came: they may or may not be there.
    unknown: BTreeMap<String, u32>,
    writes: u32,
}

/// A version is told by every triple of a resource, so that half of one cannot pass for another.
fn content(version: u32) -> String {
    (0..5).map(|n| format!("<> <http://e.example/p{n}> {version} .\n")).collect()
}

/// Writes resources of its own, each again and again, until the connection breaks.
fn write_until_cut(address: &str, client: u32, version: &AtomicU32) -> Heard {
    let mut heard = Heard::default();
    for n in (0..5).cycle() {
        let path = format!("/sandbox/client-{client}-{n}");
        let version = version.fetch_add(1, Ordering::Relaxed);
        let request = Request::new(address, "PUT", &path).admin().turtle(content(version));
        match request.try_send() {
            Ok(answer) => {
                assert!([201, 204].contains(&answer.status), "{answer:?}");
                heard.writes += 1;
                heard.unknown.remove(&path);
                heard.acknowledged.insert(path, version);
            }
            Err(_) => {
                heard.unknown.insert(path, version);
                return heard;
            }
        }
    }
    heard
}

/// Lets clients write on a server until it dies, by a signal or by itself.
fn write_on(server: &mut Server, life: Option<Duration>, version: &AtomicU32) -> Heard {
    let mut all = Heard::default();
    thread::scope(|scope| {
        let address = server.address.clone();
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let address = address.clone();
                scope.spawn(move || write_until_cut(&address, client, version))
            })
            .collect();
        if let Some(life) = life {
            thread::sleep(life);
            server.kill();
        }
        for client in clients {
            let heard = client.join().expect("a client ends by itself");
            all.acknowledged.extend(heard.acknowledged);
            all.unknown.extend(heard.unknown);
            all.writes += heard.writes;
        }
    });
    all
}

/// The version that a resource holds, which must be a whole one; `None` where it is absent.
#[track_caller]
fn version_of(server: &Server, path: &str) -> Option<u32> {
    let answer = server.get(path).accept("application/n-triples").send();
    if answer.status == 404 {
        return None;
    }
    let own: Vec<&str> =
        answer.body.lines().filter(|line| line.contains("<http://e.example/p")).collect();
    assert_eq!(own.len(), 5, "half-written: {answer:?}");
    let value = |line: &str| line.split('"').nth(1).and_then(|value| value.parse().ok());
    let first: Option<u32> = value(own[0]);
    assert!(own.iter().all(|line| value(line) == first), "half-written: {answer:?}");
    let listed = server.get("/sandbox").accept("application/n-triples").send();
    assert!(listed.body.contains(&format!("{}>", &path[1..])), "{path} is not contained");
    first
}

/// Compares what is there with what clients heard before the cut.
#[track_caller]
fn nothing_is_lost(server: &Server, known: &mut BTreeMap<String, u32>, heard: Heard) {
    for (path, version) in heard.acknowledged {
        known.insert(path, version);
    }
    for (path, acknowledged) in known.iter_mut() {
        let there = version_of(server, path);
        let unknown = heard.unknown.get(path).copied();
        assert!(
            there == Some(*acknowledged) || there.is_some() && there == unknown,
            "{path}: acknowledged {acknowledged}, unknown {unknown:?}, there {there:?}"
        );
        *acknowledged = there.unwrap_or(*acknowledged);
    }
    for (path, version) in heard.unknown {
        if let Some(there) = version_of(server, &path) {
            let before = known.insert(path, there);
            assert!(there == version || before == Some(there), "neither sent nor known: {there}");
        }
    }
}

#[test]
fn nothing_acknowledged_is_lost_when_the_process_is_killed() {
    let folder = Folder::new();
    let mut random = Random::of_seed([SEED; 32]);
    let (mut known, version) = (BTreeMap::new(), AtomicU32::new(1));
    let mut writes = 0;
    let mut server = folder.serve(&["--base", BASE]);
    for _ in 0..KILLS {
        let life = Duration::from_micros(random.bits() % LIFE_MICROSECONDS_MAX);
        let heard = write_on(&mut server, Some(life), &version);
        writes += heard.writes;
        drop(server);
        // View and replay are compared by `verify`, at every restart.
        folder.head();
        server = folder.serve(&[]);
        nothing_is_lost(&server, &mut known, heard);
    }
    assert!(writes > KILLS, "the clients hardly wrote: {writes}");
    figures(&format!("kill -9: {KILLS} kills (seed {SEED}), {writes} acknowledged, 0 lost"));
}

/// Lets a server die at a point, under ordinary writes and the given heavy ones.
#[track_caller]
fn check(point: &str, heavy: &[String]) {
    let folder = Folder::new();
    folder.serve(&["--base", BASE]).stop();
    let mut server = folder.serve(&["--crash-at", point]);
    let (mut known, version) = (BTreeMap::new(), AtomicU32::new(1));
    for update in heavy {
        // The server may die in the middle of any of them.
        drop(server.update(update).try_send());
    }
    let heard = write_on(&mut server, None, &version);
    assert!(server.has_crashed(), "{point} was never passed");
    let writes = heard.writes;
    folder.head();
    let server = folder.serve(&[]);
    nothing_is_lost(&server, &mut known, heard);
    figures(&format!("crash at {point}: {writes} acknowledged, 0 lost"));
}

#[test]
fn nothing_is_lost_when_the_process_dies_before_the_journals_commit() {
    check("before-journal-commit:7", &[]);
}

#[test]
fn nothing_is_lost_when_the_process_dies_after_the_journals_commit() {
    check("after-journal-commit:7", &[]);
}

#[test]
fn nothing_is_lost_when_the_process_dies_before_the_answer() {
    check("before-answer:7", &[]);
}

/// More than a tenth of the base and ten thousand changes, so that a merge is due.
fn heavy_update() -> String {
    let triples: String = (0..12_000)
        .map(|n| format!("<http://e.example/s{n}> <http://e.example/p> {n} .\n"))
        .collect();
    format!("INSERT DATA {{ GRAPH <http://e.example/heavy> {{ {triples} }} }}")
}

#[test]
fn nothing_is_lost_when_the_process_dies_during_a_merge() {
    // The first merge follows the installation, before anyone writes.
    check("during-merge:2", &[heavy_update()]);
}

#[test]
fn nothing_is_lost_when_the_process_dies_during_a_checkpoint() {
    // A checkpoint follows each merge.
    check("during-checkpoint:1", &[heavy_update()]);
}

/// An import that dies at a point, and the same command given again.
#[track_caller]
fn check_import(point: &str, written: bool) {
    const DOCUMENTS: usize = 2_500;
    let folder = Server::empty().stop();
    let text: String = (0..DOCUMENTS).map(|n| format!("<documents/d{n}> <a:p> {n} .\n")).collect();
    let file = folder.path().join("documents.ttl");
    std::fs::write(&file, text).expect("the folder can be written");
    let file = file.to_string_lossy().into_owned();
    let before = folder.head();
    let died = folder.run("import", &["--crash-at", point, &file]);
    assert_eq!(died.status.code(), None, "{point} was never passed");
    assert_eq!(folder.head() != before, written, "{point}");
    let again = folder.run("import", &[&file]);
    let told = String::from_utf8_lossy(&again.stdout);
    let (new, present) = if written { (0, DOCUMENTS) } else { (DOCUMENTS, 0) };
    assert!(told.contains(&format!("{new} documents imported, {present} present")), "{told}");
    let server = folder.serve(&[]);
    let count = server.rows("SELECT (COUNT(*) AS ?n) WHERE { ?s <a:p> ?o }");
    assert_eq!(count.trim_end(), DOCUMENTS.to_string());
}

#[test]
fn an_import_that_dies_has_written_nothing_or_everything() {
    check_import("before-journal-commit", false);
    check_import("after-journal-commit", true);
    check_import("before-answer", true);
}
