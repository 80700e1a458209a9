//! The journal's bytes: one entry of every kind of command, kept for ever. What this version wrote,
//! every later one must read.

use codesocial_ldp::{
    ContainerEntry, Creation, Documents, Installation, Request, delete, install, load,
    parse_update, patch, post, put, update,
};
use codesocial_rdf::{Base, Changeset, RdfSyntax, parse};
use codesocial_store::update::Patterns;
use codesocial_store::{
    Agent, Command, CommandKind, Crash, OpaqueId, Options, Precondition, Random, Rejection,
    SegmentClass, Store, hex,
};
use expect_test::expect_file;
use jiff::Timestamp;
use oxrdf::{GraphName, Literal, NamedNode, Quad};
use std::path::Path;
use std::sync::Arc;

const NOW: &str = "2026-11-22T10:11:12.000001Z";

/// The containers of the first release, which the bytes hold.
const CONTAINERS: &[ContainerEntry] = &[
    entry("", "Registre #CodeSocial", "#CodeSocial registry"),
    entry("organizations", "Organisations", "Organisations"),
    entry("groups", "Groupes et cercles", "Groups and circles"),
    entry("ecosystems", "Écosystèmes contributifs", "Contributive ecosystems"),
    entry("membership-associations", "Appartenances", "Memberships"),
    entry("commons", "Communs", "Commons"),
    entry("codesocials", "#CodeSocial", "#CodeSocial"),
    entry("intentions", "Intentions", "Intentions"),
    entry("actions", "Actions", "Actions"),
    entry("deliverables", "Livrables", "Deliverables"),
    entry("workspaces", "Espaces de travail", "Workspaces"),
    entry("seeds", "Graines de connaissance", "Knowledge seeds"),
    entry("badges", "Badges", "Badges"),
    entry("credentials", "Badges décernés", "Awarded badges"),
    entry("issuer-recognitions", "Émetteurs reconnus", "Recognised issuers"),
    entry("matrices", "Matrices de richesses", "Wealth matrices"),
    entry("flows", "Flux de richesse", "Wealth flows"),
    entry("territories", "Territoires", "Territories"),
    entry("places", "Lieux", "Places"),
    entry("programmes", "Programmes", "Programmes"),
    entry("projects", "Projets", "Projects"),
    entry("ideas", "Idées", "Ideas"),
    entry("themes", "Thèmes", "Themes"),
    entry("skills", "Compétences", "Skills"),
    entry("documents", "Documents", "Documents"),
    entry("sandbox", "Bac à sable", "Sandbox"),
];

const fn entry(path: &'static str, fr: &'static str, en: &'static str) -> ContainerEntry {
    ContainerEntry { visibility: None, path, class: "", fr, en }
}

/// A store whose clock stands still and whose randomness is counted.
struct Fixture {
    store: Store,
    runtime: tokio::runtime::Runtime,
    random: Random,
    agent: Agent,
}

impl Fixture {
    fn open(folder: &Path) -> Self {
        let mut random = Random::of_seed([7; 32]);
        let agent = Agent::Administrator(OpaqueId::random(&mut random));
        let options = Options {
            folder: folder.to_owned(),
            base: Some(Base::parse("http://localhost:8080/").expect("a base")),
            now: now(),
            random: Random::of_seed([1; 32]),
            crash: Crash::default(),
            computed: |_, _, _, _| Ok(codesocial_rdf::Changeset::default()),
            edition: Default::default(),
        };
        let store = Store::open(options).expect("a store");
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        Self { store, runtime, random, agent }
    }

    fn request(&mut self, agent: Agent) -> Request<'_> {
        let precondition = Precondition::None;
        Request { agent, now: now(), random: &mut self.random, precondition }
    }

    fn commit(&self, command: Command) -> Option<NamedNode> {
        self.runtime.block_on(self.store.commit(command)).expect("accepted").location
    }
}

fn now() -> Timestamp {
    NOW.parse().expect("a time")
}

fn triples(turtle: &str, base: &str) -> Vec<oxrdf::Triple> {
    parse::triples(turtle.as_bytes(), RdfSyntax::Turtle, base).expect("Turtle")
}

fn documents(turtle: &str) -> Documents {
    let base = Base::parse("http://localhost:8080/").expect("a base");
    let quads = parse::quads(turtle.as_bytes(), RdfSyntax::Turtle, base.root().as_str());
    Documents::split(quads.expect("Turtle"), &base).expect("documents")
}

/// One command of every kind, on an instance whose ontology is one class.
fn write_everything(fixture: &mut Fixture) {
    let class = "<urn:c> a <http://www.w3.org/2002/07/owl#Class> .";
    let graphs = vec![("ns".to_owned(), triples(class, "http://localhost:8080/ns"))];
    let command =
        install(fixture.request(Agent::Server), Installation { graphs, containers: CONTAINERS });
    fixture.commit(command);

    let set = documents("<seeds/a> <http://virtual-assembly.org/ontologies/pair#label> \"A\" .");
    let loading = Some(("golden".to_owned(), "00".to_owned()));
    let command = load(fixture.request(Agent::Server), CommandKind::Load, set, loading);
    fixture.commit(command);

    let set = documents("<seeds/b> <urn:p> [ <urn:q> \"é\\n\"@fr ] .");
    let command = load(fixture.request(Agent::Server), CommandKind::Import, set, None);
    fixture.commit(command);

    let agent = fixture.agent.clone();
    let container = NamedNode::new_unchecked("http://localhost:8080/seeds");
    let creation = Creation {
        slug: Some("Graine".to_owned()),
        label: None,
        model: None,
        read: Box::new(|document| Ok(triples("<> <urn:p> 1, <urn:o>, [] .", document))),
    };
    let command = post(fixture.request(agent.clone()), container, creation);
    let document = fixture.commit(command).expect("a place");
    assert_eq!(document.as_str(), "http://localhost:8080/seeds/graine");

    let content = triples("<> <urn:p> 2 .", document.as_str());
    let command = put(fixture.request(agent.clone()), document.clone(), content, None);
    fixture.commit(command);

    let text =
        parse_update("DELETE { <> ?p 2 } INSERT { <> ?p 3 } WHERE { <> ?p 2 }", document.as_str());
    let state = fixture.store.state();
    let text = Arc::new(text.expect("an update"));
    let said = |value: i64| {
        let property = NamedNode::new_unchecked("urn:p");
        Quad::new(document.clone(), property, Literal::from(value), GraphName::DefaultGraph)
    };
    let mut find = |_: Patterns<'_>| {
        Ok::<_, Rejection>(Changeset { removed: vec![said(2)], added: vec![said(3)] })
    };
    let command = patch(fixture.request(agent.clone()), document.clone(), text, &state, &mut find);
    fixture.commit(command.expect("a patch"));

    let text = "INSERT DATA { <urn:s> <urn:p> _:b . GRAPH <urn:g> { <urn:s> <urn:p> <urn:o> } }";
    let text = Arc::new(parse_update(text, "http://localhost:8080/").expect("an update"));
    let state = fixture.store.state();
    let command = update(fixture.request(agent.clone()), text, &state, &mut find);
    fixture.commit(command.expect("an update"));

    let command = delete(fixture.request(agent), document);
    fixture.commit(command);
}

/// The journal as text: headers as they are hashed, segments as they are committed to.
fn dump(folder: &Path) -> String {
    let mut text = String::new();
    for entry in codesocial_store::read_entries(folder, 0, 1_000).expect("entries") {
        text.push_str(&String::from_utf8(entry.header.encode()).expect("headers are text"));
        text.push_str(&format!("= {}\n", hex(&entry.header.hash())));
        for segment in &entry.segments {
            assert_eq!(segment.class, SegmentClass::Public);
            text.push_str(&format!("~ {} {}\n", segment.kind, hex(&segment.salt)));
            text.push_str(std::str::from_utf8(&segment.bytes).expect("patches are text"));
        }
        text.push('\n');
    }
    text
}

#[test]
fn the_bytes_of_every_kind_of_command_do_not_change() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut fixture = Fixture::open(folder.path());
    write_everything(&mut fixture);
    fixture.store.close();
    let text = dump(folder.path());
    for kind in [
        CommandKind::Genesis,
        CommandKind::Install,
        CommandKind::Load,
        CommandKind::Import,
        CommandKind::Post,
        CommandKind::Put,
        CommandKind::Patch,
        CommandKind::Update,
        CommandKind::Delete,
    ] {
        assert!(text.contains(&format!("\ncommand: {kind}\n")), "no {kind} in the golden journal");
    }
    expect_file!["golden/journal-1.txt"].assert_eq(&text);
}

#[test]
fn a_replay_gives_the_state_that_was_served() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut fixture = Fixture::open(folder.path());
    write_everything(&mut fixture);
    let served = fixture.store.state();
    let replayed = codesocial_store::read_state(folder.path()).expect("a state");
    assert_eq!(replayed.head(), served.head());
    assert_eq!(replayed.digest(), served.digest());
    fixture.store.close();
    let verified = codesocial_store::verify(folder.path()).expect("verified");
    assert_eq!((verified.head, verified.checkpoint), (served.head(), Some(served.head().seq)));
}
