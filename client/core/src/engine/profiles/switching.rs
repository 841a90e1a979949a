//! The phone changes hands: one hands it over, another takes it up with a PIN. Whoever comes after starts in a page of their
//! own, so that nothing of the one before stays in it.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::Rc;

use link::command::Hands;
use link::slice::{LeftView, Seat, SessionView, Slice};
use link::{Problem, ToUi};
use shared::time::{MINUTE_MS, Timestamp};

use super::leaving::{self, Unsent};
use super::roster::{self, Barred, KEY, LOCK, PIN_KEY, Pin, Roster, Start, USED};
use crate::engine::enrol::{problem, storage_problem};
use crate::engine::state::{Engine, post};
use crate::engine::store::{self, PROFILE, Profile, Record, Shelf};
use crate::platform::clock::{self, Timer};
use crate::platform::crypto::CryptoError;
use crate::platform::crypto::pin::{self, PinKey};
use crate::platform::database::{Database, DatabaseError, Durability};
use crate::platform::tabs::{self, Channel};
use crate::platform::{report, spawn};

/// The channel on which the tabs hear that the phone changes hands.
const CHANNEL: &str = "muster-hands";

/// Who uses this phone.
#[derive(Default)]
pub struct Profiles {
    /// The database of the first of them, where the roster is.
    pub(super) first: Database,
    /// What was read last; none on a phone of one person.
    pub(super) roster: RefCell<Option<Roster>>,
    channel: RefCell<Option<Channel>>,
    /// While the page can be seen, that it is used is noted again and again.
    beat: RefCell<Option<Timer>>,
    is_hidden: Cell<bool>,
    /// Somebody joins or takes the phone up just now.
    is_changing: Cell<bool>,
    /// The phone was handed over: what this page still does is nobody's.
    pub(super) is_over: Cell<bool>,
    /// What was made ready last, and whether with its photos: it need not be made again.
    pub(super) last_left: RefCell<Option<(Unsent, bool)>>,
}

/// That somebody joins or takes the phone up, until it is dropped.
pub struct Changing(Rc<Engine>);

impl Drop for Changing {
    fn drop(&mut self) {
        self.0.profiles.is_changing.set(false);
    }
}

impl Profiles {
    /// What others left to be brought along.
    pub(in crate::engine) fn left(&self) -> Vec<LeftView> {
        let roster = self.roster.borrow();
        let left = roster.iter().flat_map(Roster::left_by_others);
        left.map(|entry| LeftView { name: entry.name.clone(), unsent: entry.unsent }).collect()
    }

    /// Reads the roster as other tabs may have left it.
    pub(super) async fn read(&self) -> Result<Option<Roster>, DatabaseError> {
        Ok(Roster::read(self.first.get(Shelf::Meta, KEY).await?.as_deref()))
    }

    /// Writes it, with what goes with it.
    pub(super) async fn write(&self, roster: Roster, mut records: Vec<Record>) -> Result<(), DatabaseError> {
        records.push(roster.record());
        self.first.write(records, Durability::Strict).await?;
        self.roster.replace(Some(roster));
        Ok(())
    }

    /// What is kept of a new PIN.
    pub(super) async fn pin_of(&self, typed: &str) -> Result<Pin, Problem> {
        if !roster::is_fit(typed) {
            return Err(problem("pin-unfit", String::new()));
        }
        let salt = pin::salt().map_err(crypto_problem)?;
        let check = self.pin_key().await?.check(typed, &salt).await.map_err(crypto_problem)?;
        Ok(Pin { salt: salt.into(), check: check.into() })
    }

    async fn pin_key(&self) -> Result<PinKey, Problem> {
        let stored = self.first.get_object(PIN_KEY).await.map_err(storage_problem)?;
        if let Some(key) = PinKey::from_stored(stored) {
            return Ok(key);
        }
        let key = PinKey::generate().await.map_err(crypto_problem)?;
        self.first.put_object(PIN_KEY, key.to_stored()).await.map_err(storage_problem)?;
        Ok(key)
    }

    /// Whether a PIN is somebody's. That it was tried is on the disk before it is known.
    async fn ask(&self, roster: &mut Roster, number: u32, typed: &str) -> Result<(), Problem> {
        let tried = roster.try_pin(number, clock::now());
        self.write(roster.clone(), Vec::new()).await.map_err(storage_problem)?;
        let pin = tried.map_err(|barred| match barred {
            Barred::Unknown => problem("pin-missing", String::new()),
            Barred::Until(_) => problem("pin-wait", String::new()),
        })?;
        let check = self.pin_key().await?.check(typed, &pin.salt).await.map_err(crypto_problem)?;
        if check[..] != pin.check[..] {
            return Err(problem("pin-wrong", String::new()));
        }
        roster.pin_was_right(number);
        Ok(())
    }

    pub(super) fn say(&self) {
        if let Some(channel) = self.channel.borrow().as_ref() {
            channel.say(&[]);
        }
    }
}

fn crypto_problem(error: CryptoError) -> Problem {
    problem("crypto-missing", error.to_string())
}

/// That the phone is in use now.
pub(super) fn used(at: Timestamp) -> Record {
    Record { shelf: Shelf::Meta, key: USED.to_owned(), value: Some(store::bytes(at)) }
}

impl Engine {
    /// Opens the database of whoever goes on; none when somebody must say first who they are.
    ///
    /// # Errors
    /// When the storage cannot be read.
    pub(in crate::engine) async fn choose_profile(self: &Rc<Self>) -> Result<Option<Profile>, DatabaseError> {
        self.database.choose(0);
        let wanted = [KEY, USED, PROFILE].map(|key| (Shelf::Meta, Some(key)));
        let mut read = self.database.read_at_once(&wanted).await?.into_iter().map(|mut found| found.pop());
        let [roster, at, mut profile] = [0; 3].map(|_| read.next().flatten());
        self.hear_of_hands();
        if let Some(roster) = Roster::read(roster.as_deref()) {
            let at = at.and_then(|bytes| minicbor::decode(&bytes).ok());
            let start = roster.start(at, clock::now());
            self.profiles.roster.replace(Some(roster));
            match start {
                Start::As(0) => {}
                Start::As(number) => {
                    self.database.choose(number);
                    profile = self.database.get(Shelf::Meta, PROFILE).await?;
                }
                Start::Choice => {
                    self.end_joining().await?;
                    return Ok(None);
                }
            }
            self.note_use();
        }
        Ok(profile.and_then(|bytes| minicbor::decode(&bytes).ok()))
    }

    /// The place of whoever this page is of: their number is their database's.
    pub(in crate::engine) fn seat(&self) -> Seat {
        let number = self.database.number();
        let roster = self.profiles.roster.borrow();
        let Some(roster) = roster.as_ref() else { return Seat { number, ..Seat::default() } };
        let has_pin = roster.entry(number).is_some_and(|entry| entry.pin.is_some());
        Seat { number, is_shared: roster.is_shared(), has_pin }
    }

    /// Shows whose phone it is.
    pub(in crate::engine) fn show_person(&self, profile: &Profile) {
        post(&ToUi::Slice(Box::new(Slice::Session(profile.session(self.seat())))));
    }

    /// Answers a command about whose the phone is, with what comes of it. When nobody has come in, who could is shown, whatever
    /// was shown meanwhile.
    pub(in crate::engine) fn settle(
        self: &Rc<Self>,
        command: u32,
        work: impl Future<Output = Result<(), Problem>> + 'static,
    ) {
        let engine = Rc::clone(self);
        spawn(async move {
            match work.await {
                Ok(()) => post(&ToUi::Done(command)),
                Err(problem) => {
                    if engine.phone.borrow().is_none() {
                        engine.show_choice();
                    }
                    post(&ToUi::Failed(command, problem));
                }
            }
        });
    }

    /// Shows who can take the phone up, or that nobody has joined it.
    pub(in crate::engine) fn show_choice(&self) {
        let roster = self.profiles.roster.borrow();
        let view = roster.as_ref().map(|roster| SessionView::Choice(roster.view(clock::now())));
        post(&ToUi::Slice(Box::new(Slice::Session(view.unwrap_or(SessionView::Nobody)))));
    }

    /// Another tab hands the phone over, or takes it up: this one starts anew.
    fn hear_of_hands(&self) {
        let channel = Channel::open(CHANNEL, |_| post(&ToUi::Restart));
        self.profiles.channel.replace(channel);
    }

    /// Begins to join or to take the phone up.
    ///
    /// # Errors
    /// When somebody is in, or somebody does already.
    pub(in crate::engine) fn change_hands(self: &Rc<Self>) -> Result<Changing, Problem> {
        if self.phone.borrow().is_some() {
            return Err(problem("already-enrolled", String::new()));
        }
        if self.profiles.is_changing.replace(true) {
            return Err(problem("busy", String::new()));
        }
        Ok(Changing(Rc::clone(self)))
    }

    /// Does what is asked about whose the phone is.
    pub(in crate::engine) fn take_in_hand(self: &Rc<Self>, command: u32, hands: Hands) {
        let engine = Rc::clone(self);
        self.settle(command, async move {
            match hands {
                Hands::HandOver => engine.hand_over().await,
                Hands::TakeUp { number, pin } => engine.take_up(number, &pin).await,
                Hands::Recover { number, code, pin } => engine.recover(number, &code, &pin).await,
                Hands::SetPin { pin, before } => engine.set_pin(&pin, &before).await,
            }
        });
    }

    /// Hands the phone over.
    async fn hand_over(self: &Rc<Self>) -> Result<(), Problem> {
        // Another tab may have chosen it.
        if let Some(roster) = self.profiles.read().await.map_err(storage_problem)? {
            self.profiles.roster.replace(Some(roster));
        }
        if !self.seat().has_pin {
            return Err(problem("pin-missing", String::new()));
        }
        // The hand-over itself is not answered yet.
        self.leave(1, true).await.map_err(storage_problem)?;
        self.lock().await.map_err(storage_problem)
    }

    /// Nobody uses the phone from now on.
    async fn lock(&self) -> Result<(), DatabaseError> {
        let _lock = tabs::hold(LOCK).await;
        if let Some(roster) = self.profiles.read().await? {
            // Whoever has taken it up meanwhile keeps it.
            let active = roster.active.filter(|active| *active != self.database.number());
            self.profiles.write(Roster { active, ..roster }, Vec::new()).await?;
        }
        self.profiles.is_over.set(true);
        self.profiles.say();
        post(&ToUi::Restart);
        Ok(())
    }

    /// Somebody takes it up.
    async fn take_up(self: &Rc<Self>, number: u32, pin: &str) -> Result<(), Problem> {
        let _changing = self.change_hands()?;
        {
            let _lock = tabs::hold(LOCK).await;
            let roster = self.profiles.read().await.map_err(storage_problem)?;
            let mut roster = roster.ok_or_else(|| problem("pin-missing", String::new()))?;
            self.profiles.ask(&mut roster, number, pin).await?;
            self.seize(roster, number).await.map_err(storage_problem)?;
        }
        self.sit_down(number).await
    }

    /// Writes that the phone is somebody's now. What they left is theirs again: they send it themselves.
    pub(super) async fn seize(&self, mut roster: Roster, number: u32) -> Result<(), DatabaseError> {
        roster.active = Some(number);
        let mut records = vec![used(clock::now())];
        records.extend(leaving::taken_back(&mut roster, number));
        self.profiles.write(roster, records).await
    }

    /// Goes on as whoever the phone is of now; the other tabs start anew.
    pub(super) async fn sit_down(self: &Rc<Self>, number: u32) -> Result<(), Problem> {
        self.profiles.say();
        self.database.choose(number);
        let profile = self.database.get(Shelf::Meta, PROFILE).await.map_err(storage_problem)?;
        let profile = profile.and_then(|bytes| minicbor::decode(&bytes).ok());
        let profile = profile.ok_or_else(|| problem("storage-failed", "no profile".to_owned()))?;
        self.go_on_as(profile).await.map_err(storage_problem)?;
        self.note_use();
        Ok(())
    }

    /// Chooses a PIN.
    async fn set_pin(self: &Rc<Self>, typed: &str, before: &str) -> Result<(), Problem> {
        let profile = self.phone.borrow().as_ref().map(|phone| phone.profile.clone());
        let profile = profile.ok_or_else(|| problem("not-enrolled", String::new()))?;
        let pin = self.profiles.pin_of(typed).await?;
        let _lock = tabs::hold(LOCK).await;
        let read = self.profiles.read().await.map_err(storage_problem)?;
        let mut roster = read.unwrap_or_else(|| Roster::of_first(&profile));
        let number = self.database.number();
        if roster.entry(number).is_some_and(|entry| entry.pin.is_some()) {
            if before.is_empty() {
                // Another tab has chosen one meanwhile: nobody has mistaken it.
                self.profiles.roster.replace(Some(roster));
                self.show_person(&profile);
                return Err(problem("gone-on", String::new()));
            }
            self.profiles.ask(&mut roster, number, before).await?;
        }
        if let Some(entry) = roster.entry_mut(number) {
            entry.pin = Some(pin);
        }
        self.profiles.write(roster, vec![used(clock::now())]).await.map_err(storage_problem)?;
        self.show_person(&profile);
        Ok(())
    }

    /// The page was hidden, or is seen again.
    pub(in crate::engine) fn seen(self: &Rc<Self>, is_visible: bool) {
        self.profiles.is_hidden.set(!is_visible);
        if self.phone.borrow().is_none() {
            return;
        }
        if !is_visible {
            self.profiles.beat.take();
        }
        let engine = Rc::clone(self);
        spawn(async move {
            let outcome = if is_visible { engine.look_again().await } else { engine.put_away().await };
            if let Err(error) = outcome {
                report(&error.to_string());
            }
        });
    }

    /// Hidden: what is unsent is made ready, for the phone may be in other hands when it is seen again.
    async fn put_away(self: &Rc<Self>) -> Result<(), DatabaseError> {
        if !self.seat().is_shared {
            return Ok(());
        }
        self.profiles.first.write(vec![used(clock::now())], Durability::Relaxed).await?;
        self.leave(0, false).await
    }

    /// Seen again: it may be another's by now, or have been out of use for too long.
    async fn look_again(self: &Rc<Self>) -> Result<(), DatabaseError> {
        let Some(roster) = self.profiles.read().await? else { return Ok(()) };
        let at = self.profiles.first.get(Shelf::Meta, USED).await?;
        let at = at.and_then(|bytes| minicbor::decode(&bytes).ok());
        match roster.start(at, clock::now()) {
            Start::As(number) if number == self.seat().number => {
                self.note_use();
                Ok(())
            }
            Start::As(_) => {
                post(&ToUi::Restart);
                Ok(())
            }
            Start::Choice => {
                // Nobody sees more of it while what is unsent is made ready.
                self.profiles.roster.replace(Some(roster));
                self.show_choice();
                if let Err(error) = self.leave(0, false).await {
                    report(&error.to_string());
                }
                let locked = self.lock().await;
                // Whatever became of it, the next start asks.
                post(&ToUi::Restart);
                locked
            }
        }
    }

    /// Notes that a shared phone is in use, now and every minute.
    pub(super) fn note_use(self: &Rc<Self>) {
        if !self.seat().is_shared || self.profiles.is_hidden.get() {
            return;
        }
        let engine = Rc::clone(self);
        let beat = Timer::after(MINUTE_MS, move || engine.note_use());
        self.profiles.beat.replace(Some(beat));
        let engine = Rc::clone(self);
        spawn(async move {
            // Losing it asks for a PIN once too often.
            let _ = engine.profiles.first.write(vec![used(clock::now())], Durability::Relaxed).await;
        });
    }
}
