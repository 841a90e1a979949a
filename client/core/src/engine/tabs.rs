//! What this tab says to the other tabs of this phone, and what it hears from them. It is taken one after the other: what
//! somebody began and was not heard to end is looked up on the disk first, for what comes next may build on it.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use shared::sync::device::{Hearsay, Input, Saying, Write};

use super::state::Engine;
use super::store::{self, Record};
use crate::platform::clock::Timer;
use crate::platform::tabs::Channel;
use crate::platform::{random, report, spawn};

/// Milliseconds after which a transaction of another tab is looked up if its end was not heard.
const DOUBT_MS: i64 = 3_000;

/// This tab among the others.
pub struct Tabs {
    /// Its name.
    tab: u64,
    channel: RefCell<Option<Channel>>,
    /// What was said of the transaction under way.
    begun: RefCell<Option<Vec<u8>>>,
    heard: RefCell<VecDeque<Saying>>,
    hearsay: RefCell<Hearsay>,
    is_taking: Cell<bool>,
    doubt: RefCell<Option<Timer>>,
}

impl Default for Tabs {
    fn default() -> Self {
        Self {
            tab: random::number(),
            channel: RefCell::default(),
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

    /// Says that a transaction begins.
    pub(super) fn begin(&self, writes: &[Write]) {
        let saying = Saying::Begun { tab: self.tab, writes: writes.to_vec() };
        let bytes = store::bytes(&saying);
        self.say(&bytes);
        self.begun.replace(Some(bytes));
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
        let channel = Channel::open(move |bytes| match minicbor::decode::<Saying>(&bytes) {
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
        self.tabs.heard.borrow_mut().push_back(saying);
        self.take_heard();
    }

    /// Takes what was heard, unless this tab is still starting or is at it.
    pub(super) fn take_heard(self: &Rc<Self>) {
        if self.phone.borrow().is_none() || self.tabs.is_taking.replace(true) {
            return;
        }
        let engine = Rc::clone(self);
        spawn(async move {
            while let Some(saying) = engine.next_heard() {
                let written = engine.tabs.hearsay.borrow_mut().hear(saying);
                if let Some(writes) = written {
                    engine.look_up().await;
                    engine.input(Input::FromOtherTab(writes));
                }
            }
            engine.tabs.is_taking.set(false);
            engine.doubt();
        });
    }

    fn next_heard(&self) -> Option<Saying> {
        self.tabs.heard.borrow_mut().pop_front()
    }

    /// Looks again after a while if something was begun and is not heard to end.
    fn doubt(self: &Rc<Self>) {
        let engine = Rc::clone(self);
        let look = move || spawn(async move { engine.look_up().await });
        let is_clear = self.tabs.hearsay.borrow().is_clear();
        self.tabs.doubt.replace((!is_clear).then(|| Timer::after(DOUBT_MS, look)));
    }

    /// Takes what other tabs wrote and did not live to tell.
    pub(super) async fn look_up(self: &Rc<Self>) {
        let doubtful = self.tabs.hearsay.borrow().doubtful();
        for (tab, witness) in doubtful {
            if !self.is_on_disk(&witness).await {
                continue;
            }
            let found = self.tabs.hearsay.borrow_mut().found(tab);
            if let Some(writes) = found {
                self.input(Input::FromOtherTab(writes));
            }
        }
    }

    async fn is_on_disk(&self, write: &Write) -> bool {
        let Record { shelf, key, value } = store::record(write);
        match self.database.get(shelf, &key).await {
            Ok(found) => found == value,
            Err(error) => {
                report(&error.to_string());
                false
            }
        }
    }
}
