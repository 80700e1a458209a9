//! The suite of service descriptions, which has prose for its three tests: they are written here.
//! <https://www.w3.org/TR/sparql11-service-description/#conformance>

use crate::Case;
use crate::endpoint::{Endpoint, sent};
use codesocial_shacl::{MemoryGraph, Shapes, validate};
use codesocial_tests::graph::{iri, triples};
use codesocial_tests::server::Server;
use oxrdf::{Graph, NamedNode, Term, Triple};
use oxttl::TurtleParser;
use std::path::Path;

/// What the schema says of a description, by its domains, ranges and instances.
const SCHEMA: &str = "
    @prefix sd: <http://www.w3.org/ns/sparql-service-description#> .
    @prefix sh: <http://www.w3.org/ns/shacl#> .
    [] a sh:NodeShape ; sh:targetSubjectsOf sd:endpoint ; sh:class sd:Service ;
        sh:property [ sh:path sd:endpoint ; sh:minCount 1 ; sh:maxCount 1 ; sh:nodeKind sh:IRI ] ,
            [ sh:path sd:supportedLanguage ;
              sh:in ( sd:SPARQL10Query sd:SPARQL11Query sd:SPARQL11Update ) ] ,
            [ sh:path sd:feature ; sh:in ( sd:DereferencesURIs sd:UnionDefaultGraph
                sd:RequiresDataset sd:EmptyGraphs sd:BasicFederatedQuery ) ] ,
            [ sh:path sd:resultFormat ; sh:nodeKind sh:IRI ;
              sh:pattern \"^http://www.w3.org/ns/formats/\" ] ,
            [ sh:path sd:defaultDataset ; sh:maxCount 1 ; sh:class sd:Dataset ;
              sh:node [ sh:property [ sh:path sd:defaultGraph ; sh:maxCount 1 ;
                                      sh:class sd:Graph ] ] ] .";

pub(crate) fn cases(_: &Path, endpoint: &Endpoint) -> Result<Vec<Case>, String> {
    type Judge = fn(&[Triple]) -> Result<(), String>;
    let tests: [(&str, Judge); 3] = [
        ("returns-rdf", |graph| if graph.is_empty() { Err("nothing".to_owned()) } else { Ok(()) }),
        ("has-endpoint-triple", has_endpoint),
        ("conforms-to-schema", conforms),
    ];
    let case = |(name, judge): (&str, Judge)| {
        let endpoint = endpoint.clone();
        Case {
            name: format!("service-description/{name}"),
            judge: Box::new(move || endpoint.alone(|server| in_each_syntax(server, judge))),
        }
    };
    Ok(tests.map(case).into())
}

fn in_each_syntax(
    server: &Server,
    judge: impl Fn(&[Triple]) -> Result<(), String>,
) -> Result<(), String> {
    for accept in ["*/*", "text/turtle", "application/rdf+xml", "application/ld+json"] {
        let answer = sent(server.get("/sparql").accept(accept))?;
        judge(&triples(&answer, "/sparql"))
            .map_err(|why| format!("{accept}: {why}: {answer:?}"))?;
    }
    Ok(())
}

fn has_endpoint(graph: &[Triple]) -> Result<(), String> {
    let endpoint = Term::from(NamedNode::new_unchecked(iri("/sparql")));
    let says = |triple: &Triple| {
        triple.predicate.as_str().ends_with("#endpoint") && triple.object == endpoint
    };
    if graph.iter().any(says) { Ok(()) } else { Err("no sd:endpoint".to_owned()) }
}

fn conforms(graph: &[Triple]) -> Result<(), String> {
    let shapes: Result<Graph, _> = TurtleParser::new().for_slice(SCHEMA).collect();
    let shapes = shapes.map_err(|error| error.to_string())?;
    let shapes = Shapes::parse(&shapes).map_err(|errors| errors.to_string())?;
    let graph: MemoryGraph = graph.iter().cloned().collect();
    let now = "2017-07-20T00:00:00Z".parse().map_err(|error| format!("{error}"))?;
    let report = validate(&shapes, &graph, now).map_err(|failure| failure.to_string())?;
    if report.conforms { Ok(()) } else { Err(format!("{:?}", report.to_triples(None))) }
}
