//! What a named graph is for. The kind follows from the graph's IRI alone, and decides where the
//! graph is seen and who may write it: nothing else in the program may decide that.

/// The kinds of graph of an instance, told apart by IRI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum GraphKind {
    /// The graph without a name: generic clients and administrators write it.
    Default,
    /// A document of the registry, at any other IRI under the base.
    Resource,
    /// `{doc}.meta`: creation, modification, containment, computed values. Server-written.
    Meta,
    /// `{doc}.acl`: who may do what with the document.
    Acl,
    /// `{base}/scheme/{scheme}`: a SKOS concept scheme.
    Scheme,
    /// `{base}/ns`: the ontology.
    Ontology,
    /// `{base}/shapes/{name}`: SHACL shapes, which come with the program and administrators change.
    Shapes,
    /// `{base}/codesocials/{slug}/versions/{v}`: an immutable published version.
    Version,
    /// `{base}/remote/{host}/{hash}`: data mirrored from another instance.
    Remote,
    /// `{base}/activities/in/{hash}`: an activity received, not yet judged.
    Quarantine,
    /// `{base}/sandbox/…`: unconstrained documents.
    Sandbox,
    /// `{base}/sandbox/….meta`: the Meta graph of an unconstrained document.
    SandboxMeta,
    /// `{base}/quizzes/{slug}/key` and `{base}/users/{id}/private/…`: a document that by its very
    /// place is for few. It belongs to the document before it, and no container lists it.
    Private,
    /// The Meta graph of a private document.
    PrivateMeta,
    /// Any IRI outside the base, and `{base}/graphs/…`, where the graph store makes graphs that are
    /// no documents.
    Foreign,
    /// `{base}/system/…`, never seen by anyone, and the addresses under which the server answers
    /// itself: a document there could not be reached.
    System,
}

/// The first segments of the server's own addresses.
const SERVICES: [&str; 24] = [
    ".well-known",
    "_acl",
    "_assets",
    "_rights",
    "account",
    "actor",
    "auth",
    "context",
    "export",
    "graphs",
    "healthz",
    "login",
    "metrics",
    "nodeinfo",
    "oauth",
    "openapi.json",
    "password",
    "quality",
    "readyz",
    "search",
    "shapes",
    "signup",
    "sparql",
    "system",
];

/// Whether the server itself answers under a first segment, whatever is asked of it there.
fn is_service(segment: &str) -> bool {
    SERVICES.contains(&segment.split_once('?').map_or(segment, |(address, _)| address))
}

impl GraphKind {
    pub const ALL: [Self; 16] = [
        Self::Default,
        Self::Resource,
        Self::Meta,
        Self::Acl,
        Self::Scheme,
        Self::Ontology,
        Self::Shapes,
        Self::Version,
        Self::Remote,
        Self::Quarantine,
        Self::Sandbox,
        Self::SandboxMeta,
        Self::Private,
        Self::PrivateMeta,
        Self::Foreign,
        Self::System,
    ];

    /// The kind of the graph `{base}/{path}`.
    pub(crate) fn of_path(path: &str) -> Self {
        let document = path.split_once('#').map_or(path, |(document, _)| document);
        let sandbox = document == "sandbox"
            || document.starts_with("sandbox/")
            || document.starts_with("sandbox.");
        match document.strip_suffix(".meta") {
            _ if document.ends_with(".acl") => Self::Acl,
            Some(_) if sandbox => Self::SandboxMeta,
            Some(described) if Self::of_segments(described) == Self::Private => Self::PrivateMeta,
            Some(_) => Self::Meta,
            None if sandbox => Self::Sandbox,
            None if document == "ns" => Self::Ontology,
            None => Self::of_segments(document),
        }
    }

    fn of_segments(document: &str) -> Self {
        let mut segments = document.split('/');
        match (segments.next(), segments.next(), segments.next(), segments.next()) {
            (Some("scheme"), Some(_), ..) => Self::Scheme,
            (Some("shapes"), Some(_), ..) => Self::Shapes,
            (Some("codesocials"), Some(_), Some("versions"), Some(_)) => Self::Version,
            (Some("remote"), Some(_), ..) => Self::Remote,
            (Some("activities"), Some("in"), Some(_), _) => Self::Quarantine,
            (Some("graphs"), Some(_), ..) => Self::Foreign,
            (Some(first), ..) if is_service(first) => Self::System,
            (Some("quizzes"), Some(_), Some("key"), None)
            | (Some("users"), Some(_), Some("private"), _) => Self::Private,
            _ => Self::Resource,
        }
    }

    /// Whether graphs of this kind are documents that clients create, change and delete.
    pub fn is_document(self) -> bool {
        matches!(self, Self::Resource | Self::Sandbox | Self::Private)
    }

    /// Whether access documents say who may do what with graphs of this kind. It is the documents
    /// that clients write: what else there is lives and dies with one, or is the server's.
    pub fn has_access_rules(self) -> bool {
        self.is_document()
    }

    /// Whether graphs of this kind are part of the SPARQL default graph, for who may read them.
    pub fn in_default_graph(self) -> bool {
        match self {
            Self::Default
            | Self::Resource
            | Self::Meta
            | Self::Scheme
            | Self::Private
            | Self::PrivateMeta => true,
            Self::Acl
            | Self::Ontology
            | Self::Shapes
            | Self::Version
            | Self::Remote
            | Self::Quarantine
            | Self::Sandbox
            | Self::SandboxMeta
            | Self::Foreign
            | Self::System => false,
        }
    }

    /// Whether SHACL judges graphs of this kind.
    pub fn in_shacl_data(self) -> bool {
        matches!(self, Self::Resource | Self::Scheme | Self::Private)
    }

    /// Whether only the class hierarchy of graphs of this kind is part of the SHACL data graph.
    pub fn gives_class_hierarchy(self) -> bool {
        matches!(self, Self::Ontology | Self::Shapes)
    }

    /// Whether `GRAPH` and `FROM` reach graphs of this kind, for a reader who may read them.
    pub fn by_graph_clause(self) -> bool {
        match self {
            Self::Resource
            | Self::Meta
            | Self::Acl
            | Self::Scheme
            | Self::Ontology
            | Self::Shapes
            | Self::Version
            | Self::Remote
            | Self::Quarantine
            | Self::Sandbox
            | Self::SandboxMeta
            | Self::Private
            | Self::PrivateMeta
            | Self::Foreign => true,
            Self::Default | Self::System => false,
        }
    }

    /// Whether everyone may read graphs of this kind as long as no access rule says otherwise.
    /// Unknown is private: access rules are read by holders of Control, quarantine by moderators,
    /// the answers of a quiz by who animates it.
    pub fn public_by_default(self) -> bool {
        !matches!(
            self,
            Self::Acl | Self::Quarantine | Self::Private | Self::PrivateMeta | Self::System
        )
    }

    /// Whether an explicit write to a graph of this kind may be considered at all: the others are
    /// the server's own.
    pub fn client_writable(self) -> bool {
        matches!(
            self,
            Self::Default
                | Self::Resource
                | Self::Acl
                | Self::Scheme
                | Self::Shapes
                | Self::Sandbox
                | Self::Private
                | Self::Foreign
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Base;
    use expect_test::expect;
    use oxrdf::NamedNodeRef;

    #[test]
    fn the_kind_follows_from_the_iri() {
        let base = Base::parse("http://localhost:8080/").expect("a base");
        let table: String = [
            "http://localhost:8080/",
            "http://localhost:8080/.meta",
            "http://localhost:8080/organizations",
            "http://localhost:8080/organizations/wemob",
            "http://localhost:8080/organizations/wemob.meta",
            "http://localhost:8080/organizations/wemob.acl",
            "http://localhost:8080/scheme/section",
            "http://localhost:8080/ns",
            "http://localhost:8080/shapes/actors",
            "http://localhost:8080/codesocials/demarche/versions/1.0.0",
            "http://localhost:8080/remote/example.org/af01",
            "http://localhost:8080/activities/in/af01",
            "http://localhost:8080/sandbox",
            "http://localhost:8080/sandbox/x/y",
            "http://localhost:8080/sandbox/x.meta",
            "http://localhost:8080/sandboxes",
            "http://localhost:8080/quizzes/vrm",
            "http://localhost:8080/quizzes/vrm/key",
            "http://localhost:8080/quizzes/vrm/key#q1",
            "http://localhost:8080/quizzes/vrm/key.meta",
            "http://localhost:8080/quizzes/vrm/key/x",
            "http://localhost:8080/users/abc/private/address",
            "http://localhost:8080/users/abc/private.meta",
            "http://localhost:8080/system/sets",
            "http://localhost:8080/search",
            "http://localhost:8080/export/all.ttl",
            "http://localhost:8080/searches",
            "http://localhost:80801/x",
            "urn:example:x",
        ]
        .iter()
        .map(|iri| format!("{:?} {iri}\n", base.kind_of(NamedNodeRef::new_unchecked(iri))))
        .collect();
        expect![[r#"
            Resource http://localhost:8080/
            Meta http://localhost:8080/.meta
            Resource http://localhost:8080/organizations
            Resource http://localhost:8080/organizations/wemob
            Meta http://localhost:8080/organizations/wemob.meta
            Acl http://localhost:8080/organizations/wemob.acl
            Scheme http://localhost:8080/scheme/section
            Ontology http://localhost:8080/ns
            Shapes http://localhost:8080/shapes/actors
            Version http://localhost:8080/codesocials/demarche/versions/1.0.0
            Remote http://localhost:8080/remote/example.org/af01
            Quarantine http://localhost:8080/activities/in/af01
            Sandbox http://localhost:8080/sandbox
            Sandbox http://localhost:8080/sandbox/x/y
            SandboxMeta http://localhost:8080/sandbox/x.meta
            Resource http://localhost:8080/sandboxes
            Resource http://localhost:8080/quizzes/vrm
            Private http://localhost:8080/quizzes/vrm/key
            Private http://localhost:8080/quizzes/vrm/key#q1
            PrivateMeta http://localhost:8080/quizzes/vrm/key.meta
            Resource http://localhost:8080/quizzes/vrm/key/x
            Private http://localhost:8080/users/abc/private/address
            PrivateMeta http://localhost:8080/users/abc/private.meta
            System http://localhost:8080/system/sets
            System http://localhost:8080/search
            System http://localhost:8080/export/all.ttl
            Resource http://localhost:8080/searches
            Foreign http://localhost:80801/x
            Foreign urn:example:x
        "#]]
        .assert_eq(&table);
    }

    #[test]
    fn what_lies_below_the_graph_store_is_beside_the_registry() {
        for (path, kind) in [
            ("graphs", GraphKind::System),
            ("graphs?default", GraphKind::System),
            ("graphs/x/y.ttl", GraphKind::Foreign),
            ("graphs/x.acl", GraphKind::Acl),
        ] {
            assert_eq!(GraphKind::of_path(path), kind, "{path}");
        }
    }

    #[test]
    fn all_lists_each_kind_once_in_order() {
        for (n, kind) in GraphKind::ALL.iter().enumerate() {
            assert_eq!(*kind as usize, n);
        }
    }
}
