//! How this person wants the interface: language, theme, density, text size. They are written as attributes of the
//! root element, where the style sheets read them, and kept in the browser's local storage by `browser`.

use crate::i18n::Language;

/// A colour theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// Light.
    Day,
    /// Dark.
    Night,
    /// 强光: pure black and white for direct sun.
    Sun,
}

/// How large the things to tap are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Density {
    /// For wet gloves.
    Glove,
    /// For bare hands.
    Normal,
}

/// Text size in per cent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextSize {
    /// 100 %
    Normal,
    /// 125 %
    Large,
    /// 150 %
    Largest,
    /// 200 %
    Double,
}

/// The hand that holds the phone: what is tapped most lies under its thumb.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hand {
    /// The right one.
    Right,
    /// The left one.
    Left,
}

/// Whether an answer is felt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Touch {
    /// The phone trembles.
    Felt,
    /// It does not.
    Silent,
}

/// All of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preferences {
    /// Language.
    pub language: Language,
    /// Colours.
    pub theme: Theme,
    /// Sizes of targets.
    pub density: Density,
    /// Size of text.
    pub text: TextSize,
    /// The hand that holds the phone.
    pub hand: Hand,
    /// Whether an answer is felt.
    pub touch: Touch,
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            language: Language::Chinese,
            theme: Theme::Day,
            density: Density::Glove,
            text: TextSize::Normal,
            hand: Hand::Right,
            touch: Touch::Felt,
        }
    }
}

impl Theme {
    /// The word in the attribute.
    pub fn word(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Night => "night",
            Self::Sun => "sun",
        }
    }
}

impl Density {
    /// The word in the attribute.
    pub fn word(self) -> &'static str {
        match self {
            Self::Glove => "glove",
            Self::Normal => "normal",
        }
    }
}

impl TextSize {
    /// The word in the attribute.
    pub fn word(self) -> &'static str {
        match self {
            Self::Normal => "100",
            Self::Large => "125",
            Self::Largest => "150",
            Self::Double => "200",
        }
    }
}

impl Hand {
    /// The word in the attribute.
    pub fn word(self) -> &'static str {
        match self {
            Self::Right => "right",
            Self::Left => "left",
        }
    }
}

impl Touch {
    /// The word that is kept.
    pub fn word(self) -> &'static str {
        match self {
            Self::Felt => "felt",
            Self::Silent => "silent",
        }
    }
}

impl Preferences {
    /// The text that is kept: a word each.
    pub fn to_text(self) -> String {
        let (hand, touch) = (self.hand.word(), self.touch.word());
        [self.language.tag(), self.theme.word(), self.density.word(), self.text.word(), hand, touch].join(" ")
    }

    /// Reads what was kept; what is not understood stays as in `fallback`.
    pub fn from_text(text: &str, fallback: Self) -> Self {
        let mut read = fallback;
        for word in text.split(' ') {
            match word {
                "zh-CN" => read.language = Language::Chinese,
                "en" => read.language = Language::English,
                "day" => read.theme = Theme::Day,
                "night" => read.theme = Theme::Night,
                "sun" => read.theme = Theme::Sun,
                "glove" => read.density = Density::Glove,
                "normal" => read.density = Density::Normal,
                "100" => read.text = TextSize::Normal,
                "125" => read.text = TextSize::Large,
                "150" => read.text = TextSize::Largest,
                "200" => read.text = TextSize::Double,
                "right" => read.hand = Hand::Right,
                "left" => read.hand = Hand::Left,
                "felt" => read.touch = Touch::Felt,
                "silent" => read.touch = Touch::Silent,
                _ => {}
            }
        }
        read
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn preferences_survive_their_text_and_ignore_foreign_words() {
        let chosen = Preferences {
            language: Language::English,
            theme: Theme::Sun,
            density: Density::Normal,
            text: TextSize::Double,
            hand: Hand::Left,
            touch: Touch::Silent,
        };
        assert_eq!(Preferences::from_text(&chosen.to_text(), Preferences::default()), chosen);
        assert_eq!(Preferences::from_text("violet 300", chosen), chosen);
    }
}
