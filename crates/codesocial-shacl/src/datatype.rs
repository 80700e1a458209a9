//! Which lexical forms the datatypes of XML Schema have.
//!
//! Invariant: a datatype this file does not know has every string in its lexical space. RDF maps
//! lexical forms as they stand, so white space around a number is not stripped.
//! <https://www.w3.org/TR/rdf11-concepts/#section-Datatypes>

use oxrdf::vocab::rdf;
use oxrdf::{LiteralRef, NamedNodeRef};
use oxsdatatypes::{
    Date, DateTime, DayTimeDuration, Duration, GDay, GMonth, GYear, GYearMonth, Time,
    YearMonthDuration,
};
use std::str::FromStr;

const XSD: &str = "http://www.w3.org/2001/XMLSchema#";

/// The lexical space of a datatype.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LexicalSpace {
    Any,
    LanguageTagged,
    Boolean,
    Integer { min: Option<i128>, max: Option<i128> },
    Decimal,
    Double,
    DateTime,
    DateTimeStamp,
    Date,
    Time,
    GYear,
    GYearMonth,
    GMonth,
    GMonthDay,
    GDay,
    Duration,
    YearMonthDuration,
    DayTimeDuration,
    HexBinary,
    Base64Binary,
    NormalizedString,
    Token,
    Language,
    Name,
    NcName,
    NmToken,
}

impl LexicalSpace {
    pub fn of(datatype: NamedNodeRef<'_>) -> Self {
        if datatype == rdf::LANG_STRING {
            return Self::LanguageTagged;
        }
        let integer = |min, max| Self::Integer { min, max };
        match datatype.as_str().strip_prefix(XSD).unwrap_or_default() {
            "boolean" => Self::Boolean,
            "integer" => integer(None, None),
            "nonNegativeInteger" => integer(Some(0), None),
            "positiveInteger" => integer(Some(1), None),
            "nonPositiveInteger" => integer(None, Some(0)),
            "negativeInteger" => integer(None, Some(-1)),
            "long" => integer(Some(i64::MIN.into()), Some(i64::MAX.into())),
            "int" => integer(Some(i32::MIN.into()), Some(i32::MAX.into())),
            "short" => integer(Some(i16::MIN.into()), Some(i16::MAX.into())),
            "byte" => integer(Some(i8::MIN.into()), Some(i8::MAX.into())),
            "unsignedLong" => integer(Some(0), Some(u64::MAX.into())),
            "unsignedInt" => integer(Some(0), Some(u32::MAX.into())),
            "unsignedShort" => integer(Some(0), Some(u16::MAX.into())),
            "unsignedByte" => integer(Some(0), Some(u8::MAX.into())),
            "decimal" => Self::Decimal,
            "float" | "double" => Self::Double,
            "dateTime" => Self::DateTime,
            "dateTimeStamp" => Self::DateTimeStamp,
            "date" => Self::Date,
            "time" => Self::Time,
            "gYear" => Self::GYear,
            "gYearMonth" => Self::GYearMonth,
            "gMonth" => Self::GMonth,
            "gMonthDay" => Self::GMonthDay,
            "gDay" => Self::GDay,
            "duration" => Self::Duration,
            "yearMonthDuration" => Self::YearMonthDuration,
            "dayTimeDuration" => Self::DayTimeDuration,
            "hexBinary" => Self::HexBinary,
            "base64Binary" => Self::Base64Binary,
            "normalizedString" => Self::NormalizedString,
            "token" => Self::Token,
            "language" => Self::Language,
            "Name" => Self::Name,
            "NCName" => Self::NcName,
            "NMTOKEN" => Self::NmToken,
            // XML Schema 1.1 lets every string be an anyURI.
            _ => Self::Any,
        }
    }

    pub fn contains(self, lexical: &str) -> bool {
        match self {
            Self::Any | Self::LanguageTagged => true,
            Self::Boolean => matches!(lexical, "true" | "false" | "1" | "0"),
            Self::Integer { min, max } => is_integer_within(lexical, min, max),
            Self::Decimal => is_decimal(lexical),
            Self::Double => is_double(lexical),
            Self::DateTime => parses::<DateTime>(lexical),
            Self::DateTimeStamp => {
                DateTime::from_str(lexical).is_ok_and(|at| at.timezone_offset().is_some())
            }
            Self::Date => parses::<Date>(lexical),
            Self::Time => parses::<Time>(lexical),
            Self::GYear => parses::<GYear>(lexical),
            Self::GYearMonth => parses::<GYearMonth>(lexical),
            Self::GMonth => parses::<GMonth>(lexical),
            Self::GMonthDay => month_day(lexical).is_some(),
            Self::GDay => parses::<GDay>(lexical),
            Self::Duration => parses::<Duration>(lexical),
            Self::YearMonthDuration => parses::<YearMonthDuration>(lexical),
            Self::DayTimeDuration => parses::<DayTimeDuration>(lexical),
            Self::HexBinary => {
                lexical.len().is_multiple_of(2) && lexical.bytes().all(|b| b.is_ascii_hexdigit())
            }
            Self::Base64Binary => is_base64(lexical),
            Self::NormalizedString => !lexical.contains(['\t', '\n', '\r']),
            Self::Token => is_token(lexical),
            Self::Language => is_language(lexical),
            Self::Name => lexical.starts_with(is_name_start) && lexical.chars().all(is_name_char),
            Self::NcName => !lexical.contains(':') && Self::Name.contains(lexical),
            Self::NmToken => !lexical.is_empty() && lexical.chars().all(is_name_char),
        }
    }
}

/// Whether the lexical form of a literal belongs to its own datatype.
pub fn is_well_formed(literal: LiteralRef<'_>) -> bool {
    LexicalSpace::of(literal.datatype()).contains(literal.value())
}

fn parses<T: FromStr>(lexical: &str) -> bool {
    T::from_str(lexical).is_ok()
}

/// A day of every year as that day of a leap year: `GMonthDay` refuses the 29th of February,
/// which XML Schema allows.
pub(crate) fn month_day(lexical: &str) -> Option<Date> {
    let (sign, day) = lexical.split_at_checked(2)?;
    (sign == "--").then(|| format!("2000-{day}").parse().ok())?
}

fn unsigned(lexical: &str) -> &str {
    lexical.strip_prefix(['+', '-']).unwrap_or(lexical)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_integer_within(lexical: &str, min: Option<i128>, max: Option<i128>) -> bool {
    if !is_digits(unsigned(lexical)) {
        return false;
    }
    // What does not fit an i128 lies beyond every bound on its side.
    match lexical.parse::<i128>() {
        Ok(value) => min.is_none_or(|min| min <= value) && max.is_none_or(|max| value <= max),
        Err(_) if lexical.starts_with('-') => min.is_none(),
        Err(_) => max.is_none(),
    }
}

fn is_decimal(lexical: &str) -> bool {
    let (whole, fraction) = unsigned(lexical).split_once('.').unwrap_or((unsigned(lexical), ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty())
}

fn is_double(lexical: &str) -> bool {
    if matches!(lexical, "INF" | "+INF" | "-INF" | "NaN") {
        return true;
    }
    match lexical.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => is_decimal(mantissa) && is_digits(unsigned(exponent)),
        None => is_decimal(lexical),
    }
}

fn is_base64(lexical: &str) -> bool {
    if lexical.starts_with(' ') || lexical.ends_with(' ') || lexical.contains("  ") {
        return false;
    }
    let text = lexical.replace(' ', "");
    let body = text.trim_end_matches('=');
    let alphabet = |b: u8| b.is_ascii_alphanumeric() || b == b'+' || b == b'/';
    // The bits that padding leaves over are zero.
    let clean_end = match text.len() - body.len() {
        0 => true,
        1 => body.ends_with(|c| "AEIMQUYcgkosw048".contains(c)),
        2 => body.ends_with(['A', 'Q', 'g', 'w']),
        _ => false,
    };
    text.len().is_multiple_of(4) && body.bytes().all(alphabet) && clean_end
}

fn is_token(lexical: &str) -> bool {
    !lexical.contains(['\t', '\n', '\r'])
        && !lexical.contains("  ")
        && !lexical.starts_with(' ')
        && !lexical.ends_with(' ')
}

fn is_language(lexical: &str) -> bool {
    let mut parts = lexical.split('-');
    let sized = |part: &str| (1..=8).contains(&part.len());
    parts.next().is_some_and(|p| sized(p) && p.bytes().all(|b| b.is_ascii_alphabetic()))
        && parts.all(|p| sized(p) && p.bytes().all(|b| b.is_ascii_alphanumeric()))
}

// https://www.w3.org/TR/xml/#NT-NameStartChar
fn is_name_start(c: char) -> bool {
    matches!(c, ':' | '_' | 'A'..='Z' | 'a'..='z'
        | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}'
        | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}'
        | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}'
        | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}' | '\u{10000}'..='\u{EFFFF}')
}

fn is_name_char(c: char) -> bool {
    is_name_start(c)
        || matches!(c, '-' | '.' | '0'..='9' | '\u{B7}'
            | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use oxrdf::NamedNode;

    #[track_caller]
    fn check(datatype: &str, yes: &[&str], no: &[&str]) {
        let datatype = NamedNode::new_unchecked(format!("{XSD}{datatype}"));
        let space = LexicalSpace::of(datatype.as_ref());
        let inside: Vec<&str> =
            [yes, no].concat().into_iter().filter(|lexical| space.contains(lexical)).collect();
        assert_eq!(inside, yes);
    }

    #[test]
    fn numbers_are_written_as_xml_schema_says() {
        let long = "123456789012345678901234567890123456789012345678901234567890";
        check("boolean", &["true", "0"], &["TRUE", "yes", ""]);
        check("integer", &["-0", "+12", "007", long], &["", "-", "1.0", " 1", "1e3", "٣"]);
        check("byte", &["-128", "127", "+0"], &["128", "-129", long]);
        check("unsignedLong", &["18446744073709551615"], &["18446744073709551616", "-1"]);
        check("nonNegativeInteger", &["0", "-0", long], &["-1", &format!("-{long}")]);
        check("positiveInteger", &["1"], &["0"]);
        check("negativeInteger", &["-1"], &["0", long]);
        check("decimal", &["1.", ".5", "-1.50", long], &[".", "1e3", "", "+-1"]);
        check("double", &["1e3", "-.5E-7", "INF", "NaN", "3"], &["inf", "nan", "1e", "e3", "1e.5"]);
    }

    #[test]
    fn times_are_those_of_a_calendar() {
        check("date", &["2024-02-29", "2024-01-01Z"], &["2023-02-29", "2024-1-1", "hier"]);
        check("dateTime", &["2024-01-01T00:00:00", "2024-01-01T24:00:00Z"], &["2024-01-01"]);
        check("dateTimeStamp", &["2024-01-01T00:00:00+02:00"], &["2024-01-01T00:00:00"]);
        check("time", &["23:59:59.5"], &["25:00:00"]);
        check("gYear", &["2024", "-0044"], &["24"]);
        check("gYearMonth", &["2024-02"], &["2024-13"]);
        check("gMonthDay", &["--02-29"], &["--02-30"]);
        check("gMonth", &["--12"], &["--13"]);
        check("gDay", &["---31"], &["---32"]);
        check("duration", &["P1Y2MT3H", "-P1D"], &["P", "1D", "PT"]);
        check("yearMonthDuration", &["P1Y"], &["P1D"]);
        check("dayTimeDuration", &["PT1H"], &["P1M"]);
    }

    #[test]
    fn strings_have_the_form_their_type_names() {
        check("string", &["", "a\tb"], &[]);
        check("anyURI", &["http://x/", "a b"], &[]);
        check("normalizedString", &[" a  b "], &["a\tb", "a\n"]);
        check("token", &["a b", ""], &[" a", "a  b", "a\nb"]);
        check("language", &["fr", "fr-CA", "x-abc-12345678"], &["", "f1", "fr-", "abcdefghi"]);
        check("Name", &["a:b", "_x", "é1"], &["1a", "-a", "", "a b"]);
        check("NCName", &["ab", "_x.y-z"], &["a:b"]);
        check("NMTOKEN", &["1a", "-", ":"], &["", "a b"]);
        check("hexBinary", &["", "0fB7"], &["0", "0g"]);
        check(
            "base64Binary",
            &["", "AAAA", "AA==", "AAA=", "A A A A"],
            &["A", "AB==", "A===", " AAAA"],
        );
    }
}
