//! `POST`: creates a document in a container, under a name that the server chooses.

use crate::Request;
use crate::body::Body;
use crate::derive::{Said, with_derived};
use crate::slug::{Name, decode_header};
use codesocial_rdf::vocab::{dct, foaf, ldp, pair, rdf, rdfs, schema, skos};
use codesocial_rdf::{Changeset, GraphKind};
use codesocial_store::{
    AccessMode, Agent, Command, CommandKind, ContainerKind, Membership, OpaqueId, Proposal, Random,
    Rejection, State,
};
use oxrdf::{NamedNode, NamedOrBlankNode, Quad, Term, Triple};

/// What is to be created.
pub struct Creation {
    /// The `Slug` header.
    pub slug: Option<String>,
    /// What the document calls itself, by which it is named where there is no slug.
    pub label: Option<String>,
    /// What is asked for by `Link: …; rel="type"`.
    pub model: Option<Model>,
    /// Reads the body with the new document's IRI as base. It was read once already with the
    /// container's, so it cannot fail on its syntax.
    pub read: Box<ReadBody>,
}

/// What a new document is to be, where the request says it, whatever its body says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Model {
    Document,
    Container(ContainerKind),
    /// Bytes, whatever their type: no command that writes triples makes one.
    File,
}

/// Reads a body with a document's IRI as base.
pub type ReadBody = dyn Fn(&str) -> Result<Vec<Triple>, Rejection> + Send + Sync;

/// The command that creates a document in `container`.
pub fn post(request: Request<'_>, container: NamedNode, creation: Creation) -> Command {
    let target = Some((container.clone(), AccessMode::Append));
    let agent = request.agent.clone();
    request.command(
        CommandKind::Post,
        target,
        Box::new(move |state, random| {
            check_container(state, &container)?;
            let hint = match creation.slug.as_deref().map(decode_header) {
                Some(hint) => hint,
                None => creation.label.clone().unwrap_or_default(),
            };
            let document = free(state, &container, &Name::of_document(&hint), random)?;
            let triples = (creation.read)(document.as_str())?;
            let body = Body::check(state, &document, &triples, creation.model, random)?;
            if body.triples.is_empty() && body.container.is_none() {
                return Err(Rejection::EmptyDocument);
            }
            let server = container_model(state, &agent, &document, &body)?;
            let client = with_derived(state, body.difference(state, &document), Said::Whole);
            Ok(Proposal { client, server, deleted: None, location: Some(document) })
        }),
    )
}

/// What the server records of a new container.
pub(crate) fn container_model(
    state: &State,
    agent: &Agent,
    document: &NamedNode,
    body: &Body,
) -> Result<Changeset, Rejection> {
    let Some(kind) = body.container else { return Ok(Changeset::default()) };
    let meta = State::meta(document.as_ref());
    let is_a = |class| Quad::new(document.clone(), rdf::TYPE, class, meta.clone());
    let mut added: Vec<Quad> = [ldp::CONTAINER, kind.class()].map(is_a).into();
    if kind != ContainerKind::Basic {
        let membership = Membership::defined(state, agent, document, kind, &body.definition)?;
        added.extend(membership.quads(document, kind));
    }
    Ok(Changeset { removed: Vec::new(), added })
}

/// Whether something can be created in a container.
pub(crate) fn check_container(state: &State, container: &NamedNode) -> Result<(), Rejection> {
    if state.is_container(container.as_ref()) {
        return Ok(());
    }
    Err(if state.exists(container.as_ref()) {
        Rejection::NotAContainer(container.clone())
    } else if state.is_tombstoned(container.as_ref()) {
        Rejection::Gone(container.clone())
    } else {
        Rejection::NotFound(container.clone())
    })
}

/// How many numbered names are tried before a random one.
const NUMBERED_MAX: u32 = 100;

/// A free name: the one that is wished for, the same with a number, or a random one.
pub(crate) fn free(
    state: &State,
    container: &NamedNode,
    wished: &Name,
    random: &mut Random,
) -> Result<NamedNode, Rejection> {
    let Name { stem, ending } = wished;
    let free = |stem: &str| {
        let parent = container.as_str().trim_end_matches('/');
        let document = NamedNode::new_unchecked(format!("{parent}/{stem}{ending}"));
        let kind = state.base().kind_of(document.as_ref());
        let usable = matches!(kind, GraphKind::Resource | GraphKind::Sandbox)
            && !state.exists(document.as_ref())
            && !state.is_tombstoned(document.as_ref());
        usable.then_some(document)
    };
    let numbered = || {
        (1..=NUMBERED_MAX).find_map(|n| match n {
            1 => free(stem),
            n => free(&format!("{stem}-{n}")),
        })
    };
    if !stem.is_empty()
        && let Some(document) = numbered()
    {
        return Ok(document);
    }
    let random = OpaqueId::random(random).to_string();
    let name = if stem.is_empty() { random } else { format!("{stem}-{random}") };
    free(&name).ok_or(Rejection::Busy)
}

/// What a new document calls itself, in a body that was read with `document` as its base.
pub fn label(triples: &[Triple], document: &NamedNode) -> Option<String> {
    const LABELS: [oxrdf::NamedNodeRef<'_>; 6] =
        [pair::LABEL, skos::PREF_LABEL, dct::TITLE, rdfs::LABEL, foaf::NAME, schema::NAME];
    LABELS.iter().find_map(|property| {
        triples.iter().find_map(|triple| match (&triple.subject, &triple.object) {
            (NamedOrBlankNode::NamedNode(subject), Term::Literal(label))
                if subject == document && triple.predicate == *property =>
            {
                Some(label.value().to_owned())
            }
            _ => None,
        })
    })
}
