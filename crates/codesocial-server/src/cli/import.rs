//! `codesocial import`: many documents at once, into a data directory that no server has open.
//!
//! All that is new passes the door as one change, so that documents may name each other in any
//! order, and an import that is interrupted has written nothing. What is there stays as it is: the
//! same command can be given again.

use super::{CONFORMS_NOT, Common, Failure, say};
use crate::assets;
use clap::Args;
use codesocial_ldp::{Documents, Request, is_present, load};
use codesocial_rdf::{Base, RdfSyntax};
use codesocial_shacl::{Lang, Prefixes, Report};
use codesocial_store::{
    Agent, CommandKind, CommitError, Crash, Precondition, Random, Rejection, Store,
};
use flate2::read::MultiGzDecoder;
use indicatif::ProgressBar;
use jiff::Timestamp;
use oxrdf::{Literal, NamedNode};
use serde_json::json;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

/// The largest file, as it lies on disk.
const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024 * 1024;
/// What a compressed file may expand to.
const EXPANDED_BYTES_MAX: u64 = 4 * 1024 * 1024 * 1024;
/// How often documents are left out before the rest is given up.
const ROUNDS_MAX: usize = 16;
/// How many refused documents are told on the terminal; the report has all.
const TOLD_MAX: usize = 50;
const TICK: Duration = Duration::from_millis(200);

#[derive(Debug, Args)]
pub(super) struct Import {
    #[command(flatten)]
    common: Common,
    /// RDF files in any syntax, by their ending, perhaps with .gz after it
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Judge as the import would, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Leave out the documents that break a rule, and import the rest
    #[arg(long)]
    partial: bool,
    /// File to write what became of each document into, a line of JSON for each
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Die at a named point, for the crash tests
    #[arg(long, value_name = "POINT", hide = true)]
    crash_at: Option<Crash>,
}

/// What became of the documents.
#[derive(Default)]
struct Outcome {
    imported: Vec<String>,
    present: Vec<String>,
    /// Each with what the rules say of it.
    refused: BTreeMap<String, Vec<String>>,
}

impl Import {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let mut random = Random::of_system();
        let store = self.common.open(self.crash_at.clone().unwrap_or_default(), &mut random)?;
        let progress = ProgressBar::new_spinner();
        progress.enable_steady_tick(TICK);
        let base = store.state().base().clone();
        let mut documents = Documents::default();
        for file in &self.files {
            progress.set_message(format!("{}: reading", file.display()));
            documents.extend(read(file, &base)?);
        }
        documents.skolemise(&mut random);
        progress.set_message(format!("{} documents: judging and writing", documents.len()));
        let runtime = tokio::runtime::Runtime::new().map_err(Failure::new)?;
        let door = Door { store: &store, dry_run: self.dry_run };
        let outcome = runtime.block_on(self.submit(&door, documents, &mut random));
        progress.set_message("writing the checkpoint");
        store.close();
        progress.finish_and_clear();
        let outcome = outcome?;
        if let Some(path) = &self.report {
            let written = outcome.write(path);
            written.map_err(|error| Failure(format!("{}: {error}", path.display())))?;
        }
        say(&outcome.summary(self.dry_run));
        let conforms = outcome.refused.is_empty();
        Ok(if conforms { ExitCode::SUCCESS } else { ExitCode::from(CONFORMS_NOT) })
    }

    /// Sends what is new through the door, and with `--partial` what is left after each refusal.
    async fn submit(
        &self,
        door: &Door<'_>,
        mut documents: Documents,
        random: &mut Random,
    ) -> Result<Outcome, Failure> {
        let state = door.store.state();
        let present = documents.take(|document| is_present(&state, document));
        drop(state);
        let present = present.names().map(NamedNode::into_string).collect();
        let mut outcome = Outcome { present, ..Outcome::default() };
        for _ in 0..ROUNDS_MAX {
            let sent = Arc::new(documents);
            let Some(rejection) = door.send(sent.clone(), random).await? else {
                outcome.imported = sent.names().map(NamedNode::into_string).collect();
                return Ok(outcome);
            };
            let blamed = door.blame(&rejection, &sent, random).await?;
            documents = Arc::unwrap_or_clone(sent);
            let nobody = blamed.is_empty();
            documents.take(|document| blamed.contains_key(document));
            outcome.refused.extend(blamed);
            if !self.partial || nobody {
                let whole = format!("the import was refused whole: {rejection}");
                let rest = documents.names().map(|name| (name.into_string(), vec![whole.clone()]));
                outcome.refused.extend(rest);
                return Ok(outcome);
            }
        }
        Err(Failure(format!("what is left still breaks rules after {ROUNDS_MAX} rounds")))
    }
}

/// The door of the store, which writes or only judges.
struct Door<'a> {
    store: &'a Store,
    dry_run: bool,
}

impl Door<'_> {
    /// Why the documents are refused, if they are.
    async fn send(
        &self,
        documents: Arc<Documents>,
        random: &mut Random,
    ) -> Result<Option<Rejection>, Failure> {
        let request = Request {
            agent: Agent::Server,
            now: Timestamp::now(),
            random,
            precondition: Precondition::None,
        };
        let command = load(request, CommandKind::Import, documents, None);
        let decided = if self.dry_run {
            self.store.judge(command).await
        } else {
            self.store.commit(command).await
        };
        match decided {
            Ok(_) => Ok(None),
            Err(CommitError::Rejected(rejection)) => Ok(Some(rejection)),
            Err(failed @ CommitError::Failed(_)) => Err(Failure::new(failed)),
        }
    }

    /// The documents for which all were refused, each with what is wrong with it.
    async fn blame(
        &self,
        rejection: &Rejection,
        documents: &Documents,
        random: &mut Random,
    ) -> Result<BTreeMap<String, Vec<String>>, Failure> {
        if let Rejection::Shapes(report) = rejection {
            return Ok(blamed_by(report, documents));
        }
        // All other rules are about one document: each is asked about alone, and what shapes say
        // of it without the others does not count.
        let alone = Door { dry_run: true, ..*self };
        let mut blamed = BTreeMap::new();
        for (name, document) in documents.each() {
            match alone.send(Arc::new(document), random).await? {
                None | Some(Rejection::Shapes(_)) => {}
                Some(rejection) => {
                    blamed.insert(name.to_owned(), vec![rejection.to_string()]);
                }
            }
        }
        Ok(blamed)
    }
}

/// The documents whose nodes violate a shape, or are the value that makes another one violate it.
fn blamed_by(report: &Report, documents: &Documents) -> BTreeMap<String, Vec<String>> {
    let mut blamed: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for result in report.results.iter().filter(|result| result.severity.blocks()) {
        let value = || result.value.as_ref().and_then(|value| documents.of(value));
        if let Some(document) = documents.of(&result.focus).or_else(value) {
            let path = result.path.as_ref().map(|path| path.display(&Prefixes::default()));
            let messages = result.messages(Some(Lang::Fr));
            let message = messages.iter().map(Literal::value).collect::<Vec<_>>().join(" / ");
            let line = path.map_or_else(|| message.clone(), |path| format!("{path}: {message}"));
            blamed.entry(document.to_owned()).or_default().push(line);
        }
    }
    blamed
}

impl Outcome {
    /// One line of JSON for each document.
    fn write(&self, path: &Path) -> std::io::Result<()> {
        let mut file = BufWriter::new(File::create(path)?);
        let mut line = |document: &str, outcome: &str, messages: &[String]| {
            let line = json!({"document": document, "outcome": outcome, "messages": messages});
            writeln!(file, "{line}")
        };
        self.imported.iter().try_for_each(|document| line(document, "imported", &[]))?;
        self.present.iter().try_for_each(|document| line(document, "present", &[]))?;
        self.refused.iter().try_for_each(|(document, why)| line(document, "refused", why))?;
        file.flush()
    }

    fn summary(&self, dry_run: bool) -> String {
        let mut text = String::new();
        for (document, messages) in self.refused.iter().take(TOLD_MAX) {
            for message in messages {
                text.push_str(&format!("{document} — {message}\n"));
            }
        }
        if self.refused.len() > TOLD_MAX {
            text.push_str(&format!("… and {} more\n", self.refused.len() - TOLD_MAX));
        }
        let imported = if dry_run { "would be imported" } else { "imported" };
        let (new, present, refused) = (self.imported.len(), self.present.len(), self.refused.len());
        text.push_str(&format!("{new} documents {imported}, {present} present, {refused} refused"));
        if dry_run {
            text.push_str("; nothing was written");
        }
        text.push('\n');
        text
    }
}

/// The documents of one file. What is wrong is told with the file and the place in it.
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
    let opened = File::open(file).map_err(|error| told(&error))?;
    let bytes = bounded(opened, FILE_BYTES_MAX, "it is").map_err(|error| told(&error))?;
    let bytes = if compressed {
        let expanded = MultiGzDecoder::new(bytes.as_slice());
        bounded(expanded, EXPANDED_BYTES_MAX, "it expands to").map_err(|error| told(&error))?
    } else {
        bytes
    };
    assets::split(&name, &bytes, syntax, base).map_err(Failure::new)
}

/// All that a reader gives, or an error where that is more than so many bytes.
fn bounded(reader: impl Read, bytes_max: u64, what: &str) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(bytes_max + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > bytes_max {
        let told = format!("{what} more than {bytes_max} bytes: split it");
        return Err(std::io::Error::new(std::io::ErrorKind::FileTooLarge, told));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_larger_than_the_limit_is_refused_and_never_cut() {
        assert_eq!(bounded(&b"1234"[..], 4, "it is").expect("it fits"), b"1234");
        let error = bounded(&b"12345"[..], 4, "it is").expect_err("too large");
        assert_eq!(error.to_string(), "it is more than 4 bytes: split it");
    }
}
