//! What a device signs, and what the relay signs. Defined here once; signing and verifying are the shells'.

use super::certificate::Certificate;
use super::receipt::Acked;
use crate::ids::{Actor, BureauId, ChangeHash, CollectionId, DeviceId, DocumentId, StationCode};
use crate::protocol::Receipt;

/// Suite 1: ECDSA over P-256 with SHA-256, the signature as r || s (64 bytes), the public key as an uncompressed
/// point (65 bytes). Other suites take other numbers.
pub const SUITE_P256: u8 = 1;

/// Everything that the signature of a batch is about. A head commits to all changes before it, so one signature covers
/// the batch; the document is inside because a change does not name its own and could be replayed into another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchClaim<'a> {
    /// The bureau.
    pub bureau: &'a BureauId,
    /// The collection it is for.
    pub collection: &'a CollectionId,
    /// The document it is for.
    pub document: DocumentId,
    /// The writer.
    pub actor: Actor,
    /// Hash of the last change.
    pub head: ChangeHash,
    /// How many changes.
    pub count: u32,
}

impl BatchClaim<'_> {
    /// The bytes that are signed: a CBOR array of the tag, the suite, and the six fields in this order.
    pub fn to_bytes(&self, suite: u8) -> Vec<u8> {
        cbor(|e| {
            e.array(8)?.str("muster/batch")?.u8(suite)?;
            e.str(self.bureau.as_str())?.str(self.collection.as_str())?.bytes(&self.document.to_bytes())?;
            e.bytes(self.actor.as_bytes())?.bytes(&self.head.0)?.u32(self.count)?;
            Ok(())
        })
    }
}

/// The bytes that a device signs to open a session: a CBOR array of the tag, the suite, the bureau, the device and
/// the relay's challenge.
pub fn session_claim(suite: u8, bureau: &BureauId, device: DeviceId, challenge: &[u8]) -> Vec<u8> {
    cbor(|e| {
        e.array(5)?.str("muster/session")?.u8(suite)?;
        e.str(bureau.as_str())?.bytes(device.as_bytes())?.bytes(challenge)?;
        Ok(())
    })
}

/// The bytes that the relay signs for a receipt: a CBOR array of the tag, the suite, the bureau, the collection, epoch,
/// position, chain and receipt time, and then, for each batch of the push that is on disk, its document, its head and
/// its last position, in the order of the acks.
pub fn receipt_claim(bureau: &BureauId, receipt: &Receipt, acked: &[Acked]) -> Vec<u8> {
    cbor(|e| {
        e.array(8 + 3 * u64::try_from(acked.len()).unwrap_or(u64::MAX))?.str("muster/receipt")?;
        e.u8(receipt.suite)?.str(bureau.as_str())?.str(receipt.collection.as_str())?;
        e.u64(receipt.epoch)?.u64(receipt.seq)?.bytes(&receipt.chain.0)?.i64(receipt.receipt_time.0)?;
        for (document, head, seq) in acked {
            e.bytes(&document.to_bytes())?.bytes(&head.0)?.u64(*seq)?;
        }
        Ok(())
    })
}

/// The bytes that the relay signs for a certificate: a CBOR array of the tag, the suite, the bureau, the device, its
/// public key, the officer, the role's number, the station (null for none), when it was issued and when its lease ends.
pub fn certificate_claim(certificate: &Certificate) -> Vec<u8> {
    let Certificate { bureau, device, public_key, officer, role, station, issued, lease_end, suite, .. } =
        certificate;
    cbor(|e| {
        e.array(10)?.str("muster/certificate")?.u8(*suite)?;
        e.str(bureau.as_str())?.bytes(device.as_bytes())?.bytes(public_key)?.str(officer.as_str())?;
        e.encode(role)?.encode(station.as_ref().map(StationCode::as_str))?.i64(issued.0)?.i64(lease_end.0)?;
        Ok(())
    })
}

/// The bytes that a device signs for a bundle: a CBOR array of the tag, the suite, the bureau, the device, the officer,
/// when it was made, how many changes are in it, the SHA-256 of each push, and the name of each photo.
#[cfg(feature = "documents")]
pub fn bundle_claim(bundle: &crate::carry::Bundle, pushes: &[[u8; 32]]) -> Vec<u8> {
    let crate::carry::Bundle { bureau, device, officer, made, changes, photos, suite, .. } = bundle;
    let length = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    cbor(|e| {
        e.array(9)?.str("muster/bundle")?.u8(*suite)?;
        e.str(bureau.as_str())?
            .bytes(device.as_bytes())?
            .str(officer.as_str())?
            .i64(made.0)?
            .u32(*changes)?;
        e.array(length(pushes.len()))?;
        for push in pushes {
            e.bytes(push)?;
        }
        e.array(length(photos.len()))?;
        for photo in photos {
            e.array(2)?.bytes(&photo.hash.0)?.str(photo.station.as_str())?;
        }
        Ok(())
    })
}

/// The bytes that the relay signs for the key that bundles are sealed to: a CBOR array of the tag, the suite, the bureau
/// and the key.
pub fn sealing_key_claim(suite: u8, bureau: &BureauId, sealing_key: &[u8]) -> Vec<u8> {
    cbor(|e| {
        e.array(4)?.str("muster/sealing-key")?.u8(suite)?.str(bureau.as_str())?.bytes(sealing_key)?;
        Ok(())
    })
}

type Encoder<'a> = minicbor::Encoder<&'a mut Vec<u8>>;
type EncodeError = minicbor::encode::Error<std::convert::Infallible>;

fn cbor(write: impl FnOnce(&mut Encoder<'_>) -> Result<(), EncodeError>) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(192);
    write(&mut minicbor::Encoder::new(&mut bytes)).expect("writing into memory cannot fail");
    bytes
}
