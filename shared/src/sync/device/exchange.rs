//! The phone's side of the link: when to connect, what to ask, what to do with an answer. Step 6 of the walk, and the
//! way back.

use std::collections::BTreeSet;

use super::Device;
use super::journal::{Entry, Then};
use super::outbox;
use super::port::{Effect, LinkState, Write, problem};
use super::pull::{self, PullError};
use super::receipts::{Answered, Unverified};
use super::seals::{self, Push};
use crate::flat::FlatSet;
use crate::gather::Gather;
use crate::ids::CollectionId;
use crate::limits::{EXCHANGE_MS_MAX, RETRY_AFTER_MS};
use crate::protocol::{self, AckOutcome, Batch, Cursor, Frame, Refusal, RefusalCode, Request, Response};
use crate::sync::backoff;
use crate::time::Timestamp;
use crate::trust::rights::Rights;

/// The link.
#[derive(Debug, Default)]
pub(super) struct LinkSide {
    /// Whether this tab is the one that syncs.
    pub(super) may_link: bool,
    pub(super) phase: Phase,
    /// Failed tries in a row.
    pub(super) failures: u32,
    /// Requests sent on this link.
    exchange: u32,
    /// Whether an answer has come on this link: only then is there contact.
    is_heard: bool,
    /// Collections to ask for in the next request.
    pub(super) to_ask: BTreeSet<CollectionId>,
    /// Collections that were asked for on this link: the relay delivers their news.
    asked: BTreeSet<CollectionId>,
    /// Collections that were asked for from the beginning because their chain did not fit.
    restarted: BTreeSet<CollectionId>,
    pub(super) renew_session: bool,
    pub(super) last_contact: Option<Timestamp>,
    pub(super) problem: Option<String>,
}

/// Where the link stands.
#[derive(Debug, Default)]
pub(super) enum Phase {
    /// No link; the next try comes with the timer.
    #[default]
    Down,
    /// A link is being made.
    Connecting,
    /// Nothing to say.
    Idle,
    /// The key signs a push.
    Signing(Vec<Batch>),
    /// A request is out.
    Asked { push: Push, since: Timestamp },
    /// The relay's signatures under its answer are being verified.
    Verifying(Box<Unverified>),
    /// Its answer is being stored.
    Storing,
}

impl Device {
    /// What `Status` shows of the link.
    pub(super) fn link_state(&self) -> LinkState {
        match self.link.phase {
            _ if !self.link.may_link => LinkState::OtherTab,
            Phase::Down => LinkState::Offline,
            Phase::Connecting => LinkState::Connecting,
            _ if self.link.is_heard => LinkState::Online,
            _ => LinkState::Connecting,
        }
    }

    pub(super) fn set_may_link(&mut self, now: Timestamp, may_link: bool) -> Vec<Effect> {
        if self.link.may_link == may_link {
            return Vec::new();
        }
        self.link.may_link = may_link;
        let mut effects = vec![Effect::StatusChanged];
        if may_link {
            // This tab is the one that tidies up.
            let writes = self.seals.expired(self.corrected(now));
            if !writes.is_empty() {
                effects.extend(self.journal.add(Entry { writes, then: Then::News }).map(Effect::Persist));
            }
            effects.extend(self.connect(now));
        } else if !matches!(self.link.phase, Phase::Down) {
            self.link.phase = Phase::Down;
            effects.push(Effect::Disconnect);
        }
        effects
    }

    /// A network or the person is back, or the timer came.
    pub(super) fn nudge(&mut self, now: Timestamp) -> Vec<Effect> {
        match &self.link.phase {
            Phase::Down => self.connect(now),
            Phase::Idle => {
                self.ask_for_everything(now);
                self.exchange(now)
            }
            _ => Vec::new(),
        }
    }

    pub(super) fn timer(&mut self, now: Timestamp, random: u64) -> Vec<Effect> {
        match &self.link.phase {
            Phase::Down => self.connect(now),
            Phase::Connecting => self.drop_link(now, random, None),
            Phase::Asked { since, .. } if now.since(*since) >= EXCHANGE_MS_MAX => {
                self.drop_link(now, random, None)
            }
            Phase::Asked { since, .. } => vec![Effect::SetTimer(since.plus_ms(EXCHANGE_MS_MAX))],
            // A push that was deferred, or a clock that was set back: try again.
            Phase::Idle => self.exchange(now),
            _ => Vec::new(),
        }
    }

    fn connect(&mut self, now: Timestamp) -> Vec<Effect> {
        if !self.link.may_link {
            return Vec::new();
        }
        self.link.phase = Phase::Connecting;
        let renew_session = std::mem::take(&mut self.link.renew_session);
        let give_up = Effect::SetTimer(now.plus_ms(EXCHANGE_MS_MAX));
        vec![Effect::Connect { renew_session }, give_up, Effect::StatusChanged]
    }

    pub(super) fn link_up(&mut self, now: Timestamp) -> Vec<Effect> {
        if !matches!(self.link.phase, Phase::Connecting) {
            return Vec::new();
        }
        self.link.phase = Phase::Idle;
        self.link.exchange = 0;
        self.link.is_heard = false;
        self.link.asked.clear();
        self.catch_up.begin_link();
        self.try_those_behind();
        self.ask_for_everything(now);
        self.exchange(now)
    }

    pub(super) fn link_down(&mut self, now: Timestamp, random: u64, problem: Option<String>) -> Vec<Effect> {
        self.link.phase = Phase::Down;
        self.link.failures = self.link.failures.saturating_add(1);
        self.link.problem = problem;
        let wait = backoff::wait_ms(self.link.failures, random);
        vec![Effect::SetTimer(now.plus_ms(wait)), Effect::StatusChanged]
    }

    /// What this person may do from now on; nothing is asked for that may not be read any more.
    pub(super) fn set_rights(&mut self, rights: Rights) -> Vec<Effect> {
        self.opened.retain(|collection| rights.may_read(collection));
        self.link.to_ask.retain(|collection| rights.may_read(collection));
        self.identity.rights = rights;
        vec![Effect::StatusChanged]
    }

    pub(super) fn ask_for_everything(&mut self, now: Timestamp) {
        let wanted = self.wanted(now);
        self.link.to_ask.extend(wanted);
        // A month that is held no longer may still be one that the relay has lost something of.
        let returnable = self.seals.documents().filter_map(|document| self.documents.home(document));
        let returnable: FlatSet<&CollectionId> = returnable.into_flat_set();
        let readable = returnable.into_iter().filter(|id| self.identity.rights.may_read(id));
        self.link.to_ask.extend(readable.cloned());
    }

    /// Begins an exchange if there is a link and something to say.
    pub(super) fn exchange(&mut self, now: Timestamp) -> Vec<Effect> {
        if !matches!(self.link.phase, Phase::Idle) {
            return Vec::new();
        }
        // A station that the directory has just told of, or a month that has just begun.
        let wanted = self.wanted(now);
        self.link
            .to_ask
            .extend(wanted.into_iter().filter(|collection| !self.link.asked.contains(collection)));
        // What the relay lost first: what waits in the outbox may build on it.
        let carried = self.seals.next_push();
        if !carried.is_empty() {
            return self.ask(now, Push { carried, ..Push::default() });
        }
        let batches = self.outbox.batches(&self.documents);
        if batches.is_empty() {
            return if self.link.to_ask.is_empty() { Vec::new() } else { self.ask(now, Push::default()) };
        }
        let claims = batches.iter().map(|batch| outbox::claim(&self.identity.bureau, batch)).collect();
        self.link.phase = Phase::Signing(batches);
        vec![Effect::Sign(claims)]
    }

    pub(super) fn signed(&mut self, now: Timestamp, signatures: Vec<Vec<u8>>) -> Vec<Effect> {
        let Phase::Signing(batches) = &mut self.link.phase else { return Vec::new() };
        let mut batches = std::mem::take(batches);
        for (batch, signature) in batches.iter_mut().zip(signatures) {
            batch.signature = signature;
        }
        self.ask(now, Push { marked: batches, ..Push::default() })
    }

    fn ask(&mut self, now: Timestamp, push: Push) -> Vec<Effect> {
        self.link.asked.extend(self.link.to_ask.iter().cloned());
        let mut to_ask = std::mem::take(&mut self.link.to_ask);
        let wants = self.wants(&mut to_ask);
        self.link.to_ask = to_ask;
        self.link.exchange += 1;
        let batches = push.batches().cloned().collect();
        let request = Request { exchange: self.link.exchange, push: batches, wants, bytes_max: 0 };
        self.link.phase = Phase::Asked { push, since: now };
        vec![
            Effect::Send(protocol::encode(&Frame::Request(request))),
            Effect::SetTimer(now.plus_ms(EXCHANGE_MS_MAX)),
            Effect::StatusChanged,
        ]
    }

    pub(super) fn received(&mut self, now: Timestamp, random: u64, bytes: &[u8]) -> Vec<Effect> {
        match protocol::decode(bytes) {
            Ok(Frame::Response(response)) => self.answer(now, random, response),
            Ok(Frame::Refusal(refusal)) => self.refused(now, random, &refusal),
            Ok(Frame::Request(_)) => self.hang_up(now, random, RefusalCode::Malformed),
            Err(error) => self.hang_up(now, random, error.refusal().code),
        }
    }

    fn hang_up(&mut self, now: Timestamp, random: u64, code: RefusalCode) -> Vec<Effect> {
        self.drop_link(now, random, problem(code))
    }

    /// Closes the link from this side.
    pub(super) fn drop_link(&mut self, now: Timestamp, random: u64, problem: Option<String>) -> Vec<Effect> {
        let mut effects = vec![Effect::Disconnect];
        effects.extend(self.link_down(now, random, problem));
        effects
    }

    pub(super) fn is_idle(&self) -> bool {
        matches!(self.link.phase, Phase::Idle)
    }

    /// The answer is durable: the next exchange may begin.
    pub(super) fn answer_is_stored(&mut self) {
        if matches!(self.link.phase, Phase::Storing) {
            self.link.phase = Phase::Idle;
        }
    }

    fn refused(&mut self, now: Timestamp, random: u64, refusal: &Refusal) -> Vec<Effect> {
        // Whoever may not read what was asked for has other rights now: a session tells which.
        self.link.renew_session = matches!(refusal.code, RefusalCode::NoSession | RefusalCode::NoRight);
        let mut effects = self.hang_up(now, random, refusal.code);
        if let Some(wait) = refusal.retry_after_ms {
            effects.push(Effect::SetTimer(now.plus_ms(backoff::told_ms(wait, random))));
        }
        effects
    }

    fn answer(&mut self, now: Timestamp, random: u64, response: Response) -> Vec<Effect> {
        let is_answer =
            response.exchange == self.link.exchange && matches!(self.link.phase, Phase::Asked { .. });
        if response.exchange != 0 && !is_answer {
            // The answer to a request that was given up.
            return Vec::new();
        }
        if is_answer
            && let Phase::Asked { push, .. } = std::mem::replace(&mut self.link.phase, Phase::Storing)
        {
            return self.check_receipts(now, random, response, push);
        }
        self.take_answer((now, now), random, response, None)
    }

    /// Takes an answer whose receipts are good, or a delivery, which answers nothing. `heard` is when it came.
    pub(super) fn take_answer(
        &mut self,
        (now, heard): (Timestamp, Timestamp),
        random: u64,
        response: Response,
        answered: Option<Answered>,
    ) -> Vec<Effect> {
        let mut writes = Vec::new();
        let is_answer = answered.is_some();
        if let Some(Answered { push, receipts }) = answered {
            writes.extend(pull::ack_writes(&response.acks, &push.marked));
            writes.extend(pull::ack_writes(&response.acks, &push.carried_own(self.identity.device)));
            writes.extend(seals::of_acked(&response.acks, &push.marked));
            writes.extend(receipts.into_iter().map(Write::Receipt));
            self.seals.answered(&response.acks);
            self.note_rejections(&response.acks, &push.marked);
        }
        self.link.failures = 0;
        self.link.is_heard = true;
        self.link.last_contact = Some(now);
        let deferred = response.acks.iter().find_map(|ack| match ack.outcome {
            AckOutcome::Deferred { code } => Some(code),
            _ => None,
        });
        self.link.problem = deferred.and_then(problem);
        let offset = response.relay_time.since(heard);
        if self.clock_offset_ms.is_none_or(|known| known.abs_diff(offset) > 1_000) {
            writes.push(Write::ClockOffset(offset));
        }
        for pull in response.pulls {
            writes.extend(self.take_pull(now, pull));
        }
        let wait = backoff::told_ms(response.retry_after_ms.unwrap_or(RETRY_AFTER_MS), random);
        self.deferred_until = deferred.map(|_| now.plus_ms(wait));
        let mut effects = vec![Effect::StatusChanged];
        if writes.is_empty() {
            if is_answer {
                self.answer_is_stored();
            }
            effects.extend(self.go_on(now));
            return effects;
        }
        let then = if is_answer { Then::Answer } else { Then::News };
        effects.extend(self.journal.add(Entry { writes, then }).map(Effect::Persist));
        effects
    }

    fn take_pull(&mut self, now: Timestamp, mut pull: protocol::Pull) -> Vec<Write> {
        let is_whole = pull::name_known(&mut pull, &self.documents);
        let pull = &pull;
        // What is on its way into the storage is not here yet, and must not be taken for missing.
        if self.journal.is_moving(&pull.collection) {
            self.link.to_ask.insert(pull.collection.clone());
            return Vec::new();
        }
        let from = self.cursor(&pull.collection);
        if pull.diverged {
            return self.begin_catch_up(&pull.collection);
        }
        let taken = if !is_whole {
            Err(PullError::Gap)
        } else if self.is_by_document(pull, from) {
            self.take_documents(now, pull, from)
        } else if from.bootstrap.is_some() {
            Err(PullError::Gap)
        } else {
            pull::writes(pull, from, &self.documents)
        };
        let writes = match taken {
            Ok(writes) => writes,
            Err(PullError::Gap) => {
                self.link.to_ask.insert(pull.collection.clone());
                return Vec::new();
            }
            Err(PullError::Chain) => {
                self.link.problem = Some("chain-broken".to_owned());
                if self.link.restarted.insert(pull.collection.clone()) {
                    self.cursors.remove(&pull.collection);
                    self.link.to_ask.insert(pull.collection.clone());
                }
                return Vec::new();
            }
        };
        self.note_seen(pull);
        if pull.more {
            self.link.to_ask.insert(pull.collection.clone());
        } else {
            let had_diverged = self.catch_up.end(&pull.collection);
            self.note_read(&pull.collection, had_diverged);
            self.caught_up.insert(pull.collection.clone());
        }
        self.hear_digest(pull);
        writes
    }

    pub(super) fn cursor(&self, collection: &CollectionId) -> Cursor {
        self.cursors.get(collection).copied().unwrap_or_default()
    }
}
