//! What handlers ask of a request, parsed once at the edge.

mod agent;
mod conditions;
mod language;

pub(crate) use agent::Who;
pub(crate) use conditions::{Conditions, EntityTag};
pub(crate) use language::Language;
