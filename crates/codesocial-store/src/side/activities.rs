//! What the instance tells other servers: activities in the order in which they are sent, and how
//! far each inbox has them.
//!
//! Invariant: what is told of a document, and that it was told, are written together; an inbox gets
//! the activities that are for it in their order, and the next one only after it has taken the one
//! before.

use super::{SideError, SideTables, node, parsed_option};
use jiff::Timestamp;
use oxrdf::{NamedNode, NamedNodeRef};
use sqlx::sqlite::SqliteRow;
use sqlx::{Connection as _, Row as _};
use std::collections::HashMap;

/// The name of the reader of the journal that tells others.
const READER: &str = "federation";

/// What an activity does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Telling {
    Create,
    Update,
    Delete,
    Accept,
}

/// An activity as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub number: u64,
    pub actor: NamedNode,
    pub telling: Telling,
    /// The document, or the activity that is accepted.
    pub object: NamedNode,
    /// The container of the document, or who sent what is accepted.
    pub target: Option<NamedNode>,
    pub at: Timestamp,
}

/// What is told of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    pub telling: Telling,
    pub document: NamedNode,
    pub container: Option<NamedNode>,
}

/// What others were told of, and up to which entry of the journal that was looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Announced {
    pub seq: u64,
    /// After which entry others were last told of a document.
    pub documents: HashMap<NamedNode, u64>,
}

/// An inbox that lacks something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub inbox: NamedNode,
    /// The number of the last activity that it has.
    pub sent: u64,
    /// Attempts since it last answered.
    pub failures: u32,
    /// When it is tried again, at the earliest.
    pub next_at: Option<Timestamp>,
}

/// What of the activities is for an inbox: its own, and those for all who follow.
const IS_FOR: &str = "(activity.inbox = delivery.inbox OR activity.inbox IS NULL AND EXISTS (
    SELECT 1 FROM follower
    WHERE follower.inbox = delivery.inbox AND follower.actor = activity.actor))";

impl Telling {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "Create",
            Self::Update => "Update",
            Self::Delete => "Delete",
            Self::Accept => "Accept",
        }
    }

    fn read(row: &SqliteRow) -> Result<Self, SideError> {
        let text: &str = row.try_get("type")?;
        let all = [Self::Create, Self::Update, Self::Delete, Self::Accept];
        let found = all.into_iter().find(|own| own.as_str() == text);
        let damaged = || SideError::Damaged { wanted: "a type", value: text.to_owned() };
        found.ok_or_else(damaged)
    }
}

impl Told {
    fn read(row: &SqliteRow) -> Result<Self, SideError> {
        let target: Option<&str> = row.try_get("target")?;
        Ok(Self {
            number: row.try_get::<i64, _>("number")?.unsigned_abs(),
            actor: node(row, "actor")?,
            telling: Telling::read(row)?,
            object: node(row, "object")?,
            target: target.map(NamedNode::new_unchecked),
            at: super::parsed(row, "at", "a time")?,
        })
    }
}

fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

impl SideTables {
    /// What others were told of.
    pub async fn announced(&self) -> Result<Announced, SideError> {
        let mut connection = self.connection().await?;
        let cursor = sqlx::query("SELECT seq FROM cursor WHERE reader = ?1").bind(READER);
        let seq = match cursor.fetch_optional(&mut *connection).await? {
            Some(row) => row.try_get::<i64, _>("seq")?.unsigned_abs(),
            None => 0,
        };
        let all = sqlx::query("SELECT document, seq FROM announced");
        let rows = all.fetch_all(&mut *connection).await?;
        let document = |row: &SqliteRow| {
            Ok((node(row, "document")?, row.try_get::<i64, _>("seq")?.unsigned_abs()))
        };
        let documents = rows.iter().map(document).collect::<Result<_, SideError>>()?;
        Ok(Announced { seq, documents })
    }

    /// Keeps what an actor tells of documents, as they are after an entry of the journal. Where
    /// nobody follows, nothing is told.
    pub async fn announce(
        &self,
        actor: NamedNodeRef<'_>,
        news: &[Announcement],
        seq: u64,
        now: Timestamp,
    ) -> Result<(), SideError> {
        let mut connection = self.connection().await?;
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        for Announcement { telling, document, container } in news {
            let tell = sqlx::query(
                "INSERT INTO activity (actor, type, object, target, at)
                 SELECT ?1, ?2, ?3, ?4, ?5
                 WHERE EXISTS (SELECT 1 FROM follower WHERE actor = ?1)",
            );
            let tell = tell.bind(actor.as_str()).bind(telling.as_str()).bind(document.as_str());
            let tell = tell.bind(container.as_ref().map(|own| own.as_str().to_owned()));
            tell.bind(now.to_string()).execute(&mut *transaction).await?;
            let keep = match telling {
                Telling::Delete => sqlx::query("DELETE FROM announced WHERE document = ?1"),
                Telling::Create | Telling::Update | Telling::Accept => {
                    sqlx::query("INSERT OR REPLACE INTO announced (document, seq) VALUES (?1, ?2)")
                }
            };
            let keep = keep.bind(document.as_str());
            let keep = if *telling == Telling::Delete { keep } else { keep.bind(number(seq)) };
            keep.execute(&mut *transaction).await?;
        }
        let cursor = sqlx::query("INSERT OR REPLACE INTO cursor (reader, seq) VALUES (?1, ?2)");
        cursor.bind(READER).bind(number(seq)).execute(&mut *transaction).await?;
        Ok(transaction.commit().await?)
    }

    /// The inboxes that lack something and may be tried at that moment.
    pub async fn deliveries(&self, now: Timestamp) -> Result<Vec<Delivery>, SideError> {
        let sql = format!(
            "SELECT inbox, sent, failures, next_at FROM delivery
             WHERE EXISTS (SELECT 1 FROM activity WHERE number > sent AND {IS_FOR})"
        );
        let all = sqlx::query(sqlx::AssertSqlSafe(sql));
        let rows = all.fetch_all(&mut *self.connection().await?).await?;
        let delivery = |row: &SqliteRow| {
            Ok(Delivery {
                inbox: node(row, "inbox")?,
                sent: row.try_get::<i64, _>("sent")?.unsigned_abs(),
                failures: row.try_get::<u32, _>("failures")?,
                next_at: parsed_option(row, "next_at", "a time")?,
            })
        };
        let all: Vec<Delivery> = rows.iter().map(delivery).collect::<Result<_, SideError>>()?;
        let is_due = |own: &Delivery| own.next_at.is_none_or(|next| next <= now);
        Ok(all.into_iter().filter(is_due).collect())
    }

    /// The next activities for an inbox.
    pub async fn undelivered(
        &self,
        inbox: NamedNodeRef<'_>,
        max: u32,
    ) -> Result<Vec<Told>, SideError> {
        let sql = format!(
            "SELECT activity.* FROM activity JOIN delivery ON delivery.inbox = ?1
             WHERE number > sent AND {IS_FOR} ORDER BY number LIMIT ?2"
        );
        let next = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(inbox.as_str()).bind(max);
        let rows = next.fetch_all(&mut *self.connection().await?).await?;
        rows.iter().map(Told::read).collect()
    }

    /// An inbox has taken an activity, and all before it.
    pub async fn delivered(&self, inbox: NamedNodeRef<'_>, last: u64) -> Result<(), SideError> {
        let keep = sqlx::query(
            "UPDATE delivery SET sent = max(sent, ?2), failures = 0, next_at = NULL
             WHERE inbox = ?1",
        );
        let keep = keep.bind(inbox.as_str()).bind(number(last));
        keep.execute(&mut *self.connection().await?).await?;
        Ok(())
    }

    /// An inbox has not answered, and is left alone until then.
    pub async fn postpone(
        &self,
        inbox: NamedNodeRef<'_>,
        failures: u32,
        until: Timestamp,
    ) -> Result<(), SideError> {
        let keep = sqlx::query("UPDATE delivery SET failures = ?2, next_at = ?3 WHERE inbox = ?1");
        let keep = keep.bind(inbox.as_str()).bind(failures).bind(until.to_string());
        keep.execute(&mut *self.connection().await?).await?;
        Ok(())
    }

    /// Leaves no inbox alone any more.
    pub async fn retry(&self) -> Result<(), SideError> {
        let all = sqlx::query("UPDATE delivery SET next_at = NULL WHERE next_at IS NOT NULL");
        all.execute(&mut *self.connection().await?).await?;
        Ok(())
    }

    /// An inbox is no more: nobody who was there follows.
    pub async fn forget_inbox(&self, inbox: NamedNodeRef<'_>) -> Result<(), SideError> {
        let mut connection = self.connection().await?;
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        for table in
            ["DELETE FROM follower WHERE inbox = ?1", "DELETE FROM delivery WHERE inbox = ?1"]
        {
            sqlx::query(table).bind(inbox.as_str()).execute(&mut *transaction).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// How many activities an actor has told all who follow.
    pub async fn count_told(&self, actor: NamedNodeRef<'_>) -> Result<u64, SideError> {
        let count =
            sqlx::query("SELECT count(*) AS n FROM activity WHERE actor = ?1 AND inbox IS NULL");
        let row = count.bind(actor.as_str()).fetch_one(&mut *self.connection().await?).await?;
        Ok(row.try_get::<i64, _>("n")?.unsigned_abs())
    }

    /// Some of what an actor has told all who follow, the newest first, before a number.
    pub async fn told(
        &self,
        actor: NamedNodeRef<'_>,
        before: u64,
        max: u32,
    ) -> Result<Vec<Told>, SideError> {
        let some = sqlx::query(
            "SELECT * FROM activity WHERE actor = ?1 AND inbox IS NULL AND number < ?2
             ORDER BY number DESC LIMIT ?3",
        );
        let some = some.bind(actor.as_str()).bind(number(before)).bind(max);
        let rows = some.fetch_all(&mut *self.connection().await?).await?;
        rows.iter().map(Told::read).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::side::Follower;
    use crate::side::tests::{Sample, sample};
    use jiff::SignedDuration;

    fn iri(name: &str) -> NamedNode {
        NamedNode::new_unchecked(format!("https://{name}"))
    }

    fn follower(name: &str, inbox: &str) -> Follower {
        let (actor, follower) = (iri("r.example/actor"), iri(name));
        let follow = iri(&format!("{name}#follow"));
        Follower { actor, follower, inbox: iri(inbox), follow }
    }

    fn news(telling: Telling, document: &str) -> Announcement {
        Announcement { telling, document: iri(document), container: None }
    }

    /// What an inbox lacks, in a few words.
    async fn lacks(tables: &SideTables, inbox: &str) -> Vec<String> {
        let told = tables.undelivered(iri(inbox).as_ref(), 10).await.expect("read");
        let shown =
            |told: Told| format!("{} {} {}", told.number, told.telling.as_str(), told.object);
        told.into_iter().map(shown).collect()
    }

    #[tokio::test]
    async fn who_follows_is_told_what_comes_after_in_order() {
        let Sample { tables, now, _folder, .. } = sample().await;
        let actor = iri("r.example/actor");
        let tell = async |all: &[Announcement], seq| {
            tables.announce(actor.as_ref(), all, seq, now).await.expect("kept");
        };
        tell(&[news(Telling::Create, "r.example/old")], 3).await;
        for inbox in ["a.example/in", "b.example/in"] {
            let name = inbox.strip_suffix("in").expect("an inbox");
            tables.add_follower(&follower(name, inbox), now).await.expect("kept");
        }
        let both = [news(Telling::Update, "r.example/old"), news(Telling::Create, "r.example/new")];
        tell(&both, 5).await;
        tell(&[news(Telling::Delete, "r.example/old")], 6).await;
        assert_eq!(
            lacks(&tables, "a.example/in").await,
            [
                "1 Accept <https://a.example/#follow>",
                "3 Update <https://r.example/old>",
                "4 Create <https://r.example/new>",
                "5 Delete <https://r.example/old>",
            ]
        );
        let announced = tables.announced().await.expect("read");
        let documents = HashMap::from([(iri("r.example/new"), 5)]);
        assert_eq!(announced, Announced { seq: 6, documents });
        let told = tables.told(actor.as_ref(), 5, 2).await.expect("read");
        assert_eq!(told.iter().map(|told| told.number).collect::<Vec<_>>(), [4, 3]);
        assert_eq!(tables.count_told(actor.as_ref()).await.expect("read"), 3);
        tables.delivered(iri("a.example/in").as_ref(), 4).await.expect("kept");
        assert_eq!(lacks(&tables, "a.example/in").await.len(), 1);
        assert_eq!(lacks(&tables, "b.example/in").await.len(), 4);
    }

    #[tokio::test]
    async fn an_inbox_that_does_not_answer_is_left_alone_and_one_that_is_gone_forgotten() {
        let Sample { tables, now, _folder, .. } = sample().await;
        let (inbox, later) = (iri("a.example/in"), now + SignedDuration::from_mins(1));
        tables.add_follower(&follower("a.example/ana", "a.example/in"), now).await.expect("kept");
        let due = async |at| tables.deliveries(at).await.expect("read");
        let first = Delivery { inbox: inbox.clone(), sent: 0, failures: 0, next_at: None };
        assert_eq!(due(now).await, [first]);
        tables.postpone(inbox.as_ref(), 1, later).await.expect("kept");
        assert_eq!(due(now).await, []);
        assert_eq!(due(later).await[0].failures, 1);
        tables.delivered(inbox.as_ref(), 1).await.expect("kept");
        assert_eq!(due(later).await, [], "it has all that there is");
        tables.forget_inbox(inbox.as_ref()).await.expect("forgotten");
        let actor = iri("r.example/actor");
        tables
            .announce(actor.as_ref(), &[news(Telling::Create, "r.example/x")], 1, now)
            .await
            .expect("kept");
        assert_eq!(due(later).await, []);
        assert_eq!(tables.count_followers(actor.as_ref()).await.expect("read"), 0);
    }

    #[tokio::test]
    async fn who_takes_a_follow_back_is_told_no_more_and_an_activity_comes_once() {
        let Sample { tables, now, _folder, .. } = sample().await;
        let ana = follower("a.example/ana", "a.example/in");
        tables.add_follower(&ana, now).await.expect("kept");
        tables.delivered(ana.inbox.as_ref(), 1).await.expect("kept");
        let remove = async |follow: Option<&NamedNode>| {
            let follow = follow.map(NamedNode::as_ref);
            let (actor, follower) = (ana.actor.as_ref(), ana.follower.as_ref());
            tables.remove_follower(actor, follower, follow).await.expect("removed")
        };
        assert!(!remove(Some(&iri("a.example/other"))).await);
        assert!(remove(Some(&ana.follow)).await);
        assert!(!remove(None).await);
        let create = news(Telling::Create, "r.example/x");
        tables.announce(ana.actor.as_ref(), &[create], 1, now).await.expect("kept");
        assert_eq!(tables.deliveries(now).await.expect("read"), []);
        let activity = iri("a.example/1");
        assert!(!tables.has_received(activity.as_ref()).await.expect("read"));
        for is_new in [true, false] {
            let received = tables.receive(activity.as_ref(), now).await;
            assert_eq!(received.expect("kept"), is_new);
        }
        assert!(tables.has_received(activity.as_ref()).await.expect("read"));
    }
}
