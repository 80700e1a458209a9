//! Logging in with a browser: the pages about oneself, the cookie, and who is kept out.

mod fronts;
mod partners;

use crate::http::{Request, Response};
use crate::server::{BASE, Folder, Server, program};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::process::Command;
use std::thread;

const PASSWORD: &str = "orage sur le lac";
const ORIGIN: &str = "http://registre.example";

/// A server with this configuration.
pub(crate) fn configured(text: &str) -> Server {
    let folder = Folder::new();
    let file = folder.path().join("codesocial.toml");
    std::fs::write(&file, text).expect("the folder can be written");
    folder.serve(&["--base", BASE, "--config", &file.to_string_lossy()])
}

fn open() -> Server {
    configured("[accounts]\nsignup = \"open\"\n")
}

/// Somebody at a browser.
struct Browser<'a> {
    server: &'a Server,
    cookie: String,
}

impl<'a> Browser<'a> {
    fn new(server: &'a Server) -> Self {
        Self { server, cookie: String::new() }
    }

    fn request(&self, method: &'static str, path: &str) -> Request {
        let request = self.server.anonymous(method, path).accept("text/html");
        if self.cookie.is_empty() { request } else { request.header("Cookie", &self.cookie) }
    }

    fn get(&self, path: &str) -> Response {
        self.request("GET", path).send()
    }

    /// Sends a form of one of our pages, and keeps the cookie that comes back.
    fn send(&mut self, path: &str, fields: &[(&str, &str)]) -> Response {
        let request = self.request("POST", path).header("Origin", ORIGIN);
        let answer = request.body("application/x-www-form-urlencoded", form(fields)).send();
        if let Some(cookie) = answer.headers("set-cookie").next() {
            cookie.split(';').next().unwrap_or_default().clone_into(&mut self.cookie);
        }
        answer
    }

    /// Sends a form of the account page, with the token that the page holds.
    fn act(&mut self, fields: &[(&str, &str)]) -> Response {
        let page = self.get("/account").expect_status(200).body;
        let token = between(&page, "name=\"form\" value=\"", "\"");
        let fields = [&[("form", token.as_str())], fields].concat();
        self.send("/account", &fields)
    }

    /// Keeps the first cookie of an answer.
    fn keep(&mut self, answer: &Response) {
        let cookie = answer.headers("set-cookie").next().unwrap_or_default();
        cookie.split(';').next().unwrap_or_default().clone_into(&mut self.cookie);
    }

    #[track_caller]
    fn signed_up(server: &'a Server, handle: &str) -> Self {
        let mut browser = Self::new(server);
        let answer = browser.send("/signup", &[("handle", handle), ("password", PASSWORD)]);
        assert_eq!(answer.expect_status(303).header("location"), "/account?done=signup");
        browser
    }

    fn log_in(&mut self, login: &str, password: &str) -> Response {
        self.send("/login", &[("login", login), ("password", password)])
    }

    fn is_logged_in(&self) -> bool {
        self.get("/account").status == 200
    }
}

fn form(fields: &[(&str, &str)]) -> String {
    let encoded = |text: &str| {
        text.bytes().fold(String::new(), |text, byte| {
            if byte.is_ascii_alphanumeric() {
                text + &char::from(byte).to_string()
            } else {
                text + &format!("%{byte:02X}")
            }
        })
    };
    let pairs = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// What stands between two texts; pages write slashes as references.
#[track_caller]
fn between(text: &str, start: &str, end: &str) -> String {
    let text = text.replace("&#x2f;", "/");
    let rest = text.split_once(start).unwrap_or_else(|| unreachable!("no {start} in {text}")).1;
    rest.split_once(end).map_or(rest, |(found, _)| found).to_owned()
}

/// The path and the query of the link that a command shows.
fn link(folder: &Folder, arguments: &[&str]) -> String {
    let mut command = Command::new(program());
    let output = command.args(arguments).arg("--data").arg(folder.data()).output();
    let shown = output.expect("the program runs").stdout;
    let shown = String::from_utf8_lossy(&shown).into_owned();
    format!("/{}", between(&shown, &format!("once: {BASE}"), "\n"))
}

fn ticket(link: &str) -> String {
    link.split_once("ticket=").expect("a link with a ticket").1.to_owned()
}

#[test]
fn somebody_signs_up_sees_their_account_and_logs_out() {
    let server = open();
    let mut browser = Browser::new(&server);
    let fields = [("handle", "Jeanne"), ("email", "j@example.org"), ("password", PASSWORD)];
    let answer = browser.send("/signup", &fields).expect_status(303);
    let cookie = answer.header("set-cookie").to_owned();
    assert!(cookie.starts_with("__Host-session="), "{cookie}");
    assert!(cookie.ends_with("; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure"));
    let page = browser.get("/account?done=signup").expect_status(200);
    assert_eq!(page.header("cache-control"), "no-store");
    for shown in ["Bienvenue", "value=\"jeanne\"", "value=\"j@example.org\""] {
        assert!(page.body.contains(shown), "{shown}: {}", page.body);
    }
    let profile = between(&page.body, "href=\"/users/", "\"");
    let profile = browser.get(&format!("/users/{profile}")).expect_status(200);
    assert!(profile.body.contains("jeanne"), "their own profile is theirs to see");
    assert_eq!(browser.get("/login?next=/seeds").header("location"), "/seeds");

    let held = browser.cookie.clone();
    let gone = browser.act(&[("do", "logout")]).expect_status(303);
    assert!(gone.header("set-cookie").starts_with("__Host-session=; Path=/; Max-Age=0;"));
    browser.cookie = held;
    assert!(!browser.is_logged_in(), "the session has ended, whoever kept the cookie");
    let away = browser.get("/account").expect_status(303);
    assert_eq!(away.header("location"), "/login?next=%2Faccount");
}

#[test]
fn a_login_opens_a_session_that_was_not_there_before() {
    let server = open();
    let mut jeanne = Browser::signed_up(&server, "jeanne");
    let before = jeanne.cookie.clone();
    let answer = jeanne.log_in("JEANNE", PASSWORD).expect_status(303);
    assert_eq!(answer.header("location"), "/account");
    assert_ne!(jeanne.cookie, before);
    let old = Browser { server: &server, cookie: before };
    assert!(jeanne.is_logged_in() && !old.is_logged_in());
    jeanne.cookie = "__Host-session=chosen-by-another".to_owned();
    assert!(!jeanne.is_logged_in());
    for (next, location) in [
        ("/seeds?x=1", "/seeds?x=1"),
        ("//evil.example/", "/account"),
        ("/\\evil.example/", "/account"),
        ("https://evil.example/", "/account"),
        ("/x\r\nSet-Cookie: a=b", "/account"),
    ] {
        let fields = [("login", "jeanne"), ("password", PASSWORD), ("next", next)];
        let answer = jeanne.send("/login", &fields).expect_status(303);
        assert_eq!(answer.header("location"), location, "{next:?}");
    }
}

#[test]
fn what_other_pages_send_is_not_taken_for_ours() {
    let server = open();
    let jeanne = Browser::signed_up(&server, "jeanne");
    let body = form(&[("login", "jeanne"), ("password", PASSWORD)]);
    let account = form(&[("do", "end"), ("form", "guessed")]);
    for (header, value) in [
        ("X-Nothing", ""),
        ("Origin", "http://evil.example"),
        ("Origin", "null"),
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
    ] {
        for (path, body) in [("/login", &body), ("/account", &account)] {
            let request = jeanne.request("POST", path).header(header, value);
            let answer = request.body("application/x-www-form-urlencoded", body.as_str()).send();
            assert_eq!(answer.status, 403, "{header}: {value} at {path}");
            assert_eq!(answer.header("set-cookie"), "");
        }
        let write = jeanne.request("PUT", "/sandbox/x").header(header, value);
        assert_eq!(write.turtle("<> <a:p> 1 .").status(), 403, "{header}: {value}");
    }
    let request = jeanne.request("POST", "/account").header("Origin", ORIGIN);
    let guessed = request.body("application/x-www-form-urlencoded", account).status();
    assert_eq!(guessed, 403, "a form without the token of its session");
    assert!(jeanne.is_logged_in());
}

#[test]
fn the_cookie_writes_where_our_own_pages_do() {
    let server = open();
    let jeanne = Browser::signed_up(&server, "jeanne");
    let page = jeanne.get("/account").body;
    let profile = format!("/users/{}", between(&page, "href=\"/users/", "\""));
    let patch = |header, value| {
        let request = jeanne.request("PATCH", &profile).header(header, value);
        request.body("application/sparql-update", "INSERT DATA { <> <a:p> 1 }").status()
    };
    assert_eq!(patch("Sec-Fetch-Site", "cross-site"), 403);
    assert_eq!(patch("Origin", ORIGIN), 204);
    assert_eq!(patch("Sec-Fetch-Site", "same-origin"), 204);
    let stranger = server.get(&profile).status();
    assert_eq!(stranger, 401);
}

#[test]
fn nobody_learns_from_an_answer_who_has_an_account() {
    let server = open();
    Browser::signed_up(&server, "jeanne");
    let told = |login: &str| {
        let mut browser = Browser::new(&server);
        let wrong = browser.log_in(login, "not the password").expect_status(403);
        let sent = browser.send("/password", &[("login", login)]).expect_status(200);
        (wrong.body.replace(login, "LOGIN"), sent.body)
    };
    assert_eq!(told("jeanne"), told("nobody"));
    let disabled = link(&server.folder, &["user", "reset", "jeanne"]);
    let mut command = Command::new(program());
    command.args(["user", "disable", "jeanne", "--data"]).arg(server.folder.data());
    assert!(command.status().expect("the program runs").success());
    let mut browser = Browser::new(&server);
    browser.log_in("jeanne", PASSWORD).expect_status(403);
    assert!(browser.get(&disabled).body.contains("role=\"alert\""), "its ticket is void too");
}

#[test]
fn guesses_become_slow_and_others_are_not_held_up() {
    let server = open();
    Browser::signed_up(&server, "jeanne");
    Browser::signed_up(&server, "paul");
    let mut browser = Browser::new(&server);
    let statuses: Vec<u16> = (0..6).map(|_| browser.log_in("jeanne", "wrong one").status).collect();
    assert_eq!(statuses, [403, 403, 403, 403, 403, 429]);
    let slow = browser.log_in("Jeanne", PASSWORD).expect_status(429);
    let wait: u32 = slow.header("retry-after").parse().expect("seconds");
    assert!((1..=31).contains(&wait), "{wait}");
    browser.log_in("paul", PASSWORD).expect_status(303);
}

#[test]
fn what_is_wrong_with_a_new_account_stands_beside_its_field() {
    let server = open();
    Browser::signed_up(&server, "jeanne");
    for (handle, email, password, faults) in [
        ("Jeanne", "", PASSWORD, &["handle"][..]),
        ("x", "nobody", "short", &["handle", "email", "password"]),
        ("paul", "", "1234567", &["password"]),
    ] {
        let mut browser = Browser::new(&server);
        let fields = [("handle", handle), ("email", email), ("password", password)];
        let page = browser.send("/signup", &fields).expect_status(422).body;
        for field in ["handle", "email", "password"] {
            let is_told = page.contains(&format!("id=\"{field}-fault\""));
            assert_eq!(is_told, faults.contains(&field), "{field} of {handle}: {page}");
        }
        assert!(!page.contains(&format!("value=\"{password}\"")), "no password is sent back");
        assert!(browser.cookie.is_empty());
    }
}

#[test]
fn accounts_are_made_as_the_configuration_says() {
    let closed = Server::empty();
    assert_eq!(Browser::new(&closed).get("/signup").status, 403);
    let fields = [("handle", "jeanne"), ("password", PASSWORD)];
    assert_eq!(Browser::new(&closed).send("/signup", &fields).status, 403);

    let invited = configured("[accounts]\nsignup = \"invited\"\n");
    assert_eq!(Browser::new(&invited).send("/signup", &fields).status, 422);
    let link = link(&invited.folder, &["user", "invite"]);
    let ticket = ticket(&link);
    let fields = [&fields[..], &[("ticket", ticket.as_str())]].concat();
    assert!(Browser::new(&invited).get(&link).body.contains(&ticket));
    Browser::new(&invited).send("/signup", &fields).expect_status(303);
    let again = [&fields[1..], &[("handle", "paul")]].concat();
    assert_eq!(Browser::new(&invited).send("/signup", &again).status, 422, "it is used up");
}

#[test]
fn a_password_is_changed_by_who_knows_it_and_other_sessions_end() {
    let server = open();
    let mut jeanne = Browser::signed_up(&server, "jeanne");
    let mut other = Browser::new(&server);
    other.log_in("jeanne", PASSWORD).expect_status(303);
    let fields = [("do", "password"), ("current", "a guess"), ("password", "neige sur la mer")];
    assert!(jeanne.act(&fields).expect_status(422).body.contains("current-fault"));
    let fields = [("do", "password"), ("current", PASSWORD), ("password", "neige sur la mer")];
    jeanne.act(&fields).expect_status(303);
    assert!(jeanne.is_logged_in() && !other.is_logged_in());
    assert_eq!(other.log_in("jeanne", PASSWORD).status, 403);
    other.log_in("jeanne", "neige sur la mer").expect_status(303);

    let address = [("do", "contact"), ("handle", "jeanne-d"), ("email", "j@example.org")];
    assert!(jeanne.act(&address).expect_status(422).body.contains("contact-current-fault"));
    let address = [&address[..], &[("current", "neige sur la mer")]].concat();
    jeanne.act(&address).expect_status(303);
    let page = jeanne.get("/account").body;
    let profile = jeanne.get(&format!("/users/{}", between(&page, "href=\"/users/", "\""))).body;
    assert!(profile.contains("jeanne-d"), "the profile says the new handle: {profile}");
    other.log_in("j@example.org", "neige sur la mer").expect_status(303);
    other.act(&[("do", "end")]).expect_status(303);
    assert!(!jeanne.is_logged_in() && !other.is_logged_in(), "logged out everywhere");
}

#[test]
fn a_program_gets_a_token_for_what_it_needs() {
    let server = open();
    let mut jeanne = Browser::signed_up(&server, "jeanne");
    assert_eq!(jeanne.act(&[("do", "token")]).status, 422, "a token for nothing");
    let page = jeanne.act(&[("do", "token"), ("name", "script"), ("read", "yes"), ("days", "30")]);
    let page = page.expect_status(200).body;
    let token = between(&page, "class=\"secret\">", "<");
    assert!(token.starts_with("codesocial_"), "{token}");
    let label = between(&page, "name=\"label\" value=\"", "\"");
    let profile = format!("/users/{}", between(&page, "href=\"/users/", "\""));
    let read = || server.get(&profile).header("Authorization", &format!("Bearer {token}")).status();
    assert_eq!(read(), 200);
    assert!(!jeanne.get("/account").body.contains(&token), "it is shown once");
    jeanne.act(&[("do", "revoke"), ("label", &label)]).expect_status(303);
    assert_eq!(read(), 401);
}

#[test]
fn a_forgotten_password_is_chosen_anew_by_a_link_that_is_good_once() {
    let server = open();
    let before = Browser::signed_up(&server, "jeanne");
    let link = link(&server.folder, &["user", "reset", "jeanne"]);
    let ticket = ticket(&link);
    let mut browser = Browser::new(&server);
    assert!(browser.get(&link).expect_status(200).body.contains(&ticket));
    let fields = |password| [("ticket", ticket.as_str()), ("password", password)];
    assert_eq!(browser.send("/password", &fields("short")).status, 422);
    browser.send("/password", &fields("neige sur la mer")).expect_status(303);
    assert!(browser.is_logged_in() && !before.is_logged_in());
    let again = Browser::new(&server).send("/password", &fields("another one"));
    assert_eq!(again.status, 422);
    let wrong = [("ticket", "guessed"), ("password", "another one")];
    assert_eq!(Browser::new(&server).send("/password", &wrong).status, 422);
}

/// A server of mail: what it is sent to its first client, line by line.
fn mailbox() -> (u16, thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("it has an address").port();
    let received = thread::spawn(move || {
        let (stream, _) = listener.accept().expect("a client comes");
        let mut say = stream.try_clone().expect("a second handle");
        let mut told = |line: &str| write!(say, "{line}\r\n").expect("the client listens");
        let (mut mail, mut is_mail) = (String::new(), false);
        told("220 mail.example");
        for line in BufReader::new(stream).lines() {
            let line = line.expect("a line");
            mail.push_str(&line);
            mail.push('\n');
            match line.as_str() {
                "." => {
                    told("250 kept");
                    break;
                }
                _ if is_mail => {}
                "DATA" => {
                    is_mail = true;
                    told("354 go on");
                }
                _ => told("250 mail.example"),
            }
        }
        mail
    });
    (port, received)
}

#[test]
fn where_mail_can_be_sent_the_link_comes_by_mail() {
    let (port, received) = mailbox();
    let server = configured(&format!(
        "[accounts]\nsignup = \"open\"\n[smtp]\nhost = \"127.0.0.1\"\nport = {port}\n\
         tls = \"none\"\nfrom = \"Registre <registre@example.org>\"\n"
    ));
    let mut browser = Browser::new(&server);
    let fields = [("handle", "jeanne"), ("email", "j@example.org"), ("password", PASSWORD)];
    browser.send("/signup", &fields).expect_status(303);
    let asks = Browser::new(&server).get("/password").expect_status(200).body;
    assert!(asks.contains("name=\"login\""), "{asks}");
    // Nobody's account has this address: nothing is sent, and the answer is the same.
    let nobody = Browser::new(&server).send("/password", &[("login", "x@example.org")]);
    let sent = Browser::new(&server).send("/password", &[("login", "J@example.org")]);
    assert_eq!(nobody.expect_status(200).body, sent.expect_status(200).body);
    let mail = received.join().expect("a mail came").replace("=\n", "").replace("=3D", "=");
    assert!(mail.contains("RCPT TO:<j@example.org>") && mail.contains("jeanne"), "{mail}");
    let ticket = between(&mail, "?ticket=", "\n");
    let fields = [("ticket", ticket.trim()), ("password", "neige sur la mer")];
    Browser::new(&server).send("/password", &fields).expect_status(303);
}

#[test]
fn on_a_loopback_without_tls_the_cookie_does_without_too() {
    let server = Folder::new().serve(&[]);
    let link = link_of_default_base(&server.folder);
    let fields = [("ticket", link.as_str()), ("password", PASSWORD)];
    let request = server.anonymous("POST", "/password").header("Sec-Fetch-Site", "same-origin");
    let answer = request.body("application/x-www-form-urlencoded", form(&fields)).send();
    let cookie = answer.header("set-cookie").to_owned();
    assert!(cookie.starts_with("session=") && !cookie.contains("Secure"), "{cookie}");
}

/// The ticket of a new account of an instance that has the default base.
fn link_of_default_base(folder: &Folder) -> String {
    let mut command = Command::new(program());
    let output = command.args(["user", "add", "jeanne", "--data"]).arg(folder.data()).output();
    let shown = output.expect("the program runs").stdout;
    between(&String::from_utf8_lossy(&shown), "?ticket=", "\n")
}

#[test]
fn no_secret_is_written_down() {
    let server = open();
    let mut jeanne = Browser::signed_up(&server, "jeanne");
    let page = jeanne.act(&[("do", "token"), ("read", "yes")]).expect_status(200).body;
    let token = between(&page, "class=\"secret\">", "<");
    let session = between(&jeanne.cookie, "=", ";");
    let folder = server.stop();
    let mut paths = vec![folder.data()];
    while let Some(path) = paths.pop() {
        if path.is_dir() {
            let inside = std::fs::read_dir(&path).expect("the directory is there");
            paths.extend(inside.map(|file| file.expect("it can be listed").path()));
            continue;
        }
        let bytes = std::fs::read(&path).expect("it can be read");
        for secret in [PASSWORD, &token, &session] {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{} holds a secret", path.display());
        }
    }
    let log = folder.log();
    assert!(!log.contains(PASSWORD) && !log.contains(&token) && !log.contains(&session));
}
