//! Direct and indirect containers: what is created in them is said to be a member of something, in
//! that something's own document, and no longer when it goes.
//! <https://www.w3.org/TR/ldp/#ldpdc>, <https://www.w3.org/TR/ldp/#ldpic>
//!
//! Invariant: how a container makes members stands in its Meta graph from its creation on, so that
//! no write can leave it half-defined; the memberships of a document follow from that and from what
//! the document says, whichever door changes it.

use crate::lifecycle::{Fate, fates};
use crate::{AccessMode, Agent, Proposal, Rejection, State};
use codesocial_rdf::Changeset;
use codesocial_rdf::vocab::{dct, ldp, rdf};
use oxrdf::{GraphNameRef, NamedNode, NamedNodeRef, NamedOrBlankNode, Quad, QuadRef, Term, Triple};

/// The kinds of container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ContainerKind {
    Basic,
    /// What is created there is a member.
    Direct,
    /// What is created there names the member.
    Indirect,
}

impl ContainerKind {
    /// The class of LDP beside `ldp:Container`.
    pub fn class(self) -> NamedNodeRef<'static> {
        match self {
            Self::Basic => ldp::BASIC_CONTAINER,
            Self::Direct => ldp::DIRECT_CONTAINER,
            Self::Indirect => ldp::INDIRECT_CONTAINER,
        }
    }
}

/// How a container makes members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// What has the members.
    pub resource: NamedNode,
    pub relation: Relation,
    /// By which property what is created names the member; none where it is the member.
    pub inserted: Option<NamedNode>,
}

/// The property of a membership, and which way it leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Relation {
    /// From what has the members.
    Has(NamedNode),
    /// From the member.
    IsOf(NamedNode),
}

/// The properties by which a container says it.
const PROPERTIES: [NamedNodeRef<'_>; 4] = [
    ldp::MEMBERSHIP_RESOURCE,
    ldp::HAS_MEMBER_RELATION,
    ldp::IS_MEMBER_OF_RELATION,
    ldp::INSERTED_CONTENT_RELATION,
];

impl Membership {
    /// Whether a triple is part of what defines a container.
    pub fn is_about(triple: &Triple, container: NamedNodeRef<'_>) -> bool {
        PROPERTIES.contains(&triple.predicate.as_ref()) && triple.subject == container.into()
    }

    /// What a body says of a new container, where it is whole and lawful: one membership resource,
    /// a document of this server; one relation, one way or the other; an indirect one also the
    /// property that names the member. Who adds to the container speaks of that resource, so who
    /// makes the container must be allowed to.
    pub fn defined(
        state: &State,
        agent: &Agent,
        container: &NamedNode,
        kind: ContainerKind,
        said: &[Triple],
    ) -> Result<Self, Rejection> {
        let wrong = || Rejection::MembershipUndefined(container.clone());
        let only = |property: NamedNodeRef<'_>| {
            let mut values = said.iter().filter(|triple| triple.predicate == property);
            match (values.next().map(|triple| &triple.object), values.next()) {
                (None, _) => Ok(None),
                (Some(Term::NamedNode(value)), None) => Ok(Some(value.clone())),
                _ => Err(wrong()),
            }
        };
        let resource = only(ldp::MEMBERSHIP_RESOURCE)?.ok_or_else(wrong)?;
        let document = document_of(&resource);
        if !state.base().kind_of(document.as_ref()).is_document() {
            return Err(wrong());
        }
        if document != *container {
            state.permits(agent, document.as_ref(), AccessMode::Append)?;
        }
        let relations = (only(ldp::HAS_MEMBER_RELATION)?, only(ldp::IS_MEMBER_OF_RELATION)?);
        let relation = match relations {
            // LDP 5.4.1.2: "LDP Direct Containers SHOULD use the ldp:member predicate as an LDPDC's
            // membership predicate if there is no obvious predicate from an application
            // vocabulary to use". https://www.w3.org/TR/ldp/#ldpdc-useMemberPredicate
            (None, None) => Relation::Has(ldp::MEMBER.into_owned()),
            (Some(has), None) => Relation::Has(has),
            (None, Some(is_of)) => Relation::IsOf(is_of),
            (Some(_), Some(_)) => return Err(wrong()),
        };
        let (Relation::Has(property) | Relation::IsOf(property)) = &relation;
        if is_servers(property) {
            return Err(wrong());
        }
        let inserted = only(ldp::INSERTED_CONTENT_RELATION)?;
        let by_itself = inserted.as_ref().is_some_and(|own| *own == ldp::MEMBER_SUBJECT);
        let inserted = match (kind, inserted) {
            (ContainerKind::Indirect, None) => return Err(wrong()),
            (_, None) => None,
            (_, Some(_)) if by_itself => None,
            (ContainerKind::Indirect, Some(inserted)) => Some(inserted),
            (ContainerKind::Basic | ContainerKind::Direct, Some(_)) => return Err(wrong()),
        };
        Ok(Self { resource, relation, inserted })
    }

    /// What the server records of it.
    pub fn quads(&self, container: &NamedNode, kind: ContainerKind) -> Vec<Quad> {
        let relation = match &self.relation {
            Relation::Has(property) => (ldp::HAS_MEMBER_RELATION, property.clone()),
            Relation::IsOf(property) => (ldp::IS_MEMBER_OF_RELATION, property.clone()),
        };
        let mut said = vec![(ldp::MEMBERSHIP_RESOURCE, self.resource.clone()), relation];
        let inserted = self.inserted.clone().unwrap_or_else(|| ldp::MEMBER_SUBJECT.into_owned());
        if kind == ContainerKind::Indirect {
            said.push((ldp::INSERTED_CONTENT_RELATION, inserted));
        }
        let meta = State::meta(container.as_ref());
        let quad = |(property, value): (NamedNodeRef<'_>, NamedNode)| {
            Quad::new(container.clone(), property.into_owned(), value, meta.clone())
        };
        said.into_iter().map(quad).collect()
    }

    /// Whether a triple says that something is a member.
    pub fn is_membership(&self, triple: &Triple) -> bool {
        let resource = NamedOrBlankNode::from(self.resource.clone());
        match &self.relation {
            Relation::Has(property) => triple.subject == resource && triple.predicate == *property,
            Relation::IsOf(property) => {
                triple.object == Term::from(self.resource.clone()) && triple.predicate == *property
            }
        }
    }

    /// The membership that a document makes, by what it says; none where it names no member.
    fn of(&self, document: &NamedNode, says: impl Iterator<Item = Triple>) -> Option<Quad> {
        let member = match &self.inserted {
            None => document.clone(),
            Some(inserted) => {
                let mut named = says.filter(|triple| {
                    triple.predicate == *inserted && triple.subject == document.clone().into()
                });
                match (named.next()?.object, named.next()) {
                    (Term::NamedNode(member), None) => member,
                    _ => return None,
                }
            }
        };
        // What has no name of its own cannot be spoken of elsewhere.
        if codesocial_rdf::skolem::is_reserved(member.as_str()) {
            return None;
        }
        let resource = self.resource.clone();
        Some(match &self.relation {
            Relation::Has(property) => {
                let graph = document_of(&resource);
                Quad::new(resource, property.clone(), member, graph)
            }
            Relation::IsOf(property) => {
                let graph = document_of(&member);
                Quad::new(member, property.clone(), resource, graph)
            }
        })
    }
}

/// What the server alone says, and what makes something a thing of another kind.
fn is_servers(property: &NamedNode) -> bool {
    let of_ldp = property.as_str().starts_with(ldp::NS) && *property != ldp::MEMBER;
    of_ldp || [rdf::TYPE, dct::CREATED, dct::MODIFIED].contains(&property.as_ref())
}

fn document_of(node: &NamedNode) -> NamedNode {
    let iri = node.as_str();
    NamedNode::new_unchecked(iri.split_once('#').map_or(iri, |(document, _)| document))
}

impl State {
    /// Of which kind a container is; none where the document is no container.
    pub fn container_kind(&self, document: NamedNodeRef<'_>) -> Option<ContainerKind> {
        if !self.is_container(document) {
            return None;
        }
        let meta = Self::meta(document);
        let is = |kind: &ContainerKind| {
            let graph = GraphNameRef::from(&meta);
            self.contains(QuadRef::new(document, rdf::TYPE, kind.class(), graph))
        };
        let kinds = [ContainerKind::Direct, ContainerKind::Indirect];
        Some(kinds.into_iter().find(is).unwrap_or(ContainerKind::Basic))
    }

    /// How a container makes members, if it does.
    pub fn membership(&self, container: NamedNodeRef<'_>) -> Option<Membership> {
        if self.container_kind(container)? == ContainerKind::Basic {
            return None;
        }
        let said: Vec<Triple> = self.graph(Self::meta(container).as_ref().into()).collect();
        let value = |property: NamedNodeRef<'_>| {
            said.iter().find_map(|triple| match &triple.object {
                Term::NamedNode(value) if triple.predicate == property => Some(value.clone()),
                _ => None,
            })
        };
        let has = value(ldp::HAS_MEMBER_RELATION).map(Relation::Has);
        let inserted = value(ldp::INSERTED_CONTENT_RELATION);
        Some(Membership {
            resource: value(ldp::MEMBERSHIP_RESOURCE)?,
            relation: has.or_else(|| value(ldp::IS_MEMBER_OF_RELATION).map(Relation::IsOf))?,
            inserted: inserted.filter(|own| *own != ldp::MEMBER_SUBJECT),
        })
    }
}

/// The memberships that come and go where `net` led from `before` to `after`.
pub(crate) fn follows(
    before: &State,
    after: &codesocial_graph::State,
    net: &Changeset,
    proposal: &Proposal,
) -> Result<Changeset, Rejection> {
    let mut follows = Changeset::default();
    for (document, fate) in fates(before, after, net, proposal) {
        let container = before.container_of(document.as_ref());
        let membership = container.and_then(|container| before.membership(container.as_ref()));
        let Some(membership) = membership else { continue };
        let said = || membership.of(&document, before.graph(document.as_ref().into()));
        let says = || membership.of(&document, after.graph(document.as_ref().into()));
        let (gone, come) = match fate {
            Fate::Created => (None, Some(says().ok_or_else(|| no_member(&membership))?)),
            Fate::Changed => (said(), Some(says().ok_or_else(|| no_member(&membership))?)),
            Fate::Deleted => (said(), None),
        };
        if gone == come {
            continue;
        }
        if let Some(Quad { graph_name: oxrdf::GraphName::NamedNode(graph), .. }) = &come
            && *graph != document
            && !before.exists(graph.as_ref())
        {
            return Err(Rejection::NoMembershipResource(graph.clone()));
        }
        follows.removed.extend(gone);
        follows.added.extend(come);
    }
    Ok(follows)
}

fn no_member(membership: &Membership) -> Rejection {
    let property = membership.inserted.clone();
    Rejection::NoMember(property.unwrap_or_else(|| ldp::MEMBER_SUBJECT.into_owned()))
}
