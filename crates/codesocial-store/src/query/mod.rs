//! SPARQL queries, evaluated in processes of their own: what goes in is text and data, what comes
//! out is a stream of bytes and an end that says why.
//!
//! ```text
//!   server    evaluators    who waits (queue), what each worker starts from (views)
//!                 |         and lacks (process)
//!                wire       orders, and parts of answers
//!                 |
//!   child      worker       confined to its channels (confine), evaluates one query at a time
//! ```

mod evaluate;
mod limits;
mod normal;
mod patterns;
mod service;

mod here;

mod evaluators;
mod parts;
mod process;
mod queue;
mod views;

mod wire;

mod confine;
mod worker;

pub use confine::ConfineError;
pub use evaluate::{Prepared, QueryError, ResultSyntax, prepare};
pub use evaluators::{Busy, Evaluators, Inquired, Inquiry, Load, Replaced, WorkerLimits};
pub use here::evaluate_here;
pub use limits::{LimitError, Limits, check_text};
pub use parts::{Part, Parts, Unfinished};
pub use patterns::UpdatePatterns;
pub use service::{SERVICE_CALLS_MAX, Served, ServiceAnswer, ServiceCall, ServiceError, Services};
pub use worker::{WorkerError, work};
