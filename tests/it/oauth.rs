//! Programs of others that act for people, and what they get.

mod attacks;
mod foreign;
mod refused;

use crate::http::{Request, Response};
use crate::server::{BASE, Folder, Server};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use codesocial_store::{Account, NewAccount, Random, Role, SideTables};
use jiff::Timestamp;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread;

const FORM: &str = "application/x-www-form-urlencoded";
const REDIRECT: &str = "https://program.example/cb";
const VERIFIER: &str = "a-verifier-of-at-least-forty-three-characters";

fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A server on which somebody is logged in and a program is registered.
struct Story {
    server: Server,
    jeanne: Account,
    cookie: String,
    client: String,
}

impl Story {
    fn new() -> Self {
        Self::configured("")
    }

    /// The same, under settings of its own.
    fn configured(settings: &str) -> Self {
        let folder = Server::empty().stop();
        let (jeanne, secret) = logged_in(&folder);
        let file = folder.path().join("codesocial.toml");
        std::fs::write(&file, settings).expect("the folder can be written");
        let server = folder.serve(&["--config", &file.to_string_lossy()]);
        let client = register(&server, &json!({"redirect_uris": [REDIRECT]})).expect_status(201);
        let client = text(&client.json(), "client_id");
        Self { server, jeanne, cookie: format!("__Host-session={secret}"), client }
    }

    fn webid(&self) -> String {
        format!("{BASE}users/{}", self.jeanne.id)
    }

    /// The query that a program sends people with, some of its parameters changed or left out.
    fn query(&self, changes: &[(&str, &str)]) -> String {
        let challenge = base64url(Sha256::digest(VERIFIER));
        let usual = [
            ("response_type", "code"),
            ("client_id", &self.client),
            ("redirect_uri", REDIRECT),
            ("scope", "openid webid read offline_access"),
            ("state", "a b&c"),
            ("nonce", "n"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        let changed = |name: &str| changes.iter().any(|(own, _)| *own == name);
        let kept = usual.into_iter().filter(|(name, _)| !changed(name));
        form(&kept.chain(changes.iter().copied()).collect::<Vec<_>>())
    }

    fn authorize(&self, query: &str) -> Request {
        let asked = self.server.get(&format!("/oauth/authorize?{query}")).accept("text/html");
        asked.header("Cookie", &self.cookie)
    }

    /// The person's answer, as their browser sends it.
    fn decide(&self, query: &str, decision: &str) -> Request {
        let asked = self.server.anonymous("POST", &format!("/oauth/authorize?{query}"));
        let asked = asked.header("Cookie", &self.cookie).header("Sec-Fetch-Site", "same-origin");
        asked.body(FORM, format!("decision={decision}"))
    }

    /// A code that the person let the program have.
    #[track_caller]
    fn code(&self, changes: &[(&str, &str)]) -> String {
        let answer = self.decide(&self.query(changes), "allow").send().expect_status(303);
        parameter(answer.header("location"), "code")
    }

    fn exchange(&self, code: &str, changes: &[(&str, &str)]) -> Request {
        let usual = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("client_id", &self.client),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
        ];
        self.token(&usual, changes)
    }

    fn refresh(&self, token: &str, changes: &[(&str, &str)]) -> Request {
        let usual = [
            ("grant_type", "refresh_token"),
            ("refresh_token", token),
            ("client_id", &self.client),
        ];
        self.token(&usual, changes)
    }

    fn token(&self, usual: &[(&str, &str)], changes: &[(&str, &str)]) -> Request {
        let changed = |name: &str| changes.iter().any(|(own, _)| *own == name);
        let kept = usual.iter().copied().filter(|(name, _)| !changed(name));
        let pairs: Vec<_> = kept.chain(changes.iter().copied()).collect();
        self.server.anonymous("POST", "/oauth/token").body(FORM, form(&pairs))
    }

    /// What the program gets where nothing goes wrong.
    #[track_caller]
    fn tokens(&self, changes: &[(&str, &str)]) -> Value {
        self.exchange(&self.code(changes), &[]).send().expect_status(200).json()
    }

    /// For whom a token acts.
    fn userinfo(&self, token: &str) -> Response {
        let asked = self.server.get("/oauth/userinfo");
        asked.header("Authorization", &format!("Bearer {token}")).send()
    }
}

/// Makes an account and logs it in.
fn logged_in(folder: &Folder) -> (Account, String) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let (now, mut random) = (Timestamp::now(), Random::of_system());
        let tables = SideTables::open(&folder.data()).await.expect("side tables");
        let new = NewAccount {
            handle: "jeanne".parse().expect("a handle"),
            email: None,
            password: None,
            role: Role::Member,
            language: None,
        };
        let account = tables.add_account(new, now, &mut random).await.expect("an account");
        let secret = tables.open_session(account.id, "x", now, &mut random).await.expect("opened");
        (account, secret.reveal().to_owned())
    })
}

fn register(server: &Server, metadata: &Value) -> Response {
    let asked = server.anonymous("POST", "/oauth/register");
    asked.body("application/json", metadata.to_string()).send()
}

fn form(pairs: &[(&str, &str)]) -> String {
    let encoded =
        |text: &str| -> String { text.bytes().map(|byte| format!("%{byte:02X}")).collect() };
    let pairs: Vec<String> =
        pairs.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    pairs.join("&")
}

/// A parameter of an address as it is written there, or the empty text.
fn parameter(address: &str, name: &str) -> String {
    let query = address.split_once('?').map_or("", |(_, query)| query);
    let found = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    found.unwrap_or_default().to_owned()
}

#[track_caller]
fn text(value: &Value, name: &str) -> String {
    let found = value[name].as_str();
    found.unwrap_or_else(|| unreachable!("no {name} in {value}")).to_owned()
}

/// What a token says, whoever signed it.
fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).expect("three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).expect("base64url")).expect("JSON")
}

#[test]
fn a_program_acts_for_whoever_lets_it() {
    let story = Story::new();
    let page = story.authorize(&story.query(&[])).send().expect_status(200);
    assert!(page.body.contains("lire ce que vous pouvez lire"), "{}", page.body);
    assert!(!page.body.contains("écrire ce que vous pouvez écrire"), "{}", page.body);
    let policy = page.header("content-security-policy");
    assert!(policy.contains("form-action 'self' https://program.example;"), "{policy}");
    assert_eq!(page.header("cache-control"), "no-store");

    let answer = story.decide(&story.query(&[]), "allow").send().expect_status(303);
    let back = answer.header("location");
    assert!(back.starts_with(&format!("{REDIRECT}?code=")), "{back}");
    assert_eq!(parameter(back, "state"), "a%20b%26c");
    assert_eq!(parameter(back, "iss"), "http%3A%2F%2Fregistre.example%2F");

    let answer = story.exchange(&parameter(back, "code"), &[]).send().expect_status(200);
    assert_eq!(answer.header("cache-control"), "no-store");
    let tokens = answer.json();
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["scope"], "openid webid offline_access read");
    let identity = claims(&text(&tokens, "id_token"));
    assert_eq!(identity["iss"], BASE);
    assert_eq!(identity["aud"], json!([story.client, "solid"]));
    assert_eq!((&identity["azp"], &identity["nonce"]), (&json!(story.client), &json!("n")));
    assert_eq!(
        (&identity["sub"], &identity["webid"]),
        (&json!(story.webid()), &json!(story.webid()))
    );
    let access = claims(&text(&tokens, "access_token"));
    assert_eq!(access["aud"], json!([BASE, "solid"]));
    let told = story.userinfo(&text(&tokens, "access_token")).expect_status(200).json();
    assert_eq!(told, json!({"sub": story.webid(), "webid": story.webid()}));

    let refreshed = story.refresh(&text(&tokens, "refresh_token"), &[]).send().expect_status(200);
    let refreshed = refreshed.json();
    assert_ne!(refreshed["refresh_token"], tokens["refresh_token"]);
    story.userinfo(&text(&refreshed, "access_token")).expect_status(200);
}

#[test]
fn a_token_does_no_more_than_its_scope() {
    let story = Story::new();
    let profile = format!("/users/{}", story.jeanne.id);
    for (scope, reads, writes) in [
        ("openid", false, false),
        ("openid read", true, false),
        ("openid write", false, true),
        ("openid webid", true, true),
    ] {
        let token = text(&story.tokens(&[("scope", scope)]), "access_token");
        let bearer = format!("Bearer {token}");
        let asked =
            |method| story.server.anonymous(method, &profile).header("Authorization", &bearer);
        assert_eq!(asked("GET").status() == 200, reads, "{scope} reads");
        let insert = "INSERT DATA { <> <http://xmlns.com/foaf/0.1/nick> \"j\" }";
        let written = asked("PATCH").body("application/sparql-update", insert).send();
        assert_eq!(written.status == 204, writes, "{scope} writes: {written:?}");
    }
}

#[test]
fn a_person_who_is_not_logged_in_logs_in_first_and_one_who_does_not_agree_goes_back() {
    let story = Story::new();
    let query = story.query(&[]);
    let asked = story.server.get(&format!("/oauth/authorize?{query}")).send().expect_status(303);
    let login = asked.header("location");
    assert!(login.starts_with("/login?next=%2Foauth%2Fauthorize%3Fresponse_type"), "{login}");
    let silent = format!("/oauth/authorize?{query}&prompt=none");
    let answer = story.server.get(&silent).send().expect_status(303);
    assert_eq!(parameter(answer.header("location"), "error"), "login_required");
    let answer = story.decide(&query, "deny").send().expect_status(303);
    assert_eq!(parameter(answer.header("location"), "error"), "access_denied");
    let nothing = story.decide(&query, "").send().expect_status(303);
    assert_eq!(parameter(nothing.header("location"), "error"), "access_denied");
    // Nobody but the person's own browser, on our own page, answers for them.
    let post = || story.server.anonymous("POST", &format!("/oauth/authorize?{query}"));
    let agrees = |request: Request| request.body(FORM, "decision=allow").status();
    assert_eq!(agrees(post().header("Sec-Fetch-Site", "same-origin")), 401);
    let cookie = || post().header("Cookie", &story.cookie);
    assert_eq!(agrees(cookie()), 403);
    assert_eq!(agrees(cookie().header("Sec-Fetch-Site", "cross-site")), 403);
    assert_eq!(agrees(cookie().header("Origin", "https://program.example")), 403);
    assert_eq!(agrees(cookie().header("Origin", "http://registre.example")), 303);
}

#[test]
fn what_is_revoked_is_good_no_more() {
    let story = Story::new();
    for name in ["access_token", "refresh_token"] {
        let tokens = story.tokens(&[]);
        let revoke = |token: &str| {
            let asked = story.server.anonymous("POST", "/oauth/revoke");
            asked.body(FORM, form(&[("token", token)])).status()
        };
        assert_eq!(revoke("guess"), 200);
        story.userinfo(&text(&tokens, "access_token")).expect_status(200);
        assert_eq!(revoke(&text(&tokens, name)), 200);
        story.userinfo(&text(&tokens, "access_token")).expect_status(401);
        story.refresh(&text(&tokens, "refresh_token"), &[]).send().expect_status(400);
    }
}

/// A program with a key of its own.
struct Keyed(EcdsaKeyPair);

impl Keyed {
    fn new() -> Self {
        let (random, how) = (SystemRandom::new(), &ECDSA_P256_SHA256_FIXED_SIGNING);
        let made = EcdsaKeyPair::generate_pkcs8(how, &random).expect("a key");
        Self(EcdsaKeyPair::from_pkcs8(how, made.as_ref(), &random).expect("the key"))
    }

    fn jwk(&self) -> Value {
        let (x, y) = self.0.public_key().as_ref()[1..].split_at(32);
        json!({"kty": "EC", "crv": "P-256", "x": base64url(x), "y": base64url(y)})
    }

    /// A message and its signature, as tokens write them.
    fn signed(&self, message: &str) -> String {
        let signature = self.0.sign(&SystemRandom::new(), message.as_bytes()).expect("signed");
        format!("{message}.{}", base64url(signature))
    }

    fn proof(&self, method: &str, path: &str, token: Option<&str>) -> String {
        let header = json!({"alg": "ES256", "typ": "dpop+jwt", "jwk": self.jwk()});
        let mut claims = json!({
            "htm": method, "htu": format!("{BASE}{}", &path[1..]),
            "iat": Timestamp::now().as_second(),
            "jti": base64url(Random::of_system().bytes()),
        });
        if let Some(token) = token {
            claims["ath"] = base64url(Sha256::digest(token)).into();
        }
        self.signed(&format!("{}.{}", base64url(header.to_string()), base64url(claims.to_string())))
    }
}

#[test]
fn a_token_bound_to_a_key_is_good_with_a_proof_of_it_only() {
    let (story, program, thief) = (Story::new(), Keyed::new(), Keyed::new());
    let proof = program.proof("POST", "/oauth/token", None);
    let exchange = story.exchange(&story.code(&[]), &[]).header("DPoP", &proof);
    let tokens = exchange.send().expect_status(200).json();
    assert_eq!(tokens["token_type"], "DPoP");
    let token = text(&tokens, "access_token");
    assert!(claims(&token)["cnf"]["jkt"].is_string());
    story.userinfo(&token).expect_status(401);
    let path = "/oauth/userinfo";
    let asked = |proof: &str| {
        let asked = story.server.get(path).header("Authorization", &format!("DPoP {token}"));
        asked.header("DPoP", proof).status()
    };
    let good = program.proof("GET", path, Some(&token));
    assert_eq!(asked(&good), 200);
    assert_eq!(asked(&good), 401, "a proof comes once");
    assert_eq!(asked(&thief.proof("GET", path, Some(&token))), 401);
    assert_eq!(asked(&program.proof("POST", path, Some(&token))), 401);
    assert_eq!(asked(&program.proof("GET", "/oauth/token", Some(&token))), 401);
    assert_eq!(asked(&program.proof("GET", path, Some("other"))), 401);
    assert_eq!(asked(&program.proof("GET", path, None)), 401);
    assert_eq!(asked("proof"), 401);
    let bare = story.server.get(path).header("Authorization", &format!("DPoP {token}"));
    assert_eq!(bare.status(), 401);
    // A token that is bound to no key is none under that scheme.
    let unbound = text(&story.tokens(&[]), "access_token");
    let unbound_asked = story.server.get(path).header("Authorization", &format!("DPoP {unbound}"));
    let proof = program.proof("GET", path, Some(&unbound));
    assert_eq!(unbound_asked.header("DPoP", &proof).status(), 401);

    let refresh = text(&tokens, "refresh_token");
    let stolen = story.refresh(&refresh, &[]);
    let proof = thief.proof("POST", "/oauth/token", None);
    assert_eq!(
        stolen.header("DPoP", &proof).send().expect_status(400).json()["error"],
        "invalid_grant"
    );
    let wrong = story.refresh(&refresh, &[]).header("DPoP", "x").send().expect_status(400).json();
    assert_eq!(wrong["error"], "invalid_dpop_proof");
}

#[test]
fn what_programs_read_first_is_true() {
    let story = Story::new();
    let told = story.server.get("/.well-known/openid-configuration").send().expect_status(200);
    let same = story.server.get("/.well-known/oauth-authorization-server").send();
    assert_eq!(told.body, same.body);
    let told = told.json();
    assert_eq!(told["issuer"], BASE);
    let endpoints = told.as_object().expect("an object").iter();
    for (name, address) in endpoints.filter(|(name, _)| name.ends_with("_endpoint")) {
        let path = address.as_str().and_then(|own| own.strip_prefix(BASE)).expect("under the base");
        let answer = story.server.get(&format!("/{path}")).send();
        assert!(answer.status != 404 && answer.status < 500, "{name}: {answer:?}");
    }
    let keys = story.server.get("/.well-known/jwks.json").send().expect_status(200).json();
    let kid = keys["keys"][0]["kid"].clone();
    let token = text(&story.tokens(&[]), "access_token");
    let header = token.split('.').next().expect("three parts");
    let header = URL_SAFE_NO_PAD.decode(header).expect("base64url");
    let header: Value = serde_json::from_slice(&header).expect("JSON");
    assert_eq!((&header["kid"], &header["typ"]), (&kid, &json!("at+jwt")));
    // The key is that of the instance: a restart changes nothing.
    let Story { server, .. } = story;
    let again = server.stop().serve(&[]);
    let keys = again.get("/.well-known/jwks.json").send().expect_status(200).json();
    assert_eq!(keys["keys"][0]["kid"], kid);
    let asked = again.get("/oauth/userinfo").header("Authorization", &format!("Bearer {token}"));
    assert_eq!(asked.status(), 200);
}

/// A server that answers each request with the same document.
fn document(of: impl Fn(u16) -> Value) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let body = of(port).to_string();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|n| n == 1) {
                head.push(byte[0]);
            }
            let length = body.len();
            let answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/ld+json\r\n\
                 Content-Length: {length}\r\n\r\n{body}"
            );
            // The other end may be gone: nobody waits for this answer then.
            drop(stream.write_all(answer.as_bytes()));
        }
    });
    port
}

#[test]
fn a_program_is_known_by_the_document_at_its_own_address() {
    let good = document(|port| {
        json!({
            "@context": ["https://www.w3.org/ns/solid/oidc-context.jsonld"],
            "client_id": format!("http://127.0.0.1:{port}/id"),
            "client_name": "Document", "redirect_uris": [REDIRECT],
        })
    });
    let others = document(|_| json!({"client_id": "x", "redirect_uris": [REDIRECT]}));
    let unlisted = document(|_| json!({"client_id": "x", "redirect_uris": [REDIRECT]}));
    let story = Story::configured(&format!(
        "[fetch]\nnetworks = [\"127.0.0.1\"]\n\
         origins = [\"http://127.0.0.1:{good}\", \"http://127.0.0.1:{others}\"]\n"
    ));
    let client = format!("http://127.0.0.1:{good}/id");
    let page = story.authorize(&story.query(&[("client_id", &client)])).send().expect_status(200);
    assert!(page.body.contains("« Document »"), "{}", page.body);
    let code = story.code(&[("client_id", &client)]);
    let tokens = story.exchange(&code, &[("client_id", &client)]).send().expect_status(200).json();
    assert_eq!(claims(&text(&tokens, "id_token"))["azp"], json!(client));
    for (port, why) in [(others, "it is of another program"), (unlisted, "«http» is not https")] {
        let client = format!("http://127.0.0.1:{port}/id");
        let page = story.authorize(&story.query(&[("client_id", &client)])).send();
        assert!(page.expect_status(400).body.contains(why));
    }
}
