//! `codesocial validate`: the engine on files, without a server.

use super::{CONFORMS_NOT, Failure, say};
use clap::{Args, ValueEnum};
use codesocial_rdf::{RdfSyntax, parse, write};
use codesocial_shacl::{Lang, MemoryGraph, Shapes};
use oxrdf::{Graph, Triple};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct Validate {
    /// File of SHACL shapes; several are one graph
    #[arg(long, value_name = "FILE", required = true)]
    shapes: Vec<PathBuf>,
    /// File of data to judge; several are one graph
    #[arg(long, value_name = "FILE", required = true)]
    data: Vec<PathBuf>,
    /// How to write the report
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    format: ReportFormat,
    /// Language of the messages [default: all there are; of the text: fr]
    #[arg(long, value_enum)]
    lang: Option<ReportLanguage>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ReportFormat {
    Text,
    Turtle,
    Json,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ReportLanguage {
    Fr,
    En,
}

impl Validate {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let shapes: Graph = read(&self.shapes)?.into_iter().collect();
        let shapes = Shapes::parse(&shapes).map_err(Failure::new)?;
        let data: MemoryGraph = read(&self.data)?.into_iter().collect();
        let report = codesocial_shacl::validate(&shapes, &data).map_err(Failure::new)?;
        let language = self.lang.map(|language| match language {
            ReportLanguage::Fr => Lang::Fr,
            ReportLanguage::En => Lang::En,
        });
        let rdf = |syntax| {
            let mut triples = report.to_triples(language);
            write::sort_for_reading(&mut triples, "");
            write::graph(&triples, syntax)
        };
        say(&match self.format {
            ReportFormat::Text => report.to_text(language.unwrap_or(Lang::Fr)),
            ReportFormat::Turtle => rdf(RdfSyntax::Turtle),
            ReportFormat::Json => rdf(RdfSyntax::JsonLd),
        });
        Ok(if report.conforms { ExitCode::SUCCESS } else { ExitCode::from(CONFORMS_NOT) })
    }
}

/// The triples of files, each read with its own `file://` IRI as base.
fn read(files: &[PathBuf]) -> Result<Vec<Triple>, Failure> {
    let mut triples = Vec::new();
    for file in files {
        let told = |error: &dyn std::fmt::Display| Failure(format!("{}: {error}", file.display()));
        let bytes = std::fs::read(file).map_err(|error| told(&error))?;
        let extension = file.extension().and_then(|extension| extension.to_str());
        let syntax = extension
            .and_then(RdfSyntax::from_extension)
            .ok_or_else(|| told(&"its name ends in none of .ttl .jsonld .nt .nq .trig .rdf"))?;
        let base = file_iri(file).map_err(|error| told(&error))?;
        triples.extend(parse::triples(&bytes, syntax, &base).map_err(|error| told(&error))?);
    }
    Ok(triples)
}

fn file_iri(file: &Path) -> std::io::Result<String> {
    let path = std::fs::canonicalize(file)?;
    let mut iri = "file://".to_owned();
    for byte in path.as_os_str().as_encoded_bytes() {
        let kept = byte.is_ascii_alphanumeric() || b"/-._~!$&'()*+,;=:@".contains(byte);
        if kept {
            iri.push(char::from(*byte));
        } else {
            iri.push_str(&format!("%{byte:02X}"));
        }
    }
    Ok(iri)
}
