//! The headers `Signature-Input` and `Signature` of RFC 9421.
//! <https://www.rfc-editor.org/rfc/rfc9421>

use crate::claim::{Claim, Form, Times};
use crate::component;
use crate::key::Algorithm;
use crate::{Fault, Request};
use http::{HeaderMap, HeaderName};
use sfv::{BareItem, Dictionary, FieldType as _, InnerList, Item, ListEntry, Parser};
use std::collections::HashSet;

pub(crate) const SIGNATURE: HeaderName = HeaderName::from_static("signature");
pub(crate) const SIGNATURE_INPUT: HeaderName = HeaderName::from_static("signature-input");
const MALFORMED: Fault = Fault::Malformed("Signature-Input");

/// What each label says.
pub(crate) fn read(request: &Request<'_>) -> Result<Vec<Result<Claim, Fault>>, Fault> {
    let inputs = dictionary(request.headers, &SIGNATURE_INPUT).ok_or(MALFORMED)?;
    let mut signatures =
        dictionary(request.headers, &SIGNATURE).ok_or(Fault::Malformed("Signature"))?;
    let claims = inputs.into_iter().map(|(label, input)| {
        let ListEntry::InnerList(input) = input else { return Err(MALFORMED) };
        let Some(ListEntry::Item(Item { bare_item: BareItem::ByteSequence(signature), .. })) =
            signatures.swap_remove(&label)
        else {
            return Err(Fault::Malformed("Signature"));
        };
        claim(request, input, signature)
    });
    Ok(claims.collect())
}

fn dictionary(headers: &HeaderMap, name: &HeaderName) -> Option<Dictionary> {
    let lines: Vec<&[u8]> = headers.get_all(name).iter().map(|line| line.as_bytes()).collect();
    Parser::new(&lines.join(&b", "[..])).parse().ok()
}

fn claim(request: &Request<'_>, input: InnerList, signature: Vec<u8>) -> Result<Claim, Fault> {
    let text = |name: &str| match input.params.get(name) {
        None => Ok(None),
        Some(BareItem::String(text)) => Ok(Some(text.as_str().to_owned())),
        Some(_) => Err(MALFORMED),
    };
    let seconds = |name: &str| match input.params.get(name) {
        None => Ok(None),
        Some(BareItem::Integer(seconds)) => Ok(Some(i64::from(*seconds))),
        Some(_) => Err(MALFORMED),
    };
    let times = Times { created: seconds("created")?, expires: seconds("expires")? };
    let algorithm = text("alg")?.map(|name| algorithm(&name)).transpose()?;
    let key_id = text("keyid")?.filter(|id| !id.is_empty()).ok_or(MALFORMED)?;
    let (covered, base) = base(request, input)?;
    let bases = vec![base];
    Ok(Claim { key_id, form: Form::Rfc9421, times, covered, algorithm, signature, bases })
}

/// <https://www.rfc-editor.org/rfc/rfc9421#section-6.2.2>
fn algorithm(name: &str) -> Result<Algorithm, Fault> {
    match name {
        "rsa-v1_5-sha256" => Ok(Algorithm::RsaSha256),
        "rsa-pss-sha512" => Ok(Algorithm::RsaPssSha512),
        "ed25519" => Ok(Algorithm::Ed25519),
        "ecdsa-p256-sha256" => Ok(Algorithm::EcdsaP256Sha256),
        _ => Err(Fault::Algorithm(name.to_owned())),
    }
}

/// The names of what is covered, as they are written, and what is signed.
/// <https://www.rfc-editor.org/rfc/rfc9421#section-2.5>
pub(crate) fn base(
    request: &Request<'_>,
    input: InnerList,
) -> Result<(Vec<String>, Vec<u8>), Fault> {
    let (mut covered, mut base) = (Vec::new(), Vec::new());
    for item in &input.items {
        let name = item.serialize();
        base.extend([name.as_bytes(), b": ", &*value(request, item)?, b"\n"].concat());
        covered.push(name.trim_matches('"').to_owned());
    }
    // "Each component identifier MUST occur only once in the covered components."
    // https://www.rfc-editor.org/rfc/rfc9421#section-2.5
    if covered.iter().collect::<HashSet<_>>().len() < covered.len() {
        return Err(MALFORMED);
    }
    let parameters = vec![ListEntry::InnerList(input)].serialize().unwrap_or_default();
    base.extend(format!("\"@signature-params\": {parameters}").into_bytes());
    Ok((covered, base))
}

fn value(request: &Request<'_>, item: &Item) -> Result<Vec<u8>, Fault> {
    let BareItem::String(name) = &item.bare_item else { return Err(MALFORMED) };
    let name = name.as_str();
    let unknown = || Fault::Component(item.serialize());
    let derived = match item.params.len() {
        0 if !name.starts_with('@') => {
            let is_lower = !name.bytes().any(|byte| byte.is_ascii_uppercase());
            return is_lower.then(|| component::header(request, name)).ok_or(MALFORMED)?;
        }
        0 => component::derived(request, name),
        1 if name == "@query-param" => match item.params.get("name") {
            Some(BareItem::String(name)) => component::query_parameter(request, name.as_str()),
            _ => None,
        },
        _ => None,
    };
    derived.map(String::into_bytes).ok_or_else(unknown)
}
