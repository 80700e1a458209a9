//! Updates: evaluated beside the writer, and let through the door as one change.

use super::Misuse;
use crate::problem::{Ask, Problem, Refusal};
use crate::state::App;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use codesocial_store::query::{self, QueryError};
use codesocial_store::{Agent, CommitError, Precondition, Rejection};
use spareval::CancellationToken;
use spargebra::algebra::QueryDataset;
use spargebra::{GraphUpdateOperation, Update};
use std::sync::Arc;
use std::time::Duration;

/// How often an update is evaluated anew because another write came first.
const ATTEMPTS_MAX: usize = 5;

pub(super) async fn update(
    app: App,
    ask: Ask,
    agent: Agent,
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
    let mut parsed = codesocial_ldp::parse_update(&text, app.base.root().as_str())
        .map_err(|rejection| refuse(rejection.into()))?;
    if let Some(dataset) = using {
        use_dataset(&mut parsed, &dataset).map_err(|error| refuse(error.into()))?;
    }
    let parsed = Arc::new(parsed);
    for _ in 0..ATTEMPTS_MAX {
        let (app, parsed, agent) = (app.clone(), parsed.clone(), agent.clone());
        let cancel = CancellationToken::new();
        let token = cancel.clone();
        let evaluation = tokio::task::spawn_blocking({
            let app = app.clone();
            move || {
                let request = codesocial_ldp::Request {
                    agent,
                    now: (app.clock)(),
                    random: &mut app.random(),
                    precondition: Precondition::None,
                };
                codesocial_ldp::update(request, parsed, &app.store.state(), &token)
            }
        });
        let evaluated = tokio::time::timeout(Duration::from_secs(limits.seconds_max), evaluation);
        let command = match evaluated.await {
            Ok(Ok(command)) => command.map_err(|rejection| refuse(rejection.into()))?,
            Ok(Err(_)) => return Err(refuse(Refusal::Internal)),
            Err(_) => {
                cancel.cancel();
                return Err(refuse(QueryError::Timeout.into()));
            }
        };
        match app.store.commit(command).await {
            Ok(_) => return Ok(StatusCode::NO_CONTENT.into_response()),
            Err(CommitError::Rejected(Rejection::Moved)) => {}
            Err(error) => return Err(refuse(error.into())),
        }
    }
    Err(refuse(Rejection::Moved.into()))
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
