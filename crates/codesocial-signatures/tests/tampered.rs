//! A request that was signed well is good; each way to change it, or to sign it badly, is refused
//! for its own reason.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use codesocial_signatures::{
    Claim, Digests, Fault, Form, PublicKey, Request, SigningKey, claims, sign,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use ring::rand::{SecureRandom as _, SystemRandom};
use ring::signature::Ed25519KeyPair;
use rsa::pkcs8::{EncodePrivateKey as _, EncodePublicKey as _};
use rsa::rand_core::{TryCryptoRng, TryRng};
use std::convert::Infallible;
use std::sync::OnceLock;

const BODY: &[u8] = b"{\"type\": \"Create\"}";
const KEY_ID: &str = "https://peer.example/actor#main-key";
const NOW: i64 = 1_800_000_000;

fn now() -> Timestamp {
    Timestamp::from_second(NOW).expect("a time")
}

/// What the maker of keys draws from.
struct System;

fn drawn<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).expect("the system draws");
    bytes
}

impl TryRng for System {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_be_bytes(drawn()))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_be_bytes(drawn()))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for part in bytes.chunks_mut(32) {
            part.copy_from_slice(&drawn::<32>()[..part.len()]);
        }
        Ok(())
    }
}

impl TryCryptoRng for System {}

struct Signer {
    key: SigningKey,
    public: PublicKey,
}

fn rsa() -> &'static Signer {
    static MADE: OnceLock<Signer> = OnceLock::new();
    MADE.get_or_init(|| {
        let key = rsa::PrivateKey::new(&mut System, 2048).expect("a key");
        let public = key.to_public_key().to_public_key_der().expect("written");
        let public = STANDARD.encode(public.as_bytes());
        let pem = format!("-----BEGIN PUBLIC KEY-----\r\n{public}\r\n-----END PUBLIC KEY-----");
        Signer {
            key: SigningKey::from_pkcs8(key.to_pkcs8_der().expect("written").as_bytes())
                .expect("a key"),
            public: PublicKey::from_pem(&pem).expect("a key"),
        }
    })
}

fn ed25519() -> Signer {
    use ring::signature::KeyPair as _;
    let made = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).expect("a key");
    let pair = Ed25519KeyPair::from_pkcs8(made.as_ref()).expect("the key");
    let point = pair.public_key().as_ref().try_into().expect("32 bytes");
    Signer { key: SigningKey::Ed25519(pair), public: PublicKey::Ed25519(point) }
}

/// A request that may be changed after it was signed.
#[derive(Clone)]
struct Sent {
    method: Method,
    authority: String,
    target: String,
    headers: HeaderMap,
    body: Vec<u8>,
    now: Timestamp,
}

impl Sent {
    fn new(method: Method, body: &[u8]) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", HeaderValue::from_static("application/activity+json"));
        headers.insert("content-length", HeaderValue::from(body.len()));
        let (authority, target) = ("registre.example", "/inbox?page=1");
        let (authority, target) = (authority.to_owned(), target.to_owned());
        Self { method, authority, target, headers, body: body.to_vec(), now: now() }
    }

    fn request(&self) -> Request<'_> {
        Request {
            method: &self.method,
            scheme: "https",
            authority: &self.authority,
            target: &self.target,
            headers: &self.headers,
        }
    }

    fn signed(mut self, signer: &Signer, form: Form) -> Self {
        let (key, random) = ((KEY_ID, &signer.key), SystemRandom::new());
        let added = sign(&self.request(), &self.body, key, form, self.now, &random);
        self.headers.extend(added.expect("signed"));
        self
    }

    fn set(&mut self, name: &str, value: &str) {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a name");
        self.headers.insert(name, HeaderValue::from_str(value).expect("a value"));
    }

    fn replace(&mut self, name: &str, from: &str, to: &str) {
        let value = self.headers[name].to_str().expect("text").to_owned();
        assert!(value.contains(from), "{name}: {value}");
        self.set(name, &value.replace(from, to));
    }

    /// What who receives it does: the head, then the key, then the body.
    fn judged(&self, key: &PublicKey) -> Result<Claim, Fault> {
        let mut fault = Fault::Wrong;
        for claim in claims(&self.request(), self.now)? {
            match claim.verify(std::slice::from_ref(key)) {
                Ok(()) => {
                    let mut hashing = Digests::of(&self.headers)?.hashing();
                    hashing.update(&self.body);
                    return hashing.finish().map(|()| claim);
                }
                Err(other) => fault = other,
            }
        }
        Err(fault)
    }
}

type Change = fn(&mut Sent);

/// Changes a request of each form after it was signed.
#[track_caller]
fn check(name: &str, change: Change, cavage: Fault, standard: Fault) {
    for (form, expected) in [(Form::Cavage, cavage), (Form::Rfc9421, standard)] {
        let mut sent = Sent::new(Method::POST, BODY).signed(rsa(), form);
        change(&mut sent);
        assert_eq!(sent.judged(&rsa().public).map(drop), Err(expected), "{name}, {form:?}");
    }
}

#[test]
fn what_is_signed_in_either_form_with_either_kind_of_key_is_good() {
    let ed25519 = ed25519();
    for signer in [rsa(), &ed25519] {
        for (form, covered) in [
            (Form::Cavage, "(request-target) host date digest"),
            (Form::Rfc9421, "@method @target-uri @authority content-digest"),
        ] {
            let sent = Sent::new(Method::POST, BODY).signed(signer, form);
            let claim = sent.judged(&signer.public).expect("good");
            assert_eq!((claim.key_id.as_str(), claim.form), (KEY_ID, form));
            assert_eq!(claim.covered.join(" "), covered);
            let sent = Sent::new(Method::GET, b"").signed(signer, form);
            let claim = sent.judged(&signer.public).expect("good");
            assert_eq!(claim.covered.len(), 3, "no digest of nothing");
        }
    }
}

#[test]
fn what_was_changed_on_the_way_is_refused() {
    use Fault::{Body, Wrong};
    check("method", |sent| sent.method = Method::PUT, Wrong, Wrong);
    check("path", |sent| sent.target = "/outbox?page=1".to_owned(), Wrong, Wrong);
    check("query", |sent| sent.target = "/inbox?page=2".to_owned(), Wrong, Wrong);
    check("without query", |sent| sent.target = "/inbox".to_owned(), Wrong, Wrong);
    check("server", |sent| sent.authority = "other.example".to_owned(), Wrong, Wrong);
    check("port", |sent| sent.authority = "registre.example:8443".to_owned(), Wrong, Wrong);
    check("body", |sent| sent.body[3] ^= 1, Body, Body);
    check("more body", |sent| sent.body.push(b' '), Body, Body);
    check("no body", |sent| sent.body.clear(), Body, Body);
}

/// Some servers of the fediverse sign the path without the query.
#[test]
fn a_query_may_be_left_out_of_what_changes_nothing_in_the_draft_alone() {
    for (method, form, is_good) in [
        (Method::GET, Form::Cavage, true),
        (Method::HEAD, Form::Cavage, true),
        (Method::POST, Form::Cavage, false),
        (Method::DELETE, Form::Cavage, false),
        (Method::GET, Form::Rfc9421, false),
    ] {
        let mut sent = Sent::new(method.clone(), b"");
        sent.target = "/inbox".to_owned();
        let mut sent = sent.signed(rsa(), form);
        sent.target = "/inbox?page=1".to_owned();
        assert_eq!(sent.judged(&rsa().public).is_ok(), is_good, "{method} {form:?}");
        let claim = claims(&sent.request(), now()).expect("well written").remove(0).with_query();
        assert_eq!(claim.verify(&[rsa().public.clone()]), Err(Fault::Wrong));
        sent.target = "/outbox?page=1".to_owned();
        assert_eq!(sent.judged(&rsa().public), Err(Fault::Wrong), "{method} {form:?}");
    }
}

#[test]
fn what_the_headers_say_otherwise_is_refused() {
    use Fault::{Uncovered, Wrong};
    const OTHER: &str = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    let digest: Change = |sent| {
        let is_old = sent.headers.contains_key("digest");
        let name = if is_old { "digest" } else { "content-digest" };
        let value = if is_old { format!("SHA-256={OTHER}") } else { format!("sha-256=:{OTHER}:") };
        sent.set(name, &value);
        sent.body.clear();
    };
    check("digest and body", digest, Wrong, Wrong);
    let later: Change = |sent| {
        sent.now += SignedDuration::from_hours(2);
        sent.set("date", "Fri, 15 Jan 2027 10:00:00 GMT");
        if sent.headers.contains_key("signature-input") {
            sent.replace("signature-input", "created=1800000000", "created=1800007200");
        }
    };
    check("a later date", later, Wrong, Wrong);
    let key: Change = |sent| {
        let name = if sent.headers.contains_key("signature-input") {
            "signature-input"
        } else {
            "signature"
        };
        sent.replace(name, "peer.example", "evil.example");
    };
    let mut sent = Sent::new(Method::POST, BODY).signed(rsa(), Form::Cavage);
    key(&mut sent);
    let claim = sent.judged(&rsa().public).expect("its own key would have to be found there");
    assert_eq!(claim.key_id, "https://evil.example/actor#main-key");
    let mut sent = Sent::new(Method::POST, BODY).signed(rsa(), Form::Rfc9421);
    key(&mut sent);
    assert_eq!(sent.judged(&rsa().public), Err(Wrong));
    let shorter: Change = |sent| match sent.headers.contains_key("signature-input") {
        true => sent.replace("signature-input", " \"content-digest\"", ""),
        false => sent.replace("signature", " digest", ""),
    };
    check("digest not covered", shorter, Uncovered("digest"), Uncovered("content-digest"));
}

#[test]
fn a_body_that_was_added_is_refused() {
    for (form, name) in [(Form::Cavage, "digest"), (Form::Rfc9421, "content-digest")] {
        let mut sent = Sent::new(Method::DELETE, b"").signed(rsa(), form);
        assert!(sent.judged(&rsa().public).is_ok());
        sent.set("content-length", "18");
        assert_eq!(sent.judged(&rsa().public), Err(Fault::Uncovered(name)));
        sent.set("content-length", "0");
        sent.set("transfer-encoding", "chunked");
        assert_eq!(sent.judged(&rsa().public), Err(Fault::Uncovered(name)));
    }
}

#[test]
fn a_signature_covers_what_the_request_does() {
    use Fault::Uncovered;
    for (names, expected) in [
        ("host date digest", Uncovered("(request-target)")),
        ("(request-target) date digest", Uncovered("host")),
        ("(request-target) host digest", Uncovered("date")),
        ("(request-target) host date", Uncovered("digest")),
        ("date", Uncovered("(request-target)")),
        ("(request-target) host date digest x-none", Fault::Component("x-none".to_owned())),
        ("(request-target) host (created) digest", Fault::Component("(created)".to_owned())),
    ] {
        let mut sent = Sent::new(Method::POST, BODY).signed(rsa(), Form::Cavage);
        sent.replace("signature", "(request-target) host date digest", names);
        assert_eq!(sent.judged(&rsa().public), Err(expected), "{names}");
    }
    for (names, expected) in [
        ("\"@target-uri\" \"content-digest\"", Uncovered("@method")),
        ("\"@method\" \"@authority\" \"content-digest\"", Uncovered("@path")),
        ("\"@method\" \"@authority\" \"@path\" \"content-digest\"", Uncovered("@query")),
        ("\"@method\" \"@path\" \"@query\" \"content-digest\"", Uncovered("@authority")),
        ("\"@method\" \"@target-uri\"", Uncovered("content-digest")),
        ("\"@method\" \"@target-uri\" \"digest\"", Fault::Component("digest".to_owned())),
        ("\"@method\" \"@method\"", Fault::Malformed("Signature-Input")),
        ("\"@method\" \"Date\"", Fault::Malformed("Signature-Input")),
        ("\"@method\";req", Fault::Component("\"@method\";req".to_owned())),
        ("\"date\";bs", Fault::Component("\"date\";bs".to_owned())),
        ("\"@status\"", Fault::Component("\"@status\"".to_owned())),
    ] {
        let mut sent = Sent::new(Method::POST, BODY).signed(rsa(), Form::Rfc9421);
        let all = "\"@method\" \"@target-uri\" \"@authority\" \"content-digest\"";
        sent.replace("signature-input", all, names);
        assert_eq!(sent.judged(&rsa().public), Err(expected), "{names}");
    }
}

#[test]
fn a_signature_is_of_now() {
    for form in [Form::Cavage, Form::Rfc9421] {
        let sent = Sent::new(Method::POST, BODY).signed(rsa(), form);
        let after = |seconds| {
            let moved = Sent { now: now() + SignedDuration::from_secs(seconds), ..sent.clone() };
            moved.judged(&rsa().public).map(drop)
        };
        assert_eq!(after(3_600), Ok(()));
        assert_eq!(after(3_601), Err(Fault::Old));
        assert_eq!(after(-300), Ok(()));
        assert_eq!(after(-301), Err(Fault::Early));
    }
    let mut sent = Sent::new(Method::POST, BODY).signed(rsa(), Form::Cavage);
    sent.replace("signature", "signature=", "expires=1799999999,signature=");
    assert_eq!(sent.judged(&rsa().public), Err(Fault::Expired));
    sent.replace("signature", "expires=1799999999", "expires=1800000001.5");
    assert!(sent.judged(&rsa().public).is_ok());
    let mut sent = Sent::new(Method::POST, BODY).signed(rsa(), Form::Rfc9421);
    sent.replace("signature-input", ";keyid", ";expires=1799999999;keyid");
    assert_eq!(sent.judged(&rsa().public), Err(Fault::Expired));
    let mut sent = Sent::new(Method::POST, BODY).signed(rsa(), Form::Rfc9421);
    sent.replace("signature-input", "created=1800000000;", "");
    assert_eq!(sent.judged(&rsa().public), Err(Fault::Uncovered("created")));
    for (date, expected) in
        [("yesterday", Fault::Malformed("Date")), ("Sun, 05 Jan 2014 21:31:40 GMT", Fault::Old)]
    {
        let mut sent = Sent::new(Method::POST, BODY).signed(rsa(), Form::Cavage);
        sent.set("date", date);
        assert_eq!(sent.judged(&rsa().public), Err(expected), "{date}");
    }
}

#[test]
fn a_key_is_for_its_own_algorithm_whatever_the_header_says() {
    let other = ed25519();
    let algorithm = |name: &str| Err(Fault::Algorithm(name.to_owned()));
    for (name, expected) in [
        ("hs2019", Ok(())),
        ("none", algorithm("none")),
        ("hmac-sha256", algorithm("hmac-sha256")),
        ("rsa-sha1", algorithm("rsa-sha1")),
        ("ed25519", algorithm("Ed25519")),
    ] {
        let mut sent = Sent::new(Method::POST, BODY).signed(rsa(), Form::Cavage);
        sent.replace("signature", "rsa-sha256", name);
        assert_eq!(sent.judged(&rsa().public).map(drop), expected, "{name}");
    }
    let mut sent = Sent::new(Method::POST, BODY).signed(rsa(), Form::Cavage);
    sent.replace("signature", "algorithm=\"rsa-sha256\",", "");
    assert!(sent.judged(&rsa().public).is_ok(), "the key says it");
    for form in [Form::Cavage, Form::Rfc9421] {
        let sent = Sent::new(Method::POST, BODY).signed(rsa(), form);
        let found = sent.judged(&other.public);
        assert_eq!(found, Err(Fault::Algorithm("RsaSha256".to_owned())), "another key");
        let sent = Sent::new(Method::POST, BODY).signed(&ed25519(), form);
        assert_eq!(sent.judged(&other.public), Err(Fault::Wrong), "another key of the kind");
    }
    for (name, expected) in [
        ("hmac-sha256", algorithm("hmac-sha256")),
        ("ed25519", algorithm("Ed25519")),
        ("rsa-pss-sha512", Err(Fault::Wrong)),
    ] {
        let mut sent = Sent::new(Method::POST, BODY).signed(rsa(), Form::Rfc9421);
        sent.replace("signature-input", "rsa-v1_5-sha256", name);
        assert_eq!(sent.judged(&rsa().public).map(drop), expected, "{name}");
    }
}

#[test]
fn one_good_label_is_enough() {
    let good = Sent::new(Method::POST, BODY).signed(rsa(), Form::Rfc9421);
    let value = |name: &str| good.headers[name].to_str().expect("text").to_owned();
    let (input, signature) = (value("signature-input"), value("signature"));
    for (inputs, signatures, is_good) in [
        (format!("a=(), {input}"), format!("a=:AAAA:, {signature}"), true),
        (format!("a=1, {input}"), signature.clone(), true),
        (format!("{input}, a=()"), format!("{signature}, b=:AAAA:"), true),
        (input.replace("sig1", "sig2"), signature.clone(), false),
        (format!("a=(), b=(), c=(), d=(), {input}"), signature.clone(), false),
        (format!("{input}, é"), signature.clone(), false),
    ] {
        let mut sent = good.clone();
        sent.headers.insert("signature-input", HeaderValue::from_str(&inputs).expect("a value"));
        sent.headers.insert("signature", HeaderValue::from_str(&signatures).expect("a value"));
        assert_eq!(sent.judged(&rsa().public).is_ok(), is_good, "{inputs}");
    }
    let mut sent = good.clone();
    sent.headers.remove("signature");
    assert_eq!(sent.judged(&rsa().public), Err(Fault::Malformed("Signature")));
}

#[test]
fn a_header_that_is_written_badly_is_refused() {
    for line in [
        "",
        "Bearer x",
        "keyId=\"a\"",
        "keyId=\"\",signature=\"AAAA\"",
        "keyId=\"a\",signature=\"é\"",
        "keyId=\"a\",signature=\"AAAA",
        "keyId=\"a\",keyId=\"b\",signature=\"AAAA\"",
        "keyId=\"a\" signature=\"AAAA\"",
        "keyId=\"a\",created=now,signature=\"AAAA\"",
        "=,=",
    ] {
        let mut sent = Sent::new(Method::GET, b"");
        sent.headers.insert("signature", HeaderValue::from_str(line).expect("a value"));
        let found = sent.judged(&rsa().public);
        assert_eq!(found, Err(Fault::Malformed("Signature")), "{line}");
    }
}

#[test]
fn the_same_words_of_a_signer_have_one_name() {
    let claim = |form| {
        let sent = Sent::new(Method::POST, BODY).signed(rsa(), form);
        claims(&sent.request(), now()).expect("good").remove(0)
    };
    let (one, other) = (claim(Form::Cavage), claim(Form::Rfc9421));
    assert_eq!(one.name("a"), claim(Form::Cavage).name("a"));
    assert_ne!(one.name("a"), one.name("b"));
    assert_ne!(one.name("a"), other.name("a"));
    assert_ne!(other.name("a"), claim(Form::Rfc9421).name("a"), "each has a nonce");
}

proptest! {
    #[test]
    fn no_header_makes_it_panic(
        signature in "\\PC{0,80}",
        input in "[ -~]{0,80}",
        digest in "[ -~]{0,40}",
        is_standard: bool,
    ) {
        let mut sent = Sent::new(Method::POST, BODY);
        for (name, value) in
            [("signature", &signature), ("signature-input", &input), ("digest", &digest)]
        {
            let value = HeaderValue::from_bytes(value.as_bytes());
            if let (Ok(value), true) = (value, is_standard || name != "signature-input") {
                sent.headers.insert(HeaderName::from_static(name), value);
            }
        }
        prop_assert!(sent.judged(&rsa().public).is_err());
    }

    /// Headers that are nearly right.
    #[test]
    fn no_change_of_a_byte_makes_another_request_good(
        form in prop_oneof![Just(Form::Cavage), Just(Form::Rfc9421)],
        at: prop::sample::Index,
        byte in 0x20_u8..0x7f,
    ) {
        let good = Sent::new(Method::POST, BODY).signed(rsa(), form);
        for name in ["signature", "signature-input", "digest", "content-digest", "date"] {
            let Some(value) = good.headers.get(name) else { continue };
            let mut bytes = value.as_bytes().to_vec();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            let mut sent = good.clone();
            let name = HeaderName::from_static(name);
            sent.headers.insert(&name, HeaderValue::from_bytes(&bytes).expect("a value"));
            if let Ok(claim) = sent.judged(&rsa().public) {
                let key = claims(&good.request(), now()).expect("good").remove(0);
                prop_assert_eq!(claim.covered, key.covered);
            }
        }
    }
}
