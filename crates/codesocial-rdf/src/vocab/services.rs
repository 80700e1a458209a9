//! What services say of themselves.

namespace! {
    /// What a SPARQL service says of itself, <https://www.w3.org/TR/sparql11-service-description/>.
    sd, "http://www.w3.org/ns/sparql-service-description#",
    BASIC_FEDERATED_QUERY = "BasicFederatedQuery",
    DATASET = "Dataset",
    DEFAULT_DATASET = "defaultDataset",
    DEFAULT_GRAPH = "defaultGraph",
    ENDPOINT = "endpoint",
    EXTENSION_FUNCTION = "extensionFunction",
    FEATURE = "feature",
    GRAPH = "Graph",
    PROPERTY_FEATURE = "propertyFeature",
    RESULT_FORMAT = "resultFormat",
    SERVICE = "Service",
    SPARQL11_QUERY = "SPARQL11Query",
    SPARQL11_UPDATE = "SPARQL11Update",
    SUPPORTED_LANGUAGE = "supportedLanguage",
    UNION_DEFAULT_GRAPH = "UnionDefaultGraph",
}

namespace! {
    /// The formats by which services name what they write, <https://www.w3.org/ns/formats/>.
    formats, "http://www.w3.org/ns/formats/",
    JSON_LD = "JSON-LD",
    N_QUADS = "N-Quads",
    N_TRIPLES = "N-Triples",
    RDF_XML = "RDF_XML",
    TRIG = "TriG",
    TURTLE = "Turtle",
}
