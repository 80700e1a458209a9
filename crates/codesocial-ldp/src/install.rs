//! What every instance holds before anyone writes: ontology, schemes, shapes and containers, as
//! they come with the program. Only what differs from the journal is written, and never over shapes
//! that an administrator wrote.

use crate::Request;
use crate::containers::{ContainerEntry, Visibility};
use codesocial_rdf::Changeset;
use codesocial_rdf::vocab::{dct, ldp, rdf};
use codesocial_store::{
    About, AccessMode, AclText, Agent, Command, CommandKind, Grantee, Proposal, State,
    administrators, members_concerned,
};
use oxrdf::{Literal, NamedNode, Quad, Triple};
use std::collections::HashSet;

#[derive(Debug, Clone, Default)]
pub struct Installation {
    /// The operator's graphs: path under the base, content.
    pub graphs: Vec<(String, Vec<Triple>)>,
    /// Those that are missing are created.
    pub containers: &'static [ContainerEntry],
}

/// The command that makes the instance hold what the program comes with.
pub fn install(request: Request<'_>, installation: Installation) -> Command {
    debug_assert_eq!(request.agent, Agent::Server, "only the program installs");
    request.command(
        CommandKind::Install,
        None,
        Box::new(move |state, _| {
            let mut client = Changeset::default();
            for (path, triples) in &installation.graphs {
                let graph = state.base().resolve(path);
                if !state.is_edited(graph.as_ref()) {
                    replace(state, &graph, triples, &mut client);
                }
            }
            let mut server = missing_containers(state, installation.containers, &mut client);
            server
                .added
                .extend(installation.containers.iter().flat_map(|entry| access(state, entry)));
            Ok(Proposal { client, server, ..Proposal::default() })
        }),
    )
}

fn replace(state: &State, graph: &NamedNode, wanted: &[Triple], change: &mut Changeset) {
    let current: HashSet<Triple> = state.graph(graph.as_ref().into()).collect();
    let wanted: HashSet<Triple> = wanted.iter().cloned().collect();
    let quads = |triples: Vec<&Triple>| -> Vec<Quad> {
        triples.into_iter().cloned().map(|triple| triple.in_graph(graph.clone())).collect()
    };
    change.removed.extend(quads(current.difference(&wanted).collect()));
    change.added.extend(quads(wanted.difference(&current).collect()));
}

/// The access document of a container, where it never had one: everyone sees the container, whoever
/// is known may add to it, and what is added is as visible as its class: to everyone, to the
/// members of those whose it is, or to who made it.
fn access(state: &State, entry: &ContainerEntry) -> Vec<Quad> {
    let base = state.base();
    let container = base.resolve(entry.path);
    let Some(visibility) = entry.visibility else { return Vec::new() };
    if state.had_access(container.as_ref()) {
        return Vec::new();
    }
    let (read, append) = (&[AccessMode::Read], &[AccessMode::Append]);
    let all = [AccessMode::Read, AccessMode::Write, AccessMode::Control];
    let administrators = administrators(base);
    let everyone = match visibility {
        Visibility::Public => About::Both,
        Visibility::Members | Visibility::Private => About::Itself,
    };
    let mut text = AclText::of(container)
        .grant("administrators", Grantee::Agent(administrators.as_ref()), About::Both, &all)
        .grant("everyone", Grantee::Everyone, everyone, read);
    if visibility == Visibility::Members {
        let members = members_concerned(base);
        text = text.grant("members", Grantee::Group(members.as_ref()), About::Below, read);
    }
    if !entry.path.is_empty() {
        text = text.grant("known", Grantee::Authenticated, About::Itself, append);
    }
    text.quads()
}

/// Containers are created with their titles, which can be edited afterwards.
fn missing_containers(
    state: &State,
    containers: &[ContainerEntry],
    client: &mut Changeset,
) -> Changeset {
    let mut server = Changeset::default();
    for entry in containers {
        let container = state.base().resolve(entry.path);
        if state.exists(container.as_ref()) {
            continue;
        }
        let meta = State::meta(container.as_ref());
        for class in [ldp::CONTAINER, ldp::BASIC_CONTAINER] {
            server.added.push(Quad::new(container.clone(), rdf::TYPE, class, meta.clone()));
        }
        for (title, language) in [(entry.fr, "fr"), (entry.en, "en")] {
            let title = Literal::new_language_tagged_literal_unchecked(title, language);
            client.added.push(Quad::new(container.clone(), dct::TITLE, title, container.clone()));
        }
    }
    server
}
