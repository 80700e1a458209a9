-- The journal: headers are the chain, segments hold what each entry changed in one graph.
CREATE TABLE entry (
    seq    INTEGER PRIMARY KEY,
    header BLOB NOT NULL,
    hash   BLOB NOT NULL UNIQUE
) STRICT;

CREATE TABLE segment (
    seq     INTEGER NOT NULL REFERENCES entry (seq),
    n       INTEGER NOT NULL,
    kind    TEXT    NOT NULL,
    class   TEXT    NOT NULL,
    subject TEXT    NOT NULL,
    -- Null once erased: the commitment stays, in the header's root.
    salt    BLOB,
    key_id  TEXT,
    bytes   BLOB,
    commitment BLOB NOT NULL,
    PRIMARY KEY (seq, n)
) STRICT, WITHOUT ROWID;

-- One row: the last entry. An append compares it first.
CREATE TABLE head (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    seq   INTEGER NOT NULL,
    hash  BLOB    NOT NULL,
    epoch INTEGER NOT NULL
) STRICT;

-- State that is not RDF and never replayed.
CREATE TABLE token (
    hash       BLOB PRIMARY KEY,
    actor      TEXT NOT NULL,
    role       TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
