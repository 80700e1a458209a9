//! The actor of the instance, which other servers follow to have what everybody may read here.

use codesocial_rdf::Base;
use codesocial_rdf::context::ACTIVITYSTREAMS_IRI;
use oxrdf::NamedNode;
use serde_json::{Value, json};

/// The context of `publicKey`. <https://web-payments.org/vocabs/security>
const SECURITY_IRI: &str = "https://w3id.org/security/v1";

/// The instance as an actor. Instances of SemApps look for it under the name `relay`; who asks for
/// the origin finds it too.
/// <https://codeberg.org/fediverse/fep/src/branch/main/fep/d556/fep-d556.md>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    pub id: NamedNode,
    /// Host, and port where it is not that of the scheme.
    pub authority: String,
}

impl Instance {
    /// The name by which it is found.
    pub const NAME: &str = "relay";
    /// Its path under the base.
    pub const PATH: &str = "actor";

    pub fn of(base: &Base) -> Self {
        let (_, rest) = base.as_str().split_once("://").unwrap_or_default();
        let authority = rest.split('/').next().unwrap_or_default().to_owned();
        Self { id: base.resolve(Self::PATH), authority }
    }

    /// An address of the actor: `inbox`, `outbox`, `followers`, `following`.
    pub fn at(&self, name: &str) -> String {
        format!("{}/{name}", self.id.as_str())
    }

    pub fn key_id(&self) -> String {
        format!("{}#main-key", self.id.as_str())
    }

    /// The document of the actor. Its key has no type: instances of SemApps take one of another
    /// type than their own for none. <https://www.w3.org/TR/activitypub/#actor-objects>
    pub fn to_json(&self, title: &str, key_pem: &str) -> Value {
        json!({
            "@context": [ACTIVITYSTREAMS_IRI, SECURITY_IRI],
            "id": self.id.as_str(),
            "type": "Application",
            "preferredUsername": Self::NAME,
            "name": title,
            "inbox": self.at("inbox"),
            "outbox": self.at("outbox"),
            "followers": self.at("followers"),
            "following": self.at("following"),
            "endpoints": {"sharedInbox": self.at("inbox")},
            "publicKey": {
                "id": self.key_id(),
                "owner": self.id.as_str(),
                "publicKeyPem": key_pem,
            },
        })
    }
}
