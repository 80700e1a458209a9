//! What the instance tells others.

use codesocial_rdf::Base;
use codesocial_rdf::context::{ACTIVITYSTREAMS_IRI, LDP_PATH};
use oxrdf::NamedNode;
use serde_json::{Map, Value, json};

/// An activity of the instance, with its place in the order in which all are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    pub number: u64,
    pub actor: NamedNode,
    pub kind: OutgoingKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OutgoingKind {
    /// Everybody may read a document from now on.
    Create {
        object: NamedNode,
        target: Option<NamedNode>,
    },
    Update {
        object: NamedNode,
    },
    /// Nobody may any more, or not everybody.
    Delete {
        object: NamedNode,
        target: Option<NamedNode>,
    },
    /// Somebody follows, as they asked.
    Accept {
        follow: NamedNode,
        follower: NamedNode,
    },
}

impl Outgoing {
    /// The activity as it is sent. A document may stand in it in full, which spares who gets it
    /// asking for it; else it is named.
    ///
    /// Its name is a fragment of the actor: instances of SemApps take what is named so for passing,
    /// and neither keep it nor ask for it.
    pub fn to_json(&self, base: &Base, document: Option<Map<String, Value>>) -> Value {
        let actor = self.actor.as_str();
        let public = "https://www.w3.org/ns/activitystreams#Public";
        let followers = format!("{actor}/followers");
        let context = json!([ACTIVITYSTREAMS_IRI, base.resolve(LDP_PATH).as_str()]);
        let mut activity = Map::from_iter([
            ("@context".to_owned(), context),
            ("id".to_owned(), json!(format!("{actor}#activity-{}", self.number))),
            ("type".to_owned(), json!(self.kind.name())),
            ("actor".to_owned(), json!(actor)),
        ]);
        let object = match (&self.kind, document) {
            (OutgoingKind::Accept { follow, follower }, _) => json!({
                "id": follow.as_str(),
                "type": "Follow",
                "actor": follower.as_str(),
                "object": actor,
            }),
            (OutgoingKind::Create { .. } | OutgoingKind::Update { .. }, Some(document)) => {
                Value::Object(document)
            }
            (
                OutgoingKind::Create { object, .. }
                | OutgoingKind::Update { object }
                | OutgoingKind::Delete { object, .. },
                _,
            ) => json!(object.as_str()),
        };
        activity.insert("object".to_owned(), object);
        let target = match &self.kind {
            OutgoingKind::Create { target, .. } | OutgoingKind::Delete { target, .. } => target,
            OutgoingKind::Update { .. } | OutgoingKind::Accept { .. } => &None,
        };
        if let Some(target) = target {
            activity.insert("target".to_owned(), json!(target.as_str()));
        }
        let to = match &self.kind {
            OutgoingKind::Accept { follower, .. } => json!(follower.as_str()),
            OutgoingKind::Create { .. }
            | OutgoingKind::Update { .. }
            | OutgoingKind::Delete { .. } => json!([followers, public]),
        };
        activity.insert("to".to_owned(), to);
        Value::Object(activity)
    }
}

impl OutgoingKind {
    /// The type of ActivityStreams.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Create { .. } => "Create",
            Self::Update { .. } => "Update",
            Self::Delete { .. } => "Delete",
            Self::Accept { .. } => "Accept",
        }
    }

    /// The document that it is about.
    pub fn document(&self) -> Option<&NamedNode> {
        match self {
            Self::Create { object, .. } | Self::Update { object } | Self::Delete { object, .. } => {
                Some(object)
            }
            Self::Accept { .. } => None,
        }
    }
}
