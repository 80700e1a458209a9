//! The containers of an instance, named as the SemApps instances name them.

use codesocial_rdf::Base;
use oxrdf::NamedNode;

/// One container: its path under the base, the class of its members (prefixed name), its titles.
#[derive(Debug, Clone, Copy)]
pub struct ContainerEntry {
    pub path: &'static str,
    pub class: &'static str,
    pub fr: &'static str,
    pub en: &'static str,
}

const fn entry(
    path: &'static str,
    class: &'static str,
    fr: &'static str,
    en: &'static str,
) -> ContainerEntry {
    ContainerEntry { path, class, fr, en }
}

/// In the order in which the root lists them to people. The root itself comes first.
pub const CONTAINERS: &[ContainerEntry] = &[
    entry("", "", "Registre #CodeSocial", "#CodeSocial registry"),
    entry("organizations", "pair:Organization", "Organisations", "Organisations"),
    entry("groups", "pair:Group", "Groupes et cercles", "Groups and circles"),
    entry("ecosystems", "pair:Ecosystem", "Écosystèmes contributifs", "Contributive ecosystems"),
    entry("membership-associations", "pair:MembershipAssociation", "Appartenances", "Memberships"),
    entry("commons", "cs:Commons", "Communs", "Commons"),
    entry("codesocials", "cs:CodeSocial", "#CodeSocial", "#CodeSocial"),
    entry("intentions", "cs:Intention", "Intentions", "Intentions"),
    entry("actions", "cs:Action", "Actions", "Actions"),
    entry("deliverables", "cs:Deliverable", "Livrables", "Deliverables"),
    entry("workspaces", "cs:Workspace", "Espaces de travail", "Workspaces"),
    entry("seeds", "cs:KnowledgeSeed", "Graines de connaissance", "Knowledge seeds"),
    entry("badges", "ob:Achievement", "Badges", "Badges"),
    entry("credentials", "ob:OpenBadgeCredential", "Badges décernés", "Awarded badges"),
    entry(
        "issuer-recognitions",
        "cs:IssuerRecognition",
        "Émetteurs reconnus",
        "Recognised issuers",
    ),
    entry("matrices", "cs:WealthMatrix", "Matrices de richesses", "Wealth matrices"),
    entry("flows", "cs:WealthFlow", "Flux de richesse", "Wealth flows"),
    entry("territories", "cs:Territory", "Territoires", "Territories"),
    entry("places", "pair:PhysicalPlace", "Lieux", "Places"),
    entry("programmes", "cs:Programme", "Programmes", "Programmes"),
    entry("projects", "pair:Project", "Projets", "Projects"),
    entry("ideas", "pair:Idea", "Idées", "Ideas"),
    entry("themes", "pair:Theme", "Thèmes", "Themes"),
    entry("skills", "pair:Skill", "Compétences", "Skills"),
    entry("documents", "pair:Document", "Documents", "Documents"),
    entry("sandbox", "", "Bac à sable", "Sandbox"),
];

/// Whether the instance itself needs the container.
pub(crate) fn is_installed(base: &Base, container: &NamedNode) -> bool {
    base.path_of(container.as_str())
        .is_some_and(|path| CONTAINERS.iter().any(|entry| entry.path == path))
}
