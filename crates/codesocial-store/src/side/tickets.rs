//! Tickets: secrets that are good once and not for long, to choose a new password or to sign up.

use super::{Account, Secret, SideError, SideTables, parsed, secret};
use crate::{AccountId, Random};
use jiff::{SignedDuration, Timestamp};
use sqlx::Connection as _;
use sqlx::sqlite::SqliteRow;

/// How long a ticket to choose a new password is good.
pub const RESET_MAX: SignedDuration = SignedDuration::from_hours(1);
/// How long an invitation is.
pub const INVITATION_MAX: SignedDuration = SignedDuration::from_hours(14 * 24);

/// What a ticket is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ticket {
    /// To choose the password of an account.
    Reset(AccountId),
    /// To sign up where that is by invitation.
    Invitation,
}

impl Ticket {
    fn purpose(self) -> &'static str {
        match self {
            Self::Reset(_) => "reset",
            Self::Invitation => "invitation",
        }
    }
}

impl SideTables {
    /// Makes a ticket. An account has one at a time: an older one is good no more.
    pub async fn issue_ticket(
        &self,
        ticket: Ticket,
        now: Timestamp,
        random: &mut Random,
    ) -> Result<Secret, SideError> {
        let secret = Secret::random("", random);
        let (account, lasts) = match ticket {
            Ticket::Reset(account) => (Some(account.to_string()), RESET_MAX),
            Ticket::Invitation => (None, INVITATION_MAX),
        };
        let mut connection = self.connection().await?;
        let mut tx = connection.begin().await?;
        let outdated = sqlx::query("DELETE FROM ticket WHERE account = ?1 OR expires_at < ?2");
        let outdated = outdated.bind(account.as_deref()).bind(now.to_string());
        outdated.execute(&mut *tx).await?;
        sqlx::query(
            "INSERT INTO ticket (hash, purpose, account, expires_at) VALUES (?1, ?2, ?3, ?4)",
        )
        .bind(secret.hash().as_slice())
        .bind(ticket.purpose())
        .bind(account)
        .bind((now + lasts).to_string())
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(secret)
    }

    /// The account whose password a secret may choose, if it still may.
    pub async fn reset_ticket(
        &self,
        secret: &str,
        now: Timestamp,
    ) -> Result<Option<Account>, SideError> {
        let found = sqlx::query(
            "SELECT account.*, expires_at FROM ticket JOIN account ON account.id = ticket.account
             WHERE ticket.hash = ?1 AND purpose = 'reset' AND disabled_at IS NULL",
        );
        let found = found.bind(secret::hash(secret).to_vec());
        let row = found.fetch_optional(&mut *self.connection().await?).await?;
        match row {
            Some(row) if is_good(&row, now)? => Account::read(&row).map(Some),
            _ => Ok(None),
        }
    }

    /// Whether a secret invites, without using it up.
    pub async fn is_invitation(&self, secret: &str, now: Timestamp) -> Result<bool, SideError> {
        let found =
            sqlx::query("SELECT expires_at FROM ticket WHERE hash = ?1 AND purpose = 'invitation'");
        let found = found.bind(secret::hash(secret).to_vec());
        let row = found.fetch_optional(&mut *self.connection().await?).await?;
        row.map_or(Ok(false), |row| is_good(&row, now))
    }

    /// Uses an invitation up: whether it was there.
    pub async fn use_invitation(&self, secret: &str, now: Timestamp) -> Result<bool, SideError> {
        let used = sqlx::query(
            "DELETE FROM ticket WHERE hash = ?1 AND purpose = 'invitation' RETURNING expires_at",
        );
        let used = used.bind(secret::hash(secret).to_vec());
        let row = used.fetch_optional(&mut *self.connection().await?).await?;
        row.map_or(Ok(false), |row| is_good(&row, now))
    }
}

fn is_good(row: &SqliteRow, now: Timestamp) -> Result<bool, SideError> {
    Ok(now <= parsed(row, "expires_at", "a time")?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::side::tests::{Sample, sample};

    #[tokio::test]
    async fn a_ticket_opens_one_account_until_it_is_used_or_outdated() {
        let Sample { tables, jeanne, now, mut random, _folder, .. } = sample().await;
        let reset = Ticket::Reset(jeanne.id);
        let found = async |secret: &Secret, after: SignedDuration| {
            let found = tables.reset_ticket(secret.reveal(), now + after).await.expect("read");
            found.map(|account| account.handle.to_string())
        };
        let first = tables.issue_ticket(reset, now, &mut random).await.expect("issued");
        assert_eq!(found(&first, RESET_MAX).await.as_deref(), Some("jeanne"));
        assert_eq!(found(&first, RESET_MAX + SignedDuration::from_secs(1)).await, None);
        let second = tables.issue_ticket(reset, now, &mut random).await.expect("issued");
        assert_eq!(found(&first, SignedDuration::ZERO).await, None, "there is one at a time");
        tables.set_password(jeanne.id, "$x").await.expect("set");
        assert_eq!(found(&second, SignedDuration::ZERO).await, None, "it was used");
    }

    #[tokio::test]
    async fn a_ticket_is_for_one_purpose_and_an_invitation_for_one_use() {
        let Sample { tables, jeanne, now, mut random, _folder, .. } = sample().await;
        let reset = tables.issue_ticket(Ticket::Reset(jeanne.id), now, &mut random).await;
        let reset = reset.expect("issued");
        assert!(!tables.use_invitation(reset.reveal(), now).await.expect("read"));
        let invited = tables.issue_ticket(Ticket::Invitation, now, &mut random).await;
        let invited = invited.expect("issued");
        assert_eq!(tables.reset_ticket(invited.reveal(), now).await.expect("read"), None);
        assert!(tables.is_invitation(invited.reveal(), now).await.expect("read"));
        assert!(tables.use_invitation(invited.reveal(), now).await.expect("read"));
        assert!(!tables.use_invitation(invited.reveal(), now).await.expect("read"));
        let late = tables.issue_ticket(Ticket::Invitation, now, &mut random).await;
        let later = now + INVITATION_MAX + SignedDuration::from_secs(1);
        assert!(!tables.use_invitation(late.expect("issued").reveal(), later).await.expect("read"));
    }
}
