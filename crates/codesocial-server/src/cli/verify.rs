//! `codesocial verify`.

use super::{Common, Failure, say};
use clap::Args;
use codesocial_store::{Verified, hex};
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct Verify {
    #[command(flatten)]
    common: Common,
}

impl Verify {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let config = self.common.config().map_err(Failure::new)?;
        let verified = codesocial_store::verify(&config.data).map_err(Failure::new)?;
        match verified.checkpoint {
            Some(seq) => say(&format!("checkpoint {seq} is what the journal replays to\n")),
            None => say("no checkpoint to compare\n"),
        }
        say(&proof(&verified));
        Ok(ExitCode::SUCCESS)
    }
}

/// What two copies of an instance have in common: the last entry, and the digest of the state.
pub(super) fn proof(verified: &Verified) -> String {
    let Verified { head, digest, .. } = verified;
    format!("head {} {}\ndigest {}\n", head.seq, hex(&head.hash), hex(digest))
}
