//! Other servers find this one, follow it, and are told what changes.

use crate::http::Response;
use crate::peer::{Form, Peer, Posted};
use crate::server::{BASE, Folder, Server};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

const ACTOR: &str = "http://registre.example/actor";
const INBOX: &str = "/actor/inbox";

fn folder(peers: &[&Peer]) -> Folder {
    let folder = Folder::new();
    let origins: Vec<String> = peers.iter().map(|peer| format!("\"{}\"", peer.origin)).collect();
    let text = format!("[fetch]\nnetworks = [\"127.0.0.1\"]\norigins = [{}]\n", origins.join(", "));
    std::fs::write(folder.path().join("codesocial.toml"), text).expect("the folder can be written");
    folder
}

fn serve(folder: &Folder) -> Server {
    let file = folder.path().join("codesocial.toml");
    folder.serve(&["--base", BASE, "--config", &file.to_string_lossy()])
}

/// What makes something else of an activity.
type Change<'a> = &'a dyn Fn(&mut Value);

/// What a peer's actor sends to the inbox, signed by them.
fn sent(server: &Server, peer: &Peer, form: Form, activity: &Value) -> Response {
    let body = activity.to_string();
    let headers = peer.signature(&peer.key_id(), form, "POST", INBOX, body.as_bytes());
    let request = server.anonymous("POST", INBOX).body("application/activity+json", body);
    headers.iter().fold(request, |request, (name, value)| request.header(name, value)).send()
}

fn activity(peer: &Peer, kind: &str, name: &str, object: &Value) -> Value {
    json!({
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": format!("{}#{name}", peer.actor()),
        "type": kind,
        "actor": peer.actor(),
        "object": object,
    })
}

/// Follows, and waits until that is accepted.
#[track_caller]
fn follow(server: &Server, peer: &Peer) {
    let follow = activity(peer, "Follow", "follow", &json!(ACTOR));
    sent(server, peer, Form::Cavage, &follow).expect_status(202);
    peer.posted(1, |own| own.json()["type"] == "Accept" && own.status == 202);
}

fn organization(server: &Server, slug: &str, label: &str) {
    let text = format!(
        "@prefix pair: <http://virtual-assembly.org/ontologies/pair#> .
         <> a pair:Organization ; pair:label \"{label}\" ."
    );
    let put = server.put(&format!("/organizations/{slug}")).turtle(text).send();
    assert!([201, 204].contains(&put.status), "{put:?}");
}

/// What is told of a document, in the order in which it came: types, and what stands for it.
fn told_of(posted: &[Posted], slug: &str) -> Vec<(String, String)> {
    let iri = format!("{BASE}organizations/{slug}");
    let told = posted.iter().map(Posted::json).filter_map(|activity| {
        let object = &activity["object"];
        let name = object["id"].as_str().or(object.as_str())?.to_owned();
        let label = object["pair:label"].as_str().unwrap_or("-").to_owned();
        (name == iri).then(|| (activity["type"].as_str().unwrap_or_default().to_owned(), label))
    });
    told.collect()
}

#[test]
fn the_instance_is_found_by_name() {
    let server = Server::source();
    let finger =
        |resource: &str| server.get(&format!("/.well-known/webfinger?resource={resource}")).send();
    let found = finger("acct:relay@registre.example").expect_status(200);
    assert_eq!(found.header("content-type"), "application/jrd+json");
    assert_eq!(found.header("access-control-allow-origin"), "*");
    let link = &found.json()["links"][0];
    assert_eq!(*link, json!({"rel": "self", "type": "application/activity+json", "href": ACTOR}));
    assert_eq!(finger("http://registre.example/").expect_status(200).json()["aliases"][0], ACTOR);
    finger("acct:nobody@registre.example").expect_status(404);
    server.get("/.well-known/webfinger").send().expect_status(400);
    let actor = server.get("/actor").accept("application/activity+json").send();
    let actor = actor.expect_status(200);
    assert_eq!(actor.header("content-type"), "application/activity+json");
    let actor = actor.json();
    assert_eq!(actor["id"], ACTOR);
    for name in ["outbox", "followers", "following"] {
        let collection = actor[name].as_str().and_then(|own| own.strip_prefix(BASE));
        let path = format!("/{}", collection.expect("it is of here"));
        let told = server.get(&path).send().expect_status(200).json();
        assert_eq!(told["type"], "OrderedCollection", "{name}");
        let page = server.get(&format!("{path}?page=true")).send().expect_status(200).json();
        assert!(page["orderedItems"].is_array(), "{name}: {page}");
    }
    let key = &actor["publicKey"];
    assert_eq!((&key["owner"], key.get("type")), (&json!(ACTOR), None));
}

#[test]
fn what_others_read_first_is_there() {
    let server = Server::source();
    let links = server.get("/.well-known/nodeinfo").send().expect_status(200).json();
    let info = links["links"][0]["href"].as_str().and_then(|own| own.strip_prefix(BASE));
    let info = server.get(&format!("/{}", info.expect("it is of here"))).send();
    let info = info.expect_status(200).json();
    assert_eq!((&info["version"], &info["protocols"]), (&json!("2.1"), &json!(["activitypub"])));
    assert_eq!((&info["software"]["name"]), &json!("codesocial"));
    let void = server.get("/.well-known/void").accept("application/ld+json").send();
    let void = void.expect_status(200).json();
    let dataset = &void["@graph"][0];
    assert_eq!(dataset["@id"], "#registre_example");
    let partitions = dataset["void:classPartition"].as_array().expect("partitions");
    let mirrored = partitions.iter().filter(|own| own.get("semapps:doNotMirror").is_none());
    for partition in mirrored {
        let path = partition["void:uriSpace"].as_str().and_then(|own| own.strip_prefix(BASE));
        let path = format!("/{}", path.expect("it is of here"));
        server.get(&path).accept("application/ld+json").send().expect_status(200);
    }
}

#[test]
fn who_follows_is_told_what_changes_for_everybody() {
    let (peer, other) = (Peer::start(), Peer::start());
    let server = serve(&folder(&[&peer, &other]));
    follow(&server, &other);
    organization(&server, "before", "Avant");
    other.posted(1, |own| own.body.contains("Avant"));
    follow(&server, &peer);
    organization(&server, "lac", "Lac");
    peer.posted(1, |own| own.json()["type"] == "Create");
    organization(&server, "lac", "Le Lac");
    organization(&server, "before", "Avant, changé");
    peer.posted(2, |own| own.json()["type"] == "Update");
    let close = format!(
        "@prefix acl: <http://www.w3.org/ns/auth/acl#> .
         <#a> a acl:Authorization ; acl:accessTo <{BASE}organizations/lac> ;
         acl:agent <{BASE}#administrators> ; acl:mode acl:Read, acl:Write, acl:Control ."
    );
    server.put("/organizations/lac.acl").turtle(close).send().expect_status(201);
    peer.posted(1, |own| own.json()["type"] == "Delete");
    organization(&server, "lac", "Secret");
    server.delete("/organizations/lac.acl").send().expect_status(204);
    peer.posted(2, |own| own.json()["type"] == "Create");
    server.delete("/organizations/lac").send().expect_status(204);
    let posted = peer.posted(2, |own| own.json()["type"] == "Delete");
    assert!(posted.iter().all(|own| !own.body.contains("Secret")));
    let all = peer.posted(0, |_| true);
    let told = |activity: &str, label: &str| (activity.to_owned(), label.to_owned());
    assert_eq!(
        told_of(&all, "lac"),
        [
            told("Create", "Lac"),
            told("Update", "Le Lac"),
            told("Delete", "-"),
            told("Create", "Secret"),
            told("Delete", "-"),
        ]
    );
    assert_eq!(told_of(&all, "before"), [told("Update", "Avant, changé")]);
    let outbox = server.get("/actor/outbox?page=true").send().expect_status(200).json();
    assert_eq!(outbox["totalItems"], 7);
    assert_eq!(outbox["orderedItems"][0]["type"], "Delete", "the newest is first");
    let followers = server.get("/actor/followers").send().expect_status(200).json();
    assert_eq!(followers["totalItems"], 2);
    // Who follows no more is told no more.
    let undo = activity(&peer, "Undo", "undo", &json!(format!("{}#follow", peer.actor())));
    sent(&server, &peer, Form::Standard, &undo).expect_status(202);
    let count = peer.posted(0, |_| true).len();
    organization(&server, "after", "Après");
    other.posted(1, |own| own.body.contains("Après"));
    assert_eq!(peer.posted(0, |_| true).len(), count);
}

#[test]
fn what_is_sent_is_signed() {
    let peer = Peer::start();
    let server = serve(&folder(&[&peer]));
    follow(&server, &peer);
    let accept = peer.posted(1, |own| own.json()["type"] == "Accept").remove(0);
    assert_eq!(accept.json()["object"]["id"], format!("{}#follow", peer.actor()));
    assert_eq!(accept.json()["to"], peer.actor());
    let header = |name: &str| accept.headers.get(name).cloned().unwrap_or_default();
    assert_eq!(
        header("content-type"),
        "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\""
    );
    let digest = format!("SHA-256={}", STANDARD.encode(Sha256::digest(accept.body.as_bytes())));
    assert_eq!(header("digest"), digest);
    let signature = header("signature");
    let part = |name: &str| {
        let start = format!("{name}=\"");
        let from = signature.find(&start).expect("it is there") + start.len();
        signature[from..].split('"').next().expect("it ends").to_owned()
    };
    assert_eq!(part("keyId"), format!("{ACTOR}#main-key"));
    assert_eq!(part("headers"), "(request-target) host date digest");
    let base = format!(
        "(request-target): post {}\nhost: {}\ndate: {}\ndigest: {digest}",
        accept.path,
        header("host"),
        header("date"),
    );
    let actor = server.get("/actor").send().expect_status(200).json();
    let pem = actor["publicKey"]["publicKeyPem"].as_str().expect("a key");
    let lines: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let der = STANDARD.decode(lines).expect("base 64");
    // Before an RSAPublicKey of 2048 bits a SubjectPublicKeyInfo has 24 bytes.
    let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &der[24..]);
    let signature = STANDARD.decode(part("signature")).expect("base 64");
    key.verify(base.as_bytes(), &signature).expect("the actor has signed it");
}

#[test]
fn the_form_that_a_server_takes_is_remembered() {
    let peer = Peer::start();
    peer.answers(|form| if form == Form::Standard { 202 } else { 401 });
    let server = serve(&folder(&[&peer]));
    follow(&server, &peer);
    organization(&server, "lac", "Lac");
    let posted = peer.posted(1, |own| own.json()["type"] == "Create");
    assert_eq!(posted.iter().map(Posted::form).collect::<Vec<_>>(), [Form::Standard]);
    let accept = peer.posted(2, |own| own.json()["type"] == "Accept");
    assert_eq!(accept.iter().map(Posted::form).collect::<Vec<_>>(), [Form::Cavage, Form::Standard]);
}

#[test]
fn an_activity_takes_effect_once() {
    let (peer, other) = (Peer::start(), Peer::start());
    let server = serve(&folder(&[&peer, &other]));
    follow(&server, &peer);
    let again = activity(&peer, "Follow", "follow", &json!(ACTOR));
    for form in [Form::Cavage, Form::Standard] {
        sent(&server, &peer, form, &again).expect_status(202);
    }
    follow(&server, &other);
    assert_eq!(peer.posted(0, |own| own.json()["type"] == "Accept").len(), 1);
    let followers = server.get("/actor/followers").send().expect_status(200).json();
    assert_eq!(followers["totalItems"], 2);
}

#[test]
fn what_nobody_may_say_has_no_effect() {
    let (peer, other) = (Peer::start(), Peer::start());
    let server = serve(&folder(&[&peer, &other]));
    let follow = activity(&peer, "Follow", "follow", &json!(ACTOR));
    let said = |change: Change<'_>| {
        let mut said = follow.clone();
        change(&mut said);
        sent(&server, &peer, Form::Cavage, &said).status
    };
    let rows: [(u16, Change<'_>); 8] = [
        (403, &|said| said["actor"] = json!(other.actor())),
        (403, &|said| said["id"] = json!(format!("{}#follow", other.actor()))),
        (400, &|said| said["actor"] = json!([peer.actor(), other.actor()])),
        (400, &|said| said["object"] = json!([ACTOR, peer.actor()])),
        (400, &|said| drop(said.as_object_mut().and_then(|said| said.remove("id")))),
        (400, &|said| said["@context"] = json!(other.origin.clone() + "/context")),
        (400, &|said| said["@context"] = json!("http://127.0.0.1:9/context")),
        (202, &|said| said["object"] = json!(peer.actor())),
    ];
    for (n, (status, change)) in rows.into_iter().enumerate() {
        assert_eq!(said(change), status, "row {n}");
    }
    let unsigned = server.anonymous("POST", INBOX);
    let unsigned = unsigned.body("application/activity+json", follow.to_string());
    assert_eq!(unsigned.status(), 401);
    let administrator = server.post(INBOX).body("application/activity+json", follow.to_string());
    assert_eq!(administrator.status(), 403);
    let body = follow.to_string();
    let headers = peer.signature(&peer.key_id(), Form::Cavage, "POST", INBOX, body.as_bytes());
    let request = server.anonymous("POST", INBOX).body("text/plain", body);
    let request =
        headers.iter().fold(request, |request, (name, value)| request.header(name, value));
    assert_eq!(request.status(), 415);
    let followers = server.get("/actor/followers").send().expect_status(200).json();
    assert_eq!(followers["totalItems"], 0);
    assert_eq!(other.posted(0, |_| true).len(), 0);
}

#[test]
fn what_was_not_taken_is_sent_again_after_a_crash_and_in_order() {
    let peer = Peer::start();
    let folder = folder(&[&peer]);
    let mut server = serve(&folder);
    follow(&server, &peer);
    peer.answers(|_| 503);
    organization(&server, "un", "Un");
    peer.posted(1, |own| own.status == 503);
    organization(&server, "deux", "Deux");
    server.kill();
    let server = serve(&folder);
    peer.posted(2, |own| own.status == 503);
    drop(server);
    peer.answers(|_| 202);
    let server = serve(&folder);
    organization(&server, "trois", "Trois");
    let taken = peer.posted(3, |own| own.status == 202 && own.json()["type"] == "Create");
    let labels = taken.iter().map(|own| own.json()["object"]["pair:label"].clone());
    assert_eq!(labels.collect::<Vec<_>>(), ["Un", "Deux", "Trois"]);
}

#[test]
fn who_is_gone_is_dropped_quietly() {
    let (peer, other) = (Peer::start(), Peer::start());
    let server = serve(&folder(&[&peer, &other]));
    follow(&server, &peer);
    follow(&server, &other);
    // Their server still knows their key: they say themselves that they go.
    let delete = activity(&peer, "Delete", "delete", &json!(peer.actor()));
    sent(&server, &peer, Form::Cavage, &delete).expect_status(202);
    other.answers(|_| 410);
    organization(&server, "lac", "Lac");
    other.posted(1, |own| own.status == 410);
    // Somebody of whom nothing is known any more is not asked for again and again.
    let stranger = Peer::start();
    stranger.forget("/users/ana");
    let delete = activity(&stranger, "Delete", "delete", &json!(stranger.actor()));
    for _ in 0..3 {
        sent(&server, &stranger, Form::Cavage, &delete).expect_status(401);
    }
    assert!(stranger.asked().len() <= 1, "{:?}", stranger.asked());
    let left = || server.get("/actor/followers").send().expect_status(200).json();
    while left()["totalItems"] != 0 {
        std::thread::yield_now();
    }
    assert!(peer.posted(0, |own| own.json()["type"] == "Create").is_empty());
}
