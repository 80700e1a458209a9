//! What servers tell each other: actors and activities (ActivityPub), how they are found
//! (WebFinger, NodeInfo), and what instances of SemApps read besides.
//!
//! Pure: documents are made and read here, and sent by the server. What comes from others is
//! decided on as RDF only, whatever the JSON looked like.

pub mod semapps;

mod activity;
mod actor;
mod collection;
mod node_info;
mod outgoing;
mod peer;
mod webfinger;

pub use activity::{Activity, ActivityFault, ActivityKind, Followed};
pub use actor::Instance;
pub use collection::Collection;
pub use node_info::NodeInfo;
pub use outgoing::{Outgoing, OutgoingKind};
pub use peer::{Peer, PeerFault};
pub use webfinger::Finger;

/// The media type of documents of ActivityPub. <https://www.w3.org/TR/activitypub/#obj>
pub const ACTIVITY_JSON: &str = "application/activity+json";
