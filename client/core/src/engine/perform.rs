//! Performs what the phone's end asks for, and feeds back what comes of it.

use std::rc::Rc;

use link::ToUi;
use shared::sync::device::{Claimed, Effect, Input, Write};

use super::state::{Engine, fail, post};
use super::store;
use crate::platform::clock::{self, Timer};
use crate::platform::crypto;
use crate::platform::database::{DatabaseError, Durability};
use crate::platform::{report, spawn};

impl Engine {
    /// Performs one effect.
    pub(super) fn perform(self: &Rc<Self>, effect: Effect) {
        match effect {
            Effect::Persist(writes) => self.persist(writes),
            Effect::Sign(claims) => self.sign(claims),
            Effect::Verify(claims) => self.verify(claims),
            Effect::Connect { renew_session } => self.connect(renew_session),
            Effect::Send(frame) => self.send(frame),
            Effect::Disconnect => self.line.hang_up(),
            Effect::SetTimer(at) => {
                let engine = Rc::clone(self);
                let wait = at.since(clock::now());
                *self.wake.borrow_mut() = Some(Timer::after(wait, move || engine.input(Input::Timer)));
            }
            Effect::Done { command } => {
                // First what it looks like, then that it is safe.
                self.flush();
                self.photo_answered(command);
                post(&ToUi::Done(command));
                self.settle_drafts();
            }
            Effect::Failed { command, error } => {
                self.photo_answered(command);
                self.flush();
                fail(command, error.word(), error.to_string());
            }
            Effect::Changed(_) | Effect::StatusChanged => self.changed(&effect),
        }
    }

    /// One strictly durable transaction; the other tabs hear of it before and after.
    fn persist(self: &Rc<Self>, writes: Vec<Write>) {
        let engine = Rc::clone(self);
        let mut records: Vec<_> = writes.iter().map(store::record).collect();
        records.extend(self.settled_with(&writes));
        records.push(self.tabs.begin(writes));
        spawn(async move {
            let written = engine.database.write(records, Durability::Strict).await;
            engine.tabs.end(written.is_ok());
            match written {
                Ok(()) => engine.input(Input::Persisted),
                Err(error) => {
                    report(&error.to_string());
                    engine.input(Input::PersistFailed { is_full: error == DatabaseError::Full });
                }
            }
        });
    }

    fn verify(self: &Rc<Self>, claims: Vec<Claimed>) {
        let (engine, line) = (Rc::clone(self), self.line.number());
        spawn(async move {
            let mut verdicts = Vec::with_capacity(claims.len());
            let mut outcome = None;
            for claimed in &claims {
                match crypto::verifies(claimed).await {
                    Ok(is_good) => verdicts.push(is_good),
                    Err(error) => {
                        report(&error.to_string());
                        outcome = Some(Input::VerifyFailed);
                        break;
                    }
                }
            }
            // What an earlier line answered counts no longer: it is pushed again.
            if engine.line.number() == line {
                engine.input(outcome.unwrap_or(Input::Verified(verdicts)));
            }
        });
    }

    fn sign(self: &Rc<Self>, claims: Vec<Vec<u8>>) {
        let Some(key) = self.phone.borrow().as_ref().map(|phone| phone.key.clone()) else { return };
        let (engine, line) = (Rc::clone(self), self.line.number());
        spawn(async move {
            let mut signatures = Vec::with_capacity(claims.len());
            let mut outcome = None;
            for claim in &claims {
                match key.sign(claim).await {
                    Ok(signature) => signatures.push(signature),
                    Err(error) => {
                        report(&error.to_string());
                        outcome = Some(Input::SignFailed);
                        break;
                    }
                }
            }
            // The push on a new line is cut anew and signed anew: these signatures would be taken for its own.
            if engine.line.number() == line {
                engine.input(outcome.unwrap_or(Input::Signed(signatures)));
            }
        });
    }
}
