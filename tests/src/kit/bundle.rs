//! Bundles as a phone without a browser makes them: what waits, signed, and sealed to the relay's key.

use data_encoding::BASE64URL_NOPAD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral};
use ring::hkdf::{HKDF_SHA256, Salt};
use ring::rand::SystemRandom;
use shared::api::session::Session;
use shared::carry::{self, Bundle, Envelope, KEY_INFO};
use shared::ids::BureauId;
use shared::limits::BUNDLE_PUSHES_MAX;
use shared::protocol::{self, Frame, Request};

use super::phone::Phone;

/// The key that a relay's phones seal to, as any signed-in phone is told.
pub fn sealing_key(phone: &Phone) -> Vec<u8> {
    let session: Session = phone.client.get("/api/session").unwrap().json();
    BASE64URL_NOPAD.decode(session.sealing_key.as_bytes()).unwrap()
}

/// What waits on a phone, signed.
pub fn contents(phone: &Phone) -> Bundle {
    let identity = phone.device.identity();
    let officer = &identity.rights.officer;
    let mut bundle = Bundle::new(&identity.bureau, identity.device, officer, phone.now());
    for push in phone.device.waiting(BUNDLE_PUSHES_MAX) {
        let signed = push.into_iter().map(|(mut batch, claim)| {
            bundle.changes += u32::try_from(batch.changes.len()).unwrap();
            batch.signature = phone.sign(&claim);
            batch
        });
        let push = signed.collect();
        let request = Request { push, ..Request::default() };
        bundle.pushes.push(protocol::encode(&Frame::Request(request)).into());
    }
    sign(phone, bundle)
}

/// Signs contents as a phone.
pub fn sign(phone: &Phone, mut bundle: Bundle) -> Bundle {
    bundle.signature = phone.sign(&bundle.claim());
    bundle
}

/// A file of contents.
pub fn seal(sealing_key: &[u8], bureau: &BureauId, contents: &[u8]) -> Vec<u8> {
    let random = SystemRandom::new();
    let own = EphemeralPrivateKey::generate(&ECDH_P256, &random).unwrap();
    let public = own.compute_public_key().unwrap().as_ref().to_vec();
    let head =
        Envelope::new(bureau, sealing_key, public.clone(), contents.len() + AES_256_GCM.tag_len()).head();
    let key = agree_ephemeral(own, &UnparsedPublicKey::new(&ECDH_P256, sealing_key), |shared| {
        let derivation = Salt::new(HKDF_SHA256, &carry::salt(&public, sealing_key)).extract(shared);
        UnboundKey::from(derivation.expand(&[KEY_INFO], &AES_256_GCM).unwrap())
    });
    let key = LessSafeKey::new(key.unwrap());
    let mut sealed = contents.to_vec();
    let nonce = Nonce::assume_unique_for_key([0; NONCE_LEN]);
    key.seal_in_place_append_tag(nonce, Aad::from(&head), &mut sealed).unwrap();
    carry::seal(head, &sealed)
}

/// The file of what waits on a phone.
pub fn file(phone: &Phone, sealing_key: &[u8]) -> Vec<u8> {
    seal(sealing_key, &phone.enrolled.bureau.id, &contents(phone).to_bytes())
}
