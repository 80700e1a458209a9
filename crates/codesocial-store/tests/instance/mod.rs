//! A store without rules, and a graph of the server's to write in.

use codesocial_rdf::{Base, Changeset};
use codesocial_store::{Crash, Options, Random, Store};
use oxrdf::NamedNode;
use std::path::Path;

pub(crate) fn open(folder: &Path) -> Store {
    let options = Options {
        folder: folder.to_owned(),
        base: Some(Base::parse("http://x/").expect("a base")),
        now: now(),
        random: Random::of_seed([1; 32]),
        crash: Crash::default(),
        computed: |_, _, _, _| Ok(Changeset::default()),
        edition: Default::default(),
    };
    Store::open(options).expect("a store")
}

pub(crate) fn now() -> jiff::Timestamp {
    "2026-11-23T10:11:12Z".parse().expect("a time")
}

pub(crate) fn graph() -> NamedNode {
    NamedNode::new_unchecked("http://x/system/kept")
}

pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}
