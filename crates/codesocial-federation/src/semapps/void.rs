//! What an instance of SemApps reads before it mirrors another, and its front-ends before they do
//! anything: which containers there are, and of which classes.
//!
//! They read the JSON by its keys, not as JSON-LD: what stands where, prefixes included, and that a
//! fragment is written relative, is part of the contract. <https://www.w3.org/TR/void/>

use codesocial_ldp::{CONTAINERS, ContainerEntry, Visibility};
use codesocial_rdf::Base;
use codesocial_rdf::vocab::PREFIXES;
use serde_json::{Map, Value, json};

/// Where the description lies, under the base.
const PATH: &str = ".well-known/void";

/// The description of the instance. `authority` is the host, and the port where it is told.
pub fn void(base: &Base, authority: &str) -> Value {
    let mut context = Map::from_iter(
        PREFIXES.iter().map(|(prefix, namespace)| ((*prefix).to_owned(), json!(namespace))),
    );
    context.insert("void".to_owned(), json!("http://rdfs.org/ns/void#"));
    for property in ["dc:license", "void:class", "void:classPartition", "void:feature"] {
        context.insert(property.to_owned(), json!({"@type": "@id"}));
    }
    for property in ["void:rootResource", "void:sparqlEndpoint", "void:vocabulary"] {
        context.insert(property.to_owned(), json!({"@type": "@id"}));
    }
    context.insert("@base".to_owned(), json!(base.resolve(PATH).as_str()));
    let partitions: Vec<Value> = CONTAINERS
        .iter()
        .filter(|entry| !entry.class.is_empty())
        .map(|entry| partition(base, entry))
        .collect();
    json!({
        "@context": context,
        "@graph": [{
            "@id": format!("#{}", fragment(authority)),
            "@type": "void:Dataset",
            "dc:title": CONTAINERS[0].fr,
            "dc:license": "http://opendatacommons.org/licenses/odbl/1-0/",
            "void:feature": "http://www.w3.org/ns/formats/Turtle",
            "void:rootResource": base.as_str(),
            "void:sparqlEndpoint": base.resolve("sparql").as_str(),
            "void:uriSpace": base.as_str(),
            "void:classPartition": partitions,
        }],
    })
}

/// One container: of what only some may read nobody makes a copy.
fn partition(base: &Base, entry: &ContainerEntry) -> Value {
    let mut partition = json!({
        "dc:title": entry.fr,
        "void:class": entry.class,
        "void:uriSpace": base.resolve(entry.path).as_str(),
    });
    if entry.visibility != Some(Visibility::Public) {
        partition["semapps:doNotMirror"] = json!({"@type": "xsd:boolean", "@value": "true"});
    }
    partition
}

/// As SemApps makes a fragment of a host: the first of each of these characters, and no other.
fn fragment(authority: &str) -> String {
    ["-", ".", ":"]
        .into_iter()
        .fold(authority.to_owned(), |name, character| name.replacen(character, "_", 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_the_dataset_is_what_a_mirror_looks_for() {
        for (authority, expected) in [
            ("localhost:4111", "localhost_4111"),
            ("data.example.org", "data_example.org"),
            ("my-app.example.org", "my_app_example.org"),
        ] {
            assert_eq!(fragment(authority), expected);
        }
    }

    #[test]
    fn each_class_has_one_container_and_what_is_private_is_not_mirrored() {
        let base = Base::parse("http://localhost:4111/").expect("a base");
        let void = void(&base, "localhost:4111");
        let dataset = &void["@graph"][0];
        assert_eq!(dataset["@id"], "#localhost_4111");
        let partitions = dataset["void:classPartition"].as_array().expect("partitions");
        let class = |partition: &Value| partition["void:class"].as_str().map(str::to_owned);
        let mut classes: Vec<_> = partitions.iter().map(class).collect();
        classes.sort();
        let all = classes.len();
        classes.dedup();
        assert_eq!(classes.len(), all);
        let of = |wanted: &str| {
            partitions.iter().find(|own| class(own).as_deref() == Some(wanted)).expect("there")
        };
        let organizations = of("pair:Organization");
        assert_eq!(organizations["void:uriSpace"], "http://localhost:4111/organizations");
        assert!(organizations.get("semapps:doNotMirror").is_none());
        for hidden in ["pair:Person", "vcard:Group", "pair:Task"] {
            assert!(of(hidden).get("semapps:doNotMirror").is_some(), "{hidden}");
        }
    }
}
