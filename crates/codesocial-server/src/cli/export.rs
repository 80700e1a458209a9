//! `codesocial export`: what everyone may read, as files.

use super::{Common, Failure};
use clap::{Args, ValueEnum};
use codesocial_rdf::context::V1_IRI;
use codesocial_rdf::jsonld::Compaction;
use codesocial_rdf::vocab::{PREFIXES, rdf};
use codesocial_rdf::{GraphKind, skolem, write};
use codesocial_store::State;
use flate2::Compression;
use flate2::write::GzEncoder;
use oxrdf::{GraphName, NamedNode, Term, Triple};
use serde_json::json;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct Export {
    #[command(flatten)]
    common: Common,
    /// Only documents that describe an instance of this class: an IRI or a prefixed name
    #[arg(long, value_name = "CLASS")]
    class: Option<String>,
    /// Syntax to write
    #[arg(long, value_enum, default_value_t = ExportFormat::Nquads)]
    format: ExportFormat,
    /// File to write; compressed where its name ends in .gz [default: standard output]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ExportFormat {
    Jsonld,
    Turtle,
    Nquads,
    Trig,
}

impl Export {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let config = self.common.config().map_err(Failure::new)?;
        let state = codesocial_store::read_state(&config.data).map_err(Failure::new)?;
        let documents = documents(&state, self.class.as_deref().map(expand).as_ref());
        let written = match &self.output {
            None => write_documents(self.format, &documents, &mut io::stdout().lock()),
            Some(path) => std::fs::File::create(path).and_then(|file| {
                let mut file = BufWriter::new(file);
                if path.extension().is_some_and(|extension| extension == "gz") {
                    let mut encoder = GzEncoder::new(&mut file, Compression::default());
                    write_documents(self.format, &documents, &mut encoder)?;
                    encoder.finish()?;
                } else {
                    write_documents(self.format, &documents, &mut file)?;
                }
                file.flush()
            }),
        };
        match written {
            // A reader that has seen enough is no failure.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
            other => other.map(|()| ExitCode::SUCCESS).map_err(Failure::new),
        }
    }
}

type Exported = (NamedNode, Vec<Triple>);

/// The documents of the registry, in the order of their addresses.
fn documents(state: &State, class: Option<&NamedNode>) -> Vec<Exported> {
    let resources = state.graphs().filter(|graph| state.kind(*graph) == GraphKind::Resource);
    let mut documents: Vec<Exported> = resources
        .filter_map(|graph| match state.graph_name(graph) {
            GraphName::NamedNode(name) => Some(name),
            GraphName::DefaultGraph | GraphName::BlankNode(_) => None,
        })
        .map(|name| {
            let mut triples: Vec<Triple> =
                state.graph(name.as_ref().into()).map(skolem::unskolemise).collect();
            write::sort_for_reading(&mut triples, name.as_str());
            (name, triples)
        })
        .filter(|(name, triples)| {
            class.is_none_or(|class| {
                let wanted = Term::from(class.clone());
                triples.iter().any(|triple| {
                    triple.subject == name.clone().into()
                        && triple.predicate == rdf::TYPE
                        && triple.object == wanted
                })
            })
        })
        .collect();
    documents.sort_unstable_by(|(one, _), (other, _)| one.as_str().cmp(other.as_str()));
    documents
}

fn expand(name: &str) -> NamedNode {
    let known = name.split_once(':').and_then(|(prefix, local)| {
        let (_, namespace) = PREFIXES.iter().find(|(known, _)| *known == prefix)?;
        Some(format!("{namespace}{local}"))
    });
    NamedNode::new_unchecked(known.unwrap_or_else(|| name.to_owned()))
}

fn write_documents(
    format: ExportFormat,
    documents: &[Exported],
    output: &mut impl Write,
) -> io::Result<()> {
    match format {
        ExportFormat::Turtle => {
            let all: Vec<Triple> =
                documents.iter().flat_map(|(_, triples)| triples.iter().cloned()).collect();
            output.write_all(write::turtle(&all).as_bytes())
        }
        ExportFormat::Nquads => {
            for (name, triples) in documents {
                for triple in triples {
                    writeln!(output, "{} .", triple.clone().in_graph(name.clone()))?;
                }
            }
            Ok(())
        }
        ExportFormat::Trig => {
            for (prefix, namespace) in PREFIXES {
                writeln!(output, "@prefix {prefix}: <{namespace}> .")?;
            }
            for (name, triples) in documents {
                writeln!(output, "\n{name} {{")?;
                output.write_all(write::turtle_body(triples).as_bytes())?;
                writeln!(output, "}}")?;
            }
            Ok(())
        }
        ExportFormat::Jsonld => write_json_ld(documents, output),
    }
}

/// One tree for each document, under the immutable context.
fn write_json_ld(documents: &[Exported], output: &mut impl Write) -> io::Result<()> {
    let compaction = Compaction::new(codesocial_rdf::context::V1)?;
    writeln!(output, "{{\n\"@context\": {},\n\"@graph\": [", json!(V1_IRI))?;
    for (n, (name, triples)) in documents.iter().enumerate() {
        let separator = if n == 0 { "" } else { ",\n" };
        let tree = serde_json::Value::Object(compaction.tree(name.as_str(), triples));
        write!(output, "{separator}{tree}")?;
    }
    writeln!(output, "\n]\n}}")
}
