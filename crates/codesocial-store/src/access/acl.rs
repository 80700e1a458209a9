//! An access document: who may do what with a document, and with what lies below it.
//!
//! Invariant: what is not understood grants nothing. <https://solidproject.org/TR/wac>

use codesocial_rdf::vocab::{acl, foaf, rdf};
use oxrdf::{NamedNode, NamedNodeRef, NamedOrBlankNode, Quad, Term, Triple};
use std::collections::BTreeMap;

use super::{AccessMode, Agent, Modes};

/// The authorizations of one access document that are about its own subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Acl {
    authorizations: Vec<Authorization>,
}

/// <https://solidproject.org/TR/wac#authorization-rule>
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Authorization {
    access_to: bool,
    default: bool,
    modes: Modes,
    everyone: bool,
    authenticated: bool,
    agents: Vec<NamedNode>,
    groups: Vec<NamedNode>,
    origins: Vec<String>,
    /// Whether it holds only under a condition, of which this server knows none.
    conditional: bool,
}

/// How an access document reaches what it decides on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// It is the document's own: `acl:accessTo` counts.
    Own,
    /// It is that of a container above: `acl:default` counts.
    Inherited,
}

/// Whom an access document may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Named {
    Anyone,
    /// Nobody as one of many: neither everyone nor all who are logged in.
    Particular,
}

impl Acl {
    /// The access document of `subject`, where that is what the triples say.
    pub(crate) fn of(subject: NamedNodeRef<'_>, triples: impl IntoIterator<Item = Triple>) -> Self {
        let mut nodes: BTreeMap<String, (bool, Authorization)> = BTreeMap::new();
        for Triple { subject: node, predicate, object } in triples {
            let (is_authorization, authorization) = nodes.entry(node.to_string()).or_default();
            authorization.learn(subject, predicate.as_ref(), &object);
            *is_authorization |= predicate == rdf::TYPE && object == acl::AUTHORIZATION.into();
        }
        let authorizations = nodes
            .into_values()
            .filter(|(is_authorization, authorization)| {
                *is_authorization && (authorization.access_to || authorization.default)
            })
            .map(|(_, authorization)| authorization)
            .collect();
        Self { authorizations }
    }

    /// What an agent may do, where `in_group` tells who belongs to a group.
    pub(crate) fn modes(
        &self,
        agent: &Agent,
        reach: Reach,
        named: Named,
        in_group: impl Fn(&NamedNode, &NamedNode) -> bool,
    ) -> Modes {
        self.authorizations
            .iter()
            .filter(|authorization| authorization.matches(agent, reach, named, &in_group))
            .fold(Modes::NONE, |modes, authorization| modes | authorization.modes)
    }

    /// The authorizations that reach a document in that way.
    fn reaching(&self, reach: Reach) -> impl Iterator<Item = &Authorization> {
        self.authorizations.iter().filter(move |authorization| authorization.reaches(reach))
    }

    /// Whether whoever it reaches is one of these agents.
    pub(crate) fn names_only(&self, reach: Reach, agents: &[NamedNodeRef<'_>]) -> bool {
        let granting = self.reaching(reach).filter(|granting| granting.modes != Modes::NONE);
        let mut named = granting.map(Authorization::by_name);
        named.all(|named| {
            named.is_some_and(|named| named.iter().all(|one| agents.contains(&one.as_ref())))
        })
    }

    /// All who may write, where it names each of them.
    pub(crate) fn writers(&self, reach: Reach) -> Option<Vec<NamedNodeRef<'_>>> {
        let writes = [AccessMode::Append, AccessMode::Write, AccessMode::Control];
        let writing = self
            .reaching(reach)
            .filter(|authorization| writes.iter().any(|mode| authorization.modes.contains(*mode)));
        let named: Option<Vec<&[NamedNode]>> = writing.map(Authorization::by_name).collect();
        Some(named?.into_iter().flatten().map(NamedNode::as_ref).collect())
    }

    /// Whether it gives control to an agent by name, wherever they come from.
    pub(crate) fn is_controlled_by(&self, reach: Reach, agent: NamedNodeRef<'_>) -> bool {
        self.reaching(reach).any(|authorization| {
            authorization.modes.contains(AccessMode::Control)
                && !authorization.conditional
                && authorization.origins.is_empty()
                && authorization.agents.iter().any(|named| *named == agent)
        })
    }

    /// The groups that it names.
    pub(crate) fn groups(&self) -> impl Iterator<Item = &NamedNode> {
        self.authorizations.iter().flat_map(|authorization| &authorization.groups)
    }

    /// Whether somebody in particular controls the document itself.
    pub(crate) fn has_controller(&self) -> bool {
        self.authorizations.iter().any(|authorization| {
            authorization.access_to
                && !authorization.conditional
                && authorization.modes.contains(AccessMode::Control)
                && !(authorization.agents.is_empty() && authorization.groups.is_empty())
        })
    }
}

impl Authorization {
    fn reaches(&self, reach: Reach) -> bool {
        match reach {
            Reach::Own => self.access_to,
            Reach::Inherited => self.default,
        }
    }

    /// Whom it is given to, where that is nobody as one of many.
    fn by_name(&self) -> Option<&[NamedNode]> {
        let Self { everyone, authenticated, groups, agents, .. } = self;
        (!everyone && !authenticated && groups.is_empty()).then_some(agents)
    }

    fn learn(&mut self, subject: NamedNodeRef<'_>, property: NamedNodeRef<'_>, value: &Term) {
        let Term::NamedNode(value) = value else {
            // A limit that cannot be read is one that nobody meets.
            self.conditional |= property == acl::CONDITION || property == acl::ORIGIN;
            return;
        };
        match property {
            acl::ACCESS_TO => self.access_to |= *value == subject,
            acl::DEFAULT => self.default |= *value == subject,
            acl::MODE => self.modes = self.modes | Modes::named(value.as_ref()),
            acl::AGENT => self.agents.push(value.clone()),
            acl::AGENT_GROUP => self.groups.push(value.clone()),
            acl::ORIGIN => self.origins.push(value.as_str().trim_end_matches('/').to_owned()),
            acl::CONDITION => self.conditional = true,
            acl::AGENT_CLASS => {
                self.everyone |= *value == foaf::AGENT;
                self.authenticated |= *value == acl::AUTHENTICATED_AGENT;
            }
            _ => {}
        }
    }

    fn matches(
        &self,
        agent: &Agent,
        reach: Reach,
        named: Named,
        in_group: impl Fn(&NamedNode, &NamedNode) -> bool,
    ) -> bool {
        let is_anyone = named == Named::Anyone;
        let person = match agent {
            Agent::Person(person) => Some(person),
            Agent::Anonymous | Agent::Administrator(_) | Agent::Server => None,
        };
        // An authorization that names origins holds for scripts from there, and for nobody else.
        let origin = person.and_then(|person| person.origin.as_ref());
        let from_there =
            self.origins.is_empty() || origin.is_some_and(|origin| self.origins.contains(origin));
        let is_named = || {
            let Some(person) = person else { return false };
            is_anyone && self.authenticated
                || self.agents.contains(&person.webid)
                || self.groups.iter().any(|group| in_group(group, &person.webid))
        };
        self.reaches(reach)
            && !self.conditional
            && from_there
            && (is_anyone && self.everyone || is_named())
    }
}

impl Modes {
    /// What a mode's IRI grants; an unknown one nothing.
    fn named(mode: NamedNodeRef<'_>) -> Self {
        match mode {
            acl::READ => AccessMode::Read.into(),
            acl::APPEND => AccessMode::Append.into(),
            // "acl:Write … allows … to create, delete or modify resources": it includes Append.
            // https://solidproject.org/TR/wac#access-modes
            acl::WRITE => Self::from(AccessMode::Write) | AccessMode::Append.into(),
            acl::CONTROL => AccessMode::Control.into(),
            _ => Self::NONE,
        }
    }
}

/// Makes the triples of an access document, one authorization after the other.
pub struct AclText {
    subject: NamedNode,
    document: NamedNode,
    triples: Vec<Triple>,
}

/// To whom an authorization is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grantee<'a> {
    Everyone,
    Authenticated,
    Agent(NamedNodeRef<'a>),
    Group(NamedNodeRef<'a>),
}

/// What an authorization is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// The document.
    Itself,
    /// What lies below the container, but where it has an access document of its own.
    Below,
    Both,
}

impl AclText {
    pub fn of(subject: NamedNode) -> Self {
        let document = super::document_of(subject.as_ref());
        Self { subject, document, triples: Vec::new() }
    }

    /// Adds an authorization, named by `fragment`.
    #[must_use]
    pub fn grant(
        mut self,
        fragment: &str,
        grantee: Grantee<'_>,
        about: About,
        modes: &[AccessMode],
    ) -> Self {
        let node = NamedNode::new_unchecked(format!("{}#{fragment}", self.document.as_str()));
        let mut say = |property: NamedNodeRef<'_>, value: NamedNodeRef<'_>| {
            self.triples.push(Triple::new(
                NamedOrBlankNode::from(node.clone()),
                property.into_owned(),
                value.into_owned(),
            ));
        };
        say(rdf::TYPE, acl::AUTHORIZATION);
        if about != About::Below {
            say(acl::ACCESS_TO, self.subject.as_ref());
        }
        if about != About::Itself {
            say(acl::DEFAULT, self.subject.as_ref());
        }
        match grantee {
            Grantee::Everyone => say(acl::AGENT_CLASS, foaf::AGENT),
            Grantee::Authenticated => say(acl::AGENT_CLASS, acl::AUTHENTICATED_AGENT),
            Grantee::Agent(agent) => say(acl::AGENT, agent),
            Grantee::Group(group) => say(acl::AGENT_GROUP, group),
        }
        for mode in modes {
            say(acl::MODE, mode.iri());
        }
        self
    }

    /// The access document.
    pub fn quads(self) -> Vec<Quad> {
        let (graph, triples) = self.finish();
        triples.into_iter().map(|triple| triple.in_graph(graph.clone())).collect()
    }

    /// The access document's name and triples.
    pub fn finish(self) -> (NamedNode, Vec<Triple>) {
        (self.document, self.triples)
    }
}
