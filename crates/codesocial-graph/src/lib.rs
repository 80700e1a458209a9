//! The in-memory view: terms as 32-bit ids, quads as sorted arrays of ids, snapshots that never
//! block, and SPARQL over what a reader may read.
//!
//! ```text
//!   Snapshot, Candidate     who holds a state: a published one, a proposed one
//!           State           what both are read by
//!       /     |     \
//! Generation Delta  Tail    sorted arrays and their terms, quads changed since, terms come since
//! ```
//!
//! A generation never changes. A change toggles quads in a persistent delta, so that a snapshot is
//! a handful of shared pointers; a merge writes the next generation. Pure: nothing here opens a
//! file.

mod bulk;
mod candidate;
mod checkpoint;
mod digest;
mod merge;
mod snapshot;
mod state;
mod stats;

mod data_graph;
mod functions;
mod plan;
mod queryable;
mod readers;
mod visible;

mod base;
mod delta;
mod row;
mod scan;

mod dictionary;
mod tail;
mod term;

mod fold;
mod text;
mod word_index;

pub use candidate::Candidate;
pub use checkpoint::CheckpointError;
pub use data_graph::DataGraph;
pub use fold::folded;
pub use functions::{evaluator, functions};
pub use plan::{Rewrites, plan, plan_pattern};
pub use queryable::ReadableDataset;
pub use readers::{
    Exceptions, GraphSelection, GraphSet, KindSet, Readers, Selection, strip_dataset,
};
pub use row::QuadIds;
pub use scan::Pattern;
pub use snapshot::Snapshot;
pub use state::State;
pub use stats::Stats;
pub use term::{TERMS_MAX, TermId, Value, ViewFull};
pub use text::Words;
pub use visible::Visible;
