//! What is in a bundle: everything of one device that its relay has not acknowledged, as ready pushes, and photos that fit.
//! The device signs what it put in, so that nothing can be left out of it or added unseen.

use minicbor::Encode;
use sha2::{Digest, Sha256};

use crate::ids::{BureauId, DeviceId, OfficerId, PhotoHash, StationCode};
use crate::limits::{BUNDLE_ITEMS_MAX, BUNDLE_PHOTOS_MAX, BUNDLE_PUSHES_MAX};
use crate::protocol::codec::items;
use crate::time::Timestamp;
use crate::trust::signing::{SUITE_P256, bundle_claim};

/// A bundle's contents.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct Bundle {
    /// The bureau.
    #[n(0)]
    pub bureau: BureauId,
    /// Whose changes, and who signed.
    #[n(1)]
    pub device: DeviceId,
    /// Its person.
    #[n(2)]
    pub officer: OfficerId,
    /// When, by the phone's clock corrected to the relay's.
    #[n(3)]
    pub made: Timestamp,
    /// Changes in it.
    #[n(4)]
    pub changes: u32,
    /// Request frames with nothing but a push each, in the order in which they are to be pushed.
    #[n(5)]
    pub pushes: Vec<minicbor::bytes::ByteVec>,
    /// Photos and voice memos.
    #[n(6)]
    pub photos: Vec<CarriedPhoto>,
    /// Signature suite.
    #[n(7)]
    pub suite: u8,
    /// The device's signature over [`Bundle::claim`].
    #[cbor(n(8), with = "minicbor::bytes")]
    pub signature: Vec<u8>,
}

crate::read_record!(Bundle {
    bureau,
    device,
    officer,
    made,
    changes,
    pushes,
    photos,
    suite,
    signature as bytes
});

/// A photo or a voice memo in a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct CarriedPhoto {
    /// Its name.
    #[n(0)]
    pub hash: PhotoHash,
    /// Its bytes.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub bytes: Vec<u8>,
    /// The station of its answer, where it is filed.
    #[n(2)]
    pub station: StationCode,
}

crate::read_record!(CarriedPhoto { hash, bytes as bytes, station });

/// The contents are none of ours, or ask for too much.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the contents are malformed: {0}")]
pub struct ContentsError(String);

impl Bundle {
    /// The contents, not signed yet.
    pub fn new(bureau: &BureauId, device: DeviceId, officer: &OfficerId, made: Timestamp) -> Self {
        Self {
            bureau: bureau.clone(),
            device,
            officer: officer.clone(),
            made,
            changes: 0,
            pushes: Vec::new(),
            photos: Vec::new(),
            suite: SUITE_P256,
            signature: Vec::new(),
        }
    }

    /// What the device signs.
    pub fn claim(&self) -> Vec<u8> {
        let pushes: Vec<[u8; 32]> = self.pushes.iter().map(|push| Sha256::digest(&push[..]).into()).collect();
        bundle_claim(self, &pushes)
    }

    /// Its bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        minicbor::to_vec(self).expect("writing into memory cannot fail")
    }

    /// Reads it.
    ///
    /// # Errors
    /// When the bytes are something else, or hold more than a bundle may.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ContentsError> {
        let told = |error: minicbor::decode::Error| ContentsError(error.to_string());
        // One byte can be an item of many in memory: they are counted before any of them is made.
        items::count(bytes, BUNDLE_ITEMS_MAX)
            .map_err(|_| ContentsError("cut off, or too many items".to_owned()))?;
        let mut decoder = minicbor::Decoder::new(bytes);
        let bundle: Self = decoder.decode().map_err(told)?;
        let is_whole = decoder.position() == bytes.len();
        if !is_whole || bundle.pushes.len() > BUNDLE_PUSHES_MAX || bundle.photos.len() > BUNDLE_PHOTOS_MAX {
            return Err(ContentsError("more than a bundle may hold".to_owned()));
        }
        Ok(bundle)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bundle() -> Bundle {
        let (bureau, officer) = (BureauId::parse("chaohu").unwrap(), OfficerId::parse("li").unwrap());
        let mut bundle = Bundle::new(&bureau, DeviceId::from([1; 16]), &officer, Timestamp(5));
        bundle.changes = 2;
        bundle.pushes = vec![vec![1, 2, 3].into()];
        let station = StationCode::parse("zhongmiao").unwrap();
        bundle.photos = vec![CarriedPhoto { hash: PhotoHash([7; 32]), bytes: vec![4], station }];
        bundle.signature = vec![9; 64];
        bundle
    }

    #[test]
    fn contents_survive_their_bytes_and_nothing_less_does() {
        let bytes = bundle().to_bytes();
        assert_eq!(Bundle::from_bytes(&bytes), Ok(bundle()));
        for cut in 0..bytes.len() {
            assert!(Bundle::from_bytes(&bytes[..cut]).is_err(), "{cut}");
        }
        assert!(Bundle::from_bytes(&[bytes, vec![0]].concat()).is_err());
    }

    #[test]
    fn the_signature_is_about_all_of_it() {
        let claim = bundle().claim();
        let changes: [fn(&mut Bundle); 8] = [
            |bundle| bundle.bureau = BureauId::parse("other").unwrap(),
            |bundle| bundle.device = DeviceId::from([2; 16]),
            |bundle| bundle.officer = OfficerId::parse("wang").unwrap(),
            |bundle| bundle.made = Timestamp(6),
            |bundle| bundle.changes = 3,
            |bundle| drop(bundle.pushes.pop()),
            |bundle| bundle.photos[0].hash = PhotoHash([8; 32]),
            |bundle| bundle.photos[0].station = StationCode::parse("huailin").unwrap(),
        ];
        for change in changes {
            let mut other = bundle();
            change(&mut other);
            assert_ne!(other.claim(), claim);
        }
    }

    #[test]
    fn contents_are_bounded() {
        let mut many = bundle();
        many.pushes = vec![Vec::new().into(); BUNDLE_PUSHES_MAX + 1];
        assert!(Bundle::from_bytes(&many.to_bytes()).is_err());
        let mut full = bundle();
        full.pushes = vec![Vec::new().into(); BUNDLE_PUSHES_MAX];
        full.photos = vec![full.photos[0].clone(); BUNDLE_PHOTOS_MAX];
        assert_eq!(Bundle::from_bytes(&full.to_bytes()), Ok(full), "all that is allowed is read");
        let mut many = bundle();
        many.photos = vec![many.photos[0].clone(); BUNDLE_PHOTOS_MAX + 1];
        assert!(Bundle::from_bytes(&many.to_bytes()).is_err());
    }
}
