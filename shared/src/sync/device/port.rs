//! What goes into the phone's end and what comes out of it: the whole surface between the state machine and its shell.

use minicbor::Encode;

use crate::domain::answer::Answer;
use crate::domain::custody::Handing;
use crate::domain::defect::{DefectAct, DefectName};
use crate::domain::need::NeedName;
use crate::domain::photo::{Attached, Photo};
use crate::domain::round::RoundName;
use crate::ids::{
    AssetId, BureauId, CollectionId, DeviceId, DocumentId, EventKey, ItemId, StationCode, SubjectId,
};
use crate::protocol::RefusalCode;
use crate::time::{Timestamp, Zone};
use crate::trust::rights::Rights;

mod stored;

pub use stored::{Applying, Aside, Mark, Rejected, Stored, StoredChange, StoredSnapshot, Why, Write};

/// Who this phone is.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct Identity {
    /// The bureau.
    #[n(0)]
    pub bureau: BureauId,
    /// Its zone.
    #[n(1)]
    pub zone: Zone,
    /// This phone.
    #[n(2)]
    pub device: DeviceId,
    /// Its person.
    #[n(3)]
    pub rights: Rights,
    /// The relay's public key, an uncompressed P-256 point; `None` until a phone that was enrolled without it learns it.
    #[n(4)]
    pub relay_key: Option<minicbor::bytes::ByteVec>,
}

crate::read_record!(Identity { bureau, zone, device, rights, relay_key });

/// A signature that is to be verified, and what it must be of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// The bytes that were signed.
    pub claim: Vec<u8>,
    /// Signature suite.
    pub suite: u8,
    /// The signature.
    pub signature: Vec<u8>,
    /// The signer's public key, an uncompressed P-256 point.
    pub public_key: Vec<u8>,
}

/// What the person does.
#[allow(clippy::large_enum_variant, reason = "a deed is one tap, and is handled at once")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// Answers one item.
    Answer {
        /// In which round.
        round: RoundName,
        /// About what.
        subject: SubjectId,
        /// Which line.
        item: ItemId,
        /// The answer.
        answer: Answer,
        /// Fault chips; empty for none.
        fault: String,
        /// A note; empty for none.
        note: String,
        /// The standing observations that were on the screen.
        sees: Vec<EventKey>,
        /// An own earlier observation that this one replaces.
        amends: Option<EventKey>,
        /// Photos and a memo, whose bytes are durable.
        attached: Attached,
    },
    /// Takes an own observation back.
    Withdraw {
        /// In which round.
        round: RoundName,
        /// Which.
        event: EventKey,
    },
    /// Signs a round as it is on this phone.
    SignOff {
        /// Which.
        round: RoundName,
    },
    /// Issues, takes back, moves or transfers a thing, or takes such an event of one's own back.
    Hand {
        /// In which station's register.
        station: StationCode,
        /// Which thing.
        asset: AssetId,
        /// What is done.
        act: Handing,
        /// A note; empty for none.
        note: String,
        /// The events of this thing that stood on the screen.
        sees: Vec<EventKey>,
    },
    /// Reports a defect without a checklist: of an asset or a place.
    Report(Report),
    /// Says something of a defect that is there: that it cannot wait, that it is mended or not.
    SayOfDefect {
        /// Which.
        defect: DefectName,
        /// What.
        act: DefectAct,
        /// In the person's words; empty for none.
        note: String,
    },
    /// Takes the own latest entry of a kind back.
    WithdrawFromDefect {
        /// From which.
        defect: DefectName,
        /// Of which kind.
        act: DefectAct,
    },
    /// Raises a need.
    RaiseNeed {
        /// The wish.
        wish: String,
        /// The model of equipment that it is about; empty for none.
        model: String,
    },
    /// Rates what came of a need, 1 to 5.
    RateNeed {
        /// Which.
        need: NeedName,
        /// How good it is.
        rating: u8,
    },
    /// Takes an own need back.
    WithdrawNeed {
        /// Which.
        need: NeedName,
    },
}

/// A report without a checklist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// On which asset; none for a place.
    pub asset: Option<AssetId>,
    /// The place in words; empty for an asset.
    pub place: String,
    /// Whether it is about the asset's passed date.
    pub is_expiry: bool,
    /// Whether the thing is not there.
    pub is_missing: bool,
    /// Whether it cannot wait.
    pub is_urgent: bool,
    /// In the person's words.
    pub note: String,
    /// What was photographed, whose bytes are durable.
    pub photos: Vec<Photo>,
}

/// What happened.
#[allow(clippy::large_enum_variant, reason = "an input is handled at once and never kept; a deed is one tap")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// The person did something; answered with `Done` or `Failed` under the same number.
    Deed {
        /// The command's number.
        command: u32,
        /// The phone's offset from UTC now, in minutes.
        utc_offset_minutes: i16,
        /// What.
        deed: Deed,
    },
    /// A `Persist` is durable.
    Persisted,
    /// A `Persist` failed and left nothing behind.
    PersistFailed {
        /// Whether the storage is full, rather than broken.
        is_full: bool,
    },
    /// The signatures that were asked for, in order.
    Signed(Vec<Vec<u8>>),
    /// The key could not sign.
    SignFailed,
    /// Whether each signature that was to be verified is good, in order.
    Verified(Vec<bool>),
    /// There was nothing to verify with.
    VerifyFailed,
    /// A session told the relay's public key. One that is known already is never replaced.
    RelayKey(Vec<u8>),
    /// A session told what this person may do now: the station or the role has changed.
    Rights(Rights),
    /// A session stands and frames can be sent.
    LinkUp,
    /// The link is gone or could not be made.
    LinkDown {
        /// A problem code's word when the relay said why; `None` when there is just no network.
        problem: Option<String>,
    },
    /// A frame came in.
    Received(Vec<u8>),
    /// The moment of the last `SetTimer` has come.
    Timer,
    /// A network or the person is back: try now.
    Nudge,
    /// Whether this tab is the one that syncs.
    MayLink(bool),
    /// Another tab of this phone has made these writes durable (`Hearsay` tells which).
    FromOtherTab(Vec<Write>),
    /// Hold this collection too, from now on (a supervisor opens a month).
    Want(CollectionId),
    /// Try the entries that were set aside once more.
    TryAside,
}

/// What the shell must do, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Write all of it in one durable transaction, then `Persisted` or `PersistFailed`; there is never more than one
    /// under way. Say to the other tabs when it begins and when it has ended (`Hearsay`).
    Persist(Vec<Write>),
    /// Sign each claim with the device key, then `Signed` or `SignFailed`.
    Sign(Vec<Vec<u8>>),
    /// Verify each signature, then `Verified` or `VerifyFailed`. An unknown suite is a signature that is not good.
    Verify(Vec<Claimed>),
    /// Make a link, then `LinkUp` or `LinkDown`.
    Connect {
        /// The relay said that the session is gone: sign a new challenge first.
        renew_session: bool,
    },
    /// Send a frame.
    Send(Vec<u8>),
    /// Close the link; no `LinkDown` is expected.
    Disconnect,
    /// `Timer` at this moment of the phone's clock; replaces the one before.
    SetTimer(Timestamp),
    /// What the deed wrote is durable.
    Done {
        /// The command's number.
        command: u32,
    },
    /// The deed was not done; nothing was written.
    Failed {
        /// The command's number.
        command: u32,
        /// Why.
        error: DeedError,
    },
    /// These documents read differently now.
    Changed(Vec<DocumentId>),
    /// The outbox, the link, the clock or a problem changed: `Device::status` reads differently now.
    StatusChanged,
}

/// Why a deed was not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeedError {
    /// The phone's storage is full.
    #[error("storage-full")]
    StorageFull,
    /// The phone's storage failed.
    #[error("storage-failed")]
    StorageFailed,
    /// The rules do not allow it.
    #[error(transparent)]
    Policy(#[from] crate::domain::policy::PolicyError),
}

impl DeedError {
    /// The stable word for the interface's sentence.
    pub fn word(&self) -> &'static str {
        match self {
            Self::StorageFull => "storage-full",
            Self::StorageFailed => "storage-failed",
            Self::Policy(error) => error.word(),
        }
    }
}

/// How the phone stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Status {
    /// Changes that are only on this phone.
    pub pending: usize,
    /// When the oldest of them was made, by the phone's clock.
    pub oldest_pending: Option<Timestamp>,
    /// How the link is.
    pub link: LinkState,
    /// The last successful exchange, by the phone's clock.
    pub last_contact: Option<Timestamp>,
    /// Relay clock minus phone clock, milliseconds.
    pub clock_offset_ms: Option<i64>,
    /// Own changes that the relay did not take and that are not made again.
    pub rejected: Vec<Rejected>,
    /// Entries that are kept and not applied: the app died over them.
    pub aside: Vec<Aside>,
    /// Entries that their document refused, among the documents that were looked at.
    pub refused: Vec<Aside>,
    /// Why the last exchange failed, as a code's word.
    pub problem: Option<String>,
}

/// How the link is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LinkState {
    /// No contact; the next try is scheduled.
    #[default]
    Offline,
    /// Trying.
    Connecting,
    /// In contact.
    Online,
    /// Another tab of this phone syncs.
    OtherTab,
}

/// The word of a refusal, for `Status::problem`.
pub(super) fn problem(code: RefusalCode) -> Option<String> {
    Some(code.word().to_owned())
}
