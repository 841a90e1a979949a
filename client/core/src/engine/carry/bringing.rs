//! Files of colleagues: looked at, delivered, or kept until there is a network. Whoever carries one cannot read it; it goes
//! to the relay as it is, and leaves this phone only after the relay's answer.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;

use link::ToUi;
use link::slice::{BroughtView, CarryView, LeftView, ReadyView};
use shared::api::bundle::Brought;
use shared::carry::Envelope;
use shared::limits::BUNDLE_BYTES_MAX;
use shared::sync::device::{Device, LinkState};

use super::kept::{self, Carried, Handed, KEY, Kept};
use crate::engine::line::{SessionError, problem_word};
use crate::engine::state::{Engine, fail, post};
use crate::engine::store::{Record, Shelf};
use crate::platform::clock::{self, Timer};
use crate::platform::database::{DatabaseError, Durability};
use crate::platform::photo::Posted;
use crate::platform::{http, report, spawn, tabs};

/// Milliseconds before a delivery is tried again when the relay is busy or the line broke; twice as many each time, as often
/// as [`DOUBLINGS_MAX`].
const RETRY_MS: i64 = 15_000;
/// How often the wait doubles: half an hour at most.
const DOUBLINGS_MAX: u32 = 7;
/// The lock under which what is remembered is changed: another tab may do the same.
const LOCK: &str = "carry";

/// Bundles on this phone.
#[derive(Default)]
pub struct Carry {
    kept: RefCell<Kept>,
    /// The file that was made and not handed out yet.
    pub(super) made: RefCell<Option<(ReadyView, Handed)>>,
    is_delivering: Cell<bool>,
    /// Deliveries in a row that left something here.
    failures: Cell<u32>,
    retry: RefCell<Option<Timer>>,
}

/// What the relay says to a file.
enum Answer {
    /// It has it.
    Taken(BroughtView),
    /// It will never take it.
    Refused(&'static str),
    /// Not now.
    Later(&'static str),
}

impl Carry {
    /// The slice.
    pub(in crate::engine) fn view(
        &self,
        device: &Device,
        is_photo_waiting: impl Fn(&shared::ids::PhotoHash) -> bool,
        left: Vec<LeftView>,
    ) -> CarryView {
        let kept = self.kept.borrow();
        let waits = |(document, hash): &(_, _)| device.is_waiting(*document, *hash);
        CarryView {
            handed: kept.handed.as_ref().map(|handed| handed.view(waits, is_photo_waiting)),
            ready: self.made.borrow().as_ref().map(|(ready, _)| ready.clone()),
            carried: kept.carried.iter().map(|carried| (carried.at, carried.bytes)).collect(),
            brought: kept.brought.clone(),
            left,
        }
    }
}

impl Engine {
    /// Reads what is remembered, as other tabs may have left it.
    pub(in crate::engine) fn read_carry(self: &Rc<Self>) {
        let engine = Rc::clone(self);
        spawn(async move {
            match engine.kept_carry().await {
                Ok(kept) => drop(engine.carry.kept.replace(kept)),
                Err(error) => report(&error.to_string()),
            }
            engine.refresh();
            engine.deliver_soon();
        });
    }

    async fn kept_carry(&self) -> Result<Kept, DatabaseError> {
        if let Some(kept) = Kept::read(self.database.get(Shelf::Meta, KEY).await?.as_deref()) {
            return Ok(kept);
        }
        // The files are colleagues' only ones, perhaps: they are found without it.
        let files = self.database.read_at_once(&[(Shelf::Carried, None)]).await?;
        Ok(Kept::found(files.iter().flatten().map(Vec::as_slice), clock::now()))
    }

    /// Changes what is remembered, and other records with it.
    async fn change_carry(
        &self,
        mut records: Vec<Record>,
        change: impl FnOnce(&mut Kept),
    ) -> Result<(), DatabaseError> {
        let _lock = tabs::hold(LOCK).await;
        let mut kept = self.kept_carry().await?;
        change(&mut kept);
        records.push(kept.record());
        self.database.write(records, Durability::Strict).await?;
        self.carry.kept.replace(kept);
        Ok(())
    }

    /// Changes what is remembered, and answers.
    pub(super) fn keep_carry(self: &Rc<Self>, command: u32, change: impl FnOnce(&mut Kept) + 'static) {
        let engine = Rc::clone(self);
        spawn(async move {
            let changed = engine.change_carry(Vec::new(), change).await;
            engine.refresh();
            engine.flush();
            match changed {
                Ok(()) => post(&ToUi::Done(command)),
                Err(error) => fail(command, not_kept(&error), error.to_string()),
            }
        });
    }

    /// Takes a colleague's file: keeps it, and delivers it now or as soon as that can be done.
    pub(in crate::engine) fn bring_bundle(self: &Rc<Self>, command: u32, posted: Option<Posted>) {
        let engine = Rc::clone(self);
        spawn(async move {
            let outcome = engine.try_bringing(posted).await;
            engine.refresh();
            engine.flush();
            match outcome {
                Ok(()) => post(&ToUi::Done(command)),
                Err(code) => fail(command, code, String::new()),
            }
        });
    }

    async fn try_bringing(self: &Rc<Self>, posted: Option<Posted>) -> Result<(), &'static str> {
        let posted = posted.ok_or("bundle-unreadable")?;
        if posted.length() > BUNDLE_BYTES_MAX {
            return Err("bundle-too-large");
        }
        let file = posted.bytes().await.map_err(|_| "bundle-unreadable")?;
        let own = self.phone.borrow().as_ref().map(|phone| phone.profile.identity.bureau.clone());
        let (envelope, ..) = Envelope::read(&file).map_err(|error| error.word())?;
        if envelope.bureau != own.ok_or("not-enrolled")? {
            return Err("bundle-foreign");
        }
        let Carried { key, bytes, .. } = Carried::of(&file, clock::now());
        // On the disk first: the app may die before the relay has answered. What has no room here may be delivered all the
        // same.
        let is_kept = self.keep_file(&key, &file, bytes).await;
        if is_kept.is_ok() && self.carry.is_delivering.replace(true) {
            // What is being delivered goes on with this one.
            self.deliver_later();
            return Ok(());
        }
        let outcome = match self.ask_relay(&file).await {
            Answer::Taken(outcome) => {
                let noted = self.let_go(&key, |kept| kept.done(&key, outcome)).await;
                noted.map_err(|error| not_kept(&error))
            }
            Answer::Refused(code) => {
                // Why is told as the command's outcome.
                let noted = self.let_go(&key, |kept| kept.forget(&key)).await;
                noted.map_err(|error| not_kept(&error)).and(Err(code))
            }
            Answer::Later(_) => is_kept.map(|()| self.deliver_later()),
        };
        if is_kept.is_ok() {
            self.carry.is_delivering.set(false);
            // Others that are carried may have waited for this one.
            self.deliver_soon();
        }
        outcome
    }

    async fn keep_file(self: &Rc<Self>, key: &str, file: &[u8], bytes: u64) -> Result<(), &'static str> {
        if !self.carry.kept.borrow().has_room(key, bytes) {
            return Err("bundle-no-room");
        }
        let record = Record { shelf: Shelf::Carried, key: key.to_owned(), value: Some(file.to_vec()) };
        let carried = Carried::of(file, clock::now());
        let kept = self.change_carry(vec![record], |kept| kept.take(carried)).await;
        self.refresh();
        kept.map_err(|error| not_kept(&error))
    }

    /// Delivers what is carried, unless it is being done, nothing is, or there is no line here.
    pub(in crate::engine) fn deliver_soon(self: &Rc<Self>) {
        let is_carrying = !self.carry.kept.borrow().carried.is_empty() || !self.profiles.left().is_empty();
        let is_due = is_carrying && self.carry.retry.borrow().is_none();
        let is_online = {
            let phone = self.phone.borrow();
            phone.as_ref().is_some_and(|phone| phone.device.status().link == LinkState::Online)
        };
        if !is_due || !is_online || self.carry.is_delivering.replace(true) {
            return;
        }
        let engine = Rc::clone(self);
        spawn(async move {
            let (own, left) = (engine.deliver().await, engine.deliver_left().await);
            let is_done = own && left;
            engine.carry.is_delivering.set(false);
            engine.carry.failures.set(if is_done { 0 } else { engine.carry.failures.get() + 1 });
            if !is_done {
                engine.deliver_later();
            }
            engine.refresh();
        });
    }

    fn deliver_later(self: &Rc<Self>) {
        let doublings = self.carry.failures.get().saturating_sub(1).min(DOUBLINGS_MAX);
        let engine = Rc::clone(self);
        let retry = Timer::after(RETRY_MS << doublings, move || {
            engine.carry.retry.take();
            engine.deliver_soon();
        });
        self.carry.retry.replace(Some(retry));
    }

    /// Delivers one after the other; whether all of them are. One that the relay has no answer to holds up no other.
    async fn deliver(self: &Rc<Self>) -> bool {
        let mut left = BTreeSet::new();
        loop {
            let Ok(kept) = self.kept_carry().await else { return false };
            let next = kept.carried.into_iter().find(|carried| !left.contains(&carried.key));
            let Some(Carried { key, .. }) = next else { return left.is_empty() };
            let outcome = match self.database.get(Shelf::Carried, &key).await {
                Ok(Some(file)) => match self.ask_relay(&file).await {
                    Answer::Taken(outcome) => outcome,
                    Answer::Refused(code) => kept::refused(clock::now(), code),
                    Answer::Later("offline") => return false,
                    Answer::Later(_) => {
                        left.insert(key);
                        continue;
                    }
                },
                // Another tab has delivered it meanwhile; if it has not, the file is lost.
                Ok(None) if !self.is_carried(&key).await => continue,
                Ok(None) => kept::refused(clock::now(), "bundle-damaged"),
                Err(_) => return false,
            };
            if let Err(error) = self.let_go(&key, |kept| kept.done(&key, outcome)).await {
                report(&error.to_string());
                return false;
            }
            self.refresh();
        }
    }

    /// Drops a file, and notes what became of it.
    async fn let_go(&self, key: &str, note: impl FnOnce(&mut Kept)) -> Result<(), DatabaseError> {
        let gone = Record { shelf: Shelf::Carried, key: key.to_owned(), value: None };
        self.change_carry(vec![gone], note).await
    }

    async fn is_carried(&self, key: &str) -> bool {
        self.kept_carry().await.is_ok_and(|kept| kept.carried.iter().any(|carried| carried.key == key))
    }

    /// Brings in a file that is kept elsewhere.
    ///
    /// # Errors
    /// When the relay has no answer to it yet, and why.
    pub(in crate::engine) async fn brought_in(
        self: &Rc<Self>,
        file: &[u8],
    ) -> Result<BroughtView, &'static str> {
        match self.ask_relay(file).await {
            Answer::Taken(outcome) => Ok(outcome),
            Answer::Refused(code) => Ok(kept::refused(clock::now(), code)),
            Answer::Later(code) => Err(code),
        }
    }

    /// Notes what became of it.
    ///
    /// # Errors
    /// When the storage fails.
    pub(in crate::engine) async fn note_brought(&self, outcome: BroughtView) -> Result<(), DatabaseError> {
        self.change_carry(Vec::new(), |kept| kept.note(outcome)).await
    }

    async fn ask_relay(self: &Rc<Self>, file: &[u8]) -> Answer {
        match self.ensure_session().await {
            Ok(()) => {}
            Err(SessionError::Unreachable) => return Answer::Later("offline"),
            Err(SessionError::Problem(code)) => return Answer::Later(code),
        }
        let Ok(reply) = http::deliver("/api/bundles", file).await else { return Answer::Later("offline") };
        if reply.is_ok() {
            return match serde_json::from_slice::<Brought>(&reply.body) {
                Ok(brought) => Answer::Taken(kept::taken(clock::now(), brought)),
                Err(_) => Answer::Later("internal"),
            };
        }
        match problem_word(&reply) {
            Some(code) if code.starts_with("bundle-") || code == "version-unknown" => Answer::Refused(code),
            Some(code) => Answer::Later(code),
            // A proxy's own page: it may be about this file, as that it is too large.
            None if reply.status < 500 => Answer::Later("internal"),
            None => Answer::Later("offline"),
        }
    }
}

fn not_kept(error: &DatabaseError) -> &'static str {
    if *error == DatabaseError::Full { "storage-full" } else { "storage-failed" }
}
