//! Sessions: who is logged in, in which browser, since when.
//!
//! Invariant: a session is good for as long as both its limits allow and its account is open.

use super::{Account, Secret, SideError, SideTables, parsed, secret};
use crate::{AccountId, Random};
use jiff::{SignedDuration, Timestamp};
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

/// How long a session lasts without being used.
pub const SESSION_IDLE_MAX: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How long it lasts whatever is done with it.
pub const SESSION_ABSOLUTE_MAX: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Its use is written down no more often: a page is not worth a write.
const SEEN_EVERY: SignedDuration = SignedDuration::from_mins(10);
/// What is kept of what a browser calls itself.
const BROWSER_CHARS_MAX: usize = 200;
/// How many sessions a person has at once: a further one ends the one that was not used longest.
const SESSIONS_MAX: u32 = 20;

/// A session as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Tells it from the owner's others; nobody can use it.
    pub label: String,
    pub browser: String,
    pub created: Timestamp,
    pub seen: Timestamp,
}

impl Session {
    fn read(row: &SqliteRow) -> Result<Self, SideError> {
        Ok(Self {
            label: secret::label(row.try_get("hash")?),
            browser: row.try_get("browser")?,
            created: parsed(row, "created_at", "a time")?,
            seen: parsed(row, "seen_at", "a time")?,
        })
    }

    fn is_good(&self, now: Timestamp) -> bool {
        now.duration_since(self.seen) <= SESSION_IDLE_MAX
            && now.duration_since(self.created) <= SESSION_ABSOLUTE_MAX
    }
}

impl SideTables {
    /// Opens a session with a secret of its own, which is never one that was there before.
    pub async fn open_session(
        &self,
        account: AccountId,
        browser: &str,
        now: Timestamp,
        random: &mut Random,
    ) -> Result<Secret, SideError> {
        let secret = Secret::random("", random);
        let browser: String = browser.chars().take(BROWSER_CHARS_MAX).collect();
        let mut connection = self.connection().await?;
        sqlx::query(
            "INSERT INTO session (hash, account, browser, created_at, seen_at)
             VALUES (?1, ?2, ?3, ?4, ?4)",
        )
        .bind(secret.hash().as_slice())
        .bind(account.to_string())
        .bind(browser)
        .bind(now.to_string())
        .execute(&mut *connection)
        .await?;
        let displaced = sqlx::query(
            "DELETE FROM session WHERE account = ?1 AND hash NOT IN
                (SELECT hash FROM session WHERE account = ?1 ORDER BY seen_at DESC LIMIT ?2)",
        )
        .bind(account.to_string())
        .bind(SESSIONS_MAX)
        .execute(&mut *connection)
        .await?;
        if displaced.rows_affected() > 0 {
            self.revocations.note()?;
        }
        Ok(secret)
    }

    /// Whose session a secret opens, if it still does.
    pub async fn session(
        &self,
        secret: &str,
        now: Timestamp,
    ) -> Result<Option<(Account, Session)>, SideError> {
        let (hash, generation) = (secret::hash(secret), self.revocations.generation());
        let fresh = |session: &Session| now.duration_since(session.seen) < SEEN_EVERY;
        let known = self.open.get(generation, &hash);
        if let Some(known) = known.filter(|(_, session)| fresh(session) && session.is_good(now)) {
            return Ok(Some(known));
        }
        let mut connection = self.connection().await?;
        let row = sqlx::query(
            "SELECT hash, browser, created_at, seen_at, account FROM session WHERE hash = ?1",
        )
        .bind(hash.as_slice())
        .fetch_optional(&mut *connection)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let mut session = Session::read(&row)?;
        if !session.is_good(now) {
            let end = sqlx::query("DELETE FROM session WHERE hash = ?1").bind(hash.as_slice());
            end.execute(&mut *connection).await?;
            return Ok(None);
        }
        if !fresh(&session) {
            let seen = sqlx::query("UPDATE session SET seen_at = ?2 WHERE hash = ?1");
            let seen = seen.bind(hash.as_slice()).bind(now.to_string());
            seen.execute(&mut *connection).await?;
            session.seen = now;
        }
        drop(connection);
        let account = self.account(parsed(&row, "account", "an account")?).await?;
        let Some(account) = account.filter(|account| account.disabled.is_none()) else {
            return Ok(None);
        };
        self.open.insert(generation, hash, (account.clone(), session.clone()));
        Ok(Some((account, session)))
    }

    /// The sessions of an account that are good, the one used last first.
    pub async fn sessions(
        &self,
        account: AccountId,
        now: Timestamp,
    ) -> Result<Vec<Session>, SideError> {
        let of_account = sqlx::query(
            "SELECT hash, browser, created_at, seen_at FROM session WHERE account = ?1
             ORDER BY seen_at DESC, hash",
        );
        let of_account = of_account.bind(account.to_string());
        let rows = of_account.fetch_all(&mut *self.connection().await?).await?;
        let sessions: Result<Vec<Session>, SideError> = rows.iter().map(Session::read).collect();
        Ok(sessions?.into_iter().filter(|session| session.is_good(now)).collect())
    }

    /// Ends the session that a secret opens.
    pub async fn end_session(&self, secret: &str) -> Result<(), SideError> {
        let end = sqlx::query("DELETE FROM session WHERE hash = ?1");
        let end = end.bind(secret::hash(secret).to_vec());
        end.execute(&mut *self.connection().await?).await?;
        Ok(self.revocations.note()?)
    }

    /// Ends one session of an account by its label, or all of them.
    pub async fn end_sessions(
        &self,
        account: AccountId,
        label: Option<&str>,
    ) -> Result<(), SideError> {
        let end = sqlx::query(
            "DELETE FROM session
             WHERE account = ?1 AND (?2 IS NULL OR lower(hex(substr(hash, 1, 6))) = ?2)",
        );
        let end = end.bind(account.to_string()).bind(label);
        end.execute(&mut *self.connection().await?).await?;
        Ok(self.revocations.note()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::side::tests::{Sample, sample};

    /// Hours after it was opened at which a session is used, and whether it still is one.
    async fn check(uses: &[(i64, bool)]) {
        let Sample { tables, jeanne, now, mut random, _folder, .. } = sample().await;
        let secret = tables.open_session(jeanne.id, "Firefox", now, &mut random).await;
        let secret = secret.expect("opened");
        for (hours, good) in uses {
            let later = now + SignedDuration::from_hours(*hours);
            let found = tables.session(secret.reveal(), later).await.expect("read");
            assert_eq!(found.is_some(), *good, "after {hours} hours of {uses:?}");
        }
    }

    #[tokio::test]
    async fn a_session_ends_when_it_is_idle_and_at_last_in_any_case() {
        check(&[(0, true), (7 * 24, true), (2 * 7 * 24, true), (3 * 7 * 24 + 1, false)]).await;
        check(&[(7 * 24 + 1, false), (0, false)]).await;
        let daily: Vec<(i64, bool)> = (0..=31).map(|day| (day * 24, day <= 30)).collect();
        check(&daily).await;
    }

    #[tokio::test]
    async fn its_owner_sees_each_session_and_ends_it() {
        let Sample { tables, jeanne, now, mut random, _folder, .. } = sample().await;
        let mut secrets = Vec::new();
        for browser in ["Firefox", &"x".repeat(1000)] {
            let secret = tables.open_session(jeanne.id, browser, now, &mut random).await;
            secrets.push(secret.expect("opened"));
        }
        let sessions = tables.sessions(jeanne.id, now).await.expect("read");
        let long = sessions.iter().find(|session| session.browser != "Firefox").expect("both");
        assert_eq!(long.browser.len(), BROWSER_CHARS_MAX);
        tables.end_sessions(jeanne.id, Some(&long.label)).await.expect("ended");
        assert!(tables.session(secrets[0].reveal(), now).await.expect("read").is_some());
        assert!(tables.session(secrets[1].reveal(), now).await.expect("read").is_none());
        tables.end_sessions(jeanne.id, None).await.expect("ended");
        assert_eq!(tables.sessions(jeanne.id, now).await.expect("read"), []);
        for wrong in ["", "x", &sessions[0].label] {
            assert!(tables.session(wrong, now).await.expect("read").is_none(), "{wrong}");
        }
    }

    #[tokio::test]
    async fn a_person_has_a_bounded_number_of_sessions() {
        let Sample { tables, jeanne, now, mut random, _folder, .. } = sample().await;
        for minute in 0..i64::from(SESSIONS_MAX) + 5 {
            let later = now + SignedDuration::from_mins(minute);
            let browser = minute.to_string();
            let opened = tables.open_session(jeanne.id, &browser, later, &mut random).await;
            opened.expect("opened");
        }
        let sessions = tables.sessions(jeanne.id, now).await.expect("read");
        assert_eq!(sessions.len(), SESSIONS_MAX as usize);
        assert_eq!(sessions.last().expect("the oldest").browser, "5");
    }
}
