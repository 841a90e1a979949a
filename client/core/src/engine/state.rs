//! The engine and what it holds. One instance, on one thread: every input is handled to its end before the next.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use link::slice::{BoardSlice, Slice, StorageView};
use link::{Note, Problem, ToUi};
use shared::domain::round::RoundName;
use shared::ids::{AssetId, StationCode};
use shared::sync::device::{Device, Effect, Input};

use super::board::Board;
use super::carry::Carry;
use super::line::Line;
use super::photos::Photos;
use super::profiles::Profiles;
use super::store::{self, Profile, Record, Shelf};
use super::tabs::Tabs;
use super::watch;
use crate::platform::clock::Timer;
use crate::platform::crypto::KeyPair;
use crate::platform::database::{Database, Durability};
use crate::platform::{clock, interface, random, spawn};

/// Milliseconds from one making of today's list to the next while a round is on the screen.
const TODAY_MS: i64 = 2_000;

/// The engine.
#[derive(Default)]
pub struct Engine {
    pub(super) database: Database,
    pub(super) phone: RefCell<Option<Phone>>,
    pub(super) open_round: RefCell<Option<RoundName>>,
    /// Whose register is on the screen; inside, none for the own one.
    pub(super) open_register: RefCell<Option<Option<StationCode>>>,
    /// Which thing is on the screen.
    pub(super) open_asset: RefCell<Option<(StationCode, AssetId)>>,
    /// Whether a screen of defects or needs is shown.
    pub(super) is_handled_open: Cell<bool>,
    /// Whether the station's own lines are on the screen.
    pub(super) is_lines_open: Cell<bool>,
    pub(super) open_count: RefCell<Option<watch::scan::CountPlace>>,
    pub(super) storage: Cell<Option<StorageView>>,
    pub(super) line: Line,
    pub(super) board: Board,
    pub(super) tabs: Tabs,
    pub(super) photos: Photos,
    pub(super) carry: Carry,
    pub(super) profiles: Profiles,
    /// What the page kept of the lives before this one.
    pub(super) notes: RefCell<Vec<Note>>,
    /// The timer that the phone's end asked for.
    pub(super) wake: RefCell<Option<Timer>>,
    /// When the bureau's day ends, what is due is another day's.
    midnight: RefCell<Option<Timer>>,
    stale: Cell<Stale>,
    flush: RefCell<Option<Timer>>,
    today_later: RefCell<Option<Timer>>,
    is_today_asked: Cell<bool>,
    sent: RefCell<Sent>,
    sightings: RefCell<watch::register::Sightings>,
}

/// An enrolled phone.
pub struct Phone {
    pub(super) profile: Profile,
    pub(super) key: KeyPair,
    pub(super) device: Device,
}

/// Which slices must be made again.
#[derive(Debug, Clone, Copy, Default)]
struct Stale {
    today: bool,
    round: bool,
    register: bool,
    sync: bool,
    photos: bool,
    handled: bool,
}

impl Stale {
    const ALL: Self =
        Self { today: true, round: true, register: true, sync: true, photos: true, handled: true };
}

/// The messages that the interface has: a slice that is the same is not sent again.
#[derive(Default)]
struct Sent {
    today: Vec<u8>,
    round: Vec<u8>,
    register: Vec<u8>,
    asset: Vec<u8>,
    sync: Vec<u8>,
    carry: Vec<u8>,
    photos: Vec<u8>,
    alarm: Vec<u8>,
    defects: Vec<u8>,
    needs: Vec<u8>,
    count: Vec<u8>,
    lines: Vec<u8>,
}

impl Engine {
    /// Feeds the phone's end and performs what it asks for.
    pub(super) fn input(self: &Rc<Self>, input: Input) {
        let effects = match self.phone.borrow_mut().as_mut() {
            Some(phone) => phone.device.handle(clock::now(), random::number(), input),
            None => return,
        };
        for effect in effects {
            self.perform(effect);
        }
    }

    /// Notes what reads differently now.
    pub(super) fn changed(self: &Rc<Self>, effect: &Effect) {
        let mut stale = self.stale.get();
        match effect {
            Effect::Changed(documents) => {
                stale.today |= !documents.is_empty();
                stale.round |= !documents.is_empty();
                stale.register |= !documents.is_empty();
                stale.handled |= !documents.is_empty();
            }
            // The last pull may bring nothing, and yet it is what makes a view whole.
            _ => {
                stale = Stale::ALL;
                self.send_photos_soon();
                self.deliver_soon();
            }
        }
        self.stale.set(stale);
        self.flush_soon();
    }

    /// Everything on the screen is made again: the day may have changed, or the interface is new.
    pub(super) fn refresh(self: &Rc<Self>) {
        self.stale.set(Stale::ALL);
        self.flush_soon();
    }

    /// What is kept of photos is another than it was.
    pub(super) fn photos_changed(self: &Rc<Self>) {
        self.stale.set(Stale { photos: true, ..self.stale.get() });
        self.flush_soon();
    }

    /// The open round is sent whole, even when it is the one that was sent last.
    pub(super) fn resend_round(self: &Rc<Self>) {
        self.sent.borrow_mut().round.clear();
        self.refresh();
    }

    /// The open register and thing are sent whole, even when they are what was sent last.
    pub(super) fn resend_register(self: &Rc<Self>) {
        let mut sent = self.sent.borrow_mut();
        sent.register.clear();
        sent.asset.clear();
        drop(sent);
        self.refresh();
    }

    /// The open line that collects scans is sent whole, even when it is the one that was sent last.
    pub(super) fn resend_count(self: &Rc<Self>) {
        self.sent.borrow_mut().count.clear();
        self.refresh();
    }

    /// The station's own lines are sent whole, even when they are what was sent last.
    pub(super) fn resend_lines(self: &Rc<Self>) {
        self.sent.borrow_mut().lines.clear();
        self.refresh();
    }

    /// Has today's list made again in a moment, once for all that changes until then.
    fn ask_for_today(self: &Rc<Self>) {
        let mut later = self.today_later.borrow_mut();
        if later.is_none() {
            let engine = Rc::clone(self);
            *later = Some(Timer::after(TODAY_MS, move || {
                engine.today_later.borrow_mut().take();
                engine.is_today_asked.set(true);
                engine.flush();
            }));
        }
    }

    fn flush_soon(self: &Rc<Self>) {
        let mut flush = self.flush.borrow_mut();
        if flush.is_none() {
            let engine = Rc::clone(self);
            *flush = Some(Timer::after(0, move || engine.flush()));
        }
    }

    /// Makes stale slices and sends those that differ.
    pub(super) fn flush(self: &Rc<Self>) {
        self.flush.borrow_mut().take();
        let stale = self.stale.take();
        let mut phone = self.phone.borrow_mut();
        let Some(Phone { device, .. }) = phone.as_mut() else { return };
        let mut sent = self.sent.borrow_mut();
        if stale.sync {
            send(&mut sent.sync, Slice::Sync(watch::sync::view(device, self.storage.get())));
        }
        if stale.sync || stale.photos {
            let left = self.profiles.left();
            let view = self.carry.view(device, |photo| self.photos.is_waiting(photo), left);
            send(&mut sent.carry, Slice::Carry(view));
        }
        if stale.photos {
            send(&mut sent.photos, Slice::Photos(self.photos.view()));
        }
        if stale.handled
            && self.is_lines_open.get()
            && let Some(view) = watch::lines::view(device)
        {
            send(&mut sent.lines, Slice::Lines(view));
        }
        if stale.handled {
            send(&mut sent.alarm, Slice::Alarm(watch::handled::alarm(device)));
            if self.is_handled_open.get() {
                let now = clock::now();
                send(&mut sent.defects, Slice::Defects(watch::handled::defects(device, now)));
                send(&mut sent.needs, Slice::Needs(watch::handled::needs(device, now)));
            }
        }
        if stale.round
            && let Some(name) = self.open_round.borrow().as_ref()
        {
            if let Some(view) = watch::inspection::view(device, name) {
                send(&mut sent.round, Slice::Inspection(view));
            } else if let Some(view) = watch::round::view(device, name) {
                send(&mut sent.round, Slice::Round(view));
            }
        }
        if stale.register {
            self.send_register(device, &mut sent);
        }
        if stale.round
            && let Some(place) = self.open_count.borrow().as_ref()
            && let Some(view) = watch::scan::count(device, place)
        {
            send(&mut sent.count, Slice::Count(view));
        }
        // Nobody sees what is due while a round is on the screen, and every tap in it would have it counted again; what is
        // kept of it is what a phone starts with after its battery died there.
        if stale.today && self.open_round.borrow().is_some() && !self.is_today_asked.take() {
            self.stale.set(Stale { today: true, ..self.stale.get() });
            self.ask_for_today();
        } else if stale.today {
            let now = clock::now();
            let view = watch::today::view(device, now);
            let at = device.corrected(now);
            let change = device.calendar().changes_after(at, device.identity().zone);
            let engine = Rc::clone(self);
            let refresh = Timer::after(change.since(at), move || engine.refresh());
            self.midnight.replace(Some(refresh));
            let is_loaded = view.is_loaded;
            if send(&mut sent.today, Slice::Today(view)) && is_loaded {
                self.keep_snapshot(store::TODAY, sent.today.clone());
            }
        }
    }

    /// The open register, and the open thing of it.
    fn send_register(&self, device: &mut Device, sent: &mut Sent) {
        let now = clock::now();
        let mut sightings = self.sightings.borrow_mut();
        sightings.look_again();
        if let Some(station) = self.open_register.borrow().as_ref()
            && let Some(view) = watch::register::list(device, &mut sightings, now, station.as_ref())
        {
            send(&mut sent.register, Slice::Register(view));
        }
        if let Some((station, asset)) = self.open_asset.borrow().as_ref()
            && let Some(view) = watch::register::asset(device, &mut sightings, now, station, asset)
        {
            send(&mut sent.asset, Slice::Asset(view));
        }
    }

    /// Keeps what the screen shows, so that the next start paints it before anything else. Losing it costs nothing.
    pub(super) fn keep_snapshot(self: &Rc<Self>, key: &str, bytes: Vec<u8>) {
        let record = Record { shelf: Shelf::Snapshot, key: key.to_owned(), value: Some(bytes) };
        let engine = Rc::clone(self);
        spawn(async move {
            let _ = engine.database.write(vec![record], Durability::Relaxed).await;
        });
    }

    /// Sends the board's slice.
    pub(super) fn send_board(&self, slice: BoardSlice) {
        post(&ToUi::Slice(Box::new(Slice::Board(slice))));
    }
}

/// Posts a slice unless the interface has it.
fn send(sent: &mut Vec<u8>, slice: Slice) -> bool {
    let message = ToUi::Slice(Box::new(slice)).to_bytes();
    if *sent == message {
        return false;
    }
    interface::post(&message);
    *sent = message;
    true
}

thread_local! {
    /// Commands that were not answered yet.
    static OPEN: Cell<u32> = const { Cell::new(0) };
}

/// A command has come, and will be answered.
pub(super) fn command_came() {
    OPEN.set(OPEN.get() + 1);
}

/// How many commands were not answered yet.
pub(super) fn open_commands() -> u32 {
    OPEN.get()
}

/// Posts a message to the interface.
pub(super) fn post(message: &ToUi) {
    if let ToUi::Done(_) | ToUi::Failed(..) = message {
        OPEN.set(OPEN.get().saturating_sub(1));
    }
    interface::post(&message.to_bytes());
}

/// Tells that a command was not done.
pub(super) fn fail(command: u32, code: &str, detail: String) {
    post(&ToUi::Failed(command, Problem { code: code.to_owned(), detail }));
}
