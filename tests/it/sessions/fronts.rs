//! Front-ends of SemApps: they log people in by `/auth/…`, and hold a token.

use super::{Browser, PASSWORD, configured, ticket};
use crate::http::Response;
use crate::server::{BASE, Server, program};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use expect_test::expect;
use serde_json::{Value, json};
use std::process::Command;

fn fronted() -> Server {
    configured("[accounts]\nsignup = \"open\"\nfronts = [\"https://front.example\"]\n")
}

fn send(server: &Server, path: &str, fields: &Value) -> Response {
    server.anonymous("POST", path).body("application/json", fields.to_string()).send()
}

/// Makes an account: its token and WebID.
#[track_caller]
fn signed_up(server: &Server, name: &str) -> (String, String) {
    let fields = json!({"username": name, "email": format!("{name}@x.org"), "password": PASSWORD});
    let told = send(server, "/auth/signup", &fields).expect_status(200).json();
    assert_eq!(told["newUser"], true, "{told}");
    (text(&told["token"]), text(&told["webId"]))
}

#[track_caller]
fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).expect("three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).expect("base64url")).expect("JSON")
}

#[test]
fn a_front_end_signs_people_up_and_in_and_acts_for_them() {
    let server = fronted();
    let (token, webid) = signed_up(&server, "jeanne");
    let told = claims(&token);
    assert_eq!(told["webId"], webid);
    let lasts = |name: &str| told[name].as_i64().expect("a time");
    assert_eq!(lasts("exp") - lasts("iat"), 7 * 24 * 3600, "a token ends");
    let profile = format!("/{}", webid.strip_prefix(BASE).expect("under the base"));
    let read = |token: &str| server.get(&profile).bearer(token).status();
    assert_eq!(read(&token), 200);
    for login in [json!({"username": "jeanne"}), json!({"email": "Jeanne@x.org"})] {
        let mut fields = login;
        fields["password"] = PASSWORD.into();
        let told = send(&server, "/auth/login", &fields).expect_status(200).json();
        assert_eq!((&told["newUser"], &told["webId"]), (&json!(false), &json!(webid)));
        assert_eq!(read(&text(&told["token"])), 200);
    }
    let wrong = server.get(&profile).bearer(&format!("{token}x")).send().expect_status(401);
    assert_eq!(wrong.json()["type"], "INVALID_TOKEN", "by which front-ends log out");
}

#[test]
fn what_a_front_end_hears_where_something_is_wrong() {
    let server = fronted();
    signed_up(&server, "jeanne");
    let mut table = String::new();
    for (path, username, email, password) in [
        ("login", "jeanne", "", "wrong password"),
        ("login", "nobody", "", PASSWORD),
        ("login", "", "", ""),
        ("signup", "jeanne", "a@x.org", PASSWORD),
        ("signup", "jean ne", "a@x.org", PASSWORD),
        ("signup", "paul", "jeanne@x.org", PASSWORD),
        ("signup", "paul", "no address", PASSWORD),
        ("signup", "paul", "a@x.org", "short"),
        ("new_password", "", "jeanne@x.org", PASSWORD),
    ] {
        let fields = json!({"username": username, "email": email, "password": password});
        let answer = send(&server, &format!("/auth/{path}"), &fields);
        let told = text(&answer.json()["message"]);
        table.push_str(&format!("{path} {username} {email}: {} {told}\n", answer.status));
    }
    expect![[r#"
        login jeanne : 401 account.not-found
        login nobody : 401 account.not-found
        login  : 401 account.not-found
        signup jeanne a@x.org: 400 username.already.exists
        signup jean ne a@x.org: 400 username.invalid
        signup paul jeanne@x.org: 400 email.already.exists
        signup paul no address: 400 email.invalid
        signup paul a@x.org: 400 password.too-short
        new_password  jeanne@x.org: 400 auth.password.invalid_reset_token
    "#]]
    .assert_eq(&table);
    let known = send(&server, "/auth/reset_password", &json!({"email": "jeanne@x.org"}));
    let unknown = send(&server, "/auth/reset_password", &json!({"email": "nobody@x.org"}));
    assert_eq!((known.status, known.body), (unknown.status, unknown.body));
    for body in ["", "text", "[]"] {
        let asked = server.anonymous("POST", "/auth/login").body("application/json", body);
        assert_eq!(asked.status(), 400, "{body}");
    }
}

#[test]
fn a_token_is_handed_over_to_a_front_end_of_the_configuration_and_to_no_other() {
    let server = fronted();
    let mut browser = Browser::new(&server);
    let back = "https%3A%2F%2Ffront.example%2Flogin%3Flogin%3Dtrue";
    let asked = |browser: &Browser, to: &str| browser.get(&format!("/auth?redirectUrl={to}"));
    let first = asked(&browser, back).expect_status(303);
    let login = first.header("location");
    assert!(login.starts_with("/login?next=%2Fauth%3FredirectUrl%3Dhttps"), "{login}");
    browser = Browser::signed_up(&server, "jeanne");
    let answer = asked(&browser, back).expect_status(302);
    let location = answer.header("location");
    let (before, token) = location.split_once("&token=").expect("a token");
    assert_eq!(before, "https://front.example/login?login=true");
    let token = token.strip_suffix("&new=false").expect("who is not new");
    assert_eq!(server.get("/auth/account").bearer(token).status(), 200);
    for other in [
        "",
        "https%3A%2F%2Fevil.example%2F",
        "https%3A%2F%2Ffront.example.evil.example%2F",
        "https%3A%2F%2Ffront.example%40evil.example%2F",
        "https%3A%2F%2Ffront.example%3A8443%2F",
        "http%3A%2F%2Ffront.example%2F",
        "%2F%2Ffront.example%2F",
        "javascript%3Aalert(1)",
    ] {
        let answer = asked(&browser, other).expect_status(400);
        assert_eq!(answer.header("location"), "", "{other}");
    }
    let out = browser.get(&format!("/auth/logout?redirectUrl={back}")).expect_status(302);
    assert_eq!(out.header("location"), "https://front.example/login?login=true");
    assert!(!browser.is_logged_in());
    assert_eq!(browser.get("/auth/logout?redirectUrl=https%3A%2F%2Fevil.example").status, 400);
}

#[test]
fn who_knows_the_password_changes_the_account_and_another_password_ends_its_tokens() {
    let server = fronted();
    let (token, _) = signed_up(&server, "jeanne");
    signed_up(&server, "paul");
    let told = |token: &str| server.get("/auth/account").bearer(token).send();
    assert_eq!(told(&token).expect_status(200).json()["email"], "jeanne@x.org");
    server.get("/auth/account").send().expect_status(401);
    let set = |token: &str, current: &str, name: &str, value: &str| {
        let fields = json!({"currentPassword": current, name: value}).to_string();
        let asked = server.anonymous("POST", "/auth/account").bearer(token);
        let answer = asked.body("application/json", fields).send();
        (answer.status, answer.json()["message"].as_str().unwrap_or_default().to_owned())
    };
    let wrong = set(&token, "wrong password", "email", "j@x.org");
    assert_eq!(wrong, (401, "auth.account.invalid_password".to_owned()));
    let taken = set(&token, PASSWORD, "email", "paul@x.org");
    assert_eq!(taken, (400, "email.already.exists".to_owned()));
    assert_eq!(set(&token, PASSWORD, "email", "j@x.org").0, 200);
    assert_eq!(told(&token).json()["email"], "j@x.org");
    assert_eq!(set(&token, PASSWORD, "newPassword", "short").1, "password.too-short");
    assert_eq!(set(&token, PASSWORD, "newPassword", "un autre orage").0, 200);
    assert_eq!(told(&token).status, 401, "who stole it has it no more");
    let fields = json!({"username": "jeanne", "password": "un autre orage"});
    let token = text(&send(&server, "/auth/login", &fields).expect_status(200).json()["token"]);
    // A token for less than everything is no key to the account.
    let mut add = Command::new(program());
    add.args(["token", "add", "jeanne", "--scope", "read"]).arg("--data");
    let shown = add.arg(server.folder.data()).output().expect("the program runs").stdout;
    let shown = String::from_utf8_lossy(&shown).into_owned();
    let read = shown.trim_end().rsplit(' ').next().expect("it is shown");
    assert_eq!(told(read).status, 401);
    // The ticket of the command line is good here as it is on our page.
    let link = super::link(&server.folder, &["user", "reset", "jeanne"]);
    let fields = json!({"email": "j@x.org", "token": ticket(&link), "password": PASSWORD});
    assert_eq!(send(&server, "/auth/new_password", &fields).status, 200);
    assert_eq!(told(&token).status, 401);
}
