//! The command line: one binary, a command for each thing an administrator does.

mod backup;
mod check_config;
mod data;
mod export;
mod generate;
mod group;
mod import;
mod located;
mod query;
mod query_worker;
mod serve;
mod token;
mod user;
mod validate;
mod verify;

use crate::config::{Config, ConfigError, Origin, Setting};
use clap::{Args, Parser, Subcommand};
use codesocial_rdf::Base;
use codesocial_store::{Crash, Options, Random, SideTables, Store};
use jiff::Timestamp;
use std::path::PathBuf;
use std::process::ExitCode;

/// The linked-data server of the #CodeSocial commons
#[derive(Debug, Parser)]
#[command(name = "codesocial", version, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve a registry over HTTP
    Serve(serve::Serve),
    /// Validate RDF files against SHACL shapes, without a server
    Validate(validate::Validate),
    /// Add the documents of RDF files that the registry does not have
    Import(import::Import),
    /// Write the registry, or one class of it, as RDF
    Export(export::Export),
    /// Ask a question of the data, beside a running server or without one
    Query(query::Query),
    /// Write a synthetic registry, the same for the same arguments
    Generate(generate::Generate),
    /// Check the journal and that the data are what it replays to
    Verify(verify::Verify),
    /// Copy the whole instance, beside a running server
    Backup(backup::Backup),
    /// Put a backup into an empty data directory
    Restore(backup::Restore),
    /// Say who has an account
    User(user::User),
    /// Say who is in which group, while no server has the directory open
    Group(group::Group),
    /// Say which programs may write
    Token(token::Token),
    /// Say what each setting is and who gave it, and what would keep a server from starting
    CheckConfig(check_config::CheckConfig),
    /// Evaluate queries for the server that starts this; of no use by itself
    #[command(hide = true)]
    QueryWorker(query_worker::QueryWorker),
}

/// Options that every command takes.
#[derive(Debug, Args)]
pub(crate) struct Common {
    /// Data directory [default: data]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Configuration file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl Common {
    fn config(&self) -> Result<Config, ConfigError> {
        let mut config = Config::read(self.config.as_deref(), |name| std::env::var(name).ok())?;
        if let Some(data) = &self.data {
            config.data.clone_from(data);
        }
        Ok(config)
    }

    /// Works on the side tables of the data directory, whether a server has it open or not.
    fn beside<T>(
        &self,
        work: impl AsyncFnOnce(&SideTables) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let config = self.config().map_err(Failure::new)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.map_err(Failure::new)?.block_on(async {
            work(&SideTables::open(&config.data).await.map_err(Failure::new)?).await
        })
    }

    /// The store of the data directory, which no server has open.
    fn open(&self, crash: Crash, random: &mut Random) -> Result<Store, Failure> {
        let config = self.config().map_err(Failure::new)?;
        Store::open(options(&config, crash, random)?).map_err(Failure::new)
    }

    /// The configuration, and who gave each setting.
    fn settings(&self) -> Result<(Config, Vec<Setting>), ConfigError> {
        let config = self.config()?;
        let variable = |name: &str| std::env::var(name).ok();
        let mut settings = config.settings(self.config.as_deref(), variable)?;
        if self.data.is_some() {
            let data = settings.iter_mut().filter(|setting| setting.name == "data");
            data.for_each(|setting| setting.origin = Origin::CommandLine);
        }
        Ok((config, settings))
    }
}

/// How the store of a configuration is opened.
fn options(config: &Config, crash: Crash, random: &mut Random) -> Result<Options, Failure> {
    Ok(Options {
        folder: config.data.clone(),
        base: config.base.as_deref().map(Base::parse).transpose().map_err(Failure::new)?,
        now: Timestamp::now(),
        random: Random::of_seed(random.bytes()),
        crash,
        computed: codesocial_registry::computed,
        edition: config.shacl.edition(),
    })
}

/// Why a command failed: one line for whoever typed it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Failure(String);

/// What an exit status means.
const CONFORMS_NOT: u8 = 1;
const COULD_NOT_RUN: u8 = 2;

impl Failure {
    fn new(error: impl std::fmt::Display) -> Self {
        Self(error.to_string())
    }
}

pub(crate) fn run() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Serve(serve) => serve.run(),
        Command::Validate(validate) => validate.run(),
        Command::Import(import) => import.run(),
        Command::Export(export) => export.run(),
        Command::Query(query) => query.run(),
        Command::Generate(generate) => generate.run(),
        Command::Verify(verify) => verify.run(),
        Command::Backup(backup) => backup.run(),
        Command::Restore(restore) => restore.run(),
        Command::User(user) => user.run(),
        Command::Group(group) => group.run(),
        Command::Token(token) => token.run(),
        Command::CheckConfig(check) => check.run(),
        Command::QueryWorker(worker) => worker.run(),
    };
    outcome.unwrap_or_else(|failure| {
        eprintln!("codesocial: {failure}");
        ExitCode::from(COULD_NOT_RUN)
    })
}

/// Writes lines to standard output; a reader that went away is no error.
fn say(text: &str) {
    use std::io::Write as _;
    let mut output = std::io::stdout().lock();
    drop(output.write_all(text.as_bytes()).and_then(|()| output.flush()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;
    use expect_test::expect_file;

    #[test]
    fn the_help_texts_are_as_they_were_read() {
        let mut cli = Cli::command();
        let mut text = cli.render_long_help().to_string();
        let names: Vec<String> =
            cli.get_subcommands().map(|command| command.get_name().to_owned()).collect();
        for name in names {
            let command = cli.find_subcommand_mut(&name).expect("it was just listed");
            text.push_str(&format!("\n=== codesocial {name}\n{}", command.render_long_help()));
        }
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        expect_file!["help.txt"].assert_eq(&(lines.join("\n") + "\n"));
    }
}
