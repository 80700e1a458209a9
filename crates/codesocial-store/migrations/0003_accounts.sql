-- Persons who log in here. What others may know of them stands in their profile, a document.
CREATE TABLE account (
    -- The local part of the WebID.
    id          TEXT PRIMARY KEY,
    -- The opaque id by which the journal names what the person did.
    actor       TEXT NOT NULL UNIQUE,
    handle      TEXT NOT NULL UNIQUE,
    -- In lower case, so that no two differ in case only. Null where nobody gave one.
    email       TEXT UNIQUE,
    -- In the form of PHC, with its own salt and costs. Null until the person chooses one.
    password    TEXT,
    role        TEXT NOT NULL,
    language    TEXT,
    created_at  TEXT NOT NULL,
    disabled_at TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
    hash       BLOB PRIMARY KEY,
    account    TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    -- What the browser calls itself, so that its owner knows it again.
    browser    TEXT NOT NULL,
    created_at TEXT NOT NULL,
    seen_at    TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_account ON session (account);

-- Secrets that are good for one use: to choose a new password, to sign up.
CREATE TABLE ticket (
    hash       BLOB PRIMARY KEY,
    purpose    TEXT NOT NULL,
    account    TEXT REFERENCES account (id) ON DELETE CASCADE,
    expires_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX ticket_account ON ticket (account);

-- Tokens of accounts, beside the one of the administrator that the program makes.
ALTER TABLE token ADD COLUMN account TEXT REFERENCES account (id) ON DELETE CASCADE;
ALTER TABLE token ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE token ADD COLUMN scope TEXT NOT NULL DEFAULT 'read write control';
ALTER TABLE token ADD COLUMN expires_at TEXT;
CREATE INDEX token_account ON token (account);
