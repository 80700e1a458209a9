//! Writes with `Idempotency-Key`: asked again, they are answered again and nothing happens twice.

use crate::http::Request;
use crate::server::{Person, Server};

const SEED: &str = "<> a <https://w3id.org/codesocial/ns#KnowledgeSeed> .";

fn keyed(request: Request, key: &str) -> Request {
    request.header("Idempotency-Key", key)
}

/// A new document in the sandbox, under a name of the server's.
fn post(person: &Person, key: &str, body: &str) -> Request {
    keyed(person.ask("POST", "/sandbox").turtle(body), key)
}

fn members(server: &Server) -> usize {
    let listed = server.get("/sandbox").admin().accept("application/n-triples").send().body;
    listed.matches("ldp#contains").count()
}

/// A server on whose sandbox two people may write.
fn opened() -> (Server, Person, Person) {
    let server = Server::empty();
    let (jeanne, paul) = (server.person("jeanne"), server.person("paul"));
    (server, jeanne, paul)
}

#[test]
fn what_is_asked_again_is_answered_again_and_done_once() {
    let (server, jeanne, paul) = opened();
    let first = post(&jeanne, "a", SEED).send().expect_status(201);
    let again = post(&jeanne, "a", SEED).send().expect_status(201);
    for name in ["location", "etag", "link", "content-type"] {
        assert_eq!(again.header(name), first.header(name), "{name}");
    }
    assert_eq!(members(&server), 1);
    let other = post(&jeanne, "b", SEED).send().expect_status(201);
    assert_ne!(other.header("location"), first.header("location"));
    let of_paul = post(&paul, "a", SEED).send().expect_status(201);
    assert_ne!(of_paul.header("location"), first.header("location"), "a key is its agent's");
    assert_eq!(members(&server), 3);
    // Without a key each request is another one.
    for _ in 0..2 {
        jeanne.ask("POST", "/sandbox").turtle(SEED).send().expect_status(201);
    }
    assert_eq!(members(&server), 5);
}

#[test]
fn a_deletion_and_a_refusal_are_answered_again_too() {
    let (server, jeanne, _) = opened();
    let location = post(&jeanne, "a", SEED).send().expect_status(201).header("location").to_owned();
    let path = format!("/{}", location.splitn(4, '/').nth(3).expect("a path"));
    let delete = |key: &str| keyed(jeanne.ask("DELETE", &path), key).status();
    assert_eq!(
        (delete("d"), delete("d"), delete("e")),
        (204, 204, 403),
        "gone, and theirs no more"
    );
    let put = || {
        let put = server.put("/sandbox/x").header("If-None-Match", "*");
        keyed(put.turtle(SEED), "p").status()
    };
    assert_eq!((put(), put()), (201, 201), "the condition held when it was first asked");
    let update = || {
        let insert = "INSERT DATA { GRAPH <sandbox/x> { <sandbox/x> <a:p> 1 } }";
        let asked = server.post("/sparql").body("application/sparql-update", insert);
        keyed(asked, "u").status()
    };
    assert_eq!((update(), update()), (204, 204));
}

#[test]
fn a_key_stands_for_one_request() {
    let (_server, jeanne, _) = opened();
    post(&jeanne, "a", SEED).send().expect_status(201);
    let other = post(&jeanne, "a", "<> <a:p> 1 .").send().expect_status(422);
    assert!(other.header("content-type").contains("problem"), "{other:?}");
    assert_eq!(keyed(jeanne.ask("PUT", "/sandbox/y").turtle(SEED), "a").status(), 422);
    for key in ["", &"x".repeat(256)] {
        assert_eq!(post(&jeanne, key, SEED).status(), 400, "{key}");
    }
    assert_eq!(keyed(jeanne.get("/sandbox"), "a").status(), 200, "reading needs none");
}

#[test]
fn who_has_no_name_has_no_key() {
    let (server, ..) = opened();
    let stranger = || {
        let asked = server.anonymous("POST", "/organizations").turtle(SEED);
        keyed(asked, "a").status()
    };
    assert_eq!((stranger(), stranger()), (401, 401));
    let wrong = keyed(server.anonymous("DELETE", "/sandbox/x").bearer("wrong"), "a").send();
    assert_eq!(wrong.expect_status(401).json()["type"], "INVALID_TOKEN");
}
