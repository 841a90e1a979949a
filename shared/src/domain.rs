//! The words and rules of the work: pure values, no bytes, no clock. Documents are read into these values by
//! `document::read`; every screen and every figure is derived from them.

pub mod answer;
pub mod asset;
pub mod calendar;
pub mod custody;
pub mod defect;
pub mod directory;
pub mod history;
pub mod inspection;
pub mod label;
pub mod need;
pub mod observation;
pub mod photo;
pub mod policy;
pub mod reading;
pub mod register;
pub mod round;
pub mod template;

/// A text in both languages of the product.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, minicbor::Encode, minicbor::Decode)]
pub struct Label {
    /// Simplified Chinese, always present.
    #[n(0)]
    pub zh: String,
    /// English; empty means that the Chinese text is shown.
    #[n(1)]
    pub en: String,
}

crate::read_object!(Label { zh, en as default });

impl Label {
    /// A text in both languages.
    pub fn new(zh: &str, en: &str) -> Self {
        Self { zh: zh.to_owned(), en: en.to_owned() }
    }

    /// The text in one language, Chinese where there is no other.
    pub fn text(&self, english: bool) -> &str {
        if english && !self.en.is_empty() { &self.en } else { &self.zh }
    }
}

/// What an entry in JSON says that it is.
fn type_of(json: &[u8]) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Typed {
        r#type: String,
    }
    serde_json::from_slice(json).ok().map(|Typed { r#type }| r#type)
}
