//! The journal in one SQLite file: WAL, `synchronous=FULL`, so that a commit is on disk before
//! anyone hears of it.

use super::{Entry, Hash, Head, Header, JournalError, Segment, SegmentClass, merkle_root};
use crate::erasure::{ErasedSegment, Erasures};
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteRow, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, QueryBuilder, Row, SqliteConnection};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{MappedMutexGuard, Mutex, MutexGuard};

/// How long a reader waits for SQLite's own lock, which a writer holds only for an instant.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// What made the tables what they are.
static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// How many rows one statement inserts: each statement is a message to SQLite's own thread.
const ROWS_MAX: usize = 128;

/// One connection: the writer is one thread, and a pool would hand connections from one runtime to
/// another.
#[derive(Debug, Clone)]
pub(crate) struct SqliteJournal {
    options: SqliteConnectOptions,
    /// None after a failed append: SQLite may have ended the transaction by itself (a full disk),
    /// so the connection is made anew and never guessed about.
    connection: Arc<Mutex<Option<SqliteConnection>>>,
}

impl SqliteJournal {
    /// Opens the file for writing, creating it and its tables where they are missing.
    pub(crate) async fn open(path: &Path) -> Result<Self, JournalError> {
        let options = options(path).create_if_missing(true);
        let mut connection = options.connect().await?;
        MIGRATIONS.run(&mut connection).await?;
        find_graphs(&mut connection).await?;
        Ok(Self::of(options, connection))
    }

    /// Opens an existing file beside a running server: nothing is written.
    pub(crate) async fn open_read_only(path: &Path) -> Result<Self, JournalError> {
        if !path.exists() {
            return Err(JournalError::Missing(path.to_owned()));
        }
        // Not as `options` has it: whoever only reads leaves the mode of the file as it is.
        let options =
            SqliteConnectOptions::new().filename(path).read_only(true).busy_timeout(BUSY_TIMEOUT);
        let connection = options.connect().await?;
        Ok(Self::of(options, connection))
    }

    fn of(options: SqliteConnectOptions, connection: SqliteConnection) -> Self {
        Self { options, connection: Arc::new(Mutex::new(Some(connection))) }
    }

    /// The connection, made anew where the last append failed.
    async fn connection(&self) -> Result<MappedMutexGuard<'_, SqliteConnection>, sqlx::Error> {
        let mut guard = self.connection.lock().await;
        if guard.is_none() {
            *guard = Some(self.options.connect().await?);
        }
        // It was just made: the error cannot come up.
        MutexGuard::try_map(guard, Option::as_mut).map_err(|_| sqlx::Error::WorkerCrashed)
    }

    /// Brings what was written into the one file, so that a stopped instance can be copied.
    pub(crate) async fn settle(&self) -> Result<(), JournalError> {
        let mut connection = self.connection().await?;
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_all(&mut *connection).await?;
        Ok(())
    }

    /// Copies the database beside its writer. The copy is one file, and stays one while it is read.
    /// <https://www.sqlite.org/lang_vacuum.html#vacuuminto>
    pub(crate) async fn copy_to(&self, file: &Path) -> Result<(), JournalError> {
        let file = file.to_str().ok_or(sqlx::Error::Configuration("a path in UTF-8".into()))?;
        sqlx::query("VACUUM INTO ?1")
            .bind(file)
            .execute(&mut *self.connection().await?)
            .await
            .map_err(full)?;
        Ok(())
    }

    pub(crate) async fn head(&self) -> Result<Head, JournalError> {
        head(&mut *self.connection().await?).await
    }

    pub(crate) async fn append(
        &self,
        expected: Head,
        entries: &[Entry],
    ) -> Result<(), JournalError> {
        let outcome = self.try_append(expected, entries).await;
        if outcome.is_err() {
            *self.connection.lock().await = None;
        }
        outcome
    }

    async fn try_append(&self, expected: Head, entries: &[Entry]) -> Result<(), JournalError> {
        // IMMEDIATE: take the write lock first, so that the head compared is the head replaced.
        let mut connection = self.connection().await.map_err(full)?;
        let mut tx = connection.begin_with("BEGIN IMMEDIATE").await.map_err(full)?;
        let now = head(&mut tx).await?;
        if now != expected {
            return Err(JournalError::Moved(now.seq));
        }
        insert(&mut tx, entries).await.map_err(full)?;
        if let Some(last) = entries.last().map(Entry::head) {
            sqlx::query(
                "INSERT INTO head (id, seq, hash, epoch) VALUES (1, ?1, ?2, 1)
                 ON CONFLICT (id) DO UPDATE SET seq = ?1, hash = ?2",
            )
            .bind(number(last.seq))
            .bind(last.hash.as_slice())
            .execute(&mut *tx)
            .await
            .map_err(full)?;
        }
        tx.commit().await.map_err(full)
    }

    pub(crate) async fn after(&self, seq: u64, limit: u32) -> Result<Vec<Entry>, JournalError> {
        let mut connection = self.connection().await?;
        let mut tx = connection.begin().await?;
        let headers =
            sqlx::query("SELECT seq, header, hash FROM entry WHERE seq > ?1 ORDER BY seq LIMIT ?2")
                .bind(number(seq))
                .bind(limit)
                .fetch_all(&mut *tx)
                .await?;
        let Some(last) = headers.last() else { return Ok(Vec::new()) };
        let mut segments = sqlx::query(
            "SELECT seq, n, kind, class, subject, salt, bytes, commitment, graph FROM segment
             WHERE seq > ?1 AND seq <= ?2 ORDER BY seq, n",
        )
        .bind(number(seq))
        .bind(last.try_get::<i64, _>("seq")?)
        .fetch_all(&mut *tx)
        .await?
        .into_iter()
        .peekable();
        let mut entries = Vec::with_capacity(headers.len());
        for row in headers {
            let seq = row.try_get::<i64, _>("seq")?;
            let mut own = Vec::new();
            while let Some(row) =
                segments.next_if(|row| row.try_get::<i64, _>("seq").is_ok_and(|own| own == seq))
            {
                own.push(row);
            }
            entries.push(checked(&row, &own)?);
        }
        Ok(entries)
    }

    /// The segments under a graph's key before entry `before`, the newest first.
    pub(crate) async fn segments_of(
        &self,
        graph: i64,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<(Header, Segment)>, JournalError> {
        let rows = sqlx::query(
            "SELECT seq, header, hash, kind, class, subject, salt, bytes, commitment
             FROM segment JOIN entry USING (seq)
             WHERE graph = ?1 AND seq < ?2 AND bytes IS NOT NULL ORDER BY seq DESC LIMIT ?3",
        )
        .bind(graph)
        .bind(before.map_or(i64::MAX, number))
        .bind(limit)
        .fetch_all(&mut *self.connection().await?)
        .await?;
        rows.iter()
            .map(|row| {
                let header = checked_header(row)?;
                let segment = read_segment(row, header.seq)?;
                if segment.commitment() != hash(row, "commitment", header.seq)? {
                    let problem = "a segment is not what was committed to".to_owned();
                    return Err(JournalError::Damaged { seq: header.seq, problem });
                }
                Ok((header, segment))
            })
            .collect()
    }

    /// Takes the segments of these graphs from the disk, up to the entry that erased each, and
    /// leaves their commitments. Gives how many there were.
    pub(crate) async fn forget(&self, erasures: &Erasures) -> Result<u64, JournalError> {
        let mut connection = self.connection().await?;
        let mut tx = connection.begin_with("BEGIN IMMEDIATE").await?;
        let mut forgotten = 0;
        for (graph, by) in erasures {
            let done = sqlx::query(
                "UPDATE segment SET salt = NULL, bytes = NULL, key_id = NULL
                 WHERE graph = ?1 AND seq <= ?2 AND bytes IS NOT NULL",
            )
            .bind(graph)
            .bind(number(*by))
            .execute(&mut *tx)
            .await
            .map_err(full)?;
            forgotten += done.rows_affected();
        }
        tx.commit().await.map_err(full)?;
        // What was overwritten is in the log of pages too, until that is brought into the file.
        let row = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut *connection);
        if row.await?.try_get::<i64, _>(0)? != 0 {
            tracing::warn!("others read the journal: what is erased leaves the disk at the stop");
        }
        Ok(forgotten)
    }

    pub(crate) async fn hash_of(&self, seq: u64) -> Result<Option<Hash>, JournalError> {
        let row = sqlx::query("SELECT hash FROM entry WHERE seq = ?1")
            .bind(number(seq))
            .fetch_optional(&mut *self.connection().await?)
            .await?;
        row.map(|row| hash(&row, "hash", seq)).transpose()
    }
}

/// Brings the tables of an existing file to the form that this program has, beside whoever has it
/// open.
pub(crate) async fn migrate(path: &Path) -> Result<(), JournalError> {
    let mut connection = options(path).connect().await?;
    MIGRATIONS.run(&mut connection).await?;
    Ok(connection.close().await?)
}

/// How every connection to the file is made, for side tables too.
pub(crate) fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        // What is erased is overwritten, not only left out.
        .pragma("secure_delete", "ON")
        .busy_timeout(BUSY_TIMEOUT)
}

async fn head(connection: &mut SqliteConnection) -> Result<Head, JournalError> {
    let row = sqlx::query("SELECT seq, hash FROM head").fetch_optional(connection).await?;
    let Some(row) = row else { return Ok(Head::EMPTY) };
    let seq = unsigned(row.try_get("seq")?);
    Ok(Head { seq, hash: hash(&row, "hash", seq)? })
}

/// Few statements for many rows: the entries of a batch, then all their segments.
async fn insert(tx: &mut SqliteConnection, entries: &[Entry]) -> Result<(), sqlx::Error> {
    for entries in entries.chunks(ROWS_MAX) {
        let mut insert = QueryBuilder::new("INSERT INTO entry (seq, header, hash) ");
        insert.push_values(entries, |mut row, entry| {
            row.push_bind(number(entry.header.seq))
                .push_bind(entry.header.encode())
                .push_bind(entry.header.hash().to_vec());
        });
        insert.build().execute(&mut *tx).await?;
    }
    let numbered: Vec<(i64, i64, &Segment)> = entries
        .iter()
        .flat_map(|entry| {
            let seq = number(entry.header.seq);
            (0_i64..).zip(&entry.segments).map(move |(n, segment)| (seq, n, segment))
        })
        .collect();
    for segments in numbered.chunks(ROWS_MAX) {
        let mut insert = QueryBuilder::new(
            "INSERT INTO segment (seq, n, kind, class, subject, salt, bytes, commitment, graph) ",
        );
        insert.push_values(segments, |mut row, (seq, n, segment)| {
            let (class, subject) = match &segment.class {
                SegmentClass::Public => ("public", ""),
                SegmentClass::Personal(subject) => ("personal", subject.as_str()),
            };
            row.push_bind(*seq)
                .push_bind(*n)
                .push_bind(segment.kind.as_str())
                .push_bind(class)
                .push_bind(subject)
                .push_bind(segment.salt.as_slice())
                .push_bind(segment.bytes.as_slice())
                .push_bind(segment.commitment().to_vec())
                .push_bind(segment.graph_key());
        });
        insert.build().execute(&mut *tx).await?;
    }
    Ok(())
}

/// Finds the graphs of the segments that an earlier version wrote without their keys.
async fn find_graphs(connection: &mut SqliteConnection) -> Result<(), JournalError> {
    loop {
        let mut tx = connection.begin_with("BEGIN IMMEDIATE").await?;
        let rows = sqlx::query(
            "SELECT seq, n, kind, class, subject, salt, bytes FROM segment
             WHERE graph IS NULL AND bytes IS NOT NULL LIMIT 10000",
        )
        .fetch_all(&mut *tx)
        .await?;
        if rows.is_empty() {
            return Ok(());
        }
        for row in rows {
            let seq: i64 = row.try_get("seq")?;
            sqlx::query("UPDATE segment SET graph = ?1 WHERE seq = ?2 AND n = ?3")
                .bind(read_segment(&row, unsigned(seq))?.graph_key())
                .bind(seq)
                .bind(row.try_get::<i64, _>("n")?)
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
    }
}

/// An entry as read, refused where header, hash, commitments and root do not agree.
fn checked(row: &SqliteRow, segments: &[SqliteRow]) -> Result<Entry, JournalError> {
    let header = checked_header(row)?;
    let seq = header.seq;
    let damaged = |problem: &str| JournalError::Damaged { seq, problem: problem.to_owned() };
    let mut entry = Entry { header, segments: Vec::new(), erased: Vec::new() };
    for row in segments {
        match read_erased(row, seq)? {
            Some(erased) => entry.erased.push(erased),
            None => entry.segments.push(read_segment(row, seq)?),
        }
    }
    if usize::try_from(entry.header.segments) != Ok(segments.len())
        || merkle_root(&entry.commitments()) != entry.header.root
    {
        return Err(damaged("its segments do not have the root that its header states"));
    }
    Ok(entry)
}

/// What is left of a segment, where that is its commitment only.
fn read_erased(row: &SqliteRow, seq: u64) -> Result<Option<ErasedSegment>, JournalError> {
    let bytes: Option<&[u8]> = row.try_get("bytes")?;
    if bytes.is_some() {
        return Ok(None);
    }
    let n = u32::try_from(row.try_get::<i64, _>("n")?).unwrap_or(u32::MAX);
    let commitment = hash(row, "commitment", seq)?;
    Ok(Some(ErasedSegment { n, graph: row.try_get("graph")?, commitment }))
}

fn checked_header(row: &SqliteRow) -> Result<Header, JournalError> {
    let seq = unsigned(row.try_get("seq")?);
    let damaged = |problem: &str| JournalError::Damaged { seq, problem: problem.to_owned() };
    let header = Header::decode(row.try_get("header")?).map_err(|e| damaged(&e.to_string()))?;
    if header.seq != seq || header.hash() != hash(row, "hash", seq)? {
        return Err(damaged("its header does not have the hash that was recorded"));
    }
    Ok(header)
}

fn read_segment(row: &SqliteRow, seq: u64) -> Result<Segment, JournalError> {
    let class = match row.try_get("class")? {
        "public" => SegmentClass::Public,
        _ => SegmentClass::Personal(row.try_get("subject")?),
    };
    Ok(Segment {
        kind: row.try_get("kind")?,
        class,
        salt: hash(row, "salt", seq)?,
        bytes: row.try_get("bytes")?,
    })
}

fn hash(row: &SqliteRow, column: &str, seq: u64) -> Result<Hash, JournalError> {
    let bytes: &[u8] = row.try_get(column)?;
    bytes.try_into().map_err(|_| JournalError::Damaged {
        seq,
        problem: format!("its {column} has {} bytes instead of 32", bytes.len()),
    })
}

/// SQLite has signed integers only; a sequence number never reaches 2^63.
fn number(seq: u64) -> i64 {
    i64::try_from(seq).expect("a sequence number stays below 2^63")
}

fn unsigned(seq: i64) -> u64 {
    u64::try_from(seq).unwrap_or_default()
}

/// SQLITE_FULL, and I/O errors for want of space, told apart from all else.
/// <https://www.sqlite.org/rescode.html>
fn full(error: sqlx::Error) -> JournalError {
    let code = error.as_database_error().and_then(|error| error.code());
    match code.as_deref() {
        // SQLITE_FULL, SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC, SQLITE_IOERR_SHMSIZE
        Some("13" | "778" | "1034" | "4874") => JournalError::Full,
        _ => JournalError::Database(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::GENESIS_PREV;
    use std::slice::from_ref;

    fn entry(seq: u64, prev: Hash) -> Entry {
        let segments = vec![Segment {
            kind: "Resource".to_owned(),
            class: SegmentClass::Public,
            salt: [3; 32],
            bytes: format!("A <urn:s> <urn:p> \"{seq}\" .\n").into_bytes(),
        }];
        let header = Header {
            seq,
            prev,
            at: "2026-11-22T10:11:12.5Z".parse().expect("a time"),
            actor: None,
            command: "put".to_owned(),
            target: None,
            shapes: [9; 32],
            segments: 1,
            root: merkle_root(&[segments[0].commitment()]),
            batch: None,
        };
        Entry { header, segments, erased: Vec::new() }
    }

    #[tokio::test]
    async fn only_the_holder_of_the_head_appends() {
        let folder = tempfile::tempdir().expect("a folder");
        let journal = SqliteJournal::open(&folder.path().join("j.db")).await.expect("a journal");
        assert_eq!(journal.head().await.expect("a head"), Head::EMPTY);
        let one = entry(1, GENESIS_PREV);
        let two = entry(2, one.header.hash());
        journal.append(Head::EMPTY, from_ref(&one)).await.expect("appended");
        let moved = journal.append(Head::EMPTY, from_ref(&one)).await.expect_err("moved");
        assert!(matches!(moved, JournalError::Moved(1)), "{moved}");
        journal.append(one.head(), from_ref(&two)).await.expect("appended");
        assert_eq!(journal.after(0, 10).await.expect("entries"), [one, two.clone()]);
        assert_eq!(journal.after(1, 10).await.expect("entries"), from_ref(&two));
        assert_eq!(journal.head().await.expect("a head"), two.head());
    }

    #[tokio::test]
    async fn a_damaged_row_is_reported_and_never_served() {
        for damage in [
            "UPDATE segment SET bytes = x'41'",
            "UPDATE entry SET header = x'41'",
            "UPDATE entry SET hash = zeroblob(32)",
            "UPDATE segment SET salt = zeroblob(31)",
            "DELETE FROM segment",
        ] {
            let folder = tempfile::tempdir().expect("a folder");
            let journal = SqliteJournal::open(&folder.path().join("j.db")).await.expect("journal");
            journal.append(Head::EMPTY, &[entry(1, GENESIS_PREV)]).await.expect("appended");
            sqlx::query(damage)
                .execute(&mut *journal.connection().await.expect("connected"))
                .await
                .expect(damage);
            let error = journal.after(0, 10).await.expect_err(damage);
            assert!(matches!(error, JournalError::Damaged { seq: 1, .. }), "{damage}: {error}");
        }
    }
}
