//! Which bytes of a file a request asks for. Several parts in one answer are not offered: such a
//! request, as one that cannot be read, is answered with the whole.
//! <https://www.rfc-editor.org/rfc/rfc9110#section-14>

use super::EntityTag;
use axum::http::HeaderMap;
use axum::http::header::{IF_RANGE, RANGE};
use std::ops::Range;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ByteRange {
    Whole,
    Part(Range<u64>),
    /// Nothing of what is asked for is there.
    Unsatisfiable,
}

impl ByteRange {
    /// What is asked for of `length` bytes that have a tag.
    pub(crate) fn of(headers: &HeaderMap, length: u64, tag: &EntityTag) -> Self {
        // RFC 9110 13.1.5: with If-Range, the range counts only where the client's part is of these
        // bytes. A date never matches, as none is sent.
        let same =
            headers.get(IF_RANGE).is_none_or(|own| own.as_bytes() == tag.as_str().as_bytes());
        let asked = headers.get(RANGE).filter(|_| same).and_then(|range| range.to_str().ok());
        asked.and_then(|asked| Self::parse(asked, length)).unwrap_or(Self::Whole)
    }

    fn parse(text: &str, length: u64) -> Option<Self> {
        let (unit, part) = text.split_once('=')?;
        if !unit.trim().eq_ignore_ascii_case("bytes") {
            return None;
        }
        let (first, last) = part.trim().split_once('-')?;
        let part = match (number(first)?, number(last)?) {
            (Some(first), Some(last)) if first > last => return None,
            (Some(first), last) => {
                first..last.map_or(length, |last| last.saturating_add(1).min(length))
            }
            (None, Some(count)) => length.saturating_sub(count)..length,
            (None, None) => return None,
        };
        Some(if part.is_empty() { Self::Unsatisfiable } else { Self::Part(part) })
    }
}

/// Digits, or nothing at all.
fn number(text: &str) -> Option<Option<u64>> {
    if text.is_empty() {
        return Some(None);
    }
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| Some(text.parse().unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(asked: &str, length: u64, expected: &ByteRange) {
        let tag = EntityTag::of_bytes(&[0; 32]);
        let headers = HeaderMap::from_iter([(RANGE, asked.parse().unwrap())]);
        assert_eq!(ByteRange::of(&headers, length, &tag), *expected, "{asked} of {length}");
    }

    #[test]
    fn a_range_is_cut_to_what_there_is() {
        use ByteRange::{Part, Unsatisfiable, Whole};
        check("bytes=0-9", 100, &Part(0..10));
        check("Bytes=90-", 100, &Part(90..100));
        check("bytes=-5", 100, &Part(95..100));
        check("bytes=-500", 100, &Part(0..100));
        check("bytes=50-99999999999999999999999", 100, &Part(50..100));
        check("bytes=100-", 100, &Unsatisfiable);
        check("bytes=-0", 100, &Unsatisfiable);
        check("bytes=0-", 0, &Unsatisfiable);
        for unread in
            ["bytes=9-0", "bytes=-", "bytes=a-b", "bytes=+1-2", "bytes=0-1,5-6", "lines=1-2"]
        {
            check(unread, 100, &Whole);
        }
    }

    #[test]
    fn a_range_of_other_bytes_is_answered_with_all() {
        let tag = EntityTag::of_bytes(&[0; 32]);
        for (own, expected) in [
            (tag.as_str().to_owned(), ByteRange::Part(0..1)),
            (format!("W/{}", tag.as_str()), ByteRange::Whole),
            ("Sun, 06 Nov 1994 08:49:37 GMT".to_owned(), ByteRange::Whole),
        ] {
            let range = (RANGE, "bytes=0-0".parse().unwrap());
            let headers = HeaderMap::from_iter([range, (IF_RANGE, own.parse().unwrap())]);
            assert_eq!(ByteRange::of(&headers, 9, &tag), expected, "{own}");
        }
    }
}
