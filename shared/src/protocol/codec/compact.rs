//! The changes of a frame in their compact form: they are taken out of it, stand behind its CBOR value, and are put back.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::document::compact::{Elider, RestoreError, Restored, Restorer, Trail};
use crate::ids::{Actor, ChangeHash, DocumentId};
use crate::protocol::frame::{Batch, Carried, Frame, Response, Run};

#[cfg(test)]
mod tests;

type Trails = BTreeMap<DocumentId, Trail>;

/// Takes the changes out of a frame, and gives their compact form; `None` when there are none to take.
pub(super) fn elide(frame: &mut Frame) -> Option<Vec<u8>> {
    let mut trails = trails(frame);
    let mut elider = Elider::default();
    match frame {
        Frame::Request(request) => {
            for batch in &mut request.push {
                elide_batch(&mut elider, trail(&mut trails, batch.document), batch);
            }
        }
        Frame::Response(response) => {
            for run in runs(response) {
                elide_run(&mut elider, trail(&mut trails, run.document), run);
            }
        }
        Frame::Refusal(_) => {}
    }
    (!elider.is_empty()).then(|| elider.finish())
}

fn elide_batch(elider: &mut Elider, trail: &mut Trail, batch: &mut Batch) {
    let changes = std::mem::take(&mut batch.changes);
    elider.count(changes.len());
    let mut actor = batch.actor.as_bytes().to_vec();
    let mut last = None;
    for change in &changes {
        last = elider.change(trail, &mut actor, change);
    }
    let is_head = last == Some(batch.head);
    if is_head {
        batch.head = ChangeHash([0; 32]);
    }
    elider.flag(is_head);
}

fn elide_run(elider: &mut Elider, trail: &mut Trail, run: &mut Run) {
    let changes = std::mem::take(&mut run.changes);
    elider.count(changes.len());
    let mut actor = Actor::new(run.device, 0).as_bytes().to_vec();
    for carried in &changes {
        match carried {
            Carried::Change(change) => {
                elider.change(trail, &mut actor, change);
            }
            Carried::Known(hash) => elider.known(trail, *hash),
        }
    }
    let seal = run.seal.as_ref().map(|seal| <[u8; 32]>::from(Sha256::digest(&seal.signature)));
    let is_seals = seal == Some(run.signature_hash);
    if is_seals {
        run.signature_hash = [0; 32];
    }
    elider.flag(is_seals);
}

/// Puts the changes back into a frame from which [`elide`] took them.
pub(super) fn restore(frame: &mut Frame, bytes: &[u8], bytes_max: usize) -> Result<(), RestoreError> {
    let mut trails = trails(frame);
    let mut restorer = Restorer::new(bytes, bytes_max).ok_or(RestoreError::Malformed)?;
    match frame {
        Frame::Request(request) => {
            for batch in &mut request.push {
                restore_batch(&mut restorer, trail(&mut trails, batch.document), batch)?;
            }
        }
        Frame::Response(response) => {
            for run in runs(response) {
                restore_run(&mut restorer, trail(&mut trails, run.document), run)?;
            }
        }
        Frame::Refusal(_) => {}
    }
    if restorer.is_done() { Ok(()) } else { Err(RestoreError::Malformed) }
}

fn restore_batch(
    restorer: &mut Restorer<'_>,
    trail: &mut Trail,
    batch: &mut Batch,
) -> Result<(), RestoreError> {
    if !batch.changes.is_empty() {
        return Err(RestoreError::Malformed);
    }
    let mut actor = batch.actor.as_bytes().to_vec();
    let mut last = None;
    for _ in 0..restorer.count()? {
        match restorer.change(trail, &mut actor)? {
            Restored::Change(change, hash) => {
                batch.changes.push(change.into());
                last = hash;
            }
            Restored::Known(_) => return Err(RestoreError::Malformed),
        }
    }
    match (restorer.flag()?, last) {
        (false, _) => {}
        (true, Some(last)) if batch.head.0 == [0; 32] => batch.head = last,
        (true, _) => return Err(RestoreError::Malformed),
    }
    Ok(())
}

fn restore_run(restorer: &mut Restorer<'_>, trail: &mut Trail, run: &mut Run) -> Result<(), RestoreError> {
    if !run.changes.is_empty() {
        return Err(RestoreError::Malformed);
    }
    let mut actor = Actor::new(run.device, 0).as_bytes().to_vec();
    for _ in 0..restorer.count()? {
        run.changes.push(match restorer.change(trail, &mut actor)? {
            Restored::Change(change, _) => Carried::Change(change),
            Restored::Known(hash) => Carried::Known(hash),
        });
    }
    match (restorer.flag()?, &run.seal) {
        (false, _) => {}
        (true, Some(seal)) if run.signature_hash == [0; 32] => {
            run.signature_hash = Sha256::digest(&seal.signature).into();
        }
        (true, _) => return Err(RestoreError::Malformed),
    }
    Ok(())
}

fn trail(trails: &mut Trails, document: DocumentId) -> &mut Trail {
    trails.entry(document).or_insert_with(|| Trail::new(document))
}

/// The trails of a frame, with what its acks say.
fn trails(frame: &Frame) -> Trails {
    let mut trails = Trails::new();
    if let Frame::Response(response) = frame {
        for ack in &response.acks {
            trail(&mut trails, ack.document).hashes.push(ack.head);
        }
    }
    trails
}

/// Every run of an answer, in the order of the wire.
fn runs(response: &mut Response) -> impl Iterator<Item = &mut Run> {
    response.pulls.iter_mut().flat_map(|pull| {
        let wholes = pull.documents.iter_mut().flat_map(|whole| &mut whole.runs);
        pull.runs.iter_mut().chain(wholes)
    })
}
