//! The bytes of the journal. They never change: a golden test compares them for ever.
//!
//! An entry is a *header*, which is chained and never erased, and *segments*, which hold the
//! changes and can be erased one by one: the header commits to each by a salted hash.

use crate::ErasedSegment;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// SHA-256 of something, as the journal keeps it.
pub type Hash = [u8; 32];

/// `prev` of the first entry.
pub const GENESIS_PREV: Hash = [0; 32];

/// The last entry of a journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    pub seq: u64,
    pub hash: Hash,
}

impl Head {
    /// Before the first entry.
    pub const EMPTY: Self = Self { seq: 0, hash: GENESIS_PREV };
}

/// One change, as the journal keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub header: Header,
    /// Those that are left.
    pub segments: Vec<Segment>,
    /// Those that were erased since.
    pub erased: Vec<ErasedSegment>,
}

/// What an entry says of itself, without naming anything that may have to be forgotten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    pub seq: u64,
    /// Hash of the entry before.
    pub prev: Hash,
    /// Never earlier than the entry before, at microsecond precision.
    pub at: Timestamp,
    /// Opaque id of who wrote, or none for the server itself.
    pub actor: Option<String>,
    /// Kind of the command: `put`, `import`…
    pub command: String,
    /// Opaque id of the graph, where the entry is about one resource.
    pub target: Option<String>,
    /// Digest of the shapes in force.
    pub shapes: Hash,
    pub segments: u32,
    /// Merkle root over the segments' commitments.
    pub root: Hash,
    /// Opaque id shared by the entries of one import.
    pub batch: Option<String>,
}

/// What an entry changes in one graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// Kind of the graph, by name.
    pub kind: String,
    pub class: SegmentClass,
    pub salt: [u8; 32],
    /// RDF Patch.
    pub bytes: Vec<u8>,
}

/// Whose data a segment holds, which decides how it can be forgotten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SegmentClass {
    Public,
    /// Personal data of this opaque subject.
    Personal(String),
}

/// Why bytes are not a header of this version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the header's field «{0}» is missing, malformed or out of order")]
pub struct HeaderError(&'static str);

impl Segment {
    /// `SHA-256("cs1" ‖ salt ‖ bytes)`: reveals nothing once salt and bytes are gone.
    pub fn commitment(&self) -> Hash {
        Sha256::new()
            .chain_update("cs1")
            .chain_update(self.salt)
            .chain_update(&self.bytes)
            .finalize()
            .into()
    }

    /// The key under which the changes of this segment's graph are found again.
    pub(crate) fn graph_key(&self) -> i64 {
        // All lines are of one graph, which the last one names at its end.
        let last = self.bytes.trim_ascii_end().rsplit(|byte| *byte == b'\n').next();
        let graph = last
            .and_then(|line| line.strip_suffix(b" ."))
            .and_then(|line| line.rsplit(|byte| *byte == b' ').next())
            .and_then(|name| name.strip_prefix(b"<")?.strip_suffix(b">"))
            .and_then(|name| std::str::from_utf8(name).ok());
        match graph {
            Some(graph) if self.kind != DEFAULT_KIND => Self::key_of(graph),
            _ => 0,
        }
    }

    /// The key of a graph: of its IRI no more than that can be told from it.
    pub(crate) fn key_of(graph: &str) -> i64 {
        let digest: Hash = Sha256::digest(graph).into();
        let (key, _) = digest.split_first_chunk().expect("a digest has 32 bytes");
        i64::from_be_bytes(*key)
    }
}

/// Quads of the graph without a name end in their object.
const DEFAULT_KIND: &str = "Default";

impl Header {
    /// The bytes that are hashed and kept.
    pub fn encode(&self) -> Vec<u8> {
        let mut text = String::with_capacity(512);
        let none = "-";
        let mut line = |name: &str, value: &dyn std::fmt::Display| {
            writeln!(text, "{name}: {value}").expect("a String takes all that is written to it");
        };
        line("codesocial-entry", &1);
        line("seq", &self.seq);
        line("prev", &hex(&self.prev));
        line("at", &format_args!("{:.6}", self.at));
        line("actor", &self.actor.as_deref().unwrap_or(none));
        line("command", &self.command);
        line("target", &self.target.as_deref().unwrap_or(none));
        line("shapes", &hex(&self.shapes));
        line("segments", &self.segments);
        line("root", &hex(&self.root));
        line("batch", &self.batch.as_deref().unwrap_or(none));
        text.into_bytes()
    }

    /// Reads what [`Header::encode`] wrote, and nothing else.
    pub fn decode(bytes: &[u8]) -> Result<Self, HeaderError> {
        let text = std::str::from_utf8(bytes).map_err(|_| HeaderError("codesocial-entry"))?;
        let mut lines = text.lines();
        let mut field = |name: &'static str| {
            let line = lines.next().ok_or(HeaderError(name))?;
            line.strip_prefix(name).and_then(|l| l.strip_prefix(": ")).ok_or(HeaderError(name))
        };
        let optional = |value: &str| (value != "-").then(|| value.to_owned());
        if field("codesocial-entry")? != "1" {
            return Err(HeaderError("codesocial-entry"));
        }
        let header = Self {
            seq: field("seq")?.parse().map_err(|_| HeaderError("seq"))?,
            prev: unhex(field("prev")?).ok_or(HeaderError("prev"))?,
            at: field("at")?.parse().map_err(|_| HeaderError("at"))?,
            actor: optional(field("actor")?),
            command: field("command")?.to_owned(),
            target: optional(field("target")?),
            shapes: unhex(field("shapes")?).ok_or(HeaderError("shapes"))?,
            segments: field("segments")?.parse().map_err(|_| HeaderError("segments"))?,
            root: unhex(field("root")?).ok_or(HeaderError("root"))?,
            batch: optional(field("batch")?),
        };
        if header.encode() == bytes { Ok(header) } else { Err(HeaderError("batch")) }
    }

    /// `SHA-256(0x00 ‖ header)`, so that headers are leaves of RFC 6962 as they are.
    pub fn hash(&self) -> Hash {
        leaf_hash(&self.encode())
    }
}

impl Entry {
    /// The commitments of all segments in their order, erased ones too.
    pub(crate) fn commitments(&self) -> Vec<Hash> {
        let mut commitments: Vec<Hash> = self.segments.iter().map(Segment::commitment).collect();
        for erased in &self.erased {
            let place = usize::try_from(erased.n).map_or(usize::MAX, |n| n).min(commitments.len());
            commitments.insert(place, erased.commitment);
        }
        commitments
    }

    pub fn head(&self) -> Head {
        Head { seq: self.header.seq, hash: self.header.hash() }
    }
}

/// The Merkle tree hash over commitments. <https://www.rfc-editor.org/rfc/rfc6962#section-2.1>
pub fn merkle_root(commitments: &[Hash]) -> Hash {
    match commitments {
        [] => Sha256::digest([]).into(),
        [one] => leaf_hash(one),
        many => {
            // The largest power of two smaller than the number of leaves.
            let split = many.len().next_power_of_two() / 2;
            let (left, right) = many.split_at(split);
            Sha256::new()
                .chain_update([1])
                .chain_update(merkle_root(left))
                .chain_update(merkle_root(right))
                .finalize()
                .into()
        }
    }
}

fn leaf_hash(bytes: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(bytes).finalize().into()
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a String takes all that is written to it");
        text
    })
}

/// What [`hex`] wrote, where it is a hash.
pub(crate) fn unhex(text: &str) -> Option<Hash> {
    let mut hash = Hash::default();
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (byte, digits) in hash.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    fn sample() -> Entry {
        let segment = |text: &str, salt| Segment {
            kind: "Resource".to_owned(),
            class: SegmentClass::Public,
            salt: [salt; 32],
            bytes: text.as_bytes().to_vec(),
        };
        let segments = vec![
            segment("H aaaaaaaaaaaaaaaaaaaaaaaaaa <http://localhost:8080/seeds/vrm> .\n", 1),
            segment("", 2),
            segment("x", 3),
        ];
        let commitments: Vec<Hash> = segments.iter().map(Segment::commitment).collect();
        Entry {
            header: Header {
                seq: 2,
                prev: [7; 32],
                at: "2026-11-22T10:11:12.5Z".parse().expect("a time"),
                actor: None,
                command: "put".to_owned(),
                target: Some("aaaaaaaaaaaaaaaaaaaaaaaaaa".to_owned()),
                shapes: [9; 32],
                segments: 3,
                root: merkle_root(&commitments),
                batch: None,
            },
            segments,
            erased: Vec::new(),
        }
    }

    #[test]
    fn the_bytes_and_the_hash_of_a_header_do_not_change() {
        let header = sample().header;
        let text = String::from_utf8(header.encode()).expect("text") + &hex(&header.hash());
        expect![[r#"
            codesocial-entry: 1
            seq: 2
            prev: 0707070707070707070707070707070707070707070707070707070707070707
            at: 2026-11-22T10:11:12.500000Z
            actor: -
            command: put
            target: aaaaaaaaaaaaaaaaaaaaaaaaaa
            shapes: 0909090909090909090909090909090909090909090909090909090909090909
            segments: 3
            root: 918df7b2e9a51db829e7745e9ba10bf739fec4e7a8797eee66416ab9d767ed5a
            batch: -
            9bcc686121d762449777dc17b52e523bfeabb757434161c515ecd72a8c91aa19"#]]
        .assert_eq(&text);
    }

    #[test]
    fn a_header_reads_back_and_a_changed_one_does_not() {
        let header = sample().header;
        let bytes = header.encode();
        assert_eq!(Header::decode(&bytes), Ok(header));
        for n in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[n] ^= 0x01;
            if let Ok(read) = Header::decode(&damaged) {
                assert_ne!(read.hash(), sample().header.hash(), "byte {n}");
            }
        }
        assert!(Header::decode(&[bytes.as_slice(), b"x: 1\n"].concat()).is_err());
    }

    /// The trees of RFC 6962's own example: leaves d0…d6.
    #[test]
    fn the_merkle_tree_is_that_of_rfc_6962() {
        let d: Vec<Hash> = (0..7).map(|n| [n; 32]).collect();
        let pair = |l: Hash, r: Hash| -> Hash {
            Sha256::new().chain_update([1]).chain_update(l).chain_update(r).finalize().into()
        };
        let leaf = |n: usize| leaf_hash(&d[n]);
        let k = pair(pair(leaf(0), leaf(1)), pair(leaf(2), leaf(3)));
        let l = pair(pair(leaf(4), leaf(5)), leaf(6));
        assert_eq!(merkle_root(&d), pair(k, l));
        assert_eq!(merkle_root(&d[..4]), k);
        assert_eq!(merkle_root(&d[..1]), leaf(0));
        assert_eq!(
            hex(&merkle_root(&[])),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }

    #[test]
    fn an_erased_segment_cannot_be_guessed_without_its_salt() {
        let mut segment = sample().segments.remove(0);
        let commitment = segment.commitment();
        segment.salt = [0; 32];
        assert_ne!(segment.commitment(), commitment);
    }
}
