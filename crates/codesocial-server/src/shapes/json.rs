//! A form in JSON, in one language: what is empty or false is left out.

use crate::extract::{Encoded, Language};
use crate::routes;
use codesocial_rdf::Base;
use codesocial_shacl::{Field, Form, Labelled, QualifiedValues, Severity, Side, Values};
use oxrdf::vocab::xsd;
use oxrdf::{Literal, NamedNode, Term};
use serde_json::{Map, Value, json};

pub(super) fn form(base: &Base, form: &Form, language: Language) -> String {
    let mut object = Map::new();
    object.insert("language".to_owned(), json!(language.tag()));
    object.extend(whole(base, form));
    format!("{:#}\n", Value::Object(object))
}

/// The classes, and where the form of each is.
pub(super) fn classes(
    base: &Base,
    forms: impl Iterator<Item = Form>,
    language: Language,
) -> String {
    let classes = forms.filter_map(|form| {
        form.fields().next()?;
        let class = form.subject?;
        let address = address(base, routes::SHAPES, "class", &class);
        let label = form.label.as_ref().map(Literal::value);
        Some(json!({"class": class.as_str(), "label": label, "form": address}))
    });
    let classes: Vec<Value> = classes.collect();
    format!("{:#}\n", json!({"language": language.tag(), "classes": classes}))
}

fn address(base: &Base, path: &str, parameter: &str, iri: &NamedNode) -> String {
    let path = base.resolve(path.trim_start_matches('/'));
    format!("{}?{parameter}={}", path.as_str(), Encoded(iri.as_str()))
}

fn whole(base: &Base, form: &Form) -> Map<String, Value> {
    let groups = form.groups.iter().map(|group| {
        let fields = group.fields.iter().map(|field| Value::Object(self::field(base, field)));
        let fields: Vec<Value> = fields.collect();
        json!({"label": group.label.as_ref().map(Literal::value), "fields": fields})
    });
    let rules = form
        .rules
        .iter()
        .map(|rule| json!({"text": rule.text.value(), "severity": severity(&rule.severity)}));
    let mut object = Map::new();
    put(&mut object, "class", json!(form.subject.as_ref().map(NamedNode::as_str)));
    put(&mut object, "label", json!(form.label.as_ref().map(Literal::value)));
    put(&mut object, "types", iris(&form.classes));
    object.insert("groups".to_owned(), groups.collect());
    put(&mut object, "rules", rules.collect());
    object
}

fn field(base: &Base, field: &Field) -> Map<String, Value> {
    let mut object = Map::new();
    let mut put = |name, value| put(&mut object, name, value);
    put("property", json!(field.property.as_str()));
    put("name", json!(field.name.value()));
    put("help", json!(field.help.as_ref().map(Literal::value)));
    put("editor", json!(field.editor.as_str()));
    put("viewer", json!(field.viewer.as_ref().map(NamedNode::as_str)));
    put("required", json!(field.is_required()));
    put("recommended", json!(field.is_recommended()));
    put("min", json!(Some(field.count.required).filter(|min| *min > 0)));
    put("max", json!(field.count.max));
    put("uniqueLanguage", json!(field.unique_language));
    // Lines are said where the shapes say them, one as well as many.
    put("lines", json!(field.single_line.map(|single| if single { "one" } else { "many" })));
    put("hidden", json!(field.hidden));
    put("readOnly", json!(field.read_only));
    put("names", json!(field.is_label));
    put("default", field.default.iter().map(labelled).collect());
    put("fixed", field.fixed.iter().map(labelled).collect());
    put("range", iris(&field.range));
    put("instances", json!(instances(base, field)));
    put("qualified", field.qualified.iter().map(|one| qualified(base, one)).collect());
    put("messages", field.messages.iter().map(|message| json!(message.value())).collect());
    object.extend(values(base, &field.values));
    object
}

/// Where to look for values that exist: concepts of the scheme, or instances of the class.
fn instances(base: &Base, field: &Field) -> Option<String> {
    let qualified = field.qualified.iter().map(|qualified| &qualified.values);
    let demanded = std::iter::once(&field.values).chain(qualified);
    let search = |parameter, iri| address(base, routes::SEARCH, parameter, iri);
    let scheme = demanded.clone().find_map(|values| values.schemes.first());
    let in_place = field.values.part.is_some();
    let class = demanded.filter(|_| !in_place).find_map(|values| values.classes.first());
    let class = class.or(field.range.first().filter(|_| !in_place));
    scheme
        .map(|scheme| search("scheme", scheme))
        .or_else(|| class.map(|class| search("class", class)))
}

fn qualified(base: &Base, qualified: &QualifiedValues) -> Value {
    let count = qualified.count;
    let mut object = Map::new();
    put(&mut object, "min", json!(Some(count.required).filter(|min| *min > 0)));
    put(&mut object, "recommended", json!(Some(count.recommended).filter(|min| *min > 0)));
    put(&mut object, "max", json!(count.max));
    object.extend(values(base, &qualified.values));
    Value::Object(object)
}

fn values(base: &Base, values: &Values) -> Map<String, Value> {
    let kinds = values.kinds;
    let kinds = [(kinds.iri, "iri"), (kinds.blank_node, "blank"), (kinds.literal, "literal")];
    let is_any = kinds.iter().all(|(admitted, _)| *admitted);
    let kinds = kinds.into_iter().filter(|(admitted, _)| *admitted && !is_any);
    let options = values.options.iter().flatten().map(labelled);
    let choice = values.choice.iter().map(|one| Value::Object(self::values(base, one)));
    let mut object = Map::new();
    let mut put = |name, value| put(&mut object, name, value);
    put("kinds", kinds.map(|(_, kind)| json!(kind)).collect());
    put("datatype", json!(values.datatype.as_ref().map(NamedNode::as_str)));
    put("classes", iris(&values.classes));
    put("schemes", iris(&values.schemes));
    put("options", options.collect());
    put("patterns", json!(values.patterns));
    put("minLength", json!(values.length_min));
    put("maxLength", json!(values.length_max));
    for (side, bound) in &values.bounds {
        put(side_name(*side), json!(bound.value()));
    }
    put("languages", json!(values.languages));
    put("part", json!(values.part.as_ref().map(|part| whole(base, part))));
    put("choice", choice.collect());
    object
}

fn side_name(side: Side) -> &'static str {
    match side {
        Side::MinExclusive => "minExclusive",
        Side::MinInclusive => "minInclusive",
        Side::MaxExclusive => "maxExclusive",
        Side::MaxInclusive => "maxInclusive",
    }
}

fn severity(severity: &Severity) -> &'static str {
    match severity {
        Severity::Violation => "violation",
        Severity::Warning => "warning",
        Severity::Info | Severity::Other(_) => "info",
    }
}

fn iris(iris: &[NamedNode]) -> Value {
    iris.iter().map(|iri| json!(iri.as_str())).collect()
}

fn labelled(labelled: &Labelled) -> Value {
    let mut object = Map::new();
    match &labelled.term {
        Term::NamedNode(iri) => put(&mut object, "id", json!(iri.as_str())),
        Term::BlankNode(_) => {}
        Term::Literal(literal) => {
            let datatype = Some(literal.datatype()).filter(|datatype| *datatype != xsd::STRING);
            object.insert("value".to_owned(), json!(literal.value()));
            put(&mut object, "language", json!(literal.language()));
            put(&mut object, "datatype", json!(datatype.map(|datatype| datatype.as_str())));
        }
    }
    put(&mut object, "label", json!(labelled.label.as_ref().map(Literal::value)));
    Value::Object(object)
}

/// Adds what says something.
fn put(object: &mut Map<String, Value>, name: &str, value: Value) {
    let is_nothing = match &value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(values) => values.is_empty(),
        Value::Bool(true) | Value::Number(_) | Value::String(_) | Value::Object(_) => false,
    };
    if !is_nothing {
        object.insert(name.to_owned(), value);
    }
}
