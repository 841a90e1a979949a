//! Documents into rows: follows the log from where it stopped, reads every round that changed, and writes its row
//! together with the position. Everything it keeps can be dropped and made again. Step 13 of the walk; what supervisors
//! see of it is `board`, and how it reaches them is `feed`.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use shared::ids::{BureauId, CollectionId, DocumentId, DocumentKind, Shelf, StationCode};
use shared::time::{Date, Month};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::relay::{News, Relay};
use crate::store::{Result, Row, RowChange, Store, StoreError, Tip};

pub mod board;
mod examine;
mod feed;
mod figures;
mod handled;
mod reference;
mod rows;

pub use examine::{RowFault, row_faults};
pub use feed::{BoardFeed, BoardWatch};
pub use handled::{DefectRow, HandledRow, NeedRow};
pub use reference::Reference;
pub use rows::{Attention, RoundRow};

/// Bytes of changes read from the log at once.
const PAGE_BYTES: usize = 4 << 20;
/// Entries read from the log at once.
const PAGE_ENTRIES: usize = 10_000;
/// How long changes are gathered before they are projected together.
const DEBOUNCE: Duration = Duration::from_millis(40);
/// How many times as long as a reading took the projector rests before the next: pushes come first when
/// there are many, and the next reading then covers more of them at once.
const REST: u32 = 3;
/// How long it rests at most: the board is not older than that and two readings.
const REST_MAX: Duration = Duration::from_secs(2);
/// How long to wait after the store failed.
const RETRY: Duration = Duration::from_secs(2);

/// What the board is made of: kept in memory for the months around today, and in the store for good.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Model {
    /// What rounds are read against.
    pub reference: Arc<Reference>,
    /// Rows by their keys.
    pub rounds: BTreeMap<String, RoundRow>,
    /// Defects by their documents.
    pub defects: BTreeMap<DocumentId, DefectRow>,
    /// Needs by theirs.
    pub needs: BTreeMap<DocumentId, NeedRow>,
    months: BTreeSet<Month>,
}

/// Follows the log.
pub struct Projector {
    store: Arc<dyn Store>,
    bureau: BureauId,
    model: Arc<RwLock<Model>>,
}

impl Projector {
    /// A projector with what the store has of today's and the neighbouring months.
    ///
    /// # Errors
    /// When the database fails.
    pub fn open(store: Arc<dyn Store>, bureau: BureauId, today: Date) -> Result<Self> {
        let mut reference = Reference::default();
        for (collection, tip) in store.collections()? {
            // What grew since is read by the first catching up, which then sees the difference.
            let is_current = store.projected(&collection)? == tip.seq;
            match collection.shelf() {
                Ok(Shelf::Bureau) if is_current => reference.load_bureau(store.as_ref())?,
                Ok(Shelf::Live(station)) if is_current => {
                    reference.load_register(store.as_ref(), &station)?
                }
                _ => {}
            }
        }
        let defects = kept(&store.rows(handled::DEFECTS, "")?);
        let needs = kept(&store.rows(handled::NEEDS, "")?);
        let model = Model { reference: Arc::new(reference), defects, needs, ..Model::default() };
        let projector = Self { store, bureau, model: Arc::new(RwLock::new(model)) };
        projector.hold_months(today)?;
        Ok(projector)
    }

    /// Starts following a relay's log; gives the task and what the board is read from.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn start(relay: &Relay) -> Result<(JoinHandle<()>, BoardFeed)> {
        // Listen first: what grows during the first reading is then not missed.
        let news = relay.news();
        let (store, bureau, today) = (Arc::clone(relay.store()), relay.bureau().id.clone(), today(relay));
        let opened = tokio::task::spawn_blocking(move || {
            let projector = Self::open(store, bureau, today)?;
            match projector.catch_up(today) {
                // Rows cannot be written now; the board shows what there was, and the next news tries again.
                Err(error @ StoreError::Full(_)) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "the board is behind the log");
                }
                outcome => drop(outcome?),
            }
            Ok(Arc::new(projector))
        });
        let projector = opened.await.unwrap_or(Err(StoreError::Panicked))?;
        let (changed, changes) = watch::channel(0);
        let feed = BoardFeed::new(relay.clone(), Arc::clone(&projector.model), changes);
        Ok((tokio::spawn(follow(projector, relay.clone(), news, changed)), feed))
    }

    /// The rows and what they were read against, as of now.
    pub fn model(&self) -> Model {
        self.model.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Drops every row and reads the whole log again.
    ///
    /// # Errors
    /// When the database fails.
    pub fn rebuild(&self, today: Date) -> Result<()> {
        self.store.unproject()?;
        *self.model.write().unwrap_or_else(PoisonError::into_inner) = Model::default();
        self.catch_up(today).map(|_| ())
    }

    /// Reads what the log has got since the last time; whether anything changed.
    ///
    /// # Errors
    /// When the database fails; what was projected until then stays.
    pub fn catch_up(&self, today: Date) -> Result<bool> {
        self.hold_months(today)?;
        let mut grown = Vec::new();
        for (collection, tip) in self.store.collections()? {
            let Ok(shelf) = collection.shelf() else { continue };
            let behind = self.store.projected(&collection)?;
            if behind < tip.seq {
                grown.push((collection, shelf, behind, tip));
            }
        }
        let has_grown = !grown.is_empty();
        // Rounds are read against the others, so they come last.
        let (rounds, references): (Vec<_>, Vec<_>) =
            grown.into_iter().partition(|(_, shelf, ..)| matches!(shelf, Shelf::Rounds(..)));
        for (collection, shelf, behind, tip) in references {
            self.reference_changed(&collection, &shelf, behind, tip)?;
        }
        for (collection, _, behind, tip) in rounds {
            self.rounds_changed(&collection, behind, tip)?;
        }
        Ok(has_grown)
    }

    /// The directory, the calendar, a checklist or a register changed: so may every round that is read against it.
    fn reference_changed(
        &self,
        collection: &CollectionId,
        shelf: &Shelf,
        behind: u64,
        tip: Tip,
    ) -> Result<()> {
        let before = self.reference();
        let mut after = before.as_ref().clone();
        match shelf {
            Shelf::Bureau => {
                after.load_bureau(self.store.as_ref())?;
                // What is held, or released, is read otherwise; nothing else of the bureau's is about registers.
                let is_same = (&after.directory.held, &after.directory.released)
                    == (&before.directory.held, &before.directory.released);
                if !is_same {
                    let stations: Vec<_> = after.registers.keys().cloned().collect();
                    for station in &stations {
                        after.load_register(self.store.as_ref(), station)?;
                    }
                }
            }
            Shelf::Live(station) => after.load_register(self.store.as_ref(), station)?,
            Shelf::Rounds(..) => {}
        }
        if after != *before {
            self.model.write().unwrap_or_else(PoisonError::into_inner).reference = Arc::new(after);
            let station = match shelf {
                Shelf::Live(station) => Some(station),
                Shelf::Bureau | Shelf::Rounds(..) => None,
            };
            if let Err(error) = self.project_again(station) {
                // Not all rows are projected again yet: the next catching up must see the difference too.
                self.model.write().unwrap_or_else(PoisonError::into_inner).reference = before;
                return Err(error);
            }
        }
        let handled: Vec<DocumentId> = match shelf {
            Shelf::Bureau => self.reference().directory.held.keys().copied().collect(),
            Shelf::Live(_) => self.documents_since(collection, behind)?.into_iter().collect(),
            Shelf::Rounds(..) => Vec::new(),
        };
        self.write_handled(collection, tip.seq, handled)
    }

    /// The documents that have grown behind a place.
    fn documents_since(&self, collection: &CollectionId, mut behind: u64) -> Result<BTreeSet<DocumentId>> {
        let mut documents = BTreeSet::new();
        loop {
            let page = self.store.page(collection, behind, PAGE_BYTES, PAGE_ENTRIES)?;
            let Some(last) = page.entries.last() else { return Ok(documents) };
            behind = last.seq;
            documents.extend(page.entries.iter().map(|entry| entry.document));
        }
    }

    /// Reads defects and needs as they are now, and writes their rows and the position in one transaction.
    fn write_handled(&self, collection: &CollectionId, seq: u64, documents: Vec<DocumentId>) -> Result<()> {
        let reference = self.reference();
        let mut rows = Vec::new();
        for id in documents {
            if matches!(id.kind(), DocumentKind::Defect | DocumentKind::Need)
                && let Some(document) = reference::load(self.store.as_ref(), id)?
                && let Some(row) = guarded(id, || handled::project(&document, &self.bureau, &reference))
            {
                rows.push((id, row));
            }
        }
        let changes: Vec<_> =
            rows.iter().map(|(id, row)| (row.sheet(), RowChange::Put(row.encode(*id)))).collect();
        self.store.project(collection, seq, &changes)?;
        let mut model = self.model.write().unwrap_or_else(PoisonError::into_inner);
        for (id, row) in rows {
            match row {
                HandledRow::Defect(row) => drop(model.defects.insert(id, row)),
                HandledRow::Need(row) => drop(model.needs.insert(id, row)),
            }
        }
        Ok(())
    }

    /// Projects the rounds of the months in memory again: of one station, or of all.
    fn project_again(&self, of: Option<&StationCode>) -> Result<()> {
        let months = self.model.read().unwrap_or_else(PoisonError::into_inner).months.clone();
        for (collection, _) in self.store.collections()? {
            let Ok(Shelf::Rounds(station, month)) = collection.shelf() else { continue };
            let projected = self.store.projected(&collection)?;
            if projected > 0 && months.contains(&month) && of.is_none_or(|of| *of == station) {
                let documents = self.store.documents(&collection)?;
                self.write_rows(&collection, projected, documents)?;
            }
        }
        Ok(())
    }

    fn rounds_changed(&self, collection: &CollectionId, mut behind: u64, tip: Tip) -> Result<()> {
        while behind < tip.seq {
            let page = self.store.page(collection, behind, PAGE_BYTES, PAGE_ENTRIES)?;
            let Some(last) = page.entries.last() else { break };
            behind = last.seq;
            let documents: BTreeSet<DocumentId> = page.entries.iter().map(|entry| entry.document).collect();
            self.write_rows(collection, behind, documents)?;
        }
        Ok(())
    }

    /// Reads documents as they are now, and writes their rows and the position in one transaction. A document may be
    /// further than the position; it is then read once more, to the same row.
    fn write_rows(
        &self,
        collection: &CollectionId,
        seq: u64,
        documents: impl IntoIterator<Item = DocumentId>,
    ) -> Result<()> {
        let reference = self.reference();
        let mut rows = Vec::new();
        for id in documents {
            if id.kind() == DocumentKind::Round
                && let Some(document) = reference::load(self.store.as_ref(), id)?
            {
                rows.extend(guarded(id, || {
                    rows::project(&document, &self.bureau, &reference, self.store.as_ref())
                }));
            }
        }
        let changes: Vec<_> = rows.iter().map(|row| (rows::ROUNDS, RowChange::Put(row.encode()))).collect();
        self.store.project(collection, seq, &changes)?;
        let mut model = self.model.write().unwrap_or_else(PoisonError::into_inner);
        for row in rows {
            if model.months.contains(&row.name.period.start().month()) {
                model.rounds.insert(rows::key(&row.name), row);
            }
        }
        Ok(())
    }

    /// Brings the months around a day into memory, and lets others go.
    fn hold_months(&self, today: Date) -> Result<()> {
        let month = today.month();
        let wanted = BTreeSet::from([month.before(), month, month.after()]);
        let held = self.model.read().unwrap_or_else(PoisonError::into_inner).months.clone();
        if held == wanted {
            return Ok(());
        }
        let mut brought = Vec::new();
        for month in wanted.difference(&held) {
            brought.extend(self.store.rows(rows::ROUNDS, &rows::prefix(*month))?);
        }
        let mut model = self.model.write().unwrap_or_else(PoisonError::into_inner);
        model.rounds.retain(|_, row| wanted.contains(&row.name.period.start().month()));
        model
            .rounds
            .extend(brought.into_iter().filter_map(|row| Some((row.key.clone(), RoundRow::decode(&row)?))));
        model.months = wanted;
        Ok(())
    }

    fn reference(&self) -> Arc<Reference> {
        Arc::clone(&self.model.read().unwrap_or_else(PoisonError::into_inner).reference)
    }
}

impl std::fmt::Debug for Projector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Projector").field("bureau", &self.bureau).finish_non_exhaustive()
    }
}

/// Rows that the store has, by their documents.
fn kept<R: for<'b> minicbor::Decode<'b, ()>>(rows: &[Row]) -> BTreeMap<DocumentId, R> {
    let row = |row: &Row| Some((DocumentId::parse(&row.key).ok()?, minicbor::decode(&row.body).ok()?));
    rows.iter().filter_map(row).collect()
}

fn today(relay: &Relay) -> Date {
    relay.bureau().zone.date(relay.clock().now())
}

/// Projects what the news tells of, gathered for a moment, until the relay is gone.
async fn follow(
    projector: Arc<Projector>,
    relay: Relay,
    mut news: tokio::sync::broadcast::Receiver<News>,
    changed: watch::Sender<u64>,
) {
    let mut rested = tokio::time::Instant::now();
    loop {
        match news.recv().await {
            Ok(News::Heard | News::Revoked(_) | News::Moved(_)) => {
                changed.send_modify(|n| *n += 1);
                continue;
            }
            // What was missed is found by its position.
            Ok(News::Grown { .. }) | Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
        tokio::time::sleep_until(rested.max(tokio::time::Instant::now() + DEBOUNCE)).await;
        // Everything that waits is covered by the reading that follows.
        news = news.resubscribe();
        let begun = tokio::time::Instant::now();
        catch_up_surely(&projector, &relay).await;
        rested = tokio::time::Instant::now() + (begun.elapsed() * REST).min(REST_MAX);
        changed.send_modify(|n| *n += 1);
    }
}

/// Catches up, however often the store fails first.
async fn catch_up_surely(projector: &Arc<Projector>, relay: &Relay) {
    loop {
        let (reader, today) = (Arc::clone(projector), today(relay));
        relay.metrics().projector_begins(relay.clock().now().0);
        let caught_up = tokio::task::spawn_blocking(move || reader.catch_up(today)).await;
        relay.metrics().projector_ends(matches!(caught_up, Ok(Ok(_))));
        match caught_up {
            Ok(Ok(_)) => return,
            Ok(Err(error)) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "the projector waits for the store"
                );
            }
            Err(error) => tracing::error!(error = &error as &dyn std::error::Error, "the projector panicked"),
        }
        tokio::time::sleep(RETRY).await;
    }
}

/// Runs what reads foreign data: a panic in it costs one document's row and not the projector.
fn guarded<T>(id: DocumentId, read: impl FnOnce() -> Option<T>) -> Option<T> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| {
        tracing::error!(%id, "reading a document panicked");
        None
    })
}

#[cfg(test)]
mod tests;
