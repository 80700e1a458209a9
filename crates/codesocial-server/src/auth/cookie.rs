//! The cookie that carries a session. <https://www.rfc-editor.org/rfc/rfc6265>

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use codesocial_rdf::Base;
use codesocial_store::{SESSION_ABSOLUTE_MAX, Secret};
use std::net::IpAddr;

/// How the cookie is named and guarded, as the instance is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SessionCookie {
    is_secure: bool,
    /// With the prefix, and without.
    names: (&'static str, &'static str),
}

impl SessionCookie {
    /// A browser takes a `__Host-` cookie only by TLS, which a server on the loopback that somebody
    /// develops with does not have.
    pub(crate) fn of(base: &Base) -> Self {
        let names = ("__Host-session", "session");
        Self { is_secure: !is_plain_loopback(base.as_str()), names }
    }

    /// The cookie of somebody who is under way to the identity provider of a partner.
    pub(crate) fn of_journey(base: &Base) -> Self {
        Self { names: ("__Host-journey", "journey"), ..Self::of(base) }
    }

    /// With the prefix, "the cookie must have been set with a Secure attribute, a Path attribute
    /// with a value of /, and no Domain attribute".
    /// <https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html#name-the-__host-prefix>
    fn name(self) -> &'static str {
        if self.is_secure { self.names.0 } else { self.names.1 }
    }

    /// The secret that a request carries.
    pub(crate) fn read(self, headers: &HeaderMap) -> Option<&str> {
        let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs = cookies.flat_map(|line| line.split(';'));
        pairs.find_map(|pair| pair.trim().strip_prefix(self.name())?.strip_prefix('='))
    }

    pub(crate) fn set(self, secret: &Secret) -> HeaderValue {
        self.carrying(secret.reveal(), SESSION_ABSOLUTE_MAX.as_secs())
    }

    pub(crate) fn clear(self) -> HeaderValue {
        self.carrying("", 0)
    }

    /// With a value of letters, digits and `-_` that is good so long.
    pub(crate) fn carrying(self, value: &str, seconds: i64) -> HeaderValue {
        let secure = if self.is_secure { "; Secure" } else { "" };
        let cookie = format!(
            "{}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}",
            self.name()
        );
        HeaderValue::try_from(cookie).expect("names and secrets are ASCII")
    }
}

fn is_plain_loopback(base: &str) -> bool {
    let Some(rest) = base.strip_prefix("http://") else { return false };
    let authority = rest.split('/').next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    host == "localhost"
        || host.ends_with(".localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cookie(base: &str) -> SessionCookie {
        SessionCookie::of(&Base::parse(base).unwrap())
    }

    #[test]
    fn only_a_plain_loopback_does_without_tls() {
        for base in [
            "http://localhost:8080/",
            "http://localhost",
            "http://a.localhost/x/",
            "http://127.0.0.1:80/",
            "http://[::1]:8080/",
        ] {
            let cleared = cookie(base).clear();
            assert_eq!(cleared, "session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax", "{base}");
        }
        for base in
            ["https://localhost/", "https://a.example/", "http://a.example/", "http://127.example/"]
        {
            let cleared = cookie(base).clear();
            let expected = "__Host-session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure";
            assert_eq!(cleared, expected, "{base}");
        }
    }

    #[test]
    fn the_cookie_is_found_among_others_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        headers
            .append(COOKIE, HeaderValue::from_static("lang=fr; session=no; x-__Host-session=no"));
        assert_eq!(cookie("https://a.example/").read(&headers), None);
        headers.append(COOKIE, HeaderValue::from_static("a=b; __Host-session=abc"));
        assert_eq!(cookie("https://a.example/").read(&headers), Some("abc"));
        assert_eq!(cookie("http://localhost/").read(&headers), Some("no"));
    }
}
