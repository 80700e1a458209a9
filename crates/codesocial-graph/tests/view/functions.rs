//! The functions of GeoSPARQL: what they give, and that what is no geometry costs a row only.

use crate::sparql::{lines, parse};
use crate::world::{applied, base, iri};
use codesocial_graph::{Readers, Snapshot, evaluator, strip_dataset};
use codesocial_rdf::Changeset;
use codesocial_rdf::vocab::geo;
use oxrdf::{Literal, Quad, Term};

const ISSOIRE: &str = "POINT(3.2490 45.5442)";

/// Places with a point, a shape, and with what is neither.
fn places() -> Snapshot {
    let wkt = |text: &str| Term::from(Literal::new_typed_literal(text, geo::WKT_LITERAL));
    let huge = format!("LINESTRING({}1 1)", "0 0,1 0,".repeat(1_000_000));
    let said = [
        ("issoire", wkt(ISSOIRE)),
        ("sauxillanges", wkt("POINT(3.3710 45.5500)")),
        ("brioude", wkt("<http://www.opengis.net/def/crs/OGC/1.3/CRS84> POINT(3.3843 45.2945)")),
        ("around", wkt("POLYGON((3.2 45.5, 3.3 45.5, 3.3 45.6, 3.2 45.6, 3.2 45.5))")),
        ("text", Literal::from(ISSOIRE).into()),
        ("broken", wkt("POINT(3.2490")),
        ("empty", wkt("")),
        ("degenerate", wkt("POLYGON((0 0))")),
        ("nowhere", wkt("POINT(NaN inf)")),
        ("elsewhere", wkt("<http://www.opengis.net/def/crs/EPSG/0/4326> POINT(45 3)")),
        ("huge", wkt(&huge)),
        ("deep", wkt(&"GEOMETRYCOLLECTION(".repeat(100_000))),
    ];
    let added = said.into_iter().map(|(name, shape)| {
        let place = iri(&format!("places/{name}"));
        Quad::new(place.clone(), iri("ns#at"), shape, place)
    });
    applied(&Snapshot::empty(base()), &Changeset { removed: Vec::new(), added: added.collect() })
}

/// The places of which a query of places has rows, in one line.
#[track_caller]
fn check(body: &str, expected: &str) {
    let text = body
        .replace("geof:", "<http://www.opengis.net/def/function/geosparql/")
        .replace("uom:", "<http://www.opengis.net/def/uom/OGC/1.0/");
    let mut query = parse(&format!("SELECT ?place ?km WHERE {{ {text} }}"), "");
    let selection = strip_dataset(&mut query, None);
    let dataset = places().readable_by(&Readers::everyone(), &selection);
    let evaluator = evaluator();
    let results = evaluator.prepare(&query).execute(dataset).expect("an answer");
    let told = lines(results).join(" ").replace(&iri("places/").into_string(), "");
    let told = told.replace("?place=", "").replace(['<', '>', '"'], "");
    assert_eq!(told.replace("^^http://www.w3.org/2001/XMLSchema#double", ""), expected);
}

#[test]
fn distances_are_those_of_the_globe_and_what_is_no_point_is_far_from_all() {
    check(
        "<places/issoire> :at ?here . ?place :at ?there . \
         FILTER(geof:distance>(?here, ?there, uom:metre>) < 40000) \
         BIND(ROUND(geof:distance>(?here, ?there, uom:kilometre>)) AS ?km)",
        "?km=0 issoire ?km=10 sauxillanges ?km=30 brioude",
    );
}

#[test]
fn shapes_are_related() {
    let around = |relation: &str| {
        format!("<places/around> :at ?a . ?place :at ?s . FILTER(geof:{relation}>(?s, ?a))")
    };
    check(&around("sfWithin"), "around issoire");
    check(&around("sfDisjoint"), "brioude degenerate sauxillanges");
    check(&around("ehInside"), "issoire");
    check(&around("rcc8eq"), "around");
}

#[test]
fn what_is_no_geometry_has_no_value() {
    check(
        "?place :at ?s . BIND(geof:centroid>(?s) AS ?middle) FILTER(!BOUND(?middle))",
        "broken deep elsewhere empty huge nowhere text",
    );
}
