//! `codesocial generate`: a synthetic registry of any size, the same bytes for the same arguments.

use super::{Failure, say};
use clap::{Args, ValueEnum};
use codesocial_rdf::Base;
use codesocial_registry::generate::{Area, Document, Generated, Order, generate};
use codesocial_store::hex;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

const DATA: &str = "registry.nq";
const MANIFEST: &str = "manifest.json";
const EXPECTED: &str = "expected.jsonl";

#[derive(Debug, Args)]
pub(super) struct Generate {
    /// Where the organisations are: an EPCI or region code, or both
    #[arg(long, value_enum, default_value_t = Territory::Mixed)]
    territory: Territory,
    /// Organisations to generate; the rest follows
    #[arg(long, value_name = "N", default_value_t = 100)]
    orgs: usize,
    /// Another seed gives another registry
    #[arg(long, default_value_t = 42)]
    seed: u64,
    /// Share of resources that break a rule, from 0 to 1; they are listed in expected.jsonl
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    faults: f64,
    /// Root of the registry that is to hold them
    #[arg(long, value_name = "IRI", default_value = "http://localhost:8080/")]
    base: String,
    /// Folder to write registry.nq and manifest.json into
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Territory {
    #[value(name = "200070407", help = "Pays d'Issoire")]
    PaysDIssoire,
    #[value(name = "32", help = "Hauts-de-France")]
    HautsDeFrance,
    Mixed,
}

impl From<Territory> for Area {
    fn from(territory: Territory) -> Self {
        match territory {
            Territory::PaysDIssoire => Self::PaysDIssoire,
            Territory::HautsDeFrance => Self::HautsDeFrance,
            Territory::Mixed => Self::Mixed,
        }
    }
}

impl Generate {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        if !(0.0..=1.0).contains(&self.faults) {
            return Err(Failure(format!("--faults is a share from 0 to 1, not {}", self.faults)));
        }
        let base = Base::parse(&self.base).map_err(Failure::new)?;
        let order = Order {
            root: base.root().as_str().to_owned(),
            area: self.territory.into(),
            organizations: self.orgs,
            seed: self.seed,
            faults: self.faults,
        };
        std::fs::create_dir_all(&self.out).map_err(|error| self.told(&error))?;
        let (generated, digest) = self.write(&order).map_err(|error| self.told(&error))?;
        let documents: u64 = generated.documents.values().sum();
        say(&format!(
            "{documents} documents, {} triples, {} faults, sha-256 {digest}\n",
            generated.triples,
            generated.faults.len()
        ));
        Ok(ExitCode::SUCCESS)
    }

    fn told(&self, error: &io::Error) -> Failure {
        Failure(format!("{}: {error}", self.out.display()))
    }

    fn write(&self, order: &Order) -> io::Result<(Generated, String)> {
        let mut data = Hashing {
            output: BufWriter::new(File::create(self.out.join(DATA))?),
            digest: Sha256::new(),
        };
        let generated = generate(order, &mut |document| write_quads(document, &mut data))?;
        data.output.flush()?;
        let digest = hex(&data.digest.finalize());
        let manifest = json!({
            "territory": Area::code(order.area),
            "organizations": order.organizations,
            "seed": order.seed,
            "faults": order.faults,
            "base": order.root,
            "documents": generated.documents,
            "triples": generated.triples,
            "sha256": digest,
        });
        std::fs::write(self.out.join(MANIFEST), format!("{manifest:#}\n"))?;
        if order.faults > 0.0 {
            let mut expected = BufWriter::new(File::create(self.out.join(EXPECTED))?);
            for fault in &generated.faults {
                let (rule, shape, focus) = (fault.rule, fault.shape, fault.focus.as_str());
                writeln!(expected, "{}", json!({ "rule": rule, "shape": shape, "focus": focus }))?;
            }
            expected.flush()?;
        }
        Ok((generated, digest))
    }
}

fn write_quads(document: &Document, output: &mut impl Write) -> io::Result<()> {
    for triple in &document.triples {
        writeln!(output, "{triple} {} .", document.iri)?;
    }
    Ok(())
}

/// Writes and hashes at once.
struct Hashing<W> {
    output: W,
    digest: Sha256,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.output.write(bytes)?;
        self.digest.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}
