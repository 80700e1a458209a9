//! Making an account: the same for people at a page and for programs.
//!
//! Invariant: an account comes with its profile, or not at all.

use super::password::{Password, PasswordError};
use super::profile;
use super::rate::SIGNUPS;
use crate::config::Signup;
use crate::extract::Language;
use crate::problem::Refusal;
use crate::state::App;
use codesocial_store::{Account, AccountError, Email, Handle, NewAccount, Role};

/// What somebody gives to have an account.
pub(super) struct Registration<'a> {
    pub(super) handle: &'a str,
    /// Empty where none is given.
    pub(super) email: &'a str,
    pub(super) password: &'a str,
    /// What invites them, where that is needed.
    pub(super) ticket: &'a str,
    pub(super) language: Language,
}

/// What is wrong with it, told beside the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    MalformedHandle,
    TakenHandle,
    MalformedEmail,
    TakenEmail,
    ShortPassword,
    LongPassword,
    /// The invitation is used up or outdated, or there is none.
    Uninvited,
}

/// Why there is no account.
pub(super) enum Unregistered {
    Faults(Vec<Fault>),
    Refusal(Refusal),
}

impl<E: Into<Refusal>> From<E> for Unregistered {
    fn from(error: E) -> Self {
        Self::Refusal(error.into())
    }
}

impl From<PasswordError> for Fault {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Short => Self::ShortPassword,
            PasswordError::Long => Self::LongPassword,
        }
    }
}

/// Makes an account and its profile.
pub(super) async fn register(
    app: &App,
    address: &str,
    asked: Registration<'_>,
) -> Result<Account, Unregistered> {
    let (side, now) = (app.store.side(), (app.clock)());
    let handle = asked.handle.parse::<Handle>().map_err(|_| Fault::MalformedHandle);
    let email = Some(asked.email.trim()).filter(|email| !email.is_empty());
    let email = email.map(str::parse::<Email>).transpose().map_err(|_| Fault::MalformedEmail);
    let password = asked.password.parse::<Password>().map_err(Fault::from);
    let invited = match app.config.accounts.signup {
        Signup::Open => Ok(()),
        Signup::Invited if side.is_invitation(asked.ticket, now).await? => Ok(()),
        Signup::Invited => Err(Fault::Uninvited),
        Signup::Closed => return Err(Refusal::SignupClosed.into()),
    };
    let (handle, email, password) = match (handle, email, password, invited) {
        (Ok(handle), Ok(email), Ok(password), Ok(())) => (handle, email, password),
        (handle, email, password, invited) => {
            let faults = [handle.err(), email.err(), password.err(), invited.err()];
            return Err(Unregistered::Faults(faults.into_iter().flatten().collect()));
        }
    };
    let attempts = format!("signup {address}");
    app.auth.rates.take(&attempts, SIGNUPS, now).map_err(Refusal::too_often)?;
    let mut random = app.random();
    let password = app.auth.passwords.hash(&password, &mut random).await;
    let new = NewAccount {
        handle,
        email,
        password: Some(password.ok_or(Refusal::Internal)?),
        role: Role::Member,
        language: Some(asked.language.tag().to_owned()),
    };
    let account = side.add_account(new, now, &mut random).await.map_err(unregistered)?;
    // Two may come with one invitation: who uses it up has the account.
    let is_invited = app.config.accounts.signup == Signup::Open
        || side.use_invitation(asked.ticket, now).await?;
    let profile = if is_invited { profile::ensure(app, &account).await } else { Ok(()) };
    if !is_invited || profile.is_err() {
        side.remove_account(account.id).await?;
    }
    profile?;
    if is_invited { Ok(account) } else { Err(Unregistered::Faults(vec![Fault::Uninvited])) }
}

fn unregistered(error: AccountError) -> Unregistered {
    match error {
        AccountError::HandleTaken(_) => Unregistered::Faults(vec![Fault::TakenHandle]),
        AccountError::EmailTaken(_) => Unregistered::Faults(vec![Fault::TakenEmail]),
        AccountError::Side(error) => error.into(),
    }
}
