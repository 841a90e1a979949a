//! The shell around the phone's end, as the core's engine is in a browser: performs effects and brings back what comes
//! of them, each as a step of its own. Between any two of them the tab can die.

use server::identity::key;
use shared::sync::device::{Claimed, Effect, Input, Saying, Write};

use super::phone::Tab;
use super::world::{Step, World, holds};

/// What a transaction ends in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It is durable, and the tab hears of it.
    Done,
    /// It left nothing behind.
    Failed {
        /// Whether there was no room.
        is_full: bool,
    },
}

impl World {
    /// Feeds a tab's phone end and performs what it asks for.
    pub fn input(&mut self, phone: usize, number: u64, input: Input) -> Step {
        let now = self.now.plus_ms(self.phones[phone].clock_ms);
        let random = self.dice.throw();
        let Some(tab) = self.tab(phone, number) else { return Ok(()) };
        for effect in tab.device.handle(now, random, input) {
            self.perform(phone, number, effect)?;
        }
        Ok(())
    }

    fn perform(&mut self, phone: usize, number: u64, effect: Effect) -> Step {
        let Some(tab) = self.phones[phone].tab(number) else { return Ok(()) };
        match effect {
            Effect::Persist(writes) => {
                holds(tab.persist.is_none(), || format!("phone {phone}: two transactions at a time"))?;
                tab.persist = Some(writes.clone());
                tab.transaction += 1;
                let saying = Saying::Begun { tab: number, number: tab.transaction, writes };
                self.say(phone, number, &saying);
            }
            Effect::Sign(claims) => tab.signing = Some((tab.line, claims)),
            Effect::Verify(claims) => tab.verifying = Some((tab.line, claims)),
            Effect::Connect { .. } => {
                hang_up(tab);
                tab.connecting = Some(tab.line);
            }
            Effect::Send(frame) => return self.send(phone, number, frame),
            Effect::Disconnect => {
                hang_up(tab);
            }
            Effect::SetTimer(at) => tab.timer = Some(at),
            Effect::Done { command } => return self.model.done(phone, number, command),
            Effect::Failed { command, error } => {
                self.trace.note(|| format!("phone {phone}: command {command} failed: {}", error.word()));
                return self.model.failed(phone, number, command);
            }
            Effect::Changed(_) | Effect::StatusChanged => {}
        }
        Ok(())
    }

    /// Ends a tab's transaction.
    pub fn end_persist(&mut self, phone: usize, number: u64, ending: Ending) -> Step {
        let Some(tab) = self.tab(phone, number) else { return Ok(()) };
        let (Some(writes), transaction) = (tab.persist.take(), tab.transaction) else { return Ok(()) };
        self.trace.note(|| {
            format!("phone {phone}.{number}: {} writes {ending:?}: {}", writes.len(), own_words(&writes))
        });
        match ending {
            Ending::Done => {
                self.commit(phone, (number, transaction), &writes);
                self.say(phone, number, &Saying::Ended { tab: number, is_durable: true });
                self.input(phone, number, Input::Persisted)
            }
            Ending::Failed { is_full } => {
                self.say(phone, number, &Saying::Ended { tab: number, is_durable: false });
                self.input(phone, number, Input::PersistFailed { is_full })
            }
        }
    }

    fn say(&mut self, phone: usize, number: u64, saying: &Saying) {
        for tab in self.phones[phone].tabs.iter_mut().filter(|tab| tab.number != number) {
            tab.inbox.push_back(saying.clone());
        }
    }

    /// Writes a tab's transaction to a phone's disk.
    fn commit(&mut self, phone: usize, (tab, number): (u64, u32), writes: &[Write]) {
        self.phones[phone].disk.commit(tab, number, writes);
        self.model.saved(phone, writes);
    }

    /// The key signs what a tab asked for.
    pub fn end_signing(&mut self, phone: usize, number: u64) -> Step {
        let Some((line, claims)) = self.tab(phone, number).and_then(|tab| tab.signing.take()) else {
            return Ok(());
        };
        self.trace.note(|| format!("phone {phone}.{number}: signs {}", claims.len()));
        let signatures = claims.iter().map(|claim| self.phones[phone].key.sign(claim)).collect();
        if self.tab(phone, number).is_some_and(|tab| tab.line == line) {
            return self.input(phone, number, Input::Signed(signatures));
        }
        Ok(())
    }

    /// Signatures that a tab asked about are verified.
    pub fn end_verifying(&mut self, phone: usize, number: u64) -> Step {
        let Some(tab) = self.tab(phone, number) else { return Ok(()) };
        let Some((line, claims)) = tab.verifying.take() else { return Ok(()) };
        if tab.line != line {
            return Ok(());
        }
        let is_good = |claimed: &Claimed| {
            key::verifies(claimed.suite, &claimed.public_key, &claimed.claim, &claimed.signature)
        };
        let verdicts: Vec<bool> = claims.iter().map(is_good).collect();
        self.trace.note(|| format!("phone {phone}.{number}: verified {verdicts:?}"));
        self.input(phone, number, Input::Verified(verdicts))
    }

    /// A tab hears what another one says.
    pub fn hear_tab(&mut self, phone: usize, number: u64) -> Step {
        let Some(tab) = self.tab(phone, number) else { return Ok(()) };
        let Some(saying) = tab.inbox.pop_front() else { return Ok(()) };
        let (heard, taken) = (saying_word(&saying), tab.hearsay.hear(saying));
        self.trace.note(|| format!("phone {phone}.{number}: hears {heard}"));
        match taken {
            Some(writes) => {
                self.look_up(phone, number)?;
                self.input(phone, number, Input::FromOtherTab(writes))
            }
            None => Ok(()),
        }
    }

    /// A tab takes what others wrote and did not live to tell.
    pub fn look_up(&mut self, phone: usize, number: u64) -> Step {
        let Some(tab) = self.tab(phone, number) else { return Ok(()) };
        for (other, transaction) in tab.hearsay.doubtful() {
            if self.phones[phone].disk.tabs.get(&other) != Some(&transaction) {
                continue;
            }
            self.trace.note(|| format!("phone {phone}.{number}: finds what tab {other} wrote"));
            let found = self.tab(phone, number).and_then(|tab| tab.hearsay.found(other, transaction));
            if let Some(writes) = found {
                self.input(phone, number, Input::FromOtherTab(writes))?;
            }
        }
        Ok(())
    }

    /// Whether a tab would find something that another one wrote.
    pub fn has_doubt(&self, phone: usize, number: u64) -> bool {
        let phone = &self.phones[phone];
        let tab = phone.tabs.iter().find(|tab| tab.number == number);
        let is_there = |(tab, number): &(u64, u32)| phone.disk.tabs.get(tab) == Some(number);
        tab.is_some_and(|tab| tab.hearsay.doubtful().iter().any(is_there))
    }

    /// A tab's timer comes.
    pub fn wake(&mut self, phone: usize, number: u64) -> Step {
        let now = self.now.plus_ms(self.phones[phone].clock_ms);
        let Some(tab) = self.tab(phone, number) else { return Ok(()) };
        if tab.timer.is_none_or(|at| at > now) {
            return Ok(());
        }
        tab.timer = None;
        self.input(phone, number, Input::Timer)
    }

    /// Opens a tab on a phone.
    pub fn open_tab(&mut self, phone: usize) {
        let number = self.number();
        self.phones[phone].open_tab(number);
        self.trace.note(|| format!("phone {phone}: opens tab {number}"));
    }

    /// The lock of the tab that syncs goes to the next in line.
    pub fn pass_lock(&mut self, phone: usize) -> Step {
        if self.phones[phone].tabs.iter().any(|tab| tab.is_syncing) {
            return Ok(());
        }
        let Some(tab) = self.phones[phone].tabs.first_mut() else { return Ok(()) };
        tab.is_syncing = true;
        let number = tab.number;
        // Whoever synced before may have died without a word, and this tab may not have listened for a while.
        while self.tab(phone, number).is_some_and(|tab| !tab.inbox.is_empty()) {
            self.hear_tab(phone, number)?;
        }
        self.look_up(phone, number)?;
        self.input(phone, number, Input::MayLink(true))
    }

    /// A tab dies; a transaction under way is durable or not.
    pub fn kill_tab(&mut self, phone: usize, number: u64, is_kept: bool) {
        let Some(index) = self.phones[phone].tabs.iter().position(|tab| tab.number == number) else { return };
        let mut tab = self.phones[phone].tabs.remove(index);
        self.trace.note(|| format!("phone {phone}: tab {number} dies, kept: {is_kept}"));
        if is_kept && let Some(writes) = tab.persist.take() {
            self.commit(phone, (number, tab.transaction), &writes);
        }
        self.model.forget_tab(phone, number);
    }

    /// A phone loses its power, and all its tabs with it.
    pub fn kill_phone(&mut self, phone: usize, is_kept: bool) {
        while let Some(tab) = self.phones[phone].tabs.first() {
            self.kill_tab(phone, tab.number, is_kept);
        }
    }
}

/// Closes the line from the phone's side: its connection is nobody's now.
pub(super) fn hang_up(tab: &mut Tab) {
    tab.line += 1;
    tab.connection = None;
    tab.connecting = None;
    tab.lost = None;
}

/// What is said, in a word and the tab's number.
fn saying_word(saying: &Saying) -> String {
    match saying {
        Saying::Hello => "a new tab".to_owned(),
        Saying::Begun { tab, number, writes } => format!("tab {tab} begin {number}, {} writes", writes.len()),
        Saying::Ended { tab, is_durable } => format!("tab {tab} end, durable: {is_durable}"),
    }
}

/// What is written about own changes, in words.
fn own_words(writes: &[Write]) -> String {
    let word = |write: &Write| match write {
        Write::Mark(mark) => Some(format!("mark {}", mark.hash)),
        Write::DropMark { hash, .. } => Some(format!("drop mark {hash}")),
        Write::DropChange { hash, .. } => Some(format!("drop change {hash}")),
        Write::Rejected(rejected) => Some(format!("keep rejected {}", rejected.hash)),
        Write::Snapshot(snapshot) => Some(format!("snapshot of {}", snapshot.document)),
        Write::DropSnapshot { document } => Some(format!("drop snapshot of {document}")),
        Write::SlotBase(base) => Some(format!("slots from {base}")),
        _ => None,
    };
    writes.iter().filter_map(word).collect::<Vec<_>>().join(", ")
}
