//! What people type for things that the registry knows: a name stands for the thing that it names.

use super::names::NameIndex;
use super::reading::Reading;
use super::writing::Fault;
use crate::fill::{Answers, Asked, Kind, Row, Sheet, control, iri, within};
use codesocial_graph::{TermId, folded};
use oxrdf::{NamedNode, TermRef};
use std::collections::HashSet;

/// More things of like names are not offered.
const MATCHES_MAX: usize = 50;

pub(super) struct Lookup<'a> {
    pub(super) reading: &'a Reading<'a>,
    pub(super) index: &'a NameIndex,
    pub(super) faults: Vec<Fault>,
}

impl Lookup<'_> {
    /// Puts the address of what is meant in the place of each name.
    pub(super) fn resolve(&mut self, sheet: &Sheet, answers: &mut Answers, prefix: &str) {
        for asked in sheet.asked() {
            for (n, row) in answers.rows_mut(asked).iter_mut().enumerate() {
                let control = control(prefix, asked, n);
                match &asked.kind {
                    Kind::Part { sheet, .. } => {
                        self.resolve(sheet, &mut row.part, &within(&control));
                    }
                    Kind::Instances { classes, or_text } => {
                        self.name(asked, row, classes, *or_text, control);
                    }
                    Kind::Options(_)
                    | Kind::Concepts(_)
                    | Kind::Boolean
                    | Kind::Typed(_)
                    | Kind::Address
                    | Kind::Text { .. } => {}
                }
            }
        }
    }

    fn name(
        &mut self,
        asked: &Asked,
        row: &mut Row,
        classes: &[NamedNode],
        or_text: bool,
        control: String,
    ) {
        let text = row.text.trim();
        if text.is_empty() || iri(text).is_some() {
            return;
        }
        let instances = classes.iter().flat_map(|class| self.reading.instances(class.as_ref()));
        let instances: HashSet<TermId> = instances.collect();
        let among = Some(&instances).filter(|_| !classes.is_empty());
        let hits = self.index.search(self.reading, text, among);
        let named = folded(text);
        let exact: Vec<TermId> =
            hits.iter().filter(|hit| hit.is_called(&named)).map(|hit| hit.subject).collect();
        match &exact[..] {
            [only] => row.text = self.address(*only).map_or_else(String::new, into_text),
            _ if or_text => {}
            [] if hits.is_empty() => self.fault(asked, "sheet.unknown", control),
            several => {
                let all = if several.is_empty() {
                    hits.iter().map(|hit| hit.subject).take(MATCHES_MAX).collect()
                } else {
                    several.to_vec()
                };
                row.matches = all.into_iter().filter_map(|one| self.address(one)).collect();
                self.fault(asked, "sheet.several", control);
            }
        }
    }

    fn fault(&mut self, asked: &Asked, word: &str, control: String) {
        let text = self.reading.words.text(word).replace("{0}", asked.field.name.value());
        self.faults.push(Fault { control: Some(control), text });
    }

    fn address(&self, thing: TermId) -> Option<NamedNode> {
        match self.reading.state.term(thing) {
            TermRef::NamedNode(iri) => Some(iri.into_owned()),
            TermRef::BlankNode(_) | TermRef::Literal(_) => None,
        }
    }
}

fn into_text(iri: NamedNode) -> String {
    iri.into_string()
}
