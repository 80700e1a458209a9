//! `/_acl/{path}`: the access document of a document as SemApps shows and changes it, an
//! authorization for each mode.

use super::{Visit, answer};
use crate::problem::{Problem, Refusal};
use crate::routes::ACL;
use crate::state::App;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use codesocial_ldp::{Document, Grant, GrantChange, GranteeProperty, Grants, grant};
use codesocial_rdf::vocab::{acl, foaf};
use codesocial_rdf::{RdfSyntax, parse};
use codesocial_store::{AccessMode, Agent};
use oxrdf::{NamedNode, NamedOrBlankNode, Term};
use serde_json::{Map, Value, json};

const METHODS: &str = "GET, HEAD, OPTIONS, PATCH, PUT";
const JSON_LD: &str = "application/ld+json";

pub(super) async fn dispatch(
    State(app): State<App>,
    request: Request,
) -> Result<Response, Problem> {
    let (visit, body) = Visit::of(app, request, ACL).await?;
    match visit.parts.method {
        Method::GET | Method::HEAD => visit.acl(),
        Method::OPTIONS => Ok((StatusCode::NO_CONTENT, [("allow", METHODS)]).into_response()),
        Method::PATCH => visit.change(body, GrantChange::Add).await,
        Method::PUT => visit.change(body, GrantChange::Replace).await,
        _ => Err(visit.refuse(Refusal::Method(METHODS))),
    }
}

impl Visit {
    /// Whoever does not control the document sees only what is granted to them.
    fn acl(&self) -> Result<Response, Problem> {
        if self.ask.prefers(&[JSON_LD, super::JSON]).is_none() {
            return Err(self.refuse(Refusal::NotAcceptable));
        }
        let state = self.app.store.state();
        Document::find(&state, &self.agent, &self.document).map_err(|r| self.refuse(r))?;
        let modes = state.modes(&self.agent, self.document.as_ref());
        let controls = modes.contains(AccessMode::Control);
        let is_shown = |grant: &&Grant| controls || grant.is_general() || self.is_named(grant);
        let Grants { own, inherited, above } = Grants::of(&state, &self.document);
        let mut nodes = nodes(own.iter().filter(is_shown), &self.document, "");
        if let Some(above) = above {
            let acl = self.address(&above);
            nodes.extend(self::nodes(inherited.iter().filter(is_shown), &above, acl.as_str()));
        }
        Ok(answer(JSON_LD, &document(&self.address(&self.document), &nodes)))
    }

    /// Whether a grant is made to the agent, or to a group with them in it.
    fn is_named(&self, grant: &Grant) -> bool {
        let Agent::Person(person) = &self.agent else { return false };
        match grant.property {
            GranteeProperty::Agent => grant.grantee == person.webid,
            GranteeProperty::AgentClass => false,
            GranteeProperty::AgentGroup => {
                self.app.store.state().in_group(&grant.grantee, &person.webid)
            }
        }
    }

    /// Where SemApps looks for the access document of a document.
    fn address(&self, document: &NamedNode) -> NamedNode {
        let path = self.app.base.path_of(document.as_str()).unwrap_or_default();
        self.app.iri(&format!("{ACL}/{path}"))
    }

    async fn change(
        &self,
        body: Body,
        change: fn(Vec<Grant>) -> GrantChange,
    ) -> Result<Response, Problem> {
        let syntax = RdfSyntax::from_media_type(self.content_type())
            .filter(|s| matches!(s, RdfSyntax::Turtle | RdfSyntax::JsonLd | RdfSyntax::NTriples))
            .ok_or_else(|| self.refuse(Refusal::MediaType))?;
        let bytes = self.read(body).await?;
        let address = self.address(&self.document);
        let triples = parse::triples(&bytes, syntax, address.as_str());
        let triples = triples.map_err(|error| self.refuse(error))?;
        let grants = grants(&triples).ok_or_else(|| self.refuse(Refusal::Missing("acl:mode")))?;
        if grants.is_empty() {
            return Err(self.refuse(Refusal::Missing("acl:agent")));
        }
        let mut random = self.app.random();
        let request = self.request(&mut random);
        self.commit(grant(request, self.document.clone(), change(grants))).await?;
        Ok(StatusCode::NO_CONTENT.into_response())
    }
}

/// What a body grants: to each agent, class and group the mode that the fragment of its
/// authorization names. None where a fragment names no mode.
fn grants(triples: &[oxrdf::Triple]) -> Option<Vec<Grant>> {
    let mut grants = Vec::new();
    for triple in triples {
        let property = GranteeProperty::ALL.into_iter().find(|p| triple.predicate == p.iri());
        let Some(property) = property else { continue };
        let NamedOrBlankNode::NamedNode(node) = &triple.subject else { return None };
        let (_, fragment) = node.as_str().rsplit_once('#')?;
        let (mode, below) = Grant::of_fragment(fragment)?;
        let Term::NamedNode(grantee) = &triple.object else { return None };
        grants.push(Grant { mode, below, property, grantee: grantee.clone() });
    }
    Some(grants)
}

/// One node for each mode of what is granted of a document, under names that begin with `prefix`.
fn nodes<'a>(
    grants: impl Iterator<Item = &'a Grant>,
    document: &NamedNode,
    prefix: &str,
) -> Vec<Value> {
    let grants: Vec<&Grant> = grants.collect();
    let mut nodes = Vec::new();
    for below in [false, true] {
        for mode in AccessMode::ALL {
            let own = || grants.iter().filter(|grant| grant.mode == mode && grant.below == below);
            let Some(first) = own().next() else { continue };
            let reach = if below { "acl:default" } else { "acl:accessTo" };
            let mut node = Map::new();
            node.insert("@id".to_owned(), json!(format!("{prefix}#{}", first.fragment())));
            node.insert("@type".to_owned(), json!("acl:Authorization"));
            node.insert(reach.to_owned(), json!(document.as_str()));
            for (property, name) in NAMES {
                let named = own().filter(|grant| grant.property == property);
                let mut named: Vec<String> = named.map(|grant| compact(&grant.grantee)).collect();
                named.sort_unstable();
                named.dedup();
                match named.as_slice() {
                    [] => {}
                    [one] => drop(node.insert(name.to_owned(), json!(one))),
                    many => drop(node.insert(name.to_owned(), json!(many))),
                }
            }
            node.insert("acl:mode".to_owned(), json!(format!("acl:{}", local(mode))));
            nodes.push(Value::Object(node));
        }
    }
    nodes
}

const NAMES: [(GranteeProperty, &str); 3] = [
    (GranteeProperty::Agent, "acl:agent"),
    (GranteeProperty::AgentClass, "acl:agentClass"),
    (GranteeProperty::AgentGroup, "acl:agentGroup"),
];

fn local(mode: AccessMode) -> &'static str {
    mode.iri().as_str().rsplit('#').next().unwrap_or_default()
}

/// The classes of agents by their prefixed names, as clients compare them.
fn compact(grantee: &NamedNode) -> String {
    if *grantee == foaf::AGENT {
        "foaf:Agent".to_owned()
    } else if *grantee == acl::AUTHENTICATED_AGENT {
        "acl:AuthenticatedAgent".to_owned()
    } else {
        grantee.as_str().to_owned()
    }
}

fn document(address: &NamedNode, nodes: &[Value]) -> Value {
    let iri = json!({"@type": "@id"});
    json!({
        "@context": {
            "acl": acl::NS,
            "foaf": foaf::NS,
            "acl:agent": iri,
            "acl:agentClass": iri,
            "acl:agentGroup": iri,
            "acl:accessTo": iri,
            "acl:default": iri,
            "acl:mode": iri,
            "@base": address.as_str(),
        },
        "@graph": nodes,
    })
}
