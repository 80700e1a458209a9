//! `codesocial token`: who may write.

use super::{Common, Failure, say};
use crate::config::ADMIN_TOKEN;
use clap::{Args, Subcommand};
use codesocial_store::{Random, Tokens};
use jiff::Timestamp;
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct Token {
    #[command(subcommand)]
    command: TokenCommand,
}

#[derive(Debug, Subcommand)]
enum TokenCommand {
    /// Replace the administrator's token, while no server has the directory open, and show the new
    /// one this once
    Reset(Common),
}

impl Token {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        match self.command {
            TokenCommand::Reset(common) => reset(&common),
        }
    }
}

fn reset(common: &Common) -> Result<ExitCode, Failure> {
    if std::env::var(ADMIN_TOKEN).is_ok_and(|token| !token.is_empty()) {
        return Err(Failure(format!(
            "{ADMIN_TOKEN} is set, and fixes the token at each start of the server: change it there"
        )));
    }
    let config = common.config().map_err(Failure::new)?;
    let token = Tokens::reset(&config.data, Timestamp::now(), &mut Random::of_system())
        .map_err(Failure::new)?;
    say(&format!("administrator's token, shown this once: {token}\n"));
    Ok(ExitCode::SUCCESS)
}
