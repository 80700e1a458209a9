//! A state as bytes and back. What is written is compact: terms in use and sorted quads, no delta;
//! what is read is checked, so that damaged bytes are an error and never a wrong view.
//!
//! Version 1, numbers little-endian but for quads:
//! ```text
//! magic "cs-view\0"   version u32   terms u32   text bytes u64   quads u64
//! for each term: tag u8        for each term: length in bytes u32        text, UTF-8
//! for each quad, ascending: subject, predicate, object, graph, each u32 big-endian
//! ```
//! Whoever stores the bytes adds what they belong to and a checksum.

use crate::base::QUADS_MAX;
use crate::dictionary::{BadDictionary, Dictionary, DictionaryBuilder};
use crate::merge::Compacted;
use crate::row::Row;
use crate::snapshot::Snapshot;
use crate::state::State;
use crate::term::{StoredTerm, TERMS_MAX, Tag, TermId, ViewFull};
use codesocial_rdf::Base;
use std::io::{self, Read, Write};

const MAGIC: [u8; 8] = *b"cs-view\0";
const VERSION: u32 = 1;
const ROW_BYTES: usize = size_of::<Row>();
const BLOCK_ROWS: usize = 4096;

/// Why bytes are no checkpoint.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    #[error("the checkpoint cannot be read")]
    Read(#[from] io::Error),
    #[error("this is no checkpoint")]
    Magic,
    #[error("this is a checkpoint of version {0}, and only version {VERSION} is known")]
    Version(u32),
    #[error("the checkpoint is damaged: {0}")]
    Damaged(&'static str),
    #[error(transparent)]
    Full(#[from] ViewFull),
}

use CheckpointError::Damaged;

impl Compacted {
    pub(crate) fn encode(&self, writer: &mut impl Write) -> io::Result<()> {
        let Self { dictionary, rows } = self;
        let terms = || (1..dictionary.len()).map(|id| dictionary.get(TermId(id)));
        let text_bytes: u64 = terms().map(|term| term.text.len() as u64).sum();
        writer.write_all(&MAGIC)?;
        writer.write_all(&VERSION.to_le_bytes())?;
        writer.write_all(&(dictionary.len() - 1).to_le_bytes())?;
        writer.write_all(&text_bytes.to_le_bytes())?;
        writer.write_all(&(rows.len() as u64).to_le_bytes())?;
        let tags: Vec<u8> = terms().map(|term| term.tag.to_byte()).collect();
        writer.write_all(&tags)?;
        let lengths: Vec<u8> =
            terms().flat_map(|term| (term.text.len() as u32).to_le_bytes()).collect();
        writer.write_all(&lengths)?;
        for term in terms() {
            writer.write_all(term.text.as_bytes())?;
        }
        for block in rows.chunks(BLOCK_ROWS) {
            let bytes: Vec<u8> = block.iter().flat_map(|row| row.0.to_be_bytes()).collect();
            writer.write_all(&bytes)?;
        }
        Ok(())
    }
}

impl Snapshot {
    /// Writes the state, compacted.
    pub fn encode(&self, writer: &mut impl Write) -> io::Result<()> {
        Compacted::of(self).encode(writer)
    }

    /// Reads what [`encode`](Self::encode) wrote, for the instance at `base`.
    pub fn decode(base: Base, reader: &mut impl Read) -> Result<Self, CheckpointError> {
        let header = Header::read(reader)?;
        let dictionary = read_dictionary(reader, &header)?;
        let rows = read_rows(reader, header.quads, &dictionary)?;
        let generation = Compacted { dictionary, rows }.into_generation(base);
        Ok(Self::of_state(State::of_generation(generation)))
    }
}

struct Header {
    terms: u32,
    text_bytes: u64,
    quads: u64,
}

impl Header {
    fn read(reader: &mut impl Read) -> Result<Self, CheckpointError> {
        if read_array(reader)? != MAGIC {
            return Err(CheckpointError::Magic);
        }
        let version = u32::from_le_bytes(read_array(reader)?);
        if version != VERSION {
            return Err(CheckpointError::Version(version));
        }
        let header = Self {
            terms: u32::from_le_bytes(read_array(reader)?),
            text_bytes: u64::from_le_bytes(read_array(reader)?),
            quads: u64::from_le_bytes(read_array(reader)?),
        };
        if header.terms >= TERMS_MAX || header.quads > QUADS_MAX as u64 {
            return Err(ViewFull.into());
        }
        Ok(header)
    }
}

fn read_dictionary(reader: &mut impl Read, header: &Header) -> Result<Dictionary, CheckpointError> {
    let tags = read_bytes(reader, header.terms.into())?;
    let lengths = read_bytes(reader, u64::from(header.terms) * size_of::<u32>() as u64)?;
    let text = String::from_utf8(read_bytes(reader, header.text_bytes)?)
        .map_err(|_| Damaged("the text of its terms is no UTF-8"))?;
    let mut rest = text.as_str();
    let mut builder = DictionaryBuilder::new();
    for (tag, length) in tags.iter().zip(lengths.as_chunks().0) {
        let tag = Tag::from_byte(*tag).ok_or(Damaged("a term is of no known kind"))?;
        let length = u32::from_le_bytes(*length) as usize;
        let (term, after) =
            rest.split_at_checked(length).ok_or(Damaged("a term's length is wrong"))?;
        let term = StoredTerm { tag, text: term };
        if !term.is_well_formed() {
            return Err(Damaged("a literal lacks its datatype or language"));
        }
        builder.push(term)?;
        rest = after;
    }
    if !rest.is_empty() {
        return Err(Damaged("there is text without a term"));
    }
    Ok(builder.finish()?)
}

fn read_rows(
    reader: &mut impl Read,
    count: u64,
    dictionary: &Dictionary,
) -> Result<Vec<Row>, CheckpointError> {
    let mut rows: Vec<Row> = Vec::new();
    let mut missing = count;
    while missing > 0 {
        let block = missing.min(BLOCK_ROWS as u64);
        let bytes = read_bytes(reader, block * ROW_BYTES as u64)?;
        for bytes in bytes.as_chunks().0 {
            let row = Row(u128::from_be_bytes(*bytes));
            if rows.last().is_some_and(|last| *last >= row) {
                return Err(Damaged("its quads are not in order"));
            }
            check_quad(row, dictionary)?;
            rows.push(row);
        }
        missing -= block;
    }
    rows.shrink_to_fit();
    Ok(rows)
}

fn check_quad(row: Row, dictionary: &Dictionary) -> Result<(), CheckpointError> {
    let lanes = row.lanes();
    if lanes.iter().any(|id| *id >= dictionary.len()) {
        return Err(Damaged("a quad has a term that is not there"));
    }
    let [subject, predicate, object, graph] = lanes.map(TermId);
    let is_node = |id| id != TermId::DEFAULT_GRAPH && !dictionary.get(id).tag.is_literal();
    let is_quad = is_node(subject)
        && is_node(predicate)
        && dictionary.get(predicate).tag == Tag::IRI
        && object != TermId::DEFAULT_GRAPH
        && (graph == TermId::DEFAULT_GRAPH || is_node(graph));
    if is_quad { Ok(()) } else { Err(Damaged("a quad has a term where it cannot stand")) }
}

fn read_array<const N: usize>(reader: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    reader.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// Memory grows with what is there, not with what a damaged length claims.
fn read_bytes(reader: &mut impl Read, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == length { Ok(bytes) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

impl From<BadDictionary> for CheckpointError {
    fn from(error: BadDictionary) -> Self {
        match error {
            BadDictionary::Full(full) => full.into(),
            BadDictionary::Duplicate => Damaged("a term stands twice"),
            BadDictionary::Misplaced => Damaged("its terms are not in order"),
        }
    }
}
