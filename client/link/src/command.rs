//! What the interface asks of the core. The core answers each with `Done` once what it wrote is durable, or with
//! `Failed` and a problem that has a sentence in both languages.

use minicbor::Encode;
use shared::api::handling::{DefectMove, NeedMove};
use shared::domain::answer::Answer;
use shared::domain::custody::Handing;
use shared::domain::defect::{DefectAct, DefectName};
use shared::domain::need::NeedName;
use shared::domain::photo::{Attached, Photo};
use shared::domain::round::RoundName;
use shared::ids::{
    AssetId, DeviceId, DocumentId, EventKey, ItemId, PhotoHash, StationCode, SubjectId, TemplateId,
};
use shared::time::Timestamp;

use super::Note;
use super::slice::LineKind;

mod hands;
mod read;

pub use hands::Hands;

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub enum Command {
    /// The first one, which the core waits for: what earlier cores left behind.
    #[n(11)]
    Start {
        /// The notes that were kept.
        #[n(0)]
        notes: Vec<Note>,
    },
    /// Makes a device key and turns a one-time code into membership.
    #[n(0)]
    Enrol {
        /// The code from the link, or typed.
        #[n(0)]
        code: String,
        /// The PIN that the person chooses on a phone that others use too; empty elsewhere.
        #[n(1)]
        pin: String,
    },
    /// Shows a round: its slice comes now and after every change, until another is opened or it is closed. A
    /// supervisor's core also fetches the station's month that it is in.
    #[n(1)]
    OpenRound {
        /// Which.
        #[n(0)]
        round: RoundName,
    },
    /// The round is no longer on the screen.
    #[n(2)]
    CloseRound,
    /// Answers one item.
    #[n(3)]
    Answer {
        /// In which round.
        #[n(0)]
        round: RoundName,
        /// About what.
        #[n(1)]
        subject: SubjectId,
        /// Which line.
        #[n(2)]
        item: ItemId,
        /// The answer.
        #[n(3)]
        answer: Answer,
        /// The chosen fault chips, by their Chinese text, joined by 、; empty for none.
        #[n(4)]
        fault: String,
        /// A note; empty for none.
        #[n(5)]
        note: String,
        /// The standing observations that were on the screen when the person tapped.
        #[n(6)]
        sees: Vec<EventKey>,
        /// An own earlier observation that this one replaces (a note added afterwards).
        #[n(7)]
        amends: Option<EventKey>,
        /// Photos and a memo; those that were drafts are drafts no longer.
        #[n(8)]
        attached: Attached,
    },
    /// Takes an own observation back.
    #[n(4)]
    Withdraw {
        /// In which round.
        #[n(0)]
        round: RoundName,
        /// Which.
        #[n(1)]
        event: EventKey,
    },
    /// Signs the round as it is on this phone.
    #[n(5)]
    SignOff {
        /// Which.
        #[n(0)]
        round: RoundName,
    },
    /// Exchanges now instead of at the next occasion.
    #[n(6)]
    SyncNow,
    /// The supervisor's board is on the screen: its slice comes now and live.
    #[n(7)]
    OpenBoard,
    /// The board is no longer on the screen.
    #[n(8)]
    CloseBoard,
    /// Fetches what does not count: what was rejected, and what is held. Supervisors only; its slice follows.
    #[n(20)]
    LoadQuarantine,
    /// Says that what is held of a device in a document counts. Supervisors only.
    #[n(21)]
    Release {
        /// In which document.
        #[n(0)]
        document: DocumentId,
        /// Whose changes.
        #[n(1)]
        device: DeviceId,
    },
    /// Starts an operation today, at every station. Supervisors only.
    #[n(22)]
    StartOperation {
        /// What it is called.
        #[n(0)]
        label: String,
    },
    /// Ends an operation: today is its last day. Supervisors only.
    #[n(23)]
    EndOperation {
        /// Its name.
        #[n(0)]
        name: String,
    },
    /// Reports a defect without a checklist, of an asset or of a place in words.
    #[n(50)]
    Report {
        /// On which asset; none for a place.
        #[n(0)]
        asset: Option<AssetId>,
        /// The place in words; empty for an asset.
        #[n(1)]
        place: String,
        /// Whether it is about the asset's passed date.
        #[n(2)]
        is_expiry: bool,
        /// Whether the thing is not there.
        #[n(3)]
        is_missing: bool,
        /// Whether it cannot wait.
        #[n(4)]
        is_urgent: bool,
        /// In the person's words.
        #[n(5)]
        note: String,
        /// What was photographed; those that were drafts are drafts no longer.
        #[n(6)]
        photos: Vec<Photo>,
    },
    /// Keeps the picture that is posted with this as a draft of the report without a checklist that was begun then.
    #[n(34)]
    KeepReportPhoto(#[n(0)] Timestamp),
    /// Says of a defect that it cannot wait, that it is mended, or that it is not.
    #[n(51)]
    SayOfDefect {
        /// Which.
        #[n(0)]
        defect: DefectName,
        /// What.
        #[n(1)]
        act: DefectAct,
        /// In the person's words; empty for none.
        #[n(2)]
        note: String,
    },
    /// Takes the own latest entry of a kind back from a defect.
    #[n(52)]
    WithdrawFromDefect {
        /// From which.
        #[n(0)]
        defect: DefectName,
        /// Of which kind.
        #[n(1)]
        act: DefectAct,
    },
    /// Raises a need.
    #[n(53)]
    RaiseNeed {
        /// The wish.
        #[n(0)]
        wish: String,
        /// The model of equipment that it is about; empty for none.
        #[n(1)]
        model: String,
    },
    /// Rates what came of a need.
    #[n(54)]
    RateNeed {
        /// Which.
        #[n(0)]
        need: NeedName,
        /// 1 to 5.
        #[n(1)]
        rating: u8,
    },
    /// Takes an own need back.
    #[n(55)]
    WithdrawNeed {
        /// Which.
        #[n(0)]
        need: NeedName,
    },
    /// What the bureau does about defects. Supervisors only, with a network.
    #[n(56)]
    MoveDefects(#[n(0)] DefectMove),
    /// What the bureau does about a need. Supervisors only, with a network.
    #[n(57)]
    MoveNeed(#[n(0)] NeedMove),
    /// A screen of defects or needs is shown: their slices come now and after every change.
    #[n(58)]
    OpenHandled,
    /// It is no longer shown.
    #[n(59)]
    CloseHandled,
    /// The page became visible (true) or hidden (false), or the browser says that it is online again.
    #[n(9)]
    Visible(#[n(0)] bool),
    /// Keeps the picture that is posted with this, made small and without what the camera wrote into it, as a draft of a
    /// card; its slice follows.
    #[n(30)]
    KeepPhoto {
        /// In which round.
        #[n(0)]
        round: RoundName,
        /// About what.
        #[n(1)]
        subject: SubjectId,
        /// Which line.
        #[n(2)]
        item: ItemId,
    },
    /// Keeps the recording that is posted with this as a draft of a card, in place of an earlier one.
    #[n(31)]
    KeepMemo {
        /// In which round.
        #[n(0)]
        round: RoundName,
        /// About what.
        #[n(1)]
        subject: SubjectId,
        /// Which line.
        #[n(2)]
        item: ItemId,
    },
    /// Throws a draft away.
    #[n(32)]
    DropDraft(#[n(0)] PhotoHash),
    /// Tries once more what the centre did not take.
    #[n(33)]
    TryPhotos,
    /// Opens what was set aside once more.
    #[n(10)]
    TryAside,
    /// A register is on the screen: its slice comes now and after every change. A supervisor says whose; nobody else.
    #[n(40)]
    OpenRegister {
        /// Whose; none for the own one.
        #[n(0)]
        station: Option<StationCode>,
    },
    /// The register is no longer on the screen.
    #[n(41)]
    CloseRegister,
    /// One thing is on the screen: its slice comes now and after every change.
    #[n(42)]
    OpenAsset {
        /// In whose register.
        #[n(0)]
        station: StationCode,
        /// Which.
        #[n(1)]
        asset: AssetId,
    },
    /// It is no longer on the screen.
    #[n(43)]
    CloseAsset,
    /// Issues, takes back, moves or transfers a thing, or takes such an event of one's own back.
    #[n(44)]
    Hand {
        /// In whose register.
        #[n(0)]
        station: StationCode,
        /// Which thing.
        #[n(1)]
        asset: AssetId,
        /// What is done.
        #[n(2)]
        act: Handing,
        /// A note; empty for none.
        #[n(3)]
        note: String,
        /// The events of this thing that stood on the screen.
        #[n(4)]
        sees: Vec<EventKey>,
    },
    /// Looks for what a scan or somebody's typing names, on this phone; the `Found` slice comes before the answer.
    #[n(60)]
    Find {
        /// What the camera saw or somebody typed.
        #[n(0)]
        text: String,
    },
    /// A line that collects scans is on the screen: its slice comes now and after every change. The round is opened by
    /// itself.
    #[n(61)]
    OpenCount {
        /// In which round.
        #[n(0)]
        round: RoundName,
        /// About what.
        #[n(1)]
        subject: SubjectId,
        /// Which line.
        #[n(2)]
        item: ItemId,
    },
    /// It is no longer on the screen.
    #[n(62)]
    CloseCount,
    /// Sends the things of a station for the choice of labels; the `Labels` slice comes before the answer.
    #[n(63)]
    LoadLabels {
        /// Which station; one's own when none is named.
        #[n(0)]
        station: Option<StationCode>,
    },
    /// Makes a file of what is only on this phone; the bytes are posted as a file, and the `Carry` slice tells of it before the
    /// answer.
    #[n(80)]
    MakeBundle,
    /// The file was handed out: to another app or person (true), or saved.
    #[n(81)]
    BundleHandedOut(#[n(0)] bool),
    /// Brings in the colleague's file that is posted with this; what became of it is in the `Carry` slice before the answer.
    #[n(82)]
    BringBundle,
    /// The phone changes hands.
    #[n(90)]
    Hands(#[n(0)] Hands),
    /// The station's own lines are on the screen: their slice comes now and after every change.
    #[n(93)]
    OpenLines,
    /// They are no longer.
    #[n(94)]
    CloseLines,
    /// Adds a line of the station's own to a checklist. The station's lead only, with a network.
    #[n(95)]
    AddLine {
        /// To which.
        #[n(0)]
        template: TemplateId,
        /// What is looked at.
        #[n(1)]
        name: String,
        /// When it is fine; empty for nothing said.
        #[n(2)]
        standard: String,
        /// How it is answered.
        #[n(3)]
        kind: LineKind,
        /// Whether a fault stands until two officers have seen it.
        #[n(4)]
        is_safety_critical: bool,
    },
    /// Drops one of them; what was answered to it stays. The station's lead only, with a network.
    #[n(96)]
    DropLine {
        /// From which checklist.
        #[n(0)]
        template: TemplateId,
        /// Which line.
        #[n(1)]
        item: ItemId,
    },
    /// Tries what this phone can do; the `SelfTest` slice comes before the answer.
    #[n(70)]
    SelfTest,
}
