//! Who of other servers follows an actor of this one, and which of their activities took effect.
//!
//! Invariant: who follows has a delivery that begins with the acceptance of their follow.

use super::{SideError, SideTables, node};
use jiff::Timestamp;
use oxrdf::{NamedNode, NamedNodeRef};
use sqlx::{Connection as _, Row as _};

/// Somebody who follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Follower {
    /// Who is followed.
    pub actor: NamedNode,
    pub follower: NamedNode,
    /// Where what they follow is sent.
    pub inbox: NamedNode,
    /// The activity by which they asked.
    pub follow: NamedNode,
}

impl SideTables {
    /// Takes a follower in, and tells them so. Who followed before is told again, as they have
    /// asked again.
    pub async fn add_follower(&self, new: &Follower, now: Timestamp) -> Result<(), SideError> {
        let mut connection = self.connection().await?;
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        let add = sqlx::query(
            "INSERT INTO follower (actor, follower, inbox, follow, since)
             VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT DO UPDATE SET inbox = excluded.inbox, follow = excluded.follow",
        );
        let add = add.bind(new.actor.as_str()).bind(new.follower.as_str());
        let add = add.bind(new.inbox.as_str()).bind(new.follow.as_str()).bind(now.to_string());
        add.execute(&mut *transaction).await?;
        // What was told before is no concern of theirs: they read what there is.
        let begin = sqlx::query(
            "INSERT INTO delivery (inbox, sent)
             SELECT ?1, coalesce(max(number), 0) FROM activity WHERE true
             ON CONFLICT DO UPDATE SET next_at = NULL",
        );
        begin.bind(new.inbox.as_str()).execute(&mut *transaction).await?;
        let accept = sqlx::query(
            "INSERT INTO activity (actor, type, object, target, inbox, at)
             VALUES (?1, 'Accept', ?2, ?3, ?4, ?5)",
        );
        let accept = accept.bind(new.actor.as_str()).bind(new.follow.as_str());
        let accept = accept.bind(new.follower.as_str()).bind(new.inbox.as_str());
        accept.bind(now.to_string()).execute(&mut *transaction).await?;
        Ok(transaction.commit().await?)
    }

    /// Lets a follower go: whether they followed, by that activity where one is named.
    pub async fn remove_follower(
        &self,
        actor: NamedNodeRef<'_>,
        follower: NamedNodeRef<'_>,
        follow: Option<NamedNodeRef<'_>>,
    ) -> Result<bool, SideError> {
        let remove = sqlx::query(
            "DELETE FROM follower
             WHERE actor = ?1 AND follower = ?2 AND (?3 IS NULL OR follow = ?3)",
        );
        let remove = remove.bind(actor.as_str()).bind(follower.as_str());
        let remove = remove.bind(follow.map(|own| own.as_str().to_owned()));
        Ok(remove.execute(&mut *self.connection().await?).await?.rows_affected() > 0)
    }

    /// How many follow an actor.
    pub async fn count_followers(&self, actor: NamedNodeRef<'_>) -> Result<u64, SideError> {
        let count = sqlx::query("SELECT count(*) AS n FROM follower WHERE actor = ?1");
        let row = count.bind(actor.as_str()).fetch_one(&mut *self.connection().await?).await?;
        Ok(row.try_get::<i64, _>("n")?.unsigned_abs())
    }

    /// Some of those who follow an actor, by name, after a mark.
    pub async fn followers(
        &self,
        actor: NamedNodeRef<'_>,
        after: &str,
        max: u32,
    ) -> Result<Vec<NamedNode>, SideError> {
        let some = sqlx::query(
            "SELECT follower FROM follower WHERE actor = ?1 AND follower > ?2
             ORDER BY follower LIMIT ?3",
        );
        let some = some.bind(actor.as_str()).bind(after).bind(max);
        let rows = some.fetch_all(&mut *self.connection().await?).await?;
        rows.iter().map(|row| node(row, "follower")).collect()
    }

    /// Whether an activity comes for the first time: from now on it came.
    pub async fn receive(
        &self,
        activity: NamedNodeRef<'_>,
        now: Timestamp,
    ) -> Result<bool, SideError> {
        let keep = sqlx::query("INSERT OR IGNORE INTO received (activity, at) VALUES (?1, ?2)");
        let keep = keep.bind(activity.as_str()).bind(now.to_string());
        Ok(keep.execute(&mut *self.connection().await?).await?.rows_affected() > 0)
    }

    /// Whether an activity came before.
    pub async fn has_received(&self, activity: NamedNodeRef<'_>) -> Result<bool, SideError> {
        let find = sqlx::query("SELECT 1 FROM received WHERE activity = ?1");
        let find = find.bind(activity.as_str());
        Ok(find.fetch_optional(&mut *self.connection().await?).await?.is_some())
    }
}
