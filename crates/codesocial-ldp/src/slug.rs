//! Names for new documents: ASCII kebab of what the client suggests or of the label.

/// A name is cut here, at a word where possible.
const SLUG_BYTES_MAX: usize = 64;

/// The last segment of a new address, in two parts: numbers are put between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    /// Empty where nothing is wished for.
    pub(crate) stem: String,
    /// Of a file: a dot and a few letters, by which programs tell its type.
    pub(crate) ending: String,
}

/// The longest ending that a file keeps.
const ENDING_BYTES_MAX: usize = 8;

impl Name {
    pub(crate) fn of_document(hint: &str) -> Self {
        Self { stem: slug(hint), ending: String::new() }
    }

    pub(crate) fn of_file(hint: &str) -> Self {
        let parts = hint.rsplit_once('.').filter(|(_, ending)| is_ending(ending));
        match parts {
            Some((stem, ending)) => {
                Self { stem: slug(stem), ending: format!(".{}", ending.to_ascii_lowercase()) }
            }
            None => Self::of_document(hint),
        }
    }
}

/// Whether a file may end like that: the addresses of descriptions and access rules are reserved.
fn is_ending(ending: &str) -> bool {
    (1..=ENDING_BYTES_MAX).contains(&ending.len())
        && ending.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && !["acl", "meta"].iter().any(|reserved| ending.eq_ignore_ascii_case(reserved))
}

/// The kebab of a text; empty where nothing of it is left.
fn slug(text: &str) -> String {
    let mut slug = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        let plain = plain(c);
        if plain.is_empty() && !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
        slug.push_str(plain);
    }
    if slug.len() > SLUG_BYTES_MAX {
        let cut = slug[..=SLUG_BYTES_MAX].rfind('-').unwrap_or(SLUG_BYTES_MAX);
        slug.truncate(cut);
    }
    slug.trim_end_matches('-').to_owned()
}

/// ASCII letters and digits for a lower-case character of the Latin alphabet; nothing for others.
fn plain(c: char) -> &'static str {
    const ASCII: &str = "0123456789abcdefghijklmnopqrstuvwxyz";
    if let Some(n) = ASCII.find(c) {
        return &ASCII[n..=n];
    }
    match c {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => "a",
        'æ' => "ae",
        'ç' => "c",
        'è' | 'é' | 'ê' | 'ë' => "e",
        'ì' | 'í' | 'î' | 'ï' => "i",
        'ñ' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' => "o",
        'œ' => "oe",
        'ù' | 'ú' | 'û' | 'ü' => "u",
        'ý' | 'ÿ' => "y",
        'ß' => "ss",
        _ => "",
    }
}

/// What a `Slug` header means: percent-encoded UTF-8, or UTF-8 as some clients send it.
/// <https://www.rfc-editor.org/rfc/rfc5023#section-9.7>
pub(crate) fn decode_header(header: &str) -> String {
    let bytes = header.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut n = 0;
    while n < bytes.len() {
        let hex = bytes.get(n + 1..n + 3).and_then(|digits| std::str::from_utf8(digits).ok());
        match hex.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) if bytes[n] == b'%' => {
                decoded.push(byte);
                n += 3;
            }
            _ => {
                decoded.push(bytes[n]);
                n += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_safe_whatever_it_is_made_from() {
        for (text, expected) in [
            ("Assemblée Virtuelle", "assemblee-virtuelle"),
            ("  L'Hermitage — Œuvres & Cie ! ", "l-hermitage-oeuvres-cie"),
            ("../../etc/passwd", "etc-passwd"),
            ("x.acl", "x-acl"),
            ("a.meta#b-0", "a-meta-b-0"),
            ("日本語 🎉", ""),
            ("\0", ""),
        ] {
            assert_eq!(slug(text), expected, "{text}");
        }
        assert_eq!(slug(&"mot ".repeat(5_000)).len(), 63);
        assert_eq!(slug(&"x".repeat(10_000)).len(), 64);
    }

    #[test]
    fn a_file_keeps_its_ending_where_that_is_harmless() {
        for (text, stem, ending) in [
            ("Photo d'été.JPG", "photo-d-ete", ".jpg"),
            ("../../x.tar.gz", "x-tar", ".gz"),
            ("x.acl", "x-acl", ""),
            ("x.Meta", "x-meta", ""),
            ("sans fin", "sans-fin", ""),
            ("x.p/g", "x-p-g", ""),
            (".png", "", ".png"),
            ("x.abcdefghi", "x-abcdefghi", ""),
        ] {
            let (stem, ending) = (stem.to_owned(), ending.to_owned());
            assert_eq!(Name::of_file(text), Name { stem, ending }, "{text}");
        }
    }

    #[test]
    fn a_slug_header_may_be_percent_encoded() {
        assert_eq!(decode_header("Assembl%C3%A9e%2F"), "Assemblée/");
        assert_eq!(decode_header("100%"), "100%");
        assert_eq!(decode_header("é"), "é");
    }
}
