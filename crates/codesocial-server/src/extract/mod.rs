//! What handlers ask of a request, parsed once at the edge.

mod address;
mod agent;
mod conditions;
mod form;
mod language;
mod model;
mod portion;
mod range;
mod selection;

pub(crate) use address::Address;
pub(crate) use agent::Who;
pub(crate) use conditions::{Conditions, EntityTag};
pub(crate) use form::{Encoded, pairs};
pub(crate) use language::Language;
pub(crate) use model::asked_for;
pub(crate) use portion::{Memberships, PageQuery, Portion, Shown};
pub(crate) use range::ByteRange;
pub(crate) use selection::Selection;
