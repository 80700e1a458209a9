//! Who somebody is, and what programs may do for them.

use crate::ground::Ground;
use crate::{Proof::Here, Proof::Story, Row};
use serde_json::Value;

pub(crate) const ROWS: &[Row] = &[
    (
        "AUTH-01",
        "programs get a code under PKCE, at an address that they gave before",
        Story("oauth.rs", "a_program_acts_for_whoever_lets_it"),
    ),
    ("AUTH-02", "both metadata documents say what is there, and programs register", Here(metadata)),
    (
        "AUTH-03",
        "a token does no more than its scope",
        Story("oauth.rs", "a_token_does_no_more_than_its_scope"),
    ),
    (
        "AUTH-04",
        "refresh tokens come once, and what is revoked is good no more",
        Story("oauth/refused.rs", "what_comes_twice_ends_all_that_came_of_it"),
    ),
    (
        "AUTH-05",
        "a token bound to a key is good with a fresh proof of it only",
        Story("oauth.rs", "a_token_bound_to_a_key_is_good_with_a_proof_of_it_only"),
    ),
    (
        "AUTH-06",
        "every attack on a token is refused",
        Story("oauth/attacks.rs", "every_attack_on_a_token_is_refused_at_every_door"),
    ),
    (
        "AUTH-07",
        "people log in by the identity provider of a partner",
        Story("sessions/partners.rs", "somebody_whom_a_partner_knows_has_one_account_here"),
    ),
    (
        "AUTH-08",
        "guessing is slowed down, and no other site acts for who is logged in",
        Here(browsers),
    ),
];

fn metadata(ground: &Ground) {
    let told = ground.get("/.well-known/oauth-authorization-server").send().expect_status(200);
    let told = told.json();
    for name in ["authorization", "token", "registration", "revocation"] {
        assert!(told[format!("{name}_endpoint")].is_string(), "{name}: {told}");
    }
    assert_eq!(told["code_challenge_methods_supported"], serde_json::json!(["S256"]));
    let asked = ground.anonymous("POST", "/oauth/register");
    let body = r#"{"redirect_uris": ["https://program.example/cb"]}"#;
    let program = asked.body("application/json", body).send().expect_status(201).json();
    assert!(program["client_id"].is_string() && program["client_secret"] == Value::Null);
}

fn browsers(ground: &Ground) {
    let guess = |n: usize| {
        let asked = ground.anonymous("POST", "/auth/login");
        let body = format!(r#"{{"username": "guessed", "password": "guess number {n}"}}"#);
        asked.body("application/json", body).status()
    };
    let told: Vec<u16> = (0..7).map(guess).collect();
    assert_eq!(told, [401, 401, 401, 401, 401, 429, 429]);
    let asked = ground.anonymous("POST", "/login").header("Origin", "https://evil.example");
    let form = asked.body("application/x-www-form-urlencoded", "login=a&password=b");
    assert_eq!(form.status(), 403);
}
