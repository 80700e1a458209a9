//! Accounts: who may log in, by which name, and as what.
//!
//! What others may know of a person stands in their profile, a document at their WebID; this table
//! holds what only the person and the administrator may know.

use super::{Email, Handle, SideError, SideTables, parsed, parsed_option};
use crate::{AccountId, OpaqueId, Random};
use codesocial_rdf::Base;
use jiff::Timestamp;
use oxrdf::NamedNode;
use sqlx::sqlite::SqliteRow;
use sqlx::{Connection as _, Row as _};
use std::fmt;
use std::str::FromStr;

/// Somebody who may log in here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub id: AccountId,
    /// How the journal names what the person did.
    pub actor: OpaqueId,
    pub handle: Handle,
    pub email: Option<Email>,
    /// The hash of the password, in the form of PHC. None until the person has chosen one.
    pub password: Option<String>,
    pub role: Role,
    /// The tag of the language in which the person is written to, where they chose one.
    pub language: Option<String>,
    pub created: Timestamp,
    /// When the administrator shut the account, if so: nothing that it gave is good any more.
    pub disabled: Option<Timestamp>,
}

/// What an account may do beside what everyone may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    Member,
    Administrator,
}

/// An account to be.
#[derive(Debug, Clone)]
pub struct NewAccount {
    pub handle: Handle,
    pub email: Option<Email>,
    pub password: Option<String>,
    pub role: Role,
    pub language: Option<String>,
}

/// Why there is no such account, or it is not changed.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    #[error("the handle «{0}» is another person's: choose another")]
    HandleTaken(Handle),
    #[error("the e-mail address {0} is another account's")]
    EmailTaken(Email),
    #[error(transparent)]
    Side(#[from] SideError),
}

impl Account {
    /// The document that is the person's profile, and names them.
    pub fn webid(&self, base: &Base) -> NamedNode {
        base.resolve(&format!("users/{}", self.id))
    }

    pub(super) fn read(row: &SqliteRow) -> Result<Self, SideError> {
        Ok(Self {
            id: parsed(row, "id", "the local part of a WebID")?,
            actor: parsed(row, "actor", "an opaque id")?,
            handle: parsed(row, "handle", "a handle")?,
            email: parsed_option(row, "email", "an e-mail address")?,
            password: row.try_get("password")?,
            role: parsed(row, "role", "a role")?,
            language: row.try_get("language")?,
            created: parsed(row, "created_at", "a time")?,
            disabled: parsed_option(row, "disabled_at", "a time")?,
        })
    }
}

impl SideTables {
    /// Adds an account. Its handle and its address are its own.
    pub async fn add_account(
        &self,
        new: NewAccount,
        now: Timestamp,
        random: &mut Random,
    ) -> Result<Account, AccountError> {
        let NewAccount { handle, email, password, role, language } = new;
        let account = Account {
            id: AccountId::random(random),
            actor: OpaqueId::random(random),
            handle,
            email,
            password,
            role,
            language,
            created: now,
            disabled: None,
        };
        let mut connection = self.connection().await?;
        let added = sqlx::query(
            "INSERT INTO account
                (id, actor, handle, email, password, role, language, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )
        .bind(account.id.to_string())
        .bind(account.actor.to_string())
        .bind(account.handle.as_str())
        .bind(account.email.as_ref().map(Email::as_str))
        .bind(account.password.as_deref())
        .bind(account.role.to_string())
        .bind(account.language.as_deref())
        .bind(account.created.to_string())
        .execute(&mut *connection)
        .await;
        added.map_err(|error| taken(error, &account.handle, account.email.as_ref()))?;
        Ok(account)
    }

    /// Takes an account away, with all that it gave, from the disk too.
    pub async fn remove_account(&self, id: AccountId) -> Result<(), SideError> {
        let mut connection = self.connection().await?;
        let removal = sqlx::query("DELETE FROM account WHERE id = ?1").bind(id.to_string());
        removal.execute(&mut *connection).await?;
        // What was overwritten is in the log of pages until that is brought into the file.
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_all(&mut *connection).await?;
        drop(connection);
        Ok(self.revocations.note()?)
    }

    pub async fn account(&self, id: AccountId) -> Result<Option<Account>, SideError> {
        self.find_account("SELECT * FROM account WHERE id = ?1", &id.to_string()).await
    }

    /// The account that the journal names so.
    pub async fn account_of_actor(&self, actor: OpaqueId) -> Result<Option<Account>, SideError> {
        self.find_account("SELECT * FROM account WHERE actor = ?1", &actor.to_string()).await
    }

    /// The account of that handle, or of that e-mail address where the text is one.
    pub async fn account_of_login(&self, login: &str) -> Result<Option<Account>, SideError> {
        if let Ok(email) = login.parse::<Email>() {
            let sql = "SELECT * FROM account WHERE email = ?1";
            return self.find_account(sql, email.as_str()).await;
        }
        match login.parse::<Handle>() {
            Ok(handle) => {
                let sql = "SELECT * FROM account WHERE handle = ?1";
                self.find_account(sql, handle.as_str()).await
            }
            Err(_) => Ok(None),
        }
    }

    async fn find_account(
        &self,
        sql: &'static str,
        value: &str,
    ) -> Result<Option<Account>, SideError> {
        let mut connection = self.connection().await?;
        let row = sqlx::query(sql).bind(value).fetch_optional(&mut *connection).await?;
        row.as_ref().map(Account::read).transpose()
    }

    /// All accounts, by handle.
    pub async fn accounts(&self) -> Result<Vec<Account>, SideError> {
        let all = sqlx::query("SELECT * FROM account ORDER BY handle");
        let rows = all.fetch_all(&mut *self.connection().await?).await?;
        rows.iter().map(Account::read).collect()
    }

    /// Changes what an account is called by, where it is reached and in which language.
    pub async fn set_contact(
        &self,
        id: AccountId,
        handle: &Handle,
        email: Option<&Email>,
        language: Option<&str>,
    ) -> Result<(), AccountError> {
        let mut connection = self.connection().await?;
        let sql = "UPDATE account SET handle = ?2, email = ?3, language = ?4 WHERE id = ?1";
        let change = sqlx::query(sql).bind(id.to_string()).bind(handle.as_str());
        let change = change.bind(email.map(Email::as_str)).bind(language);
        change.execute(&mut *connection).await.map_err(|error| taken(error, handle, email))?;
        // Nothing is taken away, but what is remembered of the account is what it was.
        Ok(self.revocations.note().map_err(SideError::from)?)
    }

    /// Gives an account another password: who else knew the old one is logged out, and no ticket
    /// that was sent before is good any more.
    pub async fn set_password(&self, id: AccountId, password: &str) -> Result<(), SideError> {
        let mut connection = self.connection().await?;
        let mut tx = connection.begin().await?;
        for sql in [
            "UPDATE account SET password = ?2 WHERE id = ?1",
            "DELETE FROM session WHERE account = ?1",
            "DELETE FROM ticket WHERE account = ?1",
        ] {
            sqlx::query(sql).bind(id.to_string()).bind(password).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(self.revocations.note()?)
    }

    /// Gives an account another role. Its sessions end: who holds one logs in anew.
    pub async fn set_role(&self, id: AccountId, role: Role) -> Result<(), SideError> {
        let mut connection = self.connection().await?;
        let mut tx = connection.begin().await?;
        for sql in
            ["UPDATE account SET role = ?2 WHERE id = ?1", "DELETE FROM session WHERE account = ?1"]
        {
            let change = sqlx::query(sql).bind(id.to_string()).bind(role.to_string());
            change.execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(self.revocations.note()?)
    }

    /// Shuts an account, with all that it gave, or opens it again.
    pub async fn set_disabled(
        &self,
        id: AccountId,
        disabled: Option<Timestamp>,
    ) -> Result<(), SideError> {
        let mut connection = self.connection().await?;
        let mut tx = connection.begin().await?;
        for sql in [
            "UPDATE account SET disabled_at = ?2 WHERE id = ?1",
            "DELETE FROM session WHERE account = ?1",
            "DELETE FROM ticket WHERE account = ?1",
        ] {
            let change = sqlx::query(sql).bind(id.to_string());
            change.bind(disabled.map(|at| at.to_string())).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(self.revocations.note()?)
    }
}

/// An insertion or an update that failed, told by the column that is another account's.
fn taken(error: sqlx::Error, handle: &Handle, email: Option<&Email>) -> AccountError {
    let unique = error.as_database_error().filter(|error| error.is_unique_violation());
    let column = unique.map_or("", |error| error.message()).to_owned();
    match email {
        _ if column.contains("account.handle") => AccountError::HandleTaken(handle.clone()),
        Some(email) if column.contains("account.email") => AccountError::EmailTaken(email.clone()),
        _ => SideError::from(error).into(),
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Member => "member",
            Self::Administrator => "administrator",
        })
    }
}

impl FromStr for Role {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "member" => Ok(Self::Member),
            "administrator" => Ok(Self::Administrator),
            _ => Err(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::side::tests::{Sample, new_account, sample};

    #[tokio::test]
    async fn an_account_is_found_by_handle_and_by_address_in_any_case() {
        let Sample { tables, jeanne, _folder, .. } = sample().await;
        for login in ["jeanne", " JEANNE ", "jeanne@example.org", "Jeanne@EXAMPLE.org"] {
            let found = tables.account_of_login(login).await.expect("read");
            assert_eq!(found.as_ref(), Some(&jeanne), "{login}");
        }
        for login in ["", "jean", "jeanne@example.com", "' OR 1=1 --", "jeanne@"] {
            assert_eq!(tables.account_of_login(login).await.expect("read"), None, "{login}");
        }
        assert_eq!(tables.account(jeanne.id).await.expect("read"), Some(jeanne));
    }

    #[tokio::test]
    async fn handle_and_address_are_one_accounts_own() {
        let Sample { tables, jeanne, now, mut random, _folder, .. } = sample().await;
        for (handle, email, expected) in [
            ("Jeanne", None, "the handle «jeanne» is another person's: choose another"),
            (
                "autre",
                Some("JEANNE@example.org"),
                "the e-mail address jeanne@example.org is another account's",
            ),
        ] {
            let added = tables.add_account(new_account(handle, email), now, &mut random).await;
            assert_eq!(added.expect_err("it is taken").to_string(), expected);
        }
        for handle in ["paul", "zoe"] {
            let added = tables.add_account(new_account(handle, None), now, &mut random).await;
            let added = added.expect("an address need not be given");
            let taken = tables.set_contact(added.id, &jeanne.handle, None, None).await;
            assert!(matches!(taken, Err(AccountError::HandleTaken(_))), "{taken:?}");
        }
        let handles: Vec<String> = tables
            .accounts()
            .await
            .expect("read")
            .into_iter()
            .map(|account| account.handle.to_string())
            .collect();
        assert_eq!(handles, ["jeanne", "paul", "zoe"]);
    }

    #[tokio::test]
    async fn another_password_and_another_role_end_what_the_account_gave() {
        let Sample { tables, jeanne, now, mut random, _folder, .. } = sample().await;
        let mut opened = async || {
            let secret = tables.open_session(jeanne.id, "x", now, &mut random).await;
            secret.expect("opened").reveal().to_owned()
        };
        let is_open =
            async |secret: &str| tables.session(secret, now).await.expect("read").is_some();
        let before = opened().await;
        tables.set_password(jeanne.id, "$argon2id$x").await.expect("set");
        assert!(!is_open(&before).await);
        let before = opened().await;
        tables.set_role(jeanne.id, Role::Administrator).await.expect("set");
        assert!(!is_open(&before).await);
        let changed = tables.account(jeanne.id).await.expect("read").expect("it is there");
        assert_eq!(changed.password.as_deref(), Some("$argon2id$x"));
        assert_eq!(changed.role, Role::Administrator);
    }
}
