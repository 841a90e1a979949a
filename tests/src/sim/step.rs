//! One thing that happens.

use std::sync::Arc;

use shared::ids::CollectionId;
use shared::sync::device::Input;
use shared::time::{DAY_MS, HOUR_MS, MINUTE_MS, Zone};

use super::bureau::{self, RelayDocument};
use super::disk::{Fault, Kept};
use super::faults::Happening as H;
use super::net::{Connection, End};
use super::phone::{Phone, Tab};
use super::shell::Ending;
use super::world::{Broken, Step, World};

/// Times that the dice are thrown for something that can happen now.
const TRIES_MAX: usize = 20;
/// Tabs that one phone has open at most.
const TABS_MAX: usize = 3;

impl World {
    /// Something happens.
    pub fn step(&mut self) -> Step {
        for tab in 0..self.phones.len() {
            self.pass_lock(tab)?;
        }
        for _ in 0..TRIES_MAX {
            let happening = self.menu.next(&mut self.dice);
            if self.happen(happening)? {
                break;
            }
        }
        // Nothing takes no time at all.
        self.pass(1);
        let lines: Vec<usize> = self.connections.keys().copied().collect();
        for line in lines {
            self.poll(line)?;
        }
        Ok(())
    }

    /// Lets it happen, to whom it can; whether there was anybody.
    fn happen(&mut self, happening: H) -> Step<bool> {
        if is_of_tab(happening) {
            let tabs = self.tabs_for(happening);
            let Some((phone, number)) = self.dice.pick(&tabs).copied() else { return Ok(false) };
            self.of_tab(happening, phone, number)?;
        } else if is_of_line(happening) {
            let lines = self.lines_for(happening);
            let Some(line) = self.dice.pick(&lines).copied() else { return Ok(false) };
            self.of_line(happening, line)?;
        } else {
            match happening {
                H::OpenTab => return Ok(self.open_some_tab()),
                H::KillPhone | H::FillPhone | H::JumpClock | H::CopyPhone | H::SetPhoneBack => {
                    let phone = self.dice.below(self.phones.len());
                    self.of_phone(happening, phone);
                }
                H::Pass => self.time_passes(),
                H::Attack => self.attack()?,
                H::StartRelay if self.relay.is_up() => return Ok(false),
                H::KillRelay | H::CutPower | H::Publish | H::Save | H::Project if !self.relay.is_up() => {
                    return Ok(false);
                }
                _ => self.of_relay(happening)?,
            }
        }
        Ok(true)
    }

    /// Mostly on a phone that has none.
    fn open_some_tab(&mut self) -> bool {
        let closed: Vec<usize> =
            (0..self.phones.len()).filter(|phone| self.phones[*phone].tabs.is_empty()).collect();
        if let Some(phone) = self.dice.pick(&closed).copied() {
            self.open_tab(phone);
            return true;
        }
        let phone = self.dice.below(self.phones.len());
        let is_wanted = self.phones[phone].tabs.len() < TABS_MAX && self.dice.percent(20);
        if is_wanted {
            self.open_tab(phone);
        }
        is_wanted
    }

    /// The tabs to which something can happen.
    fn tabs_for(&self, happening: H) -> Vec<(usize, u64)> {
        let is_possible = |phone: &Phone, tab: &Tab| match happening {
            H::Persist | H::FailPersist => tab.persist.is_some(),
            H::Sign => tab.signing.is_some(),
            H::Verify => tab.verifying.is_some(),
            H::Connect => tab.connecting.is_some(),
            H::Lost => tab.lost.is_some(),
            H::Hear => !tab.inbox.is_empty(),
            H::Doubt => tab.inbox.is_empty() && !tab.hearsay.is_clear(),
            H::Wake => tab.timer.is_some_and(|at| at <= self.now.plus_ms(phone.clock_ms)),
            _ => true,
        };
        let phones = self.phones.iter().enumerate();
        let tabs = phones.flat_map(|(index, phone)| phone.tabs.iter().map(move |tab| (index, phone, tab)));
        tabs.filter(|(_, phone, tab)| is_possible(phone, tab))
            .map(|(index, _, tab)| (index, tab.number))
            .collect()
    }

    /// The lines on which something can happen.
    fn lines_for(&self, happening: H) -> Vec<usize> {
        let is_possible = |line: &Connection| match happening {
            H::Up => !line.up.is_empty(),
            H::CutFrame => !line.down.is_empty(),
            H::Down => !line.down.is_empty() || matches!(line.end, End::Gone),
            H::Poke => !line.pokes.is_empty(),
            _ => true,
        };
        self.connections.iter().filter(|(_, line)| is_possible(line)).map(|(number, _)| *number).collect()
    }

    fn of_tab(&mut self, happening: H, phone: usize, number: u64) -> Step {
        match happening {
            H::Deed => self.do_something(phone, number),
            H::Persist => {
                let is_full = self.phones[phone].is_full;
                let ending = if is_full { Ending::Failed { is_full } } else { Ending::Done };
                self.end_persist(phone, number, ending)
            }
            H::FailPersist => {
                let is_full = self.dice.percent(50);
                self.end_persist(phone, number, Ending::Failed { is_full })
            }
            H::Sign => self.end_signing(phone, number),
            H::Verify => self.end_verifying(phone, number),
            H::Connect => {
                let is_socket = self.dice.percent(75);
                self.end_connecting(phone, number, is_socket)
            }
            H::Lost => self.end_lost(phone, number),
            H::Wake => self.wake(phone, number),
            H::Hear => self.hear_tab(phone, number),
            H::Doubt => self.look_up(phone, number),
            H::Nudge => self.input(phone, number, Input::Nudge),
            H::Want => {
                let station = bureau::stations()[self.dice.below(2)].clone();
                let rounds = bureau::rounds(&station, self.now);
                let collection: CollectionId = rounds[self.dice.below(rounds.len())].collection();
                if self.phones[phone].identity.rights.may_read(&collection) {
                    return self.input(phone, number, Input::Want(collection));
                }
                Ok(())
            }
            _ => {
                let is_kept = self.dice.percent(50);
                self.kill_tab(phone, number, is_kept);
                Ok(())
            }
        }
    }

    fn of_line(&mut self, happening: H, line: usize) -> Step {
        match happening {
            H::Up => {
                let mut lines = vec![line];
                if self.dice.percent(30) {
                    // What arrives together is committed together.
                    let others = self.connections.keys().copied().filter(|other| *other != line);
                    lines.extend(others.collect::<Vec<_>>());
                }
                self.deliver_up(&lines)
            }
            H::Down => self.deliver_down(line, false),
            H::CutFrame => self.deliver_down(line, true),
            H::Poke => self.deliver_poke(line),
            H::BreakLine => {
                self.break_line(line);
                Ok(())
            }
            _ => {
                self.trace.note(|| format!("line {line} is closed by the relay's side"));
                self.close(line);
                Ok(())
            }
        }
    }

    fn of_phone(&mut self, happening: H, phone: usize) {
        match happening {
            H::KillPhone => {
                let is_kept = self.dice.percent(50);
                self.kill_phone(phone, is_kept);
            }
            H::FillPhone => {
                let is_full = !self.phones[phone].is_full;
                self.trace.note(|| format!("phone {phone}: full: {is_full}"));
                self.phones[phone].is_full = is_full;
            }
            H::JumpClock => {
                let jumps =
                    [-400 * DAY_MS, -DAY_MS, -HOUR_MS, -MINUTE_MS, 0, MINUTE_MS, HOUR_MS, 30 * DAY_MS];
                let ms = self.dice.pick(&jumps).copied().unwrap_or_default();
                self.trace.note(|| format!("phone {phone}: clock off by {ms}"));
                self.phones[phone].clock_ms = ms;
            }
            H::CopyPhone => {
                let copy = self.phones[phone].disk.clone();
                self.phones[phone].copies.push(copy);
            }
            H::SetPhoneBack => {
                if let Some(copy) = self.phones[phone].copies.pop() {
                    self.trace.note(|| format!("phone {phone} is set back"));
                    self.kill_phone(phone, false);
                    self.phones[phone].disk = copy;
                    self.model.excuse(phone);
                    self.model.may_reject = true;
                }
            }
            _ => {}
        }
    }

    fn time_passes(&mut self) {
        let now = self.now;
        let until_timer = |phone: &Phone| {
            let clock_ms = phone.clock_ms;
            phone.tabs.iter().filter_map(move |tab| Some(tab.timer?.since(now.plus_ms(clock_ms)))).min()
        };
        let next = self.phones.iter().filter_map(until_timer).min();
        let ms = match self.dice.below(20) {
            0..14 => next.unwrap_or_default().clamp(0, HOUR_MS),
            14..17 => self.dice.between(1, 2_000),
            17..19 => self.dice.between(1, MINUTE_MS),
            _ => self.dice.between(1, 12 * HOUR_MS),
        };
        self.trace.note(|| format!("{ms} ms pass"));
        self.pass(ms);
    }

    fn of_relay(&mut self, happening: H) -> Step {
        match happening {
            H::StartRelay if !self.relay.is_up() => self.start_relay(),
            H::Project => self.project(),
            H::Publish => {
                let templates = bureau::templates(2);
                let template = &templates[self.dice.below(templates.len())];
                self.publish(RelayDocument::Template(&template.id), std::slice::from_ref(template))
            }
            H::Save => self.save(),
            H::KillRelay if self.relay.is_up() => self.relay_died(),
            H::CutPower if self.relay.is_up() => {
                let after = self.dice.between(0, 3);
                let kept = [Kept::Nothing, Kept::Torn, Kept::All][self.dice.below(3)];
                let after = u32::try_from(after).unwrap_or_default();
                self.trace.note(|| format!("the relay's power goes in {after} transactions, kept: {kept:?}"));
                self.relay.disk.set_fault(Fault::PowerCut { after, kept });
                Ok(())
            }
            H::FillRelay => {
                let fault = if self.relay.disk.fault() == Fault::Full { Fault::None } else { Fault::Full };
                self.trace.note(|| format!("the relay's disk: {fault:?}"));
                self.relay.disk.set_fault(fault);
                Ok(())
            }
            H::BackUp => {
                self.trace.note(|| "the relay's disk is copied".to_owned());
                self.copies.push(self.relay.disk.copy());
                Ok(())
            }
            H::Restore => self.restore(),
            H::FailRelay => {
                self.relay.disk.set_fault(Fault::Failing(1));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// The relay's disk is set back to a copy: what came after it must come again from the phones.
    fn restore(&mut self) -> Step {
        let Some(copy) = self.copies.pop() else { return Ok(()) };
        self.trace.note(|| "the relay is set back to a copy".to_owned());
        self.relay_died()?;
        self.relay.disk.set_back(&copy);
        if self.dice.percent(50) {
            let epoch = self.dice.throw();
            self.trace.note(|| format!("its logs have a new life: {epoch}"));
            self.relay.disk.set_fault(Fault::None);
            let begun = self.relay.disk.open().begin_life(epoch);
            begun.map_err(|error| Broken(format!("no new life: {error}")))?;
        }
        self.model.logs.clear();
        self.model.may_reject = true;
        self.start_relay()
    }

    /// The relay saves some document in one piece.
    fn save(&mut self) -> Step {
        let known: Vec<_> = self.model.logs.values().flat_map(|log| log.places.keys()).collect();
        let Some((document, _)) = self.dice.pick(&known).copied().copied() else { return Ok(()) };
        let saved = self.relay.save(document);
        self.trace.note(|| format!("the relay saves {document}: {saved:?}"));
        if self.relay.is_dead() {
            return self.relay_died();
        }
        if let Some(Err(error)) = saved
            && self.relay.disk.refused() == self.model.refused
        {
            return Err(Broken(format!("a document is not saved: {error}")));
        }
        self.after_relay()
    }

    /// Starts the relay; the disk takes writes again.
    pub(super) fn start_relay(&mut self) -> Step {
        self.trace.note(|| "the relay starts".to_owned());
        self.relay.disk.set_fault(Fault::None);
        self.relay.set_now(self.now);
        self.relay.start();
        for connection in self.connections.values_mut() {
            connection.end = End::Gone;
        }
        self.check_log()
    }

    /// The projector reads on.
    pub(super) fn project(&mut self) -> Step {
        let Some(projector) = self.relay.projector().map(Arc::clone) else { return Ok(()) };
        let outcome = projector.catch_up(Zone::CHINA.date(self.now));
        if self.relay.is_dead() {
            return self.relay_died();
        }
        if let Err(error) = outcome
            && self.relay.disk.refused() == self.model.refused
        {
            return Err(Broken(format!("the projector stops: {error}")));
        }
        self.after_relay()
    }
}

fn is_of_tab(happening: H) -> bool {
    matches!(
        happening,
        H::Deed
            | H::Persist
            | H::FailPersist
            | H::Sign
            | H::Verify
            | H::Connect
            | H::Lost
            | H::Wake
            | H::Hear
            | H::Doubt
            | H::Nudge
            | H::Want
            | H::KillTab
    )
}

fn is_of_line(happening: H) -> bool {
    matches!(happening, H::Up | H::Down | H::CutFrame | H::Poke | H::BreakLine | H::CloseLine)
}
