//! The only door: journal, sequencer, access, checkpoints.
//!
//! Every change becomes a [`Command`] and passes one function; what it accepts is one entry of an
//! append-only journal, and the state in memory is what the journal replays to.

mod access;
mod backup;
mod batch;
mod checkpoint;
mod command;
mod commit;
mod crash;
mod erasure;
mod files;
mod forms;
mod history;
mod ids;
mod journal;
mod judged;
mod lifecycle;
mod membership;
mod policy;
pub mod query;
mod recovery;
mod rejection;
mod replay;
mod results;
mod rules;
mod sequencer;
mod side;
mod state;
mod store;
pub mod update;

pub use access::{
    About, AccessMode, AclText, Agent, Elsewhere, Grantee, Modes, Person, REMOTE_GROUP_MAX,
    RemoteGroup, Scope, ScopeError, administrators, document_of as acl_of, members_concerned,
    subject_of as acl_subject,
};
pub use backup::{BackupError, PrivateKey, backup, restore};
pub use command::{
    Command, CommandKind, Committed, Computed, Effect, Etag, Precondition, Proposal, Propose,
};
pub use crash::{Crash, CrashError, CrashPoint};
pub use erasure::ErasedSegment;
pub use files::{BrokenFile, FileFacts, FileProblem, Files, Incoming, Received, StoredFiles};
pub use history::Change;
pub use ids::{AccountId, OpaqueId, OpaqueIdError, Random};
pub use journal::{
    Entry, GENESIS_PREV, Hash, Head, Header, HeaderError, JournalError, Segment, SegmentClass, hex,
    merkle_root,
};
pub use membership::{ContainerKind, Membership, Relation};
pub use recovery::{
    Erased, Verified, VerifiedResults, VerifyError, read_base, read_entries, read_state, verify,
    verify_results,
};
pub use rejection::{Rejection, UpdateRefusal};
pub use results::{Broken, ResultCounts, Results, StoredResult};
pub use rules::{Rules, moment};
pub use sequencer::QUEUE_MAX;
pub use side::keys::{KeptKey, Keys};
pub use side::{
    Account, AccountError, Announced, Announcement, Asked, Bearer, CODE_MAX, Code, Delivery, Email,
    Follower, Grant, Handle, INVITATION_MAX, KeptAnswer, LoginError, NewAccount, NewGrant,
    NewToken, REFRESH_MAX, RESET_MAX, Role, SESSION_ABSOLUTE_MAX, SESSION_IDLE_MAX, Secret,
    Session, SideError, SideTables, Telling, Ticket, Token, Told, Use,
};
pub use state::State;
pub use store::{CommitError, JOURNAL_FILE, OpenError, Options, Store};
