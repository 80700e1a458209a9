//! Limits that hold before a query is parsed, because parsing and evaluating recurse: deep nesting
//! would overflow any stack, and long chains are evaluated one frame per link. Where nobody may be
//! asked, `SERVICE` is refused here too: the evaluator would pass over a silent one as if it had
//! been asked.

/// What a query may ask for, each with its default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    pub text_bytes_max: usize,
    /// Nesting of braces, parentheses and brackets.
    pub nesting_max: usize,
    /// Triple patterns, unions and the like, counted by their separators.
    pub operators_max: usize,
    /// Steps of property paths, counted by their operators.
    pub path_steps_max: usize,
    pub seconds_max: u64,
    pub rows_max: usize,
    pub result_bytes_max: usize,
    /// Whether there are other endpoints to ask. Where there are none `SERVICE` is refused.
    pub services: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            text_bytes_max: 32 * 1024,
            nesting_max: 64,
            operators_max: 256,
            path_steps_max: 32,
            seconds_max: 10,
            rows_max: 100_000,
            result_bytes_max: 50_000_000,
            services: false,
        }
    }
}

/// Why a text is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LimitError {
    #[error("the query is longer than {0} bytes")]
    Text(usize),
    #[error("the query is nested deeper than {0} levels")]
    Nesting(usize),
    #[error("the query has more than {0} patterns and operators")]
    Operators(usize),
    #[error("the query has more than {0} property path steps")]
    PathSteps(usize),
    #[error("SERVICE is not offered")]
    Service,
}

/// Refuses a text that could overflow a stack. Data blocks are not counted as operators: only their
/// size limits them.
pub fn check_text(text: &str, limits: &Limits) -> Result<(), LimitError> {
    if text.len() > limits.text_bytes_max {
        return Err(LimitError::Text(limits.text_bytes_max));
    }
    let mut counts = Counts::default();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        rest = match first {
            '"' | '\'' => after_string(rest, first),
            '<' => after_iri(rest).unwrap_or(&rest[1..]),
            '#' => rest.find('\n').map_or("", |end| &rest[end..]),
            '@' => rest[1..].trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '-'),
            _ if first.is_alphabetic() || first == ':' || first == '?' || first == '$' => {
                let word = word(rest);
                counts.word(word);
                &rest[word.len()..]
            }
            _ => {
                counts.punctuation(first, rest);
                &rest[first.len_utf8()..]
            }
        };
        counts.check(limits)?;
    }
    Ok(())
}

#[derive(Default)]
struct Counts {
    nesting: usize,
    operators: usize,
    path_steps: usize,
    /// Nesting level of the data block that is being read, where one is.
    data: Option<usize>,
    after_values: bool,
    /// Braces of `INSERT DATA` and `DELETE DATA` hold data too.
    after_data: bool,
    service: bool,
}

impl Counts {
    fn word(&mut self, word: &str) {
        if word.eq_ignore_ascii_case("values") {
            self.after_values = true;
        } else if word.eq_ignore_ascii_case("data") {
            self.after_data = true;
        } else if word.eq_ignore_ascii_case("service") {
            self.service = true;
        } else if ["union", "optional", "minus", "filter", "bind", "exists", "select"]
            .iter()
            .any(|operator| word.eq_ignore_ascii_case(operator))
        {
            self.operators += 1;
        }
    }

    fn punctuation(&mut self, first: char, rest: &str) {
        match first {
            '{' | '(' | '[' => {
                self.nesting += 1;
                if first == '{' && (self.after_values || self.after_data) && self.data.is_none() {
                    self.data = Some(self.nesting);
                    (self.after_values, self.after_data) = (false, false);
                }
            }
            '}' | ')' | ']' => {
                if self.data == Some(self.nesting) {
                    self.data = None;
                }
                self.nesting = self.nesting.saturating_sub(1);
            }
            _ if self.data.is_some() => {}
            '.' | ';' | ',' | '=' | '!' | '-' => self.operators += 1,
            '&' | '|' if rest[1..].starts_with(first) => self.operators += 1,
            '/' | '|' | '^' | '*' | '+' => self.path_steps += 1,
            _ => {}
        }
    }

    fn check(&self, limits: &Limits) -> Result<(), LimitError> {
        if self.service && !limits.services {
            return Err(LimitError::Service);
        }
        if self.nesting > limits.nesting_max {
            return Err(LimitError::Nesting(limits.nesting_max));
        }
        if self.operators > limits.operators_max {
            return Err(LimitError::Operators(limits.operators_max));
        }
        // `&&` and `||` leave one sign behind each; arithmetic counts too: both are chains.
        if self.path_steps > limits.path_steps_max + self.operators {
            return Err(LimitError::PathSteps(limits.path_steps_max));
        }
        Ok(())
    }
}

/// A keyword, a variable or a prefixed name, in which dots and escapes may stand.
pub(super) fn word(text: &str) -> &str {
    let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | ':' | '?' | '$' | '%');
    let (mut end, mut is_name) = (0, false);
    loop {
        let rest = &text[end..];
        let run = &rest[..rest.find(|c| !part(c)).unwrap_or(rest.len())];
        end += run.len();
        is_name |= run.contains(':');
        let mut after = text[end..].chars();
        let goes_on = match (after.next(), after.next()) {
            (Some('.'), Some(c)) => c != '?' && c != '$' && part(c),
            (Some('\\'), Some(_)) => true,
            _ => false,
        };
        if !is_name || !goes_on {
            return &text[..end.max(1)];
        }
        end = text.len() - after.as_str().len();
    }
}

/// What follows an IRI, or nothing where `<` is the operator.
pub(super) fn after_iri(text: &str) -> Option<&str> {
    let end = text[1..].find(|c: char| c == '>' || c == '<' || c == '"' || c <= ' ')? + 1;
    text[end..].strip_prefix('>')
}

pub(super) fn after_string(text: &str, quote: char) -> &str {
    let long: String = std::iter::repeat_n(quote, 3).collect();
    let delimiter = if text.starts_with(&long) { long.as_str() } else { &long[..1] };
    let mut rest = &text[delimiter.len()..];
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix(delimiter) {
            return after;
        }
        let mut chars = rest.chars();
        if chars.next() == Some('\\') {
            chars.next();
        }
        rest = chars.as_str();
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &Result<(), LimitError>) {
        assert_eq!(
            &check_text(text, &Limits::default()),
            expected,
            "{}",
            &text[..text.len().min(80)]
        );
    }

    #[test]
    fn what_overflows_a_stack_is_refused_before_parsing() {
        let filter = |inside: &str| format!("SELECT * WHERE {{ ?s ?p ?o FILTER({inside}) }}");
        let nesting = Err(LimitError::Nesting(64));
        check(&filter(&format!("{}1{}", "(".repeat(1_000), ")".repeat(1_000))), &nesting);
        check(&format!("ASK {}{}", "{".repeat(2_000), "}".repeat(2_000)), &nesting);
        let operators = Err(LimitError::Operators(256));
        check(&format!("ASK {{ {{}}{} }}", " UNION {}".repeat(1_000)), &operators);
        check(&filter(&format!("1{}", "&&1".repeat(5_000))), &operators);
        check(&filter(&format!("1{}", "=1".repeat(5_000))), &operators);
        check(&format!("ASK {{ {} }}", "?s ?p ?o . ".repeat(257)), &operators);
        let steps = Err(LimitError::PathSteps(32));
        check(&format!("ASK {{ ?s <a:b>{} ?o }}", "/<a:b>".repeat(1_000)), &steps);
        check(&filter(&format!("1{}", "+1".repeat(1_000))), &steps);
        check(&"#".repeat(40_000), &Err(LimitError::Text(32 * 1024)));
    }

    #[test]
    fn no_service_is_asked_silent_or_not() {
        let service = Err(LimitError::Service);
        check("SELECT * { SERVICE <http://x/> { ?s ?p ?o } }", &service);
        check("SELECT * { ?s ?p ?o.service silent <http://x/> { ?s ?p ?o } }", &service);
        check("ASK { ?s a:b 1 FILTER EXISTS { SERVICE ?s { ?s ?p ?o } } }", &service);
        check("DELETE { ?s ?p ?o } WHERE { SERVICE<http://x/>{ ?s ?p ?o } }", &service);
    }

    #[test]
    fn a_service_may_be_asked_where_there_are_some() {
        let limits = Limits { services: true, ..Limits::default() };
        assert_eq!(check_text("SELECT * { SERVICE <http://x/> { ?s ?p ?o } }", &limits), Ok(()));
    }

    #[test]
    fn what_is_only_called_service_passes() {
        check("SELECT ?service { ?service a:service a:x.service, a:x\\-service }", &Ok(()));
        check("ASK { service:x <http://service/> \"service\"@service # service\n }", &Ok(()));
    }

    #[test]
    fn ordinary_queries_pass_whatever_their_strings_and_data_hold() {
        check(
            "SELECT * WHERE { ?s ?p \"((((((\\\"((\" , '''{{{''{{{''' . <http://x/((({{> ?p 1 }",
            &Ok(()),
        );
        check(&format!("SELECT * {{ VALUES ?x {{ {} }} }}", "<a:b> 1.5 ".repeat(2_000)), &Ok(()));
        check(&format!("INSERT DATA {{ {} }}", "<a:b> <a:b> 1 . ".repeat(1_000)), &Ok(()));
        check("SELECT (COUNT(*) AS ?n) { ?s a/b* ?c FILTER(?a < ?b && ?b > 3) }", &Ok(()));
        check(&format!("# {}\nASK {{}}", "(".repeat(500)), &Ok(()));
    }
}
