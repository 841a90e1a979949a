//! A document's id says of which kind it is, so that its genesis is known before a byte of it is read.

use std::fmt;

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use super::{BureauId, IdError, StationCode, TemplateId};

/// What a document is. The number is part of the id and of what is signed: never renumber.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum DocumentKind {
    /// One filling of one template by one station for one period.
    Round = 1,
    /// A checklist's definition.
    Template = 2,
    /// The duty calendar: which rounds are due when.
    Calendar = 3,
    /// People, stations and device keys.
    Directory = 4,
    /// A station's assets.
    Register = 5,
    /// A fault, loss or expiry, and its handling.
    Defect = 6,
    /// A wish from the field, and its handling.
    Need = 7,
}

impl DocumentKind {
    /// Every kind, in the order of its number.
    pub const ALL: [Self; 7] = [
        Self::Round,
        Self::Template,
        Self::Calendar,
        Self::Directory,
        Self::Register,
        Self::Defect,
        Self::Need,
    ];

    fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as u8 == number)
    }

    /// The word in front of the id's text form, and the first part of the name it is derived from.
    pub fn word(self) -> &'static str {
        match self {
            Self::Round => "round",
            Self::Template => "template",
            Self::Calendar => "calendar",
            Self::Directory => "directory",
            Self::Register => "register",
            Self::Defect => "defect",
            Self::Need => "need",
        }
    }
}

/// A document: its kind and a version 5 UUID derived from its name, so that two phones that start the same round
/// without a network have started one document. 17 bytes on the wire: the kind's number, then the UUID.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DocumentId {
    kind: DocumentKind,
    uuid: [u8; 16],
}

/// The namespace of every derived document id: the UUID version 5 of `muster.documents` in the DNS namespace.
const NAMESPACE: uuid::Uuid = uuid::Uuid::from_bytes([
    0xc3, 0x5b, 0x9d, 0xff, 0x43, 0xca, 0x5e, 0x0f, 0xa3, 0xa2, 0x50, 0xd9, 0x79, 0xe4, 0x65, 0x2b,
]);

impl DocumentId {
    /// Derives the id from the parts of the name: the kind's word and the parts, joined by U+001F.
    pub fn derive(kind: DocumentKind, parts: &[&str]) -> Self {
        let mut name = String::from(kind.word());
        for part in parts {
            name.push('\u{1f}');
            name.push_str(part);
        }
        Self { kind, uuid: uuid::Uuid::new_v5(&NAMESPACE, name.as_bytes()).into_bytes() }
    }

    /// The bureau's directory.
    pub fn directory(bureau: &BureauId) -> Self {
        Self::derive(DocumentKind::Directory, &[bureau.as_str()])
    }

    /// The bureau's calendar.
    pub fn calendar(bureau: &BureauId) -> Self {
        Self::derive(DocumentKind::Calendar, &[bureau.as_str()])
    }

    /// A template.
    pub fn template(bureau: &BureauId, template: &TemplateId) -> Self {
        Self::derive(DocumentKind::Template, &[bureau.as_str(), template.as_str()])
    }

    /// A station's register.
    pub fn register(bureau: &BureauId, station: &StationCode) -> Self {
        Self::derive(DocumentKind::Register, &[bureau.as_str(), station.as_str()])
    }

    /// Reads the 17 bytes; `None` when the length or the kind's number is wrong.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (number, uuid) = bytes.split_first()?;
        Some(Self { kind: DocumentKind::from_number(*number)?, uuid: uuid.try_into().ok()? })
    }

    /// The 17 bytes.
    pub fn to_bytes(self) -> [u8; 17] {
        let mut bytes = [0; 17];
        bytes[0] = self.kind as u8;
        bytes[1..].copy_from_slice(&self.uuid);
        bytes
    }

    /// Of which kind it is.
    pub fn kind(self) -> DocumentKind {
        self.kind
    }

    /// Parses `{word}-{uuid}`.
    ///
    /// # Errors
    /// When the word is no kind's or the rest is no UUID.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let wrong = || IdError::new("document id", text);
        let (word, id) = text.split_once('-').ok_or_else(wrong)?;
        let kind = DocumentKind::ALL.into_iter().find(|kind| kind.word() == word).ok_or_else(wrong)?;
        let uuid = uuid::Uuid::try_parse(id).map_err(|_| wrong())?;
        Ok(Self { kind, uuid: uuid.into_bytes() })
    }
}

impl fmt::Display for DocumentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.kind.word(), uuid::Uuid::from_bytes(self.uuid))
    }
}

impl fmt::Debug for DocumentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<String> for DocumentId {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        Self::parse(&text)
    }
}

impl From<DocumentId> for String {
    fn from(id: DocumentId) -> String {
        id.to_string()
    }
}

impl<C> Encode<C> for DocumentId {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.bytes(&self.to_bytes())?.ok()
    }
}

impl<'b, C> Decode<'b, C> for DocumentId {
    fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        let bytes = d.bytes()?;
        Self::from_bytes(bytes).ok_or_else(|| minicbor::decode::Error::message("not a document id"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_derived_from_its_name_alone() {
        let a = DocumentId::derive(
            DocumentKind::Round,
            &["chaohu", "zhongmiao", "flood-departure", "2026-11-23"],
        );
        let b = DocumentId::derive(
            DocumentKind::Round,
            &["chaohu", "zhongmiao", "flood-departure", "2026-11-23"],
        );
        let c = DocumentId::derive(
            DocumentKind::Round,
            &["chaohu", "zhongmiao", "flood-departure", "2026-11-24"],
        );
        assert_eq!(a, b);
        assert_ne!(a, c);
        assert_eq!(DocumentId::parse(&a.to_string()), Ok(a));
        assert_eq!(DocumentId::from_bytes(&a.to_bytes()), Some(a));
        assert_eq!(DocumentId::from_bytes(&[9; 17]), None);
    }
}
