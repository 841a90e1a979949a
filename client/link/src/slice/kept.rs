//! What is kept on this phone and counts nowhere: entries that the relay did not take, and entries that could not be
//! opened. The interface says of each what it is, why, and what to do.

use minicbor::{Decode, Encode};
use shared::domain::Label;
use shared::domain::answer::Answer;
use shared::domain::round::RoundName;
use shared::time::Timestamp;

use super::StepView;

/// An own entry that the relay did not take.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct RejectedView {
    /// The round; none when not even that can be read.
    #[n(0)]
    pub round: Option<RoundName>,
    /// The checklist's name.
    #[n(1)]
    pub checklist: Label,
    /// What it said.
    #[n(2)]
    pub what: RejectedWhat,
    /// The phone's clock when it was made.
    #[n(3)]
    pub at: Timestamp,
    /// The reject code's word.
    #[n(4)]
    pub code: String,
    /// Why it was not sent again.
    #[n(5)]
    pub why: WhyRejected,
}

shared::read_record!(RejectedView { round, checklist, what, at, code, why });

/// What a rejected entry said.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub enum RejectedWhat {
    /// An answer.
    #[n(0)]
    Answer {
        /// The line's name.
        #[n(0)]
        item: Label,
        /// The answer.
        #[n(1)]
        answer: Answer,
        /// Fault chips.
        #[n(2)]
        fault: String,
        /// Note.
        #[n(3)]
        note: String,
    },
    /// That an answer is taken back.
    #[n(1)]
    Withdrawal {
        /// The line's name.
        #[n(0)]
        item: Label,
    },
    /// A signature.
    #[n(2)]
    Signature,
    /// Something that this version has no words for.
    #[n(3)]
    Other,
    /// A word about a defect.
    #[n(4)]
    Defect {
        /// The line's name; empty without a checklist.
        #[n(0)]
        item: Label,
        /// What was said.
        #[n(1)]
        remark: String,
    },
    /// A word about a need.
    #[n(5)]
    Need {
        /// What was said.
        #[n(0)]
        remark: String,
    },
    /// What somebody did with a thing of the register.
    #[n(6)]
    Custody {
        /// The thing's name and id.
        #[n(0)]
        item: Label,
        /// What was done.
        #[n(1)]
        step: StepView,
    },
}

shared::read_choice!(RejectedWhat {
    0 => Answer { item, answer, fault, note },
    1 => Withdrawal { item },
    2 => Signature {},
    3 => Other {},
    4 => Defect { item, remark },
    5 => Need { remark },
    6 => Custody { item, step },
});

/// Why an entry was not sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum WhyRejected {
    /// The relay named it.
    #[n(0)]
    ToBlame,
    /// It belongs to one that was rejected.
    #[n(1)]
    AlongWithAnother,
    /// What was signed has changed: it must be signed again.
    #[n(2)]
    SignAgain,
    /// It was sent again and again, and never taken.
    #[n(3)]
    TooOften,
    /// The relay has lost it, and only its author's phone can bring it back.
    #[n(4)]
    Unproven,
}

/// Entries of one document that are kept and not opened.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct AsideView {
    /// The document in words: the checklist's name with its round; empty for one of the bureau's own.
    #[n(0)]
    pub checklist: Label,
    /// The round.
    #[n(1)]
    pub round: Option<RoundName>,
    /// How many.
    #[n(2)]
    pub count: u32,
}

shared::read_record!(AsideView { checklist, round, count });
