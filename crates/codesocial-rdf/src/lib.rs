//! Terms, vocabularies, syntaxes, JSON-LD contexts and changesets.
//!
//! Pure: nothing here reads a file, a socket, a clock or a random source.

mod changeset;
mod iri;
mod kind;

pub use changeset::Changeset;
pub use iri::{Base, BaseError};
pub use kind::GraphKind;
