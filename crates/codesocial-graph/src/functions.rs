//! The functions that queries may call beside those of SPARQL: an evaluator that knows them all,
//! for whoever evaluates a query on a state.

use crate::text::Words;
use codesocial_rdf::vocab::search;
use oxrdf::{Literal, NamedNodeRef, Term};
use spareval::QueryEvaluator;
use spargeo::GEOSPARQL_EXTENSION_FUNCTIONS;
use std::panic::catch_unwind;

/// The numbers of a geometry beyond which nothing is worked out of it: how long it takes to relate
/// two shapes grows with the product of their corners.
const NUMBERS_MAX: usize = 8_000;
const NESTING_MAX: usize = 16;
/// More than any coordinate, in degrees or in metres.
const NUMBER_MAX: f64 = 1e9;

/// Functions that build shapes out of shapes, by a library that starts threads where these are
/// large. A process that evaluates queries cannot.
const LEFT_OUT: [&str; 5] = ["intersection", "union", "difference", "symDifference", "isSimple"];

/// An evaluator with the functions of GeoSPARQL: distances and measures, the relations of simple
/// features, Egenhofer and RCC8, envelopes, centroids and hulls. Coordinates are longitude and
/// latitude, by CRS84, in `geo:wktLiteral` and `geo:geoJSONLiteral`.
///
/// What is no geometry is an error of the expression, as SPARQL has them: a `FILTER` drops the row,
/// a `BIND` leaves its variable without a value.
/// <https://docs.ogc.org/is/22-047r1/22-047r1.html#_geometry_extension>
///
/// [`search::MATCHES`] is a function too: whether a text holds some words.
pub fn evaluator() -> QueryEvaluator {
    let evaluator = QueryEvaluator::new().with_custom_function(search::MATCHES.into(), matches);
    geometry().fold(evaluator, |evaluator, (name, function)| {
        let bounded = move |arguments: &[Term]| {
            let is_sound = arguments.iter().all(is_sound);
            // The library gives up on some degenerate shapes: that costs the call only.
            is_sound.then(|| catch_unwind(|| function(arguments)).ok().flatten()).flatten()
        };
        evaluator.with_custom_function(name.into_owned(), bounded)
    })
}

/// The names of the functions that queries may call beside those of SPARQL.
pub fn functions() -> impl Iterator<Item = NamedNodeRef<'static>> {
    geometry().map(|(name, _)| name).chain([search::MATCHES])
}

fn matches(arguments: &[Term]) -> Option<Term> {
    let [Term::Literal(text), Term::Literal(words)] = arguments else { return None };
    let words = Words::of(words.value(), words.language());
    Some(Literal::from(words.are_in(text.as_ref())).into())
}

type Function = fn(&[Term]) -> Option<Term>;

fn geometry() -> impl Iterator<Item = (NamedNodeRef<'static>, Function)> {
    let local = |name: NamedNodeRef<'static>| name.as_str().rsplit('/').next();
    GEOSPARQL_EXTENSION_FUNCTIONS
        .into_iter()
        .filter(move |(name, _)| local(*name).is_some_and(|local| !LEFT_OUT.contains(&local)))
}

/// Whether a geometry, if the term is one, takes no more than a bounded time and stack to read and
/// to relate: few numbers, all finite, and little nesting.
fn is_sound(term: &Term) -> bool {
    let Term::Literal(literal) = term else { return true };
    let (mut numbers, mut nesting) = (0, 0_usize);
    for part in literal.value().split_inclusive(is_separator) {
        match part.chars().next_back() {
            Some('(' | '[' | '{') => nesting += 1,
            Some(')' | ']' | '}') => nesting = nesting.saturating_sub(1),
            _ => {}
        }
        if let Ok(number) = part.trim_end_matches(is_separator).parse::<f64>() {
            if number.is_nan() || number.abs() > NUMBER_MAX {
                return false;
            }
            numbers += 1;
        }
        if numbers > NUMBERS_MAX || nesting > NESTING_MAX {
            return false;
        }
    }
    true
}

fn is_separator(letter: char) -> bool {
    letter.is_whitespace() || "()[]{},:;".contains(letter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use oxrdf::vocab::xsd;

    fn check(text: &str, expected: bool) {
        let term = Literal::new_typed_literal(text, xsd::STRING).into();
        let beginning: String = text.chars().take(40).collect();
        assert_eq!(is_sound(&term), expected, "{beginning}");
    }

    #[test]
    fn what_would_take_long_to_read_or_to_relate_is_no_geometry() {
        check("POINT(3.2490 45.5442)", true);
        check("<http://www.opengis.net/def/crs/OGC/1.3/CRS84> POINT(3.2 45.5)", true);
        check("{\"type\": \"Point\", \"coordinates\": [3.2, 45.5]}", true);
        check("POINT(nan 1)", false);
        check("POINT(1e400 1)", false);
        check("POINT(-1e10 1)", false);
        check(&format!("LINESTRING({}1 1)", "0 0,".repeat(3_999)), true);
        check(&format!("LINESTRING({}1 1)", "0 0,".repeat(4_000)), false);
        check(&format!("{}POINT(1 1)", "GEOMETRYCOLLECTION(".repeat(20)), false);
    }
}
