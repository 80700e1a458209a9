//! Pages that write: `?new` on a container, `?edit` and `?delete` on a document, each a form that a
//! browser sends back to the same address. What is sent passes the door that all writes pass.
//!
//! Invariant: nothing that was typed is lost. Where the form was made from an older state than the
//! one that it meets, both stand side by side and nothing is written.

use super::{Call, header};
use crate::extract::{Language, pairs};
use crate::fill::{Answers, Namer, Ontology, Said, Sheet};
use crate::pages::{About, Fault, Filled, Reader, local};
use crate::problem::{Problem, Refusal};
use crate::state::App;
use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION, SET_COOKIE, VARY};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use codesocial_graph::Pattern;
use codesocial_ldp::{CONTAINERS, Containment, Creation, Document, DocumentKind, Model};
use codesocial_rdf::vocab::{expand, owl, rdf};
use codesocial_rdf::{N3Patch, Slot, TriplePattern};
use codesocial_shacl::{Form, Report};
use codesocial_store::{
    AccessMode, Agent, Command, CommitError, Etag, Precondition, Rejection, State,
};
use oxrdf::{NamedNode, NamedNodeRef, Term, TermRef, Triple};
use std::sync::Arc;

const FORM: &str = "application/x-www-form-urlencoded";
/// The controls that are about the form itself.
const ETAG: &str = "etag";
const ADD: &str = "add";

/// What the query of an address asks for.
#[derive(Debug, Clone)]
pub(super) enum Wanted {
    /// Something new, of a class where one is named.
    New(Option<NamedNode>),
    Edit,
    Delete,
}

/// A form in one state, for one agent.
#[derive(Clone)]
struct Desk {
    app: App,
    state: Arc<State>,
    agent: Agent,
    language: Language,
    iri: NamedNode,
}

/// A form that is open: what it is of, what it asks for, and what is stored.
struct Open {
    about: About,
    sheet: Sheet,
    stored: Vec<Triple>,
    etag: Option<Etag>,
}

/// What becomes of what a browser sent.
enum Outcome {
    /// The form again, with what is to be told.
    Again(StatusCode, String),
    Write(Box<Open>, Answers, Said),
}

impl Call {
    /// Which form of this address is asked for, if one is.
    pub(super) fn wanted(&self) -> Option<Wanted> {
        let class = |name: String| (!name.is_empty()).then(|| expand(&name));
        self.parameter("new")
            .map(|name| Wanted::New(class(name)))
            .or_else(|| self.parameter("edit").map(|_| Wanted::Edit))
            .or_else(|| self.parameter("delete").map(|_| Wanted::Delete))
    }

    /// Whether the body is what a browser sends for a form.
    pub(super) fn is_filled_in(&self) -> bool {
        let essence = self.content_type().split(';').next().unwrap_or_default().trim();
        essence.eq_ignore_ascii_case(FORM)
    }

    /// The page of a form.
    pub(super) async fn form(&self, wanted: Wanted) -> Result<Response, Problem> {
        let desk = self.desk();
        let page = self.beside(move || desk.page(wanted)).await?;
        Ok(self.page(StatusCode::OK, page))
    }

    /// Writes what a form says, then leads to where it can be read.
    pub(super) async fn fill_in(&self, wanted: Wanted, body: Body) -> Result<Response, Problem> {
        let body = crate::body::read(&self.app.config, body).await.map_err(|r| self.refuse(r))?;
        let sent = pairs(&body);
        let etag = sent.iter().find(|(name, _)| name == ETAG).map(|(_, tag)| Etag(tag.clone()));
        if let Wanted::Delete = wanted {
            return self.take_away(etag).await;
        }
        let (desk, asked) = (self.desk(), wanted.clone());
        let outcome = self.beside(move || desk.judge(asked, sent, etag)).await?;
        let (open, answers, said) = match outcome {
            Outcome::Again(status, page) => return Ok(self.page(status, page)),
            Outcome::Write(open, answers, said) => (open, answers, said),
        };
        let command = self.command(&open, &answers, &said);
        let refusal = match self.app.store.commit(command).await {
            Ok(committed) => {
                let place = committed.location.as_ref().unwrap_or(&self.iri);
                return Ok(self.lead_to(place));
            }
            Err(CommitError::Rejected(rejection)) => rejection,
            Err(failed) => return Err(self.refuse(failed)),
        };
        let desk = self.desk();
        let refused = move || desk.refused(wanted, *open, answers, &said, refusal);
        let (status, page) = self.beside(refused).await?;
        Ok(self.page(status, page))
    }

    fn command(&self, open: &Open, answers: &Answers, said: &Said) -> Command {
        let mut random = self.app.random();
        match &open.about {
            About::New { container, .. } => {
                let (sheet, answers) = (open.sheet.clone(), answers.clone());
                let creation = Creation {
                    slug: None,
                    label: codesocial_ldp::label(&said.triples, container),
                    model: Some(Model::Document),
                    read: Box::new(move |document| {
                        let document = NamedNode::new_unchecked(document);
                        let mut namer = Namer::new(&document);
                        Ok(Said::of(&sheet, &answers, &[], &mut namer).triples)
                    }),
                };
                codesocial_ldp::post(self.request(&mut random), container.clone(), creation)
            }
            About::Document(document) => {
                let change = said.change(&open.stored);
                let patterns = |triples: Vec<Triple>| triples.into_iter().map(pattern).collect();
                let patch = N3Patch {
                    conditions: Vec::new(),
                    deletions: patterns(change.removed),
                    insertions: patterns(change.added),
                };
                let mut request = self.request(&mut random);
                request.precondition = condition(open.etag.clone());
                codesocial_ldp::n3_patch(request, document.clone(), patch)
            }
        }
    }

    async fn take_away(&self, etag: Option<Etag>) -> Result<Response, Problem> {
        let container = self.app.store.state().container_of(self.iri.as_ref());
        let mut random = self.app.random();
        let mut request = self.request(&mut random);
        request.precondition = condition(etag);
        let command = codesocial_ldp::delete(request, self.iri.clone());
        self.app.store.commit(command).await.map_err(|error| self.refuse(error))?;
        Ok(self.lead_to(&container.unwrap_or_else(|| self.app.base.root())))
    }

    fn desk(&self) -> Desk {
        Desk {
            app: self.app.clone(),
            state: self.app.store.state(),
            agent: self.agent.clone(),
            language: self.ask.language,
            iri: self.iri.clone(),
        }
    }

    /// Works on a thread where it holds up no other request.
    async fn beside<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Problem> {
        let done = tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| {
            tracing::error!(%error, "a form could not be made");
            Err(Refusal::Internal)
        });
        done.map_err(|refusal| self.refuse(refusal))
    }

    fn page(&self, status: StatusCode, page: String) -> Response {
        let mut headers = HeaderMap::from_iter([
            (CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
            (VARY, HeaderValue::from_static("Accept, Accept-Language, Authorization, Cookie")),
            (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ]);
        if Language::is_chosen_by(&self.parts.uri) {
            headers.insert(SET_COOKIE, header(&self.ask.language.cookie()));
        }
        (status, headers, page).into_response()
    }

    /// 303, so that a page that is loaded again sends nothing again.
    /// <https://www.rfc-editor.org/rfc/rfc9110#section-15.4.4>
    fn lead_to(&self, place: &NamedNode) -> Response {
        let place = local(&self.app.base, place.as_str());
        let place = place.unwrap_or_else(|| "/".to_owned());
        (StatusCode::SEE_OTHER, [(LOCATION, header(&place))]).into_response()
    }
}

fn pattern(triple: Triple) -> TriplePattern {
    TriplePattern {
        subject: Slot::Term(triple.subject.into()),
        predicate: Slot::Term(triple.predicate.into()),
        object: Slot::Term(triple.object),
    }
}

/// A form is good for the state that it was made from.
fn condition(etag: Option<Etag>) -> Precondition {
    Precondition::Matches(etag.into_iter().collect())
}

impl Desk {
    fn reader(&self) -> Reader<'_> {
        Reader { state: &self.state, agent: &self.agent, language: self.language }
    }

    fn page(&self, wanted: Wanted) -> Result<String, Refusal> {
        if let Wanted::Delete = wanted {
            let (document, etag) = self.writable()?;
            self.state.permits_deleting(&self.agent, document.iri.as_ref())?;
            return Ok(self.app.pages.deletion(&self.reader(), &document.iri, &etag.0));
        }
        let open = self.open(wanted)?;
        let document = self.iri.clone().into();
        let answers = match &open.about {
            About::New { .. } => Answers::new(&open.sheet),
            About::Document(_) => Answers::stored(&open.sheet, &document, &open.stored),
        };
        let answers = answers.with_room(&open.sheet);
        Ok(self.shown(open, answers, Vec::new()))
    }

    fn shown(&self, open: Open, answers: Answers, faults: Vec<Fault>) -> String {
        let etag = open.etag.map(|etag| etag.0);
        let filled = Filled { answers, faults, theirs: None, etag, sheet: open.sheet };
        self.app.pages.sheet(&self.reader(), &open.about, &filled)
    }

    /// The form that is asked for, where the agent may write what it is of.
    fn open(&self, wanted: Wanted) -> Result<Open, Refusal> {
        match wanted {
            Wanted::New(class) => self.new_in(class),
            Wanted::Edit => self.of_document(),
            Wanted::Delete => Err(Refusal::Internal),
        }
    }

    fn new_in(&self, class: Option<NamedNode>) -> Result<Open, Refusal> {
        self.state.permits(&self.agent, self.iri.as_ref(), AccessMode::Append)?;
        let found = Document::find(&self.state, &self.agent, &self.iri)?;
        if !found.kind.is_container() {
            return Err(Rejection::NotAContainer(self.iri.clone()).into());
        }
        let class = class
            .or_else(|| self.class_of_container(&self.iri))
            .ok_or_else(|| Refusal::NoForm(self.iri.as_str().to_owned()))?;
        let form = self.form(&class).ok_or_else(|| Refusal::NoForm(class.as_str().to_owned()))?;
        let (sheet, container) = (self.sheet(&form), self.iri.clone());
        let about = About::New { class, container };
        Ok(Open { about, sheet, stored: Vec::new(), etag: None })
    }

    fn of_document(&self) -> Result<Open, Refusal> {
        let (document, etag) = self.writable()?;
        let own = document.own.iter().filter(|triple| {
            triple.subject == document.iri.clone().into() && triple.predicate == rdf::TYPE
        });
        let classes = own.filter_map(|triple| match &triple.object {
            Term::NamedNode(class) => Some(class),
            Term::BlankNode(_) | Term::Literal(_) => None,
        });
        let container = self.state.container_of(document.iri.as_ref());
        let usual = container.and_then(|container| self.class_of_container(&container));
        // The class of its list, else the one of which most is asked.
        let forms = classes.filter_map(|class| {
            let form = self.form(class)?;
            Some(((Some(class) == usual.as_ref(), form.fields().count()), form))
        });
        let form = forms.max_by_key(|(place, _)| *place).map(|(_, form)| form);
        let form = form.ok_or_else(|| Refusal::NoForm(document.iri.as_str().to_owned()))?;
        let about = About::Document(document.iri);
        Ok(Open { about, sheet: self.sheet(&form), stored: document.own, etag: Some(etag) })
    }

    /// The document, where it is one that the agent may write by a form.
    fn writable(&self) -> Result<(Document, Etag), Refusal> {
        let found = Document::find(&self.state, &self.agent, &self.iri)?;
        self.state.permits(&self.agent, self.iri.as_ref(), AccessMode::Write)?;
        if found.kind != DocumentKind::Resource {
            return Err(Refusal::NoForm(self.iri.as_str().to_owned()));
        }
        let document = Document::read(&self.state, &self.agent, &self.iri, Containment::Minimal)?;
        Ok((document, found.etag))
    }

    fn class_of_container(&self, container: &NamedNode) -> Option<NamedNode> {
        let path = self.state.base().path_of(container.as_str())?;
        let entry = CONTAINERS.iter().find(|entry| entry.path == path)?;
        (!entry.class.is_empty()).then(|| expand(entry.class))
    }

    fn form(&self, class: &NamedNode) -> Option<Form> {
        let form = self.state.rules().form(&self.state, class.as_ref(), self.language.shacl())?;
        let asks = form.fields().next().is_some();
        asks.then_some(form)
    }

    fn sheet(&self, form: &Form) -> Sheet {
        Sheet::of(form, self)
    }

    /// What was sent, ready to be written or to be told what is wrong with it.
    fn judge(
        &self,
        wanted: Wanted,
        sent: Vec<(String, String)>,
        etag: Option<Etag>,
    ) -> Result<Outcome, Refusal> {
        let mut open = self.open(wanted)?;
        // The form speaks of the state that it was made from, whatever came since.
        open.etag = etag;
        let add = sent.iter().find(|(name, _)| name == ADD).map(|(_, control)| control.clone());
        let mut answers = Answers::sent(&open.sheet, sent);
        let faults = match &add {
            Some(_) => Vec::new(),
            None => self.app.pages.look_up(&self.reader(), &open.sheet, &mut answers),
        };
        let status = if add.is_some() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        if add.is_some() || !faults.is_empty() {
            let mut answers = answers.with_room(&open.sheet);
            if let Some(control) = &add {
                answers.add_row(&open.sheet, control);
            }
            let page = self.shown(open, answers, faults);
            return Ok(Outcome::Again(status, page));
        }
        let mut random = self.app.random();
        let mut mint = || random.bits();
        let mut namer = match &open.about {
            About::New { container, .. } => Namer::new(container),
            About::Document(document) => Namer::minting(document, &mut mint),
        };
        let said = Said::of(&open.sheet, &answers, &open.stored, &mut namer);
        Ok(Outcome::Write(Box::new(open), answers, said))
    }

    /// The form again, with why it was refused. This desk is of the newest state.
    fn refused(
        &self,
        wanted: Wanted,
        open: Open,
        answers: Answers,
        said: &Said,
        rejection: Rejection,
    ) -> Result<(StatusCode, String), Refusal> {
        let answers = answers.with_room(&open.sheet);
        match rejection {
            Rejection::Shapes(report) => {
                let faults = self.faults(&open, said, &report);
                Ok((StatusCode::UNPROCESSABLE_ENTITY, self.shown(open, answers, faults)))
            }
            Rejection::PreconditionFailed => {
                let now = self.open(wanted)?;
                let document = self.iri.clone().into();
                let theirs = Some(Answers::stored(&now.sheet, &document, &now.stored));
                let etag = now.etag.map(|etag| etag.0);
                let filled =
                    Filled { answers, faults: Vec::new(), theirs, etag, sheet: open.sheet };
                let page = self.app.pages.sheet(&self.reader(), &open.about, &filled);
                Ok((StatusCode::PRECONDITION_FAILED, page))
            }
            other if is_about_address(&other) => Err(other.into()),
            other => {
                let words = self.app.pages.words(self.language);
                let (status, title, detail) = Refusal::from(other).in_words(words);
                let fault = Fault { control: None, text: format!("{title} {detail}") };
                Ok((status, self.shown(open, answers, vec![fault])))
            }
        }
    }

    fn faults(&self, open: &Open, said: &Said, report: &Report) -> Vec<Fault> {
        // Of a new document, the name is one that nothing has.
        let is_own = |document: &str| match &open.about {
            About::New { .. } => !self.state.exists(NamedNodeRef::new_unchecked(document)),
            About::Document(own) => own.as_str() == document,
        };
        let mut faults: Vec<Fault> = Vec::new();
        for result in report.results.iter().filter(|result| result.severity.blocks()) {
            let control = said.control_of(&open.sheet, result, &is_own);
            for message in result.messages(Some(self.language.shacl())) {
                let fault = Fault { control: control.clone(), text: message.value().to_owned() };
                if !faults.contains(&fault) {
                    faults.push(fault);
                }
            }
        }
        faults
    }
}

impl Ontology for Desk {
    fn in_place(&self, class: &NamedNode) -> Option<Form> {
        let has_list = CONTAINERS.iter().any(|entry| expand(entry.class) == *class);
        if has_list { None } else { self.form(class) }
    }

    fn inverses(&self, property: &NamedNode) -> Vec<NamedNode> {
        let Some(property) = self.state.id(property) else { return Vec::new() };
        let stated = self.state.id(owl::INVERSE_OF).into_iter().flat_map(|inverse_of| {
            let pattern = |subject, object| Pattern {
                subject,
                object,
                predicate: Some(inverse_of),
                ..Pattern::default()
            };
            let of = self.state.quads(pattern(Some(property), None)).map(|quad| quad[2]);
            of.chain(self.state.quads(pattern(None, Some(property))).map(|quad| quad[0]))
                .collect::<Vec<_>>()
        });
        let iris = stated.filter_map(|id| match self.state.term(id) {
            TermRef::NamedNode(iri) => Some(iri.into_owned()),
            TermRef::BlankNode(_) | TermRef::Literal(_) => None,
        });
        iris.collect()
    }
}

/// Whether a refusal leaves no form to go on with.
fn is_about_address(rejection: &Rejection) -> bool {
    matches!(
        rejection,
        Rejection::Unauthenticated
            | Rejection::Forbidden
            | Rejection::NotFound(_)
            | Rejection::Gone(_)
    )
}
