//! What the README gives to those who run a server: a unit of systemd, and a proxy in front of it.
//!
//! Invariant: what is tested is the README's text, with nothing replaced but how it is reached and
//! the place of the program.

use crate::http::Request;
use crate::readme::block;
use crate::server::{Folder, Server, program, terminate};
use crate::stories::organization;
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// The unit's command.
const INSTALLED: &str = "/usr/local/bin/codesocial";
/// Where the unit's server listens.
const UPSTREAM: &str = "127.0.0.1:8080";

/// What systemd knows of what units like ours say, for systems without it.
/// <https://www.freedesktop.org/software/systemd/man/252/systemd.directives.html>
const DIRECTIVES: [&str; 19] = [
    "After",
    "CapabilityBoundingSet",
    "Description",
    "ExecStart",
    "MemoryDenyWriteExecute",
    "NoNewPrivileges",
    "PrivateDevices",
    "PrivateTmp",
    "ProtectHome",
    "ProtectSystem",
    "Restart",
    "RestrictAddressFamilies",
    "StateDirectory",
    "StateDirectoryMode",
    "SystemCallFilter",
    "Type",
    "UMask",
    "User",
    "WantedBy",
];

/// What systemd says against a unit: nothing where it is sound.
fn told_by_systemd(unit: &str) -> String {
    let folder = TempDir::new().expect("a temporary folder can be created");
    let file = folder.path().join("codesocial.service");
    let here = unit.replace(INSTALLED, &program().to_string_lossy());
    fs::write(&file, here).expect("the folder can be written");
    let judged = Command::new("systemd-analyze").args(["verify", "--man=no"]).arg(&file).output();
    match judged {
        // It ends well where it does not know a directive, and may warn of other units too.
        Ok(output) => String::from_utf8_lossy(&output.stderr)
            .lines()
            .filter(|line| line.contains("codesocial.service"))
            .collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => unknown_directives(unit),
        Err(error) => error.to_string(),
    }
}

fn unknown_directives(unit: &str) -> String {
    let names = unit.lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name);
    names.filter(|name| !DIRECTIVES.contains(name)).collect()
}

#[test]
fn systemd_accepts_the_unit_and_the_program_its_options() {
    let unit = block("ini");
    assert_eq!(told_by_systemd(&unit), "");
    assert_eq!(unknown_directives(&unit), "");
    let misspelt = unit.replace("ProtectHome=", "ProtectHouse=");
    assert!(told_by_systemd(&misspelt).contains("ProtectHouse"), "a wrong directive is told");
    assert_eq!(unknown_directives(&misspelt), "ProtectHouse");

    let start = unit.lines().find_map(|line| line.strip_prefix("ExecStart="));
    let start = start.and_then(|start| start.strip_prefix(INSTALLED)).expect("it starts a server");
    let (command, options) = start.trim_start().split_once(' ').expect("a command with options");
    let help = Command::new(program()).args([command, "--help"]).output().expect("it runs");
    let help = String::from_utf8_lossy(&help.stdout).into_owned();
    let mut named = options.split(' ').filter(|word| word.starts_with("--")).peekable();
    assert!(named.peek().is_some(), "the unit says where the data are");
    for option in named {
        assert!(help.contains(&format!(" {option} <")), "{option} is not an option of {command}");
    }
}

/// The README's nginx in front of a server.
struct Proxy {
    address: String,
    child: Child,
    folder: TempDir,
}

impl Proxy {
    fn before(server: &Server) -> Self {
        let folder = TempDir::new().expect("a temporary folder can be created");
        let listener = TcpListener::bind("127.0.0.1:0").expect("the system has a port");
        let address = listener.local_addr().expect("it is bound").to_string();
        let site = block("nginx")
            // What a client does not read is soon the proxy's to keep, or not.
            .replacen("listen 80;", &format!("listen {address} sndbuf=16k;"), 1)
            .replacen(UPSTREAM, &server.address, 1);
        assert!(site.contains(&address) && site.contains(&server.address), "{site}");
        let buffers: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|name| format!("    {name}_temp_path {name};\n"))
            .concat();
        let whole = format!(
            "daemon off;\nuser root root;\nworker_processes 1;\npid nginx.pid;\n\
             error_log error.log info;\nevents {{}}\n\
             http {{\n    access_log off;\n{buffers}{site}}}\n"
        );
        fs::write(folder.path().join("nginx.conf"), whole).expect("the folder can be written");
        let path = std::env::var("PATH").unwrap_or_default();
        // It takes over the listening socket, as from its predecessor when it is upgraded: nobody
        // can take the port in between, and clients may connect before it runs.
        // <https://nginx.org/en/docs/control.html#upgrade>
        let child = Command::new("nginx")
            .env("PATH", format!("{path}:/usr/sbin"))
            .env("NGINX", "0;")
            .stdin(Stdio::from(OwnedFd::from(listener)))
            .args(["-e", "error.log", "-c", "nginx.conf", "-p"])
            .arg(folder.path())
            .spawn()
            .expect("nginx runs: `.ci/setup test` installs it");
        Self { address, child, folder }
    }

    fn request(&self, method: &'static str, path: &str) -> Request {
        Request::new(&self.address, method, path)
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("error.log")).expect("the log is text")
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // Killed, it would leave its worker behind.
        terminate(&self.child);
        drop(self.child.wait());
    }
}

/// As the README configures it.
fn file_bytes_max() -> usize {
    let settings = block("toml");
    let line = settings.lines().find_map(|line| line.strip_prefix("file_bytes_max = "));
    let number = line.and_then(|line| line.split(' ').next()).expect("the README names it");
    number.parse().expect("it is a number")
}

#[test]
fn a_proxy_passes_reads_writes_and_queries() {
    let server = Server::empty();
    let proxy = Proxy::before(&server);
    let path = "/organizations/lac";
    let put = || proxy.request("PUT", path).admin();
    put().turtle(organization("Lac")).send().expect_status(201);

    let read = proxy.request("GET", path).accept("text/turtle").send().expect_status(200);
    assert_eq!(read.header("content-type"), server.get(path).send().header("content-type"));
    assert_eq!(read.body, server.get(path).accept("text/turtle").send().body);
    let tag = read.header("etag");
    assert!(tag.starts_with('"'), "the tag stays strong: {tag}");

    let replaced = put().header("If-Match", tag).turtle(organization("Lac neuf"));
    replaced.send().expect_status(204);
    let late = put().header("If-Match", tag).turtle(organization("Lac ancien"));
    late.send().expect_status(412);

    let query =
        "SELECT ?l WHERE { ?o a <http://virtual-assembly.org/ontologies/pair#Organization> ;
        <http://virtual-assembly.org/ontologies/pair#label> ?l }";
    let asked = proxy.request("POST", "/sparql").body("application/sparql-query", query);
    let answer = asked.accept("text/csv").send().expect_status(200);
    assert_eq!(answer.body.trim_end(), "l\r\nLac neuf");
}

#[test]
fn a_proxy_refuses_what_the_server_would_and_nothing_less() {
    let server = Server::empty();
    let proxy = Proxy::before(&server);
    let largest = file_bytes_max();
    assert!(block("nginx").contains(&format!("client_max_body_size {largest};")));
    let put = |address: &str, bytes: usize| {
        let request = Request::new(address, "PUT", &format!("/files/{bytes}")).admin();
        request.body("text/plain", vec![b'x'; bytes]).status()
    };
    assert_eq!(put(&proxy.address, largest), 201);
    assert_eq!(put(&proxy.address, largest + 1), 413);
    assert_eq!(put(&server.address, largest + 1), 413, "the limit is the server's");
    let log = proxy.log();
    assert!(!log.contains("buffered to a temporary file"), "bodies are passed on: {log}");
}

#[test]
fn a_proxy_streams_an_export() {
    let server = Folder::new().serve(&["--load", "source", "--load", "demo"]);
    let proxy = Proxy::before(&server);
    let path = "/export/tout.jsonld";
    // Some clients read nothing but the first byte, while another reads all.
    let _idle = [(); 4].map(|()| {
        let mut client = TcpStream::connect(&proxy.address).expect("the proxy listens");
        write!(client, "GET {path} HTTP/1.1\r\nHost: a.example\r\n\r\n").expect("it reads");
        client.read_exact(&mut [0]).expect("the export begins");
        client
    });
    let read = proxy.request("GET", path).send().expect_status(200);
    assert_eq!(read.header("transfer-encoding"), "chunked");
    assert!(read.bytes == server.get(path).send().bytes, "the same bytes as without the proxy");
    let log = proxy.log();
    assert!(!log.contains("buffered to a temporary file"), "nothing is kept: {log}");
}
