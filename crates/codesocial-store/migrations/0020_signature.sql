-- Signatures of requests that changed something: each is good once.
CREATE TABLE signature (
    -- The digest of who signed and of what.
    name  BLOB PRIMARY KEY,
    -- When it is too old in any case.
    until TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX signature_until ON signature (until);
