//! What this tab says to the other tabs of this phone, and what it hears from them. It is taken one after the other: what
//! somebody began and was not heard to end is looked up on the disk first, for what comes next may build on it.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use shared::sync::device::{Hearsay, Input, Saying, Write};

use super::state::Engine;
use super::store::{self, Record, Shelf};
use crate::platform::clock::{self, Timer};
use crate::platform::database::Durability;
use crate::platform::tabs::Channel;
use crate::platform::{random, report, spawn, tabs};

/// Milliseconds after which a transaction of another tab is looked up if its end was not heard.
const DOUBT_MS: i64 = 3_000;

/// What this tab learns of the others, in order.
enum Heard {
    Said(Saying),
    /// The one that synced is gone: it is this tab's turn.
    Turn,
}

/// This tab among the others.
pub struct Tabs {
    /// Its name.
    tab: u64,
    channel: RefCell<Option<Channel>>,
    /// Counts its transactions.
    number: Cell<u32>,
    /// What was said of the one under way.
    begun: RefCell<Option<Vec<u8>>>,
    heard: RefCell<VecDeque<Heard>>,
    hearsay: RefCell<Hearsay>,
    is_taking: Cell<bool>,
    doubt: RefCell<Option<Timer>>,
}

impl Default for Tabs {
    fn default() -> Self {
        Self {
            tab: random::number(),
            channel: RefCell::default(),
            number: Cell::default(),
            begun: RefCell::default(),
            heard: RefCell::default(),
            hearsay: RefCell::default(),
            is_taking: Cell::default(),
            doubt: RefCell::default(),
        }
    }
}

impl Tabs {
    fn say(&self, bytes: &[u8]) {
        if let Some(channel) = self.channel.borrow().as_ref() {
            channel.say(bytes);
        }
    }

    /// Says that a transaction begins; gives the record that tells later that it ended.
    pub(super) fn begin(&self, writes: Vec<Write>) -> Record {
        let (tab, number) = (self.tab, self.number.get().wrapping_add(1));
        self.number.set(number);
        let bytes = store::bytes(Saying::Begun { tab, number, writes });
        self.say(&bytes);
        self.begun.replace(Some(bytes));
        store::transaction(tab, number, clock::now())
    }

    /// Whether one is under way.
    pub(super) fn is_writing(&self) -> bool {
        self.begun.borrow().is_some()
    }

    /// Says that it has ended.
    pub(super) fn end(&self, is_durable: bool) {
        self.begun.take();
        self.say(&store::bytes(Saying::Ended { tab: self.tab, is_durable }));
    }
}

impl Engine {
    /// Listens to the other tabs from now on.
    pub(super) fn listen(self: &Rc<Self>) {
        let engine = Rc::clone(self);
        let name = tabs::own("muster", self.database.number());
        let channel = Channel::open(&name, move |bytes| match minicbor::decode::<Saying>(&bytes) {
            Ok(saying) => engine.hear(saying),
            Err(error) => report(&error.to_string()),
        });
        self.tabs.channel.replace(channel);
        self.tabs.say(&store::bytes(Saying::Hello));
    }

    fn hear(self: &Rc<Self>, saying: Saying) {
        if saying == Saying::Hello {
            if let Some(begun) = self.tabs.begun.borrow().as_ref() {
                self.tabs.say(begun);
            }
            return;
        }
        self.tabs.heard.borrow_mut().push_back(Heard::Said(saying));
        self.take_heard();
    }

    /// This tab is the one that syncs, once it has taken what the one before it wrote and may not have lived to tell.
    pub(super) fn take_turn(self: &Rc<Self>) {
        self.tabs.heard.borrow_mut().push_back(Heard::Turn);
        self.take_heard();
        self.forget_tabs();
    }

    /// Takes what was heard, unless this tab is still starting or is at it.
    pub(super) fn take_heard(self: &Rc<Self>) {
        if self.phone.borrow().is_none() || self.tabs.is_taking.replace(true) {
            return;
        }
        let engine = Rc::clone(self);
        spawn(async move {
            while let Some(heard) = engine.next_heard() {
                engine.take(heard).await;
            }
            engine.tabs.is_taking.set(false);
            engine.doubt();
        });
    }

    fn next_heard(&self) -> Option<Heard> {
        self.tabs.heard.borrow_mut().pop_front()
    }

    async fn take(self: &Rc<Self>, heard: Heard) {
        let input = match heard {
            Heard::Turn => Input::MayLink(true),
            Heard::Said(saying) => {
                let written = self.tabs.hearsay.borrow_mut().hear(saying);
                let Some(writes) = written else { return };
                Input::FromOtherTab(writes)
            }
        };
        self.look_up().await;
        self.input(input);
    }

    /// Tidies up after tabs that are long gone: one of the tabs does, and not while it starts.
    fn forget_tabs(self: &Rc<Self>) {
        let engine = Rc::clone(self);
        spawn(async move {
            let read = engine.database.read_at_once(&[(Shelf::Tabs, None)]).await;
            let old = read.map(|read| store::forget_tabs(&read.concat(), clock::now())).unwrap_or_default();
            if !old.is_empty() {
                // What stays is dropped the next time.
                let _ = engine.database.write(old, Durability::Relaxed).await;
            }
        });
    }

    /// Looks again after a while if something was begun and is not heard to end.
    fn doubt(self: &Rc<Self>) {
        let engine = Rc::clone(self);
        let look = move || spawn(async move { engine.look_up().await });
        let is_clear = self.tabs.hearsay.borrow().is_clear();
        self.tabs.doubt.replace((!is_clear).then(|| Timer::after(DOUBT_MS, look)));
    }

    /// Takes what other tabs wrote and did not live to tell.
    async fn look_up(self: &Rc<Self>) {
        let doubtful = self.tabs.hearsay.borrow().doubtful();
        for (tab, number) in doubtful {
            if !self.is_on_disk(tab, number).await {
                continue;
            }
            let found = self.tabs.hearsay.borrow_mut().found(tab, number);
            if let Some(writes) = found {
                self.input(Input::FromOtherTab(writes));
            }
        }
    }

    async fn is_on_disk(&self, tab: u64, number: u32) -> bool {
        match self.database.get(Shelf::Tabs, &tab.to_string()).await {
            Ok(record) => record.is_some_and(|record| store::is_transaction(&record, number)),
            Err(error) => {
                report(&error.to_string());
                false
            }
        }
    }
}
