-- Private keys that the instance made for itself, sealed under a key that is not in this file.
CREATE TABLE key (
    id         TEXT PRIMARY KEY,
    algorithm  TEXT NOT NULL,
    nonce      BLOB NOT NULL,
    sealed     BLOB NOT NULL,
    created_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
