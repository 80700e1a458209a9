//! State that is not RDF and never replayed, in tables beside the journal.

pub(crate) mod keys;
pub(crate) mod tokens;
