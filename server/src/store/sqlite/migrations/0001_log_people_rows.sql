-- Numbers and names are the same in every store's migrations. Never edit one that was released: add the next.

-- What `muster init` wrote, one row.
CREATE TABLE founding (
    one         INTEGER PRIMARY KEY CHECK (one = 1),
    bureau      TEXT    NOT NULL,
    epoch       INTEGER NOT NULL,
    relay_key   BLOB    NOT NULL
) STRICT;

-- Each collection's name, and the end of its log.
CREATE TABLE collections (
    id          INTEGER PRIMARY KEY,
    name        TEXT    NOT NULL UNIQUE,
    seq         INTEGER NOT NULL,
    chain       BLOB    NOT NULL
) STRICT;

-- A document is in exactly one collection.
CREATE TABLE documents (
    id          INTEGER PRIMARY KEY,
    document    BLOB    NOT NULL UNIQUE,
    collection  INTEGER NOT NULL REFERENCES collections (id)
) STRICT;

CREATE INDEX documents_by_collection ON documents (collection);

-- One signature each.
CREATE TABLE batches (
    id          INTEGER PRIMARY KEY,
    document    INTEGER NOT NULL REFERENCES documents (id),
    actor       BLOB    NOT NULL,
    head        BLOB    NOT NULL,
    count       INTEGER NOT NULL,
    suite       INTEGER NOT NULL,
    signature   BLOB    NOT NULL,
    receipt_ms  INTEGER NOT NULL,
    held        INTEGER NOT NULL
) STRICT;

-- The log itself: append-only, seq without gaps.
CREATE TABLE log (
    id          INTEGER PRIMARY KEY,
    collection  INTEGER NOT NULL,
    seq         INTEGER NOT NULL,
    document    INTEGER NOT NULL REFERENCES documents (id),
    hash        BLOB    NOT NULL,
    batch       INTEGER NOT NULL REFERENCES batches (id),
    chain       BLOB    NOT NULL,
    change      BLOB    NOT NULL
) STRICT;

CREATE UNIQUE INDEX log_by_place ON log (collection, seq);
-- A change is identified by (document, hash), never by hash alone.
CREATE UNIQUE INDEX log_by_hash ON log (document, hash);

-- The last number of each writer in each document.
CREATE TABLE actors (
    document    INTEGER NOT NULL,
    actor       BLOB    NOT NULL,
    seq         INTEGER NOT NULL,
    PRIMARY KEY (document, actor)
) STRICT, WITHOUT ROWID;

CREATE TABLE officers (
    officer     TEXT    PRIMARY KEY,
    name        TEXT    NOT NULL,
    badge       TEXT    NOT NULL,
    role        TEXT    NOT NULL,
    station     TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE devices (
    device      BLOB    PRIMARY KEY,
    public_key  BLOB    NOT NULL,
    officer     TEXT    NOT NULL REFERENCES officers (officer),
    enrolled_ms INTEGER NOT NULL,
    heard_ms    INTEGER,
    revoked_ms  INTEGER
) STRICT, WITHOUT ROWID;

-- Codes are kept as SHA-256 only.
CREATE TABLE enrolments (
    code_hash   BLOB    PRIMARY KEY,
    officer     TEXT    NOT NULL REFERENCES officers (officer),
    expires_ms  INTEGER NOT NULL,
    used_by     BLOB
) STRICT, WITHOUT ROWID;

-- So are session tokens.
CREATE TABLE sessions (
    token_hash  BLOB    PRIMARY KEY,
    device      BLOB    NOT NULL REFERENCES devices (device),
    expires_ms  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_by_expiry ON sessions (expires_ms);

-- Derived; can be dropped and made again from the log.
CREATE TABLE projected (
    collection  TEXT    PRIMARY KEY,
    seq         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE rows (
    sheet       TEXT    NOT NULL,
    key         TEXT    NOT NULL,
    body        BLOB    NOT NULL,
    PRIMARY KEY (sheet, key)
) STRICT;
