//! The #CodeSocial domain: what the server works out and keeps of the descriptions that it holds,
//! and the rules that no shape can say.
//!
//! Invariant: nothing here reads a clock, a file or a random source, and nothing here writes: what
//! is worked out leaves as a changeset or a command, and passes the door like all else.

mod description;
mod facts;

mod adoption;
mod completeness;
mod computed;
mod consents;
mod numbering;
mod personal;
mod rules;
mod version;
mod visibility;

pub mod generate;
pub mod questions;

pub use computed::computed;
pub use personal::{Personal, erase};
pub use version::{described_by, publish, snapshot, unversioned};
