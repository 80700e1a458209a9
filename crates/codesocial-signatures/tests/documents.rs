//! Whose key it is: documents as servers write them, and as nobody should believe them.

use codesocial_signatures::{Documents, KeyDocument};
use expect_test::{Expect, expect};
use serde_json::{Value, json};

/// RFC 9421 B.1.
const PEM: &str = "-----BEGIN PUBLIC KEY-----\n\
    MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=\n-----END PUBLIC KEY-----\n";
const MULTIKEY: &str = "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK";
const ACTOR: &str = "https://peer.example/users/a";

/// What is found of a key where these documents lie at these addresses.
#[track_caller]
fn check(documents: &[(&str, Value)], key_id: &str, expected: &Expect) {
    let mut known = Documents::default();
    for (address, text) in documents {
        let read = KeyDocument::parse(text.to_string().as_bytes(), address).expect("JSON-LD");
        known.insert((*address).to_owned(), read);
    }
    let told = match known.holder(key_id) {
        Ok(holder) => format!("{} {:?}", holder.owner, holder.keys),
        Err(fault) => fault.to_string(),
    };
    expected.assert_eq(&told);
}

/// An actor as most servers of the fediverse describe it.
fn actor(key: &Value) -> Value {
    json!({
        "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1", {
            "toot": "http://joinmastodon.org/ns#", "featured": {"@id": "toot:featured", "@type": "@id"},
        }],
        "id": ACTOR, "type": "Person", "inbox": format!("{ACTOR}/inbox"), "featured": "x",
        "icon": {"type": "Image", "url": "https://files.example/a.png"},
        "publicKey": key,
    })
}

fn main_key(owner: &str) -> Value {
    json!({"id": format!("{ACTOR}#main-key"), "owner": owner, "publicKeyPem": PEM})
}

#[test]
fn a_key_in_the_document_of_its_holder_is_theirs() {
    let found = expect!["<https://peer.example/users/a> [Ed25519]"];
    let key = format!("{ACTOR}#main-key");
    check(&[(ACTOR, actor(&main_key(ACTOR)))], &key, &found);
    let mut typed = main_key(ACTOR);
    typed["type"] = json!("CryptographicKey");
    check(&[(ACTOR, actor(&typed))], &key, &found);
    check(&[(ACTOR, actor(&json!([typed, {"id": format!("{ACTOR}#other")}])))], &key, &found);
    let mut controlled = typed.clone();
    controlled["controller"] = json!(ACTOR);
    check(&[(ACTOR, actor(&controlled))], &key, &found);
    // SemApps names the actor in place of the key.
    check(&[(ACTOR, actor(&main_key(ACTOR)))], ACTOR, &found);
    check(&[(ACTOR, actor(&json!({"publicKeyPem": PEM})))], ACTOR, &found);
}

#[test]
fn a_multikey_is_listed_as_a_method_of_assertion() {
    let method = json!({
        "id": format!("{ACTOR}#key-1"), "type": "Multikey", "controller": ACTOR,
        "publicKeyMultibase": MULTIKEY,
    });
    let document = json!({
        "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/multikey/v1"],
        "id": ACTOR, "type": "Person", "assertionMethod": [method],
    });
    let found = expect!["<https://peer.example/users/a> [Ed25519]"];
    check(&[(ACTOR, document.clone())], &format!("{ACTOR}#key-1"), &found);
    check(&[(ACTOR, document)], ACTOR, &found);
    let expanded = json!({
        "@id": ACTOR,
        "https://w3id.org/security#assertionMethod": [{
            "@id": format!("{ACTOR}#key-1"),
            "sec:controller": {"@id": ACTOR},
            "https://w3id.org/security#publicKeyMultibase": [{"@value": MULTIKEY}],
        }],
    });
    check(&[(ACTOR, expanded)], &format!("{ACTOR}#key-1"), &found);
}

/// The application of a SemApps instance gives its key as an address.
#[test]
fn a_key_in_a_document_of_its_own_is_fetched_too() {
    let (actor, key) = ("http://localhost:4111/relay", "http://localhost:4111/public-key/1");
    let context =
        json!(["https://www.w3.org/ns/activitystreams", "http://localhost:4111/context.jsonld"]);
    let listing =
        json!({"@context": context, "id": actor, "type": "Application", "publicKey": key});
    let described = json!({
        "@context": context, "id": key, "owner": actor, "controller": actor, "publicKeyPem": PEM,
        "type": ["sec:VerificationMethod", "https://www.w3.org/ns/auth/rsa#RSAKey"],
    });
    let found = expect!["<http://localhost:4111/relay> [Ed25519]"];
    let both = [(actor, listing.clone()), (key, described.clone())];
    check(&[], actor, &expect!["the document http://localhost:4111/relay is needed"]);
    let needed = expect!["the document http://localhost:4111/public-key/1 is needed"];
    check(&both[..1], actor, &needed);
    check(&both, actor, &found);
    let needed = expect!["the document http://localhost:4111/relay is needed"];
    check(&both[1..], key, &needed);
    check(&both, key, &found);
    let mut elsewhere = listing;
    elsewhere["publicKey"] = json!("https://peer.example/keys/1");
    let other = [(actor, elsewhere), (key, described)];
    check(&other, key, &expect!["who is said to hold the key does not list it"]);
    let fault = expect!["the key and who holds it lie on different servers"];
    check(&other, actor, &fault);
}

#[test]
fn what_claims_to_be_the_key_of_somebody_who_does_not_list_it_is_nobodys() {
    let upload = "https://peer.example/media/1";
    let forged = json!({"id": format!("{upload}#key"), "owner": ACTOR, "publicKeyPem": PEM});
    let key = format!("{upload}#key");
    let real = (ACTOR, actor(&main_key(ACTOR)));
    let needed = expect!["the document https://peer.example/users/a is needed"];
    check(&[(upload, forged.clone())], &key, &needed);
    let fault = expect!["who is said to hold the key does not list it"];
    check(&[(upload, forged.clone()), real.clone()], &key, &fault);
    // That it lists itself in the name of its victim says nothing: it is not their document.
    let listing = json!({"id": ACTOR, "publicKey": forged});
    check(&[(upload, listing), real.clone()], &key, &fault);
    let evil = "https://evil.example/a";
    let forged = json!({"id": format!("{evil}#key"), "owner": ACTOR, "publicKeyPem": PEM});
    let fault = expect!["the key and who holds it lie on different servers"];
    check(&[(evil, forged), real.clone()], &format!("{evil}#key"), &fault);
    for owner in [json!([ACTOR, evil]), json!(null), json!([])] {
        let mut key = main_key(ACTOR);
        key["owner"] = owner;
        let fault = expect!["who holds the key is not said, or not clearly"];
        check(&[(ACTOR, actor(&key))], &format!("{ACTOR}#main-key"), &fault);
    }
    let fault = expect!["who holds the key is not said, or not clearly"];
    check(&[(ACTOR, actor(&main_key(&format!("{ACTOR}b"))))], ACTOR, &fault);
    let fault = expect!["no key of that name is described"];
    check(&[real], &format!("{ACTOR}#other"), &fault);
    check(&[], "main-key", &expect!["the key's name is no address"]);
}

#[test]
fn a_document_does_not_choose_what_its_words_mean() {
    let mut document = actor(&main_key(ACTOR));
    document["@context"] = json!({"id": "@id", "summary": "https://w3id.org/security#publicKey"});
    document["summary"] =
        json!({"id": format!("{ACTOR}#evil"), "owner": ACTOR, "publicKeyPem": PEM});
    let fault = expect!["no key of that name is described"];
    check(&[(ACTOR, document.clone())], &format!("{ACTOR}#evil"), &fault);
    document["attachment"] = json!({
        "@context": {"content": "https://w3id.org/security#publicKeyPem"},
        "id": format!("{ACTOR}#evil"), "content": PEM,
    });
    check(&[(ACTOR, document)], &format!("{ACTOR}#evil"), &fault);
}

#[test]
fn a_key_that_is_none_is_told_to_be() {
    for (text, fault) in [
        (json!("x"), expect!["the key is not written as PEM or as a Multikey"]),
        (json!(""), expect!["the key is not written as PEM or as a Multikey"]),
        (
            json!(PEM.replace("PUBLIC", "PRIVATE")),
            expect!["the key is of no kind that is known: RSA, Ed25519, P-256"],
        ),
        (
            json!(PEM.replace("MCow", "MCox")),
            expect!["the key is not written as PEM or as a Multikey"],
        ),
        (json!(null), expect!["no key of that name is described"]),
    ] {
        let key = json!({"id": format!("{ACTOR}#main-key"), "owner": ACTOR, "publicKeyPem": text});
        check(&[(ACTOR, actor(&key))], &format!("{ACTOR}#main-key"), &fault);
    }
    for (text, fault) in [
        (
            "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2do0",
            expect!["the key is not written as PEM or as a Multikey"],
        ),
        ("z6Mkha", expect!["the key is of no kind that is known: RSA, Ed25519, P-256"]),
        ("uAAAA", expect!["the key is of no kind that is known: RSA, Ed25519, P-256"]),
        (&*"z".repeat(200), expect!["the key is not written as PEM or as a Multikey"]),
    ] {
        let key =
            json!({"id": format!("{ACTOR}#k"), "controller": ACTOR, "publicKeyMultibase": text});
        let document = json!({"id": ACTOR, "assertionMethod": key});
        check(&[(ACTOR, document)], &format!("{ACTOR}#k"), &fault);
    }
}

#[test]
fn what_is_no_document_is_not_read() {
    for text in ["", "[]", "1", "{\"id\": "] {
        assert!(KeyDocument::parse(text.as_bytes(), ACTOR).is_err(), "{text}");
    }
    let nested = format!("{}{}", "{\"a\":".repeat(100), "}".repeat(100));
    assert!(KeyDocument::parse(nested.as_bytes(), ACTOR).is_err());
    for (media_type, is_described) in [
        ("application/activity+json", true),
        ("application/activity+json; charset=utf-8", true),
        ("application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"", true),
        ("application/ld+json;profile=https://www.w3.org/ns/activitystreams", true),
        ("application/ld+json", false),
        ("application/ld+json; profile=\"https://www.w3.org/ns/activitystreams-not\"", false),
        ("application/json", false),
        ("text/html", false),
        ("image/png", false),
        ("", false),
    ] {
        assert_eq!(KeyDocument::is_described_as(media_type), is_described, "{media_type}");
    }
}
