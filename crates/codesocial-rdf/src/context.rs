//! The JSON-LD contexts that come with the program. None is ever fetched.

/// The context of ActivityStreams 2.0, as published by the W3C.
pub const ACTIVITYSTREAMS_IRI: &str = "https://www.w3.org/ns/activitystreams";
/// The contexts of keys, as actors of others describe theirs. <https://w3id.org/security>
const SECURITY_IRI: &str = "https://w3id.org/security/v1";
const MULTIKEY_IRI: &str = "https://w3id.org/security/multikey/v1";
/// The permanent IRI of the context of exports, immutable.
pub const V1_IRI: &str = "https://w3id.org/codesocial/context/v1.jsonld";

/// The path of the context of LDP answers, under the base.
pub const LDP_PATH: &str = ".well-known/context.jsonld";
/// The path of the context of exports, under the base.
pub const V1_PATH: &str = "context/v1.jsonld";

const ACTIVITYSTREAMS: &str = include_str!("../../../context/activitystreams.jsonld");

const SECURITY: &str = include_str!("../../../context/security-v1.jsonld");
const MULTIKEY: &str = include_str!("../../../context/multikey-v1.jsonld");

/// The context of LDP answers, in the form of the SemApps instances: prefixed keys.
pub const LDP: &str = include_str!("../../../context/context.jsonld");
/// The context of exports: readable keys.
pub const V1: &str = include_str!("../../../context/v1.jsonld");

/// The text of a bundled context, asked for by `iri` from a document at `document`.
///
/// Our own contexts are known by their permanent IRI and under the base that the document shares.
pub fn bundled(iri: &str, document: &str) -> Option<&'static str> {
    let ours = |path: &str| iri.strip_suffix(path).is_some_and(|base| document.starts_with(base));
    match iri {
        ACTIVITYSTREAMS_IRI => Some(ACTIVITYSTREAMS),
        SECURITY_IRI => Some(SECURITY),
        MULTIKEY_IRI => Some(MULTIKEY),
        V1_IRI => Some(V1),
        _ if ours(LDP_PATH) => Some(LDP),
        _ if ours(V1_PATH) => Some(V1),
        _ => None,
    }
}
