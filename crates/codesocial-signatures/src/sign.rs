//! Making signatures.

use crate::claim::Form;
use crate::digest::{CONTENT_DIGEST, DIGEST, content_digest, digest};
use crate::key::SigningKey;
use crate::{Fault, Request, cavage, rfc9421};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::DATE;
use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use ring::rand::SecureRandom;
use sfv::{BareItem, Dictionary, FieldType as _, InnerList, Integer, Item, Key, ListEntry};

/// Why nothing can be signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    #[error("the moment cannot be written")]
    Time,
    #[error("the name of the key cannot stand in a header")]
    KeyId,
    #[error("the key does not sign")]
    Key,
    #[error("there is no randomness to be had")]
    Random,
    #[error(transparent)]
    Component(#[from] Fault),
}

/// The headers that a request gets beside those that it has: the signature, what it covers of the
/// time, and the digest of the body where there is one.
pub fn sign(
    request: &Request<'_>,
    body: &[u8],
    (key_id, key): (&str, &SigningKey),
    form: Form,
    now: Timestamp,
    random: &dyn SecureRandom,
) -> Result<HeaderMap, SignError> {
    if !key_id.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"\\".contains(&byte)) {
        return Err(SignError::KeyId);
    }
    let mut added = HeaderMap::new();
    let value = |text: &str| HeaderValue::from_str(text).map_err(|_| SignError::KeyId);
    if !body.is_empty() {
        let (name, text) = match form {
            Form::Cavage => (DIGEST, digest(body)),
            Form::Rfc9421 => (CONTENT_DIGEST, content_digest(body)),
        };
        added.insert(name, value(&text)?);
    }
    let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&now);
    added.insert(DATE, value(&date.map_err(|_| SignError::Time)?)?);
    let mut headers = request.headers.clone();
    headers.extend(added.clone());
    let signed = Request { headers: &headers, ..*request };
    let signature = |base: &[u8]| key.sign(base, random).ok_or(SignError::Key);
    let (name, text) = match form {
        Form::Cavage => {
            let (covered, base) = cavage_base(&signed, !body.is_empty())?;
            let algorithm = match key {
                SigningKey::Rsa(_) => "rsa-sha256",
                SigningKey::Ed25519(_) => "hs2019",
            };
            let signature = STANDARD.encode(signature(&base)?);
            let text = format!(
                "keyId=\"{key_id}\",algorithm=\"{algorithm}\",headers=\"{covered}\",\
                 signature=\"{signature}\""
            );
            (cavage::SIGNATURE, text)
        }
        Form::Rfc9421 => {
            let mut nonce = [0; 16];
            random.fill(&mut nonce).map_err(|_| SignError::Random)?;
            let input = input((key_id, key), now, nonce, !body.is_empty());
            let input = input.ok_or(SignError::KeyId)?;
            let (_, base) = rfc9421::base(&signed, input.clone())?;
            added.insert(rfc9421::SIGNATURE_INPUT, value(&labelled(input.into()))?);
            let signature = BareItem::ByteSequence(signature(&base)?);
            (rfc9421::SIGNATURE, labelled(Item::new(signature).into()))
        }
    };
    added.insert::<HeaderName>(name, value(&text)?);
    Ok(added)
}

fn cavage_base(request: &Request<'_>, has_body: bool) -> Result<(String, Vec<u8>), Fault> {
    let mut covered = vec![cavage::REQUEST_TARGET, "host", "date"];
    covered.extend(has_body.then_some("digest"));
    let names: Vec<String> = covered.iter().map(|name| (*name).to_owned()).collect();
    Ok((covered.join(" "), cavage::base(request, &names, "", [None, None])?))
}

/// What a signature of the standard covers, and what it says of itself: with a nonce, as two
/// requests of one second may be alike, and who verifies takes each signature once.
fn input(
    (key_id, key): (&str, &SigningKey),
    now: Timestamp,
    nonce: [u8; 16],
    has_body: bool,
) -> Option<InnerList> {
    let text = |text: &str| sfv::String::from_string(text.to_owned()).ok().map(BareItem::String);
    let mut covered = vec!["@method", "@target-uri", "@authority"];
    covered.extend(has_body.then_some("content-digest"));
    let items: Option<Vec<Item>> =
        covered.into_iter().map(|name| text(name).map(Item::new)).collect();
    let algorithm = match key {
        SigningKey::Rsa(_) => "rsa-v1_5-sha256",
        SigningKey::Ed25519(_) => "ed25519",
    };
    let created = BareItem::Integer(Integer::try_from(now.as_second()).ok()?);
    let parameters = [
        ("created", created),
        ("keyid", text(key_id)?),
        ("alg", text(algorithm)?),
        ("nonce", text(&STANDARD.encode(nonce))?),
    ];
    let parameters = parameters
        .into_iter()
        .map(|(name, value)| Some((Key::from_string(name.to_owned()).ok()?, value)));
    Some(InnerList::with_params(items?, parameters.collect::<Option<_>>()?))
}

fn labelled(entry: ListEntry) -> String {
    let label = Key::from_string("sig1".to_owned()).expect("a label");
    Dictionary::from_iter([(label, entry)]).serialize().expect("it holds one entry")
}
