//! From nothing to a running core: what the screen showed last is posted first, then the phone's own data is read, and
//! only then does anybody think of a network.

use std::cell::RefCell;
use std::rc::Rc;

use link::slice::{Slice, StorageView, SyncView};
use link::{Command, LINK_VERSION, Note, ToCore, ToUi};
use shared::sync::device::{Device, Input, Stored};

use super::note;
use super::state::{Engine, Phone, post};
use super::store::{self, CLOCK_OFFSET, KEY_PAIR, Profile, SLOT_BASE, STORED, Shelf, TODAY, stored};
use crate::platform::crypto::KeyPair;
use crate::platform::database::{DatabaseError, Durability, Wanted};
use crate::platform::events::Signal;
use crate::platform::photo::Posted;
use crate::platform::{clock, events, interface, quota, report, spawn, tabs};

/// Commands that came before the core was ready.
type Early = Rc<RefCell<Option<Vec<(ToCore, Option<Posted>)>>>>;

/// Milliseconds before the storage is tried again.
const STORAGE_RETRY_MS: i64 = 2_000;

/// Starts the core.
pub fn start() {
    let engine = Rc::new(Engine::default());
    let early: Early = Rc::new(RefCell::new(Some(Vec::new())));
    let (listening, queue) = (Rc::clone(&engine), Rc::clone(&early));
    let kept = Signal::<Vec<Note>>::default();
    let told = kept.clone();
    interface::on_message(move |bytes, posted| match ToCore::from_bytes(&bytes) {
        Ok(ToCore { command: Command::Start { notes }, .. }) => told.send(notes),
        Ok(message) => match queue.borrow_mut().as_mut() {
            Some(queue) => queue.push((message, posted)),
            None => listening.dispatch(message, posted),
        },
        Err(error) => report(&error.to_string()),
    });
    let online = Rc::clone(&engine);
    events::on_online(move || online.input(Input::Nudge));
    spawn(async move {
        engine.notes.replace(kept.await);
        // Without its storage the core can do nothing, and must not look as if nobody were enrolled: what the person
        // asked for meanwhile waits.
        while let Err(error) = engine.boot().await {
            report(&error.to_string());
            let problem = Some("storage-failed".to_owned());
            post(&ToUi::Slice(Box::new(Slice::Sync(SyncView { problem, ..SyncView::default() }))));
            clock::pause(STORAGE_RETRY_MS).await;
        }
        post(&ToUi::Ready(LINK_VERSION));
        let messages = early.borrow_mut().take().unwrap_or_default();
        for (message, posted) in messages {
            engine.dispatch(message, posted);
        }
    });
}

impl Engine {
    async fn boot(self: &Rc<Self>) -> Result<(), DatabaseError> {
        match self.choose_profile().await? {
            Some(profile) => self.go_on_as(profile).await,
            None => {
                self.show_choice();
                Ok(())
            }
        }
    }

    /// Shows what this person saw last, and brings their end of the sync up.
    ///
    /// # Errors
    /// When the storage cannot be read.
    pub(super) async fn go_on_as(self: &Rc<Self>, profile: Profile) -> Result<(), DatabaseError> {
        let Some(key) = KeyPair::from_stored(&self.database.get_object(KEY_PAIR).await?) else {
            self.show_choice();
            return Ok(());
        };
        self.show_person(&profile);
        if let Some(message) = self.database.get(Shelf::Snapshot, TODAY).await? {
            interface::post(&message);
        }
        self.start_phone(profile, key).await?;
        self.measure_storage();
        Ok(())
    }

    /// Brings the phone's end up on what is stored, then waits for its turn to sync.
    ///
    /// # Errors
    /// When the storage cannot be read.
    pub(super) async fn start_phone(
        self: &Rc<Self>,
        profile: Profile,
        key: KeyPair,
    ) -> Result<(), DatabaseError> {
        // The slot first: its actor's changes must all be read before it writes again.
        let number = self.database.number();
        let slot = tabs::lease_slot(number).await;
        // What other tabs say while the storage is being read is heard too.
        self.listen();
        let device = self.load(&profile, slot).await?;
        *self.phone.borrow_mut() = Some(Phone { profile, key, device });
        self.take_heard();
        self.refresh();
        self.read_photos();
        self.read_carry();
        let engine = Rc::clone(self);
        spawn(async move {
            tabs::become_syncing(number).await;
            engine.take_turn();
        });
        Ok(())
    }

    async fn load(&self, profile: &Profile, slot: u32) -> Result<Device, DatabaseError> {
        let of_meta = [CLOCK_OFFSET, SLOT_BASE].map(|key| (Shelf::Meta, Some(key)));
        let wanted: Vec<Wanted<'_>> = STORED.map(|shelf| (shelf, None)).into_iter().chain(of_meta).collect();
        let mut read = self.database.read_at_once(&wanted).await?;
        let of_meta = read.split_off(STORED.len());
        let [clock_offset, slot_base] = [0, 1].map(|place| of_meta[place].first().map(Vec::as_slice));
        let records: Vec<(Shelf, Vec<Vec<u8>>)> = STORED.into_iter().zip(read).collect();
        let note = note::slot_of(slot, self.database.number());
        let interrupted = note::open(note, &self.notes.borrow());
        let read = stored(&records, clock_offset, slot_base);
        let mut stored = Stored { interrupted, ..read };
        if let Some(write) = stored.learn_from_death() {
            report("an entry is set aside that the core died of twice");
            self.database.write(vec![store::record(&write)], Durability::Strict).await?;
            note::clear();
        }
        Ok(Device::boot_recorded(profile.identity.clone(), slot, stored, Some(note::RECORDER)))
    }

    /// Asks the browser how much room there is, and takes ballast in when there is enough.
    pub(super) fn measure_storage(self: &Rc<Self>) {
        let engine = Rc::clone(self);
        spawn(async move {
            let Some(quota) = quota::estimate().await else { return };
            engine.storage.set(Some(StorageView {
                used_bytes: quota.used_bytes,
                quota_bytes: quota.granted_bytes,
                is_persistent: quota.is_persistent,
            }));
            if quota.granted_bytes.saturating_sub(quota.used_bytes) > 64 << 20
                && let Err(error) = engine.database.take_ballast().await
            {
                report(&error.to_string());
            }
            engine.refresh();
        });
    }
}
