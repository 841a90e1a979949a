//! The file of what is only on this phone: everything that waits, signed as for a push, and photos as far as they fit; signed
//! as a whole, and sealed to the relay. It is made in memory and handed to the page; nothing of the phone's own changes.

use std::rc::Rc;

use link::ToUi;
use link::slice::ReadyView;
use shared::carry::{self, Bundle, CarriedPhoto, Envelope, KEY_INFO};
use shared::ids::PhotoHash;
use shared::limits::{BUNDLE_PHOTO_BYTES_MAX, BUNDLE_PHOTOS_MAX, BUNDLE_PUSHES_MAX};
use shared::protocol::{self, Frame, Request};

use super::kept::Handed;
use crate::engine::photos::row::{self, Kind, Row};
use crate::engine::state::{Engine, Phone, fail, post};
use crate::engine::store::Shelf;
use crate::platform::crypto::CryptoError;
use crate::platform::crypto::sealing::{Sealing, TAG_BYTES};
use crate::platform::{clock, interface, spawn};

/// A file, and what is in it.
pub struct Made {
    /// The file.
    pub file: Vec<u8>,
    /// What is in it, and what is not.
    pub ready: ReadyView,
    handed: Handed,
}

/// Why there is no file.
pub(in crate::engine) struct NotMade(&'static str, String);

impl NotMade {
    /// In a word.
    pub fn word(&self) -> &'static str {
        self.0
    }
}

impl From<CryptoError> for NotMade {
    fn from(error: CryptoError) -> Self {
        Self("crypto-missing", error.to_string())
    }
}

impl Engine {
    /// Makes the file, hands it to the page, and answers.
    pub(in crate::engine) fn make_bundle(self: &Rc<Self>, command: u32) {
        let engine = Rc::clone(self);
        spawn(async move {
            match engine.try_bundle().await {
                Ok(()) => {
                    engine.refresh();
                    engine.flush();
                    post(&ToUi::Done(command));
                }
                Err(NotMade(code, detail)) => fail(command, code, detail),
            }
        });
    }

    /// Notes that the file was handed out.
    pub(in crate::engine) fn handed_out(self: &Rc<Self>, command: u32, is_given: bool) {
        let Some((_, handed)) = self.carry.made.borrow_mut().take() else {
            return post(&ToUi::Done(command));
        };
        let handed = Handed { at: clock::now(), is_given, ..handed };
        self.keep_carry(command, move |kept| kept.handed = Some(handed));
    }

    async fn try_bundle(self: &Rc<Self>) -> Result<(), NotMade> {
        let Made { file, ready, handed } = self.bundle(self.photos.waiting()).await?;
        self.carry.made.replace(Some((ready, handed)));
        interface::post_file(&file);
        Ok(())
    }

    /// What is only on this phone, as a file; of its photos and memos those that are named.
    ///
    /// # Errors
    /// When nothing is, or it cannot be signed and sealed.
    pub(in crate::engine) async fn bundle(self: &Rc<Self>, waiting: Vec<Row>) -> Result<Made, NotMade> {
        let (key, sealing_key, zone, mut bundle, pushes, pending) = {
            let phone = self.phone.borrow();
            let Some(Phone { profile, key, device }) = phone.as_ref() else {
                return Err(NotMade("not-enrolled", String::new()));
            };
            let identity = device.identity();
            let made = device.corrected(clock::now());
            let bundle = Bundle::new(&identity.bureau, identity.device, &identity.rights.officer, made);
            let pushes = device.waiting(BUNDLE_PUSHES_MAX);
            (key.clone(), profile.sealing_key.clone(), identity.zone, bundle, pushes, device.status().pending)
        };
        let sealing_key = sealing_key.ok_or_else(|| NotMade("bundle-no-key", String::new()))?;
        if pushes.is_empty() && waiting.is_empty() {
            return Err(NotMade("bundle-empty", String::new()));
        }
        let mut changes = Vec::new();
        for push in pushes {
            let mut signed = Vec::with_capacity(push.len());
            for (mut batch, claim) in push {
                batch.signature = key.sign(&claim).await?;
                changes.extend(batch.changes.iter().filter_map(|change| {
                    Some((batch.document, shared::document::chunk::hash(change).ok()?))
                }));
                signed.push(batch);
            }
            let request = Request { push: signed, ..Request::default() };
            bundle.pushes.push(protocol::encode(&Frame::Request(request)).into());
        }
        bundle.changes = count(changes.len());
        bundle.photos = self.fitting(&waiting).await;
        bundle.signature = key.sign(&bundle.claim()).await?;
        let photos: Vec<PhotoHash> = bundle.photos.iter().map(|photo| photo.hash).collect();
        let contents = bundle.to_bytes();
        let sealing = Sealing::to(&sealing_key, KEY_INFO, |own| carry::salt(own, &sealing_key)).await?;
        let sealed_bytes = contents.len() + TAG_BYTES;
        let own = sealing.public.clone();
        let head = Envelope::new(&bundle.bureau, &sealing_key, own, sealed_bytes).head();
        let sealed = sealing.seal(&head, &contents).await?;
        drop(contents);
        let file = carry::seal(head, &sealed);
        let whole = |row: &&Row| row.kind != Kind::Thumbnail && photos.contains(&row.hash);
        let all = waiting.iter().filter(|row| row.kind != Kind::Thumbnail).count();
        let inside = waiting.iter().filter(whole).count();
        let ready = ReadyView {
            name: carry::file_name(bundle.device, bundle.made, zone),
            bytes: u64::try_from(file.len()).unwrap_or_default(),
            changes: bundle.changes,
            changes_left: count(pending.saturating_sub(changes.len())),
            photos: count(inside),
            photos_left: count(all - inside),
        };
        let handed = Handed { at: bundle.made, is_given: false, changes, photos };
        Ok(Made { file, ready, handed })
    }

    /// Photos and memos that wait, as far as they fit: small ones and memos first, of each the oldest.
    async fn fitting(&self, waiting: &[Row]) -> Vec<CarriedPhoto> {
        let mut left = waiting.to_vec();
        let (mut photos, mut bytes_left) = (Vec::<CarriedPhoto>::new(), BUNDLE_PHOTO_BYTES_MAX);
        while let Some(row) = row::next(&left).cloned() {
            left.retain(|other| other.hash != row.hash);
            if row.bytes > bytes_left || photos.len() == BUNDLE_PHOTOS_MAX {
                continue;
            }
            if let Ok(Some(bytes)) = self.database.get(Shelf::Photos, &row.hash.to_string()).await {
                bytes_left -= row.bytes;
                photos.push(CarriedPhoto { hash: row.hash, bytes, station: row.station });
            }
        }
        photos
    }
}

fn count(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
