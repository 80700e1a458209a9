//! Clients that take their time: none of them holds the server up.

use crate::http::TOKEN;
use crate::server::{BASE, Folder, Server};
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

fn serve(settings: &str) -> Server {
    let folder = Folder::new();
    let file = folder.path().join("codesocial.toml");
    fs::write(&file, settings).expect("the folder can be written");
    folder.serve(&["--base", BASE, "--config", file.to_str().expect("a path in UTF-8")])
}

fn connected(server: &Server) -> TcpStream {
    TcpStream::connect(server.address()).expect("the server listens")
}

/// What the server says to these bytes until it closes the connection.
fn answer(server: &Server, bytes: &[u8]) -> String {
    let mut stream = connected(server);
    stream.write_all(bytes).expect("the server reads");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("the server closes in time");
    text
}

#[test]
fn who_never_ends_a_head_or_a_body_is_let_go() {
    let server = serve("client_seconds_max = 1");
    assert_eq!(answer(&server, b"GET / HTTP/1.1\r\nHost: x\r\nAccept: text/tur"), "");
    for (path, form) in [("/sandbox", "text/turtle"), ("/sparql", "application/sparql-update")] {
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {form}\r\nContent-Length: 9\r\n\
             Authorization: Bearer {TOKEN}\r\n\r\n<>"
        );
        let told = answer(&server, head.as_bytes());
        assert!(told.starts_with("HTTP/1.1 408 "), "{path}: {told}");
        assert!(told.contains("1 seconde"), "{path}: {told}");
    }
    assert_eq!(server.get("/").status(), 200);
}

#[test]
fn a_head_that_is_too_large_is_refused() {
    let server = Server::shared();
    let head = format!("GET / HTTP/1.1\r\nHost: x\r\nX-Long: {}\r\n\r\n", "x".repeat(400_000));
    let told = answer(&server, head.as_bytes());
    assert!(told.starts_with("HTTP/1.1 431 "), "{told}");
}

#[test]
fn who_finds_all_connections_open_is_served_when_one_closes() {
    let server = serve("connections_max = 1");
    let first = connected(&server);
    let mut second = connected(&server);
    second.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    second.set_nonblocking(true).expect("a socket can wait for nobody");
    let early = second.read(&mut [0]).expect_err("the first connection is still open");
    assert_eq!(early.kind(), std::io::ErrorKind::WouldBlock);
    second.set_nonblocking(false).expect("and for somebody");
    drop(first);
    let mut text = String::new();
    second.read_to_string(&mut text).expect("the server answers");
    assert!(text.starts_with("HTTP/1.1 200 "), "{text}");
}
