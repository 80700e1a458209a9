//! A resource or a part of one as a page shows it: its properties in the order of the shapes, and
//! its own parts inside, each once.

use super::label::{LABELS, Text};
use super::link::{Link, is_illustrative_origin};
use super::order::FieldOrder;
use super::reading::Reading;
use super::topic::Topic;
use super::value::Value;
use codesocial_graph::TermId;
use codesocial_rdf::vocab::{cs, ldp, rdf, skos};
use oxrdf::{Literal, NamedNode, NamedNodeRef, NamedOrBlankNode, Term, Triple};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::rc::Rc;

/// Parts and lists that lie deeper are linked instead.
const DEPTH_MAX: usize = 8;

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(super) struct Node {
    /// The name that links within the page lead to.
    pub(super) anchor: String,
    pub(super) title: Option<Text>,
    pub(super) classes: Vec<Link>,
    /// The section of a #CodeSocial that it is about, by which it is coloured.
    pub(super) accent: Option<String>,
    pub(super) illustrative: bool,
    pub(super) groups: Vec<Group>,
    /// The part that is all it says, where it has no name.
    pub(super) sole: Option<Box<Node>>,
    /// Its place among its siblings.
    #[serde(skip)]
    pub(super) rank: Vec<i64>,
    /// Whether it states that place itself.
    #[serde(skip)]
    is_ranked: bool,
}

impl Node {
    /// What it is called, or what all it says is.
    pub(super) fn name(&self) -> Option<&Text> {
        self.title.as_ref().or_else(|| self.sole.as_ref()?.name())
    }

    /// Whether its name says all of it.
    fn is_line(&self) -> bool {
        match &self.sole {
            Some(sole) => sole.is_line(),
            None => self.title.is_some() && self.groups.is_empty(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Group {
    pub(super) title: Option<Text>,
    pub(super) fields: Vec<Field>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Field {
    pub(super) name: Text,
    /// The property itself, for those who write queries.
    pub(super) property: String,
    pub(super) values: Vec<Value>,
}

/// Makes the nodes of one document.
pub(super) struct Outline<'a> {
    reading: &'a Reading<'a>,
    document: &'a str,
    subjects: BTreeMap<&'a str, Vec<&'a Triple>>,
    shown: HashSet<&'a str>,
    orders: HashMap<(Vec<TermId>, BTreeSet<TermId>), Rc<FieldOrder>>,
    names: HashMap<&'a str, Text>,
    hidden: Vec<NamedNodeRef<'a>>,
}

impl<'a> Outline<'a> {
    /// `hidden` are properties that the page shows elsewhere.
    pub(super) fn new(
        reading: &'a Reading<'a>,
        document: &'a NamedNode,
        triples: &'a [Triple],
        hidden: Vec<NamedNodeRef<'a>>,
    ) -> Self {
        let mut subjects: BTreeMap<&str, Vec<&Triple>> = BTreeMap::new();
        for triple in triples {
            // Blank nodes of stored documents have names.
            if let NamedOrBlankNode::NamedNode(subject) = &triple.subject {
                subjects.entry(subject.as_str()).or_default().push(triple);
            }
        }
        Self {
            reading,
            document: document.as_str(),
            subjects,
            shown: HashSet::new(),
            orders: HashMap::new(),
            names: HashMap::new(),
            hidden,
        }
    }

    /// What the document says of a subject.
    pub(super) fn triples(&self, subject: &str) -> &[&'a Triple] {
        self.subjects.get(subject).map_or(&[], Vec::as_slice)
    }

    /// The node of a subject, with the parts that are first named in it.
    pub(super) fn node(&mut self, subject: &'a str) -> Node {
        self.node_at(subject, None, 0)
    }

    /// The nodes that none shown so far has named. Those that others name come inside them.
    pub(super) fn rest(&mut self) -> Vec<Node> {
        let named: HashSet<&str> = self
            .subjects
            .values()
            .flatten()
            .filter_map(|triple| match &triple.object {
                Term::NamedNode(object) if triple.subject != object.clone().into() => {
                    Some(object.as_str()).filter(|object| self.is_part(object))
                }
                Term::NamedNode(_) | Term::BlankNode(_) | Term::Literal(_) => None,
            })
            .collect();
        let subjects: Vec<&'a str> = self.subjects.keys().copied().collect();
        let (parts, roots): (Vec<_>, Vec<_>) =
            subjects.into_iter().partition(|subject| named.contains(subject));
        // Parts that name each other in a ring are named by no root.
        let mut nodes = Vec::new();
        for subject in roots.into_iter().chain(parts) {
            if !self.shown.contains(subject) {
                nodes.push(self.node(subject));
            }
        }
        nodes
    }

    /// Whether a node lives in the document only, so that its page is this one.
    fn is_part(&self, iri: &str) -> bool {
        iri.strip_prefix(self.document).is_some_and(|rest| rest.starts_with('#'))
            && self.subjects.contains_key(iri)
    }

    fn node_at(&mut self, subject: &'a str, parent: Option<&'a str>, depth: usize) -> Node {
        self.shown.insert(subject);
        let triples = self.subjects.get(subject).cloned().unwrap_or_default();
        let mut parts = if depth < DEPTH_MAX { self.claim_parts(&triples) } else { HashSet::new() };
        let classes = objects(&triples, rdf::TYPE);
        let order = self.order(&triples, &classes);
        let mut topic = self.topic(subject);
        if depth == 0 {
            // Only a part's title stands for what it says: a resource shows all of it.
            topic.concepts.clear();
        }
        let translated: HashSet<&str> = triples
            .iter()
            .filter(|triple| self.tongue(triple) == Some(Tongue::Readers))
            .map(|triple| triple.predicate.as_str())
            .collect();
        let mut fields: BTreeMap<FieldKey<'_>, Field> = BTreeMap::new();
        for triple in &triples {
            let property = triple.predicate.as_str();
            let is_foreign = self.tongue(triple) == Some(Tongue::Other);
            if is_foreign && translated.contains(property)
                || self.is_shown_elsewhere(triple, &triples, &topic, parent)
            {
                continue;
            }
            let place = self.place(&order, &triple.predicate);
            let value = match &triple.object {
                Term::Literal(literal) => {
                    self.reading.literal_of(triple.predicate.as_ref(), literal, place.is_long)
                }
                object => self.value(object, subject, &mut parts, depth),
            };
            let field = fields.entry((place.rank, place.group, property)).or_insert_with(|| {
                Field { name: place.name, property: super::label::short(property), values: vec![] }
            });
            field.values.push(value);
        }
        let mut groups = self.groups(fields);
        let sole = topic.title.is_none().then(|| take_sole_part(&mut groups)).flatten();
        Node {
            anchor: self.anchor(subject),
            accent: topic.accent,
            illustrative: triples.iter().any(|triple| is_illustrative(triple)),
            rank: topic.rank,
            is_ranked: topic.is_ranked,
            title: topic.title,
            classes: self.class_links(&classes),
            groups,
            sole,
        }
    }

    fn topic(&mut self, subject: &str) -> Topic {
        let id = self.reading.state.id(NamedNodeRef::new_unchecked(subject));
        let label = id.and_then(|id| self.reading.label(id)).or_else(|| self.naming_text(subject));
        Topic::of(self.reading, self.triples(subject), label)
    }

    /// The text that names a part without a label: the shapes say of which property.
    fn naming_text(&mut self, subject: &str) -> Option<Text> {
        let triples = self.subjects.get(subject)?.clone();
        let order = self.order(&triples, &objects(&triples, rdf::TYPE));
        let naming = order.naming()?;
        let texts = triples.iter().filter_map(|triple| match &triple.object {
            Term::Literal(text) if self.reading.state.id(&triple.predicate) == Some(naming) => {
                Some(text)
            }
            Term::Literal(_) | Term::NamedNode(_) | Term::BlankNode(_) => None,
        });
        let best = texts.min_by_key(|text| self.reading.language_rank(text.language()))?;
        Some(self.reading.text(best.value(), best.language()))
    }

    /// Whose language a text is in; none where it has none.
    fn tongue(&self, triple: &Triple) -> Option<Tongue> {
        let Term::Literal(text) = &triple.object else { return None };
        match self.reading.language_rank(Some(text.language()?)) {
            0 => Some(Tongue::Readers),
            _ => Some(Tongue::Other),
        }
    }

    /// Classes that the ontology names, the narrowest only; where it names none, all of them.
    fn class_links(&self, classes: &[NamedNodeRef<'a>]) -> Vec<Link> {
        let labelled = |class: &NamedNodeRef<'_>| {
            self.reading.state.id(*class).filter(|id| self.reading.label(*id).is_some())
        };
        let known: Vec<TermId> = classes.iter().filter_map(labelled).collect();
        let mut wider = HashSet::new();
        for class in &known {
            wider.extend(self.reading.with_superclasses(vec![*class]).into_iter().skip(1));
        }
        let mut links: Vec<Link> = Vec::new();
        for class in classes {
            let is_chosen =
                known.is_empty() || labelled(class).is_some_and(|id| !wider.contains(&id));
            let is_ldp = class.as_str().starts_with(ldp::NS);
            let link = self.reading.link(*class);
            if is_chosen && !is_ldp && links.iter().all(|known| known.text != link.text) {
                links.push(link);
            }
        }
        links
    }

    fn is_shown_elsewhere(
        &self,
        triple: &Triple,
        siblings: &[&Triple],
        topic: &Topic,
        parent: Option<&str>,
    ) -> bool {
        let predicate = triple.predicate.as_ref();
        let is_title = match &triple.object {
            Term::Literal(name) => {
                topic.title.as_ref().is_some_and(|title| title.text == name.value())
                    || LABELS.contains(&predicate)
                        && name.language().is_none()
                        && is_tagged_too(name, siblings)
            }
            Term::NamedNode(_) | Term::BlankNode(_) => false,
        };
        // The rank of a part is seen from where it stands.
        let is_rank = parent.is_some() && predicate == cs::ORDER;
        let names_parent = matches!(&triple.object, Term::NamedNode(object)
            if parent == Some(object.as_str()));
        predicate == rdf::TYPE
            || self.hidden.contains(&predicate)
            || is_title
            || is_rank
            || names_parent
            || is_illustrative(triple)
            || topic.concepts.contains(&triple.object)
    }

    /// The parts that a node names first. They are its own even where one of them, or a part of
    /// one, names another.
    fn claim_parts(&mut self, triples: &[&'a Triple]) -> HashSet<&'a str> {
        let mut parts = HashSet::new();
        for triple in triples {
            let Term::NamedNode(object) = &triple.object else { continue };
            let objects = self.list(object).unwrap_or_else(|| vec![&triple.object]);
            for object in objects {
                if let Term::NamedNode(part) = object
                    && self.is_part(part.as_str())
                    && self.shown.insert(part.as_str())
                {
                    parts.insert(part.as_str());
                }
            }
        }
        parts
    }

    fn value(
        &mut self,
        object: &'a Term,
        subject: &'a str,
        parts: &mut HashSet<&'a str>,
        depth: usize,
    ) -> Value {
        let iri = match object {
            Term::Literal(literal) => return self.reading.literal(literal),
            Term::BlankNode(_) => return Value::Plain { text: String::new() },
            Term::NamedNode(iri) => iri,
        };
        if depth < DEPTH_MAX
            && let Some(items) = self.list(iri)
        {
            let items = items.into_iter();
            let items = items.map(|item| self.value(item, subject, parts, depth + 1)).collect();
            return Value::List { ranked: true, items };
        }
        let iri = iri.as_str();
        if parts.remove(iri) {
            return Value::Part(Box::new(self.node_at(iri, Some(subject), depth + 1)));
        }
        if iri.starts_with("data:image/") {
            // As an image, an SVG runs no script.
            return Value::Image { src: iri.to_owned() };
        }
        let mut link = self.reading.link(NamedNodeRef::new_unchecked(iri));
        if self.is_part(iri) {
            link.text = self.topic(iri).title.unwrap_or(link.text);
            link.href = Some(format!("#{}", self.anchor(iri)));
        }
        Value::Link(link)
    }

    /// The items of a collection that begins at a node, and lies wholly in the document.
    fn list(&mut self, head: &'a NamedNode) -> Option<Vec<&'a Term>> {
        let mut items = Vec::new();
        let mut cells = HashSet::new();
        let mut node = head.as_ref();
        while node != rdf::NIL {
            let triples = self.subjects.get(node.as_str())?;
            let object = |predicate: NamedNodeRef<'_>| {
                triples.iter().find(|t| t.predicate == predicate).map(|t| &t.object)
            };
            items.push(object(rdf::FIRST)?);
            let Some(Term::NamedNode(rest)) = object(rdf::REST) else { return None };
            // A list that comes back to itself has no end.
            if !cells.insert(node.as_str()) {
                return None;
            }
            node = rest.as_ref();
        }
        self.shown.extend(cells);
        Some(items)
    }

    fn order(&mut self, triples: &[&Triple], classes: &[NamedNodeRef<'_>]) -> Rc<FieldOrder> {
        let state = self.reading.state;
        let classes: Vec<TermId> = classes.iter().filter_map(|class| state.id(*class)).collect();
        let properties: BTreeSet<TermId> =
            triples.iter().filter_map(|triple| state.id(&triple.predicate)).collect();
        let order = self.orders.entry((classes, properties)).or_insert_with_key(|key| {
            let properties: Vec<TermId> = key.1.iter().copied().collect();
            Rc::new(FieldOrder::of(self.reading, key.0.clone(), &properties))
        });
        order.clone()
    }

    /// Where the property stands: where the shapes put it, else behind, under its own name.
    fn place(&mut self, order: &FieldOrder, property: &'a NamedNode) -> FieldPlace {
        let id = self.reading.state.id(property);
        let place = id.and_then(|id| order.place(id));
        let name = place.and_then(|place| place.name.clone()).unwrap_or_else(|| {
            let name = || self.reading.name(property.as_ref());
            self.names.entry(property.as_str()).or_insert_with(name).clone()
        });
        FieldPlace {
            rank: place.map_or((i64::MAX, i64::MAX), |place| place.rank),
            group: place.and_then(|place| place.group),
            is_long: place.is_some_and(|place| place.is_long),
            name,
        }
    }

    fn groups(&self, fields: BTreeMap<FieldKey<'_>, Field>) -> Vec<Group> {
        let mut groups: Vec<(Option<TermId>, Group)> = Vec::new();
        for ((_, group, _), mut field) in fields {
            field.values.sort_by_cached_key(Value::sort_key);
            field.values = listed(field.values);
            match groups.last_mut() {
                Some((last, Group { fields, .. })) if *last == group => fields.push(field),
                _ => {
                    let title = group.and_then(|group| self.reading.label(group));
                    groups.push((group, Group { title, fields: vec![field] }));
                }
            }
        }
        groups.into_iter().map(|(_, group)| group).collect()
    }

    fn anchor(&self, subject: &str) -> String {
        super::link::anchor(self.reading.state.base(), self.document, subject)
    }
}

/// Fields stand by rank, then by group, then by property.
type FieldKey<'a> = ((i64, i64), Option<TermId>, &'a str);

struct FieldPlace {
    rank: (i64, i64),
    group: Option<TermId>,
    is_long: bool,
    name: Text,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Tongue {
    Readers,
    Other,
}

/// Several parts as one list, where they state their ranks or say no more than their names;
/// several numbers as one line.
fn listed(values: Vec<Value>) -> Vec<Value> {
    if values.len() < 2 {
        return values;
    }
    let all = |test: fn(&Node) -> bool| {
        values.iter().all(|value| matches!(value, Value::Part(node) if test(node)))
    };
    let ranked = all(|node| node.is_ranked);
    if ranked || all(Node::is_line) {
        return vec![Value::List { ranked, items: values }];
    }
    let numbers = values.iter().map(|value| match value {
        Value::Number { text, .. } => Some(text.as_str()),
        _ => None,
    });
    match numbers.collect::<Option<Vec<_>>>() {
        Some(numbers) => vec![Value::Plain { text: numbers.join(" · ") }],
        None => values,
    }
}

/// The one part that the groups hold, if it is a line and they hold nothing else.
fn take_sole_part(groups: &mut Vec<Group>) -> Option<Box<Node>> {
    let [Group { fields, .. }] = &mut groups[..] else { return None };
    let [Field { values, .. }] = &mut fields[..] else { return None };
    let is_line = |value: &mut Value| matches!(value, Value::Part(part) if part.is_line());
    let last = if values.len() == 1 { values.pop_if(is_line) } else { None };
    let Some(Value::Part(part)) = last else { return None };
    groups.clear();
    Some(part)
}

fn objects<'a>(triples: &[&'a Triple], predicate: NamedNodeRef<'_>) -> Vec<NamedNodeRef<'a>> {
    let mut objects = Vec::new();
    for triple in triples.iter().filter(|triple| triple.predicate == predicate) {
        if let Term::NamedNode(object) = &triple.object {
            objects.push(object.as_ref());
        }
    }
    objects
}

/// Whether a name without language stands there in a language too.
fn is_tagged_too(name: &Literal, siblings: &[&Triple]) -> bool {
    siblings.iter().any(|sibling| {
        sibling.predicate == skos::PREF_LABEL
            && matches!(&sibling.object, Term::Literal(other) if other.value() == name.value())
    })
}

fn is_illustrative(triple: &Triple) -> bool {
    triple.predicate == cs::ORIGIN
        && matches!(&triple.object, Term::Literal(origin) if is_illustrative_origin(origin.value()))
}

#[cfg(test)]
mod tests {
    use crate::extract::Language;
    use crate::pages::sample::{outline, with_page};
    use expect_test::{Expect, expect};

    #[track_caller]
    fn check(trig: &str, path: &str, language: Language, expected: &Expect) {
        with_page(trig, path, language, |page| expected.assert_eq(&outline(page)));
    }

    #[test]
    fn a_text_is_shown_in_the_readers_language_and_in_another_only_where_it_has_none() {
        let trig = r#"<d> {
            <d> pair:label "D" ; skos:prefLabel "D"@fr , "The D"@en ; cs:text "Un"@fr , "One"@en ,
                    "Deux"@fr-BE , "sans" ; cs:question "Why?"@en , "Warum?"@de .
        }"#;
        check(
            trig,
            "d",
            Language::French,
            &expect![[r#"
            D
            cs:question:
              Warum?@de
              Why?@en
            cs:text:
              Deux
              Un
              sans
        "#]],
        );
        check(
            trig,
            "d",
            Language::English,
            &expect![[r#"
            The D
            cs:question:
              Why?
            cs:text:
              One
              sans
        "#]],
        );
    }

    #[test]
    fn parts_without_a_name_are_named_and_ranked_as_the_shapes_and_the_data_say() {
        let trig = r#"
            <shapes/quiz> {
                <shapes/quiz#q> sh:targetClass cs:QuizQuestion ; sh:property <shapes/quiz#text> .
                <shapes/quiz#text> sh:path cs:text ; sh:name "Texte"@fr ;
                    dash:propertyRole dash:LabelRole .
                <shapes/quiz#s> sh:targetSubjectsOf cs:body ; sh:property <shapes/quiz#body> .
                <shapes/quiz#body> sh:path cs:body ; sh:name "Corps"@fr ; dash:singleLine false .
            }
            <quizzes/q> {
                <quizzes/q> cs:milestone 12 , 3 , 9 ; cs:body "*un* <b>deux</b>"@fr ;
                    schema:hasPart <quizzes/q#q10> , <quizzes/q#q2> .
                <quizzes/q#q2> a cs:QuizQuestion ; cs:order 2 ; cs:text "Où ?"@fr , "Where?"@en ;
                    cs:questionType "single" ; cs:choice <quizzes/q#c1> , <quizzes/q#c2> .
                <quizzes/q#q10> a cs:QuizQuestion ; cs:order 10 ; cs:text "When?"@en .
                <quizzes/q#c1> pair:label "Ici" . <quizzes/q#c2> cs:means <quizzes/q#c3> .
                <quizzes/q#c3> pair:label "Ailleurs" .
            }"#;
        check(
            trig,
            "quizzes/q",
            Language::French,
            &expect![[r#"
            q
            schema:hasPart:
              (
                #q2 Où ?
                  a [cs:QuizQuestion](https://w3id.org/codesocial/ns#QuizQuestion)
                  cs:choice:
                    any (
                      #c2 
                        #c3 Ailleurs
                      #c1 Ici
                    )
                  cs:questionType:
                    un seul choix juste
                #q10 When?@en
                  a [cs:QuizQuestion](https://w3id.org/codesocial/ns#QuizQuestion)
              )
            Corps:
              <p><em>un</em> &lt;b&gt;deux&lt;/b&gt;</p>
            cs:milestone:
              3 · 9 · 12
        "#]],
        );
    }
}
