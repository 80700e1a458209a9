//! `codesocial check-config`: what `serve` would run with, and what would stop it.

use super::{Common, Failure, say};
use crate::config::Origin;
use clap::Args;
use codesocial_rdf::Base;
use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct CheckConfig {
    #[command(flatten)]
    common: Common,
}

impl CheckConfig {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let (config, mut settings) = self.common.settings().map_err(Failure::new)?;
        let data = config.data.as_path();
        let stored = is_instance(data).then(|| codesocial_store::read_base(data)).transpose();
        let stored = stored.map_err(Failure::new)?;
        for setting in &mut settings {
            if let (Some(stored), Origin::Default, "base") =
                (&stored, setting.origin, setting.name.as_str())
            {
                setting.value = format!("\"{stored}\"");
                setting.origin = Origin::Instance;
            }
            say(&format!("{setting}\n"));
        }
        let faults: Vec<String> = [
            config.base.as_deref().and_then(|base| fault_of_base(base, stored.as_ref())),
            fault_of_folder(data),
            fault_of_address(config.listen),
        ]
        .into_iter()
        .flatten()
        .collect();
        if faults.is_empty() { Ok(ExitCode::SUCCESS) } else { Err(Failure(faults.join("\n"))) }
    }
}

fn is_instance(data: &Path) -> bool {
    data.join(codesocial_store::JOURNAL_FILE).exists()
}

fn fault_of_base(base: &str, stored: Option<&Base>) -> Option<String> {
    match (Base::parse(base), stored) {
        (Err(error), _) => Some(format!("base: {error}")),
        (Ok(base), Some(stored)) if base != *stored => {
            Some(format!("base: the instance was created with {stored}, and IRIs are for ever"))
        }
        (Ok(_), _) => None,
    }
}

/// The data directory is there and can be written, or can be created.
fn fault_of_folder(data: &Path) -> Option<String> {
    let there = data.ancestors().find(|path| path.exists() || path.as_os_str().is_empty())?;
    let there = if there.as_os_str().is_empty() { Path::new(".") } else { there };
    let probe = there.join(format!(".codesocial-{}", std::process::id()));
    let written = std::fs::File::create_new(&probe).and_then(|_| std::fs::remove_file(&probe));
    let error = written.err()?;
    Some(format!("data: {} cannot be written: {error}", there.display()))
}

/// An address that a running server has taken is as it should be.
fn fault_of_address(address: SocketAddr) -> Option<String> {
    let error = TcpListener::bind(address).err()?;
    let fault = format!("listen: {address} cannot be listened on: {error}");
    (error.kind() != ErrorKind::AddrInUse).then_some(fault)
}
