//! A request that the relay of a SemApps instance (1.2.0) sent, as it came over the wire: the form,
//! the digest, and the key in a document of its own, which names the actor that lists it.

use codesocial_signatures::{Digests, Documents, Fault, KeyDocument, KeyFault, Request, claims};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use jiff::Timestamp;

const ACTOR: &str = "http://localhost:4111/as/application/relay";
const BODY: &[u8] = include_bytes!("semapps/accept.json");

fn headers() -> HeaderMap {
    let lines = [
        ("content-type", "application/json"),
        ("date", "Sun, 22 Nov 2026 16:26:08 GMT"),
        ("digest", "SHA-256=2wkvzu96hGeN+e1/EwuLIcms75jEnnoxvP8mfsOtNsc="),
        ("signature", include_str!("semapps/signature.txt").trim_end()),
        ("content-length", "502"),
        ("host", "localhost:4112"),
    ];
    let lines = lines.into_iter().map(|(name, value)| {
        (HeaderName::from_static(name), HeaderValue::from_str(value).expect("a value"))
    });
    lines.collect()
}

fn request<'a>(headers: &'a HeaderMap, target: &'a str) -> Request<'a> {
    let method = &Method::POST;
    Request { method, scheme: "http", authority: "localhost:4112", target, headers }
}

#[test]
fn what_a_relay_of_semapps_signs_is_good_and_its_actors() {
    let (headers, now) = (headers(), "2026-11-22T16:26:09Z".parse::<Timestamp>().expect("a time"));
    let request = request(&headers, "/as/application/relay/inbox");
    let claim = claims(&request, now).expect("it covers what it must").remove(0);
    assert_eq!(claim.key_id, ACTOR);
    let mut documents = Documents::default();
    let texts = [&include_bytes!("semapps/actor.json")[..], include_bytes!("semapps/key.json")];
    let mut asked = Vec::new();
    let holder = loop {
        match documents.holder(&claim.key_id) {
            Err(KeyFault::Needed(address)) => {
                let document = KeyDocument::parse(texts[asked.len()], &address).expect("JSON-LD");
                asked.push(address.clone());
                documents.insert(address, document);
            }
            found => break found.expect("a key"),
        }
    };
    let key = "http://localhost:4111/public-key/02bf39aa-fd63-4f5a-8cd0-d477c80e87dc";
    assert_eq!(asked, [ACTOR, key]);
    assert_eq!(holder.owner.as_str(), ACTOR);
    assert_eq!(claim.verify(&holder.keys), Ok(()));
    let mut hashing = Digests::of(&headers).expect("a digest").hashing();
    hashing.update(BODY);
    assert_eq!(hashing.finish(), Ok(()));
    let elsewhere = Request { target: "/as/application/other/inbox", ..request };
    let claim = claims(&elsewhere, now).expect("it covers what it must").remove(0);
    assert_eq!(claim.verify(&holder.keys), Err(Fault::Wrong));
}
