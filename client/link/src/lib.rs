//! The frames between the interface (main thread) and the core (worker): numbered commands one way; acknowledgements
//! and view-model slices the other. A slice is always whole and replaces the one before: small, and no patch can be
//! lost. The interface never sees a document, the core never sees a pixel.
//!
//! Step 3 of the walk: `pages` makes a [`Command`], `core` dispatches it.

pub mod command;
pub mod problem;
pub mod slice;

use minicbor::Encode;

pub use command::Command;
pub use problem::Problem;
pub use slice::Slice;

/// The build that both modules must share; xtask sets it for both, and the core refuses an interface of another build.
pub const LINK_VERSION: u32 = 4;

/// Interface to core.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct ToCore {
    /// Counts up from 1 in one interface's life; the acknowledgement carries it back.
    #[n(0)]
    pub id: u32,
    /// What to do.
    #[n(1)]
    pub command: Command,
}

shared::read_record!(ToCore { id, command });

/// Core to interface.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub enum ToUi {
    /// The core is up and takes commands; those that came earlier were queued.
    #[n(0)]
    Ready(#[n(0)] u32),
    /// The command is done, and what it wrote is durably on this phone.
    #[n(1)]
    Done(#[n(0)] u32),
    /// The command was not done; nothing was written.
    #[n(2)]
    Failed(#[n(0)] u32, #[n(1)] Problem),
    /// A part of the view model, whole.
    #[n(3)]
    Slice(#[n(0)] Box<Slice>),
    /// To be kept beyond this worker's life, or dropped.
    #[n(4)]
    Note(#[n(0)] Note),
    /// The phone changes hands: the page is to be loaded anew, so that nothing of the one before stays in it.
    #[n(5)]
    Restart,
}

shared::read_choice!(ToUi {
    0 => Ready { 0 },
    1 => Done { 0 },
    2 => Failed { 0, 1 },
    3 => Slice { 0 },
    4 => Note { 0 },
    5 => Restart {},
});

/// What a core is doing that it may die of. The interface keeps it and gives it to the next core.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct Note {
    /// Of the worker in which slot.
    #[n(0)]
    pub slot: u32,
    /// In the core's own spelling; none when it has come through.
    #[n(1)]
    pub text: Option<String>,
}

shared::read_record!(Note { slot, text });

/// A message that is not of this link: the two modules are of different builds.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("message between interface and core cannot be read: {0}")]
pub struct LinkError(String);

macro_rules! codec {
    ($name:ident) => {
        impl $name {
            /// The bytes that are posted.
            pub fn to_bytes(&self) -> Vec<u8> {
                minicbor::to_vec(self).expect("writing into memory cannot fail")
            }

            /// Reads what was posted.
            ///
            /// # Errors
            /// When the bytes are of another build.
            pub fn from_bytes(bytes: &[u8]) -> Result<Self, LinkError> {
                minicbor::decode(bytes).map_err(|error| LinkError(error.to_string()))
            }
        }
    };
}

codec!(ToCore);
codec!(ToUi);
codec!(Slice);
