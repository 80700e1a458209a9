//! What queries call and ask for beside data.

namespace! {
    /// The functions of GeoSPARQL.
    geof, "http://www.opengis.net/def/function/geosparql/",
    DISTANCE = "distance",
}

namespace! {
    /// Units of measure of the OGC, <https://www.opengis.net/def/uom/OGC/1.0>.
    uom, "http://www.opengis.net/def/uom/OGC/1.0/",
    KILOMETER = "kilometer",
    KILOMETRE = "kilometre",
    METER = "meter",
    METRE = "metre",
}

namespace! {
    /// What queries say of texts, in place of data: the words that they hold.
    search, "https://w3id.org/codesocial/search#",
    MATCHES = "matches",
}
