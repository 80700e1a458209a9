//! Which servers may be asked: public ones over TLS, and what the configuration lists.
//!
//! Invariant: an address is admitted before a connection to it is made, and the connection is made
//! to the address that was admitted, never to a name that is looked up again.

use crate::Network;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;
use url::{Host, Url};

/// What no public server has. <https://www.iana.org/assignments/iana-ipv4-special-registry>
const RESERVED_V4: [Network; 16] = [
    Network::v4([0, 0, 0, 0], 8),
    Network::v4([10, 0, 0, 0], 8),
    Network::v4([100, 64, 0, 0], 10),
    Network::v4([127, 0, 0, 0], 8),
    Network::v4([169, 254, 0, 0], 16),
    Network::v4([172, 16, 0, 0], 12),
    Network::v4([192, 0, 0, 0], 24),
    Network::v4([192, 0, 2, 0], 24),
    Network::v4([192, 31, 196, 0], 24),
    Network::v4([192, 52, 193, 0], 24),
    Network::v4([192, 88, 99, 0], 24),
    Network::v4([192, 168, 0, 0], 16),
    Network::v4([198, 18, 0, 0], 15),
    Network::v4([198, 51, 100, 0], 24),
    Network::v4([203, 0, 113, 0], 24),
    // Multicast, reserved, broadcast.
    Network::v4([224, 0, 0, 0], 3),
];
/// All of IPv6 that is given to public servers. It leaves out loopback, mapped and translated
/// addresses (`::ffff:0:0/96`, `64:ff9b::/96`), unique local, link-local and multicast ones.
/// <https://www.iana.org/assignments/ipv6-unicast-address-assignments>
const GLOBAL_V6: Network = Network::v6([0x2000, 0, 0], 3);
/// What of it is special. <https://www.iana.org/assignments/iana-ipv6-special-registry>
const RESERVED_V6: [Network; 5] = [
    // Teredo, benchmarks, ORCHID and other protocols.
    Network::v6([0x2001, 0, 0], 23),
    Network::v6([0x2001, 0xdb8, 0], 32),
    // 6to4.
    Network::v6([0x2002, 0, 0], 16),
    Network::v6([0x2620, 0x4f, 0x8000], 48),
    Network::v6([0x3fff, 0, 0], 20),
];

/// Why a server is not asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("«{0}» is no address of a server")]
    Malformed(String),
    #[error("«{0}» is not https")]
    Scheme(String),
    #[error("port {0} is not 443")]
    Port(u16),
    #[error("the address holds a name or a password")]
    Credentials,
    #[error("{0} is not the address of a public server")]
    Reserved(IpAddr),
    #[error("nobody is called {0}")]
    Unknown(String),
}

/// A server that may be asked though it is not at `https` on port 443.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Origin(String);

impl Origin {
    pub fn of(url: &Url) -> Self {
        Self(url.origin().ascii_serialization())
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Origin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let origin = Url::parse(text).ok().map(|url| Self::of(&url));
        origin.filter(|origin| origin.0 == text).ok_or_else(|| {
            format!("«{text}» is no origin: write for example http://id.example.org:8080")
        })
    }
}

impl TryFrom<String> for Origin {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Origin> for String {
    fn from(origin: Origin) -> Self {
        origin.0
    }
}

/// Who names the addresses of hosts.
pub enum Resolver {
    System,
    /// A table of hosts, asked anew for each connection.
    Given(Box<Hosts>),
}

pub type Hosts = dyn Fn(&str) -> Vec<IpAddr> + Send + Sync;

impl fmt::Debug for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::System => "System",
            Self::Given(_) => "Given",
        })
    }
}

/// What configuration adds to the public servers.
#[derive(Debug, Clone, Default)]
pub struct Guard {
    /// Networks that may be asked though they are not public.
    pub networks: Vec<Network>,
    pub origins: Vec<Origin>,
}

impl Guard {
    /// Reads an address, and refuses one that need not be looked up to be refused.
    pub(crate) fn parse(&self, text: &str) -> Result<Url, Refused> {
        let malformed = || Refused::Malformed(text.to_owned());
        let url = Url::parse(text).map_err(|_| malformed())?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refused::Credentials);
        }
        let is_listed = self.origins.contains(&Origin::of(&url));
        let port = url.port_or_known_default();
        match (url.scheme(), port) {
            ("https", Some(443)) => {}
            ("https" | "http", Some(_)) if is_listed => {}
            ("https", Some(port)) => return Err(Refused::Port(port)),
            (scheme, _) => return Err(Refused::Scheme(scheme.to_owned())),
        }
        match url.host().ok_or_else(malformed)? {
            Host::Ipv4(address) => self.admit(address.into())?,
            Host::Ipv6(address) => self.admit(address.into())?,
            Host::Domain(_) => {}
        }
        Ok(url)
    }

    /// Whether a connection to an address may be made.
    pub(crate) fn admit(&self, address: IpAddr) -> Result<(), Refused> {
        let is_listed = self.networks.iter().any(|network| network.contains(address));
        let is_public = match address {
            IpAddr::V4(_) => !RESERVED_V4.iter().any(|network| network.contains(address)),
            IpAddr::V6(own) => is_public_v6(own),
        };
        if is_listed || is_public { Ok(()) } else { Err(Refused::Reserved(address)) }
    }

    /// The addresses of a host to which connections may be made.
    pub(crate) async fn resolve(
        &self,
        url: &Url,
        resolver: &Resolver,
    ) -> Result<Vec<IpAddr>, Refused> {
        let host = match url.host() {
            Some(Host::Ipv4(address)) => {
                return self.admit(address.into()).map(|()| vec![address.into()]);
            }
            Some(Host::Ipv6(address)) => {
                return self.admit(address.into()).map(|()| vec![address.into()]);
            }
            Some(Host::Domain(host)) => host,
            None => return Err(Refused::Malformed(url.to_string())),
        };
        let found: Vec<IpAddr> = match resolver {
            Resolver::Given(named) => named(host),
            // The port is part of the question, and of no answer.
            Resolver::System => match tokio::net::lookup_host((host, 0)).await {
                Ok(found) => found.map(|socket| socket.ip()).collect(),
                Err(_) => Vec::new(),
            },
        };
        let mut refused = Refused::Unknown(host.to_owned());
        let mut admitted = Vec::new();
        for address in found {
            match self.admit(address) {
                Ok(()) => admitted.push(address),
                Err(reason) => refused = reason,
            }
        }
        if admitted.is_empty() { Err(refused) } else { Ok(admitted) }
    }
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    // A mapped address would be judged as the one of IPv4 that it stands for.
    address.to_ipv4_mapped().is_none()
        && GLOBAL_V6.contains(address.into())
        && !RESERVED_V6.iter().any(|network| network.contains(address.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    fn told(guard: &Guard, text: &str) -> String {
        guard.parse(text).map_or_else(|refused| refused.to_string(), |url| format!("asks {url}"))
    }

    #[test]
    fn no_form_of_an_address_passes_for_a_public_server() {
        let hosts = include_str!("guard/hosts.txt");
        let mut table = String::new();
        for host in hosts.lines() {
            table.push_str(&format!(
                "{host}: {}\n",
                told(&Guard::default(), &format!("https://{host}/"))
            ));
        }
        assert!(hosts.lines().count() >= 80);
        expect_test::expect_file!["guard/hosts-told.txt"].assert_eq(&table);
    }

    #[test]
    fn only_https_on_its_port_is_asked_unless_an_origin_is_listed() {
        let guard = Guard {
            networks: Vec::new(),
            origins: vec!["http://id.example:8080".parse().expect("an origin")],
        };
        let mut table = String::new();
        for address in [
            "https://id.example",
            "https://id.example:443/x?y#z",
            "HTTPS://ID.EXAMPLE/",
            "http://id.example:8080/x",
            "http://id.example:8081/x",
            "http://id.example/",
            "https://id.example:8080/",
            "https://id.example:80/",
            "https://id.example:0/",
            "https://name@id.example/",
            "https://:secret@id.example/",
            "https://public.example\\@127.0.0.1/",
            "https://127.0.0.1#@public.example/",
            "ftp://id.example/",
            "file:///etc/passwd",
            "data:text/plain,x",
            "gopher://id.example/",
            "javascript:alert(1)",
            "//id.example/",
            "id.example",
            "",
            "https://",
            "https:///x",
            "https://a b/",
        ] {
            table.push_str(&format!("{address}: {}\n", told(&guard, address)));
        }
        expect![[r#"
            https://id.example: asks https://id.example/
            https://id.example:443/x?y#z: asks https://id.example/x?y#z
            HTTPS://ID.EXAMPLE/: asks https://id.example/
            http://id.example:8080/x: asks http://id.example:8080/x
            http://id.example:8081/x: «http» is not https
            http://id.example/: «http» is not https
            https://id.example:8080/: port 8080 is not 443
            https://id.example:80/: port 80 is not 443
            https://id.example:0/: port 0 is not 443
            https://name@id.example/: the address holds a name or a password
            https://:secret@id.example/: the address holds a name or a password
            https://public.example\@127.0.0.1/: asks https://public.example/@127.0.0.1/
            https://127.0.0.1#@public.example/: 127.0.0.1 is not the address of a public server
            ftp://id.example/: «ftp» is not https
            file:///etc/passwd: «file» is not https
            data:text/plain,x: «data» is not https
            gopher://id.example/: «gopher» is not https
            javascript:alert(1): «javascript» is not https
            //id.example/: «//id.example/» is no address of a server
            id.example: «id.example» is no address of a server
            : «» is no address of a server
            https://: «https://» is no address of a server
            https:///x: asks https://x/
            https://a b/: «https://a b/» is no address of a server
        "#]]
        .assert_eq(&table);
    }

    #[test]
    fn a_listed_network_is_asked_and_its_neighbours_are_not() {
        let guard = Guard {
            networks: vec!["10.1.0.0/16".parse().expect("a network"), "::1".parse().expect("one")],
            origins: Vec::new(),
        };
        for (host, asked) in [
            ("10.1.2.3", true),
            ("[::ffff:10.1.2.3]", true),
            ("10.2.0.1", false),
            ("[::1]", true),
            ("[::2]", false),
            ("127.0.0.1", false),
        ] {
            assert_eq!(guard.parse(&format!("https://{host}/")).is_ok(), asked, "{host}");
        }
    }

    #[test]
    fn an_origin_is_written_as_browsers_write_it() {
        for (text, good) in [
            ("http://localhost:8080", true),
            ("https://id.example", true),
            ("https://id.example/", false),
            ("https://id.example:443", false),
            ("id.example", false),
            ("data:x", false),
        ] {
            assert_eq!(text.parse::<Origin>().is_ok(), good, "{text}");
        }
    }

    #[tokio::test]
    async fn of_the_addresses_of_a_name_only_public_ones_are_tried() {
        let address = |text: &str| text.parse::<IpAddr>().expect("an address");
        for (found, admitted) in [
            (
                vec!["1.1.1.1", "127.0.0.1", "::1", "2606:4700::1111"],
                Ok(vec!["1.1.1.1", "2606:4700::1111"]),
            ),
            (vec!["192.168.0.1"], Err("192.168.0.1 is not the address of a public server")),
            (
                vec!["::ffff:192.168.0.1"],
                Err("::ffff:192.168.0.1 is not the address of a public server"),
            ),
            (vec![], Err("nobody is called public.example")),
        ] {
            let given: Vec<IpAddr> = found.iter().map(|text| address(text)).collect();
            let resolver = Resolver::Given(Box::new(move |_| given.clone()));
            let url = Url::parse("https://public.example/").expect("an address");
            let told = Guard::default().resolve(&url, &resolver).await;
            let expected = admitted
                .map(|some| some.into_iter().map(address).collect::<Vec<_>>())
                .map_err(str::to_owned);
            assert_eq!(told.map_err(|refused| refused.to_string()), expected, "{found:?}");
        }
    }
}
