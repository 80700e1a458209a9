//! The normal form of a query: the same for texts that differ in spaces and comments only, so that
//! an answer can be kept under it.
//!
//! Rejected: the algebra as text, in which the parser gives aggregates and blank nodes names at
//! random.

use super::evaluate::Prepared;
use super::limits::{after_iri, after_string, word};

/// What gives another value each time, or asks others.
const VOLATILE: [&str; 6] = ["now", "rand", "uuid", "struuid", "bnode", "service"];

impl Prepared {
    /// The query in its normal form and the dataset that the protocol gave it. Nothing, where it
    /// may have another answer on the same data.
    pub fn normal_form(&self) -> Option<String> {
        Some(format!("{:?} {}", self.protocol, normal_form(&self.text)?))
    }
}

fn normal_form(text: &str) -> Option<String> {
    let mut normal = String::with_capacity(text.len());
    let mut rest = text;
    let mut is_spaced = false;
    while let Some(first) = rest.chars().next() {
        let after = match first {
            '"' | '\'' => after_string(rest, first),
            '<' => after_iri(rest).unwrap_or(&rest[1..]),
            '#' => rest.find(['\n', '\r']).map_or("", |end| &rest[end..]),
            _ if first.is_alphabetic() || first == ':' || first == '?' || first == '$' => {
                let word = word(rest);
                if VOLATILE.iter().any(|volatile| word.eq_ignore_ascii_case(volatile)) {
                    return None;
                }
                &rest[word.len()..]
            }
            _ => &rest[first.len_utf8()..],
        };
        if first == '#' || first.is_whitespace() {
            is_spaced = true;
        } else {
            if std::mem::take(&mut is_spaced) && !normal.is_empty() {
                normal.push(' ');
            }
            normal.push_str(&rest[..rest.len() - after.len()]);
        }
        rest = after;
    }
    Some(normal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(normal_form(text).as_deref(), expected, "{text}");
    }

    #[test]
    fn spaces_and_comments_do_not_count_but_in_strings_and_iris() {
        check(" SELECT *\n{ ?s\t?p  ?o } # all\n", Some("SELECT * { ?s ?p ?o }"));
        check("ASK{?s ?p \"a  # b\"}", Some("ASK{?s ?p \"a  # b\"}"));
        check("ASK {?s <a#b> '''it's  '''@fr }", Some("ASK {?s <a#b> '''it's  '''@fr }"));
        check("ASK#no\r{ ?s ?p ?o FILTER(?o<?p) }", Some("ASK { ?s ?p ?o FILTER(?o<?p) }"));
        check("ASK { ?now :rand \"NOW()\" }", Some("ASK { ?now :rand \"NOW()\" }"));
    }

    #[test]
    fn what_may_change_on_the_same_data_has_none() {
        check("SELECT (NOW() AS ?t) {}", None);
        check("SELECT * { BIND(rand() AS ?x) }", None);
        check("SELECT * { BIND(UUID() AS ?x) }", None);
        check("SELECT * { FILTER(StrUUID()=?x) }", None);
        check("SELECT * { BIND(BNODE(\"a\") AS ?x) }", None);
        check("SELECT * { SERVICE SILENT <http://x/> {} }", None);
    }
}
