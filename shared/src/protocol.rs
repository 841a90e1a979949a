//! The wire: frames, their bytes, and why one is refused. The same bytes travel over POST and over WebSocket.
//! Shapes only; what an end does with a frame is `sync`, who may send what is `trust::rights`. docs/PROTOCOL.md is the
//! description for readers outside.

#[cfg(feature = "documents")]
pub mod codec;
pub mod frame;

#[cfg(feature = "documents")]
pub use codec::{FrameError, decode, decode_versioned, encode, encode_as};
pub use frame::{
    Ack, AckOutcome, Batch, Bootstrap, Carried, Cursor, Frame, Holding, Pull, Receipt, Refusal, RefusalCode,
    RejectCode, Request, Response, Run, Seal, Snapshot, Want, Whole,
};

/// The version that this build speaks.
pub const VERSION: u8 = 2;
/// The oldest version that this build still takes in.
pub const VERSION_MIN: u8 = 1;
