//! A document as it is read: its own triples, what the server says of it, and what it is.

use crate::members::{self, Containment, Page};
use codesocial_graph::Pattern;
use codesocial_rdf::GraphKind;
use codesocial_rdf::vocab::{cs, dct, ldp, rdf};
use codesocial_store::AccessMode;
use codesocial_store::{Agent, ContainerKind, Etag, Membership, Rejection, State};
use oxrdf::{NamedNode, NamedNodeRef, Term, Triple};

/// What one can ask of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentKind {
    Resource,
    Container(ContainerKind),
    /// Bytes that are kept as they are. <https://www.w3.org/TR/ldp/#ldpnr>
    File,
    /// What is said of a file, at an address of its own: `{file}.meta`.
    Description,
    /// Shapes: written by administrators, judged with all that they are about.
    Shapes,
    /// Who may do what with a document: for who controls it.
    Access,
    /// Ontology, schemes, versions: written by the operator, read by all.
    ReadOnly,
}

/// What is known of a document before it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub kind: DocumentKind,
    pub etag: Etag,
}

/// A document of one state. Skolem IRIs are still in its triples.
#[derive(Debug, Clone)]
pub struct Document {
    pub iri: NamedNode,
    pub kind: DocumentKind,
    /// Whether no shape judges it.
    pub unconstrained: bool,
    pub etag: Etag,
    /// The client's triples.
    pub own: Vec<Triple>,
    /// The server's triples, of its members those that were asked for.
    pub meta: Vec<Triple>,
    /// What `meta` does not say of its members.
    pub page: Page,
}

impl DocumentKind {
    pub fn is_container(self) -> bool {
        matches!(self, Self::Container(_))
    }
}

impl Document {
    /// Finds what an agent may read at an address. What may not be read is absent; where nothing
    /// may be read, whether it is there or not, that is said.
    pub fn find(state: &State, agent: &Agent, address: &NamedNode) -> Result<Found, Rejection> {
        let described = described(state, address);
        let iri = described.as_ref().unwrap_or(address);
        let absent = || {
            if state.tells_deletion(agent, iri.as_ref()) {
                Rejection::Gone(address.clone())
            } else {
                Rejection::NotFound(address.clone())
            }
        };
        state.permits_looking(agent, iri.as_ref())?;
        // What is there and may not be read is as what is not there.
        if state.permits(agent, iri.as_ref(), AccessMode::Read).is_err() {
            return Err(absent());
        }
        let kind = Self::kind_at(state, iri.as_ref()).ok_or_else(absent)?;
        let kind = if described.is_some() { DocumentKind::Description } else { kind };
        let etag = state.etag(iri.as_ref()).ok_or_else(absent)?;
        Ok(Found { kind, etag })
    }

    /// Reads what is said at an address, for an agent, with some of the members that the agent may
    /// read. Of a file that is its description.
    pub fn read(
        state: &State,
        agent: &Agent,
        address: &NamedNode,
        containment: Containment<'_>,
    ) -> Result<Self, Rejection> {
        let Found { kind, etag } = Self::find(state, agent, address)?;
        let described = described(state, address);
        let iri = described.as_ref().unwrap_or(address);
        let mut meta = said_by_server(state, iri);
        let mut page = Page::default();
        if let (DocumentKind::Container(_), Containment::Page { after, max, order }) =
            (kind, containment)
        {
            let (members, rest) = members::page(state, agent, iri, (after, max), order);
            let contains = |member| Triple::new(iri.clone(), ldp::CONTAINS, member);
            meta.extend(members.into_iter().map(contains));
            page = rest;
        }
        let own: Vec<Triple> = state.graph(iri.as_ref().into()).collect();
        if is_bare_rdf_source(kind, iri, &own) {
            meta.push(Triple::new(iri.clone(), rdf::TYPE, ldp::RDF_SOURCE));
        }
        Ok(Self {
            kind,
            unconstrained: state.base().kind_of(iri.as_ref()) == GraphKind::Sandbox,
            etag,
            own,
            meta,
            page,
            iri: iri.clone(),
        })
    }

    /// What an agent finds at an address, if anything: what may not be read is absent.
    pub fn kind_for(state: &State, agent: &Agent, address: &NamedNode) -> Option<DocumentKind> {
        Self::find(state, agent, address).ok().map(|found| found.kind)
    }

    /// What there is at an IRI, if anything.
    fn kind_at(state: &State, iri: NamedNodeRef<'_>) -> Option<DocumentKind> {
        if iri.as_str().contains('#') || !state.exists(iri) {
            return None;
        }
        match state.base().kind_of(iri) {
            GraphKind::Resource | GraphKind::Sandbox | GraphKind::Private => {
                Some(match state.container_kind(iri) {
                    Some(kind) => DocumentKind::Container(kind),
                    None if state.is_file(iri) => DocumentKind::File,
                    None => DocumentKind::Resource,
                })
            }
            GraphKind::Acl => Some(DocumentKind::Access),
            GraphKind::Shapes => Some(DocumentKind::Shapes),
            GraphKind::Scheme | GraphKind::Ontology | GraphKind::Version => {
                Some(DocumentKind::ReadOnly)
            }
            GraphKind::Default
            | GraphKind::Meta
            | GraphKind::Remote
            | GraphKind::Quarantine
            | GraphKind::SandboxMeta
            | GraphKind::PrivateMeta
            | GraphKind::Foreign
            | GraphKind::System => None,
        }
    }

    /// Takes out what a container says of its own members, where it is what they are members of.
    pub fn omit_memberships(&mut self, state: &State) {
        if let Some(membership) = state.membership(self.iri.as_ref()) {
            self.own.retain(|triple| !membership.is_membership(triple));
        }
    }

    /// All that a representation holds.
    pub fn triples(&self) -> impl Iterator<Item = &Triple> {
        self.own.iter().chain(&self.meta)
    }

    /// The members of a container that were read with it, in the order of their IRIs.
    pub fn members(&self) -> impl Iterator<Item = &NamedNode> {
        self.meta.iter().filter(|triple| triple.predicate == ldp::CONTAINS).filter_map(|triple| {
            match &triple.object {
                Term::NamedNode(member) => Some(member),
                Term::BlankNode(_) | Term::Literal(_) => None,
            }
        })
    }
}

/// The file that what lies at an address describes. Nothing else has an address like that.
pub fn described(state: &State, address: &NamedNode) -> Option<NamedNode> {
    let file = NamedNode::new_unchecked(address.as_str().strip_suffix(".meta")?);
    state.is_file(file.as_ref()).then_some(file)
}

/// Whether of a document nobody says which type it is but LDP. What it is then, a container also,
/// is said where it is read, as its `Link` headers say it: no state holds it.
///
/// LDP 4.3.1.3: "The representation of a LDP-RS MAY have an rdf:type of ldp:RDFSource".
/// <https://www.w3.org/TR/ldp/#ldprs-rdftype>
fn is_bare_rdf_source(kind: DocumentKind, iri: &NamedNode, own: &[Triple]) -> bool {
    let typed =
        |triple: &Triple| triple.predicate == rdf::TYPE && triple.subject == iri.clone().into();
    match kind {
        DocumentKind::Container(_) => true,
        DocumentKind::Resource => !own.iter().any(typed),
        DocumentKind::File
        | DocumentKind::Description
        | DocumentKind::Shapes
        | DocumentKind::Access
        | DocumentKind::ReadOnly => false,
    }
}

/// What only the server says of a description and its parts.
const OF_DESCRIPTIONS: [NamedNodeRef<'_>; 4] =
    [cs::COMPLETENESS, cs::CURRENT_VERSION, cs::HAS_VERSION, cs::OPPOSABILITY_LEVEL];

/// What the server says of a document, its members apart.
fn said_by_server(state: &State, document: &NamedNode) -> Vec<Triple> {
    let contains = state.id(ldp::CONTAINS);
    let meta = state.id(&State::meta(document.as_ref()));
    let pattern = meta.map(|meta| Pattern { graph: Some(meta), ..Pattern::default() });
    let quads = pattern.into_iter().flat_map(|pattern| state.quads(pattern));
    let own = quads.filter(|[_, predicate, ..]| Some(*predicate) != contains);
    let mut triples: Vec<Triple> = own.map(|quad| state.decode(quad).into()).collect();
    triples.sort_by_cached_key(ToString::to_string);
    triples
}

/// Whether a triple says what only the server says of `document`.
pub(crate) fn is_server_managed(
    state: &State,
    triple: &Triple,
    document: NamedNodeRef<'_>,
) -> bool {
    let defines = Membership::is_about(triple, document)
        && state.container_kind(document).is_some_and(|kind| kind != ContainerKind::Basic);
    if defines || state.is_file_fact(triple, document) {
        return true;
    }
    if OF_DESCRIPTIONS.contains(&triple.predicate.as_ref()) {
        return true;
    }
    if triple.subject != document.into() {
        return false;
    }
    let of_ldp = |class: &Term| match class {
        Term::NamedNode(class) => class.as_str().starts_with(ldp::NS),
        Term::BlankNode(_) | Term::Literal(_) => false,
    };
    [ldp::CONTAINS, dct::CREATED, dct::MODIFIED].contains(&triple.predicate.as_ref())
        || triple.predicate == rdf::TYPE && of_ldp(&triple.object)
}
