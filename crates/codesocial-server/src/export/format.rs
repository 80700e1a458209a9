//! The forms of an export. Each is written as it is read from the state, in one pass.

use super::{Export, csv, description};
use clap::ValueEnum;
use codesocial_rdf::context::{V1, V1_IRI};
use codesocial_rdf::jsonld::Compaction;
use codesocial_rdf::vocab::PREFIXES;
use codesocial_rdf::write;
use flate2::Compression;
use flate2::write::GzEncoder;
use oxrdf::{GraphName, Triple};
use serde_json::{Value, json};
use std::io::{self, Write};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Jsonld,
    Turtle,
    Nquads,
    Trig,
    Csv,
}

impl Format {
    pub(crate) const ALL: [Self; 5] =
        [Self::Jsonld, Self::Turtle, Self::Nquads, Self::Trig, Self::Csv];

    /// The end of a file's name.
    pub(crate) fn ending(self) -> &'static str {
        match self {
            Self::Jsonld => "jsonld",
            Self::Turtle => "ttl",
            Self::Nquads => "nq.gz",
            Self::Trig => "trig",
            Self::Csv => "csv",
        }
    }

    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Self::Jsonld => "application/ld+json",
            Self::Turtle => "text/turtle",
            Self::Nquads => "application/gzip",
            Self::Trig => "application/trig",
            Self::Csv => "text/csv; charset=utf-8; header=present",
        }
    }
}

/// What is written, compressed.
pub(crate) fn compressed<W: Write>(
    output: W,
    write: impl FnOnce(&mut GzEncoder<W>) -> io::Result<()>,
) -> io::Result<W> {
    let mut encoder = GzEncoder::new(output, Compression::default());
    write(&mut encoder)?;
    encoder.finish()
}

impl Export {
    /// Writes the file that is offered: N-Quads compressed.
    pub(crate) fn write_file(&self, format: Format, output: &mut impl Write) -> io::Result<()> {
        match format {
            Format::Nquads => compressed(output, |output| self.write(format, output)).map(|_| ()),
            _ => self.write(format, output),
        }
    }

    pub(crate) fn write(&self, format: Format, output: &mut impl Write) -> io::Result<()> {
        match format {
            Format::Jsonld => self.write_json_ld(output),
            Format::Turtle => self.write_turtle(output),
            Format::Nquads => self.write_n_quads(output),
            Format::Trig => self.write_trig(output),
            Format::Csv => csv::write(self, output),
        }
    }

    fn write_n_quads(&self, output: &mut impl Write) -> io::Result<()> {
        let mut lines = |graph: &GraphName, triples: Vec<Triple>| {
            triples
                .into_iter()
                .try_for_each(|triple| writeln!(output, "{} .", triple.in_graph(graph.clone())))
        };
        lines(&GraphName::DefaultGraph, description(&self.state, self.dataset))?;
        self.documents().try_for_each(|(name, triples)| lines(&name.into(), triples))
    }

    fn write_turtle(&self, output: &mut impl Write) -> io::Result<()> {
        write_prefixes(output)?;
        output.write_all(write::turtle_body(&description(&self.state, self.dataset)).as_bytes())?;
        self.documents()
            .try_for_each(|(_, triples)| output.write_all(write::turtle_body(&triples).as_bytes()))
    }

    fn write_trig(&self, output: &mut impl Write) -> io::Result<()> {
        write_prefixes(output)?;
        output.write_all(write::turtle_body(&description(&self.state, self.dataset)).as_bytes())?;
        self.documents().try_for_each(|(name, triples)| {
            write!(output, "\n{name} {{{}}}\n", write::turtle_body(&triples))
        })
    }

    /// One tree for each document, under the immutable context.
    fn write_json_ld(&self, output: &mut impl Write) -> io::Result<()> {
        let compaction = Compaction::new(V1)?;
        let tree = |name: &str, triples: &[Triple]| Value::Object(compaction.tree(name, triples));
        let own = self.dataset.iri(self.state.base());
        let description = tree(own.as_str(), &description(&self.state, self.dataset));
        write!(output, "{{\n\"@context\": {},\n\"@graph\": [\n{description}", json!(V1_IRI))?;
        self.documents().try_for_each(|(name, triples)| {
            write!(output, ",\n{}", tree(name.as_str(), &triples))
        })?;
        writeln!(output, "\n]\n}}")
    }
}

fn write_prefixes(output: &mut impl Write) -> io::Result<()> {
    PREFIXES
        .iter()
        .try_for_each(|(prefix, namespace)| writeln!(output, "@prefix {prefix}: <{namespace}> ."))
}
