//! The editor of a field, where the shapes choose none.
//!
//! | what a value is | editor of DASH |
//! |---|---|
//! | one of a list (`sh:in`), a concept of a scheme | `EnumSelectEditor`, `InstancesSelectEditor` |
//! | described in place | `DetailsEditor` |
//! | `xsd:boolean` | `BooleanSelectEditor` |
//! | `xsd:date`, `xsd:dateTime` | `DatePickerEditor`, `DateTimePickerEditor` |
//! | `rdf:HTML` | `RichTextEditor` |
//! | `rdf:langString` | `TextFieldWithLangEditor`, with many lines `TextAreaWithLangEditor` |
//! | `xsd:anyURI`, or what begins with `http` | `URIEditor` |
//! | of a class, or any other IRI | `AutoCompleteEditor` |
//! | any other literal | `TextFieldEditor`, with many lines `TextAreaEditor` |
//!
//! A field with a choice has the editor of what is chosen first, one with nothing but qualified
//! values that of the first of these. <https://datashapes.org/forms.html#editors>

use super::{QualifiedValues, Values};
use crate::vocab::DASH;
use oxrdf::NamedNode;
use oxrdf::vocab::{rdf, xsd};

pub(super) fn editor(
    values: &Values,
    qualified: &[QualifiedValues],
    single_line: Option<bool>,
) -> NamedNode {
    let long = single_line == Some(false);
    let further = qualified.iter().map(|qualified| &qualified.values);
    let name = std::iter::once(values).chain(further).find_map(|values| specific(values, long));
    let name = name.unwrap_or(if values.kinds.literal { text(long) } else { "AutoCompleteEditor" });
    NamedNode::new_unchecked(format!("{DASH}{name}"))
}

/// The editor that what is known of a value asks for.
fn specific(values: &Values, long: bool) -> Option<&'static str> {
    if values.options.is_some() {
        return Some("EnumSelectEditor");
    }
    if !values.schemes.is_empty() {
        return Some("InstancesSelectEditor");
    }
    if values.part.is_some() {
        return Some("DetailsEditor");
    }
    if let Some(datatype) = &values.datatype {
        return Some(match datatype.as_ref() {
            xsd::BOOLEAN => "BooleanSelectEditor",
            xsd::DATE => "DatePickerEditor",
            xsd::DATE_TIME => "DateTimePickerEditor",
            rdf::HTML => "RichTextEditor",
            rdf::LANG_STRING if long => "TextAreaWithLangEditor",
            rdf::LANG_STRING => "TextFieldWithLangEditor",
            xsd::ANY_URI => "URIEditor",
            _ => text(long),
        });
    }
    if values.patterns.iter().any(|pattern| pattern.starts_with("^http")) {
        return Some("URIEditor");
    }
    if !values.classes.is_empty() {
        return Some("AutoCompleteEditor");
    }
    if values.languages.is_some() {
        return Some(if long { "TextAreaWithLangEditor" } else { "TextFieldWithLangEditor" });
    }
    values.choice.first().and_then(|first| specific(first, long))
}

fn text(long: bool) -> &'static str {
    if long { "TextAreaEditor" } else { "TextFieldEditor" }
}
