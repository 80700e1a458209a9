//! How actors are found by name. <https://www.rfc-editor.org/rfc/rfc7033>

use crate::{ACTIVITY_JSON, Instance};
use serde_json::{Value, json};

/// The relation of an account to its actor.
const SELF: &str = "self";

/// What is asked for: one resource, and relations where the asker wants only some.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Finger {
    pub resource: String,
    pub relations: Vec<String>,
}

impl Finger {
    /// What is known of the resource, as a JSON Resource Descriptor; nothing where it is unknown
    /// here. <https://www.rfc-editor.org/rfc/rfc7033#section-4.4>
    pub fn answer(&self, instance: &Instance) -> Option<Value> {
        let account = format!("acct:{}@{}", Instance::NAME, instance.authority);
        let id = instance.id.as_str();
        let root = id.strip_suffix(Instance::PATH).unwrap_or(id);
        let origin = root.trim_end_matches('/');
        // The host of an account is compared as hosts are.
        let is_known = self.resource.eq_ignore_ascii_case(&account)
            || [id, root, origin].contains(&self.resource.as_str());
        let wants_self = self.relations.is_empty() || self.relations.iter().any(|own| own == SELF);
        let links = if wants_self {
            json!([{"rel": SELF, "type": ACTIVITY_JSON, "href": id}])
        } else {
            json!([])
        };
        is_known.then(|| json!({"subject": account, "aliases": [id], "links": links}))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use codesocial_rdf::Base;

    #[test]
    fn the_instance_is_found_by_its_account_its_actor_and_its_origin() {
        let instance = Instance::of(&Base::parse("https://r.example:8443/").expect("a base"));
        let found = |resource: &str, relations: &[&str]| {
            let relations = relations.iter().map(|own| (*own).to_owned()).collect();
            Finger { resource: resource.to_owned(), relations }.answer(&instance)
        };
        for resource in [
            "acct:relay@r.example:8443",
            "acct:relay@R.example:8443",
            "https://r.example:8443/actor",
            "https://r.example:8443/",
            "https://r.example:8443",
        ] {
            let told = found(resource, &[]).expect(resource);
            assert_eq!(told["subject"], "acct:relay@r.example:8443");
            assert_eq!(told["links"][0]["href"], "https://r.example:8443/actor");
        }
        for resource in [
            "acct:relay@r.example",
            "acct:ana@r.example:8443",
            "relay",
            "",
            "http://r.example:8443/",
        ] {
            assert_eq!(found(resource, &[]), None, "{resource}");
        }
        let links = |relations| {
            found("acct:relay@r.example:8443", relations).expect("known")["links"].clone()
        };
        assert_eq!(links(&["http://webfinger.net/rel/avatar"]), json!([]));
        assert_eq!(links(&["x", SELF]).as_array().map(Vec::len), Some(1));
    }
}
