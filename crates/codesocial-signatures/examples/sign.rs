//! Signs a request for whoever wants to verify it: the headers that it gets, a line for each.
//!
//! `sign FORM METHOD ADDRESS KEY-ID KEY-FILE < BODY`, the key as PKCS #8 in DER.

use codesocial_signatures::{Form, Request, SigningKey, sign};
use http::{HeaderMap, HeaderValue, Method};
use jiff::Timestamp;
use ring::rand::SystemRandom;
use std::env::args;
use std::error::Error;
use std::io::{Read as _, Write as _, stdin, stdout};

fn main() -> Result<(), Box<dyn Error>> {
    let [form, method, address, key_id, file] = args()
        .skip(1)
        .collect::<Vec<_>>()
        .try_into()
        .map_err(|_| "sign FORM METHOD ADDRESS KEY-ID KEY-FILE < BODY")?;
    let form = match &*form {
        "cavage" => Form::Cavage,
        "rfc9421" => Form::Rfc9421,
        other => return Err(format!("no form: {other}").into()),
    };
    let mut body = Vec::new();
    stdin().read_to_end(&mut body)?;
    let (scheme, rest) = address.split_once("://").ok_or("no address")?;
    let (authority, _) = rest.split_once('/').ok_or("no path")?;
    let mut headers = HeaderMap::new();
    if !body.is_empty() {
        headers.insert("content-length", HeaderValue::from(body.len()));
    }
    let method = Method::from_bytes(method.as_bytes())?;
    let request = Request {
        method: &method,
        scheme,
        authority,
        target: &rest[authority.len()..],
        headers: &headers,
    };
    let key = SigningKey::from_pkcs8(&std::fs::read(file)?)?;
    let now = Timestamp::now();
    let added = sign(&request, &body, (&key_id, &key), form, now, &SystemRandom::new())?;
    for (name, value) in &added {
        writeln!(stdout(), "{name}: {}", value.to_str()?)?;
    }
    Ok(())
}
