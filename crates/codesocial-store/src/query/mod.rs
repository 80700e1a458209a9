//! SPARQL queries. This is the seam behind which evaluation will move to processes of its own: what
//! goes in is text and data, what comes out is a stream of bytes and an end that says why.

mod evaluate;
mod limits;

mod evaluators;
mod parts;

pub use evaluate::{Answer, Prepared, QueryError, ResultSyntax, evaluate, prepare};
pub use evaluators::{Busy, Evaluators};
pub use limits::{LimitError, Limits, check_text};
pub use parts::{Part, Parts, Unfinished};
