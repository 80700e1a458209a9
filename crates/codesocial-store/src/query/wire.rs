//! What the server and a worker say to each other, over one socket: orders one way, each the length
//! of its text and JSON; parts of answers the other way, each a kind, its length and bytes.
//!
//! Between the two only terms are spoken: the ids of one process mean nothing in another.

use super::evaluate::QueryError;
use super::evaluators::Inquired;
use super::patterns::{self, UpdatePatterns};
use super::service::{Served, ServiceCall, ServiceError};
use super::{Limits, ResultSyntax};
use codesocial_rdf::RdfSyntax;
use oxrdf::NamedNode;
use serde::{Deserialize, Serialize};
use sparesults::QueryResultsFormat;
use spargebra::algebra::QueryDataset;
use std::io::{self, Read};

/// The length of an order, before it.
pub(super) const ORDER_HEAD_BYTES: usize = size_of::<u32>();
/// The kind of a part and the length of its bytes, before them.
pub(super) const PART_HEAD_BYTES: usize = 1 + size_of::<u32>();

/// What the server tells a worker to do.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Order {
    /// Change the data, by an RDF Patch.
    Change(String),
    /// Remember a set of graphs under a number: the one that stands under another number, but for
    /// the graphs that are named.
    Graphs { number: usize, like: Option<usize>, toggled: Vec<String> },
    /// Answer a query.
    Query(Box<Question>),
    /// What became of the call that the worker waits for.
    Served(Served),
}

/// A query, and all that its answer depends on beside the data.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Question {
    /// By which it may be called off.
    pub(super) number: u64,
    pub(super) text: String,
    pub(super) base: String,
    pub(super) dataset: Option<Dataset>,
    /// The media type of the answer; none to what patterns of an update find.
    pub(super) syntax: String,
    pub(super) update: Option<patterns::Order>,
    pub(super) audience: Audience,
    /// Whether the server asks other endpoints for it.
    pub(super) services: bool,
    pub(super) seconds_max: u64,
    pub(super) rows_max: usize,
    pub(super) result_bytes_max: usize,
}

/// The dataset that the protocol gives a query.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Dataset {
    default: Vec<String>,
    named: Option<Vec<String>>,
}

/// Who may read the answer: kinds of graphs, and exceptions by the number of their set.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Audience {
    pub(super) kinds: u32,
    pub(super) graphs: Named,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) enum Named {
    All,
    Only(usize),
    AllBut(usize),
}

impl Order {
    /// Adds the order to what is about to be sent.
    pub(super) fn write(&self, bytes: &mut Vec<u8>) -> io::Result<()> {
        let head = bytes.len();
        bytes.extend_from_slice(&[0; ORDER_HEAD_BYTES]);
        serde_json::to_writer(&mut *bytes, self)?;
        let length = u32::try_from(bytes.len() - head - ORDER_HEAD_BYTES)
            .map_err(|_| io::ErrorKind::FileTooLarge)?;
        bytes[head..head + ORDER_HEAD_BYTES].copy_from_slice(&length.to_le_bytes());
        Ok(())
    }

    /// The next order, unless there will be no more.
    pub(super) fn read(orders: &mut impl Read) -> io::Result<Option<Self>> {
        let mut head = [0; ORDER_HEAD_BYTES];
        match orders.read_exact(&mut head) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            read => read?,
        }
        let mut text = vec![0; u32::from_le_bytes(head) as usize];
        orders.read_exact(&mut text)?;
        Ok(Some(serde_json::from_slice(&text)?))
    }
}

impl Question {
    pub(super) fn new(number: u64, what: &Inquired, audience: Audience, limits: &Limits) -> Self {
        let (text, base, dataset, syntax, update) = match what {
            Inquired::Query(prepared, syntax) => {
                let syntax = match syntax {
                    ResultSyntax::Solutions(format) => format.media_type(),
                    ResultSyntax::Graph(syntax) => syntax.media_type(),
                };
                (&prepared.text, &prepared.base, &prepared.protocol, syntax, None)
            }
            Inquired::Update(patterns) => {
                let UpdatePatterns { text, base, operation, dataset, before } = &**patterns;
                // A patch is text.
                let before = String::from_utf8(before.encode()).unwrap_or_default();
                let update = patterns::Order { operation: *operation, before };
                (text, base, dataset, "", Some(update))
            }
        };
        let dataset = dataset.as_ref().map(|QueryDataset { default, named }| Dataset {
            default: patterns::names(default),
            named: named.as_deref().map(patterns::names),
        });
        Self {
            number,
            text: text.clone(),
            base: base.clone(),
            dataset,
            syntax: syntax.to_owned(),
            update,
            audience,
            services: limits.services,
            seconds_max: limits.seconds_max,
            rows_max: limits.rows_max,
            result_bytes_max: limits.result_bytes_max,
        }
    }

    pub(super) fn dataset(&self) -> Option<QueryDataset> {
        let nodes = |names: &Vec<String>| names.iter().map(NamedNode::new_unchecked).collect();
        self.dataset.as_ref().map(|Dataset { default, named }| QueryDataset {
            default: nodes(default),
            named: named.as_ref().map(nodes),
        })
    }

    /// The syntax of the answer, for a query that answers with a graph or with rows.
    pub(super) fn syntax(&self, is_graph: bool) -> Option<ResultSyntax> {
        if is_graph {
            RdfSyntax::from_media_type(&self.syntax).map(ResultSyntax::Graph)
        } else {
            QueryResultsFormat::from_media_type(&self.syntax).map(ResultSyntax::Solutions)
        }
    }
}

/// What a worker says of a query.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said {
    More(Vec<u8>),
    Last(Vec<u8>),
    Failed(Failure),
    /// It waits for what another endpoint answers.
    Asks(ServiceCall),
}

/// Why an answer has no last part.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Failure {
    Truncated,
    Cancelled,
    Service(ServiceError),
    Evaluation(String),
    /// By a mistake of this program.
    Panicked,
}

impl From<QueryError> for Failure {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::Timeout => Self::Cancelled,
            QueryError::Service(error) => Self::Service(error),
            QueryError::Evaluation(message) => Self::Evaluation(message),
            other => Self::Evaluation(other.to_string()),
        }
    }
}

/// The kinds of parts.
const MORE: u8 = b'm';
const LAST: u8 = b'l';
const FAILED: u8 = b'f';
const ASKS: u8 = b'a';

/// Where the bytes of a part begin that is put together: its head is written last.
pub(super) fn part_begun() -> Vec<u8> {
    vec![0; PART_HEAD_BYTES]
}

/// Writes the head of a part, of which more come or which is the last.
pub(super) fn end_part(part: &mut [u8], is_last: bool) {
    write_head(part, if is_last { LAST } else { MORE });
}

/// The part that says why no more come.
pub(super) fn failed(failure: &Failure) -> io::Result<Vec<u8>> {
    told(failure, FAILED)
}

/// The part that asks another endpoint.
pub(super) fn asks(call: &ServiceCall) -> io::Result<Vec<u8>> {
    told(call, ASKS)
}

fn told(what: &impl Serialize, kind: u8) -> io::Result<Vec<u8>> {
    let mut part = part_begun();
    serde_json::to_writer(&mut part, what)?;
    write_head(&mut part, kind);
    Ok(part)
}

fn write_head(part: &mut [u8], kind: u8) {
    let length = (part.len() - PART_HEAD_BYTES) as u32;
    part[0] = kind;
    part[1..PART_HEAD_BYTES].copy_from_slice(&length.to_le_bytes());
}

impl Said {
    /// Takes what was said first off the bytes that came so far, if all of it has come.
    pub(super) fn take(bytes: &mut Vec<u8>) -> io::Result<Option<Self>> {
        let Some((head, rest)) = bytes.split_first_chunk::<PART_HEAD_BYTES>() else {
            return Ok(None);
        };
        let [kind, length @ ..] = *head;
        let Some(part) = rest.get(..u32::from_le_bytes(length) as usize) else { return Ok(None) };
        let said = match kind {
            MORE => Self::More(part.to_vec()),
            LAST => Self::Last(part.to_vec()),
            FAILED => Self::Failed(serde_json::from_slice(part)?),
            ASKS => Self::Asks(serde_json::from_slice(part)?),
            _ => return Err(io::ErrorKind::InvalidData.into()),
        };
        bytes.drain(..PART_HEAD_BYTES + u32::from_le_bytes(length) as usize);
        Ok(Some(said))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_comes_back_however_it_is_cut() {
        let mut parts = part_begun();
        parts.extend_from_slice(b"some");
        end_part(&mut parts, false);
        parts.extend(failed(&Failure::Evaluation("é".to_owned())).expect("memory is writable"));
        let mut last = part_begun();
        end_part(&mut last, true);
        parts.extend(last);
        let expected = [
            Said::More(b"some".to_vec()),
            Said::Failed(Failure::Evaluation("é".to_owned())),
            Said::Last(Vec::new()),
        ];
        for length in 1..parts.len() {
            let (mut come, mut said) = (Vec::new(), Vec::new());
            for chunk in parts.chunks(length) {
                come.extend_from_slice(chunk);
                while let Some(one) = Said::take(&mut come).expect("well-formed") {
                    said.push(one);
                }
            }
            assert_eq!(said, expected, "in pieces of {length}");
        }
        assert!(Said::take(&mut b"x\0\0\0\0".to_vec()).is_err());
    }

    #[test]
    fn an_order_comes_back_and_the_end_is_no_error() {
        let mut bytes = Vec::new();
        Order::Change("A <a:s> <a:p> \"\\\"\" .\n".to_owned()).write(&mut bytes).expect("memory");
        let mut reader = bytes.as_slice();
        let read = Order::read(&mut reader).expect("well-formed");
        assert!(matches!(read, Some(Order::Change(patch)) if patch.contains("\"\\\"\"")));
        assert!(Order::read(&mut reader).expect("the end").is_none());
        assert!(Order::read(&mut &bytes[..9]).is_err());
    }
}
