//! An answer as it comes to a phone: whatever it is, the phone goes on. Changes and chains in it are made right first;
//! changes that the relay would never have let in are not tried here.

use std::collections::BTreeMap;

use shared::document::chunk;
use shared::ids::{ChangeHash, DocumentId};
use shared::protocol::{self, Carried, Frame, Pull, Response, Run};
use shared::sync::device::{Device, Effect, Identity, Input, Stored, Write};
use shared::time::Zone;

use crate::{chunks, seeds};

/// Effects that one input can lead to here: a phone that never rests is stuck.
const STEPS_MAX: usize = 256;

pub fn run(input: &[u8]) {
    let mut phone = Phone::start();
    // As it is.
    phone.feed(Input::Received(input.to_vec()));
    // As an attacker would send it.
    if let Ok(Frame::Response(response)) = protocol::decode(input)
        && let Some(response) = made_right(response)
    {
        let mut phone = Phone::start();
        phone.feed(Input::Received(protocol::encode(&Frame::Response(response))));
        phone.feed(Input::LinkDown { problem: None });
        phone.feed(Input::Timer);
        phone.read();
        // What it stored starts again.
        let mut again = Phone::boot(phone.stored);
        again.read();
    }
}

type Logs = BTreeMap<DocumentId, chunks::Causes>;

fn made_right(mut response: Response) -> Option<Response> {
    let mut logs = Logs::new();
    let pulls = response.pulls.into_iter().map(|pull| pull_made_right(pull, &mut logs));
    response.pulls = pulls.collect::<Option<_>>()?;
    Some(response)
}

fn pull_made_right(mut pull: Pull, logs: &mut Logs) -> Option<Pull> {
    for run in &mut pull.runs {
        changes_made_right(run, logs)?;
    }
    for whole in &mut pull.documents {
        // Snapshots are tried by themselves.
        whole.snapshot = None;
        for run in &mut whole.runs {
            changes_made_right(run, logs)?;
        }
    }
    seeds::chained(pull, hash)
}

fn changes_made_right(run: &mut Run, logs: &mut Logs) -> Option<()> {
    let kind = run.document.kind();
    let causes = logs.entry(run.document).or_insert_with(|| chunks::Causes::new(kind));
    for carried in &mut run.changes {
        if let Carried::Change(bytes) = carried {
            let body = chunks::body(bytes)?;
            let change = chunks::around(chunks::CHANGE, body);
            let outline = chunk::outline(&change).ok()?;
            // What the phone wrote itself does not come from elsewhere.
            let is_foreign = outline.actor.device() != seeds::device();
            if !is_foreign || !chunks::is_admissible(body, kind) || !causes.take(&outline) {
                return None;
            }
            *bytes = change;
        }
    }
    Some(())
}

fn hash(carried: &Carried) -> Option<ChangeHash> {
    match carried {
        Carried::Change(bytes) => chunk::hash(bytes).ok(),
        Carried::Known(hash) => Some(*hash),
    }
}

struct Phone {
    device: Device,
    stored: Stored,
    documents: Vec<DocumentId>,
}

impl Phone {
    /// A new phone that has just asked its first question.
    fn start() -> Self {
        let mut phone = Self::boot(Stored::default());
        phone.feed(Input::MayLink(true));
        phone.feed(Input::LinkUp);
        phone
    }

    fn boot(stored: Stored) -> Self {
        let identity = Identity {
            bureau: seeds::bureau(),
            zone: Zone::CHINA,
            device: seeds::device(),
            rights: seeds::rights(),
            relay_key: Some(vec![4; 65].into()),
        };
        Self { device: Device::boot(identity, 0, stored.clone()), stored, documents: Vec::new() }
    }

    fn feed(&mut self, input: Input) {
        let mut todo = vec![input];
        for _ in 0..STEPS_MAX {
            let Some(next) = todo.pop() else { return };
            for effect in self.device.handle(seeds::NOW, 7, next) {
                todo.extend(self.perform(effect));
            }
        }
        panic!("the phone does not come to rest");
    }

    fn perform(&mut self, effect: Effect) -> Option<Input> {
        match effect {
            Effect::Persist(writes) => {
                for write in writes {
                    match write {
                        Write::Change(change) => self.stored.changes.push(change),
                        Write::Mark(mark) => self.stored.marks.push(mark),
                        Write::Cursor { collection, cursor } => {
                            self.stored.cursors.retain(|(known, _)| *known != collection);
                            self.stored.cursors.push((collection, cursor));
                        }
                        Write::Seal(seal) => self.stored.seals.push(seal),
                        _ => {}
                    }
                }
                Some(Input::Persisted)
            }
            Effect::Verify(claims) => Some(Input::Verified(vec![true; claims.len()])),
            Effect::Sign(claims) => Some(Input::Signed(vec![vec![1; 64]; claims.len()])),
            Effect::Changed(documents) => {
                self.documents.extend(documents);
                None
            }
            _ => None,
        }
    }

    fn read(&mut self) {
        self.device.status();
        self.device.round(&seeds::round_name());
        self.device.register(&seeds::station());
        self.device.calendar();
        self.device.directory();
    }
}

pub fn seeds() -> Vec<Vec<u8>> {
    let mut response = seeds::response();
    let first = response.pulls.remove(0);
    response.pulls.extend(seeds::chained(first, hash));
    let mut frames = seeds::frames();
    frames.push(Frame::Response(Response { exchange: 0, ..response.clone() }));
    frames.push(Frame::Response(response));
    // Not deflated: a fuzzer gets nowhere with bits of a Huffman code.
    frames.iter().map(|frame| protocol::encode_as(frame, protocol::VERSION_MIN)).collect()
}
