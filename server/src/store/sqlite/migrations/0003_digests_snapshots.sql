-- What the changes of each collection and each document come to, in whatever order: see `trust::digest`. Existing rows
-- are filled by the program, in this migration's transaction.
ALTER TABLE collections ADD COLUMN digest BLOB NOT NULL
    DEFAULT x'0000000000000000000000000000000000000000000000000000000000000000';
ALTER TABLE documents ADD COLUMN digest BLOB NOT NULL
    DEFAULT x'0000000000000000000000000000000000000000000000000000000000000000';
-- A document's last entry, when it was taken, how many entries there are, and how many of them are not in its snapshot.
ALTER TABLE documents ADD COLUMN seq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE documents ADD COLUMN touched_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE documents ADD COLUMN count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE documents ADD COLUMN fresh INTEGER NOT NULL DEFAULT 0;

-- Answers by document go in the order of the ids.
DROP INDEX documents_by_collection;
CREATE UNIQUE INDEX documents_in_collection ON documents (collection, document);
-- What may be worth a snapshot.
CREATE INDEX documents_by_growth ON documents (fresh) WHERE fresh >= 16;

-- Derived: a document's entries up to a position in one piece. Can be dropped and made again from the log.
CREATE TABLE snapshots (
    document    INTEGER PRIMARY KEY REFERENCES documents (id),
    seq         INTEGER NOT NULL,
    count       INTEGER NOT NULL,
    digest      BLOB    NOT NULL,
    -- 32 bytes for each change in it that is held.
    held        BLOB    NOT NULL,
    bytes       BLOB    NOT NULL
) STRICT;
