//! Answers that are given again to who asks again, because the first one was lost on the way.
//!
//! Invariant: of requests with one key one at most is carried out within [`KEPT`], whatever becomes
//! of the program meanwhile.

use super::{SideError, SideTables};
use crate::Hash;
use jiff::{SignedDuration, Timestamp};
use sqlx::{Connection as _, Row as _};

/// How long an answer is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// An answer as it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    pub status: u16,
    /// Lines of name and value.
    pub headers: Vec<u8>,
    pub body: Vec<u8>,
}

/// What is known of a request with a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// Nothing: it is to be carried out, and its answer kept.
    First,
    /// It is under way, or nobody knows what became of it.
    Unanswered,
    Answered(KeptAnswer),
    /// The key came with another request.
    Otherwise,
}

impl SideTables {
    /// Takes note of a request, by the digests of its key and of what it asks.
    pub async fn ask(&self, key: Hash, request: Hash, now: Timestamp) -> Result<Asked, SideError> {
        let mut connection = self.connection().await?;
        let mut tx = connection.begin_with("BEGIN IMMEDIATE").await?;
        let outdated = sqlx::query("DELETE FROM answer WHERE at < ?1");
        outdated.bind((now - KEPT).to_string()).execute(&mut *tx).await?;
        let known = sqlx::query("SELECT request, status, headers, body FROM answer WHERE key = ?1");
        let asked = match known.bind(key.as_slice()).fetch_optional(&mut *tx).await? {
            None => {
                let note = sqlx::query("INSERT INTO answer (key, request, at) VALUES (?1, ?2, ?3)");
                let note = note.bind(key.as_slice()).bind(request.as_slice());
                note.bind(now.to_string()).execute(&mut *tx).await?;
                Asked::First
            }
            Some(row) if row.try_get::<&[u8], _>("request")? != request => Asked::Otherwise,
            Some(row) => match row.try_get("status")? {
                None => Asked::Unanswered,
                Some(status) => Asked::Answered(KeptAnswer {
                    status,
                    headers: row.try_get("headers")?,
                    body: row.try_get("body")?,
                }),
            },
        };
        tx.commit().await?;
        Ok(asked)
    }

    /// Keeps the answer to a request that was the first with its key.
    pub async fn keep_answer(&self, key: Hash, answer: KeptAnswer) -> Result<(), SideError> {
        let sql = "UPDATE answer SET status = ?2, headers = ?3, body = ?4 WHERE key = ?1";
        let KeptAnswer { status, headers, body } = answer;
        let keep = sqlx::query(sql).bind(key.to_vec()).bind(status).bind(headers).bind(body);
        keep.execute(&mut *self.connection().await?).await?;
        Ok(())
    }

    /// Forgets a request that came to nothing, so that it may be tried again.
    pub async fn forget(&self, key: Hash) -> Result<(), SideError> {
        let forget = sqlx::query("DELETE FROM answer WHERE key = ?1").bind(key.to_vec());
        forget.execute(&mut *self.connection().await?).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::side::tests::{Sample, sample};

    #[tokio::test]
    async fn a_request_with_a_key_is_carried_out_once() {
        let Sample { tables, now, _folder, .. } = sample().await;
        let (key, put, delete) = ([1; 32], [2; 32], [3; 32]);
        let asked = async |request, at| tables.ask(key, request, at).await.expect("asked");
        let later = now + KEPT;
        assert_eq!(asked(put, now).await, Asked::First);
        assert_eq!(asked(put, now).await, Asked::Unanswered);
        assert_eq!(asked(delete, now).await, Asked::Otherwise);
        let answer = KeptAnswer { status: 201, headers: b"etag: x".to_vec(), body: Vec::new() };
        tables.keep_answer(key, answer.clone()).await.expect("kept");
        assert_eq!(asked(put, later).await, Asked::Answered(answer));
        assert_eq!(asked(delete, later).await, Asked::Otherwise);
        assert_eq!(tables.ask([4; 32], put, now).await.expect("asked"), Asked::First);
        assert_eq!(asked(delete, later + SignedDuration::from_secs(1)).await, Asked::First);
        tables.forget(key).await.expect("forgotten");
        assert_eq!(asked(put, later).await, Asked::First);
    }
}
