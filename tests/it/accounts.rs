//! Accounts: made on the command line beside a server or without one, with a profile that nobody
//! else sees, and tokens that do no more than their scope.

use crate::server::{BASE, Folder, Server, program};
use std::process::Command;

/// What a command shows, which must end with this status.
#[track_caller]
fn told(folder: &Folder, arguments: &[&str], status: i32) -> String {
    let mut command = Command::new(program());
    command.args(arguments).arg("--data").arg(folder.data()).env_remove("CODESOCIAL_ADMIN_TOKEN");
    let output = command.output().expect("the program runs");
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    assert_eq!(output.status.code(), Some(status), "{arguments:?}: {text}");
    text
}

/// Makes an account: the path of its profile.
#[track_caller]
fn add(folder: &Folder, handle: &str) -> String {
    let shown = told(folder, &["user", "add", handle], 0);
    let webid = shown.lines().next().expect("the WebID is shown");
    let path = webid.strip_prefix(BASE).unwrap_or_else(|| unreachable!("{webid}"));
    assert_eq!(path.len(), "users/".len() + 16, "80 bits in base 32: {path}");
    format!("/{path}")
}

#[track_caller]
fn token(folder: &Folder, handle: &str, scope: &str) -> String {
    let shown = told(folder, &["token", "add", handle, "--scope", scope], 0);
    shown.trim_end().rsplit(' ').next().expect("it is shown").to_owned()
}

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

#[test]
fn an_account_made_beside_a_server_is_there_at_once_and_its_profile_when_its_person_comes() {
    let server = Server::empty();
    let jeanne = server.person_with("jeanne", "read");
    let listed = || server.get("/users").admin().accept("text/turtle").send().body;
    assert!(!listed().contains(&jeanne.webid), "there is no profile yet");
    let found = jeanne.get(&jeanne.profile()).accept("text/turtle").send().expect_status(200);
    assert!(found.body.contains("foaf:Person") && found.body.contains("\"jeanne\""), "{found:?}");
    assert!(listed().contains(&jeanne.webid));
    assert_eq!(server.get(&jeanne.profile()).status(), 401, "to a stranger it is not there");
    let head = server.stop().head();
    assert!(head.starts_with("head 3 "), "the installation, its containers, the profile: {head}");

    let folder = Folder::new();
    let beside = folder.serve(&["--base", BASE]).person("paul");
    let server = folder.serve(&[]);
    let listed = server.get("/users").admin().accept("text/turtle").send().body;
    assert!(listed.contains(&beside.webid), "and at the latest when the server starts: {listed}");
}

#[test]
fn a_profile_is_seen_by_nobody_else_however_they_ask() {
    let folder = Server::empty().stop();
    let (jeanne, paul) = (add(&folder, "jeanne"), add(&folder, "paul"));
    let of_paul = token(&folder, "paul", "read,write,control");
    let server = folder.serve(&[]);
    let never = "/users/aaaaaaaaaaaaaaaa";
    for path in [jeanne.as_str(), never] {
        let paul = |method| {
            let asked = server.anonymous(method, path).header("Authorization", &bearer(&of_paul));
            asked.turtle("<> <a:p> 1 .").status()
        };
        let told = ["GET", "HEAD", "PUT", "DELETE"].map(paul);
        assert_eq!(told, [403; 4], "{path}");
    }
    let asked = server.get(&paul).header("Authorization", &bearer(&of_paul));
    assert_eq!(asked.status(), 200);
    assert!(!server.ask("ASK { ?person <http://xmlns.com/foaf/0.1/nick> ?nick }"));
    assert!(!server.ask("ASK { GRAPH ?g { ?person <http://xmlns.com/foaf/0.1/nick> ?nick } }"));
    for path in ["/users", "/export/tout.ttl", "/search?q=jeanne"] {
        let shown = server.get(path).accept("text/html, text/turtle").send().body;
        assert!(!shown.contains(&jeanne), "{path}: {shown}");
    }
}

#[test]
fn a_token_does_no_more_than_its_scope() {
    let folder = Server::empty().stop();
    let profile = add(&folder, "jeanne");
    let [read, write, all] =
        ["read", "write", "read,write,control"].map(|scope| token(&folder, "jeanne", scope));
    let server = folder.serve(&[]);
    let status = |token: &str, method| {
        let asked = server.anonymous(method, &profile).header("Authorization", &bearer(token));
        let patch = "INSERT DATA { <> <a:p> 1 }";
        asked.body("application/sparql-update", patch).status()
    };
    assert_eq!((status(&read, "GET"), status(&read, "PATCH")), (200, 403));
    assert_eq!((status(&write, "GET"), status(&write, "PATCH")), (403, 204));
    assert_eq!((status(&all, "GET"), status(&all, "PATCH")), (200, 204));

    let wrong = server.get("/").header("Authorization", "Bearer x").send().expect_status(401);
    assert!(wrong.header("www-authenticate").contains("invalid_token"), "{wrong:?}");
    assert_eq!(wrong.json()["type"], "INVALID_TOKEN", "by which front-ends of SemApps log out");

    let listed = told(&server.folder, &["token", "list", "jeanne"], 0);
    assert_eq!(listed.lines().count(), 3);
    let line = listed.lines().find(|line| line.contains("  read  ")).expect("it is listed");
    let label = line.split(' ').next().expect("a label");
    told(&server.folder, &["token", "revoke", "jeanne", label], 0);
    assert_eq!(status(&read, "GET"), 401, "at once");
    told(&server.folder, &["token", "revoke", "jeanne", label], 2);
    told(&server.folder, &["user", "disable", "jeanne"], 0);
    assert_eq!(status(&all, "GET"), 401);
    told(&server.folder, &["user", "enable", "jeanne"], 0);
    assert_eq!(status(&all, "GET"), 200);
}

#[test]
fn an_administrators_token_of_less_scope_is_a_persons() {
    let folder = Server::empty().stop();
    told(&folder, &["user", "add", "admin", "--role", "administrator"], 0);
    let [all, write] =
        ["read,write,control", "read,write"].map(|scope| token(&folder, "admin", scope));
    let server = folder.serve(&[]);
    let put = |token: &str| {
        let request = server.anonymous("PUT", "/quizzes/x/key").turtle("<> <a:p> 1 .");
        request.header("Authorization", &bearer(token)).status()
    };
    assert_eq!((put(&write), put(&all)), (403, 201));
    told(&server.folder, &["user", "role", "admin", "member"], 0);
    assert_eq!(put(&all), 403);
}

#[test]
fn the_command_line_says_who_is_in_a_group() {
    let folder = Server::empty().stop();
    let jeanne = add(&folder, "jeanne");
    let elsewhere = "https://elsewhere.example/paul#me";
    let group = told(&folder, &["group", "add", "jury"], 0);
    assert_eq!(group, format!("{BASE}_groups/jury\n"));
    told(&folder, &["group", "add", "jury"], 2);
    for person in ["jeanne", elsewhere, "jeanne"] {
        told(&folder, &["group", "join", "jury", person], 0);
    }
    let webid = format!("{BASE}{}", &jeanne[1..]);
    let members = || told(&folder, &["group", "members", "jury"], 0);
    assert_eq!(members(), format!("{webid}\n{elsewhere}\n"));
    told(&folder, &["group", "leave", "jury", elsewhere], 0);
    assert_eq!(members(), format!("{webid}\n"));
    assert_eq!(told(&folder, &["group", "list"], 0), group);
    for wrong in [
        &["group", "members", "none"][..],
        &["group", "join", "none", "jeanne"],
        &["group", "join", "jury", "nobody"],
    ] {
        told(&folder, wrong, 2);
    }
    let server = folder.serve(&[]);
    let beside = told(&server.folder, &["group", "join", "jury", "jeanne"], 2);
    assert!(beside.contains("in use"), "who has the directory open is told: {beside}");
    let listed = server.get("/_groups/jury").admin().accept("application/json").send();
    assert_eq!(listed.expect_status(200).json(), serde_json::json!([webid]));
}

#[test]
fn the_command_line_tells_what_is_wrong() {
    let folder = Server::empty().stop();
    told(&folder, &["user", "add", "jeanne", "--email", "j@example.org"], 0);
    for (arguments, expected) in [
        (&["user", "add", "Jeanne"][..], "another person's"),
        (&["user", "add", "paul", "--email", "J@example.org"], "another account's"),
        (&["user", "add", "j"], "2 to 32 letters"),
        (&["user", "add", "paul", "--email", "j"], "jeanne@example.org"),
        (&["user", "disable", "paul"], "«paul»"),
        (&["token", "add", "jeanne", "--scope", "admin"], "«admin»"),
        (&["token", "add", "paul"], "«paul»"),
    ] {
        let shown = told(&folder, arguments, 2);
        assert!(shown.contains(expected), "{arguments:?}: {shown}");
    }
    let listed = told(&folder, &["user", "list"], 0);
    assert_eq!(listed.lines().count(), 1, "{listed}");
    assert!(listed.starts_with("jeanne  j@example.org  member  "), "{listed}");
    told(&Folder::new(), &["user", "list"], 2);
}
