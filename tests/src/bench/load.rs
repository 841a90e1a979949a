//! What the measurements of a relay under load share: rounds, signed pushes, shares of a set of times.

use std::time::Duration;

use shared::document::Document;
use shared::document::write::Event;
use shared::domain::round::{Period, RoundName};
use shared::ids::{Actor, ChangeHash, EventKey, ItemId, SubjectId};
use shared::protocol::{self, AckOutcome, Batch, Frame, Request};
use shared::trust::signing::{BatchClaim, SUITE_P256};

use crate::kit::phone::{OK, Phone};

/// How much is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// Enough to see that it works.
    Quick,
    /// What is published.
    Full,
}

impl Size {
    /// One of two numbers.
    pub fn pick<T>(self, quick: T, full: T) -> T {
        match self {
            Self::Quick => quick,
            Self::Full => full,
        }
    }
}

/// A table of the page.
#[derive(Debug, Clone)]
pub struct Table {
    /// Its name between the marks.
    pub name: &'static str,
    /// Its head.
    pub head: String,
    /// Its rows.
    pub rows: Vec<String>,
}

/// Rounds that nobody has started.
pub fn rounds(phone: &Phone, name: &str, count: usize) -> Vec<RoundName> {
    let today = phone.round_today("flood-departure");
    let period = |n| Period::Occasion(today.period.start(), format!("{name}{n}"));
    (0..count).map(|n| RoundName { period: period(n), ..today.clone() }).collect()
}

/// The first lines of the checklist that those rounds fill.
pub fn items(phone: &Phone, count: usize) -> Vec<String> {
    let flood = phone.device.templates().values().find(|template| template.id.as_str() == "flood-departure");
    let items: Vec<_> = flood.unwrap().items().map(|(_, item)| item.id.to_string()).collect();
    assert!(items.len() >= count, "the checklist has {} lines", items.len());
    items[..count].to_vec()
}

/// Answers every item of every round.
pub fn fill(phone: &mut Phone, rounds: &[RoundName], items: &[String]) {
    for round in rounds {
        for item in items {
            phone.answer_seeing(round, &SubjectId::station(), item, OK, Vec::new());
        }
    }
}

/// A signed push of one batch.
#[derive(Debug, Clone)]
pub struct Push {
    /// Its batch.
    pub batch: Batch,
    /// The frame that brings it.
    pub frame: Vec<u8>,
}

impl Push {
    /// The batch's last change.
    pub fn head(&self) -> ChangeHash {
        self.batch.head
    }
}

/// Signed pushes of one batch each: a round of its own for each batch, or one round for all single edits. The first
/// change of a round is its visit.
pub fn pushes(phone: &Phone, name: &str, changes: u32, count: u32) -> Vec<Push> {
    let names = rounds(phone, name, if changes > 1 { count as usize } else { 1 });
    let actor = Actor::new(phone.enrolled.device, 0);
    let item = ItemId::parse(&items(phone, 1)[0]).unwrap();
    let mut round = Document::new(names[0].document(&phone.enrolled.bureau.id));
    let mut visit: Option<EventKey> = None;
    let mut push = |n: u32| {
        let name = &names[if changes > 1 { n as usize } else { 0 }];
        if changes > 1 && n > 0 {
            (round, visit) = (Document::new(name.document(&phone.enrolled.bureau.id)), None);
        }
        let written: Vec<_> = (0..changes)
            .map(|_| {
                let event =
                    visit.clone().map_or_else(|| begin(phone, name), |visit| answer(phone, visit, &item));
                let written = round.write(actor, &event).unwrap();
                visit.get_or_insert_with(|| written.key.clone());
                written
            })
            .collect();
        let (document, head) = (round.id(), written.last().unwrap().hash);
        let changes = written.into_iter().map(|written| written.change.into()).collect();
        let collection = name.collection();
        signed(
            phone,
            Batch { collection, document, actor, changes, head, suite: SUITE_P256, signature: Vec::new() },
        )
    };
    (0..count).map(&mut push).collect()
}

fn begin(phone: &Phone, name: &RoundName) -> Event {
    Event::Visit {
        name: name.clone(),
        officer: phone.enrolled.rights.officer.clone(),
        template_version: 1,
        utc_offset_minutes: 480,
        clock_offset_ms: None,
        register: Vec::new(),
    }
}

fn answer(phone: &Phone, visit: EventKey, item: &ItemId) -> Event {
    Event::Answer {
        visit,
        subject: SubjectId::station(),
        item: item.clone(),
        answer: OK,
        fault: String::new(),
        note: String::new(),
        at: phone.now(),
        sees: Vec::new(),
        amends: None,
        attached: Default::default(),
    }
}

fn signed(phone: &Phone, batch: Batch) -> Push {
    let claim = BatchClaim {
        bureau: &phone.enrolled.bureau.id,
        collection: &batch.collection,
        document: batch.document,
        actor: batch.actor,
        head: batch.head,
        count: u32::try_from(batch.changes.len()).unwrap(),
    };
    let batch = Batch { signature: phone.sign(&claim.to_bytes(SUITE_P256)), ..batch };
    let request = Request { exchange: 1, push: vec![batch.clone()], wants: Vec::new(), bytes_max: 0 };
    Push { batch, frame: protocol::encode(&Frame::Request(request)) }
}

/// Pushes and waits for the ack, which must be good; `None` when the relay is gone.
pub fn post(phone: &mut Phone, push: &Push) -> Option<()> {
    let reply = phone.client.post("/api/sync", "application/cbor", &push.frame)?;
    match protocol::decode(&reply.body).unwrap() {
        Frame::Response(response) => {
            let outcome = &response.acks[0].outcome;
            assert!(matches!(outcome, AckOutcome::Accepted { .. }), "{outcome:?}");
        }
        other => panic!("{other:?}"),
    }
    Some(())
}

/// The time within which a share of them lie, in milliseconds.
pub fn percentile_ms(waits: &mut [Duration], percent: usize) -> f64 {
    waits.sort_unstable();
    waits.get((waits.len().max(1) - 1) * percent / 100).map_or(f64::NAN, |wait| wait.as_secs_f64() * 1_000.0)
}

/// Waits until a moment; gone by already, it returns at once.
pub fn until(moment: std::time::Instant) {
    while let Some(wait) =
        moment.checked_duration_since(std::time::Instant::now()).filter(|wait| !wait.is_zero())
    {
        std::thread::park_timeout(wait);
    }
}
