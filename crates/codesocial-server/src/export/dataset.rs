//! The datasets that are offered, as one table.

use codesocial_rdf::Base;
use oxrdf::{NamedNode, NamedNodeRef};

/// A dataset: its name in addresses, its titles, what it holds and under which licences.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dataset {
    pub(crate) name: &'static str,
    pub(crate) fr: &'static str,
    pub(crate) en: &'static str,
    pub(super) holds: Holds,
    pub(crate) licences: &'static [Licence],
}

/// Which documents stand in a dataset, of those that everyone may read.
#[derive(Debug, Clone, Copy)]
pub(super) enum Holds {
    /// Every document.
    Documents,
    /// Those that describe an instance of one of these classes (prefixed names).
    Instances(&'static [&'static str]),
    /// The lists to choose from, and instances of these classes.
    References(&'static [&'static str]),
}

/// Under what a dataset may be used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Licence {
    /// Of data.
    OpenDatabase,
    /// Of texts.
    AttributionShareAlike,
}

impl Licence {
    pub(crate) fn iri(self) -> NamedNodeRef<'static> {
        NamedNodeRef::new_unchecked(match self {
            Self::OpenDatabase => "https://opendatacommons.org/licenses/odbl/1-0/",
            Self::AttributionShareAlike => "https://creativecommons.org/licenses/by-sa/4.0/",
        })
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::OpenDatabase => "ODbL 1.0",
            Self::AttributionShareAlike => "CC BY-SA 4.0",
        }
    }
}

use Holds::{Documents, Instances, References};

const DATA: &[Licence] = &[Licence::OpenDatabase];
const TEXTS: &[Licence] = &[Licence::AttributionShareAlike];
const BOTH: &[Licence] = &[Licence::OpenDatabase, Licence::AttributionShareAlike];

/// In the order in which they are listed. Aggregated matrices come with the rule that masks what
/// fewer than three flows would reveal.
pub(crate) const DATASETS: &[Dataset] = &[
    Dataset {
        name: "tout",
        fr: "Tout le registre",
        en: "The whole registry",
        holds: Documents,
        licences: BOTH,
    },
    Dataset {
        name: "organisations",
        fr: "Organisations, groupes et écosystèmes",
        en: "Organisations, groups and ecosystems",
        holds: Instances(&[
            "pair:Organization",
            "pair:Group",
            "cs:Circle",
            "pair:Ecosystem",
            "pair:MembershipAssociation",
        ]),
        licences: DATA,
    },
    Dataset {
        name: "codesocials",
        fr: "#CodeSocial",
        en: "#CodeSocial",
        holds: Instances(&["cs:CodeSocial", "cs:CodeSocialVersion"]),
        licences: TEXTS,
    },
    Dataset {
        name: "intentions-actions",
        fr: "Intentions et actions",
        en: "Intentions and actions",
        holds: Instances(&["cs:Intention", "cs:Action", "cs:CoherenceAssessment"]),
        licences: DATA,
    },
    Dataset {
        name: "offres",
        fr: "Offres",
        en: "Offers",
        holds: Instances(&["cs:Offer"]),
        licences: DATA,
    },
    Dataset {
        name: "besoins",
        fr: "Besoins",
        en: "Needs",
        holds: Instances(&["cs:Need", "cs:NeedPool"]),
        licences: DATA,
    },
    Dataset {
        name: "graines",
        fr: "Graines de connaissance",
        en: "Knowledge seeds",
        holds: Instances(&["cs:KnowledgeSeed"]),
        licences: TEXTS,
    },
    Dataset {
        name: "controverses",
        fr: "Controverses",
        en: "Controversies",
        holds: Instances(&["cs:Controversy", "cs:Position", "cs:Argument", "cs:Stance"]),
        licences: TEXTS,
    },
    Dataset {
        name: "badges",
        fr: "Badges, émetteurs reconnus et badges décernés",
        en: "Badges, recognised issuers and awarded badges",
        holds: Instances(&[
            "ob:Achievement",
            "cs:IssuerRecognition",
            "ob:OpenBadgeCredential",
            "ob:EndorsementCredential",
        ]),
        licences: DATA,
    },
    Dataset {
        name: "evenements",
        fr: "Événements",
        en: "Events",
        holds: Instances(&["pair:Event"]),
        licences: DATA,
    },
    Dataset {
        name: "indicateurs",
        fr: "Indicateurs et observations",
        en: "Indicators and observations",
        holds: Instances(&["cs:Indicator", "cs:Observation"]),
        licences: DATA,
    },
    Dataset {
        name: "referentiels",
        fr: "Référentiels : thésaurus, territoires, thèmes et compétences",
        en: "Reference data: thesauri, territories, themes and skills",
        holds: References(&["cs:Territory", "pair:PhysicalPlace", "pair:Theme", "pair:Skill"]),
        licences: TEXTS,
    },
];

impl Dataset {
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        DATASETS.iter().find(|dataset| dataset.name == name)
    }

    pub(crate) fn iri(&self, base: &Base) -> NamedNode {
        base.resolve(&format!("export/{}", self.name))
    }

    /// The classes that give the table its columns.
    pub(super) fn classes(&self) -> &'static [&'static str] {
        match self.holds {
            Documents => &[],
            Instances(classes) | References(classes) => classes,
        }
    }
}
