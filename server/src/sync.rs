//! The shell around the relay's end of an exchange: performs what `shared::sync::relay` asks for and brings back what
//! comes of it, counts it, and says in the log once what was wrong. Step 9 of the walk. It decides nothing about what
//! is pushed; how much is taken on at one time is `load`'s.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use shared::ids::CollectionId;
use shared::protocol::{self, Ack, AckOutcome, Batch, Frame, Refusal, RefusalCode, Want};
use shared::sync::relay::{Effect, Input, Link};

use crate::load::{FULL_PERMILLE, Load, QUEUE_PERMILLE_MAX};
use crate::relay::{Pushed, Relay};
use crate::store::DeviceRecord;

pub mod socket;

/// Answers one frame: the POST.
///
/// # Errors
/// The refusal, when the frame was not handled.
pub async fn answer(
    relay: &Relay,
    load: &Arc<Load>,
    device: DeviceRecord,
    frame: Vec<u8>,
) -> Result<Vec<u8>, Refusal> {
    relay.heard(device.id);
    let done = Line::new(relay.clone(), Arc::clone(load), device).take(Input::Frame(frame)).await;
    match (done.refusal, done.frames.into_iter().next()) {
        (Some(refusal), _) => Err(refusal),
        (None, Some(frame)) => Ok(frame),
        (None, None) => {
            tracing::error!("a request was neither answered nor refused");
            let detail = "the request was not answered".to_owned();
            Err(Refusal { code: RefusalCode::Internal, detail, retry_after_ms: None })
        }
    }
}

/// What came of an input.
#[derive(Debug, Default)]
pub struct Done {
    /// To be sent, in order.
    pub frames: Vec<Vec<u8>>,
    /// To be sent last; the connection ends with it.
    pub refusal: Option<Refusal>,
}

/// One phone's line, for one request or for many.
pub struct Line {
    relay: Relay,
    load: Arc<Load>,
    device: DeviceRecord,
    link: Link,
    /// Collections of which the phone reads one full page after the other.
    bulky: BTreeSet<CollectionId>,
    /// Codes of rejections that the log has from this line.
    told: BTreeSet<&'static str>,
}

impl Line {
    /// The line of a signed-in phone.
    pub fn new(relay: Relay, load: Arc<Load>, device: DeviceRecord) -> Self {
        let link = Link::new(device.rights.clone());
        Self { relay, load, device, link, bulky: BTreeSet::new(), told: BTreeSet::new() }
    }

    /// Performs what an input asks for until there is nothing left.
    pub async fn take(&mut self, input: Input) -> Done {
        if let Input::Frame(frame) = &input {
            let metrics = self.relay.metrics();
            metrics.requests.add(1);
            metrics.bytes_in.add_len(frame.len());
        }
        let mut done = Done::default();
        let mut effects: VecDeque<Effect> = self.link.handle(self.relay.clock().now(), input).into();
        while let Some(effect) = effects.pop_front() {
            let input = match effect {
                Effect::Commit { exchange, batches } => {
                    let Pushed { acks, receipts } = self.push(batches).await;
                    Input::Committed { exchange, acks, receipts }
                }
                Effect::Read { want, bytes_max } => self.read(want, bytes_max).await,
                Effect::Send(frame) => {
                    self.relay.metrics().bytes_out.add_len(frame.len());
                    done.frames.push(frame);
                    continue;
                }
                Effect::Refuse(refusal) => {
                    self.note_refusal(&refusal);
                    done.refusal = Some(refusal);
                    break;
                }
            };
            effects.extend(self.link.handle(self.relay.clock().now(), input));
        }
        done
    }

    /// Admits and commits; when the log writer has too much to do, nothing is looked at, and the phone comes again.
    pub(crate) async fn push(&mut self, batches: Vec<Batch>) -> Pushed {
        let changes: Vec<usize> = batches.iter().map(|batch| batch.changes.len()).collect();
        let pushed = if self.relay.queue_permille() > QUEUE_PERMILLE_MAX {
            let outcome = || AckOutcome::Deferred { code: RefusalCode::Busy };
            let deferred =
                |batch: Batch| Ack { document: batch.document, head: batch.head, outcome: outcome() };
            Pushed { acks: batches.into_iter().map(deferred).collect(), receipts: Vec::new() }
        } else {
            self.relay.push(self.device.id, batches).await
        };
        let acks = &pushed.acks;
        self.relay.metrics().pushed(&changes, acks);
        self.link.set_retry_after_ms(self.load.retry_after_ms(fill(acks, self.relay.queue_permille())));
        self.note_rejections(acks);
        pushed
    }

    async fn read(&mut self, want: Want, bytes_max: usize) -> Input {
        let metrics = self.relay.metrics();
        metrics.pulls.add(1);
        let cursor = &want.cursor;
        let is_bulky = cursor.seq == 0 || cursor.bootstrap.is_some() || self.bulky.contains(&want.collection);
        // Held while reading: phones that fetch everything must not take every reader from those that push.
        let _turn = if is_bulky {
            metrics.bootstraps.add(1);
            self.load.bootstrap().await
        } else {
            None
        };
        match self.relay.pull(want, bytes_max).await {
            Ok(pull) => {
                if pull.more {
                    self.bulky.insert(pull.collection.clone());
                } else {
                    self.bulky.remove(&pull.collection);
                }
                Input::Log(pull)
            }
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "the log could not be read");
                Input::ReadFailed
            }
        }
    }

    /// Room for a frame that has come in, or the refusal that ends the line.
    fn enter(&self, bytes: usize) -> Result<tokio::sync::OwnedSemaphorePermit, Refusal> {
        self.load.enter(bytes).inspect_err(|refusal| self.note_refusal(refusal))
    }

    /// Says once what was wrong: the line ends with it. Never what was in it.
    fn note_refusal(&self, refusal: &Refusal) {
        self.relay.metrics().refusals.count(refusal.code.word());
        let (device, code, detail) = (&self.device.id, refusal.code.word(), &refusal.detail);
        match refusal.code {
            RefusalCode::Malformed | RefusalCode::FrameTooLarge | RefusalCode::NoRight => {
                tracing::warn!(%device, code, detail, "a request was refused");
            }
            _ => tracing::debug!(%device, code, detail, "a request was refused"),
        }
    }

    /// Says once a line and code that batches were rejected, and how many of this push.
    fn note_rejections(&mut self, acks: &[Ack]) {
        for ack in acks {
            if let AckOutcome::Rejected { code, detail, .. } = &ack.outcome
                && self.told.insert(code.word())
            {
                let device = &self.device.id;
                tracing::warn!(%device, code = code.word(), detail, "a batch was rejected");
            }
        }
    }
}

/// How full to call a queue that deferred something: a disk that is full or slow is not better in a second.
fn fill(acks: &[Ack], queue_permille: u32) -> u32 {
    let is_disk =
        |ack: &Ack| matches!(ack.outcome, AckOutcome::Deferred { code } if code != RefusalCode::Busy);
    if acks.iter().any(is_disk) { queue_permille.max(FULL_PERMILLE / 2) } else { queue_permille }
}

fn refusal_frame(refusal: Refusal) -> Vec<u8> {
    protocol::encode(&Frame::Refusal(refusal))
}
