-- What other servers last said of their groups: the members, an IRI a line.
CREATE TABLE remote_group (
    iri     TEXT PRIMARY KEY,
    -- When the document of the group was read, in RFC 3339.
    read_at TEXT NOT NULL,
    members TEXT NOT NULL
) STRICT, WITHOUT ROWID;
