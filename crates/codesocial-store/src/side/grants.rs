//! What people let programs do in their name: grants, and the codes and tokens that stand for them.
//!
//! Invariant: a code and a refresh token are good once. Whoever brings one again is a thief, or
//! tells that there is one: the whole grant ends, and all that came of it.

use super::{Account, Secret, SideError, SideTables, parsed, secret};
use crate::{AccountId, OpaqueId, Random};
use jiff::{SignedDuration, Timestamp};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};

/// How long a program may take to exchange its code.
pub const CODE_MAX: SignedDuration = SignedDuration::from_secs(60);
/// How long a refresh token waits to be used.
pub const REFRESH_MAX: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How long a grant without refresh tokens is remembered: longer than anything that came of it.
const GRANT_MIN: SignedDuration = SignedDuration::from_hours(2);
/// How long a program that registered itself may go without a grant before it is forgotten.
const CLIENT_UNUSED_MAX: SignedDuration = SignedDuration::from_hours(24);
/// How many programs that registered themselves are remembered.
const CLIENTS_MAX: i64 = 10_000;

/// What a person agrees to.
#[derive(Debug, Clone)]
pub struct NewGrant<'a> {
    pub client: &'a str,
    pub account: AccountId,
    pub scope: &'a str,
    /// What the code that begins it is bound to.
    pub code: Code,
}

/// What a code is bound to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    pub redirect: String,
    pub challenge: String,
    pub nonce: Option<String>,
}

/// A grant that is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    pub id: OpaqueId,
    pub client: String,
    pub account: Account,
    pub scope: String,
    pub key: Option<String>,
}

/// What became of something that is good once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Use<T> {
    First(T),
    /// It was used before: its grant has ended.
    Again,
    /// There is no such thing, or it has expired, or its grant has ended.
    Unknown,
}

impl SideTables {
    /// Writes down what a person agreed to, and makes the code that the program exchanges for it.
    pub async fn grant(
        &self,
        new: NewGrant<'_>,
        now: Timestamp,
        random: &mut Random,
    ) -> Result<Secret, SideError> {
        let (id, code) = (OpaqueId::random(random).to_string(), Secret::random("", random));
        let mut connection = self.connection().await?;
        purge(&mut connection, now).await?;
        sqlx::query(
            "INSERT INTO oauth_grant (id, client, account, scope, created_at, expires_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )
        .bind(&id)
        .bind(new.client)
        .bind(new.account.to_string())
        .bind(new.scope)
        .bind(now.to_string())
        .bind((now + GRANT_MIN).to_string())
        .execute(&mut *connection)
        .await?;
        sqlx::query(
            "INSERT INTO oauth_code (hash, grant_id, redirect, challenge, nonce, expires_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )
        .bind(code.hash().as_slice())
        .bind(&id)
        .bind(new.code.redirect)
        .bind(new.code.challenge)
        .bind(new.code.nonce)
        .bind((now + CODE_MAX).to_string())
        .execute(&mut *connection)
        .await?;
        Ok(code)
    }

    /// The grant that a code begins, and what the code is bound to. Whatever is made of it, the
    /// code is used.
    pub async fn use_code(
        &self,
        code: &str,
        now: Timestamp,
    ) -> Result<Use<(Grant, Code)>, SideError> {
        let hash = secret::hash(code);
        let mut connection = self.connection().await?;
        let row = sqlx::query(
            "UPDATE oauth_code SET used_at = ?2 WHERE hash = ?1 AND used_at IS NULL
             RETURNING grant_id, redirect, challenge, nonce, expires_at",
        )
        .bind(hash.as_slice())
        .bind(now.to_string())
        .fetch_optional(&mut *connection)
        .await?;
        let Some(row) = row else {
            let sql = "SELECT grant_id FROM oauth_code WHERE hash = ?1";
            return used_again(&mut connection, sql, &hash, now).await;
        };
        drop(connection);
        if parsed::<Timestamp>(&row, "expires_at", "a time")? < now {
            return Ok(Use::Unknown);
        }
        let code = Code {
            redirect: row.try_get("redirect")?,
            challenge: row.try_get("challenge")?,
            nonce: row.try_get("nonce")?,
        };
        let grant = self.grant_in_force(parsed(&row, "grant_id", "an opaque id")?, now).await?;
        Ok(grant.map_or(Use::Unknown, |grant| Use::First((grant, code))))
    }

    /// The grant that a refresh token continues. Whatever is made of it, the token is used.
    pub async fn use_refresh(&self, token: &str, now: Timestamp) -> Result<Use<Grant>, SideError> {
        let hash = secret::hash(token);
        let mut connection = self.connection().await?;
        let row = sqlx::query(
            "UPDATE oauth_refresh SET used_at = ?2 WHERE hash = ?1 AND used_at IS NULL
             RETURNING grant_id, expires_at",
        )
        .bind(hash.as_slice())
        .bind(now.to_string())
        .fetch_optional(&mut *connection)
        .await?;
        let Some(row) = row else {
            let sql = "SELECT grant_id FROM oauth_refresh WHERE hash = ?1";
            return used_again(&mut connection, sql, &hash, now).await;
        };
        drop(connection);
        if parsed::<Timestamp>(&row, "expires_at", "a time")? < now {
            return Ok(Use::Unknown);
        }
        let grant = self.grant_in_force(parsed(&row, "grant_id", "an opaque id")?, now).await?;
        Ok(grant.map_or(Use::Unknown, Use::First))
    }

    /// A refresh token for a grant, bound to the key whose possession the program proved.
    pub async fn issue_refresh(
        &self,
        grant: OpaqueId,
        key: Option<&str>,
        now: Timestamp,
        random: &mut Random,
    ) -> Result<Secret, SideError> {
        let token = Secret::random("", random);
        let until = (now + REFRESH_MAX).to_string();
        let mut connection = self.connection().await?;
        sqlx::query("UPDATE oauth_grant SET key = ?2, expires_at = ?3 WHERE id = ?1")
            .bind(grant.to_string())
            .bind(key)
            .bind(&until)
            .execute(&mut *connection)
            .await?;
        sqlx::query("INSERT INTO oauth_refresh (hash, grant_id, expires_at) VALUES (?1, ?2, ?3)")
            .bind(token.hash().as_slice())
            .bind(grant.to_string())
            .bind(&until)
            .execute(&mut *connection)
            .await?;
        Ok(token)
    }

    /// A grant, if it is in force: not revoked, and its account is open.
    pub async fn grant_in_force(
        &self,
        id: OpaqueId,
        now: Timestamp,
    ) -> Result<Option<Grant>, SideError> {
        let mut connection = self.connection().await?;
        let row = sqlx::query("SELECT * FROM oauth_grant WHERE id = ?1 AND revoked_at IS NULL")
            .bind(id.to_string())
            .fetch_optional(&mut *connection)
            .await?;
        drop(connection);
        let Some(row) = row else { return Ok(None) };
        if parsed::<Timestamp>(&row, "expires_at", "a time")? < now {
            return Ok(None);
        }
        let account = self.account(parsed(&row, "account", "an account")?).await?;
        account
            .filter(|account| account.disabled.is_none())
            .map(|account| read_grant(&row, account))
            .transpose()
    }

    /// Ends a grant and all that came of it.
    pub async fn revoke_grant(&self, id: OpaqueId, now: Timestamp) -> Result<(), SideError> {
        revoke(&mut *self.connection().await?, &id.to_string(), now).await
    }

    /// Ends the grant that a refresh token continues.
    pub async fn revoke_refresh(&self, token: &str, now: Timestamp) -> Result<(), SideError> {
        let mut connection = self.connection().await?;
        let sql = "SELECT grant_id FROM oauth_refresh WHERE hash = ?1";
        used_again::<()>(&mut connection, sql, &secret::hash(token), now).await?;
        Ok(())
    }

    /// Writes down what a program says of itself, under a name of its own.
    pub async fn register_client(
        &self,
        metadata: &str,
        now: Timestamp,
        random: &mut Random,
    ) -> Result<OpaqueId, SideError> {
        let id = OpaqueId::random(random);
        let mut connection = self.connection().await?;
        sqlx::query(
            "DELETE FROM oauth_client WHERE id NOT IN (SELECT client FROM oauth_grant) AND
                (created_at < ?1 OR id NOT IN
                    (SELECT id FROM oauth_client ORDER BY created_at DESC LIMIT ?2))",
        )
        .bind((now - CLIENT_UNUSED_MAX).to_string())
        .bind(CLIENTS_MAX)
        .execute(&mut *connection)
        .await?;
        sqlx::query("INSERT INTO oauth_client (id, metadata, created_at) VALUES (?1, ?2, ?3)")
            .bind(id.to_string())
            .bind(metadata)
            .bind(now.to_string())
            .execute(&mut *connection)
            .await?;
        Ok(id)
    }

    /// What a program said of itself when it registered.
    pub async fn registered_client(&self, id: &str) -> Result<Option<String>, SideError> {
        let row = sqlx::query("SELECT metadata FROM oauth_client WHERE id = ?1")
            .bind(id)
            .fetch_optional(&mut *self.connection().await?)
            .await?;
        Ok(row.map(|row| row.try_get("metadata")).transpose()?)
    }
}

fn read_grant(row: &SqliteRow, account: Account) -> Result<Grant, SideError> {
    Ok(Grant {
        id: parsed(row, "id", "an opaque id")?,
        client: row.try_get("client")?,
        account,
        scope: row.try_get("scope")?,
        key: row.try_get("key")?,
    })
}

/// Something that is not there to be used: where it once was, its grant ends.
async fn used_again<T>(
    connection: &mut SqliteConnection,
    sql: &'static str,
    hash: &[u8],
    now: Timestamp,
) -> Result<Use<T>, SideError> {
    let row = sqlx::query(sql).bind(hash).fetch_optional(&mut *connection).await?;
    let Some(row) = row else { return Ok(Use::Unknown) };
    revoke(connection, row.try_get("grant_id")?, now).await?;
    Ok(Use::Again)
}

async fn revoke(
    connection: &mut SqliteConnection,
    grant: &str,
    now: Timestamp,
) -> Result<(), SideError> {
    sqlx::query("UPDATE oauth_grant SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL")
        .bind(grant)
        .bind(now.to_string())
        .execute(connection)
        .await?;
    Ok(())
}

/// Forgets the grants whose last token has expired.
async fn purge(connection: &mut SqliteConnection, now: Timestamp) -> Result<(), SideError> {
    let expired = sqlx::query("DELETE FROM oauth_grant WHERE expires_at < ?1");
    expired.bind(now.to_string()).execute(connection).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::side::tests::{Sample, sample};

    const CLIENT: &str = "https://program.example/id";

    fn code() -> Code {
        Code {
            redirect: "https://program.example/cb".to_owned(),
            challenge: "challenge".to_owned(),
            nonce: Some("nonce".to_owned()),
        }
    }

    async fn granted(sample: &mut Sample) -> Secret {
        let new =
            NewGrant { client: CLIENT, account: sample.jeanne.id, scope: "openid", code: code() };
        sample.tables.grant(new, sample.now, &mut sample.random).await.expect("granted")
    }

    #[tokio::test]
    async fn a_code_is_good_once_and_not_for_long() {
        let mut sample = sample().await;
        let (secret, late) = (granted(&mut sample).await, granted(&mut sample).await);
        let Sample { tables, jeanne, now, .. } = &sample;
        let first = tables.use_code(secret.reveal(), *now + CODE_MAX).await.expect("used");
        let Use::First((grant, bound)) = first else { panic!("{first:?}") };
        assert_eq!((grant.client.as_str(), &grant.account, &bound), (CLIENT, jeanne, &code()));
        assert!(tables.grant_in_force(grant.id, *now).await.expect("read").is_some());
        let again = tables.use_code(secret.reveal(), *now).await.expect("used");
        assert_eq!(again, Use::Again);
        assert_eq!(tables.grant_in_force(grant.id, *now).await.expect("read"), None);
        let after = *now + CODE_MAX + SignedDuration::from_secs(1);
        assert_eq!(tables.use_code(late.reveal(), after).await.expect("used"), Use::Unknown);
        assert_eq!(tables.use_code("other", *now).await.expect("used"), Use::Unknown);
    }

    #[tokio::test]
    async fn a_refresh_token_that_comes_again_ends_the_grant() {
        let mut sample = sample().await;
        let secret = granted(&mut sample).await;
        let Sample { tables, now, mut random, .. } = sample;
        let Use::First((grant, _)) = tables.use_code(secret.reveal(), now).await.expect("used")
        else {
            panic!("the first use")
        };
        let key = Some("thumbprint");
        let one = tables.issue_refresh(grant.id, key, now, &mut random).await.expect("issued");
        let first = tables.use_refresh(one.reveal(), now + REFRESH_MAX).await.expect("used");
        let Use::First(same) = first else { panic!("{first:?}") };
        assert_eq!((same.id, same.key.as_deref()), (grant.id, key));
        let two = tables.issue_refresh(grant.id, key, now, &mut random).await.expect("issued");
        assert_eq!(tables.use_refresh(one.reveal(), now).await.expect("used"), Use::Again);
        assert_eq!(tables.use_refresh(two.reveal(), now).await.expect("used"), Use::Unknown);
        assert_eq!(tables.use_refresh("other", now).await.expect("used"), Use::Unknown);
    }

    #[tokio::test]
    async fn a_grant_ends_with_its_account_and_when_it_is_revoked() {
        let mut sample = sample().await;
        let secrets = [granted(&mut sample).await, granted(&mut sample).await];
        let Sample { tables, jeanne, now, mut random, .. } = sample;
        let mut grants = Vec::new();
        for secret in secrets {
            let Use::First((grant, _)) = tables.use_code(secret.reveal(), now).await.expect("used")
            else {
                panic!("the first use")
            };
            let token = tables.issue_refresh(grant.id, None, now, &mut random).await;
            grants.push((grant.id, token.expect("issued")));
        }
        tables.revoke_refresh(grants[0].1.reveal(), now).await.expect("revoked");
        assert_eq!(tables.grant_in_force(grants[0].0, now).await.expect("read"), None);
        assert!(tables.grant_in_force(grants[1].0, now).await.expect("read").is_some());
        tables.set_disabled(jeanne.id, Some(now)).await.expect("disabled");
        assert_eq!(tables.grant_in_force(grants[1].0, now).await.expect("read"), None);
        tables.set_disabled(jeanne.id, None).await.expect("opened");
        tables.revoke_grant(grants[1].0, now).await.expect("revoked");
        assert_eq!(tables.grant_in_force(grants[1].0, now).await.expect("read"), None);
    }

    #[tokio::test]
    async fn a_program_without_a_grant_is_forgotten_after_a_day() {
        let mut sample = sample().await;
        let Sample { tables, jeanne, now, random, .. } = &mut sample;
        let day = CLIENT_UNUSED_MAX + SignedDuration::from_secs(1);
        let used = tables.register_client("{}", *now, random).await.expect("registered");
        let unused = tables.register_client("{}", *now, random).await.expect("registered");
        let client = used.to_string();
        let new = NewGrant { client: &client, account: jeanne.id, scope: "openid", code: code() };
        tables.grant(new, *now, random).await.expect("granted");
        tables.register_client("{}", *now + day, random).await.expect("registered");
        let kept = tables.registered_client(&client).await.expect("read");
        assert_eq!(kept.as_deref(), Some("{}"));
        let forgotten = tables.registered_client(&unused.to_string()).await.expect("read");
        assert_eq!(forgotten, None);
    }
}
