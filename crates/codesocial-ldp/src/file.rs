//! Files: bytes that were received and are on disk, and the document that says what they are.
//!
//! A file is a document like others. What the server knows of its bytes stands in its Meta graph;
//! its own graph says that it is a `semapps:File`, and what clients have to say of it.
//! <https://www.w3.org/TR/ldp/#ldpnr>

use crate::Request;
use crate::post::{check_container, free};
use crate::slug::{Name, decode_header};
use codesocial_rdf::Changeset;
use codesocial_rdf::vocab::{rdf, semapps};
use codesocial_store::{
    AccessMode, Command, CommandKind, FileFacts, Proposal, Received, Rejection, State,
};
use oxrdf::{NamedNode, Quad};

/// Bytes that were received, and what the client said of them.
pub struct Upload {
    pub received: Received,
    /// The `Content-Type`, as it came.
    pub media_type: String,
    /// How the client calls the file: in a form, or by its `Slug` header.
    pub name: Option<String>,
}

/// A longer name is cut.
const NAME_CHARS_MAX: usize = 128;

/// The command that creates a file in `container`.
pub fn post_file(request: Request<'_>, container: NamedNode, upload: Upload) -> Command {
    let target = Some((container.clone(), AccessMode::Append));
    request.command(
        CommandKind::Post,
        target,
        Box::new(move |state, random| {
            check_container(state, &container)?;
            let hint = upload.name.as_deref().map(decode_header).unwrap_or_default();
            let document = free(state, &container, &Name::of_file(&hint), random)?;
            Ok(proposal(state, document, &upload))
        }),
    )
}

/// The command that makes the bytes those of `document`, which is a file or is not there yet.
pub fn put_file(request: Request<'_>, document: NamedNode, upload: Upload) -> Command {
    let target = Some((document.clone(), AccessMode::Write));
    let agent = request.agent.clone();
    request.command(
        CommandKind::Put,
        target,
        Box::new(move |state, _| {
            let graph = document.as_ref();
            if state.is_tombstoned(graph) {
                return Err(Rejection::Gone(document.clone()));
            }
            let is_place = state.base().kind_of(graph).is_document();
            if !is_place || state.exists(graph) && !state.is_file(graph) {
                return Err(Rejection::NotAFile(document.clone()));
            }
            if !state.exists(graph) {
                state.permits_creating(&agent, graph)?;
            }
            Ok(proposal(state, document.clone(), &upload))
        }),
    )
}

fn proposal(state: &State, document: NamedNode, upload: &Upload) -> Proposal {
    let known = state.file(document.as_ref());
    let name = match (&upload.name, &known) {
        (Some(name), _) => harmless(&decode_header(name)),
        (None, Some(known)) => known.name.clone(),
        (None, None) => String::new(),
    };
    let last = || document.as_str().rsplit('/').next().unwrap_or_default().to_owned();
    let facts = FileFacts {
        digest: upload.received.digest,
        bytes: upload.received.bytes,
        media_type: upload.media_type.clone(),
        name: if name.is_empty() { last() } else { name },
    };
    let said = known.as_ref().map(|known| known.quads(document.as_ref())).unwrap_or_default();
    let says = facts.quads(document.as_ref());
    let without = |some: &[Quad], others: &[Quad]| {
        some.iter().filter(|quad| !others.contains(quad)).cloned().collect()
    };
    let server = Changeset { removed: without(&said, &says), added: without(&says, &said) };
    let is_file = Quad::new(document.clone(), rdf::TYPE, semapps::FILE, document.clone());
    let added = if known.is_none() { vec![is_file] } else { Vec::new() };
    let client = Changeset { removed: Vec::new(), added };
    Proposal { client, server, deleted: None, location: Some(document) }
}

/// The last part of a name, for whoever saves the file: no folder, nothing that hides.
fn harmless(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let shown = last.chars().filter(|c| !c.is_control()).take(NAME_CHARS_MAX).collect::<String>();
    shown.trim().trim_start_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_to_save_under_leads_nowhere() {
        for (name, expected) in [
            ("Photo d'été.JPG", "Photo d'été.JPG"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Windows\\x.exe", "x.exe"),
            ("a\r\nSet-Cookie: x", "aSet-Cookie: x"),
            (".htaccess", "htaccess"),
            ("..", ""),
        ] {
            assert_eq!(harmless(name), expected, "{name:?}");
        }
        assert_eq!(harmless(&"é".repeat(1_000)).chars().count(), NAME_CHARS_MAX);
    }
}
