//! Every IRI of a vocabulary that the program names, one module per namespace. Nowhere else in the
//! program does a vocabulary's IRI stand as text.

/// Declares the terms of one namespace: `NAME = "local"` becomes a constant `NamedNodeRef`.
macro_rules! namespace {
    ($(#[$doc:meta])* $module:ident, $iri:literal, $($name:ident = $local:literal),* $(,)?) => {
        $(#[$doc])*
        pub mod $module {
            use oxrdf::NamedNodeRef;

            /// The namespace's IRI.
            pub const NS: &str = $iri;
            /// The local names declared here.
            pub const LOCAL_NAMES: &[&str] = &[$($local),*];
            $(
                #[doc = concat!("`<", $iri, $local, ">`")]
                pub const $name: NamedNodeRef<'_> =
                    NamedNodeRef::new_unchecked(concat!($iri, $local));
            )*
        }
    };
}

mod prefixes;
mod queries;
mod services;

pub use prefixes::{PREFIXES, compact, expand};
pub use queries::{geof, search, uom};
pub use services::{formats, sd};

namespace! {
    /// The #CodeSocial ontology, defined by this project in `ontology/`.
    cs, "https://w3id.org/codesocial/ns#",
    ADOPTED_BY = "adoptedBy",
    ALLOWED_UNIT = "allowedUnit",
    ANIMATED_BY = "animatedBy",
    ARGUMENT_KIND = "argumentKind",
    ATTEMPT = "Attempt",
    BODY = "body",
    CIRCLE = "circle",
    CODE_SOCIAL = "CodeSocial",
    CODE_SOCIAL_VERSION = "CodeSocialVersion",
    COMPLETENESS = "completeness",
    CONTROVERSY = "Controversy",
    COS_LAT = "cosLat",
    CURRENT_VERSION = "currentVersion",
    DECIDED_AT = "decidedAt",
    DECISION = "Decision",
    DESCRIBES = "describes",
    DIGEST = "digest",
    DISCLOSURE = "disclosure",
    ENFORCE = "enforce",
    EXPRESSED_IN = "expressedIn",
    FACET = "facet",
    FEEDS_SECTION = "feedsSection",
    HAS_SECTION = "hasSection",
    HAS_VERSION = "hasVersion",
    HORIZON = "horizon",
    INSCRIPTION_STATUS = "inscriptionStatus",
    INVOKES = "invokes",
    IN_CIRCLE = "inCircle",
    IN_PROGRAMME = "inProgramme",
    IN_PURPOSE_GRID = "inPurposeGrid",
    IN_TERRITORY = "inTerritory",
    KEY_PRINCIPLE = "keyPrinciple",
    LAT = "lat",
    LONG = "long",
    MATCH_NEED = "matchNeed",
    MATCH_OFFER = "matchOffer",
    MODE = "mode",
    NEED = "Need",
    NEEDER = "needer",
    NO_WORSE = "no-worse",
    OFF = "off",
    OFFER = "Offer",
    OFFERER = "offerer",
    OF_ACTOR = "ofActor",
    ON_PROPOSAL = "onProposal",
    OPPOSABILITY_LEVEL = "opposabilityLevel",
    OPPOSES_POSITION = "opposesPosition",
    ORDER = "order",
    ORIGIN = "origin",
    OUTCOME = "outcome",
    PARTICIPANT = "participant",
    PHASE = "phase",
    PHASE_PROGRESS = "phaseProgress",
    PHASE_STATE = "phaseState",
    POLICY = "policy",
    POPULATION = "population",
    POSITION = "Position",
    PRIVACY_CONSENT = "PrivacyConsent",
    PROGRAMME = "Programme",
    PROPOSES = "proposes",
    PUBLISHED = "published",
    PURPOSE = "purpose",
    PURPOSE_STATEMENT = "PurposeStatement",
    RAISED_BY = "raisedBy",
    REACTS_TO = "reactsTo",
    RECIPIENT = "recipient",
    REQUIRED_TO_PUBLISH = "requiredToPublish",
    RESOURCE_PERSON = "resourcePerson",
    RULE = "rule",
    SEAL = "Seal",
    SEALED_VERSION = "sealedVersion",
    SECTION = "Section",
    SECTION_KIND = "sectionKind",
    SECTION_OF = "sectionOf",
    SINCE = "since",
    SNAPSHOT = "snapshot",
    STANCE_ACTOR = "stanceActor",
    STANCE_POSITION = "stancePosition",
    STANCE_SOURCE = "stanceSource",
    STANCE_VALUE = "stanceValue",
    STATEMENT = "statement",
    STATUS = "status",
    SUBJECT = "subject",
    TERRITORY_KIND = "territoryKind",
    TEXT = "text",
    VALENCE = "valence",
    VALID_FROM = "validFrom",
    VALID_UNTIL = "validUntil",
    VERSION_NUMBER = "versionNumber",
    VERSION_OF = "versionOf",
    VERSION_ORDER = "versionOrder",
    WARN = "warn",
    WITHDRAWN_AT = "withdrawnAt",
}

namespace! {
    /// The kinds of section of a #CodeSocial.
    section, "https://w3id.org/codesocial/scheme/section/",
    GOUVERNANCE = "gouvernance",
    RAISON_DETRE = "raison-detre",
    RECIT = "recit",
}

namespace! {
    /// The levels of enforceability of a #CodeSocial.
    opposabilite, "https://w3id.org/codesocial/scheme/opposabilite/",
    CONSENTED = "2",
    DRAFT = "0",
    PUBLISHED = "1",
}

namespace! {
    /// The life of a #CodeSocial.
    codesocial_status, "https://w3id.org/codesocial/scheme/statut-codesocial/",
    DRAFT = "brouillon",
    PROPOSED = "propose",
}

namespace! {
    /// The life of a knowledge seed.
    seed_status, "https://w3id.org/codesocial/scheme/statut-graine/",
    COLLECTED = "collecte",
    QUESTION = "question",
}

namespace! {
    /// The life of a proposal, of which the last states are outcomes of a decision.
    proposal_status, "https://w3id.org/codesocial/scheme/statut-proposition/",
    ADOPTED = "adoptee",
}

namespace! {
    /// How a circle decides.
    decision_mode, "https://w3id.org/codesocial/scheme/mode-decision/",
    CONSENT = "consentement",
}

namespace! {
    /// Whether an organisation is inscribed in the registry.
    inscription_status, "https://w3id.org/codesocial/scheme/statut-inscription/",
    INSCRIBED = "inscrit",
}

namespace! {
    /// The life of a convention.
    convention_status, "https://w3id.org/codesocial/scheme/statut-convention/",
    SIGNED = "signee",
}

namespace! {
    /// The life of an offer or a need.
    supply_status, "https://w3id.org/codesocial/scheme/statut-offre-besoin/",
    OPEN = "ouvert",
}

namespace! {
    /// How much an offer or a need says of whose it is.
    disclosure, "https://w3id.org/codesocial/scheme/divulgation/",
    CHOSEN = "cible",
    MEMBERS = "membres",
    PSEUDONYMOUS = "anonyme",
}

namespace! {
    /// What persons consent to.
    purpose, "https://w3id.org/codesocial/scheme/finalite-consentement/",
    BADGE = "badge-public",
    PROFILE = "profil-public",
    RESOURCE_PERSON = "personne-ressource",
    STANCE = "prise-de-position",
}

namespace! {
    /// The kinds of territory.
    territory_kind, "https://w3id.org/codesocial/scheme/type-territoire/",
    BASSIN_DE_VIE = "bassin-de-vie",
    DEPARTEMENT = "departement",
    EPCI = "epci",
    PAYS = "pays",
    REGION = "region",
}

namespace! {
    /// ODRL, <https://www.w3.org/TR/odrl-vocab/>.
    odrl, "http://www.w3.org/ns/odrl/2/",
    ASSIGNEE = "assignee",
    ASSIGNER = "assigner",
}

namespace! {
    /// What the server says to itself, in graphs that nobody reads.
    system, "https://w3id.org/codesocial/system#",
    ACTOR = "actor",
    BASE = "base",
    DIGEST = "digest",
    EDITED = "edited",
    ERASED_BY = "erasedBy",
    FORMAT = "format",
    HIDDEN = "hidden",
    KEY = "key",
}

namespace! {
    /// PAIR, the ontology of the SemApps instances. Only its `#` terms are used.
    pair, "http://virtual-assembly.org/ontologies/pair#",
    ABOUT = "about",
    ASSIGNED_TO = "assignedTo",
    COMMENT = "comment",
    END_DATE = "endDate",
    HAS_STATUS = "hasStatus",
    HAS_TYPE = "hasType",
    HOME_PAGE = "homePage",
    LABEL = "label",
    LATITUDE = "latitude",
    LONGITUDE = "longitude",
    MEMBERSHIP_ACTOR = "membershipActor",
    MEMBERSHIP_ASSOCIATION = "MembershipAssociation",
    MEMBERSHIP_ORGANIZATION = "membershipOrganization",
    ORGANIZATION = "Organization",
    PERSON = "Person",
    PHYSICAL_PLACE = "PhysicalPlace",
    START_DATE = "startDate",
}

namespace! {
    /// RDF, <https://www.w3.org/TR/rdf11-concepts/>.
    rdf, "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    FIRST = "first",
    LANG_STRING = "langString",
    NIL = "nil",
    REST = "rest",
    TYPE = "type",
}

namespace! {
    /// RDF Schema, <https://www.w3.org/TR/rdf-schema/>.
    rdfs, "http://www.w3.org/2000/01/rdf-schema#",
    COMMENT = "comment",
    LABEL = "label",
    SUB_CLASS_OF = "subClassOf",
    SUB_PROPERTY_OF = "subPropertyOf",
}

namespace! {
    /// SKOS, <https://www.w3.org/TR/skos-reference/>.
    skos, "http://www.w3.org/2004/02/skos/core#",
    BROADER = "broader",
    CONCEPT = "Concept",
    CONCEPT_SCHEME = "ConceptScheme",
    IN_SCHEME = "inScheme",
    NOTATION = "notation",
    PREF_LABEL = "prefLabel",
    TOP_CONCEPT_OF = "topConceptOf",
}

namespace! {
    /// The Linked Data Platform, <https://www.w3.org/TR/ldp/>.
    ldp, "http://www.w3.org/ns/ldp#",
    BASIC_CONTAINER = "BasicContainer",
    CONSTRAINED_BY = "constrainedBy",
    CONTAINER = "Container",
    CONTAINS = "contains",
    DIRECT_CONTAINER = "DirectContainer",
    HAS_MEMBER_RELATION = "hasMemberRelation",
    INBOX = "inbox",
    INDIRECT_CONTAINER = "IndirectContainer",
    INSERTED_CONTENT_RELATION = "insertedContentRelation",
    IS_MEMBER_OF_RELATION = "isMemberOfRelation",
    MEMBER = "member",
    MEMBERSHIP_RESOURCE = "membershipResource",
    MEMBER_SUBJECT = "MemberSubject",
    NON_RDF_SOURCE = "NonRDFSource",
    PAGE = "Page",
    PREFER_CONTAINMENT = "PreferContainment",
    PREFER_EMPTY_CONTAINER = "PreferEmptyContainer",
    PREFER_MEMBERSHIP = "PreferMembership",
    PREFER_MINIMAL_CONTAINER = "PreferMinimalContainer",
    RDF_SOURCE = "RDFSource",
    RESOURCE = "Resource",
}

namespace! {
    /// Solid, <https://solidproject.org/TR/protocol>.
    solid, "http://www.w3.org/ns/solid/terms#",
    DELETES = "deletes",
    INSERTS = "inserts",
    INSERT_DELETE_PATCH = "InsertDeletePatch",
    OIDC_ISSUER = "oidcIssuer",
    WHERE = "where",
}

namespace! {
    /// DCMI terms, <https://www.dublincore.org/specifications/dublin-core/dcmi-terms/>.
    dct, "http://purl.org/dc/terms/",
    CREATED = "created",
    CREATOR = "creator",
    LANGUAGE = "language",
    LICENSE = "license",
    MODIFIED = "modified",
    SOURCE = "source",
    TITLE = "title",
}

namespace! {
    /// DCAT, <https://www.w3.org/TR/vocab-dcat-3/>.
    dcat, "http://www.w3.org/ns/dcat#",
    BYTE_SIZE = "byteSize",
    DATASET = "Dataset",
    DISTRIBUTION = "Distribution",
    DOWNLOAD_URL = "downloadURL",
    HAS_DISTRIBUTION = "distribution",
    MEDIA_TYPE = "mediaType",
}

namespace! {
    /// The Data Quality Vocabulary, <https://www.w3.org/TR/vocab-dqv/>.
    dqv, "http://www.w3.org/ns/dqv#",
    COMPUTED_ON = "computedOn",
    EXPECTED_DATA_TYPE = "expectedDataType",
    IS_MEASUREMENT_OF = "isMeasurementOf",
    METRIC = "Metric",
    QUALITY_MEASUREMENT = "QualityMeasurement",
    VALUE = "value",
}

namespace! {
    /// SHACL, <https://www.w3.org/TR/shacl/>.
    sh, "http://www.w3.org/ns/shacl#",
    ALTERNATIVE_PATH = "alternativePath",
    DESCRIPTION = "description",
    GROUP = "group",
    NAME = "name",
    NODE = "node",
    NODE_SHAPE = "NodeShape",
    ORDER = "order",
    PATH = "path",
    PROPERTY = "property",
    PROPERTY_SHAPE = "PropertyShape",
    TARGET_CLASS = "targetClass",
    TARGET_NODE = "targetNode",
    TARGET_OBJECTS_OF = "targetObjectsOf",
    TARGET_SUBJECTS_OF = "targetSubjectsOf",
}

namespace! {
    /// DASH, what SHACL lacks to draw forms and pages, <https://datashapes.org/forms.html>.
    dash, "http://datashapes.org/dash#",
    LABEL_ROLE = "LabelRole",
    PROPERTY_ROLE = "propertyRole",
    SINGLE_LINE = "singleLine",
}

namespace! {
    /// IBIS, questions, positions and arguments, <https://vocab.methodandstructure.com/ibis>.
    ibis, "https://vocab.methodandstructure.com/ibis#",
    OPPOSES = "opposes",
    RESPONDS_TO = "responds-to",
    SUPPORTS = "supports",
}

namespace! {
    /// ActivityStreams 2.0, <https://www.w3.org/TR/activitystreams-vocabulary/>.
    as2, "https://www.w3.org/ns/activitystreams#",
    ACTOR = "actor",
    DELETE = "Delete",
    DELETED = "deleted",
    ENDPOINTS = "endpoints",
    FOLLOW = "Follow",
    OBJECT = "object",
    PERSON = "Person",
    SHARED_INBOX = "sharedInbox",
    TOMBSTONE = "Tombstone",
    UNDO = "Undo",
}

namespace! {
    /// Web Access Control, <https://solidproject.org/TR/wac>.
    acl, "http://www.w3.org/ns/auth/acl#",
    ACCESS_TO = "accessTo",
    AGENT = "agent",
    AGENT_CLASS = "agentClass",
    AGENT_GROUP = "agentGroup",
    APPEND = "Append",
    AUTHENTICATED_AGENT = "AuthenticatedAgent",
    AUTHORIZATION = "Authorization",
    CONDITION = "condition",
    CONTROL = "Control",
    DEFAULT = "default",
    MODE = "mode",
    ORIGIN = "origin",
    READ = "Read",
    WRITE = "Write",
}

namespace! {
    /// vCard, <https://www.w3.org/TR/vcard-rdf/>.
    vcard, "http://www.w3.org/2006/vcard/ns#",
    GROUP = "Group",
    HAS_MEMBER = "hasMember",
}

namespace! {
    /// FOAF, <http://xmlns.com/foaf/spec/>.
    foaf, "http://xmlns.com/foaf/0.1/",
    ACCOUNT = "account",
    ACCOUNT_NAME = "accountName",
    AGENT = "Agent",
    IMG = "img",
    MBOX = "mbox",
    NAME = "name",
    NICK = "nick",
    ONLINE_ACCOUNT = "OnlineAccount",
    PERSON = "Person",
}

namespace! {
    /// ValueFlows, <https://www.valueflo.ws/>.
    vf, "https://w3id.org/valueflows/ont/vf#",
    HAS_END = "hasEnd",
    PERSON = "Person",
    PROVIDER = "provider",
    RECEIVER = "receiver",
}

namespace! {
    /// The ontology of units of measure, <https://github.com/HajoRijgersberg/OM>.
    om, "http://www.ontology-of-units-of-measure.org/resource/om-2/",
    HAS_NUMERICAL_VALUE = "hasNumericalValue",
    HAS_UNIT = "hasUnit",
}

namespace! {
    /// GeoSPARQL, <https://docs.ogc.org/is/22-047r1/22-047r1.html>.
    geo, "http://www.opengis.net/ont/geosparql#",
    AS_WKT = "asWKT",
    HAS_GEOMETRY = "hasGeometry",
    WKT_LITERAL = "wktLiteral",
}

namespace! {
    /// PROV-O, <https://www.w3.org/TR/prov-o/>.
    prov, "http://www.w3.org/ns/prov#",
    ENTITY = "Entity",
    WAS_REVISION_OF = "wasRevisionOf",
}

namespace! {
    /// The geography of INSEE, <https://rdf.insee.fr/def/geo>.
    igeo, "http://rdf.insee.fr/def/geo#",
    CODE_INSEE = "codeINSEE",
}

namespace! {
    /// OWL, <https://www.w3.org/TR/owl2-overview/>.
    owl, "http://www.w3.org/2002/07/owl#",
    CLASS = "Class",
    INVERSE_OF = "inverseOf",
}

namespace! {
    /// XML Schema datatypes, <https://www.w3.org/TR/xmlschema11-2/>.
    xsd, "http://www.w3.org/2001/XMLSchema#",
    BOOLEAN = "boolean",
    DATE = "date",
    DATE_TIME = "dateTime",
    DECIMAL = "decimal",
    DOUBLE = "double",
    DURATION = "duration",
    INTEGER = "integer",
    STRING = "string",
}

namespace! {
    /// Schema.org, with `http` as the SemApps instances write it.
    schema, "http://schema.org/",
    NAME = "name",
    PERSON = "Person",
    SHA256 = "sha256",
}

namespace! {
    /// Keys and who holds them, <https://w3c.github.io/vc-data-integrity/vocab/security/>.
    sec, "https://w3id.org/security#",
    ASSERTION_METHOD = "assertionMethod",
    CONTROLLER = "controller",
    OWNER = "owner",
    PUBLIC_KEY = "publicKey",
    PUBLIC_KEY_MULTIBASE = "publicKeyMultibase",
    PUBLIC_KEY_PEM = "publicKeyPem",
}

namespace! {
    /// What the SemApps instances say of files and pages.
    semapps, "http://semapps.org/ns/core#",
    FILE = "File",
    FILE_NAME = "fileName",
    MIME_TYPE = "mimeType",
}

/// Where the concepts of our schemes lie: `{scheme}/{code}`.
pub const CONCEPTS: &str = "https://w3id.org/codesocial/scheme/";
