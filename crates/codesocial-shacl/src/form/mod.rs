//! Forms: what a person fills in to describe something, made of the shapes that will judge it.
//!
//! Invariant: a form is honest. What the shapes demand of one property is in its field, as far as
//! a field can say it; all other demands stand in words, among the [`rules`](Form::rules) of the
//! form or the [`messages`](Field::messages) of a field.
//!
//! - A class has the fields of all shapes that target it or a class above it, a node shape its own
//!   and those it builds on (`sh:node`, `sh:and`). Deactivated shapes have none.
//! - Property shapes with one path are one field: of each demand the strictest holds.
//! - A field is one predicate. Other paths cannot be filled in; what they demand is a rule.
//! - What only warns makes a field recommended, never required.
//! - `sh:or` and `sh:xone` of values are a choice; of whole nodes they are a rule, unless only one
//!   of the shapes is open to a node with a name.
//! - A shape that targets the subjects of a property binds the forms that have this property.
//!
//! Of what does not validate it reads `sh:name`, `sh:description`, `sh:order`, `sh:group` and
//! `sh:defaultValue`, and of DASH, or of the W3C's draft `shui:` that takes over its names,
//! `editor`, `viewer`, `singleLine`, `propertyRole`, `hidden` and `readOnly`.
//! <https://www.w3.org/TR/shacl/#nonValidation>, <https://datashapes.org/forms.html>

mod build;
mod draft;
mod values;

mod closure;
mod notes;
mod widget;

pub use self::closure::closure;

use crate::model::{NodeKinds, Severity, Shapes, Side};
use crate::report::Lang;
use crate::view::GraphView;
use oxrdf::{Literal, NamedNode, NamedNodeRef, NamedOrBlankNode, Term};

/// How deep the forms of parts stand in forms.
pub const PARTS_DEPTH_MAX: usize = 3;

/// A form in one language. A text that the data lacks in it is in another.
#[derive(Clone, Debug, PartialEq)]
pub struct Form {
    /// The class, or the node shape, that it is the form of; nothing for a part without either.
    pub subject: Option<NamedNode>,
    pub label: Option<Literal>,
    /// The classes that an instance is to state.
    pub classes: Vec<NamedNode>,
    /// In their order; fields without a group come last.
    pub groups: Vec<Group>,
    pub rules: Vec<Rule>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    pub label: Option<Literal>,
    /// In their order.
    pub fields: Vec<Field>,
}

/// What the shapes demand that no single field can say.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    pub text: Literal,
    pub severity: Severity,
}

/// One property to fill in.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    pub property: NamedNode,
    pub name: Literal,
    pub help: Option<Literal>,
    pub editor: NamedNode,
    pub viewer: Option<NamedNode>,
    pub count: Count,
    /// What each value is to be.
    pub values: Values,
    /// The classes of its values by the ontology (`rdfs:range`, `schema:rangeIncludes`): no demand,
    /// but where to look for them.
    pub range: Vec<NamedNode>,
    /// How many of the values are to be more than that.
    pub qualified: Vec<QualifiedValues>,
    /// Values that must be among those given.
    pub fixed: Vec<Labelled>,
    pub default: Vec<Labelled>,
    /// Whether two values may not have the same language.
    pub unique_language: bool,
    /// Whether its texts have one line, where the shapes say so.
    pub single_line: Option<bool>,
    pub hidden: bool,
    pub read_only: bool,
    /// Whether it names the thing described.
    pub is_label: bool,
    /// What the shapes tell those who filled it in wrongly.
    pub messages: Vec<Literal>,
}

impl Field {
    /// All that is said of its values: of each, of some, and by choice.
    pub fn demanded(&self) -> Vec<&Values> {
        let mut all = vec![&self.values];
        all.extend(self.qualified.iter().map(|qualified| &qualified.values));
        let choices: Vec<&Values> = all.iter().flat_map(|values| &values.choice).collect();
        all.extend(choices);
        all
    }
}

/// How many values there are to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub required: u64,
    /// Fewer are accepted with a warning.
    pub recommended: u64,
    pub max: Option<u64>,
}

/// `sh:qualifiedValueShape`: so many of the values are so.
#[derive(Clone, Debug, PartialEq)]
pub struct QualifiedValues {
    pub count: Count,
    pub values: Values,
}

/// What a value may be: all of these hold at once.
#[derive(Clone, Debug, PartialEq)]
pub struct Values {
    pub kinds: NodeKinds,
    pub datatype: Option<NamedNode>,
    pub classes: Vec<NamedNode>,
    /// It is a concept of these schemes.
    pub schemes: Vec<NamedNode>,
    /// It is one of these.
    pub options: Option<Vec<Labelled>>,
    pub patterns: Vec<String>,
    pub length_min: Option<u64>,
    pub length_max: Option<u64>,
    pub bounds: Vec<(Side, Literal)>,
    pub languages: Option<Vec<String>>,
    /// It is described in place, by a form of its own.
    pub part: Option<Box<Form>>,
    /// It is one of these too.
    pub choice: Vec<Values>,
}

/// A term and what it is called.
#[derive(Clone, Debug, PartialEq)]
pub struct Labelled {
    pub term: Term,
    pub label: Option<Literal>,
}

impl Form {
    /// The form of a class or a node shape; nothing where no shape says anything of it.
    ///
    /// The vocabulary holds the shapes as they were parsed, the class hierarchy, and the labels of
    /// groups, classes and options.
    pub fn of<V: GraphView>(
        shapes: &Shapes,
        vocabulary: &V,
        subject: NamedNodeRef<'_>,
        language: Lang,
    ) -> Option<Self> {
        build::form(shapes, vocabulary, subject, language)
    }

    /// The shapes that such a form is made of; none where there is no form.
    pub fn shapes<V: GraphView>(
        shapes: &Shapes,
        vocabulary: &V,
        subject: NamedNodeRef<'_>,
    ) -> Vec<NamedOrBlankNode> {
        build::roots(shapes, vocabulary, subject)
    }

    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.groups.iter().flat_map(|group| &group.fields)
    }
}

impl Field {
    /// Whether it may not be left empty.
    pub fn is_required(&self) -> bool {
        self.count.required > 0
            || !self.fixed.is_empty()
            || self.qualified.iter().any(|qualified| qualified.count.required > 0)
    }

    /// Whether leaving it empty is worth a warning.
    pub fn is_recommended(&self) -> bool {
        self.count.recommended > 0
            || self.qualified.iter().any(|qualified| qualified.count.recommended > 0)
    }
}

impl Default for Values {
    fn default() -> Self {
        Self {
            kinds: NodeKinds { iri: true, blank_node: true, literal: true },
            datatype: None,
            classes: Vec::new(),
            schemes: Vec::new(),
            options: None,
            patterns: Vec::new(),
            length_min: None,
            length_max: None,
            bounds: Vec::new(),
            languages: None,
            part: None,
            choice: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::MemoryGraph;
    use expect_test::{Expect, expect};
    use oxrdf::{Graph, Triple};

    const PREFIXES: &str = "
        @prefix sh: <http://www.w3.org/ns/shacl#> .
        @prefix dash: <http://datashapes.org/dash#> .
        @prefix shui: <http://www.w3.org/ns/shacl-ui/> .
        @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
        @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
        @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
        @prefix : <http://x/> .
    ";

    fn parse(turtle: &str) -> Vec<Triple> {
        let text = format!("{PREFIXES}{turtle}");
        let triples = oxttl::TurtleParser::new().for_slice(text.as_bytes());
        triples.collect::<Result<_, _>>().expect("Turtle")
    }

    fn form(turtle: &str) -> Option<Form> {
        let triples = parse(turtle);
        let graph: Graph = triples.iter().cloned().collect();
        let shapes = Shapes::parse(&graph).expect("shapes");
        let vocabulary: MemoryGraph = triples.into_iter().collect();
        let class = NamedNodeRef::new_unchecked("http://x/C");
        Form::of(&shapes, &vocabulary, class, Lang::Fr)
    }

    fn line(field: &Field) -> String {
        let Count { required, recommended, max } = field.count;
        let max = max.map_or("*".to_owned(), |max| max.to_string());
        let [property, editor] = [&field.property, &field.editor].map(|iri| {
            iri.as_str().rsplit(['#', '/']).next().unwrap_or_default().trim_end_matches("Editor")
        });
        let choice: Vec<_> = field.values.choice.iter().map(|one| &one.datatype).collect();
        let choice =
            if choice.is_empty() { String::new() } else { format!(" of {}", choice.len()) };
        format!("{property} {required}({recommended})..{max} {editor}{choice}")
    }

    #[track_caller]
    fn check(turtle: &str, expected: &Expect) {
        let Some(form) = form(turtle) else { return expected.assert_eq("no form\n") };
        let mut told = String::new();
        for group in &form.groups {
            if let Some(label) = &group.label {
                told.push_str(&format!("[{}]\n", label.value()));
            }
            for field in &group.fields {
                told.push_str(&format!("{}\n", line(field)));
                for inner in field.values.part.iter().flat_map(|part| part.fields()) {
                    told.push_str(&format!("  {}\n", line(inner)));
                }
            }
        }
        for rule in &form.rules {
            told.push_str(&format!("! {}\n", rule.text.value()));
        }
        expected.assert_eq(&told);
    }

    #[test]
    fn a_class_without_shapes_has_no_form() {
        check(
            ":D rdfs:subClassOf :C . :S sh:targetClass :D .",
            &expect![[r#"
            no form
        "#]],
        );
        check(
            ":S sh:targetClass :C ; sh:deactivated true ;
                 sh:property [ sh:path :p ; sh:name 'P' ] .",
            &expect![[r#"
                no form
            "#]],
        );
    }

    #[test]
    fn fields_stand_in_the_order_of_groups_and_then_their_own() {
        check(
            ":S sh:targetClass :C ; sh:property
                 [ sh:path :last ; sh:name 'L' ; sh:order 0 ] ,
                 [ sh:path :b ; sh:name 'B' ; sh:group :G ; sh:order 2.5 ] ,
                 [ sh:path :a ; sh:name 'A' ; sh:group :G ; sh:order 10 ] ,
                 [ sh:path :first ; sh:name 'F' ; sh:group :H ] .
             :G rdfs:label 'groupe'@fr , 'group'@en ; sh:order 2 .
             :H rdfs:label 'H' ; sh:order 1 .",
            &expect![[r#"
                [H]
                first 0(0)..* TextField
                [groupe]
                b 0(0)..* TextField
                a 0(0)..* TextField
                last 0(0)..* TextField
            "#]],
        );
    }

    #[test]
    fn shapes_of_superclasses_and_those_built_on_are_merged_by_path() {
        check(
            ":C rdfs:subClassOf :B . :T sh:targetClass :B ; sh:property :tp .
             :tp sh:path :p ; sh:name 'T' ; sh:minCount 1 ; sh:maxCount 9 .
             :S sh:targetClass :C ; sh:node :N ; sh:property
                 [ sh:path :p ; sh:name 'P' ; sh:minCount 2 ; sh:severity sh:Warning ] .
             :N sh:property [ sh:path :p ; sh:maxCount 3 ] , [ sh:path :q ; sh:name 'Q' ] .",
            &expect![[r#"
                p 1(2)..3 TextField
                q 0(0)..* TextField
            "#]],
        );
    }

    #[test]
    fn what_cannot_be_filled_in_is_a_rule() {
        check(
            ":S sh:targetClass :C ; sh:property :S-p , :S-q , :S-r , :S-s .
             :S-p sh:path [ sh:inversePath :p ] ; sh:minCount 1 ; sh:message 'from p' .
             :S-q sh:path :q ; sh:name 'Q' ; sh:deactivated true .
             :S-r sh:path :r ; sh:maxCount 0 ; sh:message 'no r' .
             :S-s sh:path :s ; sh:lessThan :t ; sh:message 's, then t' .
             :O sh:targetClass :C ; sh:message 'either' ; sh:or
                 ( [ sh:path :a ; sh:minCount 1 ] [ sh:path :b ; sh:minCount 1 ] ) .",
            &expect![[r#"
                ! either
                ! from p
                ! no r
                ! s, then t
            "#]],
        );
    }

    #[test]
    fn an_alternative_that_no_named_node_meets_is_no_choice() {
        check(
            ":S sh:targetClass :C ; sh:or
                 ( [ sh:nodeKind sh:BlankNode ] [ sh:path :a ; sh:minCount 1 ] ) .",
            &expect![[r#"
                a 1(0)..* TextField
            "#]],
        );
    }

    #[test]
    fn a_shape_of_the_subjects_of_a_property_demands_where_the_property_must_be_there() {
        let shapes = |count: &str| {
            format!(
                ":S sh:targetClass :C ; sh:property [ sh:path :p ; sh:name 'P' {count} ] .
                 :T sh:targetSubjectsOf :p ; sh:property
                     [ sh:path :q ; sh:name 'Q' ; sh:minCount 1 ; sh:message 'q with p' ] ."
            )
        };
        check(
            &shapes("; sh:minCount 1"),
            &expect![[r#"
            p 1(0)..* TextField
            q 1(0)..* TextField
        "#]],
        );
        check(
            &shapes(""),
            &expect![[r#"
            p 0(0)..* TextField
            q 0(0)..* TextField
        "#]],
        );
    }

    #[test]
    fn the_editor_follows_from_what_a_value_is_unless_the_shape_chooses() {
        check(
            ":S sh:targetClass :C ; sh:property
                 [ sh:path :a ; sh:name 'a' ; sh:in ( 1 2 ) ] ,
                 [ sh:path :b ; sh:name 'b' ; sh:node :in-scheme ] ,
                 [ sh:path :c ; sh:name 'c' ; sh:node [ sh:property :inner ] ] ,
                 [ sh:path :d ; sh:name 'd' ; sh:datatype xsd:date ] ,
                 [ sh:path :e ; sh:name 'e' ; dash:singleLine false ] ,
                 [ sh:path :f ; sh:name 'f' ; sh:pattern '^https?://' ] ,
                 [ sh:path :g ; sh:name 'g' ; sh:nodeKind sh:IRI ] ,
                 [ sh:path :h ; sh:name 'h' ;
                   sh:or ( [ sh:datatype xsd:date ] [ sh:datatype xsd:gYear ] ) ] ,
                 [ sh:path :i ; sh:name 'i' ; shui:editor shui:RichTextEditor ] .
             :in-scheme sh:property [ sh:path skos:inScheme ; sh:hasValue :s ] .
             :inner sh:path :in ; sh:name 'in' .",
            &expect![[r#"
                a 0(0)..* EnumSelect
                b 0(0)..* InstancesSelect
                c 0(0)..* Details
                  in 0(0)..* TextField
                d 0(0)..* DatePicker
                e 0(0)..* TextArea
                f 0(0)..* URI
                g 0(0)..* AutoComplete
                h 0(0)..* DatePicker of 2
                i 0(0)..* RichText
            "#]],
        );
    }

    #[test]
    fn parts_in_parts_end() {
        let shapes = "
            :S sh:targetClass :C ; sh:property
                [ sh:path :p ; sh:name 'P' ; sh:class :C ; sh:node [ sh:property :q ] ] .
            :q sh:path :q ; sh:name 'Q' .";
        let mut form = form(shapes).map(Box::new);
        let mut depth = 0;
        while let Some(inner) = form {
            form = inner.fields().find_map(|field| field.values.part.clone());
            depth += 1;
        }
        assert_eq!(depth, PARTS_DEPTH_MAX + 1);
    }
}
