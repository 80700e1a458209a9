-- Who of other servers follows an actor of this one.
CREATE TABLE follower (
    actor    TEXT NOT NULL,
    follower TEXT NOT NULL,
    -- Where what they follow is sent.
    inbox    TEXT NOT NULL,
    -- The activity by which they asked.
    follow   TEXT NOT NULL,
    since    TEXT NOT NULL,
    PRIMARY KEY (actor, follower)
) STRICT, WITHOUT ROWID;
CREATE INDEX follower_inbox ON follower (inbox);

-- What actors of this server tell others, in the order in which it is sent.
CREATE TABLE activity (
    number   INTEGER PRIMARY KEY AUTOINCREMENT,
    actor    TEXT NOT NULL,
    -- Create, Update, Delete or Accept.
    type     TEXT NOT NULL,
    -- The document, or the activity that is accepted.
    object   TEXT NOT NULL,
    -- The container of the document, or who sent what is accepted.
    target   TEXT,
    -- The only inbox that it is for; none where it is for those of all followers.
    inbox    TEXT,
    at       TEXT NOT NULL
) STRICT;

-- Documents that others were told of, and after which entry of the journal they were last.
CREATE TABLE announced (
    document TEXT PRIMARY KEY,
    seq      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How far a reader of the journal has come.
CREATE TABLE cursor (
    reader TEXT PRIMARY KEY,
    seq    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How far each inbox has what is for it.
CREATE TABLE delivery (
    inbox    TEXT PRIMARY KEY,
    -- The number of the last activity that it has.
    sent     INTEGER NOT NULL,
    -- Attempts since it last answered.
    failures INTEGER NOT NULL DEFAULT 0,
    -- When it is tried again, at the earliest, in RFC 3339.
    next_at  TEXT
) STRICT, WITHOUT ROWID;

-- Activities of others that took effect: each does once.
CREATE TABLE received (
    activity TEXT PRIMARY KEY,
    at       TEXT NOT NULL
) STRICT, WITHOUT ROWID;
