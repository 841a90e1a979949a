//! Identifiers: newtypes with one text form and one wire form each. They name things and decide nothing; who may
//! touch what is `trust::rights`, what a document contains is `document`.

use std::fmt;

use crate::digits::{BASE64URL, HEX};
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

mod collection;
mod document;
mod hash;

pub use collection::{CollectionId, Shelf};
pub use document::{DocumentId, DocumentKind};
pub use hash::{Chain, ChangeHash, Digest, PhotoHash};

/// A text that is not the identifier it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a {expected}")]
pub struct IdError {
    /// What was asked for.
    pub expected: &'static str,
    /// What was there, cut to 80 characters.
    pub text: String,
}

impl IdError {
    pub(crate) fn new(expected: &'static str, text: &str) -> Self {
        Self { expected, text: text.chars().take(80).collect() }
    }
}

/// A short text identifier: 1 to 64 characters of `a-z A-Z 0-9 . _ -` (and `:` between the parts of a subject).
fn is_code(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b':'))
}

macro_rules! code {
    ($(#[$doc:meta])* $name:ident, $expected:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Encode, Decode)]
        #[serde(try_from = "String", into = "String")]
        #[cbor(transparent)]
        pub struct $name(#[n(0)] String);

        impl $name {
            /// Parses the text form.
            ///
            /// # Errors
            /// When it is not 1 to 64 letters, digits, dots, dashes, underscores or colons.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                if is_code(text) { Ok(Self(text.to_owned())) } else { Err(IdError::new($expected, text)) }
            }

            /// The text form.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }
    };
}

code!(/// The tenant: one public security bureau.
    BureauId, "bureau id");
code!(/// A station's code, stable for its life.
    StationCode, "station code");
code!(/// A person, as the directory names them; survives a change of badge.
    OfficerId, "officer id");
code!(/// A checklist's definition.
    TemplateId, "template id");
code!(/// One line of a template; language-free and never given to another line.
    ItemId, "item id");
code!(/// A registered thing.
    AssetId, "asset id");

code!(/// A wish from the field, drawn by the phone that raised it.
    NeedId, "need id");

code!(/// What an item is asked about: `station`, `officer:{id}` or `asset:{id}`.
    SubjectId, "subject id");

impl SubjectId {
    /// The station itself.
    pub fn station() -> Self {
        Self("station".to_owned())
    }

    /// An officer's own kit.
    pub fn officer(id: &OfficerId) -> Self {
        Self(format!("officer:{id}"))
    }

    /// One asset of the register.
    pub fn asset(id: &AssetId) -> Self {
        Self(format!("asset:{id}"))
    }

    /// The officer whose kit this is, if it is one.
    pub fn as_officer(&self) -> Option<OfficerId> {
        self.0.strip_prefix("officer:").and_then(|id| OfficerId::parse(id).ok())
    }

    /// The asset this is, if it is one.
    pub fn as_asset(&self) -> Option<AssetId> {
        self.0.strip_prefix("asset:").and_then(|id| AssetId::parse(id).ok())
    }
}

/// One enrolled phone or browser: the first 16 bytes of the SHA-256 of its public key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cbor(transparent)]
pub struct DeviceId(#[cbor(n(0), with = "minicbor::bytes")] [u8; 16]);

impl DeviceId {
    /// The device that owns this public key (an uncompressed P-256 point of 65 bytes).
    pub fn of_public_key(public_key: &[u8]) -> Self {
        let digest = Sha256::digest(public_key);
        let mut id = [0; 16];
        id.copy_from_slice(&digest[..16]);
        Self(id)
    }

    /// Parses 32 hexadecimal digits.
    ///
    /// # Errors
    /// When the text is anything else.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let bytes = HEX.decode(text).ok_or_else(|| IdError::new("device id", text))?;
        bytes.try_into().map(Self).map_err(|_| IdError::new("device id", text))
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl From<[u8; 16]> for DeviceId {
    fn from(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEX.encode(&self.0))
    }
}

impl fmt::Debug for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<String> for DeviceId {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        Self::parse(&text)
    }
}

impl From<DeviceId> for String {
    fn from(id: DeviceId) -> String {
        id.to_string()
    }
}

/// One writer of changes: a device and one of its slots (a tab leases a slot), 20 bytes. Ownership can be checked
/// without memory: the first 16 bytes are the device.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct Actor(#[cbor(n(0), with = "minicbor::bytes")] [u8; 20]);

impl Actor {
    /// The actor of a device's slot.
    pub fn new(device: DeviceId, slot: u32) -> Self {
        let mut bytes = [0; 20];
        bytes[..16].copy_from_slice(device.as_bytes());
        bytes[16..].copy_from_slice(&slot.to_be_bytes());
        Self(bytes)
    }

    /// Reads an actor from bytes; `None` unless there are exactly 20 (genesis has a shorter one).
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The device that may write as this actor.
    pub fn device(&self) -> DeviceId {
        let mut id = [0; 16];
        id.copy_from_slice(&self.0[..16]);
        DeviceId(id)
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }
}

impl fmt::Debug for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEX.encode(&self.0))
    }
}

/// The key of one event in a document: `{actor}.{n}`, the actor in base64url (27 characters) and `n` in base 36.
/// Unique because only one actor may write under its own name, and it counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Encode, Decode)]
#[serde(transparent)]
#[cbor(transparent)]
pub struct EventKey(#[n(0)] String);

impl EventKey {
    /// The `n`-th event of an actor in one document.
    pub fn new(actor: Actor, n: u32) -> Self {
        Self(format!("{}.{}", BASE64URL.encode(actor.as_bytes()), base36(n)))
    }

    /// Takes a key as it stands in a document, whoever wrote it.
    pub fn from_text(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The text form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The actor in front of the dot, and the counter behind it; `None` in a foreign key.
    pub fn parts(&self) -> Option<(Actor, u32)> {
        let (actor, n) = self.0.split_once('.')?;
        let actor = Actor::from_bytes(&BASE64URL.decode(actor)?)?;
        // One number has one form: a sign, a capital or a leading zero would give one event two keys.
        let number = u32::from_str_radix(n, 36).ok().filter(|number| base36(*number) == n)?;
        Some((actor, number))
    }

    /// The device that wrote the event; `None` in a foreign key.
    pub fn device(&self) -> Option<DeviceId> {
        self.parts().map(|(actor, _)| actor.device())
    }
}

impl fmt::Display for EventKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn base36(mut n: u32) -> String {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut digits = Vec::new();
    loop {
        digits.push(char::from(DIGITS[(n % 36) as usize]));
        n /= 36;
        if n == 0 {
            return digits.into_iter().rev().collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_key_gives_back_its_actor_and_counter() {
        let actor = Actor::new(DeviceId::from([7; 16]), 3);
        for n in [0, 1, 35, 36, 1_000_000, u32::MAX] {
            assert_eq!(EventKey::new(actor, n).parts(), Some((actor, n)));
        }
        assert_eq!(EventKey::from_text("somebody else's").parts(), None);
    }

    #[test]
    fn one_event_has_one_key() {
        let key = EventKey::new(Actor::new(DeviceId::from([7; 16]), 3), 370);
        let (actor, n) = key.as_str().split_once('.').unwrap();
        assert_eq!(n, "aa");
        for other in ["aA", "AA", "+aa", "0aa", "", "-0"] {
            assert_eq!(EventKey::from_text(&format!("{actor}.{other}")).parts(), None, "{other:?}");
        }
    }

    #[test]
    fn codes_refuse_what_could_break_out_of_a_path() {
        for bad in ["", "a/b", "a b", "点验", &"x".repeat(65)] {
            assert!(StationCode::parse(bad).is_err(), "{bad:?}");
        }
        assert!(StationCode::parse("zhongmiao").is_ok());
    }

    #[test]
    fn a_device_is_named_by_its_key_and_owns_its_actors() {
        let device = DeviceId::of_public_key(&[4; 65]);
        assert_eq!(DeviceId::parse(&device.to_string()), Ok(device));
        assert_eq!(Actor::new(device, 9).device(), device);
    }
}
