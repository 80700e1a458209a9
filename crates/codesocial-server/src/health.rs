//! For whoever watches the process.

use crate::state::App;
use axum::extract::State;
use axum::http::StatusCode;

/// The process answers.
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// The store is open and everything that was to be loaded is.
pub(crate) async fn readyz(State(app): State<App>) -> (StatusCode, String) {
    let seq = app.store.state().head().seq;
    if app.is_ready() {
        (StatusCode::OK, format!("ready at entry {seq}\n"))
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "starting or stopping\n".to_owned())
    }
}
