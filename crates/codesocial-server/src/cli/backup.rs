//! `codesocial backup` and `codesocial restore`: a whole instance as a directory, and back.

use super::{Common, Failure, say, verify};
use clap::Args;
use codesocial_store::PrivateKey;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct Backup {
    #[command(flatten)]
    common: Common,
    /// Directory to make, which is there once the backup is verified
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    /// Include the private keys of the instance: keep such a backup as safe as they are
    #[arg(long)]
    with_keys: bool,
}

impl Backup {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let config = self.common.config().map_err(Failure::new)?;
        let (key, told) = if self.with_keys {
            (PrivateKey::Included, "with the private keys of the instance")
        } else {
            (PrivateKey::LeftOut, "without the private keys of the instance (--with-keys)")
        };
        let verified =
            codesocial_store::backup(&config.data, &self.to, key).map_err(Failure::new)?;
        say(&format!("{} made and verified, {told}\n", self.to.display()));
        say(&verify::proof(&verified));
        Ok(ExitCode::SUCCESS)
    }
}

#[derive(Debug, Args)]
pub(super) struct Restore {
    #[command(flatten)]
    common: Common,
    /// Backup to restore, which stays as it is
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
}

impl Restore {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let config = self.common.config().map_err(Failure::new)?;
        let verified = codesocial_store::restore(&self.from, &config.data).map_err(Failure::new)?;
        say(&format!("{} verified and restored\n", config.data.display()));
        say(&verify::proof(&verified));
        Ok(ExitCode::SUCCESS)
    }
}
