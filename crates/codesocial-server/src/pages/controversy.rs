//! The map of a controversy: the positions that answer its question, side by side, and under each
//! the arguments for and against it, with their sources, and who holds it.
//!
//! It takes no side: positions and arguments stand in the order of the alphabet.

use super::label::Text;
use super::link::Link;
use super::reading::Reading;
use super::value::Value;
use codesocial_graph::TermId;
use codesocial_ldp::Document;
use codesocial_rdf::GraphKind;
use codesocial_rdf::vocab::{cs, dct, ibis, pair, rdf};
use oxrdf::{NamedNodeRef, TermRef};
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::HashMap;

/// Arguments and stances shown on one map; those beyond are counted.
const ENTRIES_MAX: usize = 300;
/// Arguments on arguments that lie deeper are on the pages of these.
const DEPTH_MAX: usize = 3;

#[derive(Debug, PartialEq, Serialize)]
pub(super) struct ControversyMap {
    positions: Vec<Position>,
    /// Whether all of it was invented as an example: then it is said once.
    illustrative: bool,
    more: usize,
}

#[derive(Debug, PartialEq, Serialize)]
struct Position {
    link: Link,
    comment: Option<Value>,
    opposes: Vec<Link>,
    sides: Sides,
    stances: Vec<Stance>,
}

/// The arguments on a position or on another argument.
#[derive(Debug, PartialEq, Serialize)]
struct Sides {
    pros: Vec<Argument>,
    cons: Vec<Argument>,
}

#[derive(Debug, PartialEq, Serialize)]
struct Argument {
    link: Link,
    /// Benefit or danger; fact, value, experience.
    kinds: Vec<Link>,
    sources: Vec<Link>,
    sides: Sides,
}

/// What an actor thinks of a position, last.
#[derive(Debug, PartialEq, Serialize)]
struct Stance {
    actor: Link,
    agreement: Option<Value>,
    since: Option<Value>,
    sources: Vec<Link>,
}

impl ControversyMap {
    /// Nothing where the document is no controversy.
    pub(super) fn of(reading: &Reading<'_>, document: &Document) -> Option<Self> {
        let is_controversy = document.own.iter().any(|triple| {
            triple.subject == document.iri.clone().into()
                && triple.predicate == rdf::TYPE
                && triple.object == cs::CONTROVERSY.into()
        });
        let controversy = reading.state.id(&document.iri).filter(|_| is_controversy)?;
        let mut survey = Survey { reading, room: ENTRIES_MAX, more: 0, illustrative: true };
        let answers = survey.citing(ibis::RESPONDS_TO, controversy);
        let positions: Vec<Position> =
            answers.into_iter().map(|(id, link)| survey.position(id, link)).collect();
        let illustrative = survey.illustrative && !positions.is_empty();
        Some(Self { positions, illustrative, more: survey.more })
    }
}

/// Reads a map, of bounded size.
struct Survey<'a> {
    reading: &'a Reading<'a>,
    room: usize,
    more: usize,
    illustrative: bool,
}

impl Survey<'_> {
    fn position(&mut self, id: TermId, link: Link) -> Position {
        self.illustrative &= link.illustrative;
        let mut opposes = self.links(id, cs::OPPOSES_POSITION);
        let opposing = self.citing(cs::OPPOSES_POSITION, id).into_iter().map(|(_, link)| link);
        opposes.extend(opposing);
        opposes.sort_by_cached_key(|link| link.text.sort_key());
        opposes.dedup();
        let comment = self.values(id, pair::COMMENT).into_iter().next();
        Position { link, comment, opposes, sides: self.sides(id, 0), stances: self.stances(id) }
    }

    fn sides(&mut self, of: TermId, depth: usize) -> Sides {
        let mut side = |property| {
            let arguments = self.citing(property, of);
            let shown = if depth < DEPTH_MAX { self.room.min(arguments.len()) } else { 0 };
            self.room -= shown;
            self.more += arguments.len() - shown;
            let shown = arguments.into_iter().take(shown);
            shown.map(|(id, link)| self.argument(id, link, depth)).collect()
        };
        Sides { pros: side(ibis::SUPPORTS), cons: side(ibis::OPPOSES) }
    }

    fn argument(&mut self, id: TermId, link: Link, depth: usize) -> Argument {
        self.illustrative &= link.illustrative;
        let mut kinds = self.links(id, cs::VALENCE);
        kinds.extend(self.links(id, cs::ARGUMENT_KIND));
        let sources = self.sources(id, dct::SOURCE);
        Argument { link, kinds, sources, sides: self.sides(id, depth + 1) }
    }

    /// Those of actors who changed their mind are the latest.
    fn stances(&mut self, position: TermId) -> Vec<Stance> {
        let mut latest: HashMap<TermId, (String, TermId)> = HashMap::new();
        for (stance, _) in self.citing(cs::STANCE_POSITION, position) {
            let Some(actor) = self.reading.objects(stance, cs::STANCE_ACTOR).next() else {
                continue;
            };
            let since = self.reading.objects(stance, cs::SINCE).next();
            let since = since.map(|since| self.reading.state.term(since).to_string());
            let told = (since.unwrap_or_default(), stance);
            if latest.get(&actor).is_none_or(|known| *known < told) {
                latest.insert(actor, told);
            }
        }
        let mut stances: Vec<(Reverse<i64>, Stance)> = latest
            .into_iter()
            .filter_map(|(actor, (_, stance))| {
                let agreement = self.reading.integer(stance, cs::STANCE_VALUE).unwrap_or_default();
                let told = Stance {
                    actor: self.link(actor)?,
                    agreement: self.values(stance, cs::STANCE_VALUE).into_iter().next(),
                    since: self.values(stance, cs::SINCE).into_iter().next(),
                    sources: self.sources(stance, cs::STANCE_SOURCE),
                };
                Some((Reverse(agreement), told))
            })
            .collect();
        stances.sort_by_cached_key(|(agreement, told)| (*agreement, told.actor.text.sort_key()));
        let shown = self.room.min(stances.len());
        self.room -= shown;
        self.more += stances.len() - shown;
        stances.into_iter().take(shown).map(|(_, stance)| stance).collect()
    }

    /// The resources whose documents say so of a thing, by name.
    fn citing(&self, property: NamedNodeRef<'_>, of: TermId) -> Vec<(TermId, Link)> {
        let told = self.reading.subjects(property, of);
        let mut citing: Vec<(TermId, Link)> = told
            .filter(|(_, graph)| self.reading.state.kind(*graph) == GraphKind::Resource)
            .filter_map(|(subject, _)| Some((subject, self.link(subject)?)))
            .collect();
        citing.sort_by_cached_key(|(_, link)| link.text.sort_key());
        citing
    }

    fn links(&self, of: TermId, property: NamedNodeRef<'_>) -> Vec<Link> {
        self.reading.objects(of, property).filter_map(|object| self.link(object)).collect()
    }

    /// Pages of the web are named by their hosts: there is little room.
    fn sources(&self, of: TermId, property: NamedNodeRef<'_>) -> Vec<Link> {
        let mut sources = self.links(of, property);
        for source in &mut sources {
            if source.href.as_ref() == Some(&source.text.text) {
                source.text = Text::plain(host(&source.text.text));
            }
        }
        sources
    }

    fn link(&self, id: TermId) -> Option<Link> {
        match self.reading.state.term(id) {
            TermRef::NamedNode(iri) => Some(self.reading.link(iri)),
            TermRef::BlankNode(_) | TermRef::Literal(_) => None,
        }
    }

    /// The values of a property, those in the reader's language first.
    fn values(&self, of: TermId, property: NamedNodeRef<'_>) -> Vec<Value> {
        let mut values: Vec<Value> = self
            .reading
            .objects(of, property)
            .map(|object| match self.reading.state.term(object) {
                TermRef::NamedNode(iri) => Value::Link(self.reading.link(iri)),
                TermRef::Literal(text) => {
                    self.reading.literal_of(property, &text.into_owned(), false)
                }
                TermRef::BlankNode(_) => Value::Plain { text: String::new() },
            })
            .collect();
        values.sort_by_cached_key(Value::sort_key);
        values
    }
}

fn host(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or(rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::Language;
    use crate::pages::sample::{show_link, with_page};
    use expect_test::{Expect, expect};
    use std::fmt::Write as _;

    const DEBATE: &str = r#"
        <scheme/valence> {
            <https://w3id.org/codesocial/scheme/valence/danger> skos:prefLabel "Danger"@fr .
        }
        <controversies/k> { <controversies/k> a cs:Controversy ; pair:label "Que faire ?" . }
        <positions/z> {
            <positions/z> pair:label "Zéro" ; ibis:responds-to <controversies/k> ;
                pair:comment "Rien." ; cs:origin "illustrative" .
        }
        <positions/a> {
            <positions/a> skos:prefLabel "Agir"@fr , "Act"@en ; cs:origin "illustrative" ;
                ibis:responds-to <controversies/k> ; cs:opposesPosition <positions/z> .
        }
        <arguments/1> {
            <arguments/1> pair:label "Il est tard" ; ibis:supports <positions/a> ;
                dct:source <https://example.org/a/b?c> , <javascript:x> ; cs:origin "illustrative" .
        }
        <arguments/2> {
            <arguments/2> pair:label "C'est cher" ; ibis:opposes <positions/a> ;
                cs:valence <https://w3id.org/codesocial/scheme/valence/danger> ;
                cs:origin "illustrative" .
        }
        <arguments/3> {
            <arguments/3> pair:label "Pas tant" ; ibis:opposes <arguments/2> ;
                cs:origin "illustrative" .
        }
        <stances/1> {
            <stances/1> cs:stanceActor <organizations/o> ; cs:stancePosition <positions/a> ;
                cs:stanceValue -2 ; cs:since "2020-01-01"^^xsd:date .
        }
        <stances/2> {
            <stances/2> cs:stanceActor <organizations/o> ; cs:stancePosition <positions/a> ;
                cs:stanceValue 2 ; cs:since "2021-01-01"^^xsd:date .
        }
        <organizations/o> { <organizations/o> pair:label "O" . }
        <stances/2.acl> {
            <arguments/secret> pair:label "Secret" ; ibis:opposes <positions/a> .
        }
    "#;

    #[track_caller]
    fn check(trig: &str, language: Language, expected: &Expect) {
        with_page(trig, "controversies/k", language, |page| {
            let mut text = String::new();
            if let Some(map) = &page.map {
                writeln!(text, "illustrative {}, {} more", map.illustrative, map.more).unwrap();
                map.positions.iter().for_each(|position| show(position, &mut text));
            }
            let citations = page.citations.len();
            writeln!(text, "{citations} other citations").unwrap();
            expected.assert_eq(&text);
        });
    }

    fn show(position: &Position, text: &mut String) {
        let opposes: Vec<_> = position.opposes.iter().map(show_link).collect();
        writeln!(text, "{} against {}", show_link(&position.link), opposes.join(", ")).unwrap();
        show_sides(&position.sides, 1, text);
        for Stance { actor, agreement, since, .. } in &position.stances {
            let plain = |value: &Option<Value>| match value {
                Some(Value::Plain { text } | Value::Time { text, .. }) => text.clone(),
                _ => String::new(),
            };
            let (agreement, since) = (plain(agreement), plain(since));
            writeln!(text, "  {} {agreement}, {since}", show_link(actor)).unwrap();
        }
    }

    fn show_sides(sides: &Sides, depth: usize, text: &mut String) {
        for (sign, arguments) in [('+', &sides.pros), ('-', &sides.cons)] {
            for Argument { link, kinds, sources, sides } in arguments {
                let told: Vec<_> = kinds.iter().chain(sources).map(show_link).collect();
                let (link, told) = (show_link(link), told.join(", "));
                writeln!(text, "{}{sign} {link} {told}", "  ".repeat(depth)).unwrap();
                show_sides(sides, depth + 1, text);
            }
        }
    }

    #[test]
    fn positions_stand_with_what_speaks_for_and_against_them() {
        check(
            DEBATE,
            Language::French,
            &expect![[r#"
            illustrative true, 0 more
            [Agir*](/positions/a) against [Zéro*](/positions/z)
              + [Il est tard*](/arguments/1) [example.org](https://example.org/a/b?c), javascript:x
              - [C'est cher*](/arguments/2) [Danger](/scheme/valence#danger)
                - [Pas tant*](/arguments/3) 
              [O](/organizations/o) tout à fait d'accord, 1er janvier 2021
            [Zéro*](/positions/z) against [Agir*](/positions/a)
            0 other citations
        "#]],
        );
        check(
            DEBATE,
            Language::English,
            &expect![[r#"
            illustrative true, 0 more
            [Act*](/positions/a) against [Zéro*](/positions/z)
              + [Il est tard*](/arguments/1) [example.org](https://example.org/a/b?c), javascript:x
              - [C'est cher*](/arguments/2) [Danger@fr](/scheme/valence#danger)
                - [Pas tant*](/arguments/3) 
              [O](/organizations/o) strongly agrees, 1 January 2021
            [Zéro*](/positions/z) against [Act*](/positions/a)
            0 other citations
        "#]],
        );
    }

    #[test]
    fn only_a_controversy_has_a_map() {
        let trig = DEBATE.replace("a cs:Controversy", "a cs:Position");
        check(
            &trig,
            Language::French,
            &expect![[r#"
            1 other citations
        "#]],
        );
    }

    #[test]
    fn a_map_is_bounded_and_tells_how_much_more_there_is() {
        let mut trig = DEBATE.to_owned();
        for n in 10..400 {
            trig.push_str(&format!(
                "<arguments/{n}> {{ <arguments/{n}> ibis:supports <positions/z> }}"
            ));
        }
        // Arguments that rest on each other come to an end too.
        trig.push_str("<arguments/1> { <arguments/1> ibis:supports <arguments/1> }");
        with_page(&trig, "controversies/k", Language::French, |page| {
            let map = page.map.as_ref().expect("a map");
            let shown: Vec<_> =
                map.positions.iter().map(|p| (p.sides.pros.len(), p.stances.len())).collect();
            assert_eq!((shown, map.more), (vec![(1, 1), (294, 0)], 97));
        });
    }
}
