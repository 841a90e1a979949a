//! Frames to bytes and back. A frame is its version, a flags byte, and one CBOR value; in version 2 the changes may
//! stand behind it in their compact form, and all of it may be deflated. Decoding is total: any bytes give a frame or
//! an error, in bounded memory.

use crate::limits::{
    COLLECTIONS_MAX, DEFLATE_BYTES_MIN, FRAME_BYTES_MAX, FRAME_ITEMS_MAX, INFLATED_BYTES_MAX,
    PUSH_BATCHES_MAX, RESTORED_BYTES_MAX,
};

use crate::document::compact::RestoreError;

use super::frame::{Frame, Refusal, RefusalCode};
use super::{VERSION, VERSION_MIN};

mod compact;
mod deflate;
pub(crate) mod items;

use deflate::InflateError;
use items::ItemsError;

/// Flag: what follows is deflated.
const DEFLATED: u8 = 1;
/// Flag: the changes stand behind the CBOR value, in their compact form.
const COMPACT: u8 = 1 << 1;
/// The first version with flags.
const VERSION_FLAGS: u8 = 2;

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

/// The bytes of a frame, in the version that this build speaks. A refusal is written in the oldest: it may be what an
/// end of another version gets to read.
pub fn encode(frame: &Frame) -> Vec<u8> {
    encode_as(frame, if matches!(frame, Frame::Refusal(_)) { VERSION_MIN } else { VERSION })
}

/// The bytes of a frame in a version that the other end is known to speak.
pub fn encode_as(frame: &Frame, version: u8) -> Vec<u8> {
    let mut bytes = vec![version, 0];
    if version < VERSION_FLAGS {
        put(frame, &mut bytes);
        return bytes;
    }
    let mut bare = frame.clone();
    let changes = compact::elide(&mut bare);
    put(&bare, &mut bytes);
    if let Some(changes) = changes {
        bytes[1] |= COMPACT;
        bytes.extend_from_slice(&changes);
    }
    if bytes.len() >= DEFLATE_BYTES_MIN
        && let Some(deflated) = deflate::deflate(&bytes[2..])
    {
        bytes[1] |= DEFLATED;
        bytes.truncate(2);
        bytes.extend_from_slice(&deflated);
    }
    bytes
}

fn put(frame: &Frame, bytes: &mut Vec<u8>) {
    minicbor::encode(frame, bytes).expect("writing into memory cannot fail");
}

/// Reads a frame.
///
/// # Errors
/// When the bytes are too many, of another version, not a frame, or ask for too much at once.
pub fn decode(bytes: &[u8]) -> Result<Frame, FrameError> {
    decode_versioned(bytes).map(|(frame, _)| frame)
}

/// Reads a frame, and says in which version the other end speaks.
///
/// # Errors
/// As [`decode`].
pub fn decode_versioned(bytes: &[u8]) -> Result<(Frame, u8), FrameError> {
    if bytes.len() > FRAME_BYTES_MAX {
        return Err(FrameError::TooLarge { bytes: bytes.len(), bytes_max: FRAME_BYTES_MAX });
    }
    let (&version, rest) = bytes.split_first().ok_or_else(|| malformed("empty"))?;
    if !(VERSION_MIN..=VERSION).contains(&version) {
        return Err(FrameError::Version { version });
    }
    let (&flags, body) = rest.split_first().ok_or_else(|| malformed("no flags"))?;
    let known = if version < VERSION_FLAGS { 0 } else { DEFLATED | COMPACT };
    if flags & !known != 0 {
        return Err(malformed("unknown flags"));
    }
    let frame = if flags & DEFLATED == 0 {
        read(body, flags)?
    } else {
        let inflated = deflate::inflate(body, INFLATED_BYTES_MAX).map_err(|error| match error {
            InflateError::TooLarge => {
                FrameError::TooLarge { bytes: INFLATED_BYTES_MAX + 1, bytes_max: INFLATED_BYTES_MAX }
            }
            InflateError::Malformed => malformed("does not inflate"),
        })?;
        read(&inflated, flags)?
    };
    Ok((frame, version))
}

fn read(body: &[u8], flags: u8) -> Result<Frame, FrameError> {
    items::count(body, FRAME_ITEMS_MAX).map_err(|error| match error {
        ItemsError::TooMany => {
            FrameError::TooMany { what: "items", count: FRAME_ITEMS_MAX + 1, count_max: FRAME_ITEMS_MAX }
        }
        ItemsError::Malformed => malformed("cut off, or of indefinite length"),
    })?;
    let mut decoder = minicbor::Decoder::new(body);
    let mut frame: Frame = decoder.decode().map_err(|error| malformed(&error.to_string()))?;
    if let Frame::Request(request) = &frame {
        bounded("batches", request.push.len(), PUSH_BATCHES_MAX)?;
        bounded("collections", request.wants.len(), COLLECTIONS_MAX)?;
    }
    let behind = &body[decoder.position()..];
    if flags & COMPACT != 0 {
        compact::restore(&mut frame, behind, RESTORED_BYTES_MAX).map_err(|error| match error {
            RestoreError::TooLarge => {
                FrameError::TooLarge { bytes: RESTORED_BYTES_MAX + 1, bytes_max: RESTORED_BYTES_MAX }
            }
            RestoreError::Malformed => malformed("the changes cannot be rebuilt"),
        })?;
    } else if !behind.is_empty() {
        return Err(malformed("bytes behind the end"));
    }
    Ok(frame)
}

fn malformed(reason: &str) -> FrameError {
    FrameError::Malformed { reason: reason.to_owned() }
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
        bytes[1] = 1 << 2;
        assert_eq!(decode(&bytes), Err(malformed("unknown flags")));
        bytes[0] = VERSION_MIN;
        bytes[1] = DEFLATED;
        assert_eq!(decode(&bytes), Err(malformed("unknown flags")), "version 1 had none");
    }

    #[test]
    fn a_frame_is_bounded() {
        let bytes = vec![VERSION; FRAME_BYTES_MAX + 1];
        let refusal = decode(&bytes).unwrap_err().refusal();
        assert_eq!(refusal.code, RefusalCode::FrameTooLarge);
    }
}
