//! A server of somebody else, on this machine: a story says what it answers.

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// What is answered at a path.
#[derive(Debug, Clone)]
struct Page {
    status: u16,
    media_type: &'static str,
    body: String,
}

type Pages = Arc<Mutex<(HashMap<String, Page>, Vec<String>)>>;

/// A server that answers 404 but where it was told what to say.
pub struct Elsewhere {
    /// Without a slash at its end.
    pub origin: String,
    pages: Pages,
}

/// How many bytes come after the head.
fn body_bytes(head: &str) -> usize {
    let header = head.lines().filter_map(|line| line.split_once(':'));
    let mut lengths = header.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    lengths.next().and_then(|(_, length)| length.trim().parse().ok()).unwrap_or_default()
}

impl Elsewhere {
    #[expect(clippy::new_without_default, reason = "each is another server")]
    pub fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        let pages = Pages::default();
        let told = pages.clone();
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let (mut head, mut byte) = (Vec::new(), [0]);
                while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|n| n == 1) {
                    head.push(byte[0]);
                }
                let head = String::from_utf8_lossy(&head);
                // Who closes before all was read may take the answer along.
                let mut body = vec![0; body_bytes(&head)];
                drop(stream.read_exact(&mut body));
                let path = head.split(' ').nth(1).unwrap_or_default();
                let page = {
                    let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
                    told.1.push(path.to_owned());
                    told.0.get(path).cloned()
                };
                let none = Page { status: 404, media_type: "text/turtle", body: String::new() };
                let Page { status, media_type, body } = page.unwrap_or(none);
                let length = body.len();
                let answer = format!(
                    "HTTP/1.1 {status} Said\r\nContent-Type: {media_type}\r\n\
                     Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
                );
                // The other end may be gone: nobody waits for this answer then.
                drop(stream.write_all(answer.as_bytes()));
            }
        });
        Self { origin, pages }
    }

    /// The IRI of a path.
    pub fn iri(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// The settings by which a registry may ask it.
    pub fn allowed(&self) -> String {
        format!("[fetch]\nnetworks = [\"127.0.0.1\"]\norigins = [\"{}\"]\n", self.origin)
    }

    /// Answers so at a path from now on.
    pub fn says(&self, path: &str, status: u16, media_type: &'static str, body: &str) {
        let page = Page { status, media_type, body: body.to_owned() };
        let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        pages.0.insert(path.to_owned(), page);
    }

    /// The paths that it was asked for, in order.
    pub fn asked(&self) -> Vec<String> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner).1.clone()
    }
}
