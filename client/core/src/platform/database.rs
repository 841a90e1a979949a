//! IndexedDB as the core uses it: stores of sealed bytes under text keys, read whole, written in strictly durable
//! transactions. A lost connection (phones drop those of pages in the background) is opened again, once per call; a
//! full disk costs the ballast first. What the bytes mean is `engine::store`.

mod transaction;

use std::cell::{Cell, RefCell};

use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::IdbDatabase;

use super::events::{Listener, Signal};
use super::{exception_name, scope, seal, tabs};
pub use transaction::{Durability, Wanted};

use crate::engine::store::{Record, Shelf};

/// What the first database is called; the others have a number behind it.
const NAME: &str = "muster";
const VERSION: u32 = 5;
/// Under this key in `Shelf::Meta` lies the ballast.
const BALLAST: &str = "ballast";
/// Bytes kept in reserve: dropped when the disk is full, so that what the person just said can still be saved.
const BALLAST_BYTES: u32 = 2 << 20;

/// Every store; those that are missing are made when the database is opened at a new version.
const STORES: [Shelf; 14] = [
    Shelf::Meta,
    Shelf::Chunks,
    Shelf::Outbox,
    Shelf::Cursors,
    Shelf::Rejected,
    Shelf::Snapshot,
    Shelf::Bases,
    Shelf::Seals,
    Shelf::Receipts,
    Shelf::Aside,
    Shelf::Tabs,
    Shelf::Photos,
    Shelf::Uploads,
    Shelf::Carried,
];

fn name(store: Shelf) -> &'static str {
    match store {
        Shelf::Meta => "meta",
        Shelf::Chunks => "chunks",
        Shelf::Outbox => "outbox",
        Shelf::Cursors => "cursors",
        Shelf::Rejected => "rejected",
        Shelf::Snapshot => "snapshot",
        Shelf::Bases => "bases",
        Shelf::Seals => "seals",
        Shelf::Receipts => "receipts",
        Shelf::Aside => "aside",
        Shelf::Tabs => "tabs",
        Shelf::Photos => "photos",
        Shelf::Uploads => "uploads",
        Shelf::Carried => "carried",
    }
}

/// Why the storage did not do it; then nothing was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DatabaseError {
    /// The disk, or this origin's part of it, is full.
    #[error("the storage is full")]
    Full,
    /// The connection is gone; a new one may work.
    #[error("the connection to the storage is lost: {0}")]
    Lost(String),
    /// Anything else.
    #[error("the storage failed: {0}")]
    Failed(String),
}

impl DatabaseError {
    fn from_exception(error: &JsValue) -> Self {
        let name = exception_name(error);
        match name.as_str() {
            "QuotaExceededError" => Self::Full,
            "UnknownError" | "InvalidStateError" | "AbortError" => Self::Lost(name),
            _ => Self::Failed(format!("{name} {error:?}")),
        }
    }
}

/// What is put under a key once it is sealed.
struct Sealed {
    store: Shelf,
    key: String,
    value: Option<JsValue>,
}

/// The phone's storage: of the first of its people, until another is chosen.
#[derive(Debug, Default)]
pub struct Database {
    number: Cell<u32>,
    connection: RefCell<Option<IdbDatabase>>,
}

impl Database {
    /// The storage of one of the phone's people.
    pub fn of(number: u32) -> Self {
        Self { number: Cell::new(number), ..Self::default() }
    }

    /// Whose storage it is.
    pub fn number(&self) -> u32 {
        self.number.get()
    }

    /// Goes on with the storage of another of the phone's people.
    pub fn choose(&self, number: u32) {
        self.forget_connection();
        self.number.set(number);
    }

    /// Records by key, or whole stores in the order of their keys, as they are at one moment. What was not sealed by us
    /// is left out.
    ///
    /// # Errors
    /// When the storage fails.
    pub async fn read_at_once(&self, wanted: &[Wanted<'_>]) -> Result<Vec<Vec<Vec<u8>>>, DatabaseError> {
        let mut read = Vec::with_capacity(wanted.len());
        for (found, (_, key)) in self.read(wanted).await?.into_iter().zip(wanted) {
            let found = if key.is_some() { Array::of1(&found) } else { found.unchecked_into() };
            let mut values = Vec::new();
            for value in found.iter() {
                values.extend(seal::open(&value).await);
            }
            read.push(values);
        }
        Ok(read)
    }

    /// One record's bytes.
    ///
    /// # Errors
    /// When the storage fails.
    pub async fn get(&self, store: Shelf, key: &str) -> Result<Option<Vec<u8>>, DatabaseError> {
        Ok(seal::open(&self.read_one(store, key).await?).await)
    }

    /// One record of `Shelf::Meta` as the browser keeps it: for keys, which have no bytes.
    ///
    /// # Errors
    /// When the storage fails.
    pub async fn get_object(&self, key: &str) -> Result<JsValue, DatabaseError> {
        self.read_one(Shelf::Meta, key).await
    }

    /// Keeps a browser's object, durably.
    ///
    /// # Errors
    /// When the storage fails.
    pub async fn put_object(&self, key: &str, value: JsValue) -> Result<(), DatabaseError> {
        let record = Sealed { store: Shelf::Meta, key: key.to_owned(), value: Some(value) };
        self.commit(&[record], Durability::Strict).await
    }

    /// Writes all records in one transaction. When the disk is full the ballast goes overboard, and it is tried again; not for
    /// what is larger than the ballast: those are copies of files, and the room is for what people say.
    ///
    /// # Errors
    /// When the storage fails; then nothing is written.
    pub async fn write(&self, records: Vec<Record>, durability: Durability) -> Result<(), DatabaseError> {
        let bytes: usize = records.iter().filter_map(|record| record.value.as_ref()).map(Vec::len).sum();
        let is_small = bytes < BALLAST_BYTES as usize;
        let sealed = sealed(records).await;
        match self.commit(&sealed, durability).await {
            Err(DatabaseError::Full) if durability == Durability::Strict && is_small => {
                let ballast = Sealed { store: Shelf::Meta, key: BALLAST.to_owned(), value: None };
                self.commit(&[ballast], Durability::Strict).await?;
                self.commit(&sealed, durability).await
            }
            outcome => outcome,
        }
    }

    /// Writes photos as the browser has them, and records about them, in one transaction; the ballast stays where it is,
    /// for what people say comes before what they photograph.
    ///
    /// # Errors
    /// When the storage fails; then nothing is written.
    pub async fn write_photos(
        &self,
        photos: Vec<(String, ArrayBuffer)>,
        records: Vec<Record>,
    ) -> Result<(), DatabaseError> {
        let mut all = sealed(records).await;
        all.extend(photos.into_iter().map(|(key, bytes)| Sealed {
            store: Shelf::Photos,
            key,
            value: Some(bytes.into()),
        }));
        self.commit(&all, Durability::Strict).await
    }

    /// Takes ballast in unless it is there. To be called when there is room.
    ///
    /// # Errors
    /// When the storage fails.
    pub async fn take_ballast(&self) -> Result<(), DatabaseError> {
        if !self.read_one(Shelf::Meta, BALLAST).await?.is_undefined() {
            return Ok(());
        }
        let value = Some(Uint8Array::new_with_length(BALLAST_BYTES).buffer().into());
        self.commit(&[Sealed { store: Shelf::Meta, key: BALLAST.to_owned(), value }], Durability::Relaxed)
            .await
    }

    async fn read_one(&self, store: Shelf, key: &str) -> Result<JsValue, DatabaseError> {
        Ok(self.read(&[(store, Some(key))]).await?.pop().unwrap_or_default())
    }

    async fn read(&self, wanted: &[Wanted<'_>]) -> Result<Vec<JsValue>, DatabaseError> {
        match transaction::read(&self.connected().await?, wanted).await {
            Err(DatabaseError::Lost(_)) => {
                self.forget_connection();
                transaction::read(&self.connected().await?, wanted).await
            }
            outcome => outcome,
        }
    }

    async fn commit(&self, records: &[Sealed], durability: Durability) -> Result<(), DatabaseError> {
        match transaction::write(&self.connected().await?, records, durability).await {
            Err(DatabaseError::Lost(_)) => {
                self.forget_connection();
                transaction::write(&self.connected().await?, records, durability).await
            }
            outcome => outcome,
        }
    }

    fn forget_connection(&self) {
        if let Some(connection) = self.connection.borrow_mut().take() {
            connection.close();
        }
    }

    async fn connected(&self) -> Result<IdbDatabase, DatabaseError> {
        if let Some(connection) = self.connection.borrow().as_ref() {
            return Ok(connection.clone());
        }
        let connection = open(&tabs::own(NAME, self.number.get())).await?;
        *self.connection.borrow_mut() = Some(connection.clone());
        Ok(connection)
    }
}

async fn sealed(records: Vec<Record>) -> Vec<Sealed> {
    let mut sealed = Vec::with_capacity(records.len());
    for Record { shelf: store, key, value } in records {
        let value = match value {
            Some(bytes) => Some(seal::seal(&bytes).await.into()),
            None => None,
        };
        sealed.push(Sealed { store, key, value });
    }
    sealed
}

/// Opens the database, and makes its stores the first time.
async fn open(name: &str) -> Result<IdbDatabase, DatabaseError> {
    let from = |error: JsValue| DatabaseError::from_exception(&error);
    let missing = || DatabaseError::Failed("this browser offers no storage here".to_owned());
    let factory = scope().indexed_db().map_err(from)?.ok_or_else(missing)?;
    let request = factory.open_with_u32(name, VERSION).map_err(from)?;
    let upgrade = {
        let request = request.clone();
        move |_| {
            let Ok(database) = request.result().map(JsCast::unchecked_into::<IdbDatabase>) else { return };
            for store in STORES {
                if !database.object_store_names().contains(self::name(store)) {
                    // A failure aborts the upgrade, and the request ends in an error.
                    let _ = database.create_object_store(self::name(store));
                }
            }
        }
    };
    let _upgrade = Listener::new(&request, "upgradeneeded", upgrade);
    let opened = Signal::default();
    let _success = Listener::new(&request, "success", {
        let opened = opened.clone();
        move |_| opened.send(true)
    });
    let _error = Listener::new(&request, "error", {
        let opened = opened.clone();
        move |_| opened.send(false)
    });
    if !opened.await {
        let error = request.error().ok().flatten().map_or(JsValue::UNDEFINED, JsValue::from);
        return Err(DatabaseError::from_exception(&error));
    }
    let database: IdbDatabase = request.result().map_err(from)?.unchecked_into();
    // Another tab wants to upgrade: let it; the next call opens the new one.
    let closing = database.clone();
    Listener::new(&database, "versionchange", move |_| closing.close()).keep();
    Ok(database)
}
