//! One file of the interface: its address, its bytes, and the digests that name it and prove it.

use data_encoding::{BASE64, HEXLOWER};
use sha2::{Digest, Sha256};

/// A file as the relay serves it.
pub struct Asset {
    /// The address, from the first slash.
    pub url: String,
    /// The content, uncompressed.
    pub bytes: Vec<u8>,
    /// Whether the service worker keeps it.
    pub is_precached: bool,
}

impl Asset {
    /// A file whose address changes with its content: `/a/<stem>-<hash16>.<extension>`.
    pub fn named_by_content(name: &str, bytes: Vec<u8>) -> Self {
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, "bin"));
        let hash = &hex(&bytes)[..16];
        Self { url: format!("/a/{stem}-{hash}.{extension}"), bytes, is_precached: true }
    }

    /// A file with a fixed address.
    pub fn at(url: &str, bytes: Vec<u8>) -> Self {
        Self { url: url.to_owned(), bytes, is_precached: false }
    }

    /// The digest in the form of subresource integrity.
    pub fn sri(&self) -> String {
        format!("sha256-{}", BASE64.encode(&Sha256::digest(&self.bytes)))
    }
}

/// SHA-256 in lowercase hex.
pub fn hex(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes))
}
