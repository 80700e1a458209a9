//! Updates: their patterns are evaluated by the workers, as queries are, and what follows is let
//! through the door as one change.

use super::Misuse;
use crate::extract::Address;
use crate::problem::{Ask, Problem, Refusal};
use crate::state::App;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use codesocial_rdf::{Changeset, Patch};
use codesocial_store::query::{
    self, Inquired, Inquiry, Part, QueryError, Unfinished, UpdatePatterns,
};
use codesocial_store::update::Patterns;
use codesocial_store::{Agent, Command, CommitError, Committed, Precondition, Rejection, State};
use spargebra::algebra::QueryDataset;
use spargebra::{GraphUpdateOperation, Update};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::time::{Instant, timeout_at};

/// How often an update is evaluated anew because another write came first.
const ATTEMPTS_MAX: usize = 5;

pub(super) async fn update(
    app: App,
    ask: Ask,
    agent: Agent,
    Address(address): Address,
    text: String,
    using: Option<QueryDataset>,
) -> Result<Response, Problem> {
    let refuse = |refusal: Refusal| Problem::new(&app, &ask, refusal);
    if agent == Agent::Anonymous {
        return Err(refuse(Rejection::Unauthenticated.into()));
    }
    let mut limits = app.config.sparql.limits();
    // Data may be large; what nests or chains may not.
    limits.text_bytes_max = app.config.body_bytes_max;
    query::check_text(&text, &limits).map_err(|error| refuse(QueryError::from(error).into()))?;
    let base = app.base.root().into_string();
    let mut parsed =
        codesocial_ldp::parse_update(&text, &base).map_err(|rejection| refuse(rejection.into()))?;
    if let Some(dataset) = using {
        use_dataset(&mut parsed, &dataset).map_err(|error| refuse(error.into()))?;
    }
    let parsed = Arc::new(parsed);
    let request = Evaluated { agent, address, text, base, precondition: Precondition::None };
    let carried_out = carry_out(&app, request, move |request, state, finder| {
        let mut find = |patterns: Patterns<'_>| finder.find(patterns);
        codesocial_ldp::update(request, parsed.clone(), state, &mut find)
    });
    carried_out.await.map_err(refuse)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Evaluates the patterns of an update on the dataset that the protocol gives.
fn use_dataset(update: &mut Update, dataset: &QueryDataset) -> Result<(), Misuse> {
    for operation in &mut update.operations {
        if let GraphUpdateOperation::DeleteInsert { using, .. } = operation
            && using.replace(dataset.clone()).is_some()
        {
            // SPARQL Protocol 2.2.3: it is an error to supply the using-graph-uri or
            // using-named-graph-uri parameters when using this protocol to convey a SPARQL 1.1
            // Update request that contains an operation that uses the USING, USING NAMED, or WITH
            // clause. https://www.w3.org/TR/sparql11-protocol/#update-dataset
            return Err(Misuse::TwoDatasets);
        }
    }
    Ok(())
}

/// A request whose patterns are to be evaluated, and who sends it.
#[derive(Clone)]
pub(crate) struct Evaluated {
    pub(crate) agent: Agent,
    /// From where who is not known asks.
    pub(crate) address: Option<IpAddr>,
    /// What was parsed, and what its relative IRIs were relative to.
    pub(crate) text: String,
    pub(crate) base: String,
    pub(crate) precondition: Precondition,
}

/// Carries out the command that `make` makes of a request on the newest state; again on a newer one
/// where another write came first.
pub(crate) async fn carry_out<M>(
    app: &App,
    request: Evaluated,
    make: M,
) -> Result<Committed, Refusal>
where
    M: Fn(codesocial_ldp::Request<'_>, &State, &Finder) -> Result<Command, Refusal>
        + Send
        + Sync
        + 'static,
{
    let make = Arc::new(make);
    let deadline = Instant::now() + Duration::from_secs(app.config.sparql.seconds_max);
    for _ in 0..ATTEMPTS_MAX {
        let (make, request) = (make.clone(), request.clone());
        let finder = Finder { app: app.clone(), state: app.store.state(), request, deadline };
        let made = tokio::task::spawn_blocking(move || {
            let request = codesocial_ldp::Request {
                agent: finder.request.agent.clone(),
                now: (finder.app.clock)(),
                random: &mut finder.app.random(),
                precondition: finder.request.precondition.clone(),
            };
            make(request, &finder.state, &finder)
        });
        let command = made.await.map_err(|_| Refusal::Internal)??;
        match app.store.commit(command).await {
            Err(CommitError::Rejected(Rejection::Moved)) => {}
            other => return other.map_err(Refusal::from),
        }
    }
    Err(Rejection::Moved.into())
}

/// Has patterns evaluated on one state, all of a request within the time of one query.
pub(crate) struct Finder {
    app: App,
    state: Arc<State>,
    request: Evaluated,
    deadline: Instant,
}

impl Finder {
    /// What patterns find. Blocking.
    pub(crate) fn find(&self, patterns: Patterns<'_>) -> Result<Changeset, Refusal> {
        let evaluated = timeout_at(self.deadline, self.evaluated(patterns));
        match Handle::current().block_on(evaluated) {
            Ok(patch) => Ok(Patch::decode(&patch?).map_err(|_| Refusal::Internal)?.changes),
            Err(_) => Err(QueryError::Timeout.into()),
        }
    }

    async fn evaluated(&self, patterns: Patterns<'_>) -> Result<Vec<u8>, Refusal> {
        let Patterns { operation, dataset, before } = patterns;
        let Evaluated { agent, address, text, base, .. } = self.request.clone();
        let before = Patch { minted: None, changes: before.clone() };
        let what = UpdatePatterns { text, base, operation, dataset, before };
        let inquiry = Inquiry {
            what: Inquired::Update(Box::new(what)),
            state: self.state.clone(),
            agent,
            address,
            limits: self.app.config.sparql.limits(),
        };
        let parts = self.app.evaluators.start(inquiry).await;
        let mut parts = parts.map_err(|_| Refusal::from(Rejection::Busy))?;
        let mut patch = Vec::new();
        loop {
            match parts.next().await {
                Ok(Part::More(part)) => patch.extend(part),
                Ok(Part::Last(part)) => {
                    patch.extend(part);
                    return Ok(patch);
                }
                Err(Unfinished::Refused(error)) => return Err(error.into()),
                Err(Unfinished::Truncated) => return Err(Refusal::AnswerTooLarge),
                Err(Unfinished::Lost) => return Err(Refusal::Internal),
            }
        }
    }
}
