//! People of other servers, who sign what they send: another server is started here, says who they
//! are, and counts how often it is asked.

use crate::http::{Request, Response};
use crate::peer::{Form, Peer};
use crate::server::{BASE, Server};
use serde_json::{Value, json};

const BOTH: [Form; 2] = [Form::Cavage, Form::Standard];
const DOCUMENT: &str = "/sandbox/shared";

/// A registry that may ask the peer, with a document that its actor and no stranger may use.
fn registry(peer: &Peer) -> Server {
    let server = crate::sessions::configured(&format!(
        "[fetch]\nnetworks = [\"127.0.0.1\"]\norigins = [\"{}\"]\n",
        peer.origin
    ));
    server.put(DOCUMENT).turtle("<> <a:p> \"secret\" .").send().expect_status(201);
    let modes = "acl:Read, acl:Write";
    let access = format!(
        "@prefix acl: <http://www.w3.org/ns/auth/acl#> .
        [] acl:agent <{BASE}#administrators> ; acl:accessTo <{document}> ;
            acl:mode acl:Read, acl:Write, acl:Control ; a acl:Authorization .
        [] acl:agent <{actor}> ; acl:accessTo <{document}> ; acl:mode {modes} ;
            a acl:Authorization .",
        document = format!("{BASE}{}", &DOCUMENT[1..]),
        actor = peer.actor(),
    );
    server.put(&format!("{DOCUMENT}.acl")).turtle(access).send().expect_status(201);
    server
}

/// What the peer's actor signs with their key.
fn signed(server: &Server, peer: &Peer, form: Form, what: (&'static str, &str, &[u8])) -> Request {
    let (method, path, body) = what;
    let headers = peer.signature(&peer.key_id(), form, method, path, body);
    let request = server.anonymous(method, path);
    headers.iter().fold(request, |request, (name, value)| request.header(name, value))
}

/// Why a signature was refused, by the name of the problem.
#[track_caller]
fn reason(answer: &Response) -> String {
    assert_eq!(answer.status, 401, "{answer:?}");
    assert!(answer.header("www-authenticate").starts_with("Signature"), "{answer:?}");
    let kind = answer.json()["type"].as_str().expect("a type").to_owned();
    kind.rsplit('/').next().expect("a name").to_owned()
}

#[test]
fn an_agent_of_elsewhere_is_one_like_those_of_here() {
    let peer = Peer::start();
    let server = registry(&peer);
    for form in BOTH {
        let ask = |what| signed(&server, &peer, form, what);
        assert_eq!(server.anonymous("GET", DOCUMENT).status(), 404);
        let read = ask(("GET", DOCUMENT, b"")).send().expect_status(200);
        assert!(read.body.contains("secret"), "{read:?}");
        let body = format!("<> <a:p> \"secret\", \"{form:?}\" .");
        let written = signed(&server, &peer, form, ("PUT", DOCUMENT, body.as_bytes()));
        written.turtle(body.clone()).send().expect_status(204);
        let read = ask(("GET", DOCUMENT, b"")).send().expect_status(200);
        assert!(read.body.contains(&format!("{form:?}")), "{read:?}");
        assert_eq!(ask(("DELETE", DOCUMENT, b"")).status(), 403, "its container is not theirs");
        assert_eq!(ask(("GET", "/users", b"")).status(), 200);
        let query =
            "/sparql?query=ASK%20%7B%20GRAPH%20%3Fg%20%7B%20%3Fs%20%3Ca%3Ap%3E%20%3Fo%20%7D%7D";
        let told = |request: Request| request.accept("text/csv").send().expect_status(200).body;
        assert!(told(ask(("GET", query, b""))).contains("true"));
        assert!(told(server.anonymous("GET", query)).contains("false"));
    }
    let description = "<> a <http://virtual-assembly.org/ontologies/pair#Organization> ;
        <http://virtual-assembly.org/ontologies/pair#label> \"Atelier des voisins\" .";
    let what = ("POST", "/organizations", description.as_bytes());
    let made = signed(&server, &peer, Form::Cavage, what).turtle(description).send();
    let made = made.expect_status(201).location();
    let told = server.get(&made).send().expect_status(200).body;
    assert!(told.contains(&format!("<{}>", peer.actor())), "who made it is told: {told}");
    let access = format!("{made}.acl");
    signed(&server, &peer, Form::Standard, ("GET", &access, b"")).send().expect_status(200);
    assert_eq!(peer.asked(), ["/users/ana"], "a key is asked for once");
}

#[test]
fn a_body_is_judged_whole_whatever_it_is() {
    let peer = Peer::start();
    let server = registry(&peer);
    let form = "--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.txt\"\r\n\
        Content-Type: text/plain\r\n\r\ntext\r\n--x--\r\n";
    let kinds = [
        ("PUT", DOCUMENT, "text/turtle", "<> <a:p> 1 ."),
        ("PATCH", DOCUMENT, "application/sparql-update", "INSERT DATA { <> <a:p> 2 }"),
        ("POST", "/files", "text/plain", "some text"),
        ("POST", "/files", "multipart/form-data; boundary=x", form),
    ];
    let members = || server.get("/files").admin().send().expect_status(200).body;
    for (method, path, kind, body) in kinds {
        let sent = |form, sent: &str| {
            let request = signed(&server, &peer, form, (method, path, body.as_bytes()));
            request.body(kind, sent)
        };
        for form in BOTH {
            let before = members();
            let more = format!("{body} ");
            let other = body.replace('t', "T").replace(['1', '2'], "3");
            for altered in [&more, &other, &body[1..].to_owned()] {
                let request = sent(form, altered);
                assert_eq!(reason(&request.send()), "signature-body", "{kind}: {altered}");
            }
            let none = if form == Form::Cavage { "Digest" } else { "Content-Digest" };
            let fault = reason(&sent(form, body).header(none, "none").send());
            assert!(["signature-malformed", "signature-wrong"].contains(&&*fault), "{fault}");
            assert_eq!(members(), before, "nothing is kept of it");
        }
        let answer = sent(Form::Cavage, body).header("Idempotency-Key", kind).send();
        assert!([201, 204].contains(&answer.status), "{kind}: {answer:?}");
        let answer = sent(Form::Standard, body).send();
        assert!([201, 204].contains(&answer.status), "{kind}: {answer:?}");
    }
}

#[test]
fn a_signature_that_changes_something_is_good_once() {
    let peer = Peer::start();
    let server = registry(&peer);
    let body = "<> <a:p> 1 .";
    for form in BOTH {
        let headers = peer.signature(&peer.key_id(), form, "PUT", DOCUMENT, body.as_bytes());
        let again = || {
            let request = server.anonymous("PUT", DOCUMENT).turtle(body);
            headers
                .iter()
                .fold(request, |request, (name, value)| request.header(name, value))
                .send()
        };
        again().expect_status(204);
        assert_eq!(reason(&again()), "signature-replayed");
        // Of the draft, the name of the key is not signed: another name of it changes nothing.
        let renamed = headers.iter().map(|(n, v)| (*n, v.replace("#main-key", "")));
        let request = server.anonymous("PUT", DOCUMENT).turtle(body);
        let renamed = renamed.fold(request, |request, (name, value)| request.header(name, &value));
        let expected = if form == Form::Cavage { "signature-replayed" } else { "signature-wrong" };
        assert_eq!(reason(&renamed.send()), expected);
        let headers = peer.signature(&peer.key_id(), form, "GET", DOCUMENT, b"");
        for _ in 0..2 {
            let request = server.anonymous("GET", DOCUMENT);
            let request = headers.iter().fold(request, |request, (n, v)| request.header(n, v));
            request.send().expect_status(200);
        }
    }
}

#[test]
fn a_signature_that_is_not_good_is_refused_for_its_reason() {
    let peer = Peer::start();
    let server = registry(&peer);
    let told = |form, method: &'static str, path, name: &str, from: &str, to: &str| {
        let headers = peer.signature(&peer.key_id(), form, "GET", DOCUMENT, b"");
        let mut request = server.anonymous(method, path);
        for (own, value) in &headers {
            let value = if *own == name { value.replace(from, to) } else { value.clone() };
            request = request.header(own, &value);
        }
        reason(&request.send())
    };
    use Form::{Cavage, Standard};
    let (other, query) = ("/sandbox", format!("{DOCUMENT}?as=ttl"));
    for form in BOTH {
        assert_eq!(told(form, "PUT", DOCUMENT, "", "", ""), "signature-wrong", "method");
        assert_eq!(told(form, "GET", other, "", "", ""), "signature-wrong", "path");
        assert_eq!(told(form, "GET", "/.well-known/x", "", "", ""), "signature-wrong");
    }
    assert_eq!(told(Standard, "GET", &query, "", "", ""), "signature-wrong", "query");
    // Of the draft, servers of the fediverse leave it out, and it chooses a form only.
    let sign = |path| peer.signature(&peer.key_id(), Cavage, "GET", path, b"");
    for (path, asked, expected) in [
        (DOCUMENT, &*query, 200),
        ("/sparql", "/sparql?query=ASK%20%7B%7D", 401),
        ("/sparql?query=ASK%20%7B%7D", "/sparql?query=ASK%20%7B%7D", 200),
    ] {
        let request = server.anonymous("GET", asked);
        let request = sign(path).iter().fold(request, |request, (n, v)| request.header(n, v));
        assert_eq!(request.status(), expected, "{path} {asked}");
    }
    for (form, name, from, to, expected) in [
        (Cavage, "Signature", " date", "", "signature-uncovered"),
        (Cavage, "Signature", "host date", "host date x-none", "signature-component"),
        (Cavage, "Signature", "hs2019", "hmac-sha256", "signature-algorithm"),
        (Cavage, "Signature", "hs2019", "rsa-sha256", "signature-algorithm"),
        (Cavage, "Signature", "keyId", "key", "signature-malformed"),
        (Cavage, "Signature", "#main-key", "#other", "signature-key"),
        (Cavage, "Signature", "signature=\"", "expires=1,signature=\"", "signature-expired"),
        (Cavage, "Date", "GMT", "+0200", "signature-old"),
        (Cavage, "Date", "GMT", "-0200", "signature-early"),
        (Standard, "Signature-Input", "\"@method\" ", "", "signature-uncovered"),
        (Standard, "Signature-Input", "\"@method\"", "\"@what\"", "signature-component"),
        (Standard, "Signature-Input", "ed25519", "hmac-sha256", "signature-algorithm"),
        (Standard, "Signature-Input", "=(", "=", "signature-malformed"),
        (Standard, "Signature-Input", "created=1", "created=0", "signature-old"),
        (Standard, "Signature-Input", "created=1", "created=9", "signature-early"),
        (Standard, "Signature-Input", ";alg", ";expires=1;alg", "signature-expired"),
        (Standard, "Signature-Input", "#main-key", "#other", "signature-key"),
        (Standard, "Signature", "sig=", "other=", "signature-malformed"),
    ] {
        assert_eq!(told(form, "GET", DOCUMENT, name, from, to), expected, "{name}: {from}: {to}");
    }
    let both = signed(&server, &peer, Cavage, ("GET", DOCUMENT, b"")).admin().send();
    both.expect_status(400);
    let french = signed(&server, &peer, Cavage, ("PUT", DOCUMENT, b"")).turtle("<> <a:p> 1 .");
    let french = french.header("Accept-Language", "fr").send().json();
    assert_eq!(french["title"], "Signature incomplète", "a body without a digest");
    assert_eq!(server.anonymous("PUT", DOCUMENT).turtle("<> <a:p> 1 .").status(), 401);
    let kept = server.get(DOCUMENT).admin().send().expect_status(200).body;
    assert!(kept.contains("secret"), "nothing was written: {kept}");
}

#[test]
fn a_key_that_changes_is_asked_for_again_and_one_that_is_not_there_is_not() {
    let peer = Peer::start();
    let server = registry(&peer);
    let status = || signed(&server, &peer, Form::Cavage, ("GET", DOCUMENT, b"")).status();
    assert_eq!(status(), 200);
    peer.change_key();
    assert_eq!(status(), 401, "the new key is not told yet");
    assert_eq!(peer.asked().len(), 2);
    peer.describe();
    assert_eq!(status(), 401, "it was asked just now");
    assert_eq!(peer.asked().len(), 2);
    let server = registry(&peer);
    assert_eq!(status_of(&server, &peer), 200);
    peer.change_key();
    peer.describe();
    assert_eq!(status_of(&server, &peer), 200, "at once, the first time");
    assert_eq!(peer.asked().len(), 4);
    peer.forget("/users/ana");
    assert_eq!(status_of(&server, &peer), 200, "it is known");
    let server = registry(&peer);
    for _ in 0..5 {
        assert_eq!(status_of(&server, &peer), 401);
    }
    assert_eq!(peer.asked().len(), 5, "who is gone is not asked for again and again");
}

fn status_of(server: &Server, peer: &Peer) -> u16 {
    signed(server, peer, Form::Cavage, ("GET", DOCUMENT, b"")).status()
}

#[test]
fn nobody_is_whom_their_own_documents_do_not_say() {
    let peer = Peer::start();
    let server = registry(&peer);
    let told = |key_id: &str| {
        let headers = peer.signature(key_id, Form::Cavage, "GET", DOCUMENT, b"");
        let request = server.anonymous("GET", DOCUMENT);
        headers.iter().fold(request, |request, (name, value)| request.header(name, value)).send()
    };
    let at = |path: &str| format!("{}{path}", peer.origin);
    let described =
        |id: &str, owner: &str| json!({"id": id, "owner": owner, "publicKeyPem": peer.pem()});
    let activity = "application/activity+json";
    // What people upload to the peer does not make them its actor, nor anybody.
    let forged = |path: &str| described(&at(path), &peer.actor());
    peer.say("/media/1", activity, &forged("/media/1"));
    let upload =
        json!({"id": at("/media/2"), "publicKey": described(&at("/media/2#k"), &at("/media/2"))});
    peer.say("/media/2", "text/plain", &upload);
    peer.say("/media/3", "application/ld+json", &forged("/media/3"));
    peer.say("/media/4", activity, &json!({"id": peer.actor(), "publicKey": forged("/media/4")}));
    peer.say("/media/5", activity, &described(&at("/media/5"), &format!("{BASE}users/jeanne")));
    peer.say("/media/6", activity, &Value::Null);
    let ours = format!("{BASE}users/jeanne#main-key");
    for key_id in [
        &*at("/media/1"),
        &at("/media/2#k"),
        &at("/media/3"),
        &at("/media/4"),
        &at("/media/5"),
        &at("/media/6"),
        &at("/none"),
        &ours,
        "http://127.0.0.1:1/users/ana#main-key",
        "file:///etc/passwd",
        "main-key",
    ] {
        assert_eq!(reason(&told(key_id)), "signature-key", "{key_id}");
    }
    // Who is somebody else there is somebody else here.
    let (bob, key) = (at("/users/bob"), at("/users/bob#key"));
    let multikey = json!({
        "id": key, "type": "Multikey", "controller": bob, "publicKeyMultibase": peer.multikey(),
    });
    let document = json!({"id": bob, "type": "Person", "assertionMethod": [multikey]});
    let kind = "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"";
    peer.say("/users/bob", kind, &document);
    assert_eq!(told(&key).status, 404, "known, and not let in");
    assert_eq!(told(&peer.key_id()).status, 200);
    assert_eq!(told(&peer.actor()).status, 200, "SemApps names the actor");
}
