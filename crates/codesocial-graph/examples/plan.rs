//! How long queries take as they are written and as they are planned, in one run.
//!
//! `plan DATA.nt QUERIES`: each resource's triples stand in a graph of its name, as the server has
//! them; a query is a file, whose evaluation alone is timed, all rows read.

use codesocial_graph::{Readers, Rewrites, Selection, Snapshot};
use codesocial_graph::{evaluator, plan, strip_dataset};
use codesocial_rdf::{Base, Changeset};
use oxigraph::io::{RdfFormat, RdfParser};
use oxrdf::{GraphName, NamedOrBlankNode, Quad};
use spareval::{CancellationToken, QueryResults};
use spargebra::{Query, SparqlParser};
use std::error::Error;
use std::fs::{self, File};
use std::io::{BufReader, Write as _, stdout};
use std::time::{Duration, Instant};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [data, queries] = &arguments[..] else { return Err("plan DATA.nt QUERIES".into()) };
    let state = load(data)?;
    let mut files: Vec<_> = fs::read_dir(queries)?.collect::<Result<_, _>>()?;
    files.sort_by_key(fs::DirEntry::file_name);
    let mut output = stdout().lock();
    for file in files {
        let text = fs::read_to_string(file.path())?;
        let mut query = SparqlParser::new().parse_query(&text)?;
        let selection = strip_dataset(&mut query, None);
        let time = |rewrites| mean(&state, &query, &selection, rewrites);
        let (plain, planned) = (time(Rewrites::NONE)?, time(Rewrites::default())?);
        writeln!(
            output,
            "{:24} {:10.3} ms {:10.3} ms  {} and {} rows",
            file.file_name().to_string_lossy(),
            plain.0.as_secs_f64() * 1e3,
            planned.0.as_secs_f64() * 1e3,
            plain.1,
            planned.1,
        )?;
    }
    Ok(())
}

fn load(path: &str) -> Result<Snapshot, Box<dyn Error>> {
    let base = Base::parse("http://registry.example/")?;
    let parser = RdfParser::from_format(RdfFormat::NTriples);
    let mut added = Vec::new();
    for quad in parser.for_reader(BufReader::new(File::open(path)?)) {
        let quad = quad?;
        let graph = match &quad.subject {
            NamedOrBlankNode::NamedNode(resource) => GraphName::from(resource.clone()),
            NamedOrBlankNode::BlankNode(_) => GraphName::DefaultGraph,
        };
        added.push(Quad { graph_name: graph, ..quad });
    }
    let mut candidate = Snapshot::empty(base).candidate();
    candidate.apply(&Changeset { removed: Vec::new(), added })?;
    Ok(candidate.publish().merged())
}

/// What this thread has had of a processor, which is what a query costs beside other programs.
fn processor_time() -> Result<Duration, Box<dyn Error>> {
    let told = fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanoseconds = told.split(' ').next().ok_or("no time")?;
    Ok(Duration::from_nanos(nanoseconds.parse()?))
}

/// The mean of many evaluations, and how many rows there are.
fn mean(
    state: &Snapshot,
    query: &Query,
    selection: &Selection,
    rewrites: Rewrites,
) -> Result<(Duration, usize), Box<dyn Error>> {
    let (mut times, mut rows) = (0, 0);
    let start = processor_time()?;
    let begin = Instant::now();
    while times < 5 || begin.elapsed() < Duration::from_secs(1) {
        let dataset = state.readable_by(&Readers::everyone(), selection);
        let mut query = query.clone();
        plan(&mut query, &dataset, rewrites, &CancellationToken::new());
        rows = match evaluator().prepare(&query).execute(dataset)? {
            QueryResults::Solutions(mut solutions) => {
                solutions.try_fold(0, |rows, solution| solution.map(|_| rows + 1))?
            }
            QueryResults::Graph(mut triples) => {
                triples.try_fold(0, |rows, triple| triple.map(|_| rows + 1))?
            }
            QueryResults::Boolean(answer) => usize::from(answer),
        };
        times += 1;
    }
    Ok(((processor_time()? - start) / times, rows))
}
