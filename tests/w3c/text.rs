//! What is found beside what is expected, in a text that tells the difference.

use codesocial_tests::graph::canonical;
use oxrdf::dataset::{CanonicalizationAlgorithm, CanonicalizationHashAlgorithm};
use oxrdf::vocab::xsd;
use oxrdf::{
    BlankNode, Dataset, Graph, Literal, NamedNode, NamedNodeRef, Quad, Term, TermRef, Triple,
};
use sparesults::{QueryResultsFormat, QueryResultsParser, SliceQueryResultsParserOutput};

/// The vocabulary in which rows are told in RDF.
const RS: &str = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#";

/// Whether two graphs are one up to the names of blank nodes.
pub(crate) fn isomorphic(
    expected: impl IntoIterator<Item = Triple>,
    found: impl IntoIterator<Item = Triple>,
) -> Result<(), String> {
    same(&canonical(expected), &canonical(found))
}

/// The same of datasets.
pub(crate) fn same_dataset(expected: Vec<Quad>, found: Vec<Quad>) -> Result<(), String> {
    let text = |quads: Vec<Quad>| {
        let mut dataset: Dataset = quads.into_iter().collect();
        dataset.canonicalize(CanonicalizationAlgorithm::Rdfc10 {
            hash_algorithm: CanonicalizationHashAlgorithm::Sha256,
        });
        let mut lines: Vec<String> = dataset.iter().map(|quad| format!("{quad} .\n")).collect();
        lines.sort_unstable();
        lines.concat()
    };
    same(&text(expected), &text(found))
}

fn same(expected: &str, found: &str) -> Result<(), String> {
    if expected == found { Ok(()) } else { Err(format!("expected\n{expected}\ngot\n{found}")) }
}

/// The answer to a query that gives no graph.
pub(crate) enum Solutions {
    Boolean(bool),
    /// The rows, as variables with values.
    Rows(Vec<Vec<(String, Term)>>),
}

impl Solutions {
    /// Reads an answer, whose format the ending of a file tells.
    pub(crate) fn read(bytes: &[u8], ending: &str) -> Result<Self, String> {
        if ending == "csv" {
            return csv(bytes);
        }
        let format = QueryResultsFormat::from_extension(ending).ok_or("no format of results")?;
        let output = QueryResultsParser::from_format(format).for_slice(bytes);
        Ok(match output.map_err(|error| error.to_string())? {
            SliceQueryResultsParserOutput::Boolean(value) => Self::Boolean(value),
            SliceQueryResultsParserOutput::Solutions(solutions) => {
                let rows = solutions.map(|solution| {
                    let solution = solution.map_err(|error| error.to_string())?;
                    let cells = solution.iter();
                    Ok(cells.map(|(v, value)| (v.as_str().to_owned(), value.clone())).collect())
                });
                Self::Rows(rows.collect::<Result<_, String>>()?)
            }
        })
    }

    /// Reads rows that are told in RDF.
    pub(crate) fn told(triples: &[Triple]) -> Self {
        let graph: Graph = triples.iter().collect();
        let rs = |name: &str| NamedNode::new_unchecked(format!("{RS}{name}"));
        let binding = |node: TermRef<'_>| {
            let TermRef::BlankNode(node) = node else { return None };
            let said = |name: &str| graph.object_for_subject_predicate(node, &rs(name));
            let TermRef::Literal(name) = said("variable")? else { return None };
            Some((name.value().to_owned(), said("value")?.into_owned()))
        };
        let row = |solution: TermRef<'_>| match solution {
            TermRef::BlankNode(node) => {
                let property = rs("binding");
                let bindings = graph.objects_for_subject_predicate(node, &property);
                bindings.filter_map(binding).collect()
            }
            TermRef::NamedNode(_) | TermRef::Literal(_) => Vec::new(),
        };
        let property = rs("solution");
        let solutions = graph.triples_for_predicate(&property);
        Self::Rows(solutions.map(|triple| row(triple.object)).collect())
    }

    /// Whether both are the same bag of rows, up to the names of blank nodes.
    pub(crate) fn same_as(self, found: &Self) -> Result<(), String> {
        match (self, found) {
            (Self::Boolean(expected), Self::Boolean(found)) => {
                same(&expected.to_string(), &found.to_string())
            }
            (Self::Rows(expected), Self::Rows(found)) => {
                isomorphic(as_graph(&expected), as_graph(found))
            }
            _ => Err("a boolean where rows are due, or rows for a boolean".to_owned()),
        }
    }
}

/// Rows as triples: each row a blank node, which has values by the names of variables.
fn as_graph(rows: &[Vec<(String, Term)>]) -> Vec<Triple> {
    let property = |name: &str| NamedNode::new_unchecked(format!("urn:variable:{name}"));
    let row = |cells: &Vec<(String, Term)>| {
        let row = BlankNode::default();
        let is_row = Triple::new(row.clone(), property(""), Literal::from(true));
        let cells = cells
            .iter()
            .map(|(name, value)| Triple::new(row.clone(), property(name), by_value(value)));
        cells.chain([is_row]).collect::<Vec<_>>()
    };
    rows.iter().flat_map(row).collect()
}

/// The term, with numbers in one of the ways in which they can be written.
fn by_value(term: &Term) -> Term {
    let Term::Literal(literal) = term else { return term.clone() };
    let is_of = |types: &[NamedNodeRef<'_>]| types.contains(&literal.datatype());
    match literal.value().parse::<f64>() {
        Ok(number) if is_of(&[xsd::DECIMAL, xsd::DOUBLE, xsd::FLOAT]) => {
            Literal::new_typed_literal(number.to_string(), literal.datatype()).into()
        }
        _ => term.clone(),
    }
}

/// CSV does not tell literals from IRIs, but blank nodes from both.
/// <https://www.w3.org/TR/sparql11-results-csv-tsv/#csv-terms>
fn csv(bytes: &[u8]) -> Result<Solutions, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
    let mut records = csv_records(text).into_iter();
    let header = records.next().ok_or("no header")?;
    let row = |record: Vec<String>| {
        let cells = header.iter().cloned().zip(record);
        let term = |cell: &str| match cell.strip_prefix("_:") {
            Some(label) => Term::from(BlankNode::new_unchecked(label)),
            None => Literal::from(cell).into(),
        };
        cells.map(|(name, cell)| (name, term(&cell))).collect()
    };
    Ok(Solutions::Rows(records.map(row).collect()))
}

/// <https://www.rfc-editor.org/rfc/rfc4180#section-2>
fn csv_records(text: &str) -> Vec<Vec<String>> {
    let (mut records, mut record, mut cell) = (Vec::new(), Vec::new(), String::new());
    let (mut quoted, mut chars) = (false, text.chars().peekable());
    while let Some(char) = chars.next() {
        match char {
            '"' if quoted && chars.peek() == Some(&'"') => cell.extend(chars.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => record.push(std::mem::take(&mut cell)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                record.push(std::mem::take(&mut cell));
                records.push(std::mem::take(&mut record));
            }
            other => cell.push(other),
        }
    }
    if !cell.is_empty() || !record.is_empty() {
        record.push(cell);
        records.push(record);
    }
    records
}
