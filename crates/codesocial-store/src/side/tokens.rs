//! Access tokens: the administrator's, which the program makes at the first start, and those that
//! people make for programs that act for them.
//!
//! Invariant: there is one administrator's token at most, and a token does no more than its scope
//! and its account allow at the moment of its use.

use super::{Account, Secret, SideError, SideTables, parsed, parsed_option, secret};
use crate::{AccountId, Hash, OpaqueId, Random, Scope};
use jiff::Timestamp;
use sqlx::sqlite::SqliteRow;
use sqlx::{Connection as _, Row as _};

/// What tokens begin with, so that a leaked one is recognised for what it is.
const PREFIX: &str = "codesocial_";

/// Who holds a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bearer {
    /// The holder of the program's own token, by the name that the journal has for them.
    Administrator(OpaqueId),
    Account(Box<Account>, Scope),
}

/// A token that is held, as long as it does not expire.
#[derive(Debug, Clone)]
pub(super) struct Held {
    bearer: Bearer,
    expires: Option<Timestamp>,
}

/// A token to be.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// What its owner calls it.
    pub name: String,
    pub scope: Scope,
    pub expires: Option<Timestamp>,
}

/// A token as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Tells it from the others; nobody can use it.
    pub label: String,
    pub name: String,
    pub scope: Scope,
    pub created: Timestamp,
    pub expires: Option<Timestamp>,
}

impl Token {
    fn read(row: &SqliteRow) -> Result<Self, SideError> {
        Ok(Self {
            label: secret::label(row.try_get("hash")?),
            name: row.try_get("name")?,
            scope: parsed(row, "scope", "the scope of a token")?,
            created: parsed(row, "created_at", "a time")?,
            expires: parsed_option(row, "expires_at", "a time")?,
        })
    }
}

impl SideTables {
    /// Who holds a token that is good now.
    pub async fn bearer(&self, token: &str, now: Timestamp) -> Result<Option<Bearer>, SideError> {
        let (hash, generation) = (secret::hash(token), self.revocations.generation());
        let held = match self.bearers.get(generation, &hash) {
            Some(held) => held,
            None => {
                let Some(held) = self.held(hash).await? else { return Ok(None) };
                self.bearers.insert(generation, hash, held.clone());
                held
            }
        };
        Ok(Some(held.bearer).filter(|_| held.expires.is_none_or(|expires| now < expires)))
    }

    async fn held(&self, hash: Hash) -> Result<Option<Held>, SideError> {
        let mut connection = self.connection().await?;
        let sql = "SELECT actor, account, scope, expires_at FROM token WHERE hash = ?1";
        let found = sqlx::query(sql).bind(hash.to_vec());
        let row = found.fetch_optional(&mut *connection).await?;
        drop(connection);
        let Some(row) = row else { return Ok(None) };
        let expires = parsed_option(&row, "expires_at", "a time")?;
        let Some(account) = parsed_option(&row, "account", "an account")? else {
            let bearer = Bearer::Administrator(parsed(&row, "actor", "an opaque id")?);
            return Ok(Some(Held { bearer, expires }));
        };
        let scope = parsed(&row, "scope", "the scope of a token")?;
        let account = self.account(account).await?.filter(|account| account.disabled.is_none());
        let bearer = account.map(|account| Bearer::Account(Box::new(account), scope));
        Ok(bearer.map(|bearer| Held { bearer, expires }))
    }

    /// Makes a token for an account, to be shown once.
    pub async fn issue_token(
        &self,
        account: &Account,
        new: NewToken,
        now: Timestamp,
        random: &mut Random,
    ) -> Result<Secret, SideError> {
        let secret = Secret::random(PREFIX, random);
        let NewToken { name, scope, expires } = new;
        let insertion = sqlx::query(
            "INSERT INTO token (hash, actor, role, created_at, account, name, scope, expires_at)
             VALUES (?1, ?2, 'account', ?3, ?4, ?5, ?6, ?7)",
        )
        .bind(secret.hash().to_vec())
        .bind(account.actor.to_string())
        .bind(now.to_string())
        .bind(account.id.to_string())
        .bind(name)
        .bind(scope.to_string())
        .bind(expires.map(|at| at.to_string()));
        insertion.execute(&mut *self.connection().await?).await?;
        Ok(secret)
    }

    /// The tokens of an account, the newest first; those that have expired too.
    pub async fn tokens(&self, account: AccountId) -> Result<Vec<Token>, SideError> {
        let of_account = sqlx::query(
            "SELECT hash, name, scope, created_at, expires_at FROM token WHERE account = ?1
             ORDER BY created_at DESC, hash",
        );
        let of_account = of_account.bind(account.to_string());
        let rows = of_account.fetch_all(&mut *self.connection().await?).await?;
        rows.iter().map(Token::read).collect()
    }

    /// Takes a token of an account back, by its label: whether it was there.
    pub async fn revoke_token(&self, account: AccountId, label: &str) -> Result<bool, SideError> {
        let removal = sqlx::query(
            "DELETE FROM token WHERE account = ?1 AND lower(hex(substr(hash, 1, 6))) = ?2",
        );
        let removal = removal.bind(account.to_string()).bind(label);
        let removed = removal.execute(&mut *self.connection().await?).await?.rows_affected();
        self.revocations.note()?;
        Ok(removed > 0)
    }

    /// Whether there is an administrator's token.
    pub async fn has_administrator(&self) -> Result<bool, SideError> {
        let any = sqlx::query("SELECT 1 FROM token WHERE role = 'administrator' LIMIT 1");
        Ok(any.fetch_optional(&mut *self.connection().await?).await?.is_some())
    }

    /// Makes a fresh token the administrator's only one, to be shown once.
    pub async fn reset_administrator(
        &self,
        now: Timestamp,
        random: &mut Random,
    ) -> Result<Secret, SideError> {
        let secret = Secret::random(PREFIX, random);
        self.set_administrator(secret.reveal(), now, random).await?;
        Ok(secret)
    }

    /// Makes `token` the administrator's only one. The journal goes on to name them as before.
    pub async fn set_administrator(
        &self,
        token: &str,
        now: Timestamp,
        random: &mut Random,
    ) -> Result<(), SideError> {
        let mut connection = self.connection().await?;
        let mut tx = connection.begin_with("BEGIN IMMEDIATE").await?;
        let known = sqlx::query("SELECT actor, hash FROM token WHERE role = 'administrator'")
            .fetch_optional(&mut *tx)
            .await?;
        let hash = secret::hash(token);
        let actor = match known {
            Some(row) if row.try_get::<&[u8], _>("hash")? == hash => return Ok(()),
            Some(row) => parsed(&row, "actor", "an opaque id")?,
            None => OpaqueId::random(random),
        };
        sqlx::query("DELETE FROM token WHERE role = 'administrator'").execute(&mut *tx).await?;
        sqlx::query(
            "INSERT INTO token (hash, actor, role, created_at)
             VALUES (?1, ?2, 'administrator', ?3)",
        )
        .bind(hash.as_slice())
        .bind(actor.to_string())
        .bind(now.to_string())
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(self.revocations.note()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::side::tests::{Sample, sample};
    use jiff::SignedDuration;

    const READ: Scope = Scope { read: true, write: false, control: false };

    #[tokio::test]
    async fn a_token_is_its_accounts_until_it_expires_or_is_revoked() {
        let Sample { tables, jeanne, now, mut random, _folder, .. } = sample().await;
        let expires = Some(now + SignedDuration::from_hours(1));
        let new = NewToken { name: "script".to_owned(), scope: READ, expires };
        let secret = tables.issue_token(&jeanne, new, now, &mut random).await.expect("issued");
        assert!(secret.reveal().starts_with(PREFIX));
        let holder = async |at: Timestamp| tables.bearer(secret.reveal(), at).await.expect("read");
        let jeannes = Some(Bearer::Account(Box::new(jeanne.clone()), READ));
        assert_eq!(holder(now).await, jeannes);
        assert_eq!(holder(now + SignedDuration::from_hours(1)).await, None);
        let [token] = &tables.tokens(jeanne.id).await.expect("read")[..] else {
            unreachable!("there is one")
        };
        assert_eq!((token.name.as_str(), token.scope, token.expires), ("script", READ, expires));
        let other = AccountId::random(&mut random);
        assert!(!tables.revoke_token(other, &token.label).await.expect("read"));
        tables.set_disabled(jeanne.id, Some(now)).await.expect("disabled");
        assert_eq!(holder(now).await, None);
        tables.set_disabled(jeanne.id, None).await.expect("enabled");
        assert_eq!(holder(now).await, jeannes);
        assert!(tables.revoke_token(jeanne.id, &token.label).await.expect("revoked"));
        assert_eq!(holder(now).await, None);
    }

    #[tokio::test]
    async fn the_administrators_token_is_one_and_keeps_its_name_in_the_journal() {
        let Sample { tables, now, mut random, _folder, .. } = sample().await;
        assert!(!tables.has_administrator().await.expect("read"));
        let first = tables.reset_administrator(now, &mut random).await.expect("made");
        let held = tables.bearer(first.reveal(), now).await.expect("read");
        assert!(matches!(held, Some(Bearer::Administrator(_))), "{held:?}");
        tables.set_administrator("fixed", now, &mut random).await.expect("set");
        assert_eq!(tables.bearer(first.reveal(), now).await.expect("read"), None);
        assert_eq!(tables.bearer("fixed", now).await.expect("read"), held);
        assert!(tables.has_administrator().await.expect("read"));
    }
}
