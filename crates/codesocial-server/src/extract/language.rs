//! The reader's language: `?lang=`, then the cookie `lang`, then `Accept-Language`. French first.

use axum::http::Uri;
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE};
use axum::http::request::Parts;
use codesocial_shacl::Lang;
use std::convert::Infallible;

/// A language of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) enum Language {
    #[default]
    French,
    English,
}

impl Language {
    pub(crate) const ALL: [Self; 2] = [Self::French, Self::English];

    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::French => "fr",
            Self::English => "en",
        }
    }

    pub(crate) fn shacl(self) -> Lang {
        match self {
            Self::French => Lang::Fr,
            Self::English => Lang::En,
        }
    }

    fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split('-').next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| primary.eq_ignore_ascii_case(language.tag()))
    }

    /// Whether the address itself says the language.
    pub(crate) fn is_chosen_by(uri: &Uri) -> bool {
        Self::of_query(uri).is_some()
    }

    /// The cookie that keeps a choice for a year.
    pub(crate) fn cookie(self) -> String {
        format!("lang={}; Path=/; Max-Age=31536000; SameSite=Lax", self.tag())
    }

    fn of_query(uri: &Uri) -> Option<Self> {
        let pairs = uri.query().into_iter().flat_map(|query| query.split('&'));
        pairs.filter_map(|pair| pair.strip_prefix("lang=")).find_map(Self::of_tag)
    }

    pub(crate) fn of(parts: &Parts) -> Self {
        let header = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let cookie = || {
            let pairs = header(COOKIE)?.split(';');
            pairs.filter_map(|pair| pair.trim().strip_prefix("lang=")).find_map(Self::of_tag)
        };
        let accepted = || header(ACCEPT_LANGUAGE).and_then(Self::preferred);
        Self::of_query(&parts.uri).or_else(cookie).or_else(accepted).unwrap_or_default()
    }

    /// <https://www.rfc-editor.org/rfc/rfc9110#section-12.5.4>
    fn preferred(accept: &str) -> Option<Self> {
        let mut best: Option<(f32, Self)> = None;
        for range in accept.split(',') {
            let mut parts = range.split(';');
            let Some(language) = parts.next().and_then(Self::of_tag) else { continue };
            let quality = parts
                .find_map(|parameter| parameter.trim().strip_prefix("q=")?.parse().ok())
                .unwrap_or(1.0);
            if quality > best.map_or(0.0, |(quality, _)| quality) {
                best = Some((quality, language));
            }
        }
        best.map(|(_, language)| language)
    }
}

impl<S: Sync> axum::extract::FromRequestParts<S> for Language {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(parts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    #[track_caller]
    fn check(uri: &str, cookie: &str, accept: &str, expected: Language) {
        let request = Request::get(uri)
            .header(COOKIE, cookie)
            .header(ACCEPT_LANGUAGE, accept)
            .body(())
            .unwrap();
        assert_eq!(Language::of(&request.into_parts().0), expected);
    }

    #[test]
    fn the_url_wins_over_the_cookie_and_the_cookie_over_the_header() {
        use Language::{English, French};
        check("/x", "", "", French);
        check("/x", "", "de, en;q=0.5, fr;q=0.4", English);
        check("/x", "", "en-GB,en;q=0.9,fr;q=0.8", English);
        check("/x", "a=b; lang=fr", "en", French);
        check("/x?report&lang=en", "lang=fr", "fr", English);
        check("/x?lang=xx", "", "", French);
    }
}
