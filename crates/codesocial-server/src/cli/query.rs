//! `codesocial query`: a question to the data directory, beside a running server or without one.

use super::{Common, Failure};
use crate::solutions::{Rows, Solutions};
use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Args, ValueEnum};
use codesocial_rdf::{Base, RdfSyntax};
use codesocial_registry::questions;
use codesocial_store::query::{self, Prepared, ResultSyntax};
use codesocial_store::{Agent, State};
use oxrdf::Term;
use sparesults::QueryResultsFormat;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Evaluating recurses: what is deep is refused by its text, what is less needs room.
const STACK_BYTES: usize = 64 * 1024 * 1024;

#[derive(Debug, Args)]
pub(super) struct Query {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    asked: Asked,
    /// Value of a parameter of the saved question, such as territory=territories/lille
    #[arg(long, value_name = "NAME=VALUE", value_parser = parameter)]
    with: Vec<(String, String)>,
    /// Read what administrators may, not only what everyone may
    #[arg(long)]
    all: bool,
    /// How to write the answer [default: table, of a graph: turtle]
    #[arg(long, value_enum)]
    format: Option<Format>,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Asked {
    /// Query to ask, in SPARQL
    #[arg(value_name = "QUERY")]
    text: Option<String>,
    /// File that holds the query; - is standard input
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Saved question to ask
    #[arg(long, value_name = "NAME", value_parser = names())]
    question: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Csv,
    Tsv,
    Json,
    Xml,
    Turtle,
    Ntriples,
    Jsonld,
    Rdfxml,
}

impl Query {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let config = self.common.config().map_err(Failure::new)?;
        let state = codesocial_store::read_state(&config.data).map_err(Failure::new)?;
        let text = self.text(state.base())?;
        let agent = if self.all { Agent::Server } else { Agent::Anonymous };
        let base = state.base().root();
        let limits = config.sparql.limits();
        let prepared = query::prepare(&text, base.as_str(), None, &limits).map_err(Failure::new)?;
        let format = self.format(&prepared)?;
        let answer = std::thread::scope(|scope| {
            let evaluation = || evaluated(&prepared, &state, &agent, format);
            let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
            let thread = thread.spawn_scoped(scope, evaluation).map_err(Failure::new)?;
            thread.join().map_err(|_| Failure("the evaluation failed".to_owned()))?
        })?;
        match io::stdout().lock().write_all(&answer) {
            // A reader that has seen enough is no failure.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
            other => other.map(|()| ExitCode::SUCCESS).map_err(Failure::new),
        }
    }

    /// The query that is asked.
    fn text(&self, base: &Base) -> Result<String, Failure> {
        match &self.asked {
            Asked { text: Some(text), .. } => Ok(text.clone()),
            Asked { file: Some(path), .. } => read(path),
            Asked { question, .. } => {
                let question = question.as_deref().and_then(questions::named);
                let question = question.ok_or_else(|| Failure("nothing is asked".to_owned()))?;
                let known: Vec<&str> =
                    question.parameters.iter().map(|parameter| parameter.name).collect();
                if let Some((name, _)) = self.with.iter().find(|(n, _)| !known.contains(&&**n)) {
                    let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                    return Err(Failure(format!(
                        "{} has no parameter {name}: it has {known}",
                        question.name
                    )));
                }
                let given = self.with.iter().map(|(name, value)| (&**name, &**value));
                question.with(base, given).map_err(|parameter| {
                    Failure(format!("no value of {}: {}", parameter.name, parameter.title.english))
                })
            }
        }
    }

    /// How the answer to such a query is written.
    fn format(&self, prepared: &Prepared) -> Result<Format, Failure> {
        let is_graph = prepared.answers_with_graph();
        let default = if is_graph { Format::Turtle } else { Format::Table };
        let format = self.format.unwrap_or(default);
        if format.is_of_graphs() != is_graph {
            let (kind, others) =
                if is_graph { ("a graph", Format::GRAPHS) } else { ("rows", Format::ROWS) };
            return Err(Failure(format!("the query answers with {kind}: --format {others}")));
        }
        Ok(format)
    }
}

impl Format {
    const ROWS: &str = "table, csv, tsv, json or xml";
    const GRAPHS: &str = "turtle, ntriples, jsonld or rdfxml";

    fn is_of_graphs(self) -> bool {
        matches!(self.syntax(), ResultSyntax::Graph(_))
    }

    /// The syntax of the answer; a table is made of the JSON.
    fn syntax(self) -> ResultSyntax {
        match self {
            Self::Table | Self::Json => ResultSyntax::Solutions(QueryResultsFormat::Json),
            Self::Csv => ResultSyntax::Solutions(QueryResultsFormat::Csv),
            Self::Tsv => ResultSyntax::Solutions(QueryResultsFormat::Tsv),
            Self::Xml => ResultSyntax::Solutions(QueryResultsFormat::Xml),
            Self::Turtle => ResultSyntax::Graph(RdfSyntax::Turtle),
            Self::Ntriples => ResultSyntax::Graph(RdfSyntax::NTriples),
            Self::Jsonld => ResultSyntax::Graph(RdfSyntax::JsonLd),
            Self::Rdfxml => ResultSyntax::Graph(RdfSyntax::RdfXml),
        }
    }
}

/// The names of the saved questions, each with what it asks.
fn names() -> PossibleValuesParser {
    let values = questions::all().iter();
    let values =
        values.map(|question| PossibleValue::new(question.name).help(question.title.english));
    PossibleValuesParser::new(values)
}

fn parameter(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

fn read(path: &Path) -> Result<String, Failure> {
    if path == Path::new("-") {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text).map_err(Failure::new)?;
        return Ok(text);
    }
    std::fs::read_to_string(path).map_err(|error| Failure(format!("{}: {error}", path.display())))
}

fn evaluated(
    prepared: &Prepared,
    state: &State,
    agent: &Agent,
    format: Format,
) -> Result<Vec<u8>, Failure> {
    let (readers, mut answer) = (state.readers(agent), Vec::new());
    query::evaluate_here(prepared, state, &readers, format.syntax(), &mut answer)
        .map_err(Failure::new)?;
    if format == Format::Table {
        let solutions = Solutions::read(&answer, usize::MAX).map_err(Failure::new)?;
        return Ok(table(&solutions, state.base()).into_bytes());
    }
    Ok(answer)
}

/// Columns as wide as what stands in them; addresses are written without the base.
fn table(solutions: &Solutions, base: &Base) -> String {
    let Rows { variables, rows, .. } = match solutions {
        Solutions::Boolean(value) => return format!("{value}\n"),
        Solutions::Rows(rows) => rows,
    };
    let cells = |row: &Vec<Option<Term>>| -> Vec<String> {
        row.iter()
            .map(|cell| cell.as_ref().map_or_else(String::new, |term| shown(term, base)))
            .collect()
    };
    let mut lines = vec![variables.clone()];
    lines.extend(rows.iter().map(cells));
    let width = |n: usize| lines.iter().map(|line| line[n].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..variables.len()).map(width).collect();
    lines.insert(1, widths.iter().map(|width| "-".repeat(*width)).collect());
    let mut table = String::new();
    for line in lines {
        let cells = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        table.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        table.push('\n');
    }
    table
}

/// A term as people read it.
fn shown(term: &Term, base: &Base) -> String {
    match term {
        Term::NamedNode(iri) => match base.path_of(iri.as_str()) {
            Some(path) if !path.is_empty() => path.to_owned(),
            _ => codesocial_rdf::vocab::compact(iri.as_str())
                .unwrap_or_else(|| iri.as_str().to_owned()),
        },
        Term::BlankNode(node) => node.to_string(),
        Term::Literal(literal) => literal.value().replace(['\n', '\r', '\t'], " "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn a_table_is_as_wide_as_what_stands_in_it() {
        let iri = |iri: &str| Some(Term::from(oxrdf::NamedNode::new_unchecked(iri)));
        let text = |text: &str| Some(Term::from(oxrdf::Literal::from(text)));
        let rows = Rows {
            variables: vec!["organisation".to_owned(), "n".to_owned()],
            rows: vec![
                vec![iri("http://x/organizations/a"), text("été")],
                vec![iri("https://w3id.org/codesocial/ns#Offer"), None],
                vec![iri("https://w3id.org/codesocial/scheme/theme/a/b"), text("a\nb")],
            ],
            are_all: true,
        };
        let base = Base::parse("http://x/").unwrap();
        expect![[r#"
            organisation                                  n
            --------------------------------------------  ---
            organizations/a                               été
            cs:Offer
            https://w3id.org/codesocial/scheme/theme/a/b  a b
        "#]]
        .assert_eq(&table(&Solutions::Rows(rows), &base));
        assert_eq!(table(&Solutions::Boolean(true), &base), "true\n");
    }
}
