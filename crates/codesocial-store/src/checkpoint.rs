//! Checkpoint files: a state as bytes, so that opening need not replay the whole journal. A file
//! that is torn, flipped or foreign is refused, and the state is rebuilt: never half-trusted.

use crate::journal::Hash;
use crate::state::{GraphRecord, Quads};
use crate::{Crash, CrashPoint, Head, OpaqueId, State};
use codesocial_graph::Snapshot;
use codesocial_rdf::Base;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

const MAGIC: &[u8] = b"codesocial-checkpoint 1\n";
const CHECKSUM_BYTES: usize = 32;
/// One to use, and the one before in case that one is damaged.
const KEPT: usize = 2;

/// Why a checkpoint cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CheckpointError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("its checksum does not hold")]
    Checksum,
    #[error("it belongs to another instance or another version")]
    Foreign,
    #[error("its content: {0}")]
    Content(String),
}

/// Writes a published state, whole or not at all, and removes checkpoints that are no longer kept.
pub(crate) fn write(folder: &Path, state: &State, crash: &Crash) -> Result<(), CheckpointError> {
    let path = folder.join(file_name(state.head.seq));
    let partial = path.with_extension("partial");
    let mut bytes = encode(state)?;
    let checksum = Sha256::digest(&bytes);
    bytes.extend_from_slice(&checksum);
    let mut file = File::create(&partial)?;
    let half = bytes.len() / 2;
    file.write_all(&bytes[..half])?;
    crash.at(CrashPoint::DuringCheckpoint);
    file.write_all(&bytes[half..])?;
    file.sync_all()?;
    fs::rename(&partial, &path)?;
    // The name must be on disk before the older files go.
    File::open(folder)?.sync_all()?;
    for old in list(folder)?.into_iter().skip(KEPT) {
        fs::remove_file(old)?;
    }
    Ok(())
}

/// The name of the checkpoint of an entry.
pub(crate) fn file_name(seq: u64) -> String {
    format!("checkpoint-{seq:020}.bin")
}

pub(crate) fn is_file_name(name: &str) -> bool {
    name.starts_with("checkpoint-") && name.ends_with(".bin")
}

/// The checkpoints of a folder, newest first.
pub(crate) fn list(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for file in fs::read_dir(folder)? {
        let path = file?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if is_file_name(name) {
            found.push(path);
        }
    }
    found.sort_unstable_by(|one, other| other.cmp(one));
    Ok(found)
}

/// The checkpoints of the entries before `seq`.
pub(crate) fn list_before(folder: &Path, seq: u64) -> io::Result<Vec<PathBuf>> {
    let first = folder.join(file_name(seq));
    Ok(list(folder)?.into_iter().filter(|path| *path < first).collect())
}

/// Reads a state of the instance at `base`.
pub(crate) fn read(path: &Path, base: &Base) -> Result<State, CheckpointError> {
    read_with_results(path, base).map(|(state, _)| state)
}

/// Reads a state and the lines of its stored results, which checkpoints of the first versions do
/// not hold.
pub(crate) fn read_with_results(
    path: &Path,
    base: &Base,
) -> Result<(State, Option<Vec<String>>), CheckpointError> {
    let bytes = fs::read(path)?;
    let (body, checksum) =
        bytes.split_last_chunk::<CHECKSUM_BYTES>().ok_or(CheckpointError::Checksum)?;
    if Hash::from(Sha256::digest(body)) != *checksum {
        return Err(CheckpointError::Checksum);
    }
    decode(body, base)
}

fn encode(state: &State) -> io::Result<Vec<u8>> {
    let mut bytes = MAGIC.to_vec();
    text(&mut bytes, state.base().as_str());
    bytes.extend_from_slice(&state.head.seq.to_le_bytes());
    bytes.extend_from_slice(&state.head.hash);
    bytes.extend_from_slice(&state.at.as_microsecond().to_le_bytes());
    bytes.extend_from_slice(&(state.graphs.len() as u64).to_le_bytes());
    for (iri, GraphRecord { id, last }) in &state.graphs {
        text(&mut bytes, iri);
        text(&mut bytes, &id.to_string());
        bytes.extend_from_slice(&last.to_le_bytes());
    }
    state.snapshot().encode(&mut bytes)?;
    text(&mut bytes, &state.results.lines().join("\n"));
    Ok(bytes)
}

fn text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend_from_slice(&(text.len() as u64).to_le_bytes());
    bytes.extend_from_slice(text.as_bytes());
}

fn decode(body: &[u8], base: &Base) -> Result<(State, Option<Vec<String>>), CheckpointError> {
    let body = body.strip_prefix(MAGIC).ok_or(CheckpointError::Foreign)?;
    let mut reader = Reader(body);
    if reader.text()? != base.as_str() {
        return Err(CheckpointError::Foreign);
    }
    let head = Head { seq: reader.number()?, hash: *reader.take()? };
    let at = i64::from_le_bytes(*reader.take()?);
    let at = Timestamp::from_microsecond(at).map_err(|_| reader.short())?;
    let mut graphs = imbl::HashMap::new();
    for _ in 0..reader.number()? {
        let iri = reader.text()?;
        let id: OpaqueId = reader.text()?.parse().map_err(|_| reader.short())?;
        graphs.insert(iri.into(), GraphRecord { id, last: reader.number()? });
    }
    let snapshot = Snapshot::decode(base.clone(), &mut reader.0)
        .map_err(|error| CheckpointError::Content(error.to_string()))?;
    let state =
        State { quads: Quads::Published(snapshot), graphs, head, at, ..State::empty(base.clone()) };
    let lines = |text: &str| text.lines().map(str::to_owned).collect();
    let results = if reader.0.is_empty() { None } else { Some(lines(reader.text()?)) };
    Ok((state, results))
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn short(&self) -> CheckpointError {
        CheckpointError::Content(format!("malformed {} bytes before its end", self.0.len()))
    }

    fn take<const N: usize>(&mut self) -> Result<&'a [u8; N], CheckpointError> {
        let (head, rest) = self.0.split_first_chunk().ok_or_else(|| self.short())?;
        self.0 = rest;
        Ok(head)
    }

    fn number(&mut self) -> Result<u64, CheckpointError> {
        self.take().map(|bytes| u64::from_le_bytes(*bytes))
    }

    fn text(&mut self) -> Result<&'a str, CheckpointError> {
        let length = usize::try_from(self.number()?).map_err(|_| self.short())?;
        let (head, rest) = self.0.split_at_checked(length).ok_or_else(|| self.short())?;
        self.0 = rest;
        std::str::from_utf8(head).map_err(|_| self.short())
    }
}
