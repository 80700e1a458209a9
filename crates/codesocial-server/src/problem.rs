//! What a refused request hears: one exhaustive match from what went wrong to status, words and
//! headers. What is ours is logged and never shown.
//! <https://www.rfc-editor.org/rfc/rfc9457>

use crate::extract::{Language, pairs};
use crate::pages::Words;
use crate::report;
use crate::sparql::Misuse;
use crate::state::App;
use axum::http::header::{ACCEPT, ALLOW, CONTENT_TYPE, LINK, RETRY_AFTER, VARY, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use codesocial_rdf::parse::SyntaxError;
use codesocial_rdf::vocab::ldp;
use codesocial_rdf::{RdfSyntax, negotiate};
use codesocial_signatures::Fault;
use codesocial_store::query::{LimitError, QueryError, ServiceError};
use codesocial_store::{CommitError, Rejection, UpdateRefusal};
use jiff::SignedDuration;
use serde_json::json;

/// Why a request is refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    #[error(transparent)]
    Store(#[from] Rejection),
    #[error(transparent)]
    Syntax(#[from] SyntaxError),
    #[error(transparent)]
    Query(#[from] QueryError),
    #[error(transparent)]
    Sparql(#[from] Misuse),
    #[error("unsupported media type")]
    MediaType,
    #[error("not acceptable")]
    NotAcceptable,
    #[error("method not allowed")]
    Method(&'static str),
    #[error("larger than {0} bytes")]
    TooLarge(usize),
    #[error("no more of the body came for {0} s")]
    Unfinished(u64),
    #[error("malformed or missing Host")]
    Host,
    #[error("PUT needs If-Match here")]
    ConditionRequired,
    #[error("unsupported interaction model")]
    InteractionModel,
    #[error("a form brings one file")]
    OneFile,
    #[error("a form that is none, or brings no file")]
    Form,
    #[error("missing parameter {0}")]
    Missing(&'static str),
    #[error("the answer is larger than the limit")]
    AnswerTooLarge,
    #[error("the body is no JSON")]
    Json,
    #[error("no shape describes {0}")]
    NoForm(String),
    #[error("no saved question {0}")]
    NoQuestion(String),
    #[error("no value of the parameter {0}")]
    NoValue(&'static str),
    #[error("malformed path")]
    Path,
    #[error("a token that is not good")]
    InvalidToken,
    #[error(transparent)]
    Signature(#[from] Fault),
    #[error("a key that cannot be had: {0}")]
    UnknownKey(String),
    #[error("a signature that was used before")]
    Replayed,
    #[error("a signature and a token")]
    TwoMeans,
    #[error("made by a page of another site")]
    CrossSite,
    #[error("too many attempts: wait {0} s")]
    TooOften(i64),
    #[error("nobody makes accounts here but the administrator")]
    SignupClosed,
    #[error("a program that is not known: {0}")]
    UnknownProgram(String),
    #[error("no address of the program: {0}")]
    RedirectAddress(String),
    #[error("no partner of the configuration: {0}")]
    NoPartner(String),
    #[error("nobody was logged in by {0}")]
    PartnerLogin(String),
    #[error("no front-end of the configuration: {0}")]
    UnknownFront(String),
    #[error("no activity that is understood: {0}")]
    Activity(String),
    #[error("somebody who cannot be written to: {0}")]
    Actor(String),
    #[error("no account of here: {0}")]
    NoAccount(String),
    #[error("the body is no JSON object")]
    NoJson,
    #[error("a key that is none")]
    IdempotencyKey,
    #[error("the first request with the key has no answer")]
    Unanswered,
    #[error("the key came with another request")]
    OtherRequest,
    /// Ours: logged where it is made.
    #[error("internal")]
    Internal,
}

impl From<CommitError> for Refusal {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Rejected(rejection) => Self::Store(rejection),
            CommitError::Failed(message) => {
                tracing::error!(message, "a commit failed");
                Self::Internal
            }
        }
    }
}

/// What a client asks for, as far as refusals need it.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    pub(crate) language: Language,
    pub(crate) accept: Option<String>,
    pub(crate) uri: Uri,
}

impl Ask {
    pub(crate) fn of(parts: &Parts) -> Self {
        let accept: Vec<&str> =
            parts.headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
        let accept = (!accept.is_empty()).then(|| accept.join(","));
        // People choose a syntax by a link: `?as=ttl`.
        let chosen = pairs(parts.uri.query().unwrap_or_default().as_bytes()).into_iter().find_map(
            |(name, ending)| (name == "as").then(|| RdfSyntax::from_extension(&ending))?,
        );
        let accept = chosen.map(|syntax| syntax.media_type().to_owned()).or(accept);
        Self { language: Language::of(parts), accept, uri: parts.uri.clone() }
    }

    /// Which of the media types the client prefers.
    pub(crate) fn prefers(&self, offers: &[&str]) -> Option<usize> {
        negotiate(self.accept.as_deref(), offers)
    }
}

/// A refusal and whom to tell it.
pub(crate) struct Problem {
    app: App,
    ask: Ask,
    /// In a box, as handlers return problems beside small answers.
    refusal: Box<Refusal>,
    /// Headers that the refused request's resource has whatever its method.
    headers: HeaderMap,
}

impl Problem {
    pub(crate) fn new(app: &App, ask: &Ask, refusal: impl Into<Refusal>) -> Self {
        Self {
            app: app.clone(),
            ask: ask.clone(),
            refusal: Box::new(refusal.into()),
            headers: HeaderMap::new(),
        }
    }

    pub(crate) fn from_parts(app: &App, parts: &Parts, refusal: impl Into<Refusal>) -> Self {
        Self::new(app, &Ask::of(parts), refusal)
    }

    /// Whether a condition failed, and nothing else.
    pub(crate) fn is_stale(&self) -> bool {
        matches!(*self.refusal, Refusal::Store(Rejection::PreconditionFailed))
    }

    pub(crate) fn with_headers(mut self, headers: HeaderMap) -> Self {
        self.headers.extend(headers);
        self
    }
}

/// Status, name in the locales, and what to fill in there.
struct Told {
    status: StatusCode,
    name: &'static str,
    about: String,
}

impl Refusal {
    /// The status of the answer, and what is said in it: a title and the details.
    pub(crate) fn in_words(&self, words: &Words) -> (StatusCode, String, String) {
        let told = self.told();
        let title = words.text(&format!("problem.{}.title", told.name));
        let detail = words.text(&format!("problem.{}.detail", told.name));
        (told.status, title, detail.replace("{0}", &told.about))
    }

    fn told(&self) -> Told {
        use StatusCode as S;
        let (status, name, about) = match self {
            Self::Store(rejection) => return told_rejection(rejection),
            Self::Query(error) => return told_query(error),
            Self::Sparql(misuse) => return told_misuse(misuse),
            Self::Syntax(error) => (S::BAD_REQUEST, "syntax", error.to_string()),
            Self::MediaType => (S::UNSUPPORTED_MEDIA_TYPE, "media-type", String::new()),
            Self::NotAcceptable => (S::NOT_ACCEPTABLE, "not-acceptable", String::new()),
            Self::Method(allow) => (S::METHOD_NOT_ALLOWED, "method", (*allow).to_owned()),
            Self::TooLarge(bytes) => (S::PAYLOAD_TOO_LARGE, "too-large", bytes.to_string()),
            Self::Unfinished(seconds) => (S::REQUEST_TIMEOUT, "unfinished", seconds.to_string()),
            Self::Host => (S::BAD_REQUEST, "host", String::new()),
            Self::ConditionRequired => {
                (S::PRECONDITION_REQUIRED, "condition-required", String::new())
            }
            Self::InteractionModel => (S::CONFLICT, "interaction-model", String::new()),
            Self::Json => (S::BAD_REQUEST, "json", String::new()),
            Self::OneFile => (S::BAD_REQUEST, "one-file", String::new()),
            Self::Form => (S::BAD_REQUEST, "form", String::new()),
            Self::Missing(name) => (S::BAD_REQUEST, "missing", (*name).to_owned()),
            Self::AnswerTooLarge => (S::FORBIDDEN, "answer-too-large", String::new()),
            Self::NoForm(class) => (S::NOT_FOUND, "no-form", class.clone()),
            Self::NoQuestion(name) => (S::NOT_FOUND, "no-question", name.clone()),
            Self::NoValue(parameter) => (S::BAD_REQUEST, "no-value", (*parameter).to_owned()),
            Self::UnknownProgram(id) => (S::BAD_REQUEST, "unknown-program", id.clone()),
            Self::RedirectAddress(to) => (S::BAD_REQUEST, "redirect-address", to.clone()),
            Self::NoPartner(name) => (S::NOT_FOUND, "no-partner", name.clone()),
            Self::PartnerLogin(title) => (S::FORBIDDEN, "partner-login", title.clone()),
            Self::UnknownFront(to) => (S::BAD_REQUEST, "unknown-front", to.clone()),
            Self::Activity(why) => (S::BAD_REQUEST, "activity", why.clone()),
            Self::Actor(iri) => (S::BAD_REQUEST, "actor", iri.clone()),
            Self::NoAccount(name) => (S::NOT_FOUND, "no-account", name.clone()),
            Self::NoJson => (S::BAD_REQUEST, "no-json", String::new()),
            Self::IdempotencyKey => (S::BAD_REQUEST, "idempotency-key", String::new()),
            Self::Unanswered => (S::CONFLICT, "unanswered", String::new()),
            Self::OtherRequest => (S::UNPROCESSABLE_ENTITY, "other-request", String::new()),
            Self::Path => (S::BAD_REQUEST, "path", String::new()),
            Self::InvalidToken => (S::UNAUTHORIZED, "invalid-token", String::new()),
            Self::Signature(fault) => return told_signature(fault),
            Self::UnknownKey(id) => (S::UNAUTHORIZED, "signature-key", id.clone()),
            Self::Replayed => (S::UNAUTHORIZED, "signature-replayed", String::new()),
            Self::TwoMeans => (S::BAD_REQUEST, "two-means", String::new()),
            Self::CrossSite => (S::FORBIDDEN, "cross-site", String::new()),
            Self::TooOften(seconds) => (S::TOO_MANY_REQUESTS, "too-often", seconds.to_string()),
            Self::SignupClosed => (S::FORBIDDEN, "signup-closed", String::new()),
            Self::Internal => (S::INTERNAL_SERVER_ERROR, "internal", String::new()),
        };
        Told { status, name, about }
    }
}

impl Refusal {
    /// To who has to wait that long: in whole seconds, and never none.
    pub(crate) fn too_often(wait: SignedDuration) -> Self {
        Self::TooOften(wait.as_secs() + 1)
    }

    /// The type of the problem, by which programs know it. Front-ends of SemApps know one, and log
    /// out when they hear it.
    fn kind(&self, told: &Told) -> String {
        match self {
            Self::InvalidToken => "INVALID_TOKEN".to_owned(),
            _ => format!("https://w3id.org/codesocial/problem/{}", told.name),
        }
    }
}

fn told_rejection(rejection: &Rejection) -> Told {
    use StatusCode as S;
    let (status, name, about) = match rejection {
        Rejection::Unauthenticated => (S::UNAUTHORIZED, "unauthenticated", String::new()),
        Rejection::Forbidden => (S::FORBIDDEN, "forbidden", String::new()),
        Rejection::PersonsClosed => (S::FORBIDDEN, "persons-closed", String::new()),
        Rejection::NoController(iri) => (S::CONFLICT, "no-controller", iri.to_string()),
        Rejection::RootAccess => (S::METHOD_NOT_ALLOWED, "root-access", String::new()),
        Rejection::NotFound(iri) => (S::NOT_FOUND, "not-found", iri.to_string()),
        Rejection::Gone(iri) => (S::GONE, "gone", iri.to_string()),
        Rejection::NotAContainer(iri) => {
            (S::METHOD_NOT_ALLOWED, "not-a-container", iri.to_string())
        }
        Rejection::MembershipUndefined(iri) => {
            (S::UNPROCESSABLE_ENTITY, "membership-undefined", iri.to_string())
        }
        Rejection::NoMember(property) => {
            (S::UNPROCESSABLE_ENTITY, "no-member", property.to_string())
        }
        Rejection::NoMembershipResource(iri) => {
            (S::CONFLICT, "no-membership-resource", iri.to_string())
        }
        Rejection::NothingToAttach(iri) => (S::CONFLICT, "nothing-to-attach", iri.to_string()),
        Rejection::NotAFile(_) => (S::UNSUPPORTED_MEDIA_TYPE, "media-type", String::new()),
        Rejection::NoContainer(iri) => (S::CONFLICT, "no-container", iri.to_string()),
        Rejection::NotEmpty(iri) => (S::CONFLICT, "not-empty", iri.to_string()),
        Rejection::Permanent(iri) => (S::FORBIDDEN, "permanent", iri.to_string()),
        Rejection::PreconditionFailed => (S::PRECONDITION_FAILED, "stale", String::new()),
        Rejection::ServerManaged(quads) => {
            let lines: Vec<String> = quads
                .iter()
                .map(|quad| format!("{} {} {}", quad.subject, quad.predicate, quad.object))
                .collect();
            (S::CONFLICT, "server-managed", lines.join(" ; "))
        }
        Rejection::ServerGraph(iri) => (S::CONFLICT, "server-graph", iri.to_string()),
        Rejection::ForeignSubject(iri) => {
            (S::UNPROCESSABLE_ENTITY, "foreign-subject", format!("<{iri}>"))
        }
        Rejection::Reserved(iri) => (S::UNPROCESSABLE_ENTITY, "reserved", format!("<{iri}>")),
        Rejection::NoCanonicalForm { document, alike } => {
            let told = format!("{document} ({alike})");
            (S::UNPROCESSABLE_ENTITY, "no-canonical-form", told)
        }
        Rejection::EmptyDocument => (S::UNPROCESSABLE_ENTITY, "empty", String::new()),
        Rejection::Update(refusal) => return told_update(refusal),
        Rejection::Shapes(_) => (S::UNPROCESSABLE_ENTITY, "shapes", String::new()),
        Rejection::Rule { rule, document } => {
            (S::UNPROCESSABLE_ENTITY, told_rule(rule), document.to_string())
        }
        Rejection::Validation(message) => {
            (S::UNPROCESSABLE_ENTITY, "validation", message.to_string())
        }
        Rejection::MalformedShapes(message) => {
            (S::UNPROCESSABLE_ENTITY, "malformed-shapes", message.clone())
        }
        Rejection::Full => (S::INSUFFICIENT_STORAGE, "full", String::new()),
        Rejection::Busy | Rejection::Moved => (S::SERVICE_UNAVAILABLE, "busy", String::new()),
    };
    Told { status, name, about }
}

fn told_signature(fault: &Fault) -> Told {
    let (name, about) = match fault {
        Fault::Malformed(header) => ("signature-malformed", (*header).to_owned()),
        Fault::Uncovered(component) => ("signature-uncovered", (*component).to_owned()),
        Fault::Component(component) => ("signature-component", component.clone()),
        Fault::Algorithm(name) => ("signature-algorithm", name.clone()),
        Fault::Old => ("signature-old", String::new()),
        Fault::Early => ("signature-early", String::new()),
        Fault::Expired => ("signature-expired", String::new()),
        Fault::DigestKind => ("signature-digest", String::new()),
        Fault::Body => ("signature-body", String::new()),
        Fault::Wrong => ("signature-wrong", String::new()),
    };
    Told { status: StatusCode::UNAUTHORIZED, name, about }
}

/// Rules that no shape can say, by their names in the domain.
fn told_rule(rule: &str) -> &'static str {
    match rule {
        "R05" => "no-convention",
        "R19" => "wrong-seal",
        "R32" => "decided-before",
        "R49" => "public-attempt",
        "R61" => "open-and-past",
        "R62" => "named-pseudonym",
        _ => "validation",
    }
}

fn told_update(refusal: &UpdateRefusal) -> Told {
    use StatusCode as S;
    let (status, name, about) = match refusal {
        UpdateRefusal::Syntax(message) => (S::BAD_REQUEST, "syntax", message.clone()),
        UpdateRefusal::Load => (S::FORBIDDEN, "load", String::new()),
        UpdateRefusal::OtherGraph => (S::UNPROCESSABLE_ENTITY, "other-graph", String::new()),
        UpdateRefusal::GraphExists(iri) => (S::CONFLICT, "exists", iri.to_string()),
        UpdateRefusal::Evaluation(message) => {
            (S::UNPROCESSABLE_ENTITY, "evaluation", message.clone())
        }
        UpdateRefusal::MalformedPatch(message) => {
            (S::UNPROCESSABLE_ENTITY, "malformed-patch", message.clone())
        }
        UpdateRefusal::NoMatch => (S::CONFLICT, "no-match", String::new()),
        UpdateRefusal::SeveralMatches => (S::CONFLICT, "several-matches", String::new()),
        UpdateRefusal::NothingToDelete(triple) => {
            (S::CONFLICT, "nothing-to-delete", triple.to_string())
        }
    };
    Told { status, name, about }
}

fn told_misuse(misuse: &Misuse) -> Told {
    let (name, about) = match misuse {
        Misuse::Twice(name) => ("twice", (*name).to_owned()),
        Misuse::GraphName(iri) => ("graph-name", iri.clone()),
        Misuse::TwoOperations => ("two-operations", String::new()),
        Misuse::UpdateByGet => ("update-by-get", String::new()),
        Misuse::Charset => ("charset", String::new()),
        Misuse::OtherDataset(name) => ("other-dataset", (*name).to_owned()),
        Misuse::TwoDatasets => ("two-datasets", String::new()),
        Misuse::WhichGraph => ("which-graph", String::new()),
    };
    Told { status: StatusCode::BAD_REQUEST, name, about }
}

fn told_service(error: &ServiceError) -> Told {
    use StatusCode as S;
    let (status, name) = match error {
        ServiceError::Unlisted(_) => (S::FORBIDDEN, "service-unlisted"),
        ServiceError::Failed { .. } => (S::BAD_GATEWAY, "service-failed"),
        ServiceError::TooOften(_) => (S::BAD_REQUEST, "service-often"),
    };
    let about = match error {
        ServiceError::Unlisted(endpoint) => endpoint.clone(),
        ServiceError::Failed { endpoint, message } => format!("{endpoint} ({message})"),
        ServiceError::TooOften(calls) => calls.to_string(),
    };
    Told { status, name, about }
}

fn told_query(error: &QueryError) -> Told {
    use StatusCode as S;
    let (status, name, about) = match error {
        QueryError::Limit(LimitError::Service) => (S::FORBIDDEN, "service", String::new()),
        QueryError::Service(error) => return told_service(error),
        QueryError::Limit(limit) => (S::BAD_REQUEST, "query-limit", limit.to_string()),
        QueryError::Syntax(message) => (S::BAD_REQUEST, "syntax", message.clone()),
        QueryError::Timeout => (S::SERVICE_UNAVAILABLE, "timeout", String::new()),
        // The same query would need as much again: the client has to change it.
        // https://www.rfc-editor.org/rfc/rfc9110#section-15.5.21
        QueryError::Memory => (S::UNPROCESSABLE_ENTITY, "query-memory", String::new()),
        QueryError::Stack => (S::UNPROCESSABLE_ENTITY, "query-stack", String::new()),
        QueryError::Evaluation(message) => (S::BAD_REQUEST, "evaluation", message.clone()),
        QueryError::Write(_) => (S::INTERNAL_SERVER_ERROR, "internal", String::new()),
    };
    Told { status, name, about }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Self { app, ask, refusal, mut headers } = self;
        let told = refusal.told();
        headers.insert(VARY, HeaderValue::from_static("Accept, Accept-Language, Cookie"));
        extra_headers(&app, &refusal, &told, &mut headers);
        let (_, title, detail) = refusal.in_words(app.pages.words(ask.language));
        if let Refusal::Store(Rejection::Shapes(shapes)) = &*refusal {
            let mut answer = report::answer(&app, &ask, shapes, told.status);
            answer.headers_mut().extend(headers);
            return answer;
        }
        const OFFERS: &[&str] = &["application/problem+json", "text/html"];
        let (media_type, body) = match ask.prefers(OFFERS) {
            Some(1) => {
                let status = told.status.as_u16();
                let page = app.pages.problem(ask.language, status, &title, &detail, &ask.uri);
                ("text/html; charset=utf-8", page)
            }
            _ => {
                let kind = refusal.kind(&told);
                let status = told.status.as_u16();
                let problem =
                    json!({"type": kind, "title": title, "status": status, "detail": detail});
                ("application/problem+json", problem.to_string())
            }
        };
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        (told.status, headers, body).into_response()
    }
}

/// RFC 6750 3.1: "invalid_token: The access token provided is expired, revoked, malformed, or
/// invalid for other reasons." <https://www.rfc-editor.org/rfc/rfc6750#section-3.1> To who signs:
/// <https://datatracker.ietf.org/doc/html/draft-cavage-http-signatures-12#section-3.1.1>
fn challenge(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::InvalidToken => "Bearer realm=\"codesocial\", error=\"invalid_token\"",
        Refusal::Signature(_) | Refusal::UnknownKey(_) | Refusal::Replayed => {
            "Signature realm=\"codesocial\", headers=\"(request-target) host date digest\""
        }
        _ => "Bearer realm=\"codesocial\"",
    }
}

fn extra_headers(app: &App, refusal: &Refusal, told: &Told, headers: &mut HeaderMap) {
    const ACCEPT_POST: HeaderName = HeaderName::from_static("accept-post");
    const ACCEPT_PATCH: HeaderName = HeaderName::from_static("accept-patch");
    let fixed = HeaderValue::from_static;
    match told.status {
        StatusCode::UNAUTHORIZED => {
            headers.insert(WWW_AUTHENTICATE, fixed(challenge(refusal)));
        }
        StatusCode::SERVICE_UNAVAILABLE => {
            headers.insert(RETRY_AFTER, fixed("1"));
        }
        StatusCode::UNSUPPORTED_MEDIA_TYPE if !headers.contains_key(ACCEPT_POST) => {
            headers.insert(ACCEPT_POST, fixed(crate::ldp::ACCEPT_POST));
            headers.insert(ACCEPT_PATCH, fixed(crate::ldp::ACCEPT_PATCH));
        }
        _ => {}
    }
    if let Refusal::Method(allow) = refusal {
        headers.insert(ALLOW, fixed(allow));
    }
    if let Refusal::TooOften(seconds) = refusal {
        headers.insert(RETRY_AFTER, HeaderValue::from(*seconds));
    }
    let constraint = |shape: String| {
        HeaderValue::from_str(&format!("<{shape}>; rel=\"{}\"", ldp::CONSTRAINED_BY.as_str())).ok()
    };
    // LDP 4.2.1.6: servers MUST publish the constraints that a request failed to meet.
    // https://www.w3.org/TR/ldp/#ldpr-gen-pubclireqs
    match refusal {
        Refusal::Store(Rejection::Shapes(report)) => {
            let shapes = report::shape_documents(app, report);
            headers.extend(shapes.into_iter().filter_map(constraint).map(|link| (LINK, link)));
        }
        Refusal::InteractionModel
        | Refusal::Store(
            Rejection::ServerManaged(_)
            | Rejection::ServerGraph(_)
            | Rejection::MembershipUndefined(_)
            | Rejection::NoMember(_)
            | Rejection::NoMembershipResource(_),
        ) => {
            let server = app.base.resolve("shapes/server").into_string();
            headers.extend(constraint(server).map(|link| (LINK, link)));
        }
        _ => {}
    }
}
