//! The saved questions of the domain, asked of both fixture sets: the rows that were read and found
//! right stand in `competency/`, `cq10.txt` for `cq10`.
//!
//! Invariant: who asks is an anonymous visitor, so a private answer would show. What members and
//! administrators see besides stands in files of its own, such as `cq31-besides.txt`.

use crate::server::{BASE, Folder, Person, Server};
use codesocial_registry::questions::{self, Question};
use expect_test::expect_file;
use std::path::PathBuf;

/// Questions that have no row for the public in the fixtures, and why.
const WITHOUT_ROWS: [(&str, &str); 4] = [
    ("cq08", "level 4 rests on a seal and a convention, which the fixtures have of nobody"),
    ("cq19", "what is planned in the fixtures are intents, and nobody has committed to any"),
    ("cq30", "no seed of the fixtures says when it is to be reviewed"),
    ("cq31", "mentors are persons, of whom the fixtures have none"),
];

/// The header and the rows of an answer, in their order, short enough to read.
#[track_caller]
fn rows(server: &Server, question: &Question, token: Option<&str>) -> Vec<String> {
    let asked = server.query(&question.text).accept("text/tab-separated-values");
    let asked = token.into_iter().fold(asked, |asked, token| asked.bearer(token));
    let answer = asked.send().expect_status(200);
    answer.body.lines().map(short).collect()
}

/// A row without what all rows have: the base, the schemes, the datatypes.
fn short(row: &str) -> String {
    let cells = row.split('\t').map(|cell| {
        if cell.ends_with("XMLSchema#dateTime>") {
            return "(an instant)".to_owned();
        }
        let cell =
            cell.split_once("^^<http://www.w3.org/2001/").map_or(cell, |(lexical, _)| lexical);
        cell.replace(BASE, "")
            .replace("https://w3id.org/codesocial/scheme/", "")
            .replace("https://w3id.org/codesocial/ns#", "cs:")
            .replace("https://vocab.methodandstructure.com/ibis#", "ibis:")
            .replace("http://www.ontology-of-units-of-measure.org/resource/om-2/", "om:")
            .replace(['<', '>', '"'], "")
    });
    cells.collect::<Vec<_>>().join(" | ").trim_end().to_owned()
}

#[track_caller]
fn check(file: &str, lines: &[String]) {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("it/competency").join(file);
    expect_file![file].assert_eq(&(lines.join("\n") + "\n"));
}

#[test]
fn every_question_has_the_rows_that_were_read() {
    let server = Server::demo();
    for question in questions::all() {
        let rows = rows(&server, question, None);
        check(&format!("{}.txt", question.name), &rows);
        let exempt = WITHOUT_ROWS.iter().find(|(name, _)| *name == question.name);
        let told = exempt.map_or("it has rows", |(_, reason)| reason);
        assert_eq!(rows.len() == 1, exempt.is_some(), "{}: {told}", question.name);
    }
}

#[test]
fn a_question_is_asked_of_another_thing_by_its_parameters() {
    let server = Server::demo();
    let base = codesocial_rdf::Base::parse(BASE).expect("a base");
    let count = |name: &str, given: &[(&str, &str)]| {
        let question = questions::named(name).expect("there is such a question");
        let text = question.with(&base, given.iter().copied()).expect("values");
        server.rows(&text).lines().count()
    };
    assert_eq!(count("cq04", &[]), 2);
    assert_eq!(count("cq04", &[("organisation", "organizations/ferme-des-trois-ruisseaux")]), 6);
    assert_eq!(count("cq12", &[("reach", "10")]), 13);
    assert_eq!(count("cq05", &[("day", "2020-01-01")]), 0);
    assert_eq!(count("cq24", &[("controversy", "controversies/none")]), 0);
    assert_eq!(count("cq30", &[("day", "2030-01-01")]), 0);
}

const PREFIXES: &str = "
    @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
    @prefix dct: <http://purl.org/dc/terms/> .
    @prefix pair: <http://virtual-assembly.org/ontologies/pair#> .
    @prefix cs: <https://w3id.org/codesocial/ns#> .
    @prefix as: <https://www.w3.org/ns/activitystreams#> .
    @prefix foaf: <http://xmlns.com/foaf/0.1/> .
    @prefix prov: <http://www.w3.org/ns/prov#> .
    @prefix vf: <https://w3id.org/valueflows/ont/vf#> .
    @prefix om: <http://www.ontology-of-units-of-measure.org/resource/om-2/> .
    @prefix ob: <https://purl.imsglobal.org/spec/vc/ob/vocab.html#> .
    @prefix cred: <https://www.w3.org/2018/credentials#> .
    @prefix s: <https://w3id.org/codesocial/scheme/> .
    ";

/// What is not everyone's, each where it would be: LOU and SACHA are persons.
const BESIDES: [(&str, &str); 6] = [
    (
        "/needs/atelier-du-mardi",
        "<> a cs:Need , vf:Proposal , pair:Resource ; pair:label \"Un atelier le mardi (fictif)\" ;
            vf:purpose vf:request ; cs:needer </organizations/ferme-des-trois-ruisseaux> ;
            cs:specification <https://w3id.org/codesocial/scheme/specification/atelier-partage> ;
            cs:wealthKind <https://w3id.org/codesocial/scheme/richesse/lieu> ;
            cs:exchangeMode <https://w3id.org/codesocial/scheme/mode-echange/pret> ;
            cs:inTerritory </territories/pays-d-issoire> ;
            cs:status <https://w3id.org/codesocial/scheme/statut-offre-besoin/ouvert> ;
            cs:disclosure <https://w3id.org/codesocial/scheme/divulgation/membres> .",
    ),
    (
        "/reactions/velo-preter-aux-ecoles-velo",
        "<> a cs:Reaction , as:Note ; cs:reactsTo </proposals/velo-preter-aux-ecoles> ;
            cs:reactionKind <https://w3id.org/codesocial/scheme/reaction/objection> ;
            dct:creator </organizations/velo-ecole-la-roue-libre> ;
            pair:comment \"Les vélos du vendredi sont ceux du marché, et la tournée s'arrêterait.\" .",
    ),
    (
        "/flows/barcamp-le-rangement",
        "<> a cs:WealthFlow , vf:EconomicEvent ; pair:label \"Le rangement (fictif)\" ;
            cs:inMatrix </matrices/barcamp-du-bocage> ; vf:action vf:work ;
            vf:provider </organizations/cafe-des-possibles> ;
            vf:receiver </organizations/mediatheque-des-sources> ;
            cs:wealthKind <https://w3id.org/codesocial/scheme/richesse/temps> ;
            cs:flowState <https://w3id.org/codesocial/scheme/statut-flux/realise> ;
            vf:hasPointInTime \"2024-05-27\"^^xsd:date ;
            vf:effortQuantity <#mesure> ; cs:rating <#penibilite> .
        <#mesure> a vf:Measure ; om:hasNumericalValue 3.0 ; om:hasUnit om:hour .
        <#penibilite> a cs:Rating ; cs:ratingValue -2 ; cs:ratedAs \"provider\" ;
            cs:ratingDimension <https://w3id.org/codesocial/scheme/qualite/penibilite> .",
    ),
    (
        "/credentials/5c0ffee5c0ffee55",
        "<> a ob:OpenBadgeCredential , cred:VerifiableCredential ;
            pair:label \"Main d'atelier, décernée à Sacha (fictif)\" ;
            cred:issuer </organizations/fablab-du-volcan> ;
            cred:validFrom \"2024-06-06T09:00:00Z\"^^xsd:dateTime ; cred:credentialSubject <#s> .
        <#s> a ob:AchievementSubject ; cs:recipient <SACHA> ; ob:achievement </badges/main-d-atelier> .",
    ),
    (
        "/credentials/5c0ffee5c0ffee56",
        "<> a ob:OpenBadgeCredential , cred:VerifiableCredential ;
            pair:label \"Main d'atelier, décernée à Lou (fictif)\" ;
            cred:issuer </organizations/fablab-du-volcan> ;
            cred:validFrom \"2024-06-06T09:00:00Z\"^^xsd:dateTime ; cred:credentialSubject <#s> .
        <#s> a ob:AchievementSubject ; cs:recipient <LOU> ; ob:achievement </badges/main-d-atelier> .",
    ),
    (
        "/stances/lou-centraliser",
        "<> a cs:Stance , prov:Entity ; cs:stanceActor <LOU> ;
            cs:stancePosition </positions/centraliser> ; cs:stanceValue -1 ;
            cs:since \"2024-07-07\"^^xsd:date .",
    ),
];

/// A person who says that of themselves, where only they and administrators read it.
#[track_caller]
fn person(server: &Server, handle: &str, said: &str) -> Person {
    let person = server.person(handle);
    let profile =
        format!("{PREFIXES} <> a pair:Person , foaf:Person ; pair:label \"{handle}\" ; {said} .");
    person.ask("PUT", &person.profile()).turtle(profile).send().expect_status(204);
    person
}

#[test]
fn what_is_not_everyones_is_in_the_answers_of_those_who_may_read_it() {
    let server = Folder::new().serve(&["--base", BASE, "--load", "source", "--load", "demo"]);
    let seeks = "cs:seeksSkill </skills/prototyper> ; cs:mentoringConsent true";
    let lou = person(&server, "lou", seeks);
    let sacha = person(&server, "sacha", "cs:offersMentoring true");
    for (path, said) in BESIDES {
        let said = said.replace("LOU", &lou.webid).replace("SACHA", &sacha.webid);
        server.put(path).turtle(format!("{PREFIXES}{said}")).send().expect_status(201);
    }
    for name in ["cq11", "cq12", "cq15", "cq17", "cq20", "cq23", "cq31", "cq35"] {
        let question = questions::named(name).expect("there is such a question");
        let everyones = rows(&Server::demo(), question, None);
        assert_eq!(rows(&server, question, None), everyones, "{name}");
        let besides = |token: &str| {
            let mut all = rows(&server, question, Some(token));
            all.retain(|row| !everyones.contains(row));
            let shown = all.iter().map(|row| {
                let path = |person: &Person| person.profile()[1..].to_owned();
                row.replace(&path(&lou), "LOU").replace(&path(&sacha), "SACHA")
            });
            // WebIDs are random: their order says nothing.
            let mut shown: Vec<String> = shown.collect();
            shown.sort_unstable();
            shown
        };
        check(&format!("{name}-besides.txt"), &besides(crate::http::TOKEN));
        // Each of them reads what is theirs, and mentors meet where somebody reads of both.
        let own = besides(&lou.token);
        assert_eq!(own.is_empty(), !["cq20", "cq23"].contains(&name), "{name}: {own:?}");
    }
}
