//! The quality of the registry as measurements. <https://www.w3.org/TR/vocab-dqv/>

use super::survey::Tally;
use crate::extract::Language;
use crate::state::App;
use codesocial_rdf::vocab::{dqv, rdf, skos, xsd};
use oxrdf::{BlankNode, Literal, NamedNode, Triple};

/// The name of a metric, and what it counts.
type Metric = (&'static str, fn(&Tally) -> usize);

const METRICS: [Metric; 5] = [
    ("instances", |tally| tally.instances),
    ("conforming", |tally| tally.conforming),
    ("violations", |tally| tally.violations),
    ("warnings", |tally| tally.warnings),
    ("infos", |tally| tally.infos),
];

/// What was counted of each class, and what the metrics mean.
pub(super) fn measurements(app: &App, classes: &[(NamedNode, Tally)]) -> Vec<Triple> {
    let address = app.base.resolve(crate::routes::QUALITY.trim_start_matches('/'));
    let mut triples = Vec::new();
    for (name, count) in METRICS {
        let metric = NamedNode::new_unchecked(format!("{}#{name}", address.as_str()));
        triples.push(Triple::new(metric.clone(), rdf::TYPE, dqv::METRIC));
        triples.push(Triple::new(metric.clone(), dqv::EXPECTED_DATA_TYPE, xsd::INTEGER));
        for language in Language::ALL {
            let text = app.pages.words(language).text(&format!("quality.{name}"));
            let text = Literal::new_language_tagged_literal_unchecked(text, language.tag());
            triples.push(Triple::new(metric.clone(), skos::PREF_LABEL, text));
        }
        for (n, (class, tally)) in classes.iter().enumerate() {
            let measured = BlankNode::new_unchecked(format!("{name}{n}"));
            let count = Literal::from(count(tally) as u64);
            triples.extend([
                Triple::new(measured.clone(), rdf::TYPE, dqv::QUALITY_MEASUREMENT),
                Triple::new(measured.clone(), dqv::COMPUTED_ON, class.clone()),
                Triple::new(measured.clone(), dqv::IS_MEASUREMENT_OF, metric.clone()),
                Triple::new(measured, dqv::VALUE, count),
            ]);
        }
    }
    triples
}
