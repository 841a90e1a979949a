//! The slice about what this phone was just seen to do: not what its browser says it can.

use minicbor::Encode;

/// What a trial of this phone came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode)]
pub struct SelfTestView {
    /// Milliseconds until a record was on the disk and read back as it was; none when it was not.
    #[n(0)]
    pub written_ms: Option<u32>,
    /// Milliseconds of a signature by this phone's key that was then verified; none when it was not.
    #[n(1)]
    pub signed_ms: Option<u32>,
    /// Milliseconds of an answer from the relay; none when there was none.
    #[n(2)]
    pub answered_ms: Option<u32>,
}

shared::read_record!(SelfTestView { written_ms, signed_ms, answered_ms });
