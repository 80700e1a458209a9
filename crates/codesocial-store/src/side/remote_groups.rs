//! The groups of other servers that access documents name: who was in them when they were last
//! read.
//!
//! Invariant: what is kept is what the group's own document said, whole, with the time of reading.
//! Whether it still counts is for the reader to decide.

use super::{SideError, SideTables, parsed};
use crate::RemoteGroup;
use jiff::Timestamp;
use oxrdf::NamedNode;
use sqlx::Row as _;

impl SideTables {
    /// All that were ever read and not forgotten.
    pub async fn remote_groups(&self) -> Result<Vec<(NamedNode, RemoteGroup)>, SideError> {
        let all = sqlx::query("SELECT iri, read_at, members FROM remote_group ORDER BY iri");
        let rows = all.fetch_all(&mut *self.connection().await?).await?;
        let group = |row| {
            let iri: &str = sqlx::sqlite::SqliteRow::try_get(row, "iri")?;
            let members: &str = row.try_get("members")?;
            let members = members.lines().map(NamedNode::new_unchecked).collect();
            let read = parsed::<Timestamp>(row, "read_at", "a time")?;
            Ok((NamedNode::new_unchecked(iri), RemoteGroup { read, members }))
        };
        rows.iter().map(group).collect()
    }

    /// Keeps what a group's document says now.
    pub async fn keep_remote_group(
        &self,
        iri: &NamedNode,
        group: &RemoteGroup,
    ) -> Result<(), SideError> {
        let mut members: Vec<&str> = group.members.iter().map(NamedNode::as_str).collect();
        members.sort_unstable();
        let sql = "INSERT OR REPLACE INTO remote_group (iri, read_at, members) VALUES (?1, ?2, ?3)";
        let keep = sqlx::query(sql).bind(iri.as_str()).bind(group.read.to_string());
        let keep = keep.bind(members.join("\n"));
        keep.execute(&mut *self.connection().await?).await?;
        Ok(())
    }

    /// Forgets a group that no access document names any more.
    pub async fn forget_remote_group(&self, iri: &NamedNode) -> Result<(), SideError> {
        let forget = sqlx::query("DELETE FROM remote_group WHERE iri = ?1").bind(iri.as_str());
        forget.execute(&mut *self.connection().await?).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::side::tests::{Sample, sample};

    #[tokio::test]
    async fn a_group_is_kept_as_it_was_last_read_until_it_is_forgotten() {
        let Sample { tables, now, _folder, .. } = sample().await;
        let node = |iri: &str| NamedNode::new_unchecked(iri);
        let group = |members: &[&str]| RemoteGroup {
            read: now,
            members: members.iter().copied().map(node).collect(),
        };
        let (one, other) = (node("https://a.example/g#us"), node("https://b.example/g"));
        for (iri, members) in
            [(&one, &["https://a.example/x"][..]), (&other, &[]), (&one, &["x:b", "x:a"])]
        {
            tables.keep_remote_group(iri, &group(members)).await.expect("kept");
        }
        let all = vec![(one.clone(), group(&["x:a", "x:b"])), (other.clone(), group(&[]))];
        assert_eq!(tables.remote_groups().await.expect("read"), all);
        tables.forget_remote_group(&one).await.expect("forgotten");
        assert_eq!(tables.remote_groups().await.expect("read"), all[1..]);
    }
}
