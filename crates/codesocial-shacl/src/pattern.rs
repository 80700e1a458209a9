//! The regular expressions of `sh:pattern`: XPath's syntax and flags, run by the `regex` crate,
//! whose time is linear in the text.
//!
//! Invariant: an expression that the two would read differently is translated or refused.

use regex::{Regex, RegexBuilder};
use thiserror::Error;

/// Compiled size beyond which an expression is refused.
pub const PATTERN_BYTES_MAX: usize = 4 << 20;

#[derive(Clone, Debug)]
pub struct Pattern {
    /// As the shape has it.
    pub source: String,
    pub flags: String,
    regex: Regex,
}

impl Pattern {
    pub fn new(source: &str, flags: &str) -> Result<Self, PatternError> {
        if let Some(unknown) = flags.chars().find(|flag| !"smixq".contains(*flag)) {
            return Err(PatternError::Flag(unknown));
        }
        let has = |flag| flags.contains(flag);
        let translated =
            if has('q') { regex::escape(source) } else { translate(source, has('x'))? };
        let regex = RegexBuilder::new(&translated)
            .dot_matches_new_line(has('s'))
            .multi_line(has('m') && !has('q'))
            .case_insensitive(has('i'))
            .size_limit(PATTERN_BYTES_MAX)
            .build()
            .map_err(|error| PatternError::Syntax(last_line(&error.to_string())))?;
        Ok(Self { source: source.to_owned(), flags: flags.to_owned(), regex })
    }

    pub fn is_match(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }
}

#[derive(Clone, Debug, PartialEq, Error)]
pub enum PatternError {
    #[error("'{0}' is not a flag of regular expressions (s, m, i, x, q are)")]
    Flag(char),
    #[error("'{0}' inside a character class has no safe translation")]
    Class(String),
    #[error("{0}")]
    Syntax(String),
}

/// The parser draws where the error is; its last line says what it is.
fn last_line(error: &str) -> String {
    error.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
}

/// Rewrites what means something else in the `regex` crate: set operations inside classes, and
/// flag `x`, which in XPath removes white space outside classes and knows no comments.
fn translate(source: &str, without_space: bool) -> Result<String, PatternError> {
    let mut translated = String::with_capacity(source.len());
    let mut depth = 0;
    let mut previous = None;
    let mut chars = source.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                translated.push(c);
                translated.extend(chars.next());
            }
            // XML Schema, appendix F: `[a-z-[aeiou]]` subtracts; the crate writes it `--`.
            '[' if depth > 0 && previous == Some('-') => {
                translated.push_str("-[");
                depth += 1;
            }
            '[' if depth > 0 => return Err(PatternError::Class("[".to_owned())),
            '[' => {
                translated.push(c);
                depth = 1;
                if let Some(negation) = chars.next_if_eq(&'^') {
                    translated.push(negation);
                }
            }
            ']' => {
                translated.push(c);
                depth = if depth > 0 { depth - 1 } else { 0 };
            }
            '&' | '~' | '-' if depth > 0 && previous == Some(c) => {
                return Err(PatternError::Class(format!("{c}{c}")));
            }
            c if without_space && depth == 0 && matches!(c, ' ' | '\t' | '\n' | '\r') => continue,
            c => translated.push(c),
        }
        previous = Some(c);
    }
    Ok(translated)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(source: &str, flags: &str, yes: &[&str], no: &[&str]) {
        let pattern = Pattern::new(source, flags).unwrap();
        let matched: Vec<_> =
            [yes, no].concat().into_iter().filter(|text| pattern.is_match(text)).collect();
        assert_eq!(matched, yes);
    }

    #[test]
    fn flags_are_those_of_xpath() {
        check("^joe", "i", &["Joel", "JOE"], &["a joe"]);
        check("a.b", "", &["a b"], &["a\nb"]);
        check("a.b", "s", &["a\nb"], &["ab"]);
        check("^b$", "m", &["a\nb"], &["ab"]);
        check("a b [ #]", "x", &["ab ", "ab#"], &["a b ", "ab"]);
        check("a.b*", "q", &["xa.b*"], &["aabb"]);
        check("a.b", "iq", &["A.B"], &["AxB"]);
    }

    #[test]
    fn a_class_subtracts_as_in_xml_schema() {
        check("^[a-z-[aeiou]]+$", "", &["xyz"], &["xyza", "-"]);
        check(r"^[\[\]&-]+$", "", &["[&]-"], &["a"]);
    }

    #[test]
    fn what_would_be_read_otherwise_is_refused() {
        for (source, flags) in
            [("[a[b]]", ""), ("[a&&b]", ""), ("(a)\\1", ""), ("(", ""), (r"\i\c*", ""), ("a", "g")]
        {
            assert!(Pattern::new(source, flags).is_err(), "{source} {flags}");
        }
        assert!(Pattern::new(r"(\w{1000}){1000}", "").is_err());
    }
}
