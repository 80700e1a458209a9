//! How complete a description is, from 0 to 1: a plain sum that a reader can do again by hand.

use crate::description::{Description, PURPOSE_CELLS, Section};
use crate::facts::subjects;
use codesocial_graph::State;
use codesocial_rdf::vocab::{cs, section};
use oxrdf::{Literal, NamedNodeRef};

/// From this length on a body says something.
const BODY_CHARS_MIN: usize = 80;

/// The parts of a section's completeness. They add up to 1.
struct Weights {
    body: f64,
    english: f64,
    principle: f64,
    intention: f64,
    grounding: f64,
}

const WEIGHTS: Weights =
    Weights { body: 0.5, english: 0.1, principle: 0.15, intention: 0.15, grounding: 0.1 };

/// The completeness of one section.
pub(crate) fn of_section(section: &Section) -> f64 {
    let share = |present: bool| if present { 1.0 } else { 0.0 };
    let body = if section.kind == section::RAISON_DETRE {
        section.cells.min(PURPOSE_CELLS) as f64 / PURPOSE_CELLS as f64
    } else {
        share(section.french_chars >= BODY_CHARS_MIN)
    };
    // The story and the terms of governance express no intentions: there the text counts for both.
    let (body_weight, intention_weight) =
        if [section::RECIT, section::GOUVERNANCE].contains(&section.kind.as_ref()) {
            (WEIGHTS.body + WEIGHTS.intention, 0.0)
        } else {
            (WEIGHTS.body, WEIGHTS.intention)
        };
    rounded(
        body_weight * body
            + WEIGHTS.english * share(section.has_english)
            + WEIGHTS.principle * share(section.has_principle)
            + intention_weight * share(section.has_intention)
            + WEIGHTS.grounding * share(section.is_grounded),
    )
}

/// The mean over the sections that publishing requires: one that is not there counts for nothing.
pub(crate) fn of_description(state: &State, description: &Description) -> Option<f64> {
    let yes = Literal::from(true);
    let required: Vec<NamedNodeRef<'_>> =
        subjects(state, cs::REQUIRED_TO_PUBLISH, yes.as_ref()).map(|(kind, _)| kind).collect();
    let of_kind = |kind: &NamedNodeRef<'_>| {
        let sections = description.sections.iter().filter(|section| section.kind == *kind);
        sections.map(of_section).fold(0.0, f64::max)
    };
    let sum: f64 = required.iter().map(of_kind).sum();
    (!required.is_empty()).then(|| rounded(sum / required.len() as f64))
}

/// To four digits: what follows is noise of the addition.
fn rounded(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;
    use oxrdf::NamedNode;

    fn section(kind: NamedNodeRef<'_>) -> Section {
        Section {
            iri: NamedNode::new_unchecked("http://x/codesocials/a#s"),
            kind: kind.into_owned(),
            french_chars: 0,
            has_english: false,
            has_principle: false,
            has_intention: false,
            is_grounded: false,
            cells: 0,
        }
    }

    #[test]
    fn each_part_of_a_section_counts_for_what_it_is_worth() {
        let model = NamedNodeRef::new_unchecked("https://w3id.org/codesocial/scheme/section/x");
        let mut table = String::new();
        for (name, kind) in [
            ("model", model),
            ("story", section::RECIT),
            ("terms", section::GOUVERNANCE),
            ("purpose", section::RAISON_DETRE),
        ] {
            let of = |change: fn(&mut Section)| {
                let mut section = section(kind);
                change(&mut section);
                of_section(&section)
            };
            let whole = of(|s| {
                *s = Section {
                    french_chars: BODY_CHARS_MIN,
                    has_english: true,
                    has_principle: true,
                    has_intention: true,
                    is_grounded: true,
                    cells: PURPOSE_CELLS,
                    iri: s.iri.clone(),
                    kind: s.kind.clone(),
                }
            });
            table.push_str(&format!(
                "{name}: none {} short {} body {} cells {} en {} rule {} aim {} \
                 ground {} all {whole}\n",
                of(|_| {}),
                of(|s| s.french_chars = BODY_CHARS_MIN - 1),
                of(|s| s.french_chars = BODY_CHARS_MIN),
                of(|s| s.cells = 7),
                of(|s| s.has_english = true),
                of(|s| s.has_principle = true),
                of(|s| s.has_intention = true),
                of(|s| s.is_grounded = true),
            ));
        }
        expect![[r#"
            model: none 0 short 0 body 0.5 cells 0 en 0.1 rule 0.15 aim 0.15 ground 0.1 all 1
            story: none 0 short 0 body 0.65 cells 0 en 0.1 rule 0.15 aim 0 ground 0.1 all 1
            terms: none 0 short 0 body 0.65 cells 0 en 0.1 rule 0.15 aim 0 ground 0.1 all 1
            purpose: none 0 short 0 body 0 cells 0.2917 en 0.1 rule 0.15 aim 0.15 ground 0.1 all 1
        "#]]
        .assert_eq(&table);
    }
}
