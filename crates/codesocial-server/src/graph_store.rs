//! The graph store: whole graphs, read and written by their names, directly at their addresses
//! below `/graphs/` or by `/graphs?graph=`. <https://www.w3.org/TR/sparql11-http-rdf-update/>
//!
//! Invariant: with a document's graph an agent does what LDP lets them do with the document, and
//! reads what a query would tell.

mod content;

use crate::body;
use crate::extract::{Conditions, EntityTag, Who, pairs};
use crate::ldp;
use crate::problem::{Ask, Problem, Refusal};
use crate::representation::Form;
use crate::routes;
use crate::sparql::{Misuse, formats, told_limits};
use crate::state::App;
use axum::body::Body;
use axum::extract::{self, FromRequestParts as _, Request};
use axum::http::header::{ALLOW, CONTENT_TYPE, ETAG, LOCATION, VARY};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use codesocial_graph::{Readers, Selection};
use codesocial_ldp::Document;
use codesocial_rdf::{GraphKind, RdfSyntax, write};
use codesocial_store::{
    AccessMode, Agent, Command, CommitError, Effect, Etag, Precondition, Rejection, State,
};
use oxrdf::{GraphName, NamedNode, Triple};
use spargebra::algebra::QueryDataset;

const METHODS: &str = "GET, HEAD, OPTIONS, PUT, POST, DELETE";
const ACCEPT_POST: HeaderName = HeaderName::from_static("accept-post");

/// A request on a graph.
struct Call {
    app: App,
    ask: Ask,
    agent: Agent,
    conditions: Conditions,
    parts: Parts,
}

/// What a request is about.
enum Target {
    Graph(GraphName),
    /// A graph that is to be made, under a name that the server chooses.
    New,
}

pub(crate) async fn dispatch(
    extract::State(app): extract::State<App>,
    request: Request,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let ask = Ask::of(&parts);
    let agent = match Who::from_request_parts(&mut parts, &app).await {
        Ok(Who(agent)) => agent,
        Err(problem) => return problem.into_response(),
    };
    let conditions = Conditions::of(&parts.headers);
    let call = Call { app, ask, agent, conditions, parts };
    let answer = match (call.parts.method.clone(), call.target()) {
        (Method::OPTIONS, _) => Ok((StatusCode::NO_CONTENT, call.offered()).into_response()),
        (_, Err(misuse)) => Err(call.refuse(misuse)),
        (Method::GET | Method::HEAD, Ok(Target::Graph(graph))) => call.read(graph).await,
        (Method::PUT, Ok(Target::Graph(graph))) => call.put(graph, body).await,
        (Method::POST, Ok(target)) => call.post(target, body).await,
        (Method::DELETE, Ok(Target::Graph(graph))) => call.delete(graph).await,
        (Method::GET | Method::HEAD | Method::PUT | Method::DELETE, Ok(Target::New)) => {
            Err(call.refuse(Misuse::WhichGraph))
        }
        _ => Err(call.refuse(Refusal::Method(METHODS))),
    };
    answer.map_err(|problem| problem.with_headers(call.offered())).into_response()
}

impl Call {
    fn refuse(&self, refusal: impl Into<Refusal>) -> Problem {
        Problem::new(&self.app, &self.ask, refusal)
    }

    /// What every answer carries.
    fn offered(&self) -> HeaderMap {
        HeaderMap::from_iter([
            (ALLOW, HeaderValue::from_static(METHODS)),
            (ACCEPT_POST, HeaderValue::from_static(content::ACCEPTED)),
            told_limits(&self.app),
        ])
    }

    /// Graph Store 4: a graph is named by the address itself, or by one parameter of it.
    /// <https://www.w3.org/TR/sparql11-http-rdf-update/#graph-identification>
    fn target(&self) -> Result<Target, Misuse> {
        let parameters = pairs(self.parts.uri.query().unwrap_or_default().as_bytes());
        let default = parameters.iter().any(|(name, _)| name == "default");
        let mut named = parameters.iter().filter(|(name, _)| name == "graph");
        let path = self.parts.uri.path();
        let graph = |iri: &str| {
            let iri = self.name(iri).ok_or_else(|| Misuse::GraphName(iri.to_owned()))?;
            Ok(Target::Graph(iri.into()))
        };
        match (named.next(), default, named.next()) {
            (None, false, _) if path != routes::GRAPHS => graph(self.app.iri(path).as_str()),
            _ if path != routes::GRAPHS => Err(Misuse::WhichGraph),
            (Some((_, iri)), false, None) => graph(iri),
            (None, true, _) => Ok(Target::Graph(GraphName::DefaultGraph)),
            (None, false, _) => Ok(Target::New),
            _ => Err(Misuse::WhichGraph),
        }
    }

    /// The name of a graph, which under the base is one that a document can have.
    fn name(&self, iri: &str) -> Option<NamedNode> {
        let iri = NamedNode::new(iri).ok()?;
        let usual = match self.app.base.path_of(iri.as_str()) {
            Some(path) if path.contains(['?', '#']) => false,
            Some(path) => ldp::resource(&self.app, &format!("/{path}")).is_some(),
            None => true,
        };
        usual.then_some(iri)
    }

    /// Graph Store 5.2: what `CONSTRUCT { ?s ?p ?o } WHERE { GRAPH <graph> { ?s ?p ?o } }` tells.
    /// <https://www.w3.org/TR/sparql11-http-rdf-update/#http-get>
    async fn read(&self, graph: GraphName) -> Result<Response, Problem> {
        let state = self.app.store.state();
        let readers = self.readers(&state, &graph).map_err(|rejection| self.refuse(rejection))?;
        let format = formats::of_graph(&self.ask);
        let (media_type, syntax) = format.ok_or_else(|| self.refuse(Refusal::NotAcceptable))?;
        let tag = tag(&state, &graph, syntax);
        let mut headers = self.offered();
        headers.insert(VARY, HeaderValue::from_static("Accept, Authorization, Cookie"));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        headers.extend(tag.as_ref().and_then(EntityTag::header).map(|tag| (ETAG, tag)));
        if tag.is_some_and(|tag| self.conditions.not_modified(&tag)) {
            return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
        }
        let triples_max = self.app.config.sparql.rows_max;
        let rendered = tokio::task::spawn_blocking(move || {
            rendered(&state, &readers, graph, syntax, triples_max)
        });
        let body = rendered.await.map_err(|_| self.refuse(Refusal::Internal))?;
        Ok((headers, body.map_err(|refusal| self.refuse(refusal))?).into_response())
    }

    /// Who is to read a graph, where this agent may and there is something: what may not be read is
    /// as what is not there.
    fn readers(&self, state: &State, graph: &GraphName) -> Result<Readers, Rejection> {
        let GraphName::NamedNode(name) = graph else { return Ok(state.readers(&self.agent)) };
        let kind = state.base().kind_of(name.as_ref());
        let is_found = kind.is_document()
            || matches!(
                kind,
                GraphKind::Acl
                    | GraphKind::Shapes
                    | GraphKind::Scheme
                    | GraphKind::Ontology
                    | GraphKind::Version
            );
        if is_found {
            Document::find(state, &self.agent, name)?;
        } else if state.permits(&self.agent, name.as_ref(), AccessMode::Read).is_err()
            || state.graph_len(name.as_ref().into()) == 0
        {
            return Err(Rejection::NotFound(name.clone()));
        }
        // Queries show access documents to administrators alone, LDP to who controls the document.
        let is_acl = kind == GraphKind::Acl;
        Ok(if is_acl { Readers::administrator() } else { state.readers(&self.agent) })
    }

    /// <https://www.w3.org/TR/sparql11-http-rdf-update/#http-put>
    async fn put(&self, graph: GraphName, body: Body) -> Result<Response, Problem> {
        let triples = self.content(&graph, body).await?;
        let mut random = self.app.random();
        let mut request = self.request(&mut random);
        let must_be_new =
            self.app.config.ldp.require_if_match && request.precondition == Precondition::None;
        if must_be_new {
            request.precondition = Precondition::Absent;
        }
        let state = self.app.store.state();
        let command = codesocial_ldp::put_graph(request, &state, graph, triples);
        self.commit(command).await.map_err(|problem| match problem {
            problem if must_be_new && problem.is_stale() => self.refuse(Refusal::ConditionRequired),
            problem => problem,
        })
    }

    /// Graph Store 5.5: adds to a graph, or makes one where the address names the store itself.
    /// <https://www.w3.org/TR/sparql11-http-rdf-update/#http-post>
    async fn post(&self, target: Target, body: Body) -> Result<Response, Problem> {
        let graph = match target {
            Target::Graph(graph) => graph,
            Target::New => {
                let name = self.app.opaque_id();
                self.app.iri(&format!("{}/{name}", routes::GRAPHS)).into()
            }
        };
        let triples = self.content(&graph, body).await?;
        let mut random = self.app.random();
        let (state, request) = (self.app.store.state(), self.request(&mut random));
        self.commit(codesocial_ldp::add_to_graph(request, &state, graph, triples)).await
    }

    /// <https://www.w3.org/TR/sparql11-http-rdf-update/#http-delete>
    async fn delete(&self, graph: GraphName) -> Result<Response, Problem> {
        let mut random = self.app.random();
        self.commit(codesocial_ldp::drop_graph(self.request(&mut random), graph)).await
    }

    /// What a body says, for a graph that its relative IRIs are relative to.
    async fn content(&self, graph: &GraphName, body: Body) -> Result<Vec<Triple>, Problem> {
        self.may_write(graph).map_err(|rejection| self.refuse(rejection))?;
        let body = body::read(&self.app.config, body).await.map_err(|r| self.refuse(r))?;
        let base = match graph {
            GraphName::NamedNode(name) => name.clone(),
            GraphName::DefaultGraph | GraphName::BlankNode(_) => self.app.iri(routes::GRAPHS),
        };
        let content_type = self.parts.headers.get(CONTENT_TYPE).and_then(|t| t.to_str().ok());
        let triples = content::triples(content_type.unwrap_or_default(), body, base.as_str()).await;
        triples.map_err(|refusal| self.refuse(refusal))
    }

    /// Before the body is read: who may not write at all need not send it.
    fn may_write(&self, graph: &GraphName) -> Result<(), Rejection> {
        match (graph, &self.agent) {
            (GraphName::NamedNode(name), agent) => {
                self.app.store.state().permits(agent, name.as_ref(), AccessMode::Append)
            }
            (_, Agent::Anonymous) => Err(Rejection::Unauthenticated),
            (_, Agent::Person(_)) => Err(Rejection::Forbidden),
            (_, Agent::Administrator(_) | Agent::Server) => Ok(()),
        }
    }

    fn request<'a>(&self, random: &'a mut codesocial_store::Random) -> codesocial_ldp::Request<'a> {
        codesocial_ldp::Request {
            agent: self.agent.clone(),
            now: (self.app.clock)(),
            random,
            precondition: self.conditions.precondition(),
        }
    }

    /// 201 with the name of a graph that was made, else 204.
    async fn commit(&self, command: Result<Command, Rejection>) -> Result<Response, Problem> {
        let command = command.map_err(|rejection| self.refuse(rejection))?;
        let committed = self.app.store.commit(command).await;
        let committed = committed.map_err(|error: CommitError| self.refuse(error))?;
        let mut headers = self.offered();
        let Some(graph) = committed.location else {
            return Ok((StatusCode::NO_CONTENT, headers).into_response());
        };
        let location = HeaderValue::from_bytes(graph.as_str().as_bytes());
        let tag = tag(&self.app.store.state(), &graph.into(), RdfSyntax::Turtle);
        headers.extend(tag.as_ref().and_then(EntityTag::header).map(|tag| (ETAG, tag)));
        if committed.effect != Effect::Created {
            return Ok((StatusCode::NO_CONTENT, headers).into_response());
        }
        headers.extend(location.map(|location| (LOCATION, location)));
        Ok((StatusCode::CREATED, headers).into_response())
    }
}

/// The tag of a graph in a syntax; the graph without a name has none.
fn tag(state: &State, graph: &GraphName, syntax: RdfSyntax) -> Option<EntityTag> {
    let GraphName::NamedNode(name) = graph else { return None };
    let etag: Etag = state.etag(name.as_ref())?;
    Some(EntityTag::new(&etag, Form::Rdf(syntax).variant()))
}

/// A graph as bytes, as its readers see it.
fn rendered(
    state: &State,
    readers: &Readers,
    graph: GraphName,
    syntax: RdfSyntax,
    triples_max: usize,
) -> Result<String, Refusal> {
    let name = match graph {
        GraphName::NamedNode(name) => name,
        GraphName::DefaultGraph | GraphName::BlankNode(_) => state.base().default_graph(),
    };
    let subject = name.as_str().to_owned();
    let alone = QueryDataset { default: vec![name], named: Some(Vec::new()) };
    let dataset = state.readable_by(readers, &Selection::default().narrowed_by(Some(alone)));
    let mut triples: Vec<Triple> = dataset.default_triples().take(triples_max + 1).collect();
    if triples.len() > triples_max {
        return Err(Refusal::AnswerTooLarge);
    }
    if syntax == RdfSyntax::RdfXml && !write::fits_xml(&triples) {
        return Err(Refusal::NotAcceptable);
    }
    write::sort_for_reading(&mut triples, &subject);
    Ok(write::graph(&triples, syntax))
}
