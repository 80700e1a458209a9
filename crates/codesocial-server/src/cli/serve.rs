//! `codesocial serve`.

use super::{Common, Failure, options, say};
use crate::assets::{self, Chapter, FixtureSet};
use crate::auth;
use crate::config::{ADMIN_TOKEN, Config};
use crate::connections;
use crate::elsewhere;
use crate::federation;
use crate::router::router;
use crate::state::App;
use clap::Args;
use codesocial_ldp::Request;
use codesocial_store::{
    Agent, CommandKind, CommitError, Crash, Effect, Precondition, Random, Rejection, Store,
};
use jiff::Timestamp;
use oxrdf::NamedNode;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

/// How long requests under way may take once the server is told to stop.
const DRAIN: Duration = Duration::from_secs(20);

#[derive(Debug, Args)]
pub(super) struct Serve {
    #[command(flatten)]
    common: Common,
    /// Address to listen on; port 0 lets the system choose [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
    /// IRI under which resources are named, fixed for ever at the first start
    /// [default: http://localhost:8080/]
    #[arg(long, value_name = "IRI")]
    base: Option<String>,
    /// Set of documents to load unless it was: source, demo, or a folder of RDF files
    #[arg(long, value_name = "SET")]
    load: Vec<String>,
    /// Die at a named point, for the crash tests
    #[arg(long, value_name = "POINT", hide = true)]
    crash_at: Option<Crash>,
}

impl Serve {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let mut config = self.common.config().map_err(Failure::new)?;
        config.listen = self.listen.unwrap_or(config.listen);
        config.base = self.base.or(config.base);
        let filter = tracing_subscriber::EnvFilter::try_from_default_env()
            .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
        tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(std::io::stderr)
            .with_target(false)
            .init();
        let sets: Vec<FixtureSet> = self.load.iter().map(|set| FixtureSet::parse(set)).collect();
        let crash = self.crash_at.unwrap_or_default();
        tokio::runtime::Runtime::new()
            .map_err(Failure::new)?
            .block_on(serve(config, sets, crash))?;
        Ok(ExitCode::SUCCESS)
    }
}

async fn serve(config: Config, sets: Vec<FixtureSet>, crash: Crash) -> Result<(), Failure> {
    let mut random = Random::of_system();
    // Before anything is created: a taken address must not leave a data directory behind.
    let listener = TcpListener::bind(config.listen).await.map_err(|error| {
        Failure(format!(
            "cannot listen on {}: {error}. Choose another with --listen",
            config.listen
        ))
    })?;
    let address = listener.local_addr().map_err(Failure::new)?;
    let options = options(&config, crash, &mut random)?;
    let store = tokio::task::spawn_blocking(|| Store::open(options))
        .await
        .map_err(Failure::new)?
        .map_err(Failure::new)?;
    administrator(&store, &mut random).await?;
    prepare(&store, &sets, &mut random).await?;
    auth::ensure_profiles(&store, Timestamp::now(), &mut random).await.map_err(Failure::new)?;
    let app = App::new(store.clone(), config, Timestamp::now, random).map_err(Failure::new)?;
    elsewhere::remember(&app).await;
    app.set_ready(true);
    // Before anyone is told of the address: who starts the server may stop it at once.
    let interrupted = interrupted()?;
    say(&format!("listening on http://{address}\n"));
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = tokio::spawn({
        let app = app.clone();
        // The sender is dropped only with the process.
        let stopped = async { drop(stopped.await) };
        async move { connections::serve(listener, router(app.clone()), &app.config, stopped).await }
    });
    let mail = tokio::spawn(auth::send_mail(app.clone()));
    let groups = tokio::spawn(elsewhere::follow(app.clone()));
    let announcer = tokio::spawn(federation::announce(app.clone()));
    let deliveries = tokio::spawn(federation::deliver(app.clone()));
    interrupted.await;
    mail.abort();
    groups.abort();
    announcer.abort();
    deliveries.abort();
    app.set_ready(false);
    if stop.send(()).is_err() {
        tracing::warn!("the server had stopped before it was told to");
    }
    if tokio::time::timeout(DRAIN, server).await.is_err() {
        tracing::warn!("requests were still under way when the time to finish them was over");
    }
    tokio::task::spawn_blocking(move || store.close()).await.map_err(Failure::new)
}

/// SIGINT or SIGTERM; the second one ends the process at once.
fn interrupted() -> Result<impl Future<Output = ()>, Failure> {
    let mut terminate = signal(SignalKind::terminate()).map_err(Failure::new)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Failure::new)?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tokio::spawn(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            std::process::exit(130);
        });
    })
}

/// The administrator's token: the one that automation fixes, or one made and shown once.
async fn administrator(store: &Store, random: &mut Random) -> Result<(), Failure> {
    let fixed = std::env::var(ADMIN_TOKEN).ok().filter(|token| !token.is_empty());
    let now = Timestamp::now();
    let token = match fixed {
        Some(token) => token,
        None if store.side().has_administrator().await.map_err(Failure::new)? => return Ok(()),
        None => {
            let token = store.side().reset_administrator(now, random).await;
            let token = token.map_err(Failure::new)?;
            say(&format!("administrator's token, shown this once: {}\n", token.reveal()));
            return Ok(());
        }
    };
    store.side().set_administrator(&token, now, random).await.map_err(Failure::new)
}

/// Installs what the program comes with and loads the sets, where the journal does not have them.
async fn prepare(store: &Store, sets: &[FixtureSet], random: &mut Random) -> Result<(), Failure> {
    let base = store.state().base().clone();
    let installation = assets::installation(&base).map_err(Failure::new)?;
    let command = codesocial_ldp::install(request(random), installation);
    let committed = store.commit(command).await.map_err(told)?;
    if committed.effect != Effect::Unchanged {
        tracing::info!(
            seq = committed.head.seq,
            "ontology, schemes, shapes and containers installed"
        );
    }
    for set in sets {
        let mut chapters = set.chapters(&base).map_err(Failure::new)?.into_iter();
        if let Some(first) = chapters.next() {
            load(store, first, random).await?;
        }
        for later in chapters {
            revise(store, later, random).await?;
        }
    }
    Ok(())
}

/// Adds the documents of a set that are absent, and publishes those that are to have a version.
async fn load(store: &Store, set: Chapter, random: &mut Random) -> Result<(), Failure> {
    let Chapter { name, digest, documents } = set;
    if codesocial_ldp::is_loaded(&store.state(), &name, &digest) {
        return Ok(());
    }
    let count = documents.len();
    let names: Vec<NamedNode> = documents.names().collect();
    let known = Some((name.clone(), digest));
    let command = codesocial_ldp::load(request(random), CommandKind::Load, documents, known);
    store.commit(command).await.map_err(told)?;
    tracing::info!(set = name, documents = count, "set loaded");
    for document in codesocial_registry::unversioned(&store.state(), names) {
        publish(store, document, random).await?;
    }
    Ok(())
}

/// Makes documents what a later chapter says, once in the life of an instance, and publishes the
/// next versions of what they describe.
async fn revise(store: &Store, chapter: Chapter, random: &mut Random) -> Result<(), Failure> {
    let Chapter { name, digest, documents } = chapter;
    if codesocial_ldp::was_loaded(&store.state(), &name) {
        return Ok(());
    }
    let names: Vec<NamedNode> = documents.names().collect();
    let command = codesocial_ldp::revise(request(random), documents, (name, digest));
    store.commit(command).await.map_err(told)?;
    for document in codesocial_registry::described_by(&store.state(), names) {
        publish(store, document, random).await?;
    }
    Ok(())
}

async fn publish(store: &Store, document: NamedNode, random: &mut Random) -> Result<(), Failure> {
    let command = codesocial_registry::publish(request(random), document);
    let committed = store.commit(command).await.map_err(told)?;
    let version = committed.location.as_ref().map(NamedNode::as_str);
    tracing::info!(version, "version published");
    Ok(())
}

fn request(random: &mut Random) -> Request<'_> {
    let precondition = Precondition::None;
    Request { agent: Agent::Server, now: Timestamp::now(), random, precondition }
}

fn told(error: CommitError) -> Failure {
    match error {
        CommitError::Rejected(Rejection::Shapes(report)) => Failure(format!(
            "the set breaks rules:\n{}",
            report.to_text(codesocial_shacl::Lang::Fr)
        )),
        other => Failure::new(other),
    }
}
