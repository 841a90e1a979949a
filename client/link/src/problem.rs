//! Why a command was not done.

use minicbor::Encode;

/// Why a command was not done. The interface has a sentence for every code: what happened, what is safe, what to do.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct Problem {
    /// Stable word: a word of `shared::api::problem::ProblemCode` or of `RefusalCode`, or one of this phone's own:
    /// `offline` `storage-full` `storage-failed` `crypto-missing` `not-enrolled` `round-unknown` `item-unknown`
    /// `already-enrolled` `not-yours` `no-right` `photo-unreadable` `photo-full` `too-many-photos` `gone-on` `not-whole`
    /// `handing-unfit` `bundle-empty` `bundle-no-key` `bundle-no-room` `pin-wrong` `pin-wait` `pin-unfit` `pin-missing`
    /// `line-unfit`.
    #[n(0)]
    pub code: String,
    /// For the diagnosis text, in English; empty for none.
    #[n(1)]
    pub detail: String,
}

shared::read_record!(Problem { code, detail });
