//! What a request's signatures claim, judged as far as it can be without a key.
//!
//! Invariant: a claim covers where the request goes and what it does, when, and its body; what it
//! leaves open, whoever sees the request could change.

use crate::digest::Digests;
use crate::key::{Algorithm, PublicKey};
use crate::{Fault, Request, cavage, rfc9421};
use http::HeaderMap;
use jiff::fmt::rfc2822::DateTimeParser;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};

/// How old a signature may be: some servers of the fediverse send what waited in their queues.
pub const BACK_MAX: SignedDuration = SignedDuration::from_hours(1);
/// How far the clock of who signs may be ahead.
pub const AHEAD_MAX: SignedDuration = SignedDuration::from_mins(5);
/// How many signatures of a request are looked at.
pub const CLAIMS_MAX: usize = 4;

/// How a signature is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Cavage,
    Rfc9421,
}

/// A signature whose key is still to be judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    pub key_id: String,
    pub form: Form,
    /// The components that it covers, as they are named in its form.
    pub covered: Vec<String>,
    pub(crate) times: Times,
    pub(crate) algorithm: Option<Algorithm>,
    pub(crate) signature: Vec<u8>,
    /// What is signed: one of these, the first where there is a choice.
    pub(crate) bases: Vec<Vec<u8>>,
}

/// Seconds that a signature tells. Creation counts only where it is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Times {
    pub(crate) created: Option<i64>,
    pub(crate) expires: Option<i64>,
}

/// Whether a request says that it is signed.
pub fn is_signed(headers: &HeaderMap) -> bool {
    headers.contains_key(cavage::SIGNATURE) || headers.contains_key(rfc9421::SIGNATURE_INPUT)
}

/// The signatures of a request that cover what they must and are of now, whoever made them: one at
/// least.
pub fn claims(request: &Request<'_>, now: Timestamp) -> Result<Vec<Claim>, Fault> {
    let is_standard = request.headers.contains_key(rfc9421::SIGNATURE_INPUT);
    let read = if is_standard { rfc9421::read(request)? } else { cavage::read(request) };
    let mut first_fault = None;
    let mut claims = Vec::new();
    for claim in read.into_iter().take(CLAIMS_MAX) {
        match claim.and_then(|claim| claim.judged(request, now)) {
            Ok(claim) => claims.push(claim),
            Err(fault) => first_fault = first_fault.or(Some(fault)),
        }
    }
    match first_fault {
        Some(fault) if claims.is_empty() => Err(fault),
        None if claims.is_empty() => Err(Fault::Malformed("Signature")),
        _ => Ok(claims),
    }
}

impl Claim {
    fn judged(self, request: &Request<'_>, now: Timestamp) -> Result<Self, Fault> {
        match self.form {
            Form::Cavage => self.check_cavage(request)?,
            Form::Rfc9421 => self.check_rfc9421(request)?,
        }
        self.check_times(request, now)?;
        Ok(self)
    }

    fn covers(&self, name: &str) -> bool {
        self.covered.iter().any(|own| own == name)
    }

    fn must_cover(&self, name: &'static str) -> Result<(), Fault> {
        if self.covers(name) { Ok(()) } else { Err(Fault::Uncovered(name)) }
    }

    fn check_cavage(&self, request: &Request<'_>) -> Result<(), Fault> {
        self.must_cover(cavage::REQUEST_TARGET)?;
        self.must_cover("host")?;
        if self.times.created.is_none() {
            self.must_cover("date")?;
        }
        if request.has_body() {
            self.must_cover("digest")?;
            is_known(&Digests::of_digest(request.headers)?)?;
        }
        Ok(())
    }

    fn check_rfc9421(&self, request: &Request<'_>) -> Result<(), Fault> {
        self.must_cover("@method")?;
        if !self.covers("@target-uri") && !self.covers("@request-target") {
            self.must_cover("@path")?;
            if request.query().is_some() {
                self.must_cover("@query")?;
            }
        }
        if !self.covers("@target-uri") && !self.covers("host") {
            self.must_cover("@authority")?;
        }
        if self.times.created.is_none() && !self.covers("date") {
            return Err(Fault::Uncovered("created"));
        }
        if request.has_body() {
            self.must_cover("content-digest")?;
            is_known(&Digests::of_content_digest(request.headers)?)?;
        }
        Ok(())
    }

    fn check_times(&self, request: &Request<'_>, now: Timestamp) -> Result<(), Fault> {
        let malformed = Fault::Malformed("Signature");
        let moment = |seconds| Timestamp::from_second(seconds).map_err(|_| malformed.clone());
        let created = self.times.created.map(moment).transpose()?;
        let date = self.covers("date").then(|| date(request)).transpose()?;
        for made in [created, date].into_iter().flatten() {
            if made < now - BACK_MAX {
                return Err(Fault::Old);
            }
            if made > now + AHEAD_MAX {
                return Err(Fault::Early);
            }
        }
        match self.times.expires.map(moment).transpose()? {
            Some(expires) if expires < now => Err(Fault::Expired),
            _ => Ok(()),
        }
    }

    /// The claim without the choice to leave the query open: for an address whose query is what is
    /// asked.
    #[must_use]
    pub fn with_query(mut self) -> Self {
        self.bases.truncate(1);
        self
    }

    /// Whether one of the keys made it, by an algorithm that is the key's own.
    pub fn verify(&self, keys: &[PublicKey]) -> Result<(), Fault> {
        let mut is_tried = false;
        for key in keys {
            for how in key.algorithms(self.algorithm) {
                is_tried = true;
                if self.bases.iter().any(|base| key.verifies(how, base, &self.signature)) {
                    return Ok(());
                }
            }
        }
        match self.algorithm {
            Some(algorithm) if !is_tried => Err(Fault::Algorithm(format!("{algorithm:?}"))),
            _ => Err(Fault::Wrong),
        }
    }

    /// By what the same words of the same signer are known again. Not by the signature: of some
    /// kinds there are several for the same words, and who saw one can make the others.
    pub fn name(&self, signer: &str) -> [u8; 32] {
        let digest = Sha256::new().chain_update(signer).chain_update([0]);
        digest.chain_update(self.bases.concat()).finalize().into()
    }
}

fn is_known(digests: &Digests) -> Result<(), Fault> {
    if digests.is_empty() { Err(Fault::DigestKind) } else { Ok(()) }
}

/// <https://www.rfc-editor.org/rfc/rfc9110#section-6.6.1>
fn date(request: &Request<'_>) -> Result<Timestamp, Fault> {
    let date = request.header(&http::header::DATE).unwrap_or_default();
    DateTimeParser::new().parse_timestamp(&date).map_err(|_| Fault::Malformed("Date"))
}
