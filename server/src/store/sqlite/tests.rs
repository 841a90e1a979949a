//! What only SQLite can show: a full database file, a fault at the commit, a restart, and the schema's number.

use shared::ids::CollectionId;
use shared::time::Timestamp;

use super::*;
use crate::store::conformance::{append, document, tell};
use crate::store::{Log, Snapshots, Store};

const COLLECTION: &str = "station/zhongmiao/2026-11";

fn open(folder: &tempfile::TempDir, page_count_max: Option<u32>, faults: &Faults) -> Sqlite {
    let options = Options { folder: folder.path().join("data"), page_count_max, faults: faults.clone() };
    Sqlite::open(options).unwrap()
}

fn end(store: &dyn Store) -> u64 {
    store.end(&CollectionId::parse(COLLECTION).unwrap()).unwrap().seq
}

#[test]
fn sqlite_tells_the_story_of_every_store() {
    let folder = tempfile::tempdir().unwrap();
    tell(&open(&folder, None, &Faults::default()));
}

#[test]
fn what_was_committed_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    append(&open(&folder, None, &Faults::default()), COLLECTION, document("a"), 5).unwrap();
    assert_eq!(end(&open(&folder, None, &Faults::default())), 5);
}

#[test]
fn a_full_database_refuses_writes_reads_on_and_recovers() {
    let folder = tempfile::tempdir().unwrap();
    let full = open(&folder, Some(64), &Faults::default());
    let mut written = 0;
    let error = loop {
        match append(&full, COLLECTION, document("a"), 200) {
            Ok(tip) => written = tip.seq,
            Err(error) => break error,
        }
    };
    assert!(matches!(error, StoreError::Full(_)), "{error:?}");
    assert!(written > 0);
    assert_eq!(end(&full), written, "reading goes on, and the failed transaction left nothing");
    assert!(matches!(append(&full, COLLECTION, document("a"), 200), Err(StoreError::Full(_))));
    drop(full);
    let roomy = open(&folder, None, &Faults::default());
    assert_eq!(append(&roomy, COLLECTION, document("a"), 200).unwrap().seq, written + 200);
}

#[test]
fn a_fault_at_the_commit_leaves_nothing_and_passes() {
    let folder = tempfile::tempdir().unwrap();
    let faults = Faults::default();
    let store = open(&folder, None, &faults);
    append(&store, COLLECTION, document("a"), 1).unwrap();
    faults.set_full(true);
    assert!(matches!(append(&store, COLLECTION, document("a"), 1), Err(StoreError::Full(_))));
    assert_eq!(end(&store), 1);
    faults.set_full(false);
    assert_eq!(append(&store, COLLECTION, document("a"), 1).unwrap().seq, 2);
}

#[test]
fn a_connection_that_failed_is_opened_anew() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder, None, &Faults::default());
    let failed = store.write(&mut |_| Err(StoreError::Failed("the cable was pulled".into())));
    assert!(matches!(failed, Err(StoreError::Failed(_))));
    assert_eq!(append(&store, COLLECTION, document("a"), 1).unwrap().seq, 1);
}

#[test]
fn a_database_of_schema_1_gets_the_digests_that_it_would_have_had() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder, None, &Faults::default());
    append(&store, COLLECTION, document("a"), 20).unwrap();
    let end = append(&store, COLLECTION, document("b"), 2).unwrap();
    let told = |store: &Sqlite| {
        let collection = CollectionId::parse(COLLECTION).unwrap();
        let extents = store.extents(&collection, None, u64::MAX, 10).unwrap();
        (store.end(&collection).unwrap(), extents, store.grown(Timestamp(i64::MAX), 10).unwrap())
    };
    let before = told(&store);
    assert_eq!((before.0, before.1.len(), before.2.len()), (end, 2, 1));
    drop(store);
    // The same rows as schema 1 had them.
    let now = path(&folder.path().join("data"));
    let then = folder.path().join("then.db");
    let connection = Connection::open(&then).unwrap();
    connection.execute_batch(include_str!("migrations/0001_log_people_rows.sql")).unwrap();
    connection.execute("ATTACH ?1 AS now", [now.to_str().unwrap()]).unwrap();
    for (table, columns) in [
        ("collections", "id, name, seq, chain"),
        ("documents", "id, document, collection"),
        ("batches", "id, document, actor, head, count, suite, signature, receipt_ms, held"),
        ("log", "id, collection, seq, document, hash, batch, chain, change"),
        ("actors", "document, actor, seq"),
    ] {
        let copy = format!("INSERT INTO {table} ({columns}) SELECT {columns} FROM now.{table}");
        connection.execute(&copy, []).unwrap();
    }
    connection.pragma_update(None, "user_version", 1).unwrap();
    connection.close().unwrap();
    std::fs::rename(then, now).unwrap();
    assert_eq!(told(&open(&folder, None, &Faults::default())), before);
}

#[test]
fn a_database_of_a_later_version_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { folder: folder.path().to_owned(), ..Options::default() };
    drop(Sqlite::open(options.clone()).unwrap());
    let connection = Connection::open(path(folder.path())).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    assert!(matches!(Sqlite::open(options), Err(StoreError::SchemaTooNew { found: 99, .. })));
}

#[test]
fn a_joining_statement_is_planned_once_whatever_is_bound_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = open(&folder, None, &Faults::default());
    let planned_again = |connection: &Connection, n: u8| {
        let mut select = connection.prepare_cached(
            "SELECT documents.id FROM documents JOIN collections ON collections.id = documents.collection
             WHERE documents.document = ?1",
        )?;
        select.exists([document(&n.to_string()).to_bytes()])?;
        Ok(select.get_status(rusqlite::StatementStatus::RePrepare))
    };
    for n in 0..10 {
        append(&sqlite, COLLECTION, document(&n.to_string()), 1).unwrap();
        assert_eq!(sqlite.read(|connection| planned_again(connection, n)).unwrap(), 0, "reading");
        assert_eq!(sqlite.transact(|tx| planned_again(tx, n)).unwrap(), 0, "writing");
    }
}
