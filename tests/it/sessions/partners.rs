//! Logging in by the identity provider of a partner: a provider that is started here says what a
//! real one would, or what it should not.

use super::{Browser, configured, form};
use crate::http::Response;
use crate::server::{BASE, Server};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A provider: what it says next is a story's to choose.
struct Provider {
    issuer: String,
    key: EcdsaKeyPair,
    /// The identity that the next code stands for.
    identity: Mutex<Value>,
    /// What the next token's header says beside the usual.
    header: Mutex<Value>,
    /// What was last posted to the address of tokens, and how the program showed who it is.
    posted: Mutex<String>,
}

impl Provider {
    fn start() -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (random, how) = (SystemRandom::new(), &ECDSA_P256_SHA256_FIXED_SIGNING);
        let made = EcdsaKeyPair::generate_pkcs8(how, &random).expect("a key");
        let key = EcdsaKeyPair::from_pkcs8(how, made.as_ref(), &random).expect("the key");
        let provider = Arc::new(Self {
            issuer: format!("http://127.0.0.1:{port}"),
            key,
            identity: Mutex::default(),
            header: Mutex::new(json!({})),
            posted: Mutex::default(),
        });
        let served = provider.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A client that goes away is none of our concern.
                drop(served.answer(stream));
            }
        });
        provider
    }

    fn answer(&self, mut stream: TcpStream) -> std::io::Result<()> {
        let (mut head, mut byte) = (Vec::new(), [0]);
        while !head.ends_with(b"\r\n\r\n") {
            stream.read_exact(&mut byte)?;
            head.push(byte[0]);
        }
        let head = String::from_utf8_lossy(&head).into_owned();
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("content-length").then(|| value.parse::<usize>().ok())?
        });
        let mut body = vec![0; length.unwrap_or(0)];
        stream.read_exact(&mut body)?;
        let told = self.told(&head, &String::from_utf8_lossy(&body)).to_string();
        let length = told.len();
        write!(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
             Connection: close\r\n\r\n{told}"
        )
    }

    fn told(&self, head: &str, body: &str) -> Value {
        match head.split(' ').nth(1).unwrap_or_default() {
            "/.well-known/openid-configuration" => json!({
                "issuer": self.issuer,
                "authorization_endpoint": format!("{}/authorize", self.issuer),
                "token_endpoint": format!("{}/token", self.issuer),
                "jwks_uri": format!("{}/keys", self.issuer),
            }),
            "/keys" => json!({"keys": [self.public()]}),
            _ => {
                *self.posted.lock().expect("whole") = format!("{head}{body}");
                json!({"token_type": "Bearer", "access_token": "x", "id_token": self.token()})
            }
        }
    }

    fn public(&self) -> Value {
        let (x, y) = self.key.public_key().as_ref()[1..].split_at(32);
        json!({"kid": "k", "kty": "EC", "crv": "P-256", "x": base64url(x), "y": base64url(y)})
    }

    fn token(&self) -> String {
        let mut header = json!({"alg": "ES256", "kid": "k"});
        merge(&mut header, &self.header.lock().expect("whole"));
        let claims = self.identity.lock().expect("whole").to_string();
        let message = format!("{}.{}", base64url(header.to_string()), base64url(claims));
        let signature = self.key.sign(&SystemRandom::new(), message.as_bytes()).expect("signed");
        format!("{message}.{}", base64url(signature))
    }

    /// A server that people log in to by this provider.
    fn partnered(&self) -> Server {
        configured(&format!(
            "[fetch]\nnetworks = [\"127.0.0.1\"]\norigins = [\"{issuer}\"]\n\
             [[partners]]\nname = \"voisins\"\ntitle = \"Les Voisins\"\nissuer = \"{issuer}\"\n\
             client = \"registre\"\n",
            issuer = self.issuer
        ))
    }

    /// Says whom the next journey of a browser ends with: the parameters that it comes back with.
    fn knows(&self, leaving: &Response, subject: &Value) -> String {
        let query = leaving.header("location").split_once('?').expect("a query").1.to_owned();
        let parameter = |name: &str| {
            let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs.into_iter().find(|(own, _)| *own == name).expect("a parameter").1.to_owned()
        };
        let now = Timestamp::now().as_second();
        let mut identity = json!({
            "iss": self.issuer, "aud": "registre", "sub": "1", "iat": now, "exp": now + 300,
            "nonce": parameter("nonce"),
        });
        merge(&mut identity, subject);
        *self.identity.lock().expect("whole") = identity;
        format!("state={}&code=c", parameter("state"))
    }
}

fn merge(into: &mut Value, changes: &Value) {
    for (name, value) in changes.as_object().expect("members") {
        into[name] = value.clone();
    }
}

const LEAVE: &str = "/login/with/voisins";
const BACK: &str = "/login/from/voisins";

/// Somebody who leaves for the provider: their browser, and where they are sent.
fn left<'a>(server: &'a Server, next: &str) -> (Browser<'a>, Response) {
    let mut browser = Browser::new(server);
    let leaving = browser.get(&format!("{LEAVE}?next={next}")).expect_status(303);
    browser.keep(&leaving);
    (browser, leaving)
}

#[test]
fn somebody_whom_a_partner_knows_has_one_account_here() {
    let provider = Provider::start();
    let server = provider.partnered();
    let page = server.get("/login").accept("text/html").send().body.replace("&#x2f;", "/");
    assert!(page.contains("href=\"/login/with/voisins"), "{page}");
    let subject = json!({
        "preferred_username": "jeanne", "email": "jeanne@example.org", "email_verified": true,
    });
    let mut profiles = Vec::new();
    for _ in 0..2 {
        let (mut browser, leaving) = left(&server, "%2Faccount");
        let to = leaving.header("location");
        assert!(to.starts_with(&format!("{}/authorize?response_type=code", provider.issuer)));
        let redirect = "redirect_uri=http%3A%2F%2Fregistre.example%2Flogin%2Ffrom%2Fvoisins";
        assert!(to.contains(redirect) && to.contains("code_challenge_method=S256"), "{to}");
        let back = provider.knows(&leaving, &subject);
        let answer = browser.get(&format!("{BACK}?{back}")).expect_status(303);
        assert_eq!(answer.header("location"), "/account");
        browser.keep(&answer);
        let page = browser.get("/account").expect_status(200).body;
        assert!(page.contains("jeanne@example.org"), "{page}");
        profiles.push(super::between(&page, "href=\"/users/", "\""));
        // The verifier is that of the challenge.
        let posted = provider.posted.lock().expect("whole").clone();
        let verifier = posted.split_once("code_verifier=").expect("a verifier").1;
        let challenge = to.split_once("code_challenge=").expect("a challenge").1;
        assert!(challenge.starts_with(&base64url(Sha256::digest(verifier))));
    }
    assert_eq!(profiles[0], profiles[1]);
}

#[test]
fn a_name_or_an_address_that_somebody_has_here_opens_nothing() {
    let provider = Provider::start();
    let server = provider.partnered();
    let jeanne = server.person("jeanne");
    server.folder.told(&["user", "add", "paul", "--email", "paul@example.org"]);
    for (subject, verified) in [("1", true), ("2", false)] {
        let (mut browser, leaving) = left(&server, "");
        let back = provider.knows(
            &leaving,
            &json!({
                "sub": subject, "preferred_username": "jeanne",
                "email": "paul@example.org", "email_verified": verified,
            }),
        );
        let answer = browser.get(&format!("{BACK}?{back}")).expect_status(303);
        browser.keep(&answer);
        let page = browser.get("/account").expect_status(200).body;
        assert!(page.contains("membre-") && !page.contains("paul@example.org"), "{page}");
        assert!(!page.contains(jeanne.webid.strip_prefix(BASE).expect("under the base")));
    }
    assert_eq!(server.folder.told(&["user", "list"]).lines().count(), 4);
}

#[test]
fn nobody_is_logged_in_by_an_identity_of_another_make() {
    let provider = Provider::start();
    let server = provider.partnered();
    let none = json!({});
    for (name, header, identity) in [
        ("another nonce", &none, json!({"nonce": "x"})),
        ("no nonce", &none, json!({"nonce": null})),
        ("another issuer", &none, json!({"iss": "https://evil.example"})),
        ("another program", &none, json!({"aud": "other"})),
        ("by another program", &none, json!({"aud": ["registre", "other"], "azp": "other"})),
        ("too late", &none, json!({"exp": 1})),
        ("for ever", &none, json!({"exp": null})),
        ("from the future", &none, json!({"iat": 9_999_999_999_u64})),
        ("nobody", &none, json!({"sub": ""})),
        ("unsigned", &json!({"alg": "none"}), json!({})),
        ("by a secret", &json!({"alg": "HS256"}), json!({})),
        ("another key", &json!({"kid": "other"}), json!({})),
        ("its own key", &json!({"jwk": provider.public()}), json!({})),
        ("an access token", &json!({"typ": "at+jwt"}), json!({})),
    ] {
        let (browser, leaving) = left(&server, "");
        let back = provider.knows(&leaving, &identity);
        header.clone_into(&mut provider.header.lock().expect("whole"));
        let answer = browser.get(&format!("{BACK}?{back}"));
        assert_eq!((answer.status, answer.header("set-cookie")), (403, ""), "{name}");
        assert!(answer.body.contains("Les Voisins"), "{name}: {}", answer.body);
        none.clone_into(&mut provider.header.lock().expect("whole"));
    }
    assert_eq!(server.folder.told(&["user", "list"]), "");
}

#[test]
fn a_journey_ends_once_in_the_browser_where_it_began() {
    let provider = Provider::start();
    let server = provider.partnered();
    let ends = |browser: &Browser, query: &str| browser.get(&format!("{BACK}?{query}")).status;
    let (browser, leaving) = left(&server, "");
    let back = provider.knows(&leaving, &json!({}));
    assert_eq!(ends(&Browser::new(&server), &back), 403, "another browser");
    assert_eq!(ends(&browser, &back), 403, "and then it is over");
    let (browser, leaving) = left(&server, "");
    let back = provider.knows(&leaving, &json!({}));
    assert_eq!((ends(&browser, &back), ends(&browser, &back)), (303, 403));
    for query in ["", "state=x&code=c", "code=c"] {
        assert_eq!(ends(&browser, query), 403, "{query}");
    }
    for wrong in ["&error=access_denied", "&iss=https%3A%2F%2Fevil.example"] {
        let (browser, leaving) = left(&server, "");
        let back = provider.knows(&leaving, &json!({}));
        assert_eq!(ends(&browser, &format!("{back}{wrong}")), 403, "{wrong}");
    }
    assert_eq!(server.get("/login/with/others").status(), 404);
    // Where somebody goes on to is a page of ours.
    let (browser, leaving) = left(&server, &form(&[("", "https://evil.example/")])[1..]);
    let back = provider.knows(&leaving, &json!({}));
    let answer = browser.get(&format!("{BACK}?{back}")).expect_status(303);
    assert_eq!(answer.header("location"), "/account");
}
