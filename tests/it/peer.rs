//! Another server: it describes an actor and signs for them, as the specifications say, without
//! the crate that is tested.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::fmt::rfc2822::DateTimePrinter;
use jiff::{SignedDuration, Timestamp};
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

/// How long a test waits for what should come at once.
const PATIENCE: Duration = Duration::from_secs(60);
/// The authority of the registry's base.
const HOST: &str = "registre.example";
/// Before the bytes of an Ed25519 key. <https://www.rfc-editor.org/rfc/rfc8410#section-10.1>
const SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
const BASE58: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// draft-cavage-http-signatures-12.
    Cavage,
    /// RFC 9421.
    Standard,
}

pub(crate) struct Peer {
    pub(crate) origin: String,
    key: Mutex<Ed25519KeyPair>,
    /// When the next signature is made: no two at once, as they could be the same.
    next: Mutex<Timestamp>,
    /// Media types and texts, by paths.
    documents: Mutex<HashMap<String, (String, String)>>,
    asked: Mutex<Vec<String>>,
    /// What it was sent, and the status that it answers now, by the form of the signature.
    posted: Mutex<Vec<Posted>>,
    has_posted: Condvar,
    answers: Mutex<fn(Form) -> u16>,
}

/// What somebody sent to the other server.
#[derive(Debug, Clone)]
pub(crate) struct Posted {
    pub(crate) path: String,
    /// By their names in lower case.
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: String,
    /// What was answered.
    pub(crate) status: u16,
}

impl Posted {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    pub(crate) fn form(&self) -> Form {
        match self.headers.contains_key("signature-input") {
            true => Form::Standard,
            false => Form::Cavage,
        }
    }
}

fn new_key() -> Ed25519KeyPair {
    let made = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).expect("a key");
    Ed25519KeyPair::from_pkcs8(made.as_ref()).expect("the key")
}

impl Peer {
    pub(crate) fn start() -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let peer = Arc::new(Self {
            origin: format!("http://127.0.0.1:{port}"),
            key: Mutex::new(new_key()),
            next: Mutex::new(Timestamp::now()),
            documents: Mutex::default(),
            asked: Mutex::default(),
            posted: Mutex::default(),
            has_posted: Condvar::new(),
            answers: Mutex::new(|_| 202),
        });
        peer.describe();
        let served = peer.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A client that goes away is none of our concern.
                drop(served.answer(&stream));
            }
        });
        peer
    }

    fn answer(&self, mut stream: &TcpStream) -> std::io::Result<()> {
        let mut reader = BufReader::new(stream);
        let mut first = String::new();
        reader.read_line(&mut first)?;
        let mut headers = HashMap::new();
        let mut line = String::new();
        while reader.read_line(&mut line)? > 0 && !line.trim_end().is_empty() {
            if let Some((name, value)) = line.trim_end().split_once(": ") {
                headers.insert(name.to_ascii_lowercase(), value.to_owned());
            }
            line.clear();
        }
        let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
        if first.starts_with("POST ") {
            let length = headers.get("content-length").and_then(|own| own.parse().ok());
            let mut body = vec![0; length.unwrap_or_default()];
            reader.read_exact(&mut body)?;
            let body = String::from_utf8_lossy(&body).into_owned();
            let status = self.take(Posted { path, headers, body, status: 0 });
            let end = "Content-Length: 0\r\nConnection: close\r\n\r\n";
            return write!(stream, "HTTP/1.1 {status} Said\r\n{end}");
        }
        let told = self.told(path);
        let status = if told.is_some() { "200 OK" } else { "410 Gone" };
        let (kind, body) = told.unwrap_or_default();
        let length = body.len();
        write!(
            stream,
            "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\
             Connection: close\r\n\r\n{body}"
        )
    }

    /// Keeps what it was sent, and tells what to answer.
    fn take(&self, mut posted: Posted) -> u16 {
        let status = self.answers.lock().expect("whole")(posted.form());
        posted.status = status;
        self.posted.lock().expect("whole").push(posted);
        self.has_posted.notify_all();
        status
    }

    /// What it was sent, once there are so many of which that holds.
    #[track_caller]
    pub(crate) fn posted(&self, count: usize, holds: impl Fn(&Posted) -> bool) -> Vec<Posted> {
        let posted = self.posted.lock().expect("whole");
        let lacks = |all: &mut Vec<Posted>| all.iter().filter(|own| holds(own)).count() < count;
        let (all, waited) =
            self.has_posted.wait_timeout_while(posted, PATIENCE, lacks).expect("whole");
        assert!(!waited.timed_out(), "only this came: {all:#?}");
        all.iter().filter(|own| holds(own)).cloned().collect()
    }

    /// Answers so to what it is sent from now on.
    pub(crate) fn answers(&self, status: fn(Form) -> u16) {
        *self.answers.lock().expect("whole") = status;
    }

    fn told(&self, path: String) -> Option<(String, String)> {
        let told = self.documents.lock().expect("whole").get(&path).cloned();
        self.asked.lock().expect("whole").push(path);
        told
    }

    /// The paths that were asked for, in their order.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("whole").clone()
    }

    pub(crate) fn actor(&self) -> String {
        format!("{}/users/ana", self.origin)
    }

    pub(crate) fn key_id(&self) -> String {
        format!("{}#main-key", self.actor())
    }

    pub(crate) fn say(&self, path: &str, kind: &str, document: &Value) {
        let told = (kind.to_owned(), document.to_string());
        self.documents.lock().expect("whole").insert(path.to_owned(), told);
    }

    pub(crate) fn forget(&self, path: &str) {
        self.documents.lock().expect("whole").remove(path);
    }

    /// Describes the actor with their key of now.
    pub(crate) fn describe(&self) {
        let key = json!({"id": self.key_id(), "owner": self.actor(), "publicKeyPem": self.pem()});
        let actor = json!({
            "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
            "id": self.actor(), "type": "Person", "inbox": format!("{}/inbox", self.actor()),
            "publicKey": key,
        });
        self.say("/users/ana", "application/activity+json", &actor);
    }

    pub(crate) fn change_key(&self) {
        *self.key.lock().expect("whole") = new_key();
    }

    fn point(&self) -> Vec<u8> {
        self.key.lock().expect("whole").public_key().as_ref().to_vec()
    }

    pub(crate) fn pem(&self) -> String {
        let der = STANDARD.encode([&SPKI[..], &self.point()].concat());
        format!("-----BEGIN PUBLIC KEY-----\n{der}\n-----END PUBLIC KEY-----\n")
    }

    /// <https://www.w3.org/TR/cid-1.0/#Multikey>
    pub(crate) fn multikey(&self) -> String {
        let mut number = [&[0xed, 0x01][..], &self.point()].concat();
        let mut digits = Vec::new();
        while number.iter().any(|byte| *byte != 0) {
            let mut rest = 0_u32;
            for byte in &mut number {
                let all = rest << 8 | u32::from(*byte);
                *byte = u8::try_from(all / 58).expect("a byte");
                rest = all % 58;
            }
            digits.push(BASE58[rest as usize]);
        }
        digits.reverse();
        format!("z{}", String::from_utf8(digits).expect("ASCII"))
    }

    /// A little before now, and never twice the same second.
    fn moment(&self) -> Timestamp {
        let mut next = self.next.lock().expect("whole");
        *next -= SignedDuration::from_secs(1);
        *next
    }

    /// The headers that sign a request to the registry.
    pub(crate) fn signature(
        &self,
        key_id: &str,
        form: Form,
        method: &str,
        path: &str,
        body: &[u8],
    ) -> Vec<(&'static str, String)> {
        let now = self.moment();
        let digest = (!body.is_empty()).then(|| STANDARD.encode(Sha256::digest(body)));
        let sign =
            |base: &str| STANDARD.encode(self.key.lock().expect("whole").sign(base.as_bytes()));
        match form {
            Form::Cavage => {
                let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&now);
                let mut headers = vec![("Date", date.expect("a date"))];
                headers.extend(digest.map(|digest| ("Digest", format!("SHA-256={digest}"))));
                let method = method.to_ascii_lowercase();
                let mut base = format!("(request-target): {method} {path}\nhost: {HOST}");
                let mut covered = "(request-target) host".to_owned();
                for (name, value) in &headers {
                    let name = name.to_ascii_lowercase();
                    base += &format!("\n{name}: {value}");
                    covered += &format!(" {name}");
                }
                let signature = sign(&base);
                headers.push((
                    "Signature",
                    format!(
                        "keyId=\"{key_id}\",algorithm=\"hs2019\",headers=\"{covered}\",\
                         signature=\"{signature}\""
                    ),
                ));
                headers
            }
            Form::Standard => {
                let mut headers = Vec::new();
                let mut base = format!("\"@method\": {method}\n");
                base += &format!("\"@target-uri\": http://{HOST}{path}\n");
                let mut covered = "\"@method\" \"@target-uri\"".to_owned();
                if let Some(digest) = digest {
                    let value = format!("sha-256=:{digest}:");
                    base += &format!("\"content-digest\": {value}\n");
                    covered += " \"content-digest\"";
                    headers.push(("Content-Digest", value));
                }
                let created = now.as_second();
                let input =
                    format!("({covered});created={created};keyid=\"{key_id}\";alg=\"ed25519\"");
                base += &format!("\"@signature-params\": {input}");
                headers.push(("Signature", format!("sig=:{}:", sign(&base))));
                headers.push(("Signature-Input", format!("sig={input}")));
                headers
            }
        }
    }
}
