//! `codesocial import`: many documents at once, into a data directory that no server has open.

use super::{CONFORMS_NOT, Common, Failure, say};
use crate::assets;
use clap::Args;
use codesocial_ldp::{Documents, Request, load};
use codesocial_rdf::{Base, RdfSyntax};
use codesocial_store::{
    Agent, CommandKind, CommitError, Crash, Options, Precondition, Random, Rejection, Store,
};
use flate2::read::MultiGzDecoder;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// How many documents are accepted or refused together.
const BATCH_DOCUMENTS: usize = 1_000;
/// What a compressed file may expand to.
const EXPANDED_BYTES_MAX: u64 = 4 * 1024 * 1024 * 1024;

#[derive(Debug, Args)]
pub(super) struct Import {
    #[command(flatten)]
    common: Common,
    /// RDF files in any syntax, by their ending, perhaps with .gz after it
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Read and split the files, and write nothing
    #[arg(long)]
    dry_run: bool,
}

impl Import {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let config = self.common.config().map_err(Failure::new)?;
        let mut random = Random::of_system();
        let base = config.base.as_deref().map(Base::parse).transpose().map_err(Failure::new)?;
        let options = Options {
            folder: config.data.clone(),
            base,
            now: Timestamp::now(),
            random: Random::of_seed(random.bytes()),
            crash: Crash::default(),
            computed: codesocial_registry::computed,
        };
        let store = Store::open(options).map_err(Failure::new)?;
        let base = store.state().base().clone();
        let mut documents = Documents::default();
        for file in &self.files {
            documents.extend(read(file, &base)?);
        }
        let count = documents.len();
        if self.dry_run {
            store.close();
            say(&format!("{count} documents would be imported; nothing was written\n"));
            return Ok(ExitCode::SUCCESS);
        }
        let refused = tokio::runtime::Runtime::new().map_err(Failure::new)?.block_on(commit(
            &store,
            documents,
            &mut random,
        ))?;
        store.close();
        say(&format!("{} documents imported, {refused} refused\n", count - refused));
        Ok(if refused == 0 { ExitCode::SUCCESS } else { ExitCode::from(CONFORMS_NOT) })
    }
}

/// Commits batch by batch and reports each refusal; gives how many documents were refused.
async fn commit(
    store: &Store,
    documents: Documents,
    random: &mut Random,
) -> Result<usize, Failure> {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} documents, {eta} left")
        .map_err(Failure::new)?;
    let progress = ProgressBar::new(documents.len() as u64).with_style(style);
    let mut refused = 0;
    for batch in documents.batches(BATCH_DOCUMENTS) {
        let size = batch.len();
        let request = Request {
            agent: Agent::Server,
            now: Timestamp::now(),
            random,
            precondition: Precondition::None,
        };
        match store.commit(load(request, CommandKind::Import, batch, None)).await {
            Ok(_) => {}
            Err(CommitError::Rejected(rejection)) => {
                refused += size;
                progress.suspend(|| say(&told(size, &rejection)));
            }
            Err(failed @ CommitError::Failed(_)) => return Err(Failure::new(failed)),
        }
        progress.inc(size as u64);
    }
    progress.finish_and_clear();
    Ok(refused)
}

fn told(size: usize, rejection: &Rejection) -> String {
    match rejection {
        Rejection::Shapes(report) => format!(
            "a batch of {size} documents was refused whole:\n{}",
            report.to_text(codesocial_shacl::Lang::Fr)
        ),
        other => format!("a batch of {size} documents was refused whole: {other}\n"),
    }
}

fn read(file: &Path, base: &Base) -> Result<Documents, Failure> {
    let told = |error: &dyn std::fmt::Display| Failure(format!("{}: {error}", file.display()));
    let name = file.to_string_lossy();
    let (plain, compressed) =
        name.strip_suffix(".gz").map_or((&*name, false), |plain| (plain, true));
    let syntax = Path::new(plain)
        .extension()
        .and_then(|extension| extension.to_str())
        .and_then(RdfSyntax::from_extension)
        .ok_or_else(|| told(&"its name ends in none of .ttl .jsonld .nt .nq .trig .rdf"))?;
    let mut bytes = std::fs::read(file).map_err(|error| told(&error))?;
    if compressed {
        let mut expanded = Vec::new();
        MultiGzDecoder::new(bytes.as_slice())
            .take(EXPANDED_BYTES_MAX)
            .read_to_end(&mut expanded)
            .map_err(|error| told(&error))?;
        bytes = expanded;
    }
    assets::split(&name, &bytes, syntax, base).map_err(Failure::new)
}
