//! Photos and voice memos that go with an answer. A document has their hashes; their bytes travel beside it and are
//! checked against them.

use minicbor::Encode;

use crate::ids::PhotoHash;

/// A photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode)]
pub struct Photo {
    /// The photo itself.
    #[n(0)]
    pub original: PhotoHash,
    /// The small one, which is a photo of its own and travels first.
    #[n(1)]
    pub thumbnail: PhotoHash,
}

crate::read_record!(Photo { original, thumbnail });

/// What goes with an answer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode)]
pub struct Attached {
    /// Photos, in the order they were taken.
    #[n(0)]
    pub photos: Vec<Photo>,
    /// A voice memo.
    #[n(1)]
    pub memo: Option<PhotoHash>,
}

crate::read_record!(Attached { photos, memo });

impl Attached {
    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.photos.is_empty() && self.memo.is_none()
    }
}
