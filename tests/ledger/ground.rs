//! Where a case happens: a server, and in it a container that no other case writes to.

use codesocial_tests::graph::{iri, triples};
use codesocial_tests::http::{Request, Response};
use codesocial_tests::server::Server;
use std::ops::Deref;

/// Where what only LDP asks for is tried: nothing there is judged by shapes.
const SANDBOX: &str = "/sandbox";

pub(crate) const TURTLE: &str = "text/turtle";
pub(crate) const JSON_LD: &str = "application/ld+json";
pub(crate) const N_TRIPLES: &str = "application/n-triples";
pub(crate) const UPDATE: &str = "application/sparql-update";

pub(crate) const LDP: &str = "http://www.w3.org/ns/ldp#";
pub(crate) const CONSTRAINED_BY: &str = "http://www.w3.org/ns/ldp#constrainedBy";

const PREFIXES: &str = "\
@prefix ldp: <http://www.w3.org/ns/ldp#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix pair: <http://virtual-assembly.org/ontologies/pair#> .
@prefix e: <http://e.example/> .
";

/// Turtle under the prefixes of the cases.
pub(crate) fn turtle(body: &str) -> String {
    format!("{PREFIXES}{body}")
}

/// A `Link` header that says what the resource is to be.
pub(crate) fn model(name: &str) -> String {
    format!("<{LDP}{name}>; rel=\"type\"")
}

/// Whether an answer says that its resource is one of those.
pub(crate) fn is_a(answer: &Response, name: &str) -> bool {
    answer.links(&format!("{LDP}{name}"), "type")
}

/// The `Prefer` header with names of LDP in its parameter.
pub(crate) fn prefer(parameter: &str) -> String {
    format!("return=representation; {}", parameter.replace("ldp:", LDP))
}

/// What an answer says, a line for each triple, in order; the document's own IRI is `<>`, names of
/// LDP and of the cases are short.
#[track_caller]
pub(crate) fn lines(answer: &Response, path: &str) -> Vec<String> {
    let own = format!("<{}>", iri(path));
    let mut lines: Vec<String> =
        triples(answer, path).iter().map(|triple| short(&triple.to_string(), &own)).collect();
    lines.sort_unstable();
    lines
}

fn short(triple: &str, own: &str) -> String {
    const SHORT: [(&str, &str); 4] = [
        ("http://www.w3.org/1999/02/22-rdf-syntax-ns#type", "a"),
        (LDP, "ldp:"),
        ("http://purl.org/dc/terms/", "dct:"),
        ("http://e.example/", "e:"),
    ];
    let told = triple.replace(own, "<>");
    SHORT.iter().fold(told, |told, (long, short)| told.replace(long, short))
}

pub(crate) struct Ground<'a> {
    server: &'a Server,
    container: String,
}

impl Deref for Ground<'_> {
    type Target = Server;

    fn deref(&self) -> &Server {
        self.server
    }
}

impl<'a> Ground<'a> {
    pub(crate) fn new(server: &'a Server, id: &str) -> Self {
        Self::named(server, &id.to_ascii_lowercase())
    }

    fn named(server: &'a Server, name: &str) -> Self {
        let container = format!("{SANDBOX}/{name}");
        let body = turtle("<> a ldp:BasicContainer .");
        server.put(&container).turtle(body).send().expect_status(201);
        Self { server, container }
    }

    /// The same ground on another server.
    pub(crate) fn on(server: &'a Server) -> Self {
        Self::named(server, "ground")
    }

    /// The path of the container.
    pub(crate) fn container(&self) -> &str {
        &self.container
    }

    /// The path of a name in the container.
    pub(crate) fn path(&self, name: &str) -> String {
        format!("{}/{name}", self.container)
    }

    /// Writes a document under a new name: its path.
    #[track_caller]
    pub(crate) fn written(&self, name: &str, body: &str) -> String {
        let path = self.path(name);
        self.put(&path).turtle(turtle(body)).send().expect_status(201);
        path
    }

    /// A document that was just written.
    #[track_caller]
    pub(crate) fn resource(&self) -> String {
        self.written("resource", "<> dct:title \"Un\" .")
    }

    /// A `POST` to the container.
    pub(crate) fn create(&self) -> Request {
        self.post(&self.container)
    }

    /// Posts a document under a name that the server chooses: its path.
    #[track_caller]
    pub(crate) fn created(&self, body: &str) -> String {
        self.create().turtle(turtle(body)).send().expect_status(201).location()
    }

    /// What a document says now.
    #[track_caller]
    pub(crate) fn says(&self, path: &str) -> Vec<String> {
        lines(&self.get(path).send().expect_status(200), path)
    }

    /// Whether a document says a line.
    #[track_caller]
    pub(crate) fn holds(&self, path: &str, line: &str) -> bool {
        self.says(path).iter().any(|said| said == line)
    }

    /// Whether the container lists a member.
    #[track_caller]
    pub(crate) fn lists(&self, member: &str) -> bool {
        self.holds(&self.container, &format!("<> <ldp:contains> <{}>", iri(member)))
    }

    /// The entity tag of what a plain `GET` answers.
    #[track_caller]
    pub(crate) fn tag(&self, path: &str) -> String {
        let answer = self.get(path).send().expect_status(200);
        answer.header("etag").to_owned()
    }
}
