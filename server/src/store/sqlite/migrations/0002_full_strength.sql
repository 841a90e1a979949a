-- The counter of each change's last operation; 0 where it was stored before this was noted.
ALTER TABLE log ADD COLUMN last_op INTEGER NOT NULL DEFAULT 0;

-- Few batches are held; they are listed for supervisors.
CREATE INDEX batches_held ON batches (document) WHERE held = 1;

-- Batches that were rejected, the latest of them. Bounded; not part of the log.
CREATE TABLE quarantine (
    id          INTEGER PRIMARY KEY,
    at_ms       INTEGER NOT NULL,
    code        TEXT    NOT NULL,
    detail      TEXT    NOT NULL,
    collection  TEXT    NOT NULL,
    document    BLOB    NOT NULL,
    head        BLOB    NOT NULL,
    author      BLOB    NOT NULL,
    carrier     BLOB    NOT NULL,
    changes     INTEGER NOT NULL,
    bytes       INTEGER NOT NULL,
    times       INTEGER NOT NULL,
    body        BLOB    NOT NULL,
    UNIQUE (document, head)
) STRICT;
