//! Opening: genesis where there is nothing, else the newest checkpoint that stands in the chain,
//! and the journal from there on.

use crate::commit::decide;
use crate::journal::{Entry, Hash, Journal, JournalError, SqliteJournal};
use crate::store::JOURNAL_FILE;
use crate::{
    AccessMode, Agent, BrokenFile, Command, CommandKind, ErasedSegment, Head, OpenError,
    Precondition, Proposal, Random, Rejection, State, StoredFiles, checkpoint, files, hex,
};
use codesocial_rdf::vocab::system;
use codesocial_rdf::{Base, Changeset, Patch};
use codesocial_shacl::Edition;
use ed25519_dalek::SigningKey;
use jiff::Timestamp;
use oxrdf::{Literal, Quad, Term};
use std::path::Path;

/// The version of the journal's format.
const FORMAT: i32 = 1;
/// How many entries are read at once.
const PAGE: u32 = 1_000;
/// The private key of the instance, in a data directory.
pub(crate) const KEY_FILE: &str = "instance.key";

pub(crate) struct Recovered {
    pub(crate) state: State,
    /// The entry up to which a checkpoint holds.
    pub(crate) checkpointed: u64,
}

pub(crate) async fn open(
    journal: &Journal,
    folder: &Path,
    asked: Option<Base>,
    edition: Edition,
    now: Timestamp,
    random: &mut Random,
) -> Result<Recovered, OpenError> {
    if journal.head().await? == Head::EMPTY {
        let left = checkpoint::list(folder)
            .map_err(|error| OpenError::Folder { path: folder.to_owned(), error })?;
        if !left.is_empty() {
            return Err(OpenError::NoJournal(folder.to_owned()));
        }
        let base = asked.map_or_else(default_base, Ok)?;
        let state = genesis(journal, folder, base, now, random).await?;
        return Ok(Recovered { state: state.with_rules(edition), checkpointed: 0 });
    }
    let stored = base_of(journal).await?;
    if let Some(asked) = asked.filter(|asked| *asked != stored) {
        return Err(OpenError::OtherBase { stored, asked });
    }
    let start = newest_checkpoint(journal, folder, &stored).await?;
    let checkpointed = start.as_ref().map_or(0, |state| state.head.seq);
    let start = start.unwrap_or_else(|| State::empty(stored));
    let (state, _) = replay_from(journal, start, None).await?;
    let state = state.with_rules(edition);
    if edition == Edition::V1_0 && state.needs_draft() {
        return Err(OpenError::Draft);
    }
    Ok(Recovered { state: state.with_results(now).with_access(), checkpointed })
}

fn default_base() -> Result<Base, OpenError> {
    Ok(Base::parse("http://localhost:8080/")?)
}

/// The first entry: base, format and public key of the instance. The private key never enters the
/// database.
async fn genesis(
    journal: &Journal,
    folder: &Path,
    base: Base,
    now: Timestamp,
    random: &mut Random,
) -> Result<State, OpenError> {
    let key = SigningKey::from_bytes(&random.bytes());
    keep_secret(&folder.join(KEY_FILE), &key.to_bytes())?;
    let instance = base.resolve("system/instance");
    let quad = |property: oxrdf::NamedNodeRef<'_>, value: Term| {
        Quad::new(instance.clone(), property.into_owned(), value, instance.clone())
    };
    let added = vec![
        quad(system::BASE, Literal::new_simple_literal(base.to_string()).into()),
        quad(system::FORMAT, Literal::from(FORMAT).into()),
        quad(system::KEY, Literal::new_simple_literal(hex(key.verifying_key().as_bytes())).into()),
    ];
    let client = Changeset { removed: Vec::new(), added };
    let command = Command {
        agent: Agent::Server,
        kind: CommandKind::Genesis,
        target: Some((instance, AccessMode::Write)),
        precondition: Precondition::None,
        expects: None,
        now,
        seed: random.bytes(),
        propose: Box::new(move |_, _| {
            Ok(Proposal { client: client.clone(), ..Proposal::default() })
        }),
    };
    let accepted = decide(&command, &State::empty(base), |_, _, _, _| Ok(Changeset::default()))
        .map_err(|rejection| OpenError::Genesis(rejection.to_string()))?;
    journal.append(Head::EMPTY, &accepted.entries).await?;
    Ok(accepted.state)
}

/// Writes a secret that nobody but the server's user reads, and brings it to the disk.
pub(crate) fn keep_secret(path: &Path, secret: &[u8; 32]) -> Result<(), OpenError> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let written = std::fs::File::options()
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(path)
        .and_then(|mut file| {
            file.write_all(secret)?;
            file.sync_all()
        });
    written.map_err(|error| OpenError::Folder { path: path.to_owned(), error })
}

/// The base that the first entry fixed.
async fn base_of(journal: &Journal) -> Result<Base, OpenError> {
    let entries = journal.after(0, 1).await?;
    let segments = entries.first().map(|entry| entry.segments.as_slice()).unwrap_or_default();
    for segment in segments {
        let patch = Patch::decode(&segment.bytes).map_err(|e| OpenError::Genesis(e.to_string()))?;
        let base = patch.changes.added.iter().find(|quad| quad.predicate == system::BASE);
        if let Some(Term::Literal(base)) = base.map(|quad| &quad.object) {
            return Ok(Base::parse(base.value())?);
        }
    }
    Err(OpenError::Genesis("no segment states it".to_owned()))
}

/// The newest checkpoint whose checksum holds. Its entry must stand in the chain: a checkpoint is
/// written after the journal, so one that is ahead of it or beside it means that entries were lost.
async fn newest_checkpoint(
    journal: &Journal,
    folder: &Path,
    base: &Base,
) -> Result<Option<State>, OpenError> {
    let files = checkpoint::list(folder)
        .map_err(|error| OpenError::Folder { path: folder.to_owned(), error })?;
    for file in files {
        match checkpoint::read(&file, base) {
            Ok(state) if journal.hash_of(state.head.seq).await? == Some(state.head.hash) => {
                return Ok(Some(state));
            }
            Ok(state) => return Err(OpenError::Lost { checkpoint: state.head.seq }),
            Err(error) => tracing::warn!(?file, %error, "a damaged checkpoint is not used"),
        }
    }
    Ok(None)
}

/// The entry of the newest checkpoint that can be used.
pub(crate) async fn newest_checkpoint_seq(
    journal: &Journal,
    folder: &Path,
) -> Result<Option<u64>, OpenError> {
    let base = base_of(journal).await?;
    let newest = newest_checkpoint(journal, folder, &base).await?;
    Ok(newest.map(|state| state.head.seq))
}

/// The state after replaying the journal, up to entry `until` where given, and the segments that
/// are no longer there.
async fn replay_from(
    journal: &Journal,
    mut state: State,
    until: Option<u64>,
) -> Result<(State, Vec<(u64, ErasedSegment)>), JournalError> {
    let mut erased = Vec::new();
    loop {
        let entries = journal.after(state.head.seq, PAGE).await?;
        if entries.is_empty() {
            break;
        }
        for entry in &entries {
            if until.is_some_and(|until| entry.header.seq > until) {
                return Ok((state, erased));
            }
            state = state.replay(entry)?;
            erased.extend(entry.erased.iter().map(|segment| (entry.header.seq, segment.clone())));
        }
        // A delta that grows without bound costs more than a merge now and then.
        if state.snapshot().merge_due() {
            let merged = state.snapshot().merged();
            state = State { quads: crate::state::Quads::Published(merged), ..state };
        }
    }
    let head = journal.head().await?;
    if until.is_none() && head != state.head {
        return Err(JournalError::Damaged {
            seq: head.seq,
            problem: "the head is not the last entry of the chain".to_owned(),
        });
    }
    Ok((state, erased))
}

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    pub head: Head,
    /// The entry of the checkpoint that was compared with the replay, if there is one.
    pub checkpoint: Option<u64>,
    /// The digest of the state at the head: equal states have equal ones.
    pub digest: Hash,
    /// The segments that are no longer there.
    pub erased: Vec<Erased>,
    pub files: StoredFiles,
}

/// A segment that is no longer there, as an entry says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erased {
    pub seq: u64,
    /// Its place in the entry.
    pub n: u32,
    /// The entry that erased it.
    pub by: u64,
}

/// Nothing may be missing but what an entry says was erased.
fn explained(
    state: &State,
    erased: Vec<(u64, ErasedSegment)>,
) -> Result<Vec<Erased>, JournalError> {
    let erasures = state.erasures();
    let explain = |(seq, segment): (u64, ErasedSegment)| match erasures.get(&segment.graph) {
        Some(&by) if seq <= by => Ok(Erased { seq, n: segment.n, by }),
        _ => {
            let problem = format!("segment {} is missing, and no entry erased it", segment.n);
            Err(JournalError::Damaged { seq, problem })
        }
    };
    erased.into_iter().map(explain).collect()
}

/// Why a data directory does not verify.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error("the checkpoint of entry {0} is not what the journal replays to: remove it")]
    Differs(u64),
    #[error(transparent)]
    Rules(#[from] Rejection),
    #[error("{}: restore the files from a backup, or delete the documents", told(.0))]
    Files(Vec<BrokenFile>),
}

/// How many broken files are told.
const BROKEN_TOLD_MAX: usize = 20;

fn told(broken: &[BrokenFile]) -> String {
    let told = broken.iter().take(BROKEN_TOLD_MAX).map(ToString::to_string);
    let mut told: Vec<String> = told.collect();
    if broken.len() > BROKEN_TOLD_MAX {
        told.push(format!("and {} more", broken.len() - BROKEN_TOLD_MAX));
    }
    told.join("; ")
}

/// Checks the whole chain, and that the newest checkpoint is what the journal replays to. Takes no
/// lock and writes nothing: it works beside a running server. Blocking.
pub fn verify(folder: &Path) -> Result<Verified, VerifyError> {
    let (journal, runtime) = read_only(folder)?;
    runtime.block_on(async {
        let base = base_of(&journal).await?;
        let checkpoint = newest_checkpoint(&journal, folder, &base).await?;
        let seq = checkpoint.as_ref().map(|state| state.head.seq);
        let mut state = State::empty(base);
        let mut erased = Vec::new();
        if let Some(checkpoint) = checkpoint {
            (state, erased) = replay_from(&journal, state, seq).await.map_err(OpenError::from)?;
            let same = state.head == checkpoint.head
                && state.digest() == checkpoint.digest()
                && state.graphs == checkpoint.graphs;
            if !same {
                return Err(VerifyError::Differs(checkpoint.head.seq));
            }
        }
        loop {
            let head = journal.head().await.map_err(OpenError::from)?;
            let more;
            (state, more) =
                replay_from(&journal, state, Some(head.seq)).await.map_err(OpenError::from)?;
            erased.extend(more);
            if state.head != head {
                let problem = "the head is not an entry of the chain".to_owned();
                let damaged = JournalError::Damaged { seq: head.seq, problem };
                return Err(OpenError::from(damaged).into());
            }
            let (files, broken) = files::check(folder, &state)
                .map_err(|error| OpenError::Folder { path: folder.join(files::FOLDER), error })?;
            if broken.is_empty() {
                let erased = explained(&state, erased).map_err(OpenError::from)?;
                let digest = state.digest();
                return Ok(Verified { head, checkpoint: seq, digest, erased, files });
            }
            // A running server may have taken them away meanwhile: the newer state knows.
            if journal.head().await.map_err(OpenError::from)? == head {
                return Err(VerifyError::Files(broken));
            }
        }
    })
}

/// How stored results compare with those of full validation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedResults {
    /// The entry of the checkpoint that holds them.
    pub seq: u64,
    pub stored: usize,
    /// What is stored and not found, a line each: node, shape, focus, path, component, value,
    /// severity.
    pub only_stored: Vec<String>,
    /// What is found and not stored.
    pub only_found: Vec<String>,
}

/// Judges the whole state of the newest checkpoint, at the time of its entry, and compares what
/// the server stored with it; none where no checkpoint holds results. Blocking.
pub fn verify_results(
    folder: &Path,
    edition: Edition,
) -> Result<Option<VerifiedResults>, VerifyError> {
    let (journal, runtime) = read_only(folder)?;
    let base = runtime.block_on(base_of(&journal))?;
    let told = |error| OpenError::Folder { path: folder.to_owned(), error };
    let files = checkpoint::list(folder).map_err(told)?;
    let newest = files.iter().find_map(|file| checkpoint::read_with_results(file, &base).ok());
    let Some((state, Some(stored))) = newest else { return Ok(None) };
    let state = state.with_rules(edition);
    let found = state.rules.results(&state, state.at)?.lines();
    let without = |some: &[String], others: &[String]| {
        some.iter().filter(|line| others.binary_search(line).is_err()).cloned().collect()
    };
    Ok(Some(VerifiedResults {
        seq: state.head.seq,
        stored: stored.len(),
        only_stored: without(&stored, &found),
        only_found: without(&found, &stored),
    }))
}

/// The newest state, read beside a running server: for exports. Blocking.
pub fn read_state(folder: &Path) -> Result<State, OpenError> {
    let (journal, runtime) = read_only(folder)?;
    runtime.block_on(async {
        let base = base_of(&journal).await?;
        let start = newest_checkpoint(&journal, folder, &base).await?;
        let head = journal.head().await?;
        let start = start.unwrap_or_else(|| State::empty(base));
        let (state, _) = replay_from(&journal, start, Some(head.seq)).await?;
        Ok(state.published().with_access().with_rules(Edition::Draft1_2))
    })
}

/// The base of the instance in a directory, read beside a running server. Blocking.
pub fn read_base(folder: &Path) -> Result<Base, OpenError> {
    let (journal, runtime) = read_only(folder)?;
    runtime.block_on(base_of(&journal))
}

/// Up to `limit` entries after entry `seq`, each checked. Blocking.
pub fn read_entries(folder: &Path, seq: u64, limit: u32) -> Result<Vec<Entry>, OpenError> {
    let (journal, runtime) = read_only(folder)?;
    Ok(runtime.block_on(journal.after(seq, limit))?)
}

pub(crate) fn read_only(folder: &Path) -> Result<(Journal, tokio::runtime::Runtime), OpenError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| OpenError::Folder { path: folder.to_owned(), error })?;
    let file = folder.join(JOURNAL_FILE);
    let opened = runtime.block_on(SqliteJournal::open_read_only(&file))?;
    Ok((Journal::Sqlite(opened), runtime))
}
