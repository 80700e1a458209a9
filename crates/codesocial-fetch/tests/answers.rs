//! What other servers may answer, and what becomes of it: a stub that says exactly what a row has
//! it say, and tells who asked.

use codesocial_fetch::{Client, Guard, Limits, Request, Resolver};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

const JSON: &[&str] = &["application/json"];
const BODY_BYTES_MAX: usize = 64 * 1024;

/// A server that answers the n-th connection by the n-th text, and stays connected after it.
struct Stub {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Stub {
    fn new(address: Ipv4Addr, answers: Vec<Vec<u8>>) -> Self {
        let listener = TcpListener::bind((address, 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let heard = asked.clone();
        thread::spawn(move || {
            for (mut stream, answer) in listener.incoming().flatten().zip(answers) {
                heard.lock().expect("whole").push(head(&mut stream));
                // The client may have hung up already: that is what a row is about.
                drop(stream.write_all(&answer));
                thread::spawn(move || stream.read_to_end(&mut Vec::new()));
            }
        });
        Self { port, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("whole").clone()
    }

    fn url(&self) -> String {
        format!("http://stub.example:{}/x?y=1", self.port)
    }
}

/// What a client sends before it waits.
fn head(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|n| n == 1) {
        bytes.push(byte[0]);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn limits() -> Limits {
    Limits {
        connect: Duration::from_millis(2_000),
        whole: Duration::from_millis(4_000),
        body_bytes_max: BODY_BYTES_MAX,
        ..Limits::default()
    }
}

/// A client that may ask these ports of this machine, at 127.0.0.1 only.
fn client(ports: &[u16], limits: Limits) -> Client {
    let origins = ports.iter().flat_map(|port| {
        ["stub.example", "other.example"].map(|host| format!("http://{host}:{port}"))
    });
    let guard = Guard {
        networks: vec!["127.0.0.1".parse().expect("a network")],
        origins: origins.map(|origin| origin.parse().expect("an origin")).collect(),
    };
    let here = |_: &str| vec![IpAddr::V4(Ipv4Addr::LOCALHOST)];
    Client::new(guard, limits, Resolver::Given(Box::new(here)))
}

fn answer(head: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!("HTTP/1.1 {head}\r\nContent-Length: {length}\r\n\r\n");
    [head.replace('\n', "\r\n").replace("\r\r", "\r").as_bytes(), body].concat()
}

fn redirect(to: &str) -> Vec<u8> {
    answer(&format!("302 Found\nLocation: {to}"), b"")
}

fn packed(body: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(body).expect("a Vec takes all");
    packer.finish().expect("a Vec takes all")
}

const GOOD: &str = "200 OK\nContent-Type: application/json; charset=utf-8";

#[track_caller]
fn check(runtime: &tokio::runtime::Runtime, bytes: Vec<u8>, expected: &str) {
    let stub = Stub::new(Ipv4Addr::LOCALHOST, vec![bytes]);
    let client = client(&[stub.port], limits());
    let url = stub.url();
    let told = runtime.block_on(client.send(Request::get(&url, JSON)));
    let told = match told {
        Ok(answer) => format!("{} {}", answer.status, answer.body.len()),
        Err(error) => error.to_string(),
    };
    assert_eq!(told, expected);
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("one")
}

#[test]
fn an_answer_is_taken_whole_within_its_limits_or_not_at_all() {
    let runtime = runtime();
    let check = |bytes: Vec<u8>, expected: &str| check(&runtime, bytes, expected);
    check(answer(GOOD, b"{}"), "200 OK 2");
    check(answer("404 Not Found\nContent-Type: text/html", b"no"), "404 Not Found 2");
    check(
        answer("200 OK\nContent-Type: text/html", b"{}"),
        "the answer is «text/html», which was not asked for",
    );
    check(answer("200 OK", b"{}"), "the answer is «», which was not asked for");
    check(
        answer("200 OK\nContent-Type: application/jsonp", b"{}"),
        "the answer is «application/jsonp», which was not asked for",
    );
    let longest = vec![b' '; BODY_BYTES_MAX];
    check(answer(GOOD, &longest), "200 OK 65536");
    check(answer(GOOD, &[&longest[..], b" "].concat()), "the answer is longer than 65536 bytes");
    let endless = format!("HTTP/1.1 {}\r\n\r\n", GOOD.replace('\n', "\r\n"));
    let endless = [endless.as_bytes(), &[b' '; 2 * BODY_BYTES_MAX]].concat();
    check(endless, "the answer is longer than 65536 bytes");
    let chunked =
        format!("HTTP/1.1 {}\r\nTransfer-Encoding: chunked\r\n\r\n", GOOD.replace('\n', "\r\n"));
    let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
    check(format!("{chunked}{chunk}0\r\n\r\n").into_bytes(), "200 OK 65536");
    check(
        format!("{chunked}{}0\r\n\r\n", chunk.repeat(2)).into_bytes(),
        "the answer is longer than 65536 bytes",
    );
    check(
        b"SSH-2.0-OpenSSH\r\n\r\n".to_vec(),
        "the answer is no HTTP: invalid HTTP version parsed",
    );
    let long = format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(64 * 1024));
    check(long.into_bytes(), "the answer is no HTTP: message head is too large");
}

#[test]
fn what_is_packed_is_unpacked_within_its_limits() {
    let runtime = runtime();
    let check = |bytes: Vec<u8>, expected: &str| check(&runtime, bytes, expected);
    let gzip = |body: &[u8]| answer(&format!("{GOOD}\nContent-Encoding: gzip"), body);
    check(gzip(&packed(b"{\"a\":1}")), "200 OK 7");
    let noise: Vec<u8> =
        (0..BODY_BYTES_MAX as u64).map(|n| (n.wrapping_mul(n) >> 5) as u8).collect();
    check(gzip(&packed(&noise)), "200 OK 65536");
    check(gzip(&packed(&[&noise[..], b" "].concat())), "the answer is longer than 65536 bytes");
    check(gzip(&packed(&vec![0; 10_000_000])), "the answer is longer than 65536 bytes");
    check(gzip(&packed(&vec![0; 60_000])), "the answer is packed more than 100 times");
    let damaged =
        "the answer is encoded as «gzip: invalid gzip header», which was not asked for, or badly";
    check(gzip(b"not packed"), damaged);
    let unasked = "the answer is encoded as «br», which was not asked for, or badly";
    check(answer(&format!("{GOOD}\nContent-Encoding: br"), b"x"), unasked);
}

#[test]
fn a_server_that_does_not_go_on_is_left() {
    let runtime = runtime();
    let stalls = [
        b"".to_vec(),
        b"HTTP/1.1 200 OK\r\n".to_vec(),
        format!("HTTP/1.1 {}\r\nContent-Length: 9\r\n\r\n{{", GOOD.replace('\n', "\r\n"))
            .into_bytes(),
    ];
    for bytes in stalls {
        let stub = Stub::new(Ipv4Addr::LOCALHOST, vec![bytes]);
        let short = Limits { whole: Duration::from_millis(300), ..limits() };
        let url = stub.url();
        let told = runtime.block_on(client(&[stub.port], short).send(Request::get(&url, JSON)));
        assert_eq!(told.expect_err("no answer").to_string(), "no whole answer after 300ms");
        assert_eq!(stub.asked().len(), 1);
    }
}

#[test]
fn tls_that_never_begins_is_left() {
    // A listener that accepts nothing: the system takes the connection, and nobody answers.
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let guard = Guard {
        networks: vec!["127.0.0.1".parse().expect("a network")],
        origins: vec![format!("https://127.0.0.1:{port}").parse().expect("an origin")],
    };
    let short = Limits { connect: Duration::from_millis(300), ..limits() };
    let client = Client::new(guard, short, Resolver::System);
    let url = format!("https://127.0.0.1:{port}/");
    let told = runtime().block_on(client.send(Request::get(&url, JSON)));
    assert_eq!(told.expect_err("no answer").to_string(), "no connection after 300ms");
}

#[test]
fn a_redirect_is_followed_once_and_judged_anew() {
    let runtime = runtime();
    let canary = Stub::new(Ipv4Addr::LOCALHOST, vec![answer(GOOD, b"secret")]);
    let check = |answers: Vec<Vec<u8>>, expected: &str| {
        let stub = Stub::new(Ipv4Addr::LOCALHOST, answers);
        let url = stub.url();
        let told = runtime.block_on(client(&[stub.port], limits()).send(Request::get(&url, JSON)));
        let told =
            told.map_or_else(|e| e.to_string(), |a| format!("{} {}", a.status, a.url.path()));
        assert_eq!(told, expected);
    };
    check(vec![redirect("/z"), answer(GOOD, b"{}")], "200 OK /z");
    check(vec![redirect("/z"), redirect("/y")], "the answer is one more redirect");
    check(vec![answer("302 Found", b"")], "302 Found /x");
    check(vec![answer("304 Not Modified\nLocation: /y", b"")], "304 Not Modified /x");
    check(
        vec![redirect("https://stub.example/")],
        "the answer redirects to «https://stub.example/», with another scheme",
    );
    check(vec![redirect("http://stub.example/")], "«http» is not https");
    check(vec![redirect("file:///etc/passwd")], "«file» is not https");
    check(vec![redirect("http://a:b@stub.example/")], "the address holds a name or a password");
    for host in ["127.0.0.1", "[::ffff:127.0.0.1]", "2130706433", "localhost"] {
        let target = format!("http://{host}:{}/", canary.port);
        check(vec![redirect(&target)], "«http» is not https");
    }
    check(
        vec![redirect("https://169.254.169.254/")],
        "169.254.169.254 is not the address of a public server",
    );
    assert_eq!(canary.asked(), [""; 0]);
}

#[test]
fn who_asks_is_shown_to_the_origin_asked_and_to_no_other() {
    let runtime = runtime();
    // Another port is another origin, whatever the host.
    for host in ["stub.example", "other.example"] {
        let second = Stub::new(Ipv4Addr::LOCALHOST, vec![answer(GOOD, b"{}")]);
        let to = format!("http://{host}:{}/", second.port);
        let first = Stub::new(Ipv4Addr::LOCALHOST, vec![redirect(&to)]);
        let url = first.url();
        let secret = "Bearer planted".parse().expect("a value");
        let client = client(&[first.port, second.port], limits());
        let told = runtime.block_on(client.send(Request::get(&url, JSON).authorized(secret)));
        assert_eq!(told.expect("an answer").status.as_u16(), 200);
        assert!(first.asked()[0].contains("authorization: Bearer planted\r\n"));
        assert!(!second.asked()[0].contains("planted"), "{host}");
    }
    let stub = Stub::new(Ipv4Addr::LOCALHOST, vec![redirect("/again"), answer(GOOD, b"{}")]);
    let secret = "Bearer planted".parse().expect("a value");
    let url = stub.url();
    let asked = Request::get(&url, JSON).authorized(secret);
    runtime.block_on(client(&[stub.port], limits()).send(asked)).expect("an answer");
    assert!(stub.asked()[1].contains("authorization: Bearer planted\r\n"));
}

#[test]
fn what_is_sent_says_no_more_than_it_must() {
    let stub = Stub::new(Ipv4Addr::LOCALHOST, vec![answer(GOOD, b"{}")]);
    let url = stub.url();
    let asked = Request::post(&url, "application/x-www-form-urlencoded", "a=b", JSON);
    runtime().block_on(client(&[stub.port], limits()).send(asked)).expect("an answer");
    let told = stub.asked()[0].replace(&stub.port.to_string(), "PORT");
    expect_test::expect![[r#"
        POST /x?y=1 HTTP/1.1
        host: stub.example:PORT
        accept: application/json
        accept-encoding: gzip
        content-type: application/x-www-form-urlencoded
        user-agent: codesocial
        content-length: 3

    "#]]
    .assert_eq(&told.replace('\r', ""));
}

#[test]
fn what_is_posted_is_not_redirected() {
    for status in ["301", "302", "303", "307", "308"] {
        let head = format!("{status} Moved\nLocation: /z");
        let stub = Stub::new(Ipv4Addr::LOCALHOST, vec![answer(&head, b"")]);
        let url = stub.url();
        let asked = Request::post(&url, "text/plain", "x", JSON);
        let told = runtime().block_on(client(&[stub.port], limits()).send(asked));
        assert_eq!(told.expect_err("refused").to_string(), "the answer redirects what was posted");
        assert_eq!(stub.asked().len(), 1);
    }
}

/// DNS rebinding: the first answer may be asked, the second is this machine.
#[test]
fn a_name_is_looked_up_once_for_each_connection_and_judged_each_time() {
    let runtime = runtime();
    let canary = Stub::new(Ipv4Addr::LOCALHOST, vec![answer(GOOD, b"secret")]);
    let port = canary.port;
    let looked_up = Arc::new(AtomicUsize::new(0));
    let count = looked_up.clone();
    // Stands for a public address: on it nobody listens.
    let public = Ipv4Addr::new(127, 0, 0, 2);
    let rebinding = move |_: &str| {
        let first = count.fetch_add(1, Ordering::Relaxed) == 0;
        vec![IpAddr::V4(if first { public } else { Ipv4Addr::LOCALHOST })]
    };
    let guard = Guard {
        networks: vec!["127.0.0.2".parse().expect("a network")],
        origins: vec![format!("http://rebinding.example:{port}").parse().expect("an origin")],
    };
    let client = Client::new(guard, limits(), Resolver::Given(Box::new(rebinding)));
    let url = format!("http://rebinding.example:{port}/");
    let first = runtime.block_on(client.send(Request::get(&url, JSON))).expect_err("nobody there");
    assert!(first.to_string().starts_with("rebinding.example cannot be reached"), "{first}");
    assert_eq!(looked_up.load(Ordering::Relaxed), 1);
    let second = runtime.block_on(client.send(Request::get(&url, JSON))).expect_err("refused");
    assert_eq!(second.to_string(), "127.0.0.1 is not the address of a public server");
    assert_eq!(canary.asked(), [""; 0]);
}

#[test]
fn no_form_of_this_machine_is_connected_to() {
    let canary = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).expect("a port");
    canary.set_nonblocking(true).expect("a listener");
    let port = canary.local_addr().expect("an address").port();
    let runtime = runtime();
    for host in include_str!("../src/guard/hosts.txt").lines().filter(|host| host.contains("127")) {
        let origin = url::Url::parse(&format!("http://{host}:{port}/"));
        let origins = origin.iter().map(codesocial_fetch::Origin::of).collect();
        let guard = Guard { networks: Vec::new(), origins };
        let client = Client::new(guard, limits(), Resolver::System);
        let url = format!("http://{host}:{port}/");
        assert!(runtime.block_on(client.send(Request::get(&url, JSON))).is_err(), "{host}");
    }
    let localhost = Guard {
        networks: Vec::new(),
        origins: vec![format!("http://localhost:{port}").parse().expect("an origin")],
    };
    let client = Client::new(localhost, limits(), Resolver::System);
    let url = format!("http://localhost:{port}/");
    let told = runtime.block_on(client.send(Request::get(&url, JSON))).expect_err("refused");
    assert!(told.to_string().ends_with("is not the address of a public server"), "{told}");
    let connected = canary.accept().expect_err("nobody connected");
    assert_eq!(connected.kind(), std::io::ErrorKind::WouldBlock);
}

#[test]
fn a_server_without_a_certificate_that_the_system_trusts_is_not_believed() {
    let made = rcgen::generate_simple_self_signed(vec!["stub.example".to_owned()]).expect("made");
    let key = rustls::pki_types::PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key.into())
        .expect("a configuration");
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a client");
        let mut tls = rustls::ServerConnection::new(Arc::new(config)).expect("a connection");
        // The handshake fails: the client does not believe it.
        while tls.is_handshaking() && tls.complete_io(&mut stream).is_ok() {}
        tls.is_handshaking()
    });
    let guard = Guard {
        networks: vec!["127.0.0.1".parse().expect("a network")],
        origins: vec![format!("https://stub.example:{port}").parse().expect("an origin")],
    };
    let here = |_: &str| vec![IpAddr::V4(Ipv4Addr::LOCALHOST)];
    let client = Client::new(guard, limits(), Resolver::Given(Box::new(here)));
    let url = format!("https://stub.example:{port}/");
    let told = runtime().block_on(client.send(Request::get(&url, JSON))).expect_err("refused");
    let expected = "stub.example cannot prove who it is: invalid peer certificate: UnknownIssuer";
    assert_eq!(told.to_string(), expected);
    assert!(server.join().expect("it ends"));
}
