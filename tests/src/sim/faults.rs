//! What can happen, and how often. Each simulation draws its own menu, so that some are calm and long, others go
//! through one kind of trouble again and again, and some have everything.

use super::dice::Dice;

/// Something that can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happening {
    /// A person does something.
    Deed,
    /// A phone's transaction ends.
    Persist,
    /// A phone's key has signed.
    Sign,
    /// Signatures that a phone asked about are verified.
    Verify,
    /// A line that a phone asked for stands, or does not.
    Connect,
    /// A phone learns that its line is gone.
    Lost,
    /// Frames arrive at the relay.
    Up,
    /// A frame arrives at a phone.
    Down,
    /// A connection's relay side is told what has grown.
    Poke,
    /// A timer comes, if it is time.
    Wake,
    /// Time passes: a moment, or until the next timer.
    Pass,
    /// A tab hears another one.
    Hear,
    /// A tab looks up what another one began and was not heard to end.
    Doubt,
    /// A network comes back, or the person asks.
    Nudge,
    /// A tab opens a month.
    Want,
    /// A phone's tab is opened.
    OpenTab,
    /// The relay is started, if it is down.
    StartRelay,
    /// The projector reads on.
    Project,
    /// The relay publishes another version of a checklist.
    Publish,
    /// The relay saves a document in one piece.
    Save,
    /// A line breaks on the phone's side.
    BreakLine,
    /// A line breaks on the relay's side.
    CloseLine,
    /// A frame arrives cut.
    CutFrame,
    /// A tab dies.
    KillTab,
    /// A phone loses its power.
    KillPhone,
    /// A phone's disk fails once.
    FailPersist,
    /// A phone's disk fills up, or gets room.
    FillPhone,
    /// A phone's clock jumps.
    JumpClock,
    /// The relay's process dies.
    KillRelay,
    /// The relay's power goes at one of the next transactions.
    CutPower,
    /// The relay's disk fills up, or gets room.
    FillRelay,
    /// The relay's disk fails a few times.
    FailRelay,
    /// The relay's disk is copied.
    BackUp,
    /// The relay's disk is set back to a copy, with a new life or as it is.
    Restore,
    /// A phone's disk is copied.
    CopyPhone,
    /// A phone is set back to a copy.
    SetPhoneBack,
    /// Somebody who means ill sends something.
    Attack,
}

use Happening as H;

/// What goes on always, with its weight.
const WORK: [(usize, Happening); 20] = [
    (30, H::Deed),
    (30, H::Persist),
    (20, H::Sign),
    (30, H::Verify),
    (14, H::Connect),
    (10, H::Lost),
    (36, H::Up),
    (36, H::Down),
    (14, H::Poke),
    (10, H::Wake),
    (8, H::Pass),
    (12, H::Hear),
    (3, H::Doubt),
    (2, H::Nudge),
    (1, H::Want),
    (8, H::OpenTab),
    (6, H::StartRelay),
    (3, H::Project),
    (1, H::Publish),
    (3, H::Save),
];

/// Trouble, with its weight where it is on the menu.
const TROUBLE: [(usize, Happening); 17] = [
    (5, H::BreakLine),
    (4, H::CloseLine),
    (2, H::CutFrame),
    (3, H::KillTab),
    (1, H::KillPhone),
    (3, H::FailPersist),
    (2, H::FillPhone),
    (2, H::JumpClock),
    (2, H::KillRelay),
    (3, H::CutPower),
    (2, H::FillRelay),
    (2, H::FailRelay),
    (1, H::BackUp),
    (1, H::Restore),
    (1, H::CopyPhone),
    (1, H::SetPhoneBack),
    (5, H::Attack),
];

/// What may happen in one simulation.
#[derive(Debug, Clone)]
pub struct Menu {
    happenings: Vec<(usize, Happening)>,
}

impl Menu {
    /// Draws one.
    pub fn draw(dice: &mut Dice) -> Self {
        let appetite = [0, 15, 40, 70, 100][dice.below(5)];
        let mut happenings = WORK.to_vec();
        for (weight, trouble) in TROUBLE {
            if dice.percent(appetite) {
                happenings.push((weight * (1 + dice.below(3)), trouble));
            }
        }
        Self { happenings }
    }

    /// What happens next.
    pub fn next(&self, dice: &mut Dice) -> Happening {
        dice.weighed(&self.happenings).expect("work weighs something")
    }
}
