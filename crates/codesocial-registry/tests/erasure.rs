//! A person is forgotten: what was theirs alone is nowhere on the disk any more, what they made for
//! others stays without their name, and the journal still proves the rest.

use codesocial_ldp::{
    CONTAINERS, Creation, Installation, Request, delete, install, post, profile, put,
};
use codesocial_rdf::{Base, RdfSyntax, parse};
use codesocial_registry::{Personal, erase};
use codesocial_store::{
    AccessMode, Agent, Command, Crash, OpaqueId, Options, Person, Precondition, Random, Scope,
    State, Store, verify,
};
use jiff::Timestamp;
use oxrdf::NamedNode;
use std::path::Path;
use std::sync::Arc;

const BASE: &str = "http://localhost:8080/";
const SECRETS: [&str; 4] = ["SECRET-profile", "SECRET-edited", "SECRET-diagnosis", "SECRET-gone"];

struct Instance {
    store: Store,
    runtime: tokio::runtime::Runtime,
    random: Random,
    person: Agent,
}

impl Instance {
    fn open(folder: &Path) -> Self {
        let options = Options {
            folder: folder.to_owned(),
            base: Some(Base::parse(BASE).expect("a base")),
            now: now(),
            random: Random::of_seed([1; 32]),
            crash: Crash::default(),
            computed: |_, _, _, _| Ok(codesocial_rdf::Changeset::default()),
            edition: Default::default(),
        };
        let mut random = Random::of_seed([7; 32]);
        let person = Agent::Person(Arc::new(Person {
            webid: webid(),
            id: Some(OpaqueId::random(&mut random)),
            scope: Scope::ALL,
            origin: None,
        }));
        let store = Store::open(options).expect("a store");
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        Self { store, runtime, random, person }
    }

    /// An instance with its containers, and a person who wrote in it.
    fn with_person(folder: &Path) -> Self {
        let mut instance = Self::open(folder);
        let installation = Installation { graphs: Vec::new(), containers: CONTAINERS };
        instance.commit(|request| install(request, installation), Agent::Server);
        instance.profile("SECRET-profile");
        instance.profile("SECRET-edited");
        let gone = instance.create("self-diagnoses", "gone", "<> <urn:p> \"SECRET-gone\" .");
        instance.commit(|request| delete(request, gone), instance.person.clone());
        instance.create("self-diagnoses", "mine", "<> <urn:p> \"SECRET-diagnosis\" .");
        instance.create("seeds", "ours", "<> <urn:by> <../users/a2> ; <urn:p> \"for all\" .");
        instance
    }

    fn profile(&mut self, text: &str) {
        let said = triples(&format!("<> <urn:name> \"{text}\" ."), webid().as_str());
        let exists = self.store.state().exists(webid().as_ref());
        self.commit(
            |request| match exists {
                true => put(request, webid(), said, None),
                false => profile(request, webid(), said),
            },
            Agent::Server,
        );
    }

    fn create(&mut self, container: &str, slug: &str, turtle: &str) -> NamedNode {
        let creation = Creation {
            slug: Some(slug.to_owned()),
            label: None,
            model: None,
            read: {
                let turtle = turtle.to_owned();
                Box::new(move |document| Ok(triples(&turtle, document)))
            },
        };
        let container = node(container);
        let agent = self.person.clone();
        self.commit(|request| post(request, container, creation), agent).expect("a document")
    }

    fn commit(
        &mut self,
        command: impl FnOnce(Request<'_>) -> Command,
        agent: Agent,
    ) -> Option<NamedNode> {
        let precondition = Precondition::None;
        let request = Request { agent, now: now(), random: &mut self.random, precondition };
        let command = command(request);
        self.runtime.block_on(self.store.commit(command)).expect("accepted").location
    }

    fn erase(&mut self) {
        self.commit(|request| erase(request, webid()), Agent::Server);
    }
}

fn now() -> Timestamp {
    "2026-11-23T10:11:12.000001Z".parse().expect("a time")
}

fn node(path: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("{BASE}{path}"))
}

fn webid() -> NamedNode {
    node("users/a2")
}

fn triples(turtle: &str, base: &str) -> Vec<oxrdf::Triple> {
    parse::triples(turtle.as_bytes(), RdfSyntax::Turtle, base).expect("Turtle")
}

/// Which of the texts stand in some file of a folder, or of one in it.
fn found(folder: &Path, texts: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for file in std::fs::read_dir(folder).expect("a folder") {
        let path = file.expect("a file").path();
        if path.is_dir() {
            found.extend(self::found(&path, texts));
            continue;
        }
        // SQLite takes its log away when it likes: what was in it is in another file then.
        let Ok(bytes) = std::fs::read(&path) else { return self::found(folder, texts) };
        let holds = |text: &&&str| bytes.windows(text.len()).any(|part| part == text.as_bytes());
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        found.extend(texts.iter().filter(holds).map(|text| format!("{text} in {name}")));
    }
    found
}

fn readable(state: &State, path: &str) -> bool {
    state.permits(&Agent::Anonymous, node(path).as_ref(), AccessMode::Read).is_ok()
}

#[test]
fn what_an_instance_holds_of_a_person_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let instance = Instance::with_person(folder.path());
    let state = instance.store.state();
    let personal = Personal::of(&state, webid().as_ref());
    assert_eq!(
        personal.own.into_iter().collect::<Vec<_>>(),
        [node("self-diagnoses/mine"), webid()]
    );
    assert_eq!(personal.made.into_iter().collect::<Vec<_>>(), [node("seeds/ours")]);
    let said: Vec<&str> = personal.elsewhere.iter().map(|quad| quad.predicate.as_str()).collect();
    assert!(said.contains(&"urn:by"), "{said:?}");
}

#[test]
fn after_an_erasure_nothing_of_the_person_is_on_the_disk_and_the_journal_verifies() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut instance = Instance::with_person(folder.path());
    assert!(!found(folder.path(), &SECRETS).is_empty(), "they are there before");
    instance.erase();
    let state = instance.store.state();
    for gone in ["users/a2", "self-diagnoses/mine"] {
        assert!(!state.exists(node(gone).as_ref()) && state.is_tombstoned(node(gone).as_ref()));
    }
    let ours: Vec<String> =
        state.graph(node("seeds/ours").as_ref().into()).map(|triple| triple.to_string()).collect();
    assert!(ours.iter().any(|triple| triple.contains("users/anonymised")), "{ours:?}");
    assert!(ours.iter().any(|triple| triple.contains("for all")), "{ours:?}");
    assert!(Personal::of(&state, webid().as_ref()).quads(&state).is_empty());
    assert!(readable(&state, "users/anonymised") && readable(&state, "seeds/ours"));
    let digest = state.digest();
    instance.store.close();
    drop(instance);
    let left = found(folder.path(), &SECRETS);
    assert!(left.is_empty(), "{left:?}");
    let verified = verify(folder.path()).expect("it verifies");
    assert_eq!(verified.digest, digest);
    let by = verified.erased.first().expect("erased segments").by;
    assert!(verified.erased.len() > 6 && verified.erased.iter().all(|segment| segment.by == by));
    let opened = Instance::open(folder.path());
    assert_eq!(opened.store.state().digest(), digest, "what replays is what was");
}
