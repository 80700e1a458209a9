//! Accounts by what the identity providers of partners call their people.
//!
//! Invariant: an account is found by issuer and subject alone. A name or an address, which another
//! provider could give to somebody else, opens nothing.

use super::{Account, SideError, SideTables};
use crate::AccountId;

impl SideTables {
    /// The account of whom a provider knows by that name.
    pub async fn account_of_partner(
        &self,
        issuer: &str,
        subject: &str,
    ) -> Result<Option<Account>, SideError> {
        let found = sqlx::query(
            "SELECT account.* FROM partner JOIN account ON account.id = partner.account
             WHERE issuer = ?1 AND subject = ?2",
        );
        let found = found.bind(issuer).bind(subject);
        let row = found.fetch_optional(&mut *self.connection().await?).await?;
        row.as_ref().map(Account::read).transpose()
    }

    /// Says with which account somebody logs in: whether nobody had said it before.
    pub async fn link_partner(
        &self,
        issuer: &str,
        subject: &str,
        account: AccountId,
    ) -> Result<bool, SideError> {
        let sql = "INSERT OR IGNORE INTO partner (issuer, subject, account) VALUES (?1, ?2, ?3)";
        let link = sqlx::query(sql).bind(issuer).bind(subject).bind(account.to_string());
        Ok(link.execute(&mut *self.connection().await?).await?.rows_affected() > 0)
    }
}

#[cfg(test)]
mod tests {
    use crate::side::tests::{Sample, new_account, sample};

    #[tokio::test]
    async fn who_a_provider_knows_has_one_account() {
        let Sample { tables, jeanne, now, mut random, _folder, .. } = sample().await;
        let paul = new_account("paul", None);
        let paul = tables.add_account(paul, now, &mut random).await.expect("an account");
        let of = async |issuer, subject| {
            let found = tables.account_of_partner(issuer, subject).await.expect("asked");
            found.map(|account| account.id)
        };
        assert_eq!(of("https://a.example", "1").await, None);
        for (issuer, account, is_new) in [
            ("https://a.example", jeanne.id, true),
            ("https://a.example", paul.id, false),
            ("https://b.example", paul.id, true),
        ] {
            let linked = tables.link_partner(issuer, "1", account).await.expect("linked");
            assert_eq!(linked, is_new, "{issuer}");
        }
        assert_eq!(of("https://a.example", "1").await, Some(jeanne.id));
        assert_eq!(of("https://b.example", "1").await, Some(paul.id));
        assert_eq!(of("https://b.example", "2").await, None);
        tables.remove_account(paul.id).await.expect("removed");
        assert_eq!(of("https://b.example", "1").await, None);
    }
}
