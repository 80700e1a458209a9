//! Many clients at once: no update is lost, no name is given twice.

use crate::graph::iri;
use crate::server::Server;
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::thread;

#[test]
fn increments_by_eight_clients_are_all_counted() {
    let server = Server::empty();
    let start = "INSERT DATA { <http://e.example/counter> <http://e.example/n> 0 }";
    server.update(start).send().expect_status(204);
    let increment = "DELETE { ?s ?p ?n } INSERT { ?s ?p ?m } \
         WHERE { ?s ?p ?n . FILTER(?p = <http://e.example/n>) BIND(?n + 1 AS ?m) }";
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..50 {
                    // 503: others came first too often; the client is asked to try again.
                    while server.update(increment).send().status != 204 {}
                }
            });
        }
    });
    let rows = server.rows("SELECT ?n { <http://e.example/counter> <http://e.example/n> ?n }");
    assert_eq!(rows, "400\n");
}

#[test]
fn of_fifty_writes_on_one_state_exactly_one_is_accepted() {
    let server = Server::empty();
    server.put("/sandbox/one").turtle("<> <a:p> 0 .").send().expect_status(201);
    let tag = server.get("/sandbox/one").send().header("etag").to_owned();
    let write = |n: u32| {
        let request = server.put("/sandbox/one").header("If-Match", &tag);
        request.turtle(format!("<> <a:p> {} .", n + 1)).status()
    };
    let mut statuses: Vec<u16> = thread::scope(|scope| {
        let write = &write;
        let writers: Vec<_> = (0..50).map(|n| scope.spawn(move || write(n))).collect();
        writers.into_iter().map(|writer| writer.join().expect("it answers")).collect()
    });
    statuses.sort_unstable();
    assert_eq!(statuses[0], 204);
    assert_eq!(statuses[1..], [412; 49]);
}

#[test]
fn a_hundred_documents_of_the_same_slug_have_a_hundred_names() {
    let server = Server::empty();
    let post = |n: u32| {
        let request = server.post("/sandbox").header("Slug", "same");
        request.turtle(format!("<> <a:p> {n} .")).send().expect_status(201).location()
    };
    let names: BTreeSet<String> = thread::scope(|scope| {
        let post = &post;
        let writers: Vec<_> = (0..100).map(|n| scope.spawn(move || post(n))).collect();
        writers.into_iter().map(|writer| writer.join().expect("it answers")).collect()
    });
    assert_eq!(names.len(), 100);
    let listed = server.get("/sandbox").accept("application/n-triples").send().body;
    assert_eq!(listed.matches("ldp#contains>").count(), 100);
    for name in names {
        assert!(listed.contains(&format!("/{}> .", name.trim_start_matches('/'))), "{name}");
    }
}

const CLIENTS: usize = 8;
const EACH: usize = 25;

/// The members that a listing in N-Triples names.
fn listed(listing: &str) -> BTreeSet<String> {
    let contains = "<http://www.w3.org/ns/ldp#contains> <";
    let members = listing.lines().filter_map(|line| line.split_once(contains));
    members.filter_map(|(_, rest)| rest.split_once('>')).map(|(m, _)| m.to_owned()).collect()
}

#[test]
fn no_listing_is_torn_while_eight_clients_write_to_one_container() {
    let server = Server::empty();
    server.put("/sandbox/busy").turtle("<> a <http://www.w3.org/ns/ldp#Container> .").send();
    // What was acknowledged as created, and what was asked to go.
    let there = Mutex::new((BTreeSet::new(), BTreeSet::new()));
    let client = || {
        for n in 0..EACH {
            let posted = server.post("/sandbox/busy").turtle("<> <a:p> 1 .").send();
            let path = posted.expect_status(201).location();
            there.lock().expect("no client panics").0.insert(iri(&path));
            if n % 5 == 0 {
                there.lock().expect("no client panics").1.insert(iri(&path));
                server.delete(&path).send().expect_status(204);
            }
            let (created, going) = there.lock().expect("no client panics").clone();
            let listing = server.get("/sandbox/busy").accept("application/n-triples").send();
            let listed = listed(&listing.expect_status(200).body);
            let lost: Vec<_> = created
                .difference(&listed)
                .filter(|member| !going.contains(*member))
                .filter(|member| !there.lock().expect("no client panics").1.contains(*member))
                .collect();
            assert!(lost.is_empty(), "created before and not listed: {lost:?}");
        }
    };
    thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(client)).collect();
        clients.into_iter().for_each(|client| client.join().expect("no listing is torn"));
    });
    let (created, gone) = there.into_inner().expect("no client panicked");
    assert_eq!(created.len(), CLIENTS * EACH);
    let listing = server.get("/sandbox/busy").accept("application/n-triples").send().body;
    let kept: BTreeSet<String> = created.difference(&gone).cloned().collect();
    assert_eq!(listed(&listing), kept);
    // Each member that the JSON-LD lists is there in full: none is half-written.
    let json = server.get("/sandbox/busy").accept("application/ld+json").send().json();
    let members = json["ldp:contains"].as_array().expect("it has members").clone();
    assert_eq!(members.len(), kept.len());
    for member in members {
        assert!(member["a:p"].is_number(), "{member}");
    }
}
