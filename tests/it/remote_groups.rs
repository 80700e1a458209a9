//! Groups of other servers in access documents: who is in them may, soon after the access document
//! is written, as long as their server says so.

use crate::elsewhere::Elsewhere;
use crate::server::{BASE, Folder, Person, Server};
use std::time::{Duration, Instant};

const TURTLE: &str = "text/turtle";
/// How long a change elsewhere may take to be seen here: groups are read again each second.
const PATIENCE: Duration = Duration::from_secs(30);

fn registry(elsewhere: &Elsewhere) -> Server {
    let folder = Folder::new();
    let file = folder.path().join("codesocial.toml");
    let settings = format!("{}groups_seconds = 1\n", elsewhere.allowed());
    std::fs::write(&file, settings).expect("the folder can be written");
    folder.serve(&["--base", BASE, "--config", &file.to_string_lossy()])
}

fn group(members: &[&str]) -> String {
    let members: String = members
        .iter()
        .map(|member| format!("<#us> <http://www.w3.org/2006/vcard/ns#hasMember> <{member}> .\n"))
        .collect();
    format!("<#us> a <http://www.w3.org/2006/vcard/ns#Group> .\n{members}")
}

/// Lets the members of a group read a document that nobody else reads but administrators.
fn let_in(server: &Server, path: &str, group: &str) {
    let body = format!("<> <http://virtual-assembly.org/ontologies/pair#label> \"{path}\" .");
    server.put(path).turtle(body).send().expect_status(201);
    let acl = format!(
        "@prefix acl: <http://www.w3.org/ns/auth/acl#> .
         <#a> a acl:Authorization ; acl:accessTo <{path}> ; acl:agent </#administrators> ;
             acl:mode acl:Read, acl:Write, acl:Control .
         <#b> a acl:Authorization ; acl:accessTo <{path}> ; acl:agentGroup <{group}> ;
             acl:mode acl:Read ."
    );
    server.put(&format!("{path}.acl")).turtle(acl).send().expect_status(201);
}

/// Waits until a person may read, or may not any more.
#[track_caller]
fn until(person: &Person, path: &str, reads: bool) {
    let began = Instant::now();
    while (person.get(path).status() == 200) != reads {
        assert!(began.elapsed() < PATIENCE, "{path}: {reads} is not seen");
        std::thread::yield_now();
    }
}

#[test]
fn members_of_a_group_elsewhere_are_let_in_while_their_server_says_so() {
    let elsewhere = Elsewhere::new();
    let server = registry(&elsewhere);
    let (lou, sacha) = (server.person("lou"), server.person("sacha"));
    let both = [lou.webid.as_str(), sacha.webid.as_str()];
    elsewhere.says("/club", 200, TURTLE, &group(&both[..1]));
    let_in(&server, "/documents/d", &elsewhere.iri("/club#us"));
    until(&lou, "/documents/d", true);
    assert_eq!(sacha.get("/documents/d").status(), 404);
    assert_eq!(server.get("/documents/d").status(), 404);
    assert!(lou.get("/documents").send().body.contains("/documents/d>"));
    elsewhere.says("/club", 200, TURTLE, &group(&both));
    until(&sacha, "/documents/d", true);
    elsewhere.says("/club", 200, TURTLE, &group(&both[1..]));
    until(&lou, "/documents/d", false);
    assert!(!lou.get("/documents").send().body.contains("/documents/d>"));
    // A server that fails says nothing; one that shows no such group says that nobody is in it.
    elsewhere.says("/club", 500, TURTLE, "");
    let before = elsewhere.asked().len();
    let began = Instant::now();
    while elsewhere.asked().len() == before {
        assert!(began.elapsed() < PATIENCE, "the group is read again");
        std::thread::yield_now();
    }
    assert_eq!(sacha.get("/documents/d").status(), 200);
    elsewhere.says("/club", 410, TURTLE, "");
    until(&sacha, "/documents/d", false);
}

#[test]
fn what_is_no_group_lets_nobody_in_and_a_decision_asks_nobody() {
    let elsewhere = Elsewhere::new();
    let server = registry(&elsewhere);
    let lou = server.person("lou");
    let own = group(&[&lou.webid]);
    let huge: Vec<String> = (0..10_001).map(|n| format!("https://e.example/{n}")).collect();
    let mut all: Vec<&str> = huge.iter().map(String::as_str).collect();
    all.push(&lou.webid);
    let other = own.replace("<#us>", "<#them>");
    let said: [(&str, u16, &'static str, &str); 6] = [
        ("huge", 200, TURTLE, &group(&all)),
        ("other", 200, TURTLE, &other),
        ("page", 200, "text/html", &own),
        ("broken", 200, TURTLE, &own[..own.len() - 4]),
        ("closed", 403, TURTLE, &own),
        ("good", 200, TURTLE, &own),
    ];
    for (name, status, media_type, body) in said {
        elsewhere.says(&format!("/{name}"), status, media_type, body);
        let_in(&server, &format!("/documents/{name}"), &elsewhere.iri(&format!("/{name}#us")));
    }
    let_in(&server, "/documents/local", &format!("{BASE}nowhere#us"));
    let_in(&server, "/documents/unlisted", "http://127.0.0.1:9/club#us");
    until(&lou, "/documents/good", true);
    let began = Instant::now();
    while said.iter().any(|(name, ..)| !elsewhere.asked().contains(&format!("/{name}"))) {
        assert!(began.elapsed() < PATIENCE, "{:?}", elsewhere.asked());
        std::thread::yield_now();
    }
    let closed = ["huge", "other", "page", "broken", "closed", "local", "unlisted"];
    for name in closed {
        assert_eq!(lou.get(&format!("/documents/{name}")).status(), 404, "{name}");
    }
    // What was known counts from the start of the next process on.
    let folder = server.stop();
    let again = folder.serve(&[]);
    let asked = again.anonymous("GET", "/documents/good").bearer(&lou.token);
    assert_eq!(asked.status(), 200);
}
