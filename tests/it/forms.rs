//! The forms of our shapes: what they ask for, that they are honest, and how they are served.

use crate::fixtures::{SHAPE_FOLDERS, SHAPES, read_all};
use codesocial_rdf::vocab::{compact, expand};
use codesocial_shacl::{Field, Form, Lang, MemoryGraph, Values};
use expect_test::{ExpectFile, expect_file};
use oxrdf::{Literal, NamedNode, Term};
use std::fmt::Write as _;
use std::sync::LazyLock;

/// The shapes and the words for them, as the server holds them.
pub(crate) static VOCABULARY: LazyLock<MemoryGraph> = LazyLock::new(|| {
    let words = read_all(&["ontology", "ontology/schemes"]);
    read_all(&SHAPE_FOLDERS).into_iter().chain(words).collect()
});

fn form(class: &str, language: Lang) -> Form {
    Form::of(&SHAPES, &*VOCABULARY, expand(class).as_ref(), language)
        .unwrap_or_else(|| unreachable!("{class} has a form"))
}

pub(crate) fn short(iri: &NamedNode) -> String {
    compact(iri.as_str()).unwrap_or_else(|| {
        iri.as_str().trim_start_matches("https://w3id.org/codesocial/").to_owned()
    })
}

fn text(literal: Option<&Literal>) -> String {
    let Some(literal) = literal else { return "–".to_owned() };
    literal.value().to_owned()
}

fn term(term: &Term) -> String {
    match term {
        Term::NamedNode(iri) => short(iri),
        Term::BlankNode(_) => "_".to_owned(),
        Term::Literal(literal) => literal.value().to_owned(),
    }
}

/// One line for each field: property, name, counts, editor, and what a value may be.
fn show(form: &Form, indent: &str, out: &mut String) {
    for group in &form.groups {
        writeln!(out, "{indent}{}", text(group.label.as_ref())).expect("a text grows");
        for field in &group.fields {
            show_field(field, indent, out);
        }
    }
    for rule in &form.rules {
        writeln!(out, "{indent}! {}", rule.text.value()).expect("a text grows");
    }
}

fn show_field(field: &Field, indent: &str, out: &mut String) {
    let count = field.count;
    let max = count.max.map_or("n".to_owned(), |max| max.to_string());
    let recommended = if count.recommended > count.required {
        format!(" (mieux {})", count.recommended)
    } else {
        String::new()
    };
    let (property, name, editor) =
        (short(&field.property), field.name.value(), short(&field.editor));
    let editor = editor.trim_start_matches("http://datashapes.org/dash#");
    let flags = [
        (field.unique_language, " une-par-langue"),
        (field.is_label, " nomme"),
        (field.hidden, " caché"),
        (field.read_only, " lu"),
    ];
    let flags: String = flags.iter().filter(|(is, _)| *is).map(|(_, flag)| *flag).collect();
    write!(out, "{indent}  {property} «{name}» {}..{max}{recommended} {editor}", count.required)
        .expect("a text grows");
    write!(out, "{flags}{}", show_values(&field.values)).expect("a text grows");
    for class in field.range.iter().filter(|class| !field.values.classes.contains(class)) {
        write!(out, " ~{}", short(class)).expect("a text grows");
    }
    for default in &field.default {
        write!(out, " ={}", text(default.label.as_ref())).expect("a text grows");
    }
    out.push('\n');
    for qualified in &field.qualified {
        let count = qualified.count;
        writeln!(
            out,
            "{indent}    {}/{}:{}",
            count.required,
            count.recommended,
            show_values(&qualified.values)
        )
        .expect("a text grows");
    }
    if let Some(part) = &field.values.part {
        show(part, &format!("{indent}    "), out);
    }
}

fn show_values(values: &Values) -> String {
    let mut out = String::new();
    let iris = values.datatype.iter().chain(&values.classes).chain(&values.schemes);
    iris.for_each(|iri| write!(out, " {}", short(iri)).expect("a text grows"));
    for pattern in &values.patterns {
        write!(out, " /{pattern}/").expect("a text grows");
    }
    for (side, bound) in &values.bounds {
        write!(out, " {side:?} {}", bound.value()).expect("a text grows");
    }
    if let (min, Some(max)) = (values.length_min, values.length_max) {
        write!(out, " {}–{max} signes", min.unwrap_or_default()).expect("a text grows");
    }
    if let Some(languages) = &values.languages {
        write!(out, " @{}", languages.join("@")).expect("a text grows");
    }
    for option in values.options.iter().flatten() {
        write!(out, " {}", term(&option.term)).expect("a text grows");
    }
    for choice in &values.choice {
        write!(out, " |{}", show_values(choice)).expect("a text grows");
    }
    out
}

/// The form of a class in both languages is the text of a file.
#[track_caller]
fn check(class: &str, expected: &ExpectFile) {
    let shown = [Lang::Fr, Lang::En].map(|language| {
        let form = form(class, language);
        let mut out = format!("{}\n", text(form.label.as_ref()));
        show(&form, "", &mut out);
        out
    });
    expected.assert_eq(&shown.join("\n"));
}

#[test]
fn an_organisation_has_a_type_of_the_list_and_a_name() {
    check("pair:Organization", &expect_file!["forms/organization.txt"]);
}

#[test]
fn a_knowledge_seed_has_a_question_in_french() {
    check("cs:KnowledgeSeed", &expect_file!["forms/knowledge-seed.txt"]);
}

#[test]
fn a_codesocial_tells_what_it_takes_to_publish_it() {
    check("cs:CodeSocial", &expect_file!["forms/codesocial.txt"]);
}

#[test]
fn quantities_of_a_flow_are_described_in_place() {
    check("cs:WealthFlow", &expect_file!["forms/wealth-flow.txt"]);
}
