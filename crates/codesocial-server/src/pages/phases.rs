//! Where a programme stands: its phases in their order, and how many participants are in each state
//! of each phase.

use super::link::Link;
use super::reading::Reading;
use codesocial_graph::TermId;
use codesocial_ldp::Document;
use codesocial_rdf::GraphKind;
use codesocial_rdf::vocab::{cs, skos};
use oxrdf::TermRef;
use serde::Serialize;
use std::collections::HashMap;

#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Phases {
    states: Vec<Link>,
    phases: Vec<Phase>,
}

#[derive(Debug, PartialEq, Serialize)]
struct Phase {
    link: Link,
    /// Participants, by state.
    counts: Vec<usize>,
}

impl Phases {
    /// Nothing where no participant tells of a phase.
    pub(super) fn of(reading: &Reading<'_>, document: &Document) -> Option<Self> {
        let programme = reading.state.id(&document.iri)?;
        let mut counts: HashMap<(TermId, TermId), usize> = HashMap::new();
        for (participation, graph) in reading.subjects(cs::IN_PROGRAMME, programme) {
            if reading.state.kind(graph) != GraphKind::Resource {
                continue;
            }
            for progress in reading.objects(participation, cs::PHASE_PROGRESS) {
                let phase = reading.objects(progress, cs::PHASE).next();
                let state = reading.objects(progress, cs::PHASE_STATE).next();
                if let (Some(phase), Some(state)) = (phase, state) {
                    *counts.entry((phase, state)).or_default() += 1;
                }
            }
        }
        let (phase, state) = *counts.keys().next()?;
        let (phases, states) = (siblings(reading, phase), siblings(reading, state));
        let count = |phase, state| counts.get(&(phase, state)).copied().unwrap_or_default();
        let phases = phases.into_iter().map(|(phase, link)| Phase {
            link,
            counts: states.iter().map(|(state, _)| count(phase, *state)).collect(),
        });
        let phases = phases.collect();
        Some(Self { states: states.into_iter().map(|(_, link)| link).collect(), phases })
    }
}

/// The concepts of the scheme that a concept is of, in their order.
fn siblings(reading: &Reading<'_>, concept: TermId) -> Vec<(TermId, Link)> {
    let scheme = reading.objects(concept, skos::IN_SCHEME).next();
    let members = scheme.map(|scheme| reading.subjects(skos::IN_SCHEME, scheme));
    let mut concepts: Vec<TermId> = members.into_iter().flatten().map(|(id, _)| id).collect();
    concepts.sort_by_cached_key(|id| (reading.integer(*id, cs::ORDER).unwrap_or(i64::MAX), *id));
    concepts
        .into_iter()
        .filter_map(|id| match reading.state.term(id) {
            TermRef::NamedNode(iri) => Some((id, reading.link(iri))),
            TermRef::BlankNode(_) | TermRef::Literal(_) => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::Language;
    use crate::pages::sample::{show_link, with_page};
    use expect_test::{Expect, expect};

    const PROGRAMME: &str = r#"
        <scheme/phase> {
            phase:2 skos:inScheme <scheme/phase> ; skos:prefLabel "Faire"@fr ; cs:order 2 .
            phase:1 skos:inScheme <scheme/phase> ; skos:prefLabel "Penser"@fr ; cs:order 1 .
            phase:10 skos:inScheme <scheme/phase> ; skos:prefLabel "Fêter"@fr ; cs:order 10 .
        }
        <scheme/statut-phase> {
            <s:faite> skos:inScheme <scheme/statut-phase> ; skos:prefLabel "Faite"@fr ; cs:order 2 .
            <s:future> skos:inScheme <scheme/statut-phase> ; skos:prefLabel "À venir"@fr ;
                cs:order 1 .
        }
        <programmes/p> { <programmes/p> a cs:Programme . }
        <participations/a> {
            <participations/a> cs:inProgramme <programmes/p> ;
                cs:phaseProgress [ cs:phase phase:1 ; cs:phaseState <s:faite> ] ,
                    [ cs:phase phase:2 ; cs:phaseState <s:future> ] .
        }
        <participations/b> {
            <participations/b> cs:inProgramme <programmes/p> ;
                cs:phaseProgress [ cs:phase phase:1 ; cs:phaseState <s:faite> ] .
        }
        <participations/c> { <participations/c> cs:inProgramme <programmes/p> . }
    "#;

    #[track_caller]
    fn check(path: &str, expected: &Expect) {
        with_page(PROGRAMME, path, Language::French, |page| {
            let mut lines = Vec::new();
            if let Some(Phases { states, phases }) = &page.phases {
                lines.push(states.iter().map(show_link).collect::<Vec<_>>().join(" "));
                let line = |phase: &Phase| format!("{} {:?}", show_link(&phase.link), phase.counts);
                lines.extend(phases.iter().map(line));
            }
            expected.assert_eq(&lines.join("\n"));
        });
    }

    #[test]
    fn phases_stand_in_their_order_with_participants_by_state() {
        check(
            "programmes/p",
            &expect![[r#"
            [À venir](/scheme/statut-phase#s:future) [Faite](/scheme/statut-phase#s:faite)
            [Penser](/scheme/phase#1) [0, 2]
            [Faire](/scheme/phase#2) [1, 0]
            [Fêter](/scheme/phase#10) [0, 0]"#]],
        );
    }

    #[test]
    fn without_progress_there_are_no_phases() {
        check("participations/a", &expect![[r#""#]]);
    }
}
