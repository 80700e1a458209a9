//! Signatures of requests that were good once and are not again.
//!
//! Invariant: what was used is known until it is too old in any case, whatever becomes of the
//! program meanwhile.

use super::{SideError, SideTables};
use crate::Hash;
use jiff::Timestamp;

impl SideTables {
    /// Takes note of a signature that is good until then, at most: whether it is the first time.
    pub async fn use_signature(
        &self,
        name: Hash,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<bool, SideError> {
        let mut connection = self.connection().await?;
        let outdated = sqlx::query("DELETE FROM signature WHERE until < ?1");
        outdated.bind(now.to_string()).execute(&mut *connection).await?;
        let sql = "INSERT INTO signature (name, until) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
        let note = sqlx::query(sql).bind(name.to_vec()).bind(until.to_string());
        Ok(note.execute(&mut *connection).await?.rows_affected() == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::side::tests::{Sample, sample};
    use jiff::SignedDuration;

    #[tokio::test]
    async fn a_signature_is_used_once_for_as_long_as_it_is_good() {
        let Sample { tables, now, _folder: folder, .. } = sample().await;
        let until = now + SignedDuration::from_hours(1);
        let used = async |tables: &SideTables, name, now| {
            tables.use_signature([name; 32], until, now).await.expect("noted")
        };
        assert!(used(&tables, 1, now).await);
        assert!(!used(&tables, 1, now).await);
        assert!(used(&tables, 2, now).await);
        let other = SideTables::open(folder.path()).await.expect("the same tables");
        assert!(!used(&other, 1, until).await);
        assert!(used(&tables, 1, until + SignedDuration::from_secs(1)).await, "it is old now");
    }
}
