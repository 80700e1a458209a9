//! Given shapes and a graph, says what is wrong: SHACL Core and SHACL-SPARQL over node handles.
//! Pure, no I/O.
//!
//! [`Shapes::parse`] checks a shapes graph once. [`validate`] judges a whole [`GraphView`];
//! [`affected`] tells which focus nodes a change can concern and [`validate_focus`] judges only
//! those. Either gives a [`Report`], as RDF or as text, or a typed [`Failure`].
//!
//! Invariant: no shape is understood in part. What this engine cannot evaluate it refuses when it
//! parses, with the shape and the term. <https://www.w3.org/TR/shacl/>

mod affected;
mod check;
mod compact;
mod datatype;
mod eval;
mod memory;
mod model;
mod parse;
mod path;
mod pattern;
mod reads;
mod report;
mod sparql;
mod target;
mod value;
mod view;
mod vocab;

pub use crate::affected::{WALK_STEPS_MAX, affected};
pub use crate::compact::Prefixes;
pub use crate::datatype::{LexicalSpace, is_well_formed};
pub use crate::eval::{Failure, RESULTS_MAX, STEPS_PER_FOCUS_MAX, validate, validate_focus};
pub use crate::memory::MemoryGraph;
pub use crate::model::{
    Bound, ByTypes, Component, Constant, Constraint, Edition, Key, NodeKinds, Qualified, Severity,
    Shape, ShapeId, Shapes, Side, Target,
};
pub use crate::parse::{
    LIST_LENGTH_MAX, PATH_DEPTH_MAX, PATH_NODES_MAX, Problem, SHAPE_DEPTH_MAX, ShapesError,
    ShapesErrors,
};
pub use crate::path::Path;
pub use crate::pattern::{PATTERN_BYTES_MAX, Pattern, PatternError};
pub use crate::report::{Lang, Report, ValidationResult};
pub use crate::sparql::{QUERY_BYTES_MAX, QUERY_DEPTH_MAX, QueryProblem, Source, SparqlConstraint};
pub use crate::target::FocusSet;
pub use crate::view::{GraphView, TermKind, check_graph_view};
pub use oxsdatatypes::DateTime;
