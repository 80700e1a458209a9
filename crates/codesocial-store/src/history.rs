//! The history of a document, read from the journal: when it changed, by whom, and how.

use crate::journal::{JournalError, SqliteJournal};
use crate::{Segment, Store};
use codesocial_rdf::{Changeset, Patch};
use jiff::Timestamp;
use oxrdf::{GraphName, NamedNodeRef};

/// One change of a graph, as the journal has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The entry that holds it.
    pub seq: u64,
    pub at: Timestamp,
    /// Opaque id of who wrote, or none for the server itself.
    pub actor: Option<String>,
    /// Kind of the command: `put`, `import`…
    pub command: String,
    /// What went and what came. Skolem IRIs are still in it.
    pub net: Changeset,
}

impl Store {
    /// The changes of a graph before entry `before`, the newest first, at most `limit`.
    ///
    /// The caller sees to it that the graph may be read.
    pub async fn history(
        &self,
        graph: NamedNodeRef<'_>,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Change>, JournalError> {
        let journal = SqliteJournal::open_read_only(self.journal_file()).await?;
        let found = journal.segments_of(Segment::key_of(graph.as_str()), before, limit).await?;
        let mut changes = Vec::with_capacity(found.len());
        for (header, segment) in found {
            let seq = header.seq;
            let damaged = |problem: String| JournalError::Damaged { seq, problem };
            let Patch { changes: net, .. } =
                Patch::decode(&segment.bytes).map_err(|error| damaged(error.to_string()))?;
            // Two graphs may share a key.
            let quad = net.added.iter().chain(&net.removed).next();
            if quad.is_some_and(|quad| quad.graph_name == GraphName::from(graph.into_owned())) {
                let (at, actor, command) = (header.at, header.actor, header.command);
                changes.push(Change { seq, at, actor, command, net });
            }
        }
        Ok(changes)
    }
}
