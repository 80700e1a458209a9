//! What answers say in RDF: what goes from a document, and what comes.

use super::answers::{control, is_part, within};
use super::{Answers, Asked, Kind, Row, Sheet};
use codesocial_rdf::skolem;
use codesocial_rdf::vocab::{expand, rdf};
use codesocial_shacl::LexicalSpace;
use oxrdf::vocab::xsd;
use oxrdf::{BlankNode, Literal, NamedNode, NamedOrBlankNode, Term, Triple};
use std::collections::HashSet;

/// What answers say of a document, and where each part of it stands in the sheet.
#[derive(Debug, Default)]
pub(crate) struct Said {
    pub(crate) triples: Vec<Triple>,
    /// What the sheet showed of the document.
    shown: Vec<Triple>,
    /// Each thing, and how the names of its controls begin.
    pub(crate) things: Vec<(NamedOrBlankNode, String)>,
    /// Each value, and the name of its control.
    pub(crate) values: Vec<(String, Term)>,
}

/// What becomes of a document.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) removed: Vec<Triple>,
    pub(crate) added: Vec<Triple>,
}

/// Names the new parts of a document.
pub(crate) struct Namer<'a> {
    document: &'a NamedNode,
    /// Mints what stands for a blank node inside; without it, blank nodes are left to the door.
    mint: Option<&'a mut dyn FnMut() -> u64>,
    named: usize,
}

impl<'a> Namer<'a> {
    /// For a document that is there.
    pub(crate) fn minting(document: &'a NamedNode, mint: &'a mut dyn FnMut() -> u64) -> Self {
        Self { document, mint: Some(mint), named: 0 }
    }

    /// For a new document.
    pub(crate) fn new(document: &'a NamedNode) -> Self {
        Self { document, mint: None, named: 0 }
    }

    fn name(&mut self, asked: &Asked, is_named: bool, stored: &[Triple]) -> NamedOrBlankNode {
        if !is_named {
            self.named += 1;
            return match &mut self.mint {
                Some(mint) => skolem::iri(self.document.as_str(), mint()).into(),
                None => BlankNode::new_unchecked(format!("part{}", self.named)).into(),
            };
        }
        let local = asked.field.property.as_str().rsplit(['#', '/']).next().unwrap_or_default();
        loop {
            self.named += 1;
            let name = format!("{}#{local}-{}", self.document.as_str(), self.named);
            let node = NamedOrBlankNode::from(NamedNode::new_unchecked(name));
            if stored.iter().all(|triple| triple.subject != node) {
                return node;
            }
        }
    }
}

impl Said {
    /// What is said of the document of a namer, which holds the stored triples.
    pub(crate) fn of(
        sheet: &Sheet,
        answers: &Answers,
        stored: &[Triple],
        namer: &mut Namer<'_>,
    ) -> Self {
        let mut said = Self::default();
        let document = namer.document.clone().into();
        said.thing(sheet, answers, (&document, ""), stored, namer);
        said
    }

    fn thing(
        &mut self,
        sheet: &Sheet,
        answers: &Answers,
        (subject, prefix): (&NamedOrBlankNode, &str),
        stored: &[Triple],
        namer: &mut Namer<'_>,
    ) {
        self.things.push((subject.clone(), prefix.to_owned()));
        let own: Vec<&Triple> = stored.iter().filter(|triple| triple.subject == *subject).collect();
        if own.is_empty() {
            let classes = sheet.classes.iter().map(|class| (rdf::TYPE.into_owned(), class.clone()));
            let given = sheet.given.iter().cloned();
            let all = classes.map(|(property, class)| (property, Term::from(class))).chain(given);
            self.triples.extend(all.map(|(p, value)| Triple::new(subject.clone(), p, value)));
        }
        for asked in sheet.asked() {
            let property = &asked.field.property;
            let of_property = own.iter().filter(|triple| triple.predicate == *property);
            let shown = of_property.filter(|t| asked.shows(&t.object, is_part(stored, t)));
            let shown: Vec<&Triple> = shown.copied().collect();
            for (n, row) in answers.rows(asked).iter().enumerate() {
                let control = control(prefix, asked, n);
                let value = match &asked.kind {
                    Kind::Part { sheet, named } => {
                        let part = part(sheet, row, &shown, stored);
                        match part {
                            Part::None => None,
                            Part::Kept(node) => Some(node.into()),
                            Part::Said(node) => {
                                let node =
                                    node.unwrap_or_else(|| namer.name(asked, *named, stored));
                                let start = within(&control);
                                let is_new = stored.iter().all(|triple| triple.subject != node);
                                if let Some(back) = sheet.back.clone().filter(|_| is_new) {
                                    let whole = Term::from(subject.clone());
                                    self.triples.push(Triple::new(node.clone(), back, whole));
                                }
                                self.thing(sheet, &row.part, (&node, &start), stored, namer);
                                Some(node.into())
                            }
                        }
                    }
                    _ => term(asked, row, &shown),
                };
                if let Some(value) = value {
                    self.values.push((control, value.clone()));
                    self.triples.push(Triple::new(subject.clone(), property.clone(), value));
                }
            }
            self.shown.extend(shown.into_iter().cloned());
        }
    }

    /// What goes and what comes; a part that nothing leads to any more goes as a whole.
    pub(crate) fn change(&self, stored: &[Triple]) -> Change {
        let said: HashSet<&Triple> = self.triples.iter().collect();
        let mut removed: HashSet<&Triple> =
            stored.iter().filter(|t| self.shown.contains(t) && !said.contains(t)).collect();
        loop {
            let kept = |triple: &&Triple| !removed.contains(triple);
            let leads_to = |node: &Term, triple: &Triple| triple.object == *node;
            let orphans = removed.iter().map(|triple| &triple.object).filter(|node| {
                let mut left = stored.iter().filter(kept).chain(&self.triples);
                !left.any(|triple| leads_to(node, triple))
            });
            let orphans: HashSet<String> = orphans.map(ToString::to_string).collect();
            let of_orphan = |triple: &&Triple| orphans.contains(&triple.subject.to_string());
            let gone: Vec<&Triple> = stored.iter().filter(kept).filter(of_orphan).collect();
            if gone.is_empty() {
                break;
            }
            removed.extend(gone);
        }
        let before: HashSet<&Triple> = stored.iter().collect();
        let added = self.triples.iter().filter(|triple| !before.contains(triple));
        let added: Vec<Triple> = added.cloned().collect();
        let removed = stored.iter().filter(|triple| removed.contains(triple));
        Change { removed: removed.cloned().collect(), added }
    }
}

/// What becomes of a row that describes a part.
enum Part {
    None,
    /// Nothing of it is shown, and so nothing of it is taken away.
    Kept(NamedOrBlankNode),
    /// What is said of it, under the name that it has.
    Said(Option<NamedOrBlankNode>),
}

fn part(sheet: &Sheet, row: &Row, shown: &[&Triple], stored: &[Triple]) -> Part {
    let known = |node: &&NamedNode| shown.iter().any(|t| t.object == Term::from((*node).clone()));
    let node = row.node.as_ref().filter(known).map(|node| NamedOrBlankNode::from(node.clone()));
    match node {
        _ if row.is_dropped => Part::None,
        None if row.part.is_blank() => Part::None,
        Some(node) if row.part.is_blank() => {
            let mut own = stored.iter().filter(|triple| triple.subject == node);
            let is_shown = |triple: &Triple| {
                let asked = sheet.find(triple.predicate.as_ref());
                asked.is_some_and(|asked| asked.shows(&triple.object, is_part(stored, triple)))
            };
            if Answers::stored(sheet, &node, stored).is_blank() {
                Part::Kept(node)
            } else if own.all(|triple| triple.predicate == rdf::TYPE || is_shown(triple)) {
                Part::None
            } else {
                Part::Said(Some(node))
            }
        }
        node => Part::Said(node),
    }
}

/// The value of a row: what is shown unchanged is the very term that it was.
fn term(asked: &Asked, row: &Row, shown: &[&Triple]) -> Option<Term> {
    let text = row.text.trim();
    if text.is_empty() {
        return None;
    }
    if let Some(same) = shown.iter().find(|triple| row.shows(&triple.object)) {
        return Some(same.object.clone());
    }
    let iri = || iri(text).map(Term::from);
    let plain = || Literal::new_simple_literal(text).into();
    Some(match &asked.kind {
        Kind::Options(options) => {
            let chosen = options.iter().find(|option| row.shows(&option.term));
            chosen.map(|chosen| chosen.term.clone()).or_else(iri).unwrap_or_else(plain)
        }
        Kind::Concepts(_) | Kind::Instances { .. } | Kind::Address | Kind::Part { .. } => {
            iri().unwrap_or_else(plain)
        }
        Kind::Boolean => Literal::new_typed_literal(text, xsd::BOOLEAN).into(),
        Kind::Typed(datatypes) => typed(text, datatypes).into(),
        Kind::Text { .. } => Literal::new_language_tagged_literal(text, &*row.language)
            .map_or_else(|_| plain(), Term::from),
    })
}

/// What a text names, where it is an address or a name with a known prefix.
pub(crate) fn iri(text: &str) -> Option<NamedNode> {
    NamedNode::new(expand(text).as_str()).ok()
}

/// The literal of the first datatype that the text fits, also in the reader's notation: `1 000,5`.
/// A text that fits none is of the first, so that the rules can say what is wrong.
fn typed(text: &str, datatypes: &[NamedNode]) -> Literal {
    let number: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    // What a browser sends of a moment has no seconds.
    let forms = [text.to_owned(), number.replace(',', "."), format!("{text}:00")];
    let pairs = forms.iter().flat_map(|form| datatypes.iter().map(move |d| (form, d)));
    let mut fitting = pairs.filter(|(form, d)| LexicalSpace::of(d.as_ref()).contains(form));
    match (fitting.next(), datatypes.first()) {
        (Some((form, datatype)), _) => Literal::new_typed_literal(form, datatype.clone()),
        (None, Some(datatype)) => Literal::new_typed_literal(text, datatype.clone()),
        (None, None) => Literal::new_simple_literal(text),
    }
}
