//! `codesocial verify`.

use super::{Common, Failure, say};
use clap::Args;
use codesocial_store::{Erased, StoredFiles, Verified, VerifiedResults, hex};
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct Verify {
    #[command(flatten)]
    common: Common,
    /// Judge the whole state anew, and compare what the server stored of its rules
    #[arg(long)]
    shapes: bool,
}

/// How many differing results are told of each kind, and how many erased segments.
const TOLD_MAX: usize = 20;

impl Verify {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let config = self.common.config().map_err(Failure::new)?;
        let verified = codesocial_store::verify(&config.data).map_err(Failure::new)?;
        match verified.checkpoint {
            Some(seq) => say(&format!("checkpoint {seq} is what the journal replays to\n")),
            None => say("no checkpoint to compare\n"),
        }
        say(&files(verified.files));
        if self.shapes {
            let edition = config.shacl.edition();
            let verified = codesocial_store::verify_results(&config.data, edition);
            say(&shapes(verified.map_err(Failure::new)?)?);
        }
        for Erased { seq, n, by } in verified.erased.iter().take(TOLD_MAX) {
            say(&format!("entry {seq}: segment {n} erased by entry {by}\n"));
        }
        if verified.erased.len() > TOLD_MAX {
            say(&format!("{} more segments erased\n", verified.erased.len() - TOLD_MAX));
        }
        say(&proof(&verified));
        Ok(ExitCode::SUCCESS)
    }
}

/// What lies beside the journal, where something does.
fn files(StoredFiles { contents, bytes, orphans }: StoredFiles) -> String {
    let mut told = String::new();
    if contents > 0 {
        told.push_str(&format!("{contents} files, {bytes} bytes, are what their digests say\n"));
    }
    if orphans > 0 {
        told.push_str(&format!("{orphans} files that nothing refers to go at the next start\n"));
    }
    told
}

/// That full validation finds what is stored.
fn shapes(verified: Option<VerifiedResults>) -> Result<String, Failure> {
    let Some(VerifiedResults { seq, stored, only_stored, only_found }) = verified else {
        return Ok("no stored results to compare\n".to_owned());
    };
    if only_stored.is_empty() && only_found.is_empty() {
        return Ok(format!("{stored} stored results of entry {seq} are what validation finds\n"));
    }
    let mut told =
        format!("the stored results of entry {seq} are not what validation finds: start anew\n");
    for (what, lines) in [("stored, not found", only_stored), ("found, not stored", only_found)] {
        for line in lines.iter().take(TOLD_MAX) {
            told.push_str(&format!("{what}: {}\n", line.replace('\t', " ")));
        }
        if lines.len() > TOLD_MAX {
            told.push_str(&format!("{what}: {} more\n", lines.len() - TOLD_MAX));
        }
    }
    Err(Failure(told))
}

/// What two copies of an instance have in common: the last entry, and the digest of the state.
pub(super) fn proof(verified: &Verified) -> String {
    let Verified { head, digest, .. } = verified;
    format!("head {} {}\ndigest {}\n", head.seq, hex(&head.hash), hex(digest))
}
