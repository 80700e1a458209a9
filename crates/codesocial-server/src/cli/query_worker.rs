//! `codesocial query-worker`: what the server starts to have queries evaluated.

use super::Failure;
use clap::Args;
use codesocial_rdf::Base;
use codesocial_store::query;
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct QueryWorker {
    /// IRI under which resources are named
    #[arg(long, value_name = "IRI")]
    base: String,
    /// Memory to use beside what it holds
    #[arg(long, value_name = "BYTES")]
    memory_bytes: u64,
}

impl QueryWorker {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let base = Base::parse(&self.base).map_err(Failure::new)?;
        query::work(base, self.memory_bytes).map_err(Failure::new)?;
        Ok(ExitCode::SUCCESS)
    }
}
