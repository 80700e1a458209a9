-- Programs that registered themselves to act for people.
CREATE TABLE oauth_client (
    id         TEXT PRIMARY KEY,
    -- In the form of RFC 7591.
    metadata   TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What a person let a program do: all tokens that come of it are good as long as it is.
CREATE TABLE oauth_grant (
    id         TEXT PRIMARY KEY,
    client     TEXT NOT NULL,
    account    TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    scope      TEXT NOT NULL,
    -- The thumbprint of the key whose possession the program proves, where it does.
    key        TEXT,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    revoked_at TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX oauth_grant_account ON oauth_grant (account);

-- Used ones stay as long as their grant: a second use tells of a thief.
CREATE TABLE oauth_code (
    hash       BLOB PRIMARY KEY,
    grant_id   TEXT NOT NULL REFERENCES oauth_grant (id) ON DELETE CASCADE,
    redirect   TEXT NOT NULL,
    challenge  TEXT NOT NULL,
    nonce      TEXT,
    expires_at TEXT NOT NULL,
    used_at    TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX oauth_code_grant ON oauth_code (grant_id);

CREATE TABLE oauth_refresh (
    hash       BLOB PRIMARY KEY,
    grant_id   TEXT NOT NULL REFERENCES oauth_grant (id) ON DELETE CASCADE,
    expires_at TEXT NOT NULL,
    used_at    TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX oauth_refresh_grant ON oauth_refresh (grant_id);
