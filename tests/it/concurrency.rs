//! Many clients at once: no update is lost, no name is given twice.

use crate::server::Server;
use std::collections::BTreeSet;
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
