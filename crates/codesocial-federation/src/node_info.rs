//! What kind of server this is. <https://nodeinfo.diaspora.software/protocol>

use serde_json::{Value, json};

/// What is told of the instance, 2.1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeInfo {
    pub version: &'static str,
    pub title: String,
    pub open_registrations: bool,
    /// Accounts of people.
    pub users: u64,
    /// Activities that the instance has told others.
    pub posts: u64,
}

impl NodeInfo {
    pub const SCHEMA: &str = "http://nodeinfo.diaspora.software/ns/schema/2.1";

    /// Where the document is.
    pub fn links(address: &str) -> Value {
        json!({"links": [{"rel": Self::SCHEMA, "href": address}]})
    }

    pub fn to_json(&self) -> Value {
        json!({
            "version": "2.1",
            "software": {
                "name": "codesocial",
                "version": self.version,
            },
            "protocols": ["activitypub"],
            "services": {"inbound": [], "outbound": []},
            "openRegistrations": self.open_registrations,
            "usage": {"users": {"total": self.users}, "localPosts": self.posts},
            "metadata": {
                "nodeName": self.title,
                "features": ["ldp", "wac", "sparql", "semapps"],
            },
        })
    }
}
