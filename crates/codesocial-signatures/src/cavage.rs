//! The header `Signature` of draft-cavage-http-signatures-12.
//! <https://datatracker.ietf.org/doc/html/draft-cavage-http-signatures-12>

use crate::claim::{Claim, Form, Times};
use crate::component;
use crate::key::Algorithm;
use crate::{Fault, Request};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderName;

pub(crate) const SIGNATURE: HeaderName = HeaderName::from_static("signature");
const MALFORMED: Fault = Fault::Malformed("Signature");
/// How a request is named: its method in lower case, and its target.
pub(crate) const REQUEST_TARGET: &str = "(request-target)";
const CREATED: &str = "(created)";
const EXPIRES: &str = "(expires)";

/// What each line of the header says.
pub(crate) fn read(request: &Request<'_>) -> Vec<Result<Claim, Fault>> {
    let lines = request.headers.get_all(SIGNATURE).into_iter();
    lines.map(|line| claim(request, line.to_str().map_err(|_| MALFORMED)?)).collect()
}

fn claim(request: &Request<'_>, line: &str) -> Result<Claim, Fault> {
    let parameters = parameters(line).ok_or(MALFORMED)?;
    let parameter =
        |name: &str| parameters.iter().find(|(own, _)| own == name).map(|(_, value)| &**value);
    let key_id = parameter("keyId").filter(|id| !id.is_empty()).ok_or(MALFORMED)?;
    let signature = STANDARD.decode(parameter("signature").ok_or(MALFORMED)?);
    // "If not specified, implementations MUST operate as if the field were specified with a single
    // value, `(created)`".
    // https://datatracker.ietf.org/doc/html/draft-cavage-http-signatures-12#section-2.1.6
    let covered = parameter("headers").unwrap_or(CREATED).to_ascii_lowercase();
    let covered: Vec<String> = covered.split_ascii_whitespace().map(str::to_owned).collect();
    let seconds = |name| parameter(name).map(|text| seconds(text).ok_or(MALFORMED)).transpose();
    let (created, expires) = (seconds("created")?, seconds("expires")?);
    let named = parameter("algorithm");
    let named_or_none = named.unwrap_or_default();
    let mut bases = vec![base(request, &covered, named_or_none, [created, expires])?];
    // Servers of the fediverse sign the path alone, some of them: enough for what changes nothing.
    if request.query().is_some() && request.method.is_safe() {
        let request = Request { target: request.path(), ..*request };
        bases.push(base(&request, &covered, named_or_none, [created, expires])?);
    }
    let is_covered = |name: &str| covered.iter().any(|own| own == name);
    Ok(Claim {
        key_id: key_id.to_owned(),
        form: Form::Cavage,
        times: Times { created: created.filter(|_| is_covered(CREATED)), expires },
        covered,
        algorithm: named.map_or(Ok(None), algorithm)?,
        signature: signature.map_err(|_| MALFORMED)?,
        bases,
    })
}

/// The algorithm that a name stands for: none where it leaves the choice to the key.
/// <https://datatracker.ietf.org/doc/html/draft-cavage-http-signatures-12#appendix-E.2>
fn algorithm(name: &str) -> Result<Option<Algorithm>, Fault> {
    match name {
        "hs2019" => Ok(None),
        "rsa-sha256" => Ok(Some(Algorithm::RsaSha256)),
        "ed25519" => Ok(Some(Algorithm::Ed25519)),
        _ => Err(Fault::Algorithm(name.to_owned())),
    }
}

/// What is signed. <https://datatracker.ietf.org/doc/html/draft-cavage-http-signatures-12#section-2.3>
pub(crate) fn base(
    request: &Request<'_>,
    covered: &[String],
    algorithm: &str,
    [created, expires]: [Option<i64>; 2],
) -> Result<Vec<u8>, Fault> {
    // "If the `algorithm` parameter starts with `rsa`, `hmac`, or `ecdsa`, an implementation MUST
    // produce an error." https://datatracker.ietf.org/doc/html/draft-cavage-http-signatures-12#section-2.3
    let has_times = !["rsa", "hmac", "ecdsa"].iter().any(|start| algorithm.starts_with(start));
    let time = |name: &str, time: Option<i64>| {
        let time = time.filter(|_| has_times).ok_or_else(|| Fault::Component(name.to_owned()))?;
        Ok(time.to_string().into_bytes())
    };
    let mut lines = Vec::new();
    for name in covered {
        let value = match &**name {
            REQUEST_TARGET => {
                let method = request.method.as_str().to_ascii_lowercase();
                format!("{method} {}", request.target).into_bytes()
            }
            CREATED => time(name, created)?,
            EXPIRES => time(name, expires)?,
            name => component::header(request, name)?,
        };
        lines.push([name.as_bytes(), b": ", &*value].concat());
    }
    Ok(lines.join(&b"\n"[..]))
}

/// Names and values, each name once; a value is quoted or a number.
fn parameters(line: &str) -> Option<Vec<(String, String)>> {
    let mut parameters: Vec<(String, String)> = Vec::new();
    let mut rest = line.trim();
    while !rest.is_empty() {
        let (name, after) = rest.split_once('=')?;
        let (value, after) = value(after)?;
        let name = name.trim().to_owned();
        if parameters.iter().any(|(own, _)| *own == name) {
            return None;
        }
        parameters.push((name, value));
        rest = after.trim_start();
        if let Some(next) = rest.strip_prefix(',') {
            rest = next.trim_start();
        } else if !rest.is_empty() {
            return None;
        }
    }
    Some(parameters)
}

fn value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(',').unwrap_or(text.len());
        return Some((text[..end].trim().to_owned(), &text[end..]));
    };
    let (mut value, mut is_escaped) = (String::new(), false);
    for (at, letter) in quoted.char_indices() {
        match letter {
            _ if is_escaped => {
                value.push(letter);
                is_escaped = false;
            }
            '\\' => is_escaped = true,
            '"' => return Some((value, &quoted[at + 1..])),
            letter => value.push(letter),
        }
    }
    None
}

/// Whole seconds of a number that may have a fraction.
fn seconds(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    fraction.bytes().all(|byte| byte.is_ascii_digit()).then(|| whole.parse().ok())?
}
