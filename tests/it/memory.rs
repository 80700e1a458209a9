//! Memory after long work is memory before it: what is replaced and what is refused goes.
//!
//! Each measurement is a process of its own, so that no other test's memory is in its figures.

use crate::server::figures;
use codesocial_graph::Snapshot;
use codesocial_ldp::{CONTAINERS, Installation, Request};
use codesocial_rdf::{Base, Changeset};
use codesocial_store::{Agent, Crash, Options, Precondition, Random, Store};
use jiff::Timestamp;
use oxrdf::{Literal, NamedNode, Quad, Triple};
use std::process::Command;

const RESOURCES: u32 = 1_000;
const MEGABYTE: usize = 1024 * 1024;

/// What the process occupies.
fn resident_bytes() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").expect("Linux tells");
    let pages = statm.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok());
    pages.expect("the second field is the resident set") * 4096
}

/// The tests below may only be run one by one: this one does.
#[test]
fn memory_is_back_where_it_began() {
    for name in ["a_million_updates", "refused_candidates", "updates_through_the_store"] {
        let own = std::env::current_exe().expect("a process knows its own file");
        let name = format!("memory::{name}");
        let output = Command::new(own)
            .args(["--exact", &name, "--ignored", "--nocapture"])
            .output()
            .expect("the tests run");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stdout));
        let line = told.lines().find(|line| line.contains("MB")).expect("it tells its figures");
        figures(line.trim());
    }
}

#[track_caller]
fn check_back(what: &str, before: usize, after: usize) {
    let (before, after) = (before as f64 / MEGABYTE as f64, after as f64 / MEGABYTE as f64);
    figures(&format!("{what}: {before:.1} MB before, {after:.1} MB after"));
    // An allocator keeps some of what was freed.
    assert!(after < before * 1.25 + 8.0, "{what}: from {before:.1} MB to {after:.1} MB");
}

fn base() -> Base {
    Base::parse(crate::server::BASE).expect("a base")
}

fn quad(resource: u32, version: u32) -> Quad {
    let iri = |path: String| NamedNode::new_unchecked(format!("{}{path}", crate::server::BASE));
    let document = iri(format!("documents/{resource}"));
    let value = Literal::new_simple_literal(format!("version {version} of resource {resource}"));
    Quad::new(document.clone(), iri("ns#p".to_owned()), value, document)
}

/// Applies the update that gives a resource its next version.
fn update(snapshot: &mut Snapshot, n: u32) {
    let (resource, version) = (n % RESOURCES, n / RESOURCES);
    let removed = (version > 0).then(|| quad(resource, version - 1)).into_iter().collect();
    let mut candidate = snapshot.candidate();
    let net = candidate.apply(&Changeset { removed, added: vec![quad(resource, version)] });
    assert_eq!(net.expect("there is room").added.len(), 1);
    *snapshot = candidate.publish();
    if snapshot.merge_due() {
        *snapshot = snapshot.merged();
    }
}

#[test]
#[ignore = "run by memory_is_back_where_it_began"]
fn a_million_updates() {
    let mut snapshot = Snapshot::empty(base());
    let warm = 50_000;
    (0..warm).for_each(|n| update(&mut snapshot, n));
    let (before, bytes) = (resident_bytes(), snapshot.merged().stats().bytes);
    (warm..warm + 1_000_000).for_each(|n| update(&mut snapshot, n));
    assert_eq!(snapshot.len(), RESOURCES as usize);
    let after = snapshot.merged().stats().bytes;
    assert!(after < bytes + bytes / 4, "the view itself grew from {bytes} to {after} bytes");
    check_back("1,000,000 updates of 1,000 resources in the view", before, resident_bytes());
}

#[test]
#[ignore = "run by memory_is_back_where_it_began"]
fn refused_candidates() {
    let mut snapshot = Snapshot::empty(base());
    (0..RESOURCES).for_each(|n| update(&mut snapshot, n));
    let refuse = |n: u32| {
        let mut candidate = snapshot.candidate();
        let added = (0..100).map(|part| quad(part, n + 1)).collect();
        let net = candidate.apply(&Changeset { removed: Vec::new(), added });
        assert_eq!(net.expect("there is room").added.len(), 100);
    };
    (0..1_000).for_each(refuse);
    let (before, stats) = (resident_bytes(), snapshot.stats());
    (1_000..101_000).for_each(refuse);
    assert_eq!(snapshot.stats(), stats, "what is refused leaves no term");
    check_back("100,000 refused writes of 100 triples", before, resident_bytes());
}

const CLIENTS: u32 = 64;

#[test]
#[ignore = "run by memory_is_back_where_it_began"]
fn updates_through_the_store() {
    let folder = tempfile::TempDir::new().expect("a temporary folder can be created");
    let options = Options {
        folder: folder.path().to_owned(),
        base: Some(base()),
        now: Timestamp::UNIX_EPOCH,
        random: Random::of_seed([0; 32]),
        crash: Crash::default(),
        computed: codesocial_registry::computed,
        edition: Default::default(),
    };
    let store = Store::open(options).expect("the folder is fresh");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let installation = codesocial_ldp::install(
        request(&mut Random::of_seed([1; 32]), Agent::Server),
        Installation { containers: CONTAINERS, ..Installation::default() },
    );
    runtime.block_on(store.commit(installation)).expect("the containers are installed");
    let write = |range: std::ops::Range<u32>| {
        for first in range.step_by(CLIENTS as usize) {
            // Together, so that they share an fsync.
            let mut batch = tokio::task::JoinSet::new();
            for n in first..first + CLIENTS {
                let store = store.clone();
                batch.spawn_on(async move { store.commit(put(n)).await }, runtime.handle());
            }
            for outcome in runtime.block_on(batch.join_all()) {
                outcome.expect("it is accepted");
            }
        }
    };
    write(0..20_000);
    let before = resident_bytes();
    write(20_032..40_032);
    check_back("20,000 updates of 1,000 resources through the store", before, resident_bytes());
    store.close();
}

fn request(random: &mut Random, agent: Agent) -> Request<'_> {
    Request { agent, now: Timestamp::UNIX_EPOCH, random, precondition: Precondition::None }
}

/// The command that gives a document of the sandbox its next version.
fn put(n: u32) -> codesocial_store::Command {
    let document = base().resolve(&format!("sandbox/{}", n % RESOURCES));
    let value = Literal::new_simple_literal(format!("version {n}"));
    let triples = vec![Triple::new(document.clone(), base().resolve("ns#p"), value)];
    let mut random = Random::of_seed([2; 32]);
    codesocial_ldp::put(request(&mut random, Agent::Server), document, triples, None)
}
