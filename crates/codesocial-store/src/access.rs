//! Who may do what: a pure function of agent, kind of graph and mode. Access documents and groups
//! come in here, and nowhere else.
//!
//! For now all that is stored is public, and only the administrator writes.
//! <https://solidproject.org/TR/wac>

use crate::{OpaqueId, Rejection, State};
use codesocial_graph::Readers;
use codesocial_rdf::vocab::{as2, foaf, pair, rdf, schema, vf};
use codesocial_rdf::{Base, GraphKind};
use oxrdf::{GraphNameRef, NamedNode, NamedNodeRef, Quad, Term};
use std::sync::Arc;

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Agent {
    Anonymous,
    Person(Arc<Person>),
    Administrator(OpaqueId),
    /// The program itself: the loader, the installer.
    Server,
}

/// Somebody known by a WebID, of this server or another.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Person {
    pub webid: NamedNode,
    /// The name of the person in the journal's headers; none for people of other servers.
    pub id: Option<OpaqueId>,
    /// What the means by which the person came lets them do, of what they may.
    pub scope: Scope,
    /// The origin of the script that asks, where a browser tells it.
    /// <https://solidproject.org/TR/wac#origin>
    pub origin: Option<String>,
}

/// What a token lets its holder do. A session lets its person do everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Scope {
    pub read: bool,
    pub write: bool,
    pub control: bool,
}

impl Scope {
    pub const ALL: Self = Self { read: true, write: true, control: true };
}

/// What is asked. <https://solidproject.org/TR/wac#access-modes>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AccessMode {
    Read,
    Append,
    Write,
}

impl State {
    /// Whether the agent may use a document, or any other graph, in that way.
    pub fn permits(
        &self,
        agent: &Agent,
        graph: NamedNodeRef<'_>,
        mode: AccessMode,
    ) -> Result<(), Rejection> {
        decide(agent, self.base().kind_of(graph), mode)
    }

    /// Which graphs the agent's queries and pages may read.
    pub fn readers(&self, agent: &Agent) -> Readers {
        match agent {
            Agent::Anonymous | Agent::Person(_) => Readers::everyone(),
            Agent::Administrator(_) | Agent::Server => Readers::administrator(),
        }
    }
}

/// What the agent may do with graphs of that kind.
fn decide(agent: &Agent, kind: GraphKind, mode: AccessMode) -> Result<(), Rejection> {
    let readable = match agent {
        Agent::Server => true,
        Agent::Administrator(_) => kind != GraphKind::System,
        Agent::Anonymous | Agent::Person(_) => kind.public_by_default(),
    };
    match (agent, mode) {
        (Agent::Server, _) => Ok(()),
        (_, AccessMode::Read) if readable => Ok(()),
        (Agent::Administrator(_), AccessMode::Append | AccessMode::Write) if readable => Ok(()),
        (Agent::Anonymous, _) => Err(Rejection::Unauthenticated),
        (Agent::Person(_) | Agent::Administrator(_), _) => Err(Rejection::Forbidden),
    }
}

/// Whether the agent may write these quads by name: the right modes on every graph, none of the
/// server's own graphs, and nothing about persons while accounts are closed, whoever writes.
pub(crate) fn scope<'a>(
    agent: &Agent,
    base: &Base,
    quads: impl IntoIterator<Item = &'a Quad>,
) -> Result<(), Rejection> {
    for quad in quads {
        if *agent != Agent::Server {
            scope_graph(agent, base, quad.graph_name.as_ref())?;
        }
        if is_personal(base, quad) {
            return Err(Rejection::PersonsClosed);
        }
    }
    Ok(())
}

fn scope_graph(agent: &Agent, base: &Base, graph: GraphNameRef<'_>) -> Result<(), Rejection> {
    let kind = base.kind(graph);
    decide(agent, kind, AccessMode::Write)?;
    if kind.client_writable() {
        return Ok(());
    }
    Err(match graph {
        GraphNameRef::NamedNode(name) => Rejection::ServerGraph(name.into_owned()),
        GraphNameRef::DefaultGraph | GraphNameRef::BlankNode(_) => Rejection::Forbidden,
    })
}

/// Whether a quad describes a person or lies where persons will.
fn is_personal(base: &Base, quad: &Quad) -> bool {
    const CLASSES: [oxrdf::NamedNodeRef<'_>; 5] =
        [pair::PERSON, foaf::PERSON, vf::PERSON, as2::PERSON, schema::PERSON];
    let path = match &quad.graph_name {
        oxrdf::GraphName::NamedNode(name) => base.path_of(name.as_str()),
        oxrdf::GraphName::DefaultGraph | oxrdf::GraphName::BlankNode(_) => None,
    };
    let among_users = path.is_some_and(|path| path.starts_with("users/"));
    let is_person = quad.predicate == rdf::TYPE
        && matches!(&quad.object, Term::NamedNode(class) if CLASSES.contains(&class.as_ref()));
    among_users || is_person
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Random;
    use expect_test::expect;

    #[test]
    fn the_access_table() {
        let administrator = Agent::Administrator(OpaqueId::random(&mut Random::of_seed([0; 32])));
        let mut table = String::new();
        for kind in GraphKind::ALL {
            table.push_str(&format!("{kind:?}:"));
            for (name, agent) in [
                ("world", Agent::Anonymous),
                ("admin", administrator.clone()),
                ("server", Agent::Server),
            ] {
                table.push_str(&format!(" {name} "));
                for (letter, mode) in
                    [('r', AccessMode::Read), ('a', AccessMode::Append), ('w', AccessMode::Write)]
                {
                    let allowed = decide(&agent, kind, mode).is_ok();
                    table.push(if allowed { letter } else { '-' });
                }
            }
            table.push('\n');
        }
        expect![[r#"
            Default: world r-- admin raw server raw
            Resource: world r-- admin raw server raw
            Meta: world r-- admin raw server raw
            Acl: world --- admin raw server raw
            Scheme: world r-- admin raw server raw
            Ontology: world r-- admin raw server raw
            Shapes: world r-- admin raw server raw
            Version: world r-- admin raw server raw
            Remote: world r-- admin raw server raw
            Quarantine: world --- admin raw server raw
            Sandbox: world r-- admin raw server raw
            SandboxMeta: world r-- admin raw server raw
            Private: world --- admin raw server raw
            PrivateMeta: world --- admin raw server raw
            Foreign: world r-- admin raw server raw
            System: world --- admin --- server raw
        "#]]
        .assert_eq(&table);
    }

    #[track_caller]
    fn check(quad: &str, expected: &str) {
        let base = Base::parse("http://x/").expect("a base");
        let quads = codesocial_rdf::parse::quads(
            quad.as_bytes(),
            codesocial_rdf::RdfSyntax::NQuads,
            "http://x/",
        )
        .expect("N-Quads");
        let administrator = Agent::Administrator(OpaqueId::random(&mut Random::of_seed([0; 32])));
        let outcome = scope(&administrator, &base, &quads)
            .map_or_else(|r| format!("{r:?}"), |()| "allowed".to_owned());
        assert!(outcome.starts_with(expected), "{quad}: {outcome}");
    }

    #[test]
    fn an_administrator_writes_documents_but_not_what_is_the_servers() {
        check("<a:s> <a:p> <a:o> <http://x/organizations/a> .", "allowed");
        check("<a:s> <a:p> <a:o> .", "allowed");
        check("<a:s> <a:p> <a:o> <http://elsewhere/g> .", "allowed");
        check("<a:s> <a:p> <a:o> <http://x/sandbox/g> .", "allowed");
        check("<a:s> <a:p> <a:o> <http://x/organizations/a.meta> .", "ServerGraph");
        check("<a:s> <a:p> <a:o> <http://x/ns> .", "ServerGraph");
        check("<a:s> <a:p> <a:o> <http://x/system/x> .", "Forbidden");
        check("<a:s> <a:p> <a:o> <http://x/users/abc> .", "PersonsClosed");
        check(
            "<a:s> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> \
             <http://virtual-assembly.org/ontologies/pair#Person> <http://x/organizations/a> .",
            "PersonsClosed",
        );
    }
}
