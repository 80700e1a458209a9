//! The containers of an instance, named as the SemApps instances name them.

use codesocial_rdf::Base;
use oxrdf::NamedNode;

/// One container: its path under the base, the class of its members (prefixed name), its titles.
#[derive(Debug, Clone, Copy)]
pub struct ContainerEntry {
    /// None where the container above decides.
    pub visibility: Option<Visibility>,
    pub path: &'static str,
    pub class: &'static str,
    pub fr: &'static str,
    pub en: &'static str,
}

/// Who reads the members of a container that say nothing of it themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    Public,
    /// The members of the organisation, circle or programme concerned.
    Members,
    /// Who made it, and whom they allow.
    Private,
}

const fn entry(
    path: &'static str,
    class: &'static str,
    fr: &'static str,
    en: &'static str,
) -> ContainerEntry {
    ContainerEntry { visibility: Some(Visibility::Public), path, class, fr, en }
}

impl ContainerEntry {
    const fn of_members(self) -> Self {
        Self { visibility: Some(Visibility::Members), ..self }
    }

    const fn private(self) -> Self {
        Self { visibility: Some(Visibility::Private), ..self }
    }
}

/// In the order in which the root lists them to people. The root itself comes first.
pub const CONTAINERS: &[ContainerEntry] = &[
    entry("", "", "Registre #CodeSocial", "#CodeSocial registry").private(),
    entry("organizations", "pair:Organization", "Organisations", "Organisations"),
    entry("users", "pair:Person", "Personnes", "Persons").private(),
    entry("groups", "pair:Group", "Groupes et cercles", "Groups and circles"),
    entry("ecosystems", "pair:Ecosystem", "Écosystèmes contributifs", "Contributive ecosystems"),
    entry("membership-associations", "pair:MembershipAssociation", "Appartenances", "Memberships")
        .of_members(),
    entry("territories", "cs:Territory", "Territoires", "Territories"),
    entry("places", "pair:PhysicalPlace", "Lieux", "Places"),
    entry("commons", "cs:Commons", "Communs", "Commons"),
    entry("projects", "pair:Project", "Projets", "Projects"),
    entry("ideas", "pair:Idea", "Idées", "Ideas"),
    entry("codesocials", "cs:CodeSocial", "#CodeSocial", "#CodeSocial"),
    entry("intentions", "cs:Intention", "Intentions", "Intentions"),
    entry("actions", "cs:Action", "Actions", "Actions"),
    entry(
        "assessments",
        "cs:CoherenceAssessment",
        "Appréciations de cohérence",
        "Coherence assessments",
    ),
    entry("deliverables", "cs:Deliverable", "Livrables", "Deliverables"),
    entry("workspaces", "cs:Workspace", "Espaces de travail", "Workspaces").of_members(),
    entry("tasks", "pair:Task", "Tâches", "Tasks").of_members(),
    entry("proposals", "cs:GovernanceProposal", "Propositions", "Proposals").of_members(),
    entry("reactions", "cs:Reaction", "Réactions", "Reactions").of_members(),
    entry("decisions", "cs:Decision", "Décisions", "Decisions"),
    entry("regulation-cases", "cs:RegulationCase", "Demandes de régulation", "Regulation cases")
        .of_members(),
    entry(
        "conventions",
        "cs:InscriptionConvention",
        "Conventions d'inscription",
        "Inscription conventions",
    ),
    entry("seeds", "cs:KnowledgeSeed", "Graines de connaissance", "Knowledge seeds"),
    entry("quizzes", "cs:Quiz", "Quiz", "Quizzes"),
    entry("learning-paths", "cs:LearningPath", "Parcours", "Learning paths"),
    entry("controversies", "cs:Controversy", "Controverses", "Controversies"),
    entry("positions", "cs:Position", "Positions", "Positions"),
    entry("arguments", "cs:Argument", "Arguments", "Arguments"),
    entry("stances", "cs:Stance", "Prises de position", "Stances"),
    entry("badges", "ob:Achievement", "Badges", "Badges"),
    entry("credentials", "ob:OpenBadgeCredential", "Badges décernés", "Awarded badges"),
    entry(
        "issuer-recognitions",
        "cs:IssuerRecognition",
        "Émetteurs reconnus",
        "Recognised issuers",
    ),
    entry("needs", "cs:Need", "Besoins", "Needs"),
    entry("offers", "cs:Offer", "Offres", "Offers"),
    entry("pools", "cs:NeedPool", "Mutualisations", "Pools"),
    entry("matches", "cs:Match", "Rapprochements", "Matches").of_members(),
    entry("agreements", "vf:Agreement", "Accords d'échange", "Agreements").of_members(),
    entry("matrices", "cs:WealthMatrix", "Matrices de richesses", "Wealth matrices"),
    entry("flows", "cs:WealthFlow", "Flux de richesse", "Wealth flows").of_members(),
    entry("programmes", "cs:Programme", "Programmes", "Programmes"),
    entry("participations", "cs:Participation", "Participations", "Participations").of_members(),
    entry("candidacies", "cs:Candidacy", "Candidatures", "Candidacies").of_members(),
    entry("self-diagnoses", "cs:SelfDiagnosis", "Autodiagnostics", "Self-diagnoses").private(),
    entry("events", "pair:Event", "Évènements", "Events"),
    entry("kits", "cs:Kit", "Kits", "Kits"),
    entry("photo-missions", "cs:PhotoMission", "Missions photo", "Photo missions"),
    entry("indicators", "cs:Indicator", "Indicateurs", "Indicators"),
    entry("observations", "cs:Observation", "Observations", "Observations"),
    entry("usage-feedback", "cs:UsageFeedback", "Retours d'usage", "Usage feedback").private(),
    entry(
        "societal-briefs",
        "cs:SocietalBrief",
        "Cahiers des charges sociétaux",
        "Societal briefs",
    ),
    entry("themes", "pair:Theme", "Thèmes", "Themes"),
    entry("skills", "pair:Skill", "Compétences", "Skills"),
    entry("documents", "pair:Document", "Documents", "Documents"),
    entry("pages", "semapps:Page", "Pages", "Pages"),
    entry("files", "semapps:File", "Fichiers", "Files"),
    entry("datasets", "dcat:Dataset", "Jeux de données", "Datasets"),
    entry("reports", "sh:ValidationReport", "Rapports de validation", "Validation reports"),
    entry("bots", "as:Application", "Robots", "Bots"),
    entry("_groups", "vcard:Group", "Groupes d'accès", "Access groups").private(),
    entry("sandbox", "", "Bac à sable", "Sandbox"),
];

/// Whether the instance itself needs a document: its containers, and the access document of its
/// root.
pub fn is_permanent(base: &Base, document: &NamedNode) -> bool {
    let is_needed = |path| path == ".acl" || CONTAINERS.iter().any(|entry| entry.path == path);
    base.path_of(document.as_str()).is_some_and(is_needed)
}
