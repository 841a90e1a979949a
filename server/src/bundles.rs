//! Bundles that somebody brings in: opened, checked as a whole, and then pushed as any phone's batches are. There is no
//! second way into the log: whoever carries it, a batch is its author's, and admission decides.

use std::collections::BTreeSet;
use std::sync::Arc;

use shared::api::bundle::Brought;
use shared::carry::{Bundle, CarriedPhoto, FileError};
use shared::ids::{DeviceId, PhotoHash, StationCode};
use shared::protocol::{self, AckOutcome, Batch, Frame, RefusalCode};

use crate::identity::key;
use crate::load::Load;
use crate::photos::{PhotoError, Photos, Upload};
use crate::relay::Relay;
use crate::relay::sealer::OpenError;
use crate::store::{DeviceRecord, StoreError, blocking};
use crate::sync::Line;

/// Why a bundle was not taken. What of it was pushed before stays pushed: it can be brought in again.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// The file is none, or not whole.
    #[error(transparent)]
    File(FileError),
    /// It is another relay's.
    #[error("the bundle is sealed to another relay")]
    Foreign,
    /// No device of this bureau is known to have made it.
    #[error("no device of this bureau has signed the bundle")]
    Unproven,
    /// The log cannot take it now.
    #[error("the log cannot take it now")]
    Deferred(RefusalCode),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<OpenError> for BundleError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::File(error) => Self::File(error),
            OpenError::Foreign => Self::Foreign,
            OpenError::Sealed => Self::File(FileError::Damaged),
        }
    }
}

/// Opens a bundle that a device brings, and pushes what is in it.
///
/// # Errors
/// When it is not whole, not this bureau's, not signed, or cannot be taken now.
pub async fn bring(
    relay: &Relay,
    load: &Arc<Load>,
    photos: &Arc<Photos>,
    carrier: DeviceRecord,
    file: Vec<u8>,
) -> Result<Brought, BundleError> {
    let opened = {
        let relay = relay.clone();
        blocking(&Arc::clone(relay.store()), move |_| Ok(open(&relay, &file))).await?
    };
    let (bundle, pushes, author) = opened?;
    let Bundle { device, officer, made, photos: carried, .. } = bundle;
    let officer_known = officer.clone();
    let name = blocking(relay.store(), move |store| store.officer(&officer_known)).await?;
    let name = name.map_or_else(|| officer.to_string(), |officer| officer.name);
    let mut brought = Brought {
        device,
        name,
        made,
        taken: 0,
        known: 0,
        held: 0,
        rejected: Vec::new(),
        photos: 0,
        photos_refused: 0,
    };
    let carrier_id = carrier.id;
    let mut line = Line::new(relay.clone(), Arc::clone(load), carrier);
    let mut documents = BTreeSet::new();
    for push in pushes {
        documents.extend(push.iter().map(|batch| batch.document));
        let told: Vec<(u32, bool)> = push.iter().map(|batch| told(batch, &author)).collect();
        let acks = line.push(push).await.acks;
        for ((changes, is_held), ack) in told.into_iter().zip(acks) {
            match ack.outcome {
                AckOutcome::Accepted { .. } if is_held => brought.held += changes,
                AckOutcome::Accepted { .. } => brought.taken += changes,
                AckOutcome::Duplicate { .. } => brought.known += changes,
                AckOutcome::Rejected { code, .. } => note_rejected(&mut brought, code.word(), changes),
                AckOutcome::Deferred { code } => return Err(BundleError::Deferred(code)),
            }
        }
    }
    let stations = relay.stations().await?;
    let has_photos = !carried.is_empty();
    keep_photos(photos, &author, &stations, carried, &mut brought).await;
    if has_photos && author.revoked.is_some() {
        // Held as a whole first: whatever a supervisor releases meanwhile, its photos go with it. Answers may have come in
        // another bundle, or before it was revoked.
        documents.extend(blocking(relay.store(), move |store| store.written_by(device)).await?);
        let named = relay.photos_that_count(documents).await?;
        show_photos(photos, device, named).await;
    }
    let Brought { taken, known, held, photos, .. } = brought;
    let rejected: u32 = brought.rejected.iter().map(|(_, count)| count).sum();
    tracing::info!(
        target: "audit", carrier = %carrier_id, author = %device, %officer, taken, known, held, rejected, photos,
        "a bundle was brought in"
    );
    Ok(brought)
}

/// Changes of a batch, and whether they are held when they are new: their author is revoked, or has moved.
fn told(batch: &Batch, author: &DeviceRecord) -> (u32, bool) {
    let is_held = author.revoked.is_some() || !author.rights.may_write(&batch.collection);
    (u32::try_from(batch.changes.len()).unwrap_or(u32::MAX), is_held)
}

fn note_rejected(brought: &mut Brought, word: &str, changes: u32) {
    match brought.rejected.iter_mut().find(|(known, _)| known == word) {
        Some((_, count)) => *count += changes,
        None => brought.rejected.push((word.to_owned(), changes)),
    }
}

type Opened = (Bundle, Vec<Vec<Batch>>, DeviceRecord);

/// Everything that can be checked without the log, before any of it is used.
fn open(relay: &Relay, file: &[u8]) -> Result<Opened, BundleError> {
    let bureau = &relay.bureau().id;
    let bundle = relay.sealer().open(bureau, file)?;
    let author = relay.store().device(bundle.device)?.ok_or(BundleError::Unproven)?;
    let is_signed = bundle.bureau == *bureau
        && bundle.officer == author.rights.officer
        && key::verifies(bundle.suite, &author.public_key, &bundle.claim(), &bundle.signature);
    if !is_signed {
        return Err(BundleError::Unproven);
    }
    let mut pushes = Vec::with_capacity(bundle.pushes.len());
    for push in &bundle.pushes {
        let Ok(Frame::Request(request)) = protocol::decode(push) else {
            return Err(BundleError::File(FileError::Damaged));
        };
        if request.push.iter().any(|batch| batch.actor.device() != author.id) {
            return Err(BundleError::Unproven);
        }
        pushes.push(request.push);
    }
    Ok((bundle, pushes, author))
}

/// Photos are put where the author's own upload would have put them; those of a revoked device apart, where nobody sees
/// them. One that is not taken costs nothing else: its phone still has it, and sends it.
async fn keep_photos(
    photos: &Arc<Photos>,
    author: &DeviceRecord,
    stations: &BTreeSet<StationCode>,
    carried: Vec<CarriedPhoto>,
    brought: &mut Brought,
) {
    for CarriedPhoto { hash, bytes, station } in carried {
        if !stations.contains(&station) {
            brought.photos_refused += 1;
            continue;
        }
        let upload = Upload { device: author.id, officer: author.rights.officer.clone(), station, hash };
        let (photos, is_held) = (Arc::clone(photos), author.revoked.is_some());
        let work = move || match photos.progress(&upload) {
            Ok(progress) if progress.is_whole() => Ok(()),
            _ if is_held => keep(&photos.held_of(upload.device), &upload, &bytes),
            _ => keep(&photos, &upload, &bytes),
        };
        let kept = tokio::task::spawn_blocking(work).await;
        match kept.unwrap_or_else(|_| Err(PhotoError::Failed(std::io::Error::other("the work panicked")))) {
            Ok(()) => brought.photos += 1,
            Err(error) => {
                told_photo(hash, &error);
                brought.photos_refused += 1;
            }
        }
    }
}

/// Shows those of a revoked device's photos that answers name which count.
async fn show_photos(photos: &Arc<Photos>, author: DeviceId, named: BTreeSet<PhotoHash>) {
    let photos = Arc::clone(photos);
    let shown = tokio::task::spawn_blocking(move || photos.release(author, &named)).await;
    if let Ok(Err(error)) = shown {
        tracing::error!(error = &error as &dyn std::error::Error, "photos that count could not be shown");
    }
}

fn told_photo(hash: PhotoHash, error: &PhotoError) {
    tracing::warn!(error = error as &dyn std::error::Error, photo = %hash, "a carried photo was not taken");
}

fn keep(photos: &Photos, upload: &Upload, bytes: &[u8]) -> Result<(), PhotoError> {
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let progress = photos.begin(upload, length, "")?;
    if progress.is_whole() {
        return Ok(());
    }
    // A broken upload of the phone itself goes on where it was.
    let at = usize::try_from(progress.offset).unwrap_or(usize::MAX);
    let rest = bytes.get(at..).ok_or(PhotoError::Offset(progress.offset))?;
    photos.add(upload, progress.offset, rest).map(drop)
}
