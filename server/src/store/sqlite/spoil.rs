//! For tests: changes a database behind its relay's back, in each way that a disk or somebody with the file could. The
//! log that is spoiled is the one of a month, with three entries.

use std::path::Path;

use rusqlite::Connection;

use super::path;

const MONTH: &str = "collection = (SELECT id FROM collections WHERE name LIKE '%2026-11')";

/// Each way, and how it is done.
const WAYS: &[(&str, &str)] = &[
    (
        "a byte of a change flips",
        "UPDATE log SET change = CAST(substr(change, 1, 20) || x'ff' || substr(change, 22) AS BLOB)
         WHERE MONTH AND seq = 2",
    ),
    ("an entry is gone", "DELETE FROM log WHERE MONTH AND seq = 2"),
    ("the end is gone", "DELETE FROM log WHERE MONTH AND seq = 3"),
    (
        "a receipt's time is changed",
        "UPDATE batches SET receipt_ms = receipt_ms + 1
         WHERE id = (SELECT batch FROM log WHERE MONTH AND seq = 3)",
    ),
    ("the end's chain is changed", "UPDATE collections SET chain = zeroblob(32) WHERE name LIKE '%2026-11'"),
    (
        "a signature is replaced",
        "UPDATE batches SET signature = zeroblob(64)
         WHERE id = (SELECT batch FROM log WHERE MONTH AND seq = 3)",
    ),
    ("the authors are forgotten", "DELETE FROM devices"),
    (
        "a writer's last number is changed",
        "UPDATE actors SET seq = 9 WHERE document = (SELECT document FROM log WHERE MONTH AND seq = 1)",
    ),
    ("a row is edited", "UPDATE rows SET body = x'80'"),
    ("the rows are gone", "DELETE FROM rows"),
    (
        "a row is invented",
        "INSERT INTO rows (sheet, key, body)
         VALUES ('round', '2026-11-24/nowhere/pre-duty/2026-11-24', x'80')",
    ),
    (
        "an index lacks an entry",
        "DROP INDEX log_by_hash;
         CREATE INDEX log_by_hash ON log (document, hash) WHERE seq > 1;
         PRAGMA writable_schema = ON;
         UPDATE sqlite_schema SET sql = 'CREATE UNIQUE INDEX log_by_hash ON log (document, hash)'
         WHERE name = 'log_by_hash';",
    ),
];

/// Spoils a database in one way.
pub(crate) fn spoil(folder: &Path, way: &str) {
    let (_, sql) = WAYS.iter().find(|(known, _)| *known == way).unwrap();
    let connection = Connection::open(path(folder)).unwrap();
    connection.pragma_update(None, "foreign_keys", false).unwrap();
    connection.execute_batch(&sql.replace("MONTH", MONTH)).unwrap();
}
