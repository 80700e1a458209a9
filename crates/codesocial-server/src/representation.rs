//! A document as bytes, in the form that the client prefers.

use crate::extract::Language;
use crate::problem::Ask;
use crate::state::App;
use codesocial_ldp::Document;
use codesocial_rdf::context::{ACTIVITYSTREAMS_IRI, LDP_PATH, V1_PATH};
use codesocial_rdf::{RdfSyntax, jsonld, skolem, write};
use oxrdf::Triple;
use serde_json::{Value, json};

/// The forms in which a document is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Form {
    Turtle,
    /// JSON-LD as the SemApps instances write it.
    JsonLd,
    /// JSON-LD under the context of exports, where its profile was asked for.
    JsonLdV1,
    NTriples,
    Page(Language),
}

/// Favourite first: where nothing is asked for, Turtle.
const OFFERS: &[(&str, Option<RdfSyntax>)] = &[
    ("text/turtle", Some(RdfSyntax::Turtle)),
    ("application/ld+json", Some(RdfSyntax::JsonLd)),
    ("text/html", None),
    ("application/n-triples", Some(RdfSyntax::NTriples)),
    ("application/json", Some(RdfSyntax::JsonLd)),
    ("application/activity+json", Some(RdfSyntax::JsonLd)),
    ("application/xhtml+xml", None),
];

impl Form {
    /// What the client prefers, or nothing where it accepts none.
    pub(crate) fn preferred(ask: &Ask) -> Option<Self> {
        let offers: Vec<&str> = OFFERS.iter().map(|(media_type, _)| *media_type).collect();
        let (_, syntax) = OFFERS[ask.prefers(&offers)?];
        Some(match syntax {
            None => Self::Page(ask.language),
            Some(RdfSyntax::NTriples) => Self::NTriples,
            Some(RdfSyntax::JsonLd) if ask.accept.as_ref().is_some_and(|a| a.contains(V1_PATH)) => {
                Self::JsonLdV1
            }
            Some(RdfSyntax::JsonLd) => Self::JsonLd,
            Some(_) => Self::Turtle,
        })
    }

    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Self::Turtle => "text/turtle",
            // Clients compare it to the letter: no parameter. https://www.w3.org/TR/ldp/#ldprs-get-jsonld
            Self::JsonLd | Self::JsonLdV1 => "application/ld+json",
            Self::NTriples => "application/n-triples",
            Self::Page(_) => "text/html; charset=utf-8",
        }
    }

    /// The variant part of the entity tag.
    pub(crate) fn variant(self) -> &'static str {
        match self {
            Self::Turtle => "ttl",
            Self::JsonLd => "jsonld",
            Self::JsonLdV1 => "v1",
            Self::NTriples => "nt",
            Self::Page(Language::French) => "html.fr",
            Self::Page(Language::English) => "html.en",
        }
    }

    pub(crate) fn is_page(self) -> bool {
        matches!(self, Self::Page(_))
    }

    /// What the answer depends on.
    pub(crate) fn vary(self) -> &'static str {
        if self.is_page() { "Accept, Accept-Language, Cookie" } else { "Accept" }
    }
}

/// The RDF of a document in a form that is not a page.
pub(crate) fn rdf(app: &App, document: &Document, form: Form) -> String {
    let mut triples: Vec<Triple> = document.triples().cloned().map(skolem::unskolemise).collect();
    write::sort_for_reading(&mut triples, document.iri.as_str());
    match form {
        Form::Turtle | Form::Page(_) => write::turtle(&triples),
        Form::NTriples => write::n_triples(&triples),
        Form::JsonLd => {
            let context = json!([ACTIVITYSTREAMS_IRI, app.base.resolve(LDP_PATH).as_str()]);
            json_ld(&context, app.ldp_context.tree(document.iri.as_str(), &triples))
        }
        Form::JsonLdV1 => {
            let context = json!(app.base.resolve(V1_PATH).as_str());
            json_ld(&context, app.v1_context.tree(document.iri.as_str(), &triples))
        }
    }
}

fn json_ld(context: &Value, tree: serde_json::Map<String, Value>) -> String {
    let mut text = format!("{:#}", Value::Object(jsonld::under(context.clone(), tree)));
    text.push('\n');
    text
}
