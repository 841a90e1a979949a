//! Frames to bytes and back. A frame is its version, a flags byte (0 today; the relay refuses others), and one CBOR
//! value. Decoding is total: any bytes give a frame or an error.

use crate::limits::{COLLECTIONS_MAX, FRAME_BYTES_MAX, PUSH_BATCHES_MAX};

use super::frame::{Frame, Refusal, RefusalCode};
use super::{VERSION, VERSION_MIN};

/// Bytes that are not a frame of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// Longer than a frame may be.
    #[error("frame of {bytes} bytes; at most {bytes_max}")]
    TooLarge {
        /// Bytes there were.
        bytes: usize,
        /// Bytes there may be.
        bytes_max: usize,
    },
    /// A version that is not spoken here.
    #[error("protocol version {version}; this end speaks {VERSION_MIN} to {VERSION}")]
    Version {
        /// The version byte.
        version: u8,
    },
    /// Not CBOR of the right shape, or cut off.
    #[error("malformed frame: {reason}")]
    Malformed {
        /// The decoder's words.
        reason: String,
    },
    /// Too many batches or collections.
    #[error("frame with {count} {what}; at most {count_max}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many there were.
        count: usize,
        /// How many there may be.
        count_max: usize,
    },
}

impl FrameError {
    /// How the relay answers it.
    pub fn refusal(&self) -> Refusal {
        let code = match self {
            Self::TooLarge { .. } | Self::TooMany { .. } => RefusalCode::FrameTooLarge,
            Self::Version { .. } => RefusalCode::VersionUnknown,
            Self::Malformed { .. } => RefusalCode::Malformed,
        };
        Refusal { code, detail: self.to_string(), retry_after_ms: None }
    }
}

/// The bytes of a frame.
pub fn encode(frame: &Frame) -> Vec<u8> {
    let mut bytes = vec![VERSION, 0];
    minicbor::encode(frame, &mut bytes).expect("writing into memory cannot fail");
    bytes
}

/// Reads a frame.
///
/// # Errors
/// When the bytes are too many, of another version, not a frame, or ask for too much at once.
pub fn decode(bytes: &[u8]) -> Result<Frame, FrameError> {
    if bytes.len() > FRAME_BYTES_MAX {
        return Err(FrameError::TooLarge { bytes: bytes.len(), bytes_max: FRAME_BYTES_MAX });
    }
    let malformed = |reason: &str| FrameError::Malformed { reason: reason.to_owned() };
    let (&version, rest) = bytes.split_first().ok_or_else(|| malformed("empty"))?;
    if !(VERSION_MIN..=VERSION).contains(&version) {
        return Err(FrameError::Version { version });
    }
    let (&flags, body) = rest.split_first().ok_or_else(|| malformed("no flags"))?;
    if flags != 0 {
        return Err(malformed("unknown flags"));
    }
    let mut decoder = minicbor::Decoder::new(body);
    let frame: Frame = decoder.decode().map_err(|error| malformed(&error.to_string()))?;
    if decoder.position() != body.len() {
        return Err(malformed("bytes behind the end"));
    }
    if let Frame::Request(request) = &frame {
        bounded("batches", request.push.len(), PUSH_BATCHES_MAX)?;
        bounded("collections", request.wants.len(), COLLECTIONS_MAX)?;
    }
    Ok(frame)
}

fn bounded(what: &'static str, count: usize, count_max: usize) -> Result<(), FrameError> {
    if count > count_max { Err(FrameError::TooMany { what, count, count_max }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::super::frame::{Cursor, Request, Want};
    use super::*;
    use crate::ids::CollectionId;

    fn request() -> Frame {
        let want = Want::at(CollectionId::bureau(), Cursor::START);
        Frame::Request(Request { exchange: 1, push: Vec::new(), wants: vec![want], bytes_max: 0 })
    }

    #[test]
    fn a_frame_survives_its_bytes() {
        assert_eq!(decode(&encode(&request())), Ok(request()));
    }

    #[test]
    fn a_cut_frame_is_an_error_at_every_byte() {
        let bytes = encode(&request());
        for cut in 0..bytes.len() {
            assert!(decode(&bytes[..cut]).is_err(), "{cut}");
        }
        let mut longer = bytes;
        longer.push(0);
        assert!(matches!(decode(&longer), Err(FrameError::Malformed { .. })));
    }

    #[test]
    fn other_versions_and_flags_are_named() {
        let mut bytes = encode(&request());
        bytes[0] = 9;
        assert_eq!(decode(&bytes), Err(FrameError::Version { version: 9 }));
        bytes[0] = VERSION;
        bytes[1] = 1;
        assert!(matches!(decode(&bytes), Err(FrameError::Malformed { .. })));
    }

    #[test]
    fn a_frame_is_bounded() {
        let bytes = vec![VERSION; FRAME_BYTES_MAX + 1];
        let refusal = decode(&bytes).unwrap_err().refusal();
        assert_eq!(refusal.code, RefusalCode::FrameTooLarge);
    }
}
