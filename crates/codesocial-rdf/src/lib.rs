//! Terms, vocabularies, syntaxes, JSON-LD contexts and changesets.
//!
//! Pure: nothing here reads a file, a socket, a clock or a random source.

pub mod canonical;
mod changeset;
pub mod context;
mod format;
mod iri;
pub mod jsonld;
mod kind;
mod n3_patch;
pub mod parse;
mod patch;
pub mod skolem;
pub mod vocab;
pub mod write;

pub use changeset::Changeset;
pub use format::{RdfSyntax, negotiate};
pub use iri::{Base, BaseError};
pub use kind::GraphKind;
pub use n3_patch::{N3Patch, N3PatchError, Slot, TriplePattern};
pub use patch::{Minted, Patch, PatchError};
