//! Which members of a container a page shows: the address of a list holds its whole state.

use super::form::{Encoded, pairs};
use std::fmt;

/// Choices beyond these are not heard.
const CHOICES_MAX: usize = 16;

/// A text that names must hold, and values of properties, each as `prefix:property=value`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Selection {
    pub(crate) text: String,
    pub(crate) choices: Vec<(String, String)>,
}

impl Selection {
    pub(crate) fn of(query: &str) -> Self {
        let mut selection = Self::default();
        for (name, value) in pairs(query.as_bytes()) {
            if name == "q" {
                selection.text = value;
            } else if name.contains(':') && selection.choices.len() < CHOICES_MAX {
                selection.choices.push((name, value));
            }
        }
        // Whatever their order, the same choices make the same page.
        selection.choices.sort_unstable();
        selection.choices.dedup();
        selection
    }

    pub(crate) fn holds(&self, property: &str, value: &str) -> bool {
        self.choices.iter().any(|(p, v)| p == property && v == value)
    }

    /// The same with this choice, or without it where it was made.
    pub(crate) fn toggled(&self, property: &str, value: &str) -> Self {
        let mut toggled = self.clone();
        if self.holds(property, value) {
            toggled.choices.retain(|(p, v)| p != property || v != value);
        } else {
            toggled.choices.push((property.to_owned(), value.to_owned()));
            toggled.choices.sort_unstable();
        }
        toggled
    }
}

impl fmt::Display for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        if !self.text.is_empty() {
            write!(f, "q={}", Encoded(&self.text))?;
            separator = "&";
        }
        for (property, value) in &self.choices {
            write!(f, "{separator}{}={}", Encoded(property), Encoded(value))?;
            separator = "&";
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(query: &str, expected: &str) {
        assert_eq!(Selection::of(query).to_string(), expected);
    }

    #[test]
    fn a_selection_is_written_as_it_is_read() {
        check("", "");
        check("lang=fr&after=x", "");
        check("q=eau+vive&cs:b=y&cs:a=x&cs:a=x", "q=eau%20vive&cs%3Aa=x&cs%3Ab=y");
    }

    #[test]
    fn a_choice_is_made_and_unmade_by_the_same_link() {
        let chosen = Selection::of("cs:a=x").toggled("cs:b", "y");
        assert!(chosen.holds("cs:b", "y") && !chosen.holds("cs:b", "x"));
        assert_eq!(chosen.toggled("cs:b", "y"), Selection::of("cs:a=x"));
    }
}
