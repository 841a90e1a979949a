//! Every word of the interface in both languages, as typed functions generated from `client/web/locales` by
//! `build.rs`. Texts that come from content (templates, names) are [`Label`]s and travel in the slices.

use shared::domain::Label;

/// A language of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// Simplified Chinese, the default.
    #[default]
    Chinese,
    /// English.
    English,
}

impl Language {
    /// The value of the `lang` attribute.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        }
    }
}

/// The words of one language. Cheap to copy: components get it as a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Words(pub Language);

impl Words {
    /// Whether the language is English.
    pub fn is_english(self) -> bool {
        self.0 == Language::English
    }

    /// A content text in this language.
    pub fn label(self, label: &Label) -> &str {
        label.text(self.is_english())
    }

    fn pick(self, chinese: &'static str, english: &'static str) -> &'static str {
        if self.is_english() { english } else { chinese }
    }
}

/// A whole number as it stands in a text.
fn number(n: u32) -> String {
    n.to_string()
}

/// The parts of a text, put together.
fn join(parts: &[&str]) -> String {
    parts.concat()
}

include!(concat!(env!("OUT_DIR"), "/words.rs"));

#[cfg(test)]
mod tests {
    use super::*;

    /// All sources of this crate, so that a text nobody shows is found.
    fn sources(folder: &std::path::Path, all: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, all);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                all.push_str(&std::fs::read_to_string(&path).unwrap());
            }
        }
    }

    #[test]
    fn every_text_is_used() {
        let mut all = String::new();
        sources(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut all);
        let is_used =
            |key: &&&str| !all.contains(&format!(".{key}(")) && !all.contains(&format!("Words::{key}"));
        let unused: Vec<_> = KEYS.iter().filter(is_used).collect();
        assert!(unused.is_empty(), "texts that no screen shows: {unused:?}");
    }

    #[test]
    fn counts_agree_in_english() {
        let words = Words(Language::English);
        assert_eq!(words.chip_pending(1), "1 only on this phone");
        assert_eq!(words.events_count(1), "1 entry");
        assert_eq!(words.events_count(2), "2 entries");
        assert_eq!(Words::default().events_count(2), "2 条记录");
    }
}
