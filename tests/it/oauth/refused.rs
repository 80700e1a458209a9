//! Every way to get more from our provider than a person agreed to, and how it is refused.

use super::{FORM, REDIRECT, Story, base64url, claims, form, parameter, register, text};
use crate::server::Server;
use expect_test::expect;
use serde_json::{Value, json};

#[test]
fn nobody_is_sent_where_the_program_is_not() {
    let story = Story::new();
    for (name, value) in [
        ("client_id", "other"),
        ("client_id", ""),
        ("client_id", "https://127.0.0.1/id"),
        ("client_id", "http://program.example/id"),
        ("redirect_uri", "https://program.example/cb/"),
        ("redirect_uri", "https://program.example/cb?x"),
        ("redirect_uri", "https://program.example@evil.example/cb"),
        ("redirect_uri", "https://evil.example/cb"),
        ("redirect_uri", "javascript:alert(1)"),
    ] {
        let query = story.query(&[(name, value)]);
        for answer in [story.authorize(&query).send(), story.decide(&query, "allow").send()] {
            assert_eq!((answer.status, answer.header("location")), (400, ""), "{name}={value}");
        }
    }
    let twice = format!("{}&redirect_uri=https://evil.example/", story.query(&[]));
    let answer = story.authorize(&twice).send();
    assert_eq!((answer.status, answer.header("location")), (400, ""));
}

#[test]
fn a_program_that_asks_wrongly_hears_why() {
    let story = Story::new();
    let mut table = String::new();
    for (name, value) in [
        ("response_type", "token"),
        ("response_type", ""),
        ("response_mode", "fragment"),
        ("code_challenge_method", "plain"),
        ("code_challenge_method", ""),
        ("code_challenge", ""),
        ("code_challenge", "short"),
        ("scope", ""),
        ("scope", "admin"),
        ("prompt", "none"),
        ("request", "e30.e30."),
        ("request_uri", "https://evil.example/"),
    ] {
        let answer = story.authorize(&story.query(&[(name, value)])).send().expect_status(303);
        let back = answer.header("location");
        assert!(back.starts_with(REDIRECT) && back.contains("&state=a%20b%26c&iss="), "{back}");
        assert_eq!(parameter(back, "code"), "");
        table.push_str(&format!("{name}={value}: {}\n", parameter(back, "error")));
    }
    let twice = format!("{}&nonce=other", story.query(&[]));
    let answer = story.authorize(&twice).send().expect_status(303);
    table.push_str(&format!("twice: {}\n", parameter(answer.header("location"), "error")));
    expect![[r#"
        response_type=token: unsupported_response_type
        response_type=: unsupported_response_type
        response_mode=fragment: invalid_request
        code_challenge_method=plain: invalid_request
        code_challenge_method=: invalid_request
        code_challenge=: invalid_request
        code_challenge=short: invalid_request
        scope=: invalid_scope
        scope=admin: invalid_scope
        prompt=none: consent_required
        request=e30.e30.: request_not_supported
        request_uri=https://evil.example/: request_uri_not_supported
        twice: invalid_request
    "#]]
    .assert_eq(&table);
}

#[test]
fn a_code_is_worth_nothing_to_a_thief() {
    let story = Story::new();
    let other = register(&story.server, &json!({"redirect_uris": [REDIRECT]})).json();
    let other = text(&other, "client_id");
    let mut table = String::new();
    for (name, value) in [
        ("client_id", other.as_str()),
        ("client_id", ""),
        ("code_verifier", "another-verifier-of-forty-three-characters-x"),
        ("code_verifier", ""),
        ("redirect_uri", "https://evil.example/cb"),
        ("grant_type", "password"),
        ("grant_type", "client_credentials"),
        ("grant_type", ""),
        ("code", ""),
        ("code", "guess"),
    ] {
        let code = story.code(&[]);
        let answer = story.exchange(&code, &[(name, value)]).send().expect_status(400).json();
        let value = if value == other { "another program" } else { value };
        table.push_str(&format!("{name}={value}: {}\n", text(&answer, "error")));
        if !["grant_type", "code"].contains(&name) {
            let again = story.exchange(&code, &[]).send().expect_status(400).json();
            assert_eq!(again["error"], "invalid_grant", "{name}: the code is used up");
        }
    }
    expect![[r#"
        client_id=another program: invalid_grant
        client_id=: invalid_request
        code_verifier=another-verifier-of-forty-three-characters-x: invalid_grant
        code_verifier=: invalid_request
        redirect_uri=https://evil.example/cb: invalid_grant
        grant_type=password: unsupported_grant_type
        grant_type=client_credentials: unsupported_grant_type
        grant_type=: invalid_request
        code=: invalid_request
        code=guess: invalid_grant
    "#]]
    .assert_eq(&table);
    let twice = form(&[("grant_type", "authorization_code"), ("code", "x"), ("code", "y")]);
    let asked = |kind| story.server.anonymous("POST", "/oauth/token").body(kind, twice.clone());
    assert_eq!(asked(FORM).send().expect_status(400).json()["error"], "invalid_request");
    assert_eq!(asked("text/plain").send().expect_status(400).json()["error"], "invalid_request");
}

#[test]
fn what_comes_twice_ends_all_that_came_of_it() {
    let story = Story::new();
    let code = story.code(&[]);
    let tokens = story.exchange(&code, &[]).send().expect_status(200).json();
    let (access, refresh) = (text(&tokens, "access_token"), text(&tokens, "refresh_token"));
    story.userinfo(&access).expect_status(200);
    let again = story.exchange(&code, &[]).send().expect_status(400).json();
    assert_eq!(again["error"], "invalid_grant");
    story.userinfo(&access).expect_status(401);
    story.refresh(&refresh, &[]).send().expect_status(400);

    let tokens = story.tokens(&[]);
    let first = text(&tokens, "refresh_token");
    let next = story.refresh(&first, &[]).send().expect_status(200).json();
    story.userinfo(&text(&next, "access_token")).expect_status(200);
    story.refresh(&first, &[]).send().expect_status(400);
    story.userinfo(&text(&next, "access_token")).expect_status(401);
    story.refresh(&text(&next, "refresh_token"), &[]).send().expect_status(400);
}

#[test]
fn a_refresh_token_gives_its_own_program_no_more_than_it_had() {
    let story = Story::new();
    let other = register(&story.server, &json!({"redirect_uris": [REDIRECT]})).json();
    let other = text(&other, "client_id");
    for (name, value, error) in [
        ("client_id", other.as_str(), "invalid_grant"),
        ("client_id", "", "invalid_request"),
        ("scope", "openid write", "invalid_scope"),
        ("scope", "admin", "invalid_scope"),
        ("refresh_token", "guess", "invalid_grant"),
    ] {
        let token = text(&story.tokens(&[]), "refresh_token");
        let answer = story.refresh(&token, &[(name, value)]).send().expect_status(400).json();
        assert_eq!(answer["error"], error, "{name}={value}");
    }
    let token = text(&story.tokens(&[]), "refresh_token");
    let less = story.refresh(&token, &[("scope", "openid")]).send().expect_status(200).json();
    assert_eq!(less["scope"], "openid");
}

#[test]
fn a_token_that_is_not_ours_for_this_use_is_refused() {
    let (story, elsewhere) = (Story::new(), Story::new());
    let tokens = story.tokens(&[]);
    let token = text(&tokens, "access_token");
    let parts: Vec<&str> = token.split('.').collect();
    let changed = |change: &str, value: Value| {
        let mut claims = claims(&token);
        claims[change] = value;
        format!("{}.{}.{}", parts[0], base64url(claims.to_string()), parts[2])
    };
    let unsigned = base64url(json!({"alg": "none", "typ": "at+jwt"}).to_string());
    for (name, token) in [
        ("identity", text(&tokens, "id_token")),
        ("refresh", text(&tokens, "refresh_token")),
        ("of another instance", text(&elsewhere.tokens(&[]), "access_token")),
        ("of another person", changed("webid", json!("http://registre.example/users/x"))),
        ("with more scope", changed("scope", json!("read write control"))),
        ("for longer", changed("exp", json!(9_999_999_999_u64))),
        ("unsigned", format!("{unsigned}.{}.", parts[1])),
        ("without signature", format!("{}.{}.", parts[0], parts[1])),
        ("truncated", token[..token.len() - 4].to_owned()),
        ("empty", String::new()),
    ] {
        let answer = story.userinfo(&token).expect_status(401);
        assert_eq!(answer.json()["type"], "INVALID_TOKEN", "{name}");
        let asked = answer.header("www-authenticate");
        assert!(asked.contains("error=\"invalid_token\""), "{name}: {asked}");
    }
    story.userinfo(&token).expect_status(200);
}

#[test]
fn a_program_that_registers_names_where_people_go_back_to() {
    let server = Server::empty();
    for (metadata, error) in [
        (json!({}), "invalid_redirect_uri"),
        (json!({"redirect_uris": []}), "invalid_redirect_uri"),
        (json!({"redirect_uris": ["http://program.example/"]}), "invalid_redirect_uri"),
        (json!({"redirect_uris": ["javascript:alert(1)"]}), "invalid_redirect_uri"),
        (json!({"redirect_uris": vec![REDIRECT; 17]}), "invalid_redirect_uri"),
        (json!({"redirect_uris": REDIRECT}), "invalid_client_metadata"),
        (
            json!({"redirect_uris": [REDIRECT], "grant_types": ["implicit"]}),
            "invalid_client_metadata",
        ),
        (
            json!({"redirect_uris": [REDIRECT], "response_types": ["token"]}),
            "invalid_client_metadata",
        ),
        (
            json!({"redirect_uris": [REDIRECT], "client_name": "x".repeat(101)}),
            "invalid_client_metadata",
        ),
        (json!("text"), "invalid_client_metadata"),
    ] {
        let answer = register(&server, &metadata).expect_status(400).json();
        assert_eq!(answer["error"], error, "{metadata}");
    }
    let metadata = json!({
        "redirect_uris": [REDIRECT], "client_name": "P", "token_endpoint_auth_method": "client_secret_basic",
    });
    let told = register(&server, &metadata).expect_status(201).json();
    assert_eq!(told["token_endpoint_auth_method"], "none");
    assert_eq!(told["client_secret"], Value::Null);
}
