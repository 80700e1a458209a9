//! What a form asks for, control by control.
//!
//! | what a value is | control |
//! |---|---|
//! | one of a list, a concept, an instance of a class | a choice, or a name that is looked for |
//! | described in place: a part of the document | a form in the form |
//! | a truth value, a day, a number, an address | one line |
//! | a text, with its language where it may have one | one line or many |

use codesocial_rdf::vocab::compact;
use codesocial_shacl::{Field, Form, Group, Labelled, Values};
use oxrdf::vocab::{rdf, xsd};
use oxrdf::{Literal, NamedNode, NamedNodeRef, Term};

/// How deep things of a class without a list of its own are described in each other.
const IN_PLACE_DEPTH_MAX: usize = 2;

/// A form to fill in.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sheet {
    /// The classes that a new instance states.
    pub(crate) classes: Vec<NamedNode>,
    /// Of a part, the property by which it names what it is a part of.
    pub(crate) back: Option<NamedNode>,
    /// What a new instance says without being asked.
    pub(crate) given: Vec<(NamedNode, Term)>,
    pub(crate) sections: Vec<Section>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Section {
    pub(crate) label: Option<Literal>,
    pub(crate) asked: Vec<Asked>,
}

/// One property that is asked for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Asked {
    pub(crate) field: Field,
    pub(crate) kind: Kind,
    /// How the names of its controls begin.
    pub(crate) name: String,
}

/// What its values are, and so how they are asked for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    Options(Vec<Labelled>),
    Concepts(Vec<NamedNode>),
    /// Things of any of these classes; of none, whatever has an address.
    Instances {
        classes: Vec<NamedNode>,
        /// Whether the name of something that the registry does not know is good too.
        or_text: bool,
    },
    /// A part of the document.
    Part {
        sheet: Box<Sheet>,
        /// Whether it has a name of its own, where the shapes let it have none.
        named: bool,
    },
    Boolean,
    /// A literal of the first of the datatypes that its text fits.
    Typed(Vec<NamedNode>),
    /// An IRI, or a text where it is none.
    Address,
    Text {
        long: bool,
        tagged: Tagged,
    },
}

/// Whether a text says its language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tagged {
    Always,
    Possibly,
    Never,
}

/// What a sheet asks of the registry beside the form.
pub(crate) trait Ontology {
    /// The form of a class whose instances have no list of their own, and so are described where
    /// they are named.
    fn in_place(&self, class: &NamedNode) -> Option<Form>;

    /// The properties that say the same from the other end.
    fn inverses(&self, property: &NamedNode) -> Vec<NamedNode>;
}

impl Sheet {
    pub(crate) fn of(form: &Form, ontology: &dyn Ontology) -> Self {
        Making { ontology, above: Vec::new() }.sheet(form)
    }

    pub(crate) fn asked(&self) -> impl Iterator<Item = &Asked> {
        self.sections.iter().flat_map(|section| &section.asked)
    }

    pub(crate) fn find(&self, property: NamedNodeRef<'_>) -> Option<&Asked> {
        self.asked().find(|asked| asked.field.property == property)
    }
}

impl Asked {
    /// Whether its control can show a value, which else stays as it is.
    pub(crate) fn shows(&self, value: &Term, is_part: bool) -> bool {
        let is_iri = matches!(value, Term::NamedNode(_)) && !is_part;
        let is_literal = matches!(value, Term::Literal(_));
        match &self.kind {
            Kind::Part { .. } => is_part,
            Kind::Options(options) => is_iri || options.iter().any(|one| one.term == *value),
            Kind::Concepts(_) => is_iri,
            Kind::Instances { or_text, .. } => is_iri || is_literal && *or_text,
            Kind::Address => is_iri || is_literal,
            Kind::Boolean | Kind::Typed(_) | Kind::Text { .. } => is_literal,
        }
    }
}

/// Something is described in another document.
struct Elsewhere;

struct Making<'a> {
    ontology: &'a dyn Ontology,
    /// The classes of the things that this one is described in.
    above: Vec<NamedNode>,
}

impl Making<'_> {
    fn sheet(&mut self, form: &Form) -> Sheet {
        let section = |making: &mut Self, group: &Group| {
            let fields = group.fields.iter().filter(|field| !field.hidden && !field.read_only);
            let asked: Vec<Asked> = fields.map(|field| making.asked(field)).collect();
            Section { label: group.label.clone(), asked }
        };
        let sections: Vec<Section> = form.groups.iter().map(|g| section(self, g)).collect();
        let sections = sections.into_iter().filter(|section| !section.asked.is_empty()).collect();
        let unasked = form.fields().filter(|field| field.hidden || field.read_only);
        let given = unasked.flat_map(|field| {
            let values = field.fixed.iter().chain(&field.default);
            values.map(|value| (field.property.clone(), value.term.clone()))
        });
        Sheet { classes: form.classes.clone(), back: None, given: given.collect(), sections }
    }

    fn asked(&mut self, field: &Field) -> Asked {
        let property = field.property.as_str();
        let name = compact(property).unwrap_or_else(|| property.to_owned());
        Asked { kind: self.kind(field), field: field.clone(), name }
    }

    fn kind(&mut self, field: &Field) -> Kind {
        let demanded = field.demanded();
        let editor = field.editor.as_str().rsplit('#').next().unwrap_or_default();
        let long = editor.starts_with("TextArea") || editor.starts_with("RichText");
        match editor {
            "EnumSelectEditor" => {
                let options = demanded.iter().flat_map(|values| values.options.iter().flatten());
                return Kind::Options(options.cloned().collect());
            }
            "DetailsEditor" => {
                if let Some(part) = &field.values.part {
                    let sheet = Box::new(self.within(&field.values.classes, part));
                    return Kind::Part { sheet, named: false };
                }
            }
            "BooleanSelectEditor" => return Kind::Boolean,
            "URIEditor" if field.values.datatype.is_none() => return Kind::Address,
            _ => {}
        }
        let schemes = distinct(demanded.iter().flat_map(|values| &values.schemes));
        if !schemes.is_empty() {
            return Kind::Concepts(schemes);
        }
        let is_link =
            matches!(editor, "AutoCompleteEditor" | "InstancesSelectEditor" | "DetailsEditor");
        if is_link || takes_either(field) {
            return self.instances(field, &demanded);
        }
        self.literal(&demanded, long)
    }

    fn instances(&mut self, field: &Field, demanded: &[&Values]) -> Kind {
        let classes = distinct(demanded.iter().flat_map(|values| &values.classes));
        let classes = if classes.is_empty() { field.range.clone() } else { classes };
        let or_text = takes_either(field);
        let is_within = classes.iter().any(|class| self.above.contains(class));
        let form = match &classes[..] {
            [class] if self.above.len() < IN_PLACE_DEPTH_MAX && !is_within && !or_text => {
                self.ontology.in_place(class)
            }
            _ => None,
        };
        match form.map(|form| (self.back(field, &form), form)) {
            Some((Ok(back), form)) => {
                let mut sheet = self.within(&classes, &form);
                for section in &mut sheet.sections {
                    section.asked.retain(|asked| Some(&asked.field.property) != back.as_ref());
                }
                sheet.sections.retain(|section| !section.asked.is_empty());
                Kind::Part { sheet: Box::new(Sheet { back, ..sheet }), named: true }
            }
            Some((Err(Elsewhere), _)) | None => Kind::Instances { or_text, classes },
        }
    }

    /// The property by which a part that the field leads to names what it is a part of, if it does.
    /// What has to be a part of something by another property is described there.
    fn back(&self, field: &Field, form: &Form) -> Result<Option<NamedNode>, Elsewhere> {
        let required = form.fields().filter(|inner| inner.count.required > 0);
        let mut owner = required.filter_map(|inner| {
            let inverses = self.ontology.inverses(&inner.property);
            (!inverses.is_empty()).then(|| (inner.property.clone(), inverses))
        });
        match owner.next() {
            None => Ok(None),
            Some((back, inverses)) if inverses.contains(&field.property) => Ok(Some(back)),
            Some(_) => Err(Elsewhere),
        }
    }

    fn within(&mut self, classes: &[NamedNode], form: &Form) -> Sheet {
        let depth = self.above.len();
        self.above.extend(classes.iter().cloned());
        let sheet = self.sheet(form);
        self.above.truncate(depth);
        sheet
    }

    fn literal(&self, demanded: &[&Values], long: bool) -> Kind {
        let datatypes = distinct(demanded.iter().filter_map(|values| values.datatype.as_ref()));
        let is_tagged = |datatype: &NamedNode| *datatype == rdf::LANG_STRING;
        let in_language = demanded.iter().any(|values| values.languages.is_some());
        let tagged = if datatypes.iter().all(is_tagged) && (in_language || !datatypes.is_empty()) {
            Tagged::Always
        } else if datatypes.is_empty() || datatypes.iter().any(is_tagged) {
            Tagged::Possibly
        } else {
            Tagged::Never
        };
        if tagged == Tagged::Never && !datatypes.iter().all(|datatype| *datatype == xsd::STRING) {
            return Kind::Typed(datatypes);
        }
        Kind::Text { long, tagged }
    }
}

/// Whether the shapes say that a link is as good as a text.
fn takes_either(field: &Field) -> bool {
    let kinds = field.values.kinds;
    kinds.iri && kinds.literal && !kinds.blank_node
}

fn distinct<'a>(iris: impl Iterator<Item = &'a NamedNode>) -> Vec<NamedNode> {
    let mut distinct: Vec<NamedNode> = Vec::new();
    for iri in iris {
        if !distinct.contains(iri) {
            distinct.push(iri.clone());
        }
    }
    distinct
}
