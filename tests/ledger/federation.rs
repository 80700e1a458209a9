//! How others find the server, and what they learn of it first.

use crate::ground::Ground;
use crate::{Proof::Elsewhere, Proof::Here, Proof::Story, Row};

const FEDERATION: &str = "federation.rs";

pub(crate) const ROWS: &[Row] = &[
    (
        "NI-01",
        "a document of NodeInfo tells what the server speaks",
        Story(FEDERATION, "what_others_read_first_is_there"),
    ),
    ("NI-02", "it tells who may sign up, and what there is besides", Here(features)),
    ("WF-01", "an account leads to its actor", Story(FEDERATION, "the_instance_is_found_by_name")),
    (
        "WF-02",
        "an actor and the origin are found, nobody is not, and nothing is no question",
        Elsewhere(
            "../crates/codesocial-federation/src/webfinger.rs",
            "the_instance_is_found_by_its_account_its_actor_and_its_origin",
        ),
    ),
    (
        "WF-03",
        "relations are chosen, pages are linked, and followers find where to follow",
        Here(relations),
    ),
    (
        "WF-04",
        "names of others are checked both ways",
        Story(FEDERATION, "a_name_is_checked_both_ways"),
    ),
];

fn features(ground: &Ground) {
    let info = ground.get("/nodeinfo/2.1").send().expect_status(200).json();
    assert_eq!(info["openRegistrations"], false);
    let features = info["metadata"]["features"].as_array().expect("features");
    assert!(["ldp", "sparql"].iter().all(|own| features.iter().any(|told| told == own)));
}

fn relations(ground: &Ground) {
    let finger = |rest: &str| {
        let path = format!("/.well-known/webfinger?resource=acct:relay@registre.example{rest}");
        ground.get(&path).send().expect_status(200).json()["links"].clone()
    };
    assert_eq!(finger("&rel=none"), serde_json::json!([]));
    let relations = ["self", "http://webfinger.net/rel/profile-page"];
    let links = finger("");
    let links = links.as_array().expect("links");
    for relation in relations {
        assert!(links.iter().any(|link| link["rel"] == relation), "{relation}: {links:?}");
    }
    let subscribe = "http://ostatus.org/schema/1.0/subscribe";
    assert!(links.iter().any(|link| link["rel"] == subscribe && link["template"].is_string()));
}
