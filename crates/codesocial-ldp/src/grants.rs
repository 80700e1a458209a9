//! Who is allowed what, one grant at a time: the view of access documents that people and SemApps
//! have. A document's own grants add to those that it inherits.
//!
//! Invariant: to add to a document that inherits all its grants, they are repeated in its own
//! access document, so that nobody loses what they had.

use crate::Request;
use codesocial_rdf::Changeset;
use codesocial_rdf::vocab::{acl, foaf, rdf};
use codesocial_store::{AccessMode, Command, CommandKind, Proposal, Rejection, State, acl_of};
use oxrdf::{NamedNode, NamedNodeRef, NamedOrBlankNode, Quad, Term, Triple};
use std::collections::BTreeMap;

/// One mode for one grantee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    pub mode: AccessMode,
    /// Whether it is about what lies below the container, not about the document itself.
    pub below: bool,
    pub property: GranteeProperty,
    pub grantee: NamedNode,
}

/// How an authorization names whom it is given to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GranteeProperty {
    Agent,
    AgentClass,
    AgentGroup,
}

/// What is granted of a document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grants {
    /// By its own access document.
    pub own: Vec<Grant>,
    /// By the container above that decides on it, or did when its own access document was made.
    pub inherited: Vec<Grant>,
    /// That container.
    pub above: Option<NamedNode>,
}

/// How grants are changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GrantChange {
    Add(Vec<Grant>),
    /// These instead of all of its own.
    Replace(Vec<Grant>),
}

impl GranteeProperty {
    pub const ALL: [Self; 3] = [Self::Agent, Self::AgentClass, Self::AgentGroup];

    pub fn iri(self) -> NamedNodeRef<'static> {
        match self {
            Self::Agent => acl::AGENT,
            Self::AgentClass => acl::AGENT_CLASS,
            Self::AgentGroup => acl::AGENT_GROUP,
        }
    }
}

impl Grant {
    /// Whether it is given to everyone, or to all who are known.
    pub fn is_general(&self) -> bool {
        self.grantee == foaf::AGENT || self.grantee == acl::AUTHENTICATED_AGENT
    }

    /// The fragment of the authorization that says it, as SemApps names them.
    pub fn fragment(&self) -> String {
        let default = if self.below { "Default" } else { "" };
        format!("{default}{}", mode_name(self.mode))
    }

    /// The mode that a fragment names, and whether it is about what lies below.
    pub fn of_fragment(fragment: &str) -> Option<(AccessMode, bool)> {
        let (name, below) = match fragment.strip_prefix("Default") {
            Some(name) => (name, true),
            None => (fragment, false),
        };
        let mode = AccessMode::ALL.into_iter().find(|mode| mode_name(*mode) == name)?;
        Some((mode, below))
    }
}

/// The local name of a mode's IRI.
fn mode_name(mode: AccessMode) -> &'static str {
    mode.iri().as_str().rsplit('#').next().unwrap_or_default()
}

impl Grants {
    /// What a state says of a document.
    pub fn of(state: &State, document: &NamedNode) -> Self {
        let graph = acl_of(document.as_ref());
        let said: Vec<Triple> = state.graph(graph.as_ref().into()).collect();
        let above = state.deciding_container(document.as_ref());
        if said.is_empty() {
            let inherited = match &above {
                Some(above) => {
                    let graph = acl_of(above.as_ref());
                    let said: Vec<Triple> = state.graph(graph.as_ref().into()).collect();
                    let grants = read(&said, above, |_| true);
                    grants.into_iter().filter(|grant| grant.below).collect()
                }
                None => Vec::new(),
            };
            return Self { own: Vec::new(), inherited, above };
        }
        let inherited = read(&said, document, is_repeated);
        Self {
            own: read(&said, document, |node| !is_repeated(node)),
            inherited: inherited.into_iter().map(|grant| Grant { below: true, ..grant }).collect(),
            above,
        }
    }
}

/// The command that changes the grants of a document.
pub fn grant(request: Request<'_>, document: NamedNode, change: GrantChange) -> Command {
    let graph = acl_of(document.as_ref());
    let target = Some((graph.clone(), AccessMode::Write));
    request.command(
        CommandKind::Patch,
        target,
        Box::new(move |state, _| {
            if !state.exists(document.as_ref()) {
                return Err(Rejection::NotFound(document.clone()));
            }
            let mut client = Changeset::default();
            let is_new = state.graph(graph.as_ref().into()).next().is_none();
            if is_new {
                let repeated = state.repeated_access(document.as_ref());
                client.added.extend(repeated.into_iter().map(|t| t.in_graph(graph.clone())));
            }
            let mut said: Vec<Triple> = state.graph(graph.as_ref().into()).collect();
            let grants = match &change {
                GrantChange::Add(grants) => grants,
                GrantChange::Replace(grants) => {
                    let (kept, own) = said.into_iter().partition(|t| is_repeated(&t.subject));
                    said = kept;
                    let own: Vec<Triple> = own;
                    client.removed.extend(own.into_iter().map(|t| t.in_graph(graph.clone())));
                    grants
                }
            };
            for grant in grants {
                client.added.extend(written(grant, &said, &document, &graph));
            }
            Ok(Proposal { client, location: Some(graph.clone()), ..Proposal::default() })
        }),
    )
}

/// Whether an authorization repeats what a container grants.
fn is_repeated(node: &NamedOrBlankNode) -> bool {
    matches!(node, NamedOrBlankNode::NamedNode(node) if node.as_str().contains("#inherited-"))
}

/// The grants of the authorizations that are chosen, each once. Those under conditions are none.
fn read(
    said: &[Triple],
    subject: &NamedNode,
    is_chosen: impl Fn(&NamedOrBlankNode) -> bool,
) -> Vec<Grant> {
    let mut nodes: BTreeMap<String, Vec<&Triple>> = BTreeMap::new();
    for triple in said.iter().filter(|triple| is_chosen(&triple.subject)) {
        nodes.entry(triple.subject.to_string()).or_default().push(triple);
    }
    let mut grants = Vec::new();
    for triples in nodes.values() {
        let has = |property: NamedNodeRef<'_>, value: &NamedNode| {
            triples.iter().any(|t| t.predicate == property && t.object == value.clone().into())
        };
        let is_conditional =
            |t: &&&Triple| [acl::CONDITION, acl::ORIGIN].contains(&t.predicate.as_ref());
        if triples.iter().any(|t| is_conditional(&t)) {
            continue;
        }
        let reaches = [(acl::ACCESS_TO, false), (acl::DEFAULT, true)];
        let reaches = reaches.iter().filter(|(property, _)| has(*property, subject));
        for (_, below) in reaches {
            let modes = AccessMode::ALL.into_iter();
            for mode in modes.filter(|mode| has(acl::MODE, &mode.iri().into_owned())) {
                for property in GranteeProperty::ALL {
                    let named = triples.iter().filter(|t| t.predicate == property.iri());
                    grants.extend(named.filter_map(|t| match &t.object {
                        Term::NamedNode(grantee) => {
                            let grantee = grantee.clone();
                            Some(Grant { mode, below: *below, property, grantee })
                        }
                        _ => None,
                    }));
                }
            }
        }
    }
    grants.dedup();
    grants
}

/// The quads of an authorization that says a grant: one that says no more but for others, or a new
/// one.
fn written(grant: &Grant, said: &[Triple], document: &NamedNode, graph: &NamedNode) -> Vec<Quad> {
    let reach = if grant.below { acl::DEFAULT } else { acl::ACCESS_TO };
    let triples = [
        (rdf::TYPE, acl::AUTHORIZATION.into_owned()),
        (acl::MODE, grant.mode.iri().into_owned()),
        (reach, document.clone()),
        (grant.property.iri(), grant.grantee.clone()),
    ];
    let is_grantee = |triple: &Triple| {
        GranteeProperty::ALL.iter().any(|property| triple.predicate == property.iri())
    };
    let says_no_more = |node: &NamedNode| {
        let mut own = said.iter().filter(|triple| triple.subject == node.clone().into());
        own.all(|triple| {
            let is_said = |(property, value): &(NamedNodeRef<'_>, NamedNode)| {
                triple.predicate == *property && triple.object == value.clone().into()
            };
            is_grantee(triple) || triples.iter().any(is_said)
        })
    };
    let name = |n: usize| {
        let number = if n == 1 { String::new() } else { format!("-{n}") };
        let fragment = grant.fragment();
        NamedNode::new_unchecked(format!("{}#{fragment}{number}", graph.as_str()))
    };
    let node = (1..).map(name).find(says_no_more).unwrap_or_else(|| graph.clone());
    let quads = triples.into_iter();
    quads.map(|(property, value)| Quad::new(node.clone(), property, value, graph.clone())).collect()
}
