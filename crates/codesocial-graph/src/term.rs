//! A term as the view keeps it: an id, a tag and one text, and for numbers, dates and booleans the
//! parsed value. The same term always has the same tag and text, so that equality of ids within
//! one state is equality of terms.

use oxrdf::vocab::xsd;
use oxrdf::{BlankNodeRef, LiteralRef, NamedNodeRef, TermRef};
use oxsdatatypes::{Boolean, Date, DateTime, Decimal, Double, Float, Integer, Time};
use std::hash::{BuildHasher, Hasher, RandomState};

/// The number of a term. It means nothing outside the states that descend from the one that
/// minted it; a merge numbers all terms anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TermId(pub(crate) u32);

/// Ids from here on belong to one query: the terms that SPARQL computes.
pub(crate) const QUERY_TERMS: u32 = 1 << 31;

/// How many terms one view can hold.
pub const TERMS_MAX: u32 = QUERY_TERMS - 1;

impl TermId {
    /// The graph without a name. It is no term.
    pub const DEFAULT_GRAPH: Self = Self(0);

    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// The view holds as many terms or quads as it can.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the view is full: it cannot hold more than {TERMS_MAX} terms")]
pub struct ViewFull;

/// What kind of term a text stands for: an IRI, a blank node, or a literal and its datatype.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Tag(u8);

/// Datatypes whose values are kept parsed. The position is part of the checkpoint format.
const VALUED: [NamedNodeRef<'static>; 21] = [
    xsd::BOOLEAN,
    xsd::FLOAT,
    xsd::DOUBLE,
    xsd::DECIMAL,
    xsd::INTEGER,
    xsd::BYTE,
    xsd::SHORT,
    xsd::INT,
    xsd::LONG,
    xsd::UNSIGNED_BYTE,
    xsd::UNSIGNED_SHORT,
    xsd::UNSIGNED_INT,
    xsd::UNSIGNED_LONG,
    xsd::POSITIVE_INTEGER,
    xsd::NEGATIVE_INTEGER,
    xsd::NON_POSITIVE_INTEGER,
    xsd::NON_NEGATIVE_INTEGER,
    xsd::DATE_TIME,
    xsd::DATE_TIME_STAMP,
    xsd::DATE,
    xsd::TIME,
];

impl Tag {
    pub(crate) const IRI: Self = Self(0);
    pub(crate) const BLANK: Self = Self(1);
    const STRING: Self = Self(2);
    /// The text is `{language}@{value}`.
    const LANGUAGE: Self = Self(3);
    /// The text is `{datatype}>{value}`.
    const TYPED: Self = Self(4);
    const FIRST_VALUED: u8 = 5;

    fn of_datatype(datatype: NamedNodeRef<'_>) -> Self {
        let position = (0_u8..).zip(VALUED).find(|(_, valued)| *valued == datatype);
        position.map_or(Self::TYPED, |(n, _)| Self(Self::FIRST_VALUED + n))
    }

    fn datatype(self) -> Option<NamedNodeRef<'static>> {
        VALUED.get(usize::from(self.0.checked_sub(Self::FIRST_VALUED)?)).copied()
    }

    /// Whether literals of this datatype are kept with their parsed value.
    pub(crate) fn is_valued(self) -> bool {
        self.0 >= Self::FIRST_VALUED
    }

    /// Whether it is of literals that hold words: strings, with a language or without.
    pub(crate) fn is_text(self) -> bool {
        self == Self::STRING || self == Self::LANGUAGE
    }

    pub(crate) fn is_literal(self) -> bool {
        self != Self::IRI && self != Self::BLANK
    }

    fn separator(self) -> Option<char> {
        match self {
            Self::LANGUAGE => Some('@'),
            Self::TYPED => Some('>'),
            _ => None,
        }
    }

    pub(crate) fn to_byte(self) -> u8 {
        self.0
    }

    /// The tag that a byte stands for, if there is one.
    pub(crate) fn from_byte(byte: u8) -> Option<Self> {
        (usize::from(byte) < usize::from(Self::FIRST_VALUED) + VALUED.len()).then_some(Self(byte))
    }
}

/// A term, as stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct StoredTerm<'a> {
    pub(crate) tag: Tag,
    pub(crate) text: &'a str,
}

impl<'a> StoredTerm<'a> {
    /// Whether the text has the form that its tag asks for.
    pub(crate) fn is_well_formed(self) -> bool {
        self.tag.separator().is_none_or(|separator| self.text.contains(separator))
    }

    pub(crate) fn key(self) -> Key<'a> {
        let split = self.tag.separator().and_then(|separator| self.text.split_once(separator));
        let (qualifier, value) = split.unwrap_or(("", self.text));
        Key { tag: self.tag, qualifier, value }
    }

    pub(crate) fn to_term(self) -> TermRef<'a> {
        let Key { tag, qualifier, value } = self.key();
        match tag {
            Tag::IRI => NamedNodeRef::new_unchecked(value).into(),
            Tag::BLANK => BlankNodeRef::new_unchecked(value).into(),
            Tag::STRING => LiteralRef::new_simple_literal(value).into(),
            Tag::LANGUAGE => {
                LiteralRef::new_language_tagged_literal_unchecked(value, qualifier).into()
            }
            _ => {
                let datatype =
                    tag.datatype().unwrap_or_else(|| NamedNodeRef::new_unchecked(qualifier));
                LiteralRef::new_typed_literal(value, datatype).into()
            }
        }
    }

    pub(crate) fn value(self) -> Value {
        self.tag.datatype().map_or(Value::None, |datatype| Value::parse(self.text, datatype))
    }
}

/// A term to look up: what its stored form would be, without writing it.
#[derive(Clone, Copy)]
pub(crate) struct Key<'a> {
    tag: Tag,
    qualifier: &'a str,
    value: &'a str,
}

impl<'a> Key<'a> {
    pub(crate) fn of(term: TermRef<'a>) -> Self {
        match term {
            TermRef::NamedNode(node) => Self { tag: Tag::IRI, qualifier: "", value: node.as_str() },
            TermRef::BlankNode(node) => {
                Self { tag: Tag::BLANK, qualifier: "", value: node.as_str() }
            }
            TermRef::Literal(literal) => Self::of_literal(literal),
        }
    }

    fn of_literal(literal: LiteralRef<'a>) -> Self {
        let value = literal.value();
        if let Some(qualifier) = literal.language() {
            return Self { tag: Tag::LANGUAGE, qualifier, value };
        }
        let datatype = literal.datatype();
        if datatype == xsd::STRING {
            return Self { tag: Tag::STRING, qualifier: "", value };
        }
        let tag = Tag::of_datatype(datatype);
        let qualifier = if tag == Tag::TYPED { datatype.as_str() } else { "" };
        Self { tag, qualifier, value }
    }

    /// A keyed hash, as terms come from strangers.
    pub(crate) fn hash(self, state: &RandomState) -> u64 {
        let mut hasher = state.build_hasher();
        hasher.write_u8(self.tag.0);
        hasher.write(self.qualifier.as_bytes());
        hasher.write(self.value.as_bytes());
        hasher.finish()
    }

    pub(crate) fn is(self, stored: StoredTerm<'_>) -> bool {
        let other = stored.key();
        self.tag == other.tag && self.value == other.value && self.qualifier == other.qualifier
    }

    pub(crate) fn tag(self) -> Tag {
        self.tag
    }

    pub(crate) fn text(self) -> Box<str> {
        match self.tag.separator() {
            Some(separator) => format!("{}{separator}{}", self.qualifier, self.value).into(),
            None => self.value.into(),
        }
    }
}

/// The parsed value of a literal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value {
    /// The term has no parsed value: it is no literal, or of another datatype, or ill-typed.
    None,
    Boolean(Boolean),
    Integer(Integer),
    Decimal(Decimal),
    Float(Float),
    Double(Double),
    DateTime(DateTime),
    Date(Date),
    Time(Time),
}

impl Value {
    fn parse(lexical: &str, datatype: NamedNodeRef<'_>) -> Self {
        let value = match datatype {
            xsd::BOOLEAN => lexical.parse().map(Self::Boolean).ok(),
            xsd::FLOAT => lexical.parse().map(Self::Float).ok(),
            xsd::DOUBLE => lexical.parse().map(Self::Double).ok(),
            xsd::DECIMAL => lexical.parse().map(Self::Decimal).ok(),
            xsd::DATE_TIME | xsd::DATE_TIME_STAMP => lexical.parse().map(Self::DateTime).ok(),
            xsd::DATE => lexical.parse().map(Self::Date).ok(),
            xsd::TIME => lexical.parse().map(Self::Time).ok(),
            _ => lexical.parse().map(Self::Integer).ok(),
        };
        value.unwrap_or(Self::None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use oxrdf::Term;

    #[track_caller]
    fn check(term: &str) {
        let term: Term = term.parse().expect("a term");
        let key = Key::of(term.as_ref());
        let text = key.text();
        let stored = StoredTerm { tag: key.tag(), text: &text };
        assert!(key.is(stored));
        assert_eq!(stored.to_term(), term.as_ref());
        let state = RandomState::new();
        assert_eq!(stored.key().hash(&state), key.hash(&state));
        assert_eq!(Tag::from_byte(key.tag().to_byte()), Some(key.tag()));
    }

    #[test]
    fn every_term_comes_back_from_its_stored_form() {
        check("<http://example.org/a>");
        check("_:b");
        check("\"plain\"");
        check("\"a@b>c\"@fr-FR");
        check("\"a@b>c\"^^<http://example.org/datatype>");
        check("\"\"^^<http://www.w3.org/2001/XMLSchema#gYear>");
        check("\"01\"^^<http://www.w3.org/2001/XMLSchema#integer>");
        check("\"not a number\"^^<http://www.w3.org/2001/XMLSchema#decimal>");
        check("\"2026-01-01T00:00:00Z\"^^<http://www.w3.org/2001/XMLSchema#dateTimeStamp>");
    }

    #[test]
    fn no_datatype_is_listed_twice_and_each_finds_its_tag() {
        for datatype in VALUED {
            assert_eq!(Tag::of_datatype(datatype).datatype(), Some(datatype));
        }
        assert_eq!(Tag::of_datatype(xsd::G_YEAR), Tag::TYPED);
    }
}
