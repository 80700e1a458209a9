//! What a request to the endpoint asks for, as the protocol writes it: a query or an update, and of
//! which graphs. <https://www.w3.org/TR/sparql11-protocol/>

use crate::extract::pairs;
use oxrdf::NamedNode;
use spargebra::algebra::QueryDataset;

/// What a request asks for, with the graphs that it names.
#[derive(Debug)]
pub(super) enum Operation {
    Query(String, Option<QueryDataset>),
    Update(String, Option<QueryDataset>),
    /// Nothing: it reads the address itself.
    None,
}

/// How a request is not what the protocol allows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Misuse {
    #[error("{0} is given twice")]
    Twice(&'static str),
    #[error("{0} is no absolute IRI")]
    GraphName(String),
    #[error("a query and an update in one request")]
    TwoOperations,
    #[error("an update by GET")]
    UpdateByGet,
    #[error("a text that is not in UTF-8")]
    Charset,
    #[error("{0} belongs to the other operation")]
    OtherDataset(&'static str),
    #[error("a dataset in the request and in the update")]
    TwoDatasets,
    #[error("both a graph and the default graph, or neither")]
    WhichGraph,
}

/// The parameters of a request, from its address and from its body.
#[derive(Debug, Default)]
pub(super) struct Parameters {
    query: Option<String>,
    update: Option<String>,
    /// The dataset of a query.
    dataset: Graphs,
    /// The dataset of an update's patterns.
    using: Graphs,
}

#[derive(Debug, Default)]
struct Graphs {
    default: Vec<NamedNode>,
    named: Vec<NamedNode>,
}

impl Parameters {
    /// With those of a form, too.
    pub(super) fn and_form(mut self, form: &[u8]) -> Result<Self, Misuse> {
        for (name, value) in pairs(form) {
            match name.as_str() {
                "query" => self = self.and_query(value)?,
                "update" => self = self.and_update(value)?,
                "default-graph-uri" => self.dataset.default.push(graph(&value)?),
                "named-graph-uri" => self.dataset.named.push(graph(&value)?),
                "using-graph-uri" => self.using.default.push(graph(&value)?),
                "using-named-graph-uri" => self.using.named.push(graph(&value)?),
                _ => {}
            }
        }
        Ok(self)
    }

    pub(super) fn and_query(mut self, text: String) -> Result<Self, Misuse> {
        once(&mut self.query, "query", text)?;
        Ok(self)
    }

    pub(super) fn and_update(mut self, text: String) -> Result<Self, Misuse> {
        once(&mut self.update, "update", text)?;
        Ok(self)
    }

    /// What all of them ask for. Parameters that would be without effect are refused.
    pub(super) fn operation(self) -> Result<Operation, Misuse> {
        let (dataset, using) = (self.dataset.dataset(), self.using.dataset());
        match (self.query, self.update) {
            (Some(_), Some(_)) => Err(Misuse::TwoOperations),
            (Some(_), None) if using.is_some() => Err(Misuse::OtherDataset("using-graph-uri")),
            (None, Some(_)) if dataset.is_some() => Err(Misuse::OtherDataset("default-graph-uri")),
            (Some(text), None) => Ok(Operation::Query(text, dataset)),
            (None, Some(text)) => Ok(Operation::Update(text, using)),
            (None, None) => Ok(Operation::None),
        }
    }
}

// SPARQL Protocol 2.1.1: query string parameters for the query operation: query (exactly 1).
// https://www.w3.org/TR/sparql11-protocol/#query-operation
fn once(slot: &mut Option<String>, name: &'static str, text: String) -> Result<(), Misuse> {
    slot.replace(text).map_or(Ok(()), |_| Err(Misuse::Twice(name)))
}

fn graph(iri: &str) -> Result<NamedNode, Misuse> {
    NamedNode::new(iri).map_err(|_| Misuse::GraphName(iri.to_owned()))
}

impl Graphs {
    fn dataset(self) -> Option<QueryDataset> {
        let any = !self.default.is_empty() || !self.named.is_empty();
        any.then_some(QueryDataset { default: self.default, named: Some(self.named) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(form: &str, expected: Misuse) {
        let found = Parameters::default().and_form(form.as_bytes());
        assert_eq!(found.and_then(Parameters::operation).err(), Some(expected), "{form}");
    }

    #[test]
    fn what_the_protocol_does_not_allow_is_told() {
        check("query=a&query=b", Misuse::Twice("query"));
        check("update=a&update=b", Misuse::Twice("update"));
        check("query=a&update=b", Misuse::TwoOperations);
        check("query=a&default-graph-uri=x", Misuse::GraphName("x".to_owned()));
        check("query=a&using-graph-uri=a:b", Misuse::OtherDataset("using-graph-uri"));
        check("update=a&named-graph-uri=a:b", Misuse::OtherDataset("default-graph-uri"));
    }

    #[test]
    fn parameters_of_the_address_and_of_the_body_count_alike() {
        let address = Parameters::default().and_form(b"default-graph-uri=a:b").expect("a graph");
        let both = address.and_query("ASK {}".to_owned()).and_then(Parameters::operation);
        let Ok(Operation::Query(text, Some(dataset))) = both else {
            unreachable!("a query of a dataset")
        };
        assert_eq!((text.as_str(), dataset.default.len()), ("ASK {}", 1));
        assert_eq!(dataset.named, Some(Vec::new()), "no named graph is asked for");
    }
}
