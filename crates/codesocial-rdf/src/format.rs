//! Media types, and which of several the client prefers.

use crate::vocab::formats;
use oxrdf::NamedNodeRef;
use oxrdfio::{JsonLdProfileSet, RdfFormat};

/// The RDF syntaxes that the program reads or writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RdfSyntax {
    Turtle,
    JsonLd,
    NTriples,
    NQuads,
    TriG,
    RdfXml,
}

impl RdfSyntax {
    pub const ALL: [Self; 6] =
        [Self::Turtle, Self::JsonLd, Self::NTriples, Self::NQuads, Self::TriG, Self::RdfXml];

    /// The media type, without parameters.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Turtle => "text/turtle",
            Self::JsonLd => "application/ld+json",
            Self::NTriples => "application/n-triples",
            Self::NQuads => "application/n-quads",
            Self::TriG => "application/trig",
            Self::RdfXml => "application/rdf+xml",
        }
    }

    /// What a service calls the format.
    pub fn iri(self) -> NamedNodeRef<'static> {
        match self {
            Self::Turtle => formats::TURTLE,
            Self::JsonLd => formats::JSON_LD,
            Self::NTriples => formats::N_TRIPLES,
            Self::NQuads => formats::N_QUADS,
            Self::TriG => formats::TRIG,
            Self::RdfXml => formats::RDF_XML,
        }
    }

    /// The syntax of a `Content-Type`, whatever its parameters.
    pub fn from_media_type(content_type: &str) -> Option<Self> {
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        match essence.to_ascii_lowercase().as_str() {
            "text/turtle" | "application/x-turtle" => Some(Self::Turtle),
            "application/ld+json" | "application/json" | "application/activity+json" => {
                Some(Self::JsonLd)
            }
            "application/n-triples" | "text/plain" => Some(Self::NTriples),
            "application/n-quads" => Some(Self::NQuads),
            "application/trig" => Some(Self::TriG),
            "application/rdf+xml" => Some(Self::RdfXml),
            _ => None,
        }
    }

    /// The syntax of a file, by the last part of its name.
    pub fn from_extension(extension: &str) -> Option<Self> {
        match extension {
            "ttl" => Some(Self::Turtle),
            "jsonld" | "json" => Some(Self::JsonLd),
            "nt" => Some(Self::NTriples),
            "nq" => Some(Self::NQuads),
            "trig" => Some(Self::TriG),
            "rdf" | "xml" | "owl" => Some(Self::RdfXml),
            _ => None,
        }
    }

    pub(crate) fn oxrdfio(self) -> RdfFormat {
        match self {
            Self::Turtle => RdfFormat::Turtle,
            Self::JsonLd => RdfFormat::JsonLd { profile: JsonLdProfileSet::empty() },
            Self::NTriples => RdfFormat::NTriples,
            Self::NQuads => RdfFormat::NQuads,
            Self::TriG => RdfFormat::TriG,
            Self::RdfXml => RdfFormat::RdfXml,
        }
    }
}

/// Which of `offers` (media types, the server's favourite first) an `Accept` header prefers.
///
/// `None` where none is acceptable. Where `accept` is absent, the first.
/// <https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1>
pub fn negotiate(accept: Option<&str>, offers: &[&str]) -> Option<usize> {
    let Some(accept) = accept.filter(|accept| !accept.trim().is_empty()) else { return Some(0) };
    let ranges: Vec<Range<'_>> = accept.split(',').filter_map(Range::parse).collect();
    let mut best: Option<(u16, usize)> = None;
    for (n, offer) in offers.iter().enumerate() {
        // The most specific range that matches decides.
        let quality = ranges
            .iter()
            .filter(|range| range.matches(offer))
            .max_by_key(|range| range.specificity())
            .map_or(0, |range| range.quality);
        if quality > best.map_or(0, |(quality, _)| quality) {
            best = Some((quality, n));
        }
    }
    best.map(|(_, n)| n)
}

struct Range<'a> {
    kind: &'a str,
    subkind: &'a str,
    /// Thousandths.
    quality: u16,
}

impl<'a> Range<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.split(';');
        let (kind, subkind) = parts.next()?.trim().split_once('/')?;
        let quality = parts
            .filter_map(|parameter| parameter.trim().strip_prefix("q="))
            .find_map(|q| q.trim().parse::<f32>().ok())
            .unwrap_or(1.0);
        // In range after the clamp: at most 1000.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
        let quality = (quality.clamp(0.0, 1.0) * 1000.0) as u16;
        Some(Self { kind, subkind, quality })
    }

    fn matches(&self, media_type: &str) -> bool {
        let Some((kind, subkind)) = media_type.split_once('/') else { return false };
        (self.kind == "*" || self.kind.eq_ignore_ascii_case(kind))
            && (self.subkind == "*" || self.subkind.eq_ignore_ascii_case(subkind))
    }

    fn specificity(&self) -> u8 {
        u8::from(self.kind != "*") + u8::from(self.subkind != "*")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFERS: &[&str] = &["text/turtle", "application/ld+json", "text/html"];

    #[track_caller]
    fn check(accept: &str, expected: Option<&str>) {
        assert_eq!(negotiate(Some(accept), OFFERS).map(|n| OFFERS[n]), expected, "{accept}");
    }

    #[test]
    fn the_client_gets_what_it_prefers() {
        check("*/*", Some("text/turtle"));
        check("", Some("text/turtle"));
        check("text/turtle;q=0.5, application/ld+json", Some("application/ld+json"));
        check("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", Some("text/html"));
        check("application/ld+json;profile=\"x\"", Some("application/ld+json"));
        check("text/turtle;q=0, */*;q=0.1", Some("application/ld+json"));
        check("TEXT/*", Some("text/turtle"));
        check("image/png", None);
        check("text/turtle;q=0", None);
        check("nonsense", None);
    }
}
