//! A document as bytes, in the form that the client prefers.

use crate::extract::{Language, Portion, Shown};
use crate::problem::Ask;
use crate::state::App;
use codesocial_ldp::{Containment, Document, DocumentKind};
use codesocial_rdf::context::{ACTIVITYSTREAMS_IRI, LDP_PATH, V1_PATH};
use codesocial_rdf::vocab::ldp;
use codesocial_rdf::{RdfSyntax, jsonld, skolem, write};
use codesocial_store::{Agent, Change, State};
use oxrdf::Triple;
use serde_json::{Map, Value, json};

/// The forms in which a document is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Form {
    /// A syntax of RDF. JSON-LD is as the SemApps instances write it.
    Rdf(RdfSyntax),
    /// JSON-LD under the context of exports, where its profile was asked for.
    JsonLdV1,
    Page(Language),
}

/// The forms in which a file is offered.
pub(crate) enum FileForm {
    Bytes,
    /// What is said of it.
    Description(Form),
}

/// Favourite first: where nothing is asked for, Turtle.
const OFFERS: [(&str, Option<RdfSyntax>); 10] = [
    ("text/turtle", Some(RdfSyntax::Turtle)),
    ("application/ld+json", Some(RdfSyntax::JsonLd)),
    ("text/html", None),
    ("application/n-triples", Some(RdfSyntax::NTriples)),
    ("application/json", Some(RdfSyntax::JsonLd)),
    ("application/activity+json", Some(RdfSyntax::JsonLd)),
    ("application/xhtml+xml", None),
    ("application/trig", Some(RdfSyntax::TriG)),
    ("application/n-quads", Some(RdfSyntax::NQuads)),
    ("application/rdf+xml", Some(RdfSyntax::RdfXml)),
];

impl Form {
    /// What the client prefers, or nothing where it accepts none.
    pub(crate) fn preferred(ask: &Ask) -> Option<Self> {
        let (_, syntax) = OFFERS[ask.prefers(&OFFERS.map(|(media_type, _)| media_type))?];
        Some(match syntax {
            None => Self::Page(ask.language),
            Some(RdfSyntax::JsonLd) if ask.accept.as_ref().is_some_and(|a| a.contains(V1_PATH)) => {
                Self::JsonLdV1
            }
            Some(syntax) => Self::Rdf(syntax),
        })
    }

    /// What the client prefers of a file of that type: its bytes, where they suit.
    pub(crate) fn preferred_of_file(ask: &Ask, media_type: &str) -> Option<FileForm> {
        let essence = media_type.split(';').next().unwrap_or_default().trim();
        let syntaxes = OFFERS.iter().filter(|(_, syntax)| syntax.is_some());
        let offers = || syntaxes.clone().map(|(media_type, _)| *media_type);
        let offered: Vec<&str> = std::iter::once(essence).chain(offers()).collect();
        let Some(n) = ask.prefers(&offered)?.checked_sub(1) else { return Some(FileForm::Bytes) };
        syntaxes.clone().nth(n)?.1.map(|syntax| FileForm::Description(Self::Rdf(syntax)))
    }

    pub(crate) fn media_type(self) -> &'static str {
        match self {
            // Clients compare it to the letter: no parameter. https://www.w3.org/TR/ldp/#ldprs-get-jsonld
            Self::Rdf(syntax) => syntax.media_type(),
            Self::JsonLdV1 => RdfSyntax::JsonLd.media_type(),
            Self::Page(_) => "text/html; charset=utf-8",
        }
    }

    /// The variant part of the entity tag.
    pub(crate) fn variant(self) -> &'static str {
        match self {
            Self::Rdf(RdfSyntax::Turtle) => "ttl",
            Self::Rdf(RdfSyntax::JsonLd) => "jsonld",
            Self::Rdf(RdfSyntax::NTriples) => "nt",
            Self::Rdf(RdfSyntax::NQuads) => "nq",
            Self::Rdf(RdfSyntax::TriG) => "trig",
            Self::Rdf(RdfSyntax::RdfXml) => "rdf",
            Self::JsonLdV1 => "v1",
            Self::Page(Language::French) => "html.fr",
            Self::Page(Language::English) => "html.en",
        }
    }

    pub(crate) fn is_page(self) -> bool {
        matches!(self, Self::Page(_))
    }

    /// Whether a container in this form holds its members in full, as the front-ends of SemApps
    /// expect: they list what they find there, and ask for no member by itself.
    pub(crate) fn embeds(self, kind: DocumentKind, shown: Shown) -> bool {
        kind.is_container() && shown == Shown::Members && self == Self::Rdf(RdfSyntax::JsonLd)
    }

    /// What the answer depends on.
    pub(crate) fn vary(self, kind: DocumentKind) -> &'static str {
        match (self, kind) {
            (Self::Page(_), _) => "Accept, Accept-Language, Authorization, Cookie",
            (_, DocumentKind::Container(_)) => "Accept, Authorization, Cookie, Prefer",
            (_, DocumentKind::ReadOnly) => "Accept",
            (
                _,
                DocumentKind::Resource
                | DocumentKind::File
                | DocumentKind::Description
                | DocumentKind::Shapes
                | DocumentKind::Access,
            ) => "Accept, Authorization, Cookie",
        }
    }
}

/// The form cannot say what the document says.
pub(crate) struct Unsayable;

/// A document as bytes, as one agent may read it. Its changes are for people.
pub(crate) fn render(
    app: &App,
    state: &State,
    agent: &Agent,
    document: &Document,
    changes: &[Change],
    form: Form,
    portion: &Portion,
) -> Result<String, Unsayable> {
    let syntax = match form {
        Form::Page(language) => {
            return Ok(app.pages.document(state, agent, document, changes, portion, language));
        }
        Form::JsonLdV1 => return Ok(exported(app, document)),
        Form::Rdf(syntax) => syntax,
    };
    match syntax {
        RdfSyntax::JsonLd if form.embeds(document.kind, portion.shown) => {
            return Ok(with_members(app, state, agent, document));
        }
        RdfSyntax::JsonLd => {
            let triples = outgoing(document, document.triples());
            return Ok(semapps(app, app.ldp_context.tree(document.iri.as_str(), &triples)));
        }
        RdfSyntax::TriG => return Ok(graphs(document)),
        // A client that prefers quads and reads one document looks for its triples in the default
        // graph, as every other syntax has them.
        RdfSyntax::NQuads | RdfSyntax::Turtle | RdfSyntax::NTriples | RdfSyntax::RdfXml => {}
    }
    let triples = outgoing(document, document.triples());
    if syntax == RdfSyntax::RdfXml && !write::fits_xml(&triples) {
        return Err(Unsayable);
    }
    Ok(write::graph(&triples, syntax))
}

/// Triples as they leave, in the order in which they are read best.
fn outgoing<'a>(document: &Document, triples: impl IntoIterator<Item = &'a Triple>) -> Vec<Triple> {
    let mut triples: Vec<Triple> = triples.into_iter().cloned().map(skolem::unskolemise).collect();
    write::sort_for_reading(&mut triples, document.iri.as_str());
    triples
}

/// What the client says in the document's graph, what the server says in the Meta graph.
fn graphs(document: &Document) -> String {
    write::trig(&[
        (document.iri.clone(), outgoing(document, &document.own)),
        (State::meta(document.iri.as_ref()), outgoing(document, &document.meta)),
    ])
}

/// A container with each of its members in full, themselves without members.
fn with_members(app: &App, state: &State, agent: &Agent, container: &Document) -> String {
    let members = container.members().filter_map(|member| {
        // One that the agent may not read is absent.
        let member = Document::read(state, agent, member, Containment::Minimal).ok()?;
        Some(Value::Object(tree(app, &member)))
    });
    let members: Vec<Value> = members.collect();
    let own = container.triples().filter(|triple| triple.predicate != ldp::CONTAINS);
    let triples = outgoing(container, own);
    let mut tree = app.ldp_context.tree(container.iri.as_str(), &triples);
    if tree.contains_key("@context") {
        // A prefix that the container's own IRIs hide would be hidden from its members too.
        let triples = outgoing(container, container.triples());
        tree = app.ldp_context.tree(container.iri.as_str(), &triples);
    } else if !members.is_empty() {
        tree.insert(app.ldp_context.key(ldp::CONTAINS.as_str()), Value::Array(members));
    }
    semapps(app, tree)
}

/// A document as JSON-LD, to stand in another under the context of LDP answers.
pub(crate) fn tree(app: &App, document: &Document) -> Map<String, Value> {
    app.ldp_context.tree(document.iri.as_str(), &outgoing(document, document.triples()))
}

fn semapps(app: &App, tree: Map<String, Value>) -> String {
    json_ld(&json!([ACTIVITYSTREAMS_IRI, app.base.resolve(LDP_PATH).as_str()]), tree)
}

fn exported(app: &App, document: &Document) -> String {
    let triples = outgoing(document, document.triples());
    let tree = app.v1_context.tree(document.iri.as_str(), &triples);
    json_ld(&json!(app.base.resolve(V1_PATH).as_str()), tree)
}

fn json_ld(context: &Value, tree: Map<String, Value>) -> String {
    let mut text = format!("{:#}", Value::Object(jsonld::under(context.clone(), tree)));
    text.push('\n');
    text
}
