//! What every handler shares.

use crate::auth::{Auth, Proofs, SignerError, Signers};
use crate::config::Config;
use crate::export::EXPORTS_MAX;
use crate::federation::Federation;
use crate::metrics::Metrics;
use crate::pages::Pages;
use crate::rendered::RenderedCache;
use crate::sparql::{self, KeptAnswers};
use codesocial_fetch::{Client, Limits, Resolver};
use codesocial_rdf::Base;
use codesocial_rdf::jsonld::Compaction;
use codesocial_store::query::Evaluators;
use codesocial_store::{OpaqueId, Random, Store};
use jiff::Timestamp;
use oxrdf::NamedNode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OnceCell, Semaphore};

/// The shared state: a handle.
#[derive(Clone)]
pub(crate) struct App(Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) store: Store,
    pub(crate) config: Config,
    pub(crate) base: Base,
    pub(crate) clock: fn() -> Timestamp,
    pub(crate) auth: Auth,
    pub(crate) pages: Pages,
    /// The context of LDP answers, read once.
    pub(crate) ldp_context: Compaction,
    /// The context of exports, read once.
    pub(crate) v1_context: Compaction,
    pub(crate) evaluators: Evaluators,
    pub(crate) metrics: Metrics,
    /// When this was made.
    pub(crate) started: Timestamp,
    /// A place for each export that is being written.
    pub(crate) exports: Arc<Semaphore>,
    pub(crate) rendered: RenderedCache,
    /// Answers to queries.
    pub(crate) kept: KeptAnswers,
    /// Whatever is asked of other servers goes through it.
    pub(crate) fetch: Client,
    pub(crate) proofs: Proofs,
    pub(crate) federation: Federation,
    signers: OnceCell<Signers>,
    random: Mutex<Random>,
    ready: AtomicBool,
}

impl std::ops::Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl App {
    pub(crate) fn new(
        store: Store,
        config: Config,
        clock: fn() -> Timestamp,
        random: Random,
    ) -> Result<Self, serde_json::Error> {
        let base = store.state().base().clone();
        let (workers, services) = (config.sparql.workers(), sparql::services(&config));
        let evaluators = Evaluators::new(&store, &config.data, &workers, &services);
        Ok(Self(Arc::new(Shared {
            clock,
            started: clock(),
            metrics: Metrics::default(),
            auth: Auth::new(&base, &config),
            pages: Pages::new(&base),
            federation: Federation::new(&base),
            base,
            ldp_context: Compaction::new(codesocial_rdf::context::LDP)?,
            v1_context: Compaction::new(codesocial_rdf::context::V1)?,
            evaluators,
            exports: Arc::new(Semaphore::new(EXPORTS_MAX)),
            rendered: RenderedCache::new(config.cache_bytes_max),
            kept: KeptAnswers::new(config.sparql.cache_bytes_max),
            fetch: Client::new(config.fetch.guard(), Limits::default(), Resolver::System),
            proofs: Proofs::new(clock()),
            signers: OnceCell::new(),
            random: Mutex::new(random),
            ready: AtomicBool::new(false),
            store,
            config,
        })))
    }
}

impl Shared {
    /// A random source for one request.
    pub(crate) fn random(&self) -> Random {
        // A poisoned lock still holds a whole source.
        Random::of_seed(self.random.lock().unwrap_or_else(PoisonError::into_inner).bytes())
    }

    /// How tokens name this instance: as people's profiles name who may speak for them.
    pub(crate) fn issuer(&self) -> String {
        self.base.root().into_string()
    }

    /// The keys to sign tokens with, made when they are first asked for.
    pub(crate) async fn signers(&self) -> Result<&Signers, SignerError> {
        let made = || Signers::of(self.store.keys(), (self.clock)(), self.random());
        self.signers.get_or_try_init(made).await
    }

    pub(crate) fn opaque_id(&self) -> OpaqueId {
        OpaqueId::random(&mut self.random.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The resource that a request's path names: base and path, whatever `Host` says.
    pub(crate) fn iri(&self, path: &str) -> NamedNode {
        self.base.resolve(path.trim_start_matches('/'))
    }

    pub(crate) fn is_ready(&self) -> bool {
        self.ready.load(Ordering::Relaxed)
    }

    pub(crate) fn set_ready(&self, ready: bool) {
        self.ready.store(ready, Ordering::Relaxed);
    }
}
