//! Tokens that nobody should have believed: each is refused at every door, and the one that they
//! are made of goes on to be good.

use super::{BASE, Keyed, Story, base64url, claims, text};
use crate::http::Request;
use crate::server::figures;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use serde_json::{Value, json};

/// What an attacker does with what they have.
enum Attack {
    /// Other members in the header, under the old signature.
    Header(Value),
    /// Other claims, under the old signature.
    Claims(Value),
    /// The header says so, and nothing is signed.
    Unsigned(&'static str),
    /// Signed by a secret that everyone knows, under a header that asks for that.
    Hmac(fn(&Value) -> Vec<u8>),
    /// Signed by a key of the attacker's, under a header with these members.
    OwnKey(Value),
    /// Another text altogether.
    Text(fn(&Loot) -> String),
}

/// What the attacker has.
struct Loot {
    access: String,
    identity: String,
    refresh: String,
    code: String,
    proof: String,
    api: String,
    elsewhere: String,
}

use Attack::{Claims, Header, Hmac, OwnKey, Text, Unsigned};

fn table() -> Vec<(&'static str, Attack)> {
    let own = || Keyed::new().jwk();
    vec![
        ("alg none", Unsigned("none")),
        ("alg None", Unsigned("None")),
        ("alg NONE", Unsigned("NONE")),
        ("no alg", Unsigned("")),
        ("alg none, signed", Header(json!({"alg": "none"}))),
        ("alg HS256", Header(json!({"alg": "HS256"}))),
        ("alg RS512", Header(json!({"alg": "RS512"}))),
        ("alg PS256", Header(json!({"alg": "PS256"}))),
        ("alg ES256", Header(json!({"alg": "ES256"}))),
        ("alg a number", Header(json!({"alg": 256}))),
        ("the public modulus as a secret", Hmac(modulus)),
        ("the public key's JSON as a secret", Hmac(|key| key.to_string().into_bytes())),
        ("the key's name as a secret", Hmac(|key| text(key, "kid").into_bytes())),
        ("the empty secret", Hmac(|_| Vec::new())),
        ("kid unknown", Header(json!({"kid": "x"}))),
        ("kid a path", Header(json!({"kid": "../../../../dev/null"}))),
        ("kid SQL", Header(json!({"kid": "x' UNION SELECT 'secret' --"}))),
        ("kid an address", Header(json!({"kid": "https://evil.example/key"}))),
        ("kid a list", Header(json!({"kid": ["x"]}))),
        ("kid missing", Header(json!({"kid": null}))),
        ("crit", Header(json!({"crit": ["b64"], "b64": false}))),
        ("typ of an identity", Header(json!({"typ": "JWT"}))),
        ("typ of a proof", Header(json!({"typ": "dpop+jwt"}))),
        ("own key", OwnKey(json!({}))),
        ("own key in the header", OwnKey(json!({"jwk": own()}))),
        ("own key at jku", OwnKey(json!({"jku": "https://evil.example/jwks.json"}))),
        ("own key at x5u", OwnKey(json!({"x5u": "https://evil.example/x5"}))),
        ("own key in x5c", OwnKey(json!({"x5c": ["MII"]}))),
        ("another person", Claims(json!({"webid": format!("{BASE}users/x"), "sub": "x"}))),
        ("another webId", Claims(json!({"webId": format!("{BASE}users/x")}))),
        ("another issuer", Claims(json!({"iss": "https://evil.example/"}))),
        ("another audience", Claims(json!({"aud": "https://evil.example/"}))),
        ("for longer", Claims(json!({"exp": 9_999_999_999_u64}))),
        ("for ever", Claims(json!({"exp": null}))),
        ("more scope", Claims(json!({"scope": "openid read write control"}))),
        ("another grant", Claims(json!({"grant": "aaaaaaaaaaaaaaaaaaaaaaaaaa"}))),
        ("a key of one's own", Claims(json!({"cnf": {"jkt": "x"}}))),
        ("an identity", Text(|loot| loot.identity.clone())),
        ("a refresh token", Text(|loot| loot.refresh.clone())),
        ("a code", Text(|loot| loot.code.clone())),
        ("a proof", Text(|loot| loot.proof.clone())),
        ("a token of another instance", Text(|loot| loot.elsewhere.clone())),
        ("the half of a token", Text(|loot| loot.access[..loot.access.len() / 2].to_owned())),
        ("a token without its end", Text(|loot| loot.access[..loot.access.len() - 4].to_owned())),
        ("a token with padding", Text(|loot| format!("{}=", loot.access))),
        ("four parts", Text(|loot| format!("{}.x", loot.access))),
        ("two tokens", Text(|loot| format!("{} {}", loot.access, loot.access))),
        ("in quotes", Text(|loot| format!("\"{}\"", loot.access))),
        ("a token of the program's, cut", Text(|loot| loot.api[..loot.api.len() - 1].to_owned())),
        ("a token of the program's, longer", Text(|loot| format!("{}a", loot.api))),
        ("a token of the program's, in capitals", Text(|loot| loot.api.to_uppercase())),
        ("its prefix", Text(|_| "codesocial_".to_owned())),
        ("a pattern", Text(|_| "codesocial_%".to_owned())),
        ("SQL", Text(|_| "' OR 1=1 --".to_owned())),
        ("nothing", Text(|_| String::new())),
        ("ten thousand letters", Text(|_| "x".repeat(10_000))),
        ("ten thousand parts", Text(|_| "eyJ.".repeat(2_000))),
    ]
}

fn modulus(key: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text(key, "n")).expect("base64url")
}

fn changed(value: &Value, changes: &Value) -> Value {
    let mut value = value.clone();
    for (name, change) in changes.as_object().expect("members") {
        value[name] = change.clone();
    }
    value
}

/// The text that an attack sends, of a token that is good, and of the key that signed it.
fn sent(attack: &Attack, loot: &Loot, key: &Value) -> String {
    let parts: Vec<&str> = loot.access.split('.').collect();
    let header = URL_SAFE_NO_PAD.decode(parts[0]).expect("base64url");
    let header: Value = serde_json::from_slice(&header).expect("JSON");
    let written = |header: &Value| base64url(header.to_string());
    match attack {
        Header(changes) => {
            format!("{}.{}.{}", written(&changed(&header, changes)), parts[1], parts[2])
        }
        Claims(changes) => {
            let claims = changed(&claims(&loot.access), changes);
            format!("{}.{}.{}", parts[0], base64url(claims.to_string()), parts[2])
        }
        Unsigned("") => format!("{}.{}.", written(&json!({"typ": "at+jwt"})), parts[1]),
        Unsigned(alg) => {
            let header = changed(&header, &json!({"alg": alg}));
            format!("{}.{}.", written(&header), parts[1])
        }
        Hmac(secret) => {
            let header = changed(&header, &json!({"alg": "HS256"}));
            let message = format!("{}.{}", written(&header), parts[1]);
            let secret = hmac::Key::new(hmac::HMAC_SHA256, &secret(key));
            format!("{message}.{}", base64url(hmac::sign(&secret, message.as_bytes())))
        }
        OwnKey(changes) => {
            let header = changed(&changed(&header, &json!({"alg": "ES256"})), changes);
            Keyed::new().signed(&format!("{}.{}", written(&header), parts[1]))
        }
        Text(text) => text(loot),
    }
}

#[test]
fn every_attack_on_a_token_is_refused_at_every_door() {
    let (story, elsewhere) = (Story::new(), Story::new());
    let tokens = story.tokens(&[("scope", "openid webid offline_access read write control")]);
    let loot = Loot {
        access: text(&tokens, "access_token"),
        identity: text(&tokens, "id_token"),
        refresh: text(&tokens, "refresh_token"),
        code: story.code(&[]),
        proof: Keyed::new().proof("GET", "/", None),
        api: story.server.person("paul").token,
        elsewhere: text(&elsewhere.tokens(&[]), "access_token"),
    };
    let keys = story.server.get("/.well-known/jwks.json").send().json();
    let profile = format!("/users/{}", story.jeanne.id);
    let doors = |authorization: &str| -> [Request; 4] {
        let asked = |method, path| {
            story.server.anonymous(method, path).header("Authorization", authorization)
        };
        let insert = "INSERT DATA { <> <a:p> 1 }";
        [
            asked("GET", &profile),
            asked("PATCH", &profile).body("application/sparql-update", insert),
            asked("POST", "/sparql").body("application/sparql-update", "DELETE WHERE { ?s ?p ?o }"),
            asked("GET", "/oauth/userinfo"),
        ]
    };
    let table = table();
    for (name, attack) in &table {
        let token = sent(attack, &loot, &keys["keys"][0]);
        for (scheme, door) in ["Bearer", "bearer", "DPoP"]
            .into_iter()
            .flat_map(|scheme| doors(&format!("{scheme} {token}")).map(|door| (scheme, door)))
        {
            let answer = door.send();
            assert_eq!(answer.status, 401, "{name} as {scheme}: {answer:?}");
            assert_eq!(answer.json()["type"], "INVALID_TOKEN", "{name} as {scheme}");
        }
    }
    for scheme in ["Basic", "Token", "Digest"] {
        for door in doors(&format!("{scheme} {}", loot.access)) {
            assert_eq!(door.status(), 401, "{scheme}");
        }
    }
    let smuggled = story.server.get(&format!("{profile}?access_token={}", loot.access));
    assert_eq!(smuggled.status(), 401, "a token in the address is none");
    let good = doors(&format!("Bearer {}", loot.access)).map(Request::status);
    assert_eq!((good[0], good[3]), (200, 200), "the token itself is good");
    figures(&format!("{} attacks on tokens, each at 4 doors under 3 schemes", table.len()));
}
