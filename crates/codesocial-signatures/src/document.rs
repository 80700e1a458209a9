//! Keys as documents name them, and who holds them.
//!
//! Invariant: who holds a key is believed where the holder's own document, fetched from the
//! holder's own address, lists the key, and both lie on one origin. What a document takes its words
//! for is not asked: they are read as the vocabulary of security that everyone uses.

use crate::key::{KeyError, PublicKey};
use codesocial_rdf::RdfSyntax;
use codesocial_rdf::parse::{self, SyntaxError};
use codesocial_rdf::vocab::sec;
use oxrdf::{NamedNode, NamedNodeRef, NamedOrBlankNode, NamedOrBlankNodeRef, Term, Triple};
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use url::Url;

/// How many keys of one holder are looked at.
const KEYS_MAX: usize = 8;

/// What a document says.
#[derive(Debug, Clone)]
pub struct KeyDocument(Vec<Triple>);

/// The documents that were asked for, by their addresses.
#[derive(Debug, Clone, Default)]
pub struct Documents(HashMap<String, KeyDocument>);

/// Who holds a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    pub owner: NamedNode,
    /// The key that was asked for; several where the holder was named in its place.
    pub keys: Vec<PublicKey>,
}

/// Why there is no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// Not known yet: the document at this address is to be fetched first.
    #[error("the document {0} is needed")]
    Needed(String),
    #[error("the key's name is no address")]
    Address,
    #[error("no key of that name is described")]
    NoKey,
    #[error("who holds the key is not said, or not clearly")]
    NoOwner,
    #[error("the key and who holds it lie on different servers")]
    OtherOrigin,
    #[error("who is said to hold the key does not list it")]
    NotListed,
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl KeyDocument {
    /// Whether a media type is one under which servers describe actors, and nothing that people
    /// upload to them. <https://www.w3.org/TR/activitypub/#retrieving-objects>
    pub fn is_described_as(media_type: &str) -> bool {
        let mut parts = media_type.split(';').map(str::trim);
        let essence = parts.next().unwrap_or_default();
        let profile = |part: &str| {
            let (name, value) = part.split_once('=').unwrap_or_default();
            let is_ours = |own| own == codesocial_rdf::context::ACTIVITYSTREAMS_IRI;
            name.eq_ignore_ascii_case("profile")
                && value.trim_matches('"').split_ascii_whitespace().any(is_ours)
        };
        essence.eq_ignore_ascii_case("application/activity+json")
            || essence.eq_ignore_ascii_case("application/ld+json") && parts.any(profile)
    }

    /// Reads the document at an address.
    pub fn parse(bytes: &[u8], address: &str) -> Result<Self, SyntaxError> {
        let text = |error: serde_json::Error| SyntaxError::Elsewhere(error.to_string());
        let mut document: Map<String, Value> = serde_json::from_slice(bytes).map_err(text)?;
        document.values_mut().for_each(without_contexts);
        document.shift_remove("@context");
        let mut read = Map::from_iter([("@context".to_owned(), context())]);
        read.extend(document);
        let bytes = Value::Object(read).to_string();
        parse::triples(bytes.as_bytes(), RdfSyntax::JsonLd, address).map(Self)
    }

    fn objects<'a>(
        &'a self,
        subject: NamedOrBlankNodeRef<'a>,
        predicates: &'a [NamedNodeRef<'static>],
    ) -> impl Iterator<Item = &'a Term> {
        let of_subject = self.0.iter().filter(move |triple| triple.subject.as_ref() == subject);
        of_subject
            .filter(|triple| predicates.contains(&triple.predicate.as_ref()))
            .map(|triple| &triple.object)
    }

    /// The keys that somebody is said to have.
    fn keys_of(&self, owner: NamedNodeRef<'_>) -> Vec<NamedOrBlankNode> {
        const LISTS: &[NamedNodeRef<'static>] = &[sec::PUBLIC_KEY, sec::ASSERTION_METHOD];
        let listed = self.objects(owner.into(), LISTS).filter_map(|key| match key {
            Term::NamedNode(key) => Some(NamedOrBlankNode::from(key.clone())),
            Term::BlankNode(key) => Some(key.clone().into()),
            Term::Literal(_) => None,
        });
        listed.collect()
    }

    /// Who is said to hold a key.
    fn owners_of<'a>(&'a self, key: NamedOrBlankNodeRef<'a>) -> impl Iterator<Item = &'a Term> {
        const HOLDERS: &[NamedNodeRef<'static>] = &[sec::OWNER, sec::CONTROLLER];
        self.objects(key, HOLDERS)
    }

    /// The key itself, where it is written here.
    fn key(&self, key: NamedOrBlankNodeRef<'_>) -> Option<Result<PublicKey, KeyError>> {
        let text = |predicate| match self.objects(key, predicate).next() {
            Some(Term::Literal(text)) => Some(text.value()),
            _ => None,
        };
        let pem = text(&[sec::PUBLIC_KEY_PEM]).map(PublicKey::from_pem);
        pem.or_else(|| text(&[sec::PUBLIC_KEY_MULTIBASE]).map(PublicKey::from_multibase))
    }
}

impl Documents {
    /// Keeps what the document at an address says.
    pub fn insert(&mut self, address: String, document: KeyDocument) {
        self.0.insert(address, document);
    }

    /// Who holds the key of that name, which may be that of the holder, as SemApps has it.
    pub fn holder(&self, key_id: &str) -> Result<Holder, KeyFault> {
        let key = NamedNode::new(key_id).map_err(|_| KeyFault::Address)?;
        let described = self.get(key.as_ref())?;
        if described.keys_of(key.as_ref()).is_empty() {
            let owner = owner(described, key.as_ref())?;
            check_origin(key.as_str(), owner.as_str())?;
            let key = NamedOrBlankNode::from(key);
            if !self.get(owner.as_ref())?.keys_of(owner.as_ref()).contains(&key) {
                return Err(KeyFault::NotListed);
            }
            let keys = vec![self.key(owner.as_ref(), key.as_ref())?];
            return Ok(Holder { owner, keys });
        }
        let mut fault = KeyFault::NoKey;
        let mut keys = Vec::new();
        for listed in described.keys_of(key.as_ref()).iter().take(KEYS_MAX) {
            match self.key(key.as_ref(), listed.as_ref()) {
                Ok(key) => keys.push(key),
                Err(needed @ KeyFault::Needed(_)) => return Err(needed),
                Err(other) => fault = other,
            }
        }
        if keys.is_empty() { Err(fault) } else { Ok(Holder { owner: key, keys }) }
    }

    /// A key that its owner lists, where it is written: there, or in a document of its own.
    fn key(
        &self,
        owner: NamedNodeRef<'_>,
        key: NamedOrBlankNodeRef<'_>,
    ) -> Result<PublicKey, KeyFault> {
        let listing = self.get(owner)?;
        let described = match (listing.key(key), key) {
            (None, NamedOrBlankNodeRef::NamedNode(key)) => {
                check_origin(key.as_str(), owner.as_str())?;
                self.get(key)?
            }
            _ => listing,
        };
        let owner = Term::from(owner);
        if described.owners_of(key).any(|other| *other != owner) {
            return Err(KeyFault::NoOwner);
        }
        Ok(described.key(key).ok_or(KeyFault::NoKey)??)
    }

    fn get(&self, node: NamedNodeRef<'_>) -> Result<&KeyDocument, KeyFault> {
        let address = node.as_str();
        let address = address.split_once('#').map_or(address, |(address, _)| address);
        self.0.get(address).ok_or_else(|| KeyFault::Needed(address.to_owned()))
    }
}

/// Who alone is said to hold a key.
fn owner(described: &KeyDocument, key: NamedNodeRef<'_>) -> Result<NamedNode, KeyFault> {
    if described.key(key.into()).is_none() {
        return Err(KeyFault::NoKey);
    }
    let mut owners = described.owners_of(key.into());
    match owners.next() {
        Some(Term::NamedNode(owner)) if owners.all(|other| *other == owner.clone().into()) => {
            Ok(owner.clone())
        }
        _ => Err(KeyFault::NoOwner),
    }
}

/// Scheme, host and port. <https://url.spec.whatwg.org/#concept-url-origin>
fn check_origin(one: &str, other: &str) -> Result<(), KeyFault> {
    let origin = |address: &str| Some(Url::parse(address).ok()?.origin());
    let same = origin(one)
        .filter(url::Origin::is_tuple)
        .is_some_and(|own| origin(other).is_some_and(|other| other == own));
    if same { Ok(()) } else { Err(KeyFault::OtherOrigin) }
}

/// What the words of a document about keys mean, whatever it says that they do: the JSON of actors
/// is written with these everywhere, and who could say otherwise could say what is not there.
fn context() -> Value {
    let link = |name: &str| json!({"@id": format!("sec:{name}"), "@type": "@id"});
    let text = |name: &str| json!({"@id": format!("sec:{name}")});
    json!({
        "id": "@id",
        "sec": sec::NS,
        "assertionMethod": link("assertionMethod"),
        "controller": link("controller"),
        "owner": link("owner"),
        "publicKey": link("publicKey"),
        "publicKeyMultibase": text("publicKeyMultibase"),
        "publicKeyPem": text("publicKeyPem"),
    })
}

/// Takes away what would give words another meaning further down.
fn without_contexts(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.shift_remove("@context");
            members.values_mut().for_each(without_contexts);
        }
        Value::Array(values) => values.iter_mut().for_each(without_contexts),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
