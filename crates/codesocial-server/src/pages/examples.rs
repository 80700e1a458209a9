//! Queries that the page of the endpoint offers to start from.

/// Names in the locales, and what they ask.
pub(super) const EXAMPLES: [(&str, &str); 4] = [
    ("sparql.organisations", include_str!("../../templates/queries/organisations.rq")),
    ("sparql.territories", include_str!("../../templates/queries/territories.rq")),
    ("sparql.types", include_str!("../../templates/queries/types.rq")),
    ("sparql.concepts", include_str!("../../templates/queries/concepts.rq")),
];

#[cfg(test)]
mod tests {
    use super::*;
    use codesocial_store::query::{self, Limits};

    #[test]
    fn every_example_is_accepted_as_it_stands() {
        for (name, text) in EXAMPLES {
            let prepared = query::prepare(text, "http://x/", None, &Limits::default());
            assert!(prepared.is_ok(), "{name}: {:?}", prepared.err());
        }
    }
}
