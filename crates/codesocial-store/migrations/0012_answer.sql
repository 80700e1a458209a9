-- What was answered to writes that came with a key, so that asking again does nothing twice.
CREATE TABLE answer (
    -- The digest of who asked and of the key that they gave.
    key     BLOB PRIMARY KEY,
    -- The digest of what they asked.
    request BLOB NOT NULL,
    at      TEXT NOT NULL,
    -- None while the first request is under way, and for ever where the program died in it.
    status  INTEGER,
    headers BLOB,
    body    BLOB
) STRICT, WITHOUT ROWID;
CREATE INDEX answer_at ON answer (at);
