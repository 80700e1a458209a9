//! What the door adds to a document beside what the client said.

use crate::server::Server;
use crate::stories::PREFIXES;

/// Values of properties after a write, as N-Triples has them.
#[track_caller]
fn check(server: &Server, path: &str, body: &str, expected: &[(&str, &[&str])]) {
    let written = server.put(path).turtle(format!("{PREFIXES}{body}")).send();
    assert!([201, 204].contains(&written.status), "{written:?}");
    let read = server.get(path).accept("application/n-triples").send().body;
    for (property, expected) in expected {
        let mut values: Vec<&str> = read
            .lines()
            .filter_map(|line| line.split_once(&format!("{property}> ")))
            .map(|(_, object)| object.trim_end_matches(" ."))
            .collect();
        values.sort_unstable();
        assert_eq!(values, *expected, "{property} after {body}");
    }
}

#[test]
fn the_label_and_the_french_name_follow_each_other() {
    let server = Server::empty();
    let body =
        |said: &str| format!("<> a pair:Organization ; skos:prefLabel \"Lake\"@en ; {said} .");
    // What the client says, and the labels afterwards: each row on the state of the row before.
    let rows: [(&str, [&str; 1], [&str; 2]); 5] = [
        ("pair:label \"Lac\"", ["\"Lac\""], ["\"Lac\"@fr", "\"Lake\"@en"]),
        (
            "pair:label \"Lac bleu\" ; skos:prefLabel \"Lac\"@fr",
            ["\"Lac bleu\""],
            ["\"Lac bleu\"@fr", "\"Lake\"@en"],
        ),
        (
            "pair:label \"Lac bleu\" ; skos:prefLabel \"Rive\"@fr",
            ["\"Rive\""],
            ["\"Lake\"@en", "\"Rive\"@fr"],
        ),
        ("skos:prefLabel \"Berge\"@fr", ["\"Berge\""], ["\"Berge\"@fr", "\"Lake\"@en"]),
        ("pair:label \"Mare\"", ["\"Mare\""], ["\"Lake\"@en", "\"Mare\"@fr"]),
    ];
    for (said, label, names) in &rows {
        let expected: [(&str, &[&str]); 2] = [("#label", label), ("#prefLabel", names)];
        check(&server, "/organizations/lac", &body(said), &expected);
    }
}

#[test]
fn an_organisation_is_unspecified_and_not_inscribed_until_it_says_more() {
    let server = Server::empty();
    let concept = |path: &str| format!("<https://w3id.org/codesocial/scheme/{path}>");
    let [unspecified, association, not_inscribed] =
        ["type-acteur/a-preciser", "type-acteur/association", "statut-inscription/non-inscrit"]
            .map(concept);
    let silent = "<> a pair:Organization ; pair:label \"Lac\" .";
    let expected: [(&str, &[&str]); 2] =
        [("#hasType", &[&unspecified]), ("#inscriptionStatus", &[&not_inscribed])];
    check(&server, "/organizations/lac", silent, &expected);
    let typed =
        format!("<> a pair:Organization ; pair:label \"Pré\" ; pair:hasType {association} .");
    check(&server, "/organizations/pre", &typed, &[("#hasType", &[&association])]);
}

#[test]
fn a_place_has_the_numbers_of_its_point() {
    let server = Server::empty();
    let place = |point: &str| {
        format!(
            "<> a pair:PhysicalPlace ; pair:label \"Grange\" ; skos:prefLabel \"Grange\"@fr ;
             <http://www.opengis.net/ont/geosparql#hasGeometry> [
               a <http://www.opengis.net/ont/sf#Point> ;
               <http://www.opengis.net/ont/geosparql#asWKT>
               \"{point}\"^^<http://www.opengis.net/ont/geosparql#wktLiteral> ] ."
        )
    };
    let number = |text: &str| format!("\"{text}\"^^<http://www.w3.org/2001/XMLSchema#double>");
    for (point, longitude, latitude) in
        [("POINT(3.25 45.5)", "3.25", "45.5"), ("POINT(-1.5 48.25)", "-1.5", "48.25")]
    {
        let [longitude, latitude] = [longitude, latitude].map(number);
        let expected: [(&str, &[&str]); 4] = [
            ("ns#lat", &[&latitude]),
            ("ns#long", &[&longitude]),
            ("pair#latitude", &[&latitude]),
            ("pair#longitude", &[&longitude]),
        ];
        check(&server, "/places/grange", &place(point), &expected);
    }
}

#[test]
fn a_second_put_of_a_body_with_a_label_only_changes_nothing() {
    let server = Server::shared();
    let body = format!("{PREFIXES}<> a pair:Organization ; pair:label \"Lac calme\" .");
    let first = server.put("/organizations/lac-calme").turtle(body.clone()).send();
    let tag = first.expect_status(201).header("etag").to_owned();
    let second = server.put("/organizations/lac-calme").turtle(body).send();
    assert_eq!(second.expect_status(204).header("etag"), tag);
}
