//! Tokens that issuers of other servers give to their people: good for who their own profile says
//! they are, and for nobody else.

use super::{BASE, Keyed, base64url};
use crate::elsewhere::Elsewhere;
use crate::server::{Folder, Server, figures};
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

const JSON: &str = "application/json";
const TURTLE: &str = "text/turtle";
const PATH: &str = "/documents/for-dave";

/// A registry in which somebody of another server may read a document, and that server, which also
/// issues identities.
struct Story {
    server: Server,
    elsewhere: Elsewhere,
    issuer: Keyed,
    program: Keyed,
}

impl Story {
    fn new() -> Self {
        let elsewhere = Elsewhere::new();
        let folder = Folder::new();
        let file = folder.path().join("codesocial.toml");
        std::fs::write(&file, elsewhere.allowed()).expect("the folder can be written");
        let server = folder.serve(&["--base", BASE, "--config", &file.to_string_lossy()]);
        let story = Self { server, elsewhere, issuer: Keyed::new(), program: Keyed::new() };
        let own = &story.elsewhere;
        let profile = |issuer: &str| {
            format!("<#me> <http://www.w3.org/ns/solid/terms#oidcIssuer> <{issuer}> .")
        };
        own.says("/dave", 200, TURTLE, &profile(&own.origin));
        own.says("/eve", 200, TURTLE, &profile("https://evil.example"));
        own.says("/mute", 200, TURTLE, "<#me> <a:p> 1 .");
        own.says("/page", 200, "text/html", &profile(&own.origin));
        let metadata = json!({"issuer": own.origin, "jwks_uri": own.iri("/keys")});
        own.says("/.well-known/openid-configuration", 200, JSON, &metadata.to_string());
        let mut key = story.issuer.jwk();
        key["kid"] = json!("k");
        own.says("/keys", 200, JSON, &json!({"keys": [key]}).to_string());
        let body = "<> <http://virtual-assembly.org/ontologies/pair#label> \"For Dave\" .";
        story.server.put(PATH).turtle(body).send().expect_status(201);
        let readers: String = ["/dave#me", "/eve#me", "/mute#me", "/page#me", "/none#me"]
            .map(|path| format!("acl:agent <{}> ; ", own.iri(path)))
            .concat();
        let acl = format!(
            "@prefix acl: <http://www.w3.org/ns/auth/acl#> .
             <#a> a acl:Authorization ; acl:accessTo <{PATH}> ; acl:agent </#administrators> ;
                 acl:mode acl:Read, acl:Write, acl:Control .
             <#b> a acl:Authorization ; acl:accessTo <{PATH}> ; {readers} acl:mode acl:Read ."
        );
        story.server.put(&format!("{PATH}.acl")).turtle(acl).send().expect_status(201);
        story
    }

    /// What the issuer says of Dave.
    fn claims(&self) -> Value {
        let now = Timestamp::now().as_second();
        json!({
            "webid": self.elsewhere.iri("/dave#me"), "sub": "dave", "iss": self.elsewhere.origin,
            "aud": "solid", "client_id": "https://program.example/id", "iat": now,
            "exp": now + 300, "cnf": {"jkt": thumbprint(&self.program)},
        })
    }

    fn token(&self, header: &Value, claims: &Value, by: &Keyed) -> String {
        by.signed(&format!("{}.{}", base64url(header.to_string()), base64url(claims.to_string())))
    }

    /// What becomes of a request with a token and a proof.
    fn asked(&self, scheme: &str, token: &str, proof: Option<&str>) -> u16 {
        let asked = self.server.anonymous("GET", PATH);
        let asked = asked.header("Authorization", &format!("{scheme} {token}"));
        match proof {
            Some(proof) => asked.header("DPoP", proof).status(),
            None => asked.status(),
        }
    }
}

/// <https://www.rfc-editor.org/rfc/rfc7638>
fn thumbprint(key: &Keyed) -> String {
    let jwk = key.jwk();
    let members = ["crv", "kty", "x", "y"].map(|name| format!("\"{name}\":{}", jwk[name]));
    base64url(Sha256::digest(format!("{{{}}}", members.join(","))))
}

fn header() -> Value {
    json!({"alg": "ES256", "typ": "at+jwt", "kid": "k"})
}

fn with(value: Value, changes: &Value) -> Value {
    let mut value = value;
    for (name, change) in changes.as_object().expect("members") {
        value[name] = change.clone();
    }
    value
}

#[test]
fn a_token_of_a_persons_own_issuer_is_good_for_them() {
    let story = Story::new();
    for (changes, header_changes) in [
        (json!({}), json!({})),
        (json!({"aud": ["solid", "https://program.example/id"]}), json!({})),
        (json!({}), json!({"typ": null})),
    ] {
        let header = with(header(), &header_changes);
        let token = story.token(&header, &with(story.claims(), &changes), &story.issuer);
        let proof = story.program.proof("GET", PATH, Some(&token));
        assert_eq!(story.asked("DPoP", &token, Some(&proof)), 200, "{changes} {header}");
        assert_eq!(story.asked("DPoP", &token, Some(&proof)), 401, "a proof comes once");
    }
    let asked = story.elsewhere.asked();
    assert_eq!(asked.len(), 3, "profile, issuer and keys are asked for once: {asked:?}");
}

/// Other claims than those of a good token.
fn claims(story: &Story, here: &str) -> Vec<(&'static str, Value)> {
    let (own, now) = (&story.elsewhere, Timestamp::now().as_second());
    vec![
        ("a profile that names another issuer", json!({"webid": own.iri("/eve#me")})),
        ("a profile that names none", json!({"webid": own.iri("/mute#me")})),
        ("a profile that is no RDF", json!({"webid": own.iri("/page#me")})),
        ("a profile that is not there", json!({"webid": own.iri("/none#me")})),
        ("another name in the profile", json!({"webid": own.iri("/dave#you")})),
        ("a profile about somebody else", json!({"webid": own.iri("/spoof")})),
        ("somebody of this server", json!({"webid": here})),
        ("the administrators", json!({"webid": format!("{BASE}#administrators")})),
        ("no IRI", json!({"webid": "dave"})),
        ("a WebID that may not be asked", json!({"webid": "http://127.0.0.1:9/dave#me"})),
        ("no WebID", json!({"webid": null})),
        ("an issuer that is not theirs", json!({"iss": "https://evil.example"})),
        ("an issuer with a slash", json!({"iss": format!("{}/", own.origin)})),
        ("this server as the issuer", json!({"iss": BASE})),
        ("no issuer", json!({"iss": null})),
        ("another audience", json!({"aud": "https://elsewhere.example/"})),
        ("no audience", json!({"aud": null})),
        ("over", json!({"exp": now - 1})),
        ("for ever", json!({"exp": null})),
        ("to come", json!({"iat": now + 600})),
        ("bound to another key", json!({"cnf": {"jkt": thumbprint(&Keyed::new())}})),
        ("bound to no key", json!({"cnf": null})),
    ]
}

/// Other headers.
fn headers(story: &Story) -> Vec<(&'static str, Value)> {
    vec![
        ("alg none", json!({"alg": "none"})),
        ("alg HS256", json!({"alg": "HS256"})),
        ("alg RS256", json!({"alg": "RS256"})),
        ("a proof", json!({"typ": "dpop+jwt"})),
        ("another key's name", json!({"kid": "x"})),
        ("no key's name", json!({"kid": null})),
        ("its own key", json!({"jwk": story.program.jwk()})),
        ("an address of keys", json!({"jku": story.elsewhere.iri("/keys")})),
        ("crit", json!({"crit": ["b64"]})),
    ]
}

#[test]
fn every_other_token_from_elsewhere_is_refused() {
    let story = Story::new();
    let own = &story.elsewhere;
    let here = story.server.person("lou");
    own.says(
        "/spoof",
        200,
        TURTLE,
        &format!(
            "<{}> <http://www.w3.org/ns/solid/terms#oidcIssuer> <{}> .",
            here.webid, own.origin
        ),
    );
    let mut attacks = 0;
    let mut refused = |name: &str, token: &str| {
        let proof = story.program.proof("GET", PATH, Some(token));
        assert_eq!(story.asked("DPoP", token, Some(&proof)), 401, "{name}");
        attacks += 1;
    };
    for (name, changes) in &claims(&story, &here.webid) {
        let claims = with(story.claims(), changes);
        refused(name, &story.token(&header(), &claims, &story.issuer));
    }
    for (name, changes) in &headers(&story) {
        let header = with(header(), changes);
        refused(name, &story.token(&header, &story.claims(), &story.issuer));
    }
    refused("another's signature", &story.token(&header(), &story.claims(), &Keyed::new()));
    let good = story.token(&header(), &story.claims(), &story.issuer);
    refused("without its end", &good[..good.len() - 4]);
    let thief = Keyed::new();
    let proofs = [
        ("no proof", None),
        ("another's proof", Some(thief.proof("GET", PATH, Some(&good)))),
        ("a proof for another method", Some(story.program.proof("POST", PATH, Some(&good)))),
        ("a proof for another address", Some(story.program.proof("GET", "/x", Some(&good)))),
        ("a proof for another token", Some(story.program.proof("GET", PATH, Some("x")))),
        ("a proof for no token", Some(story.program.proof("GET", PATH, None))),
    ];
    for (name, proof) in &proofs {
        assert_eq!(story.asked("DPoP", &good, proof.as_deref()), 401, "{name}");
        attacks += 1;
    }
    let proof = story.program.proof("GET", PATH, Some(&good));
    assert_eq!(story.asked("Bearer", &good, Some(&proof)), 401);
    let proof = story.program.proof("GET", PATH, Some(&good));
    assert_eq!(story.asked("DPoP", &good, Some(&proof)), 200, "the token itself is good");
    figures(&format!("{} attacks with tokens from elsewhere", attacks + 1));
}

#[test]
fn who_proves_nothing_makes_the_server_ask_nobody() {
    let story = Story::new();
    let token = story.token(&header(), &story.claims(), &story.issuer);
    let thief = Keyed::new();
    assert_eq!(story.asked("DPoP", &token, None), 401);
    assert_eq!(story.asked("Bearer", &token, None), 401);
    let proof = thief.proof("GET", PATH, Some(&token));
    assert_eq!(story.asked("DPoP", &token, Some(&proof)), 401);
    assert_eq!(story.elsewhere.asked(), Vec::<String>::new());
}
