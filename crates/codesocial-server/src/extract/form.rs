//! Forms: the pairs of an address's query or of a form's body, read and written.

use std::fmt;

/// The pairs of a form, in their order.
/// <https://url.spec.whatwg.org/#urlencoded-parsing>
pub(crate) fn pairs(form: &[u8]) -> Vec<(String, String)> {
    let decode = |text: &[u8]| String::from_utf8_lossy(&decoded(text)).into_owned();
    form.split(|byte| *byte == b'&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let end = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
            (decode(&pair[..end]), decode(pair.get(end + 1..).unwrap_or_default()))
        })
        .collect()
}

fn decoded(text: &[u8]) -> Vec<u8> {
    let hex = |digit: &u8| char::from(*digit).to_digit(16).map(|digit| digit as u8);
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, tail @ ..] = rest {
        rest = tail;
        bytes.push(match (first, tail) {
            (b'%', [high, low, after @ ..]) => match (hex(high), hex(low)) {
                (Some(high), Some(low)) => {
                    rest = after;
                    high << 4 | low
                }
                _ => b'%',
            },
            (b'+', _) => b' ',
            (byte, _) => *byte,
        });
    }
    bytes
}

/// A text as a name or a value in a query. What a query may hold as it is stays readable.
/// <https://www.rfc-editor.org/rfc/rfc3986#section-3.4>
pub(crate) struct Encoded<'a>(pub(crate) &'a str);

impl fmt::Display for Encoded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0.bytes() {
            match byte {
                b'-' | b'.' | b'_' | b'~' => write!(f, "{}", byte as char)?,
                _ if byte.is_ascii_alphanumeric() => write!(f, "{}", byte as char)?,
                _ => write!(f, "%{byte:02X}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(form: &str, expected: &[(&str, &str)]) {
        let found = pairs(form.as_bytes());
        let found: Vec<_> = found.iter().map(|(name, value)| (&**name, &**value)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_form_is_read_as_browsers_write_it() {
        check("", &[]);
        check("a=b&&c", &[("a", "b"), ("c", "")]);
        check("q=a+b%C3%A9%2B&x=%zz%4", &[("q", "a bé+"), ("x", "%zz%4")]);
    }

    #[test]
    fn what_is_written_is_read_again() {
        for text in ["", "a bé/+&=?#%", "cs:status"] {
            check(&format!("n={}", Encoded(text)), &[("n", text)]);
        }
    }
}
