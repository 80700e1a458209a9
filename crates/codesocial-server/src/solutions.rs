//! What a query answered, read back from the JSON in which it was sent: for the tables that people
//! read on pages and in terminals. An answer that was cut off is read as far as it came.
//! <https://www.w3.org/TR/sparql11-results-json/>

use oxrdf::{Term, Variable};
use sparesults::{
    QueryResultsFormat, QueryResultsParser, QueryResultsSyntaxError, SliceQueryResultsParserOutput,
};

/// An answer to `ASK` or to `SELECT`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Solutions {
    Boolean(bool),
    Rows(Rows),
}

/// The first rows of an answer, or all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rows {
    pub(crate) variables: Vec<String>,
    /// One cell for each variable.
    pub(crate) rows: Vec<Vec<Option<Term>>>,
    /// Whether there are no others.
    pub(crate) are_all: bool,
}

impl Solutions {
    /// Up to `rows_max` rows.
    pub(crate) fn read(json: &[u8], rows_max: usize) -> Result<Self, QueryResultsSyntaxError> {
        let parser = QueryResultsParser::from_format(QueryResultsFormat::Json);
        let solutions = match parser.for_slice(json)? {
            SliceQueryResultsParserOutput::Boolean(value) => return Ok(Self::Boolean(value)),
            SliceQueryResultsParserOutput::Solutions(solutions) => solutions,
        };
        let variables = solutions.variables().iter().map(Variable::as_str).map(str::to_owned);
        let variables = variables.collect();
        let (mut rows, mut are_all) = (Vec::new(), true);
        for solution in solutions {
            match solution {
                Ok(solution) if rows.len() < rows_max => rows.push(solution.values().to_vec()),
                Ok(_) | Err(_) => {
                    are_all = false;
                    break;
                }
            }
        }
        Ok(Self::Rows(Rows { variables, rows, are_all }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: &[u8] = br#"{"head":{"vars":["a","b"]},"results":{"bindings":[
        {"a":{"type":"literal","value":"1"}},
        {"b":{"type":"uri","value":"http://x/y"}}]}}"#;

    /// The rows that are found in the first bytes, and whether they are all.
    #[track_caller]
    fn check(bytes: usize, rows_max: usize, expected: (usize, bool)) {
        let Ok(Solutions::Rows(found)) = Solutions::read(&JSON[..bytes], rows_max) else {
            unreachable!("rows")
        };
        assert_eq!(found.variables, ["a", "b"]);
        assert_eq!((found.rows.len(), found.are_all), expected, "{bytes} {rows_max}");
    }

    #[test]
    fn an_answer_is_read_as_far_as_it_came_and_is_wanted() {
        check(JSON.len(), usize::MAX, (2, true));
        check(JSON.len(), 2, (2, true));
        check(JSON.len(), 1, (1, false));
        check(JSON.len() - 20, usize::MAX, (1, false));
    }

    #[test]
    fn an_answer_to_ask_is_no_table() {
        let json = br#"{"head":{},"boolean":true}"#;
        assert_eq!(Solutions::read(json, 1).ok(), Some(Solutions::Boolean(true)));
        assert!(Solutions::read(b"<html>", 1).is_err());
    }
}
