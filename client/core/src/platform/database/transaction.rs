//! One transaction. It ends itself as soon as nothing is asked of it, so everything is issued in one go and nothing
//! else is awaited inside; and what counts is that it completed, not that its requests succeeded.

use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{IdbDatabase, IdbRequest, IdbTransaction, IdbTransactionMode};

use super::{DatabaseError, Sealed, name};
use crate::engine::store::Shelf;
use crate::platform::events::{Listener, Signal};

/// What `complete` promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// It is on the disk: for what a person said.
    Strict,
    /// The system has it: for what can be had again.
    Relaxed,
}

/// One record of a store, or all of it.
pub type Wanted<'a> = (Shelf, Option<&'a str>);

/// Reads records (`undefined` where there is none) and stores (each as an array), all as they are at one moment.
pub(super) async fn read(
    database: &IdbDatabase,
    wanted: &[Wanted<'_>],
) -> Result<Vec<JsValue>, DatabaseError> {
    let stores: Array = wanted.iter().map(|(store, _)| JsValue::from_str(name(*store))).collect();
    let transaction = database.transaction_with_str_sequence(&stores).map_err(exception)?;
    let mut requests = Vec::with_capacity(wanted.len());
    for (store, key) in wanted {
        let objects = transaction.object_store(name(*store)).map_err(exception)?;
        let request = match key {
            Some(key) => objects.get(&JsValue::from_str(key)),
            None => objects.get_all(),
        };
        requests.push(request.map_err(exception)?);
    }
    ended(&transaction, requests.last()).await?;
    requests.iter().map(|request| request.result().map_err(exception)).collect()
}

/// Puts and deletes all records, or none.
pub(super) async fn write(
    database: &IdbDatabase,
    records: &[Sealed],
    durability: Durability,
) -> Result<(), DatabaseError> {
    let transaction = begin(database, records, durability)?;
    for Sealed { store, key, value } in records {
        let objects = transaction.object_store(name(*store)).map_err(exception)?;
        match value {
            Some(value) => objects.put_with_key(value, &key.into()),
            None => objects.delete(&key.into()),
        }
        .map_err(exception)?;
    }
    ended(&transaction, None).await
}

/// Every transaction that writes has this store in its scope, so that the browser runs them one after the other, those of
/// other tabs too. Without it Chromium runs two at once when their stores differ, and when it is killed while neither is
/// committed, its next start finds one lock of the database in the undo logs of both, takes that for a broken disk
/// (`LevelDBScopes::Initialize`: "Invalid locks on disk") and deletes the database: everything that is not sent yet.
const GATE: Shelf = Shelf::Meta;

/// `database.transaction(stores, "readwrite", { durability })`: the third argument is not in web-sys' stable part.
fn begin(
    database: &IdbDatabase,
    records: &[Sealed],
    durability: Durability,
) -> Result<IdbTransaction, DatabaseError> {
    let stores = records.iter().map(|record| record.store).chain([GATE]);
    let stores: Array = stores.map(|store| JsValue::from_str(name(store))).collect();
    let options = Object::new();
    let word = match durability {
        Durability::Strict => "strict",
        Durability::Relaxed => "relaxed",
    };
    Reflect::set(&options, &"durability".into(), &word.into()).map_err(exception)?;
    let begin: Function = Reflect::get(database, &"transaction".into()).map_err(exception)?.unchecked_into();
    let mode = JsValue::from(IdbTransactionMode::Readwrite);
    let transaction = begin.call3(database, &stores, &mode, &options).map_err(exception)?;
    Ok(transaction.unchecked_into())
}

async fn ended(transaction: &IdbTransaction, request: Option<&IdbRequest>) -> Result<(), DatabaseError> {
    let end = Signal::default();
    let is_complete = |kind, outcome: bool| {
        let end = end.clone();
        Listener::new(transaction, kind, move |_| end.send(outcome))
    };
    let _listeners = [is_complete("complete", true), is_complete("abort", false)];
    if end.clone().await {
        return Ok(());
    }
    let of_request = request.and_then(|request| request.error().ok().flatten());
    let error = transaction.error().or(of_request).map_or(JsValue::UNDEFINED, JsValue::from);
    match DatabaseError::from_exception(&error) {
        // An abort without a reason is the browser's: it closed the connection under us.
        DatabaseError::Failed(_) if error.is_undefined() => Err(DatabaseError::Lost("aborted".to_owned())),
        error => Err(error),
    }
}

fn exception(error: JsValue) -> DatabaseError {
    DatabaseError::from_exception(&error)
}
