//! Words: a search by the index finds what a look at every text would find, for every reader and
//! at every moment of a view.

use crate::sparql::{hidden, lines, parse};
use crate::world::{applied, base, cases, iri};
use codesocial_graph::{GraphSet, Readers, Rewrites, Snapshot, Words};
use codesocial_graph::{evaluator, plan, strip_dataset};
use codesocial_rdf::Changeset;
use codesocial_rdf::vocab::search;
use expect_test::{Expect, expect};
use oxrdf::vocab::xsd;
use oxrdf::{GraphName, Literal, Quad, Term};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use spareval::CancellationToken;
use std::sync::Arc;

const WORDS: [&str; 12] = [
    "jardin", "Jardins", "partagé", "l’eau", "EAUX", "garden", "gardens", "shared", "de", "la",
    "2026", "сад",
];

fn text() -> impl Strategy<Value = Term> {
    let words = vec(select(&WORDS[..]), 0..4).prop_map(|words| words.join(" "));
    (words, select(&["", "fr", "fr-CA", "en", "de", "number", "iri"][..])).prop_map(
        |(text, kind)| match kind {
            "" => Literal::from(text).into(),
            "number" => Literal::new_typed_literal(text, xsd::INTEGER).into(),
            "iri" => iri("organizations/a").into(),
            language => Literal::new_language_tagged_literal_unchecked(text, language).into(),
        },
    )
}

fn quad() -> impl Strategy<Value = Quad> {
    let names = &["organizations/a", "organizations/b", "organizations/a.acl"][..];
    let said = (select(&["ns#label", "ns#body"][..]), text());
    (select(names), said, select(names)).prop_map(|(subject, (predicate, text), graph)| {
        Quad::new(iri(subject), iri(predicate), text, iri(graph))
    })
}

/// A view of which a part came since the last merge.
fn view() -> impl Strategy<Value = Snapshot> {
    (vec(quad(), 0..40), vec(quad(), 0..15), vec(any::<Index>(), 0..5)).prop_map(
        |(settled, added, removed)| {
            let removed = removed.iter().filter(|_| !settled.is_empty());
            let removed = removed.map(|index| index.get(&settled).clone()).collect();
            let first = Changeset { removed: Vec::new(), added: settled };
            let view = applied(&Snapshot::empty(base()), &first).merged();
            applied(&view, &Changeset { removed, added })
        },
    )
}

fn wanted() -> impl Strategy<Value = String> {
    let words = vec(select(&WORDS[..]), 0..3).prop_map(|words| words.join(" "));
    (words, select(&["", "@fr", "@en"][..])).prop_map(|(words, tag)| format!("\"{words}\"{tag}"))
}

/// The same by the predicate, and by the function: a look at every text.
const QUERIES: [[&str; 2]; 7] = [
    ["?t search:matches W", "{ SELECT DISTINCT ?t { ?s ?p ?t FILTER(search:matches(?t, W)) } }"],
    ["?s :label ?t . ?t search:matches W", "?s :label ?t FILTER(search:matches(?t, W))"],
    [
        "?s :label ?t ; :body ?b . ?t search:matches W . ?b search:matches W",
        "?s :label ?t ; :body ?b FILTER(search:matches(?b, W) && search:matches(?t, W))",
    ],
    [
        "?s :label ?t OPTIONAL { ?s :body ?b . ?b search:matches W }",
        "?s :label ?t OPTIONAL { ?s :body ?b FILTER(search:matches(?b, W)) }",
    ],
    [
        "GRAPH ?g { ?s :label ?t . ?t search:matches W }",
        "GRAPH ?g { ?s :label ?t FILTER(search:matches(?t, W)) }",
    ],
    [
        "?s :body ?b FILTER NOT EXISTS { ?s :label ?t . ?t search:matches W }",
        "?s :body ?b FILTER NOT EXISTS { ?s :label ?t FILTER(search:matches(?t, W)) }",
    ],
    [
        "{ SELECT ?s (COUNT(*) AS ?n) { ?s :label ?t . ?t search:matches W } GROUP BY ?s }",
        "{ SELECT ?s (COUNT(*) AS ?n) { ?s :label ?t FILTER(search:matches(?t, W)) } GROUP BY ?s }",
    ],
];

fn answer(view: &Snapshot, readers: &Readers, body: &str, rewrites: Rewrites) -> Vec<String> {
    let body = body.replace("search:matches", &search::MATCHES.to_string());
    let mut query = parse(&format!("SELECT * WHERE {{ {body} }}"), "");
    let selection = strip_dataset(&mut query, None);
    let dataset = view.readable_by(readers, &selection);
    plan(&mut query, &dataset, rewrites, &CancellationToken::new());
    lines(evaluator().prepare(&query).execute(dataset).expect("an answer"))
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn a_search_finds_what_a_look_at_every_readable_text_finds(
        view in view(),
        hidden in hidden(),
        wanted in wanted(),
    ) {
        let hidden: Vec<GraphName> = hidden;
        let ids = hidden.iter().filter_map(|graph| view.graph_id(graph.as_ref()));
        let set: Arc<GraphSet> = Arc::new(ids.collect());
        for readers in [Readers::everyone(), Readers::everyone().all_but(set)] {
            for [by_predicate, by_function] in QUERIES {
                let query = by_predicate.replace('W', &wanted);
                let scanned = by_function.replace('W', &wanted);
                let expected = answer(&view, &readers, &scanned, Rewrites::NONE);
                for rewrites in [Rewrites::NONE, Rewrites::default()] {
                    prop_assert_eq!(
                        &answer(&view, &readers, &query, rewrites), &expected,
                        "{} {:?}", &query, rewrites
                    );
                }
                prop_assert_eq!(
                    &answer(&view, &readers, &scanned, Rewrites::default()), &expected,
                    "{}", &scanned
                );
            }
        }
    }

    #[test]
    fn the_index_of_a_state_finds_its_texts_and_no_others(view in view(), wanted in wanted()) {
        let parsed: Literal = wanted.parse().expect("a literal");
        let words = Words::of(parsed.value(), parsed.language());
        let found: Vec<String> =
            view.texts_with(&words).into_iter().map(|id| view.term(id).to_string()).collect();
        let mut scanned: Vec<String> = view
            .quads(codesocial_graph::Pattern::default())
            .filter_map(|quad| match view.decode(quad).object {
                Term::Literal(text) if words.are_in(text.as_ref()) => Some(text.to_string()),
                _ => None,
            })
            .collect();
        scanned.sort_unstable();
        scanned.dedup();
        // What was removed since the last merge is still a term, and harms nobody.
        prop_assert!(scanned.iter().all(|text| found.contains(text)), "{} {:?}", wanted, found);
        let is_so = |text: &String| {
            let text: Literal = text.parse().expect("a literal");
            words.are_in(text.as_ref())
        };
        prop_assert!(found.iter().all(is_so));
    }
}

#[track_caller]
fn check(body: &str, expected: &Expect) {
    let quad = |document: &str, predicate: &str, text: &str| {
        let text = Literal::new_language_tagged_literal_unchecked(text, "fr");
        Quad::new(iri(document), iri(predicate), text, iri(document))
    };
    let added = vec![
        quad("organizations/a", "ns#label", "Les jardins partagés"),
        quad("organizations/a", "ns#body", "Un potager au bord de l’eau"),
        quad("organizations/b", "ns#label", "L’eau du jardin"),
        quad("organizations/a.acl", "ns#label", "Le jardin fermé"),
    ];
    let view = applied(&Snapshot::empty(base()), &Changeset { removed: Vec::new(), added });
    let told = answer(&view, &Readers::everyone(), body, Rewrites::default()).join("\n");
    expected.assert_eq(&told.replace(&iri("organizations/").into_string(), ""));
}

#[test]
fn words_are_found_in_what_may_be_read_only() {
    check(
        "?t search:matches \"jardin\"",
        &expect![[r#"
        ?t="Les jardins partagés"@fr
        ?t="L’eau du jardin"@fr"#]],
    );
    check(
        "?s :label ?t . ?t search:matches \"jardins eau\"",
        &expect![[r#"?s=<b> ?t="L’eau du jardin"@fr"#]],
    );
    check("?s ?p ?t . ?t search:matches \"potager\"@en", &expect![[r#""#]]);
    check("?s ?p [] . ?t search:matches ?words", &expect![[r#""#]]);
}
