//! What photos and voice memos may be. Where they are fetched and uploaded is in docs/PROTOCOL.md.

/// A form that photos and memos come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media {
    /// A photo.
    Jpeg,
    /// A photo.
    Webp,
    /// A voice memo.
    Webm,
    /// A voice memo.
    Mp4,
    /// A voice memo.
    Ogg,
}

impl Media {
    /// What these bytes begin as; `None` for whatever is neither a photo nor a memo.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let at = |from: usize, mark: &[u8]| bytes.get(from..from + mark.len()) == Some(mark);
        match bytes {
            _ if at(0, b"\xff\xd8\xff") => Some(Self::Jpeg),
            _ if at(0, b"RIFF") && at(8, b"WEBP") => Some(Self::Webp),
            _ if at(0, b"\x1a\x45\xdf\xa3") => Some(Self::Webm),
            _ if at(4, b"ftyp") => Some(Self::Mp4),
            _ if at(0, b"OggS") => Some(Self::Ogg),
            _ => None,
        }
    }

    /// Its media type.
    pub fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
            Self::Webm => "audio/webm",
            Self::Mp4 => "audio/mp4",
            Self::Ogg => "audio/ogg",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_what_they_begin_as() {
        for (bytes, media) in [
            (&b"\xff\xd8\xff\xe0\x00"[..], Some("image/jpeg")),
            (b"RIFF\x10\0\0\0WEBPVP8 ", Some("image/webp")),
            (b"\x1a\x45\xdf\xa3\x9f", Some("audio/webm")),
            (b"\0\0\0\x20ftypiso5", Some("audio/mp4")),
            (b"OggS\0", Some("audio/ogg")),
            (b"<svg xmlns", None),
            (b"<!doctype html>", None),
            (b"\x89PNG\r\n", None),
            (b"RIFF\x10\0\0\0WAVE", None),
            (b"", None),
        ] {
            assert_eq!(Media::of(bytes).map(Media::name), media, "{bytes:?}");
        }
    }
}
