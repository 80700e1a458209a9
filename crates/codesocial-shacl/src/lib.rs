//! Given shapes and a graph, says what is wrong: SHACL Core and SHACL-SPARQL over node handles.
//! Pure, no I/O.
//!
//! [`Shapes::parse`] checks a shapes graph once. [`validate`] judges a whole [`GraphView`];
//! [`affected`] tells which focus nodes a change can concern, [`reshaped`] which ones a change of
//! the shapes does, and [`validate_focus`] judges only those. Either gives a [`Report`], as RDF or
//! as text, or a typed [`Failure`]; [`judge`] gives the results by the node from which they were
//! found, for who keeps them.
//!
//! Invariant: no shape is understood in part. What this engine cannot evaluate it refuses when it
//! parses, with the shape and the term. <https://www.w3.org/TR/shacl/>
//!
//! # Judging a graph
//!
//! ```
//! use codesocial_shacl::{DateTime, Lang, MemoryGraph, Shapes, validate};
//! use oxttl::TurtleParser;
//!
//! let shapes = r#"
//!     @prefix sh: <http://www.w3.org/ns/shacl#> .
//!     <urn:shape> sh:targetClass <urn:Seed> ;
//!         sh:property [ sh:path <urn:question> ; sh:minCount 1 ; sh:pattern "\\?$" ] ."#;
//! let data = r#"<urn:vrm> a <urn:Seed> ; <urn:question> "Qu'est-ce que le VRM ?" .
//!     <urn:sol> a <urn:Seed> ; <urn:question> "Le sol" ."#;
//!
//! let shapes = TurtleParser::new().for_slice(shapes.as_bytes()).collect::<Result<_, _>>()?;
//! let shapes = Shapes::parse(&shapes)?;
//! let data = TurtleParser::new().for_slice(data.as_bytes());
//! let data: MemoryGraph = data.collect::<Result<_, _>>()?;
//! let now: DateTime = "2026-11-23T12:00:00Z".parse()?;
//!
//! let report = validate(&shapes, &data, now)?;
//! assert!(!report.conforms);
//! assert_eq!(
//!     report.to_text(Lang::En),
//!     r#"<urn:sol> <urn:question>: Pattern — "Le sol" does not match the pattern "\?$""#,
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Judging a change
//!
//! Only what a change concerns is judged again, whatever the size of the graph: here one node of
//! two. [`MemoryGraph`] stands for any view of a graph before and after.
//!
//! ```
//! use codesocial_shacl::{DateTime, FocusSet, MemoryGraph, Shapes, affected, validate_focus};
//! use oxrdf::Triple;
//! use oxttl::TurtleParser;
//!
//! fn triples(turtle: &str) -> Vec<Triple> {
//!     let parser = TurtleParser::new().for_slice(turtle.as_bytes());
//!     parser.collect::<Result<_, _>>().expect("Turtle")
//! }
//!
//! let shapes = "@prefix sh: <http://www.w3.org/ns/shacl#> .
//!     <urn:shape> sh:targetClass <urn:Seed> ;
//!         sh:property [ sh:path <urn:question> ; sh:minCount 1 ] .";
//! let shapes = Shapes::parse(&triples(shapes).into_iter().collect())?;
//! let before: MemoryGraph = triples(
//!     "<urn:vrm> a <urn:Seed> ; <urn:question> 'VRM ?' .
//!      <urn:sol> a <urn:Seed> ; <urn:question> 'Sol ?' .",
//! )
//! .into_iter()
//! .collect();
//! let (after, changed) = before.updated(&triples("<urn:sol> <urn:question> 'Sol ?' ."), &[]);
//! let now: DateTime = "2026-11-23T12:00:00Z".parse()?;
//!
//! let focus = affected(&shapes, &before, &after, &changed, now);
//! assert!(matches!(&focus, FocusSet::Nodes(nodes) if nodes.len() == 1));
//! assert!(!validate_focus(&shapes, &after, &focus, now)?.conforms);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod affected;
mod check;
mod compact;
mod datatype;
mod eval;
mod form;
mod ground;
mod memory;
mod model;
mod parse;
mod path;
mod pattern;
mod reads;
mod report;
mod reshaped;
mod sparql;
mod target;
mod value;
mod view;
mod vocab;

pub use crate::affected::{WALK_STEPS_MAX, affected};
pub use crate::compact::Prefixes;
pub use crate::datatype::{LexicalSpace, is_well_formed};
pub use crate::eval::{
    Failure, Judged, RESULTS_MAX, STEPS_PER_FOCUS_MAX, judge, validate, validate_focus,
};
pub use crate::form::{
    Count, Field, Form, Group, Labelled, PARTS_DEPTH_MAX, QualifiedValues, Rule, Values, closure,
};
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
pub use crate::reshaped::{Judging, reshaped};
pub use crate::sparql::{QUERY_BYTES_MAX, QUERY_DEPTH_MAX, QueryProblem, Source, SparqlConstraint};
pub use crate::target::FocusSet;
pub use crate::view::{GraphView, TermKind, check_graph_view};
pub use oxsdatatypes::DateTime;
