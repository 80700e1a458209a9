//! `GET /metrics`: what the process does, for Prometheus, and for nobody else.
//! <https://prometheus.io/docs/instrumenting/exposition_formats/>
//!
//! Invariant: no label holds what a client sent, so that the number of series is fixed and nothing
//! of the data leaves here.

use crate::client;
use crate::problem::{Ask, Problem};
use crate::routes::METRICS;
use crate::state::App;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use codesocial_store::Rejection;
use codesocial_store::query::Replaced;
use jiff::Timestamp;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

const METHODS: [&str; 8] = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "other"];
const STATUSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];
/// Upper bounds of the histogram's buckets, in milliseconds.
const BUCKETS_MS: [u64; 8] = [1, 5, 25, 100, 500, 2_500, 10_000, 60_000];

/// What is counted since the start.
#[derive(Default)]
pub(crate) struct Metrics {
    requests: [[AtomicU64; STATUSES.len()]; METHODS.len()],
    /// Requests that took at most so long, each in the first bucket that holds it.
    took: [AtomicU64; BUCKETS_MS.len() + 1],
    took_micros: AtomicU64,
    open: AtomicU64,
}

/// A request under way, also one whose client goes away.
pub(crate) struct Open(App);

impl Open {
    pub(crate) fn of(app: &App) -> Self {
        app.metrics.open.fetch_add(1, Relaxed);
        Self(app.clone())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.metrics.open.fetch_sub(1, Relaxed);
    }
}

impl Metrics {
    /// A request whose answer's head is made.
    pub(crate) fn answered(&self, method: &Method, status: StatusCode, micros: u64) {
        let method = METHODS.iter().position(|name| *name == method.as_str());
        let class = usize::from(status.as_u16() / 100).clamp(1, STATUSES.len()) - 1;
        self.requests[method.unwrap_or(METHODS.len() - 1)][class].fetch_add(1, Relaxed);
        let bucket = BUCKETS_MS.iter().position(|most| micros <= most * 1_000);
        self.took[bucket.unwrap_or(BUCKETS_MS.len())].fetch_add(1, Relaxed);
        self.took_micros.fetch_add(micros, Relaxed);
    }

    fn write(&self, text: &mut Text) {
        text.family("requests_total", "counter", "Requests answered.");
        for (method, of_method) in METHODS.iter().zip(&self.requests) {
            for (status, count) in STATUSES.iter().zip(of_method) {
                let labels = format!("{{method=\"{method}\",status=\"{status}\"}}");
                text.sample("requests_total", &labels, count.load(Relaxed));
            }
        }
        text.family("request_seconds", "histogram", "Time until the head of the answer was made.");
        let mut so_far = 0;
        for (n, count) in self.took.iter().enumerate() {
            so_far += count.load(Relaxed);
            let most = match BUCKETS_MS.get(n) {
                Some(most) => (*most as f64 / 1e3).to_string(),
                None => "+Inf".to_owned(),
            };
            text.sample("request_seconds_bucket", &format!("{{le=\"{most}\"}}"), so_far);
        }
        text.sample("request_seconds_sum", "", self.took_micros.load(Relaxed) as f64 / 1e6);
        text.sample("request_seconds_count", "", so_far);
        text.one("requests_open", "gauge", "Requests under way.", self.open.load(Relaxed));
    }
}

/// The metrics, for clients in the networks that may read them; nothing is here for others.
pub(crate) async fn get(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    let client = client::address(peer.ip(), &parts.headers, &app.config.trusted_proxies);
    let may_read =
        client.is_some_and(|client| app.config.metrics_from.iter().any(|own| own.contains(client)));
    if !may_read {
        return Problem::new(&app, &Ask::of(&parts), Rejection::NotFound(app.iri(METRICS)))
            .into_response();
    }
    let mut text = Text::default();
    let version = format!("{{version=\"{}\"}}", env!("CARGO_PKG_VERSION"));
    text.family("build_info", "gauge", "The program.");
    text.sample("build_info", &version, 1);
    app.metrics.write(&mut text);
    let state = app.store.state();
    text.one("journal_entries_total", "counter", "Entries of the journal.", state.head().seq);
    text.one("view_quads", "gauge", "Quads of the newest state.", state.len());
    let counts = state.results().counts();
    text.family("results", "gauge", "Results of the rules on the newest state.");
    for (severity, count) in
        [("violation", counts.violations), ("warning", counts.warnings), ("other", counts.others)]
    {
        text.sample("results", &format!("{{severity=\"{severity}\"}}"), count);
    }
    let load = app.evaluators.load();
    text.one("queries_running", "gauge", "Queries being evaluated.", load.running);
    text.one("queries_waiting", "gauge", "Queries that wait for a worker.", load.waiting);
    let [given, missed] = app.kept.counts();
    text.family("query_cache_total", "counter", "Answers given again, or not kept.");
    text.sample("query_cache_total", "{result=\"hit\"}", given);
    text.sample("query_cache_total", "{result=\"miss\"}", missed);
    text.one("query_workers", "gauge", "Processes that evaluate queries.", load.alive);
    text.family("query_workers_replaced_total", "counter", "Those that were replaced, and why.");
    for (why, count) in Replaced::ALL.into_iter().zip(load.replaced) {
        let labels = format!("{{reason=\"{}\"}}", replaced(why));
        text.sample("query_workers_replaced_total", &labels, count);
    }
    if let Some(bytes) = resident_bytes() {
        text.one("resident_bytes", "gauge", "Memory of the process.", bytes);
    }
    let uptime = (app.clock)().duration_since(app.started).as_secs_f64();
    text.one("uptime_seconds", "gauge", "Time since the start.", uptime);
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text.0).into_response()
}

fn replaced(why: Replaced) -> &'static str {
    match why {
        Replaced::Generation => "generation",
        Replaced::Time => "time",
        Replaced::Gone => "gone",
        Replaced::Memory => "memory",
        Replaced::Stack => "stack",
        Replaced::Other => "other",
    }
}

/// How long ago a request began, in microseconds.
pub(crate) fn micros_since(began: Timestamp, now: Timestamp) -> u64 {
    u64::try_from(now.duration_since(began).as_micros()).unwrap_or_default()
}

#[derive(Default)]
struct Text(String);

impl Text {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        self.line(format_args!("# HELP codesocial_{name} {help}"));
        self.line(format_args!("# TYPE codesocial_{name} {kind}"));
    }

    fn sample(&mut self, name: &str, labels: &str, value: impl std::fmt::Display) {
        self.line(format_args!("codesocial_{name}{labels} {value}"));
    }

    fn one(&mut self, name: &str, kind: &str, help: &str, value: impl std::fmt::Display) {
        self.family(name, kind, help);
        self.sample(name, "", value);
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        writeln!(self.0, "{line}").expect("a String takes all that is written to it");
    }
}

/// Resident memory, where the system tells it.
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? * 1_024)
}
