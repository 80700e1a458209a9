//! Who is at the other end of a connection: the peer, or the client that trusted proxies speak for.
//!
//! Invariant: what a header says counts only as far as listed networks vouch for it, read from the
//! right, where the last proxy wrote. [RFC 7239](https://www.rfc-editor.org/rfc/rfc7239)

use axum::http::HeaderMap;
use axum::http::header::{FORWARDED, HeaderName};
use codesocial_fetch::Network;
use std::net::IpAddr;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// How many proxies a request may have passed.
const HOPS_MAX: usize = 16;

/// The address of the client, unless headers that should tell it do not agree or cannot be read.
pub(crate) fn address(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> Option<IpAddr> {
    let peer = peer.to_canonical();
    let forwarded = hops(headers, &FORWARDED, |element| {
        element.split(';').find_map(|pair| {
            let (name, value) = pair.split_once('=')?;
            name.trim().eq_ignore_ascii_case("for").then_some(value.trim())
        })
    });
    let x_forwarded = hops(headers, &X_FORWARDED_FOR, |element| Some(element.trim()));
    let told = |hops: Option<Vec<&str>>| hops.map(|hops| outermost(peer, &hops, trusted));
    // A proxy writes one of the two, and hands on whatever a client put into the other.
    match (told(forwarded), told(x_forwarded)) {
        (None, None) => Some(peer),
        (Some(one), None) | (None, Some(one)) => one,
        (Some(one), Some(other)) => one.filter(|one| Some(*one) == other),
    }
}

/// The elements of a list header, over all its lines; nothing where there is no such header.
fn hops<'a>(
    headers: &'a HeaderMap,
    name: &HeaderName,
    of: impl Fn(&'a str) -> Option<&'a str>,
) -> Option<Vec<&'a str>> {
    let mut lines = headers.get_all(name).iter().peekable();
    lines.peek()?;
    let elements = lines.flat_map(|line| line.to_str().unwrap_or_default().split(','));
    Some(elements.map(|element| of(element).unwrap_or_default()).collect())
}

/// From the peer outwards: the first address that no listed network vouches for.
fn outermost(peer: IpAddr, hops: &[&str], trusted: &[Network]) -> Option<IpAddr> {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let mut client = peer;
    for (passed, hop) in hops.iter().rev().enumerate() {
        if !is_trusted(client) {
            return Some(client);
        }
        client = node(hop).filter(|_| passed < HOPS_MAX)?;
    }
    Some(client)
}

/// The address of a node identifier: quoted or not, with or without a port. One that hides itself
/// (`_hidden`, `unknown`) has none. <https://www.rfc-editor.org/rfc/rfc7239#section-6>
fn node(text: &str) -> Option<IpAddr> {
    let text = text.trim().trim_matches('"');
    let bare = match text.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?.0,
        None if text.matches(':').count() == 1 => text.split_once(':')?.0,
        None => text,
    };
    bare.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    /// Headers as `name: value` lines; the client's address, or `-`.
    #[track_caller]
    fn check(peer: &str, lines: &[&str], expected: &str) {
        let trusted = ["127.0.0.1", "10.0.0.0/8", "fd00::/8"].map(|n| n.parse().unwrap());
        let mut headers = HeaderMap::new();
        for line in lines {
            let (name, value) = line.split_once(": ").unwrap();
            headers
                .append(name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap());
        }
        let found = address(peer.parse().unwrap(), &headers, &trusted);
        let told = found.map_or("-".to_owned(), |found| found.to_string());
        assert_eq!(told, expected, "{peer} {lines:?}");
    }

    #[test]
    fn a_header_counts_only_as_far_as_listed_networks_vouch_for_it() {
        check("192.0.2.1", &[], "192.0.2.1");
        check("192.0.2.1", &["x-forwarded-for: 10.0.0.1"], "192.0.2.1");
        check("192.0.2.1", &["forwarded: for=127.0.0.1"], "192.0.2.1");
        check("127.0.0.1", &["x-forwarded-for: 192.0.2.7"], "192.0.2.7");
        check("127.0.0.1", &["x-forwarded-for: 127.0.0.1, 192.0.2.7"], "192.0.2.7");
        check("127.0.0.1", &["x-forwarded-for: 192.0.2.7, 10.1.2.3"], "192.0.2.7");
        check(
            "127.0.0.1",
            &["x-forwarded-for: 127.0.0.1", "x-forwarded-for: 192.0.2.7"],
            "192.0.2.7",
        );
        check("127.0.0.1", &["x-forwarded-for: 10.1.2.3"], "10.1.2.3");
        check("::ffff:127.0.0.1", &["x-forwarded-for: ::ffff:192.0.2.7"], "192.0.2.7");
    }

    #[test]
    fn nodes_are_read_in_every_form() {
        check("127.0.0.1", &["forwarded: for=192.0.2.7;proto=https;by=10.0.0.1"], "192.0.2.7");
        check("127.0.0.1", &["forwarded: by=10.0.0.1;FOR=\"192.0.2.7:4711\""], "192.0.2.7");
        check("127.0.0.1", &["forwarded: for=\"[2001:db8::7]:4711\""], "2001:db8::7");
        check("fd00::1", &["x-forwarded-for: 2001:db8::7"], "2001:db8::7");
        check("fd00::1", &["x-forwarded-for: [2001:db8::7]:80"], "2001:db8::7");
    }

    #[test]
    fn what_cannot_be_told_is_nobody() {
        check("127.0.0.1", &["forwarded: for=_hidden"], "-");
        check("127.0.0.1", &["forwarded: for=unknown"], "-");
        check("127.0.0.1", &["forwarded: proto=https"], "-");
        check("127.0.0.1", &["x-forwarded-for: "], "-");
        check("127.0.0.1", &["forwarded: for=127.0.0.1", "x-forwarded-for: 192.0.2.7"], "-");
        check(
            "127.0.0.1",
            &["forwarded: for=192.0.2.7", "x-forwarded-for: 192.0.2.7"],
            "192.0.2.7",
        );
        let many = format!("x-forwarded-for: 192.0.2.7{}", ", 10.0.0.1".repeat(HOPS_MAX));
        check("127.0.0.1", &[&many], "-");
    }
}
