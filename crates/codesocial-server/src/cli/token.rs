//! `codesocial token`: which programs act for whom, beside a running server or without one.

use super::user::Of;
use super::{Common, Failure, say};
use crate::config::ADMIN_TOKEN;
use clap::{Args, Subcommand};
use codesocial_store::{Account, NewToken, Random, Scope, SideTables};
use jiff::{SignedDuration, Timestamp};
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct Token {
    #[command(subcommand)]
    command: TokenCommand,
}

#[derive(Debug, Subcommand)]
enum TokenCommand {
    /// Replace the administrator's token and show the new one this once
    Reset(Common),
    /// Make a token for somebody's programs and show it this once
    Add(Add),
    /// List somebody's tokens
    List(Of),
    /// Take a token of somebody's back
    Revoke(Revoke),
}

#[derive(Debug, Args)]
struct Add {
    #[command(flatten)]
    common: Common,
    /// Handle or e-mail address of who holds it
    person: String,
    /// What it lets do: read, write, control, with commas between them
    #[arg(long, default_value = "read,write")]
    scope: Scope,
    /// What its owner knows it by
    #[arg(long, default_value = "")]
    name: String,
    /// After how many days it is good no more [default: never]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    days: Option<u16>,
}

#[derive(Debug, Args)]
struct Revoke {
    #[command(flatten)]
    common: Common,
    /// Handle or e-mail address
    person: String,
    /// The token, as `list` names it
    label: String,
}

impl Token {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        match self.command {
            TokenCommand::Reset(common) => reset(&common),
            TokenCommand::Add(add) => add.run(),
            TokenCommand::List(of) => list(&of),
            TokenCommand::Revoke(revoke) => revoke.run(),
        }
    }
}

fn reset(common: &Common) -> Result<ExitCode, Failure> {
    if std::env::var(ADMIN_TOKEN).is_ok_and(|token| !token.is_empty()) {
        return Err(Failure(format!(
            "{ADMIN_TOKEN} is set, and fixes the token at each start of the server: change it there"
        )));
    }
    let token = common.beside(async |tables| {
        let random = &mut Random::of_system();
        tables.reset_administrator(Timestamp::now(), random).await.map_err(Failure::new)
    })?;
    say(&format!("administrator's token, shown this once: {}\n", token.reveal()));
    Ok(ExitCode::SUCCESS)
}

impl Add {
    fn run(self) -> Result<ExitCode, Failure> {
        let Self { common, person, scope, name, days } = self;
        let token = common.beside(async |tables| {
            let account = found(tables, &person).await?;
            let now = Timestamp::now();
            let expires = days.map(|days| now + SignedDuration::from_hours(24 * i64::from(days)));
            let new = NewToken { name, scope, expires };
            let random = &mut Random::of_system();
            tables.issue_token(&account, new, now, random).await.map_err(Failure::new)
        })?;
        say(&format!("token of {person}, shown this once: {}\n", token.reveal()));
        Ok(ExitCode::SUCCESS)
    }
}

fn list(of: &Of) -> Result<ExitCode, Failure> {
    let tokens = of.common.beside(async |tables| {
        let account = found(tables, &of.person).await?;
        tables.tokens(account.id).await.map_err(Failure::new)
    })?;
    for token in tokens {
        let expires = token.expires.map_or_else(|| "never".to_owned(), |at| at.to_string());
        let (created, name) = (token.created, token.name);
        say(&format!("{}  {}  {created}  expires {expires}  {name}\n", token.label, token.scope));
    }
    Ok(ExitCode::SUCCESS)
}

impl Revoke {
    fn run(self) -> Result<ExitCode, Failure> {
        let Self { common, person, label } = self;
        let was_there = common.beside(async |tables| {
            let account = found(tables, &person).await?;
            tables.revoke_token(account.id, &label).await.map_err(Failure::new)
        })?;
        if !was_there {
            return Err(Failure(format!("{person} has no token «{label}»: see `token list`")));
        }
        say(&format!("token {label} of {person} revoked\n"));
        Ok(ExitCode::SUCCESS)
    }
}

/// The account of that handle or address.
pub(super) async fn found(tables: &SideTables, person: &str) -> Result<Account, Failure> {
    let account = tables.account_of_login(person).await.map_err(Failure::new)?;
    account.ok_or_else(|| Failure(format!("nobody here is known as «{person}»")))
}
