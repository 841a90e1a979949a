//! 32-byte hashes: of a change, of the log's chain, and of a set of changes.

use std::fmt;

use crate::digits::HEX;
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use super::IdError;

macro_rules! hash {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        #[cbor(transparent)]
        pub struct $name(#[cbor(n(0), with = "minicbor::bytes")] pub [u8; 32]);

        impl $name {
            /// Reads a hash; `None` unless there are exactly 32 bytes.
            pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map(Self)
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                let bytes = HEX.decode(&text);
                bytes.and_then(|bytes| Self::from_bytes(&bytes)).ok_or_else(|| IdError::new("hash", &text))
            }
        }

        impl From<$name> for String {
            fn from(hash: $name) -> String {
                hash.to_string()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&HEX.encode(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&HEX.encode(&self.0[..6]))
            }
        }
    };
}

hash!(/// The hash that automerge gives a change. A change is identified by (document, hash), never by hash alone.
    ChangeHash);
hash!(/// The log's running hash at one position of one collection; how it is computed is `trust::chain`.
    Chain);

impl Chain {
    /// The chain before the first entry.
    pub const START: Self = Self([0; 32]);
}

hash!(/// What a set of changes comes to, in whatever order they came; how it is computed is `trust::digest`.
    #[derive(Default)]
    Digest);

hash!(/// A photo or a voice memo: the SHA-256 of its bytes.
    PhotoHash);
