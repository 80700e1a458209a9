//! `codesocial user`: who has an account, beside a running server or without one.

use super::token::found;
use super::{Common, Failure, say};
use crate::auth::personal;
use clap::{Args, Subcommand, ValueEnum};
use codesocial_rdf::Base;
use codesocial_store::{
    Account, Crash, Email, Handle, NewAccount, Random, Role, Secret, SideTables, Ticket, read_base,
    read_state,
};
use jiff::Timestamp;
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct User {
    #[command(subcommand)]
    command: UserCommand,
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    /// Make an account, and show the address at which its person chooses a password
    Add(Add),
    /// List the accounts
    List(Common),
    /// Shut an account, with all that it gave: sessions end, tokens are good no more
    Disable(Of),
    /// Open an account again
    Enable(Of),
    /// Show an address at which the person chooses a new password, within an hour
    Reset(Of),
    /// Say what an account may do
    Role(SetRole),
    /// Write all that the instance holds of a person, as JSON-LD
    Export(Of),
    /// Forget a person: account, profile and what was theirs alone, from the journal too. The
    /// server must be stopped
    Erase(Of),
    /// Show an address at which somebody makes an account, where that is by invitation
    Invite(Common),
}

#[derive(Debug, Args)]
struct Add {
    #[command(flatten)]
    common: Common,
    /// What the person is called here: 2 to 32 letters a to z, digits and - _ .
    handle: Handle,
    /// Where mail reaches the person
    #[arg(long)]
    email: Option<Email>,
    /// What the account may do
    #[arg(long, value_enum, default_value = "member")]
    role: RoleName,
}

#[derive(Debug, Args)]
pub(super) struct Of {
    #[command(flatten)]
    pub(super) common: Common,
    /// Handle or e-mail address
    pub(super) person: String,
}

#[derive(Debug, Args)]
struct SetRole {
    #[command(flatten)]
    common: Common,
    /// Handle or e-mail address
    person: String,
    /// What the account may do from now on
    role: RoleName,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum RoleName {
    /// What everyone who is logged in may
    Member,
    /// All
    Administrator,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Member => Self::Member,
            RoleName::Administrator => Self::Administrator,
        }
    }
}

impl User {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        match self.command {
            UserCommand::Add(add) => add.run(),
            UserCommand::List(common) => list(&common),
            UserCommand::Disable(of) => set_disabled(&of, Some(Timestamp::now())),
            UserCommand::Enable(of) => set_disabled(&of, None),
            UserCommand::Reset(of) => reset(&of),
            UserCommand::Role(set) => set.run(),
            UserCommand::Export(of) => export(&of),
            UserCommand::Erase(of) => erase(&of),
            UserCommand::Invite(common) => invite(&common),
        }
    }
}

impl Add {
    fn run(self) -> Result<ExitCode, Failure> {
        let Self { common, handle, email, role } = self;
        let base = base(&common)?;
        let (account, secret) = common.beside(async |tables| {
            let (now, random) = (Timestamp::now(), &mut Random::of_system());
            let role = role.into();
            let new = NewAccount { handle, email, password: None, role, language: None };
            let account = tables.add_account(new, now, random).await.map_err(Failure::new)?;
            let secret = issue(tables, Ticket::Reset(account.id)).await?;
            Ok((account, secret))
        })?;
        say(&format!("{}\n", account.webid(&base).as_str()));
        say(&told("choose a password", &base, "password", &secret));
        Ok(ExitCode::SUCCESS)
    }
}

fn list(common: &Common) -> Result<ExitCode, Failure> {
    let base = base(common)?;
    let all = common.beside(async |tables| tables.accounts().await.map_err(Failure::new))?;
    for account in all {
        say(&line(&account, &base));
    }
    Ok(ExitCode::SUCCESS)
}

fn line(account: &Account, base: &Base) -> String {
    let Account { handle, email, role, created, disabled, .. } = account;
    let email = email.as_ref().map_or("-", Email::as_str);
    let shut = disabled.map_or_else(String::new, |at| format!("  disabled {at}"));
    format!("{handle}  {email}  {role}  {created}  {}{shut}\n", account.webid(base).as_str())
}

fn set_disabled(of: &Of, disabled: Option<Timestamp>) -> Result<ExitCode, Failure> {
    let account = of.common.beside(async |tables| {
        let account = found(tables, &of.person).await?;
        tables.set_disabled(account.id, disabled).await.map_err(Failure::new)?;
        Ok(account)
    })?;
    let done = if disabled.is_some() { "disabled" } else { "enabled" };
    say(&format!("{} {done}\n", account.handle));
    Ok(ExitCode::SUCCESS)
}

fn reset(of: &Of) -> Result<ExitCode, Failure> {
    let base = base(&of.common)?;
    let secret = of.common.beside(async |tables| {
        let account = found(tables, &of.person).await?;
        issue(tables, Ticket::Reset(account.id)).await
    })?;
    say(&told("choose a new password", &base, "password", &secret));
    Ok(ExitCode::SUCCESS)
}

impl SetRole {
    fn run(self) -> Result<ExitCode, Failure> {
        let Self { common, person, role } = self;
        let role = Role::from(role);
        let account = common.beside(async |tables| {
            let account = found(tables, &person).await?;
            tables.set_role(account.id, role).await.map_err(Failure::new)?;
            Ok(account)
        })?;
        say(&format!("{} is {role}\n", account.handle));
        Ok(ExitCode::SUCCESS)
    }
}

fn export(of: &Of) -> Result<ExitCode, Failure> {
    let config = of.common.config().map_err(Failure::new)?;
    let state = read_state(&config.data).map_err(Failure::new)?;
    let file = of.common.beside(async |tables| {
        let account = found(tables, &of.person).await?;
        personal::of(&state, tables, &account, Timestamp::now()).await.map_err(Failure::new)
    })?;
    say(&file);
    Ok(ExitCode::SUCCESS)
}

fn erase(of: &Of) -> Result<ExitCode, Failure> {
    let mut random = Random::of_system();
    let store = of.common.open(Crash::default(), &mut random)?;
    let account = of.common.beside(async |tables| {
        let account = found(tables, &of.person).await?;
        let forgotten = personal::forget(&store, &account, Timestamp::now(), &mut random).await;
        forgotten.map_err(Failure::new)?;
        tables.remove_account(account.id).await.map_err(Failure::new)?;
        Ok(account)
    });
    store.close();
    say(&format!("{} is forgotten\n", account?.handle));
    Ok(ExitCode::SUCCESS)
}

fn invite(common: &Common) -> Result<ExitCode, Failure> {
    let base = base(common)?;
    let secret = common.beside(async |tables| issue(tables, Ticket::Invitation).await)?;
    say(&told("make an account", &base, "signup", &secret));
    Ok(ExitCode::SUCCESS)
}

async fn issue(tables: &SideTables, ticket: Ticket) -> Result<Secret, Failure> {
    let random = &mut Random::of_system();
    tables.issue_ticket(ticket, Timestamp::now(), random).await.map_err(Failure::new)
}

fn told(purpose: &str, base: &Base, page: &str, secret: &Secret) -> String {
    let page = base.resolve(page);
    format!("to {purpose}, once: {}?ticket={}\n", page.as_str(), secret.reveal())
}

fn base(common: &Common) -> Result<Base, Failure> {
    read_base(&common.config().map_err(Failure::new)?.data).map_err(Failure::new)
}
