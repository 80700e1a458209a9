//! `codesocial validate`: the engine on files, without a server.

use super::data::Data;
use super::{CONFORMS_NOT, Failure, located, say};
use crate::config::ShaclEdition;
use clap::{Args, ValueEnum};
use codesocial_rdf::{RdfSyntax, write};
use codesocial_shacl::{Lang, MemoryGraph, Report, Shapes};
use indicatif::ProgressBar;
use jiff::Timestamp;
use oxrdf::{Graph, Triple};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct Validate {
    /// File of SHACL shapes; several are one graph
    #[arg(long, value_name = "FILE", required = true)]
    shapes: Vec<PathBuf>,
    /// File of data to judge; several are one graph
    #[arg(long, value_name = "FILE", required = true)]
    data: Vec<PathBuf>,
    /// Edition of SHACL of the shapes; of the draft of 1.2 what is understood
    #[arg(long, value_enum, default_value_t = ShaclEdition::Recommendation)]
    shacl: ShaclEdition,
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

/// Files over this many bytes show how far reading has come.
const PROGRESS_BYTES_MIN: u64 = 8 * 1024 * 1024;

impl Validate {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let shapes: Graph = read(&found(&self.shapes)?)?;
        let shapes = Shapes::parse_as(&shapes, self.shacl.edition()).map_err(Failure::new)?;
        let files = found(&self.data)?;
        let data: MemoryGraph = read(&files)?;
        let now = codesocial_store::moment(Timestamp::now());
        let report = codesocial_shacl::validate(&shapes, &data, now).map_err(Failure::new)?;
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
            ReportFormat::Text => to_text(&report, &files, language.unwrap_or(Lang::Fr))?,
            ReportFormat::Turtle => rdf(RdfSyntax::Turtle),
            ReportFormat::Json => rdf(RdfSyntax::JsonLd),
        });
        Ok(if report.conforms { ExitCode::SUCCESS } else { ExitCode::from(CONFORMS_NOT) })
    }
}

/// The report as text, with the place of each result in the files where it has one.
fn to_text(report: &Report, files: &[Data], language: Lang) -> Result<String, Failure> {
    if report.conforms {
        return Ok(report.to_text(language));
    }
    let places = located::places(report, files)?;
    let lines = report.lines(language).zip(places).map(|(line, place)| match place {
        Some(place) => format!("{place}: {line}\n"),
        None => format!("{line}\n"),
    });
    Ok(lines.collect())
}

fn found(paths: &[PathBuf]) -> Result<Vec<Data>, Failure> {
    paths.iter().map(|path| Data::find(path)).collect()
}

/// The triples of all files as one graph, each read with its own `file://` IRI as base.
fn read<G: FromIterator<Triple>>(files: &[Data]) -> Result<G, Failure> {
    let size: u64 = files.iter().map(Data::size).sum();
    let progress = match size {
        PROGRESS_BYTES_MIN.. => ProgressBar::new(size),
        _ => ProgressBar::hidden(),
    };
    let triples = files.iter().flat_map(|file| {
        let reader = file.open(|file| progress.wrap_read(file));
        let triples = reader.and_then(|reader| file.triples(reader));
        triples.unwrap_or_else(|failure| Box::new(std::iter::once(Err(failure))))
    });
    let graph = triples.collect();
    progress.finish_and_clear();
    graph
}
