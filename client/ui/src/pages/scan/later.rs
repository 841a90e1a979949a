//! Codes that nobody knew, kept on this phone to be looked into later. Only on this phone, and the screen says so: a code
//! without a thing is no record of the bureau's.

use shared::limits::SCANS_LATER_MAX;
use shared::time::Timestamp;

use crate::browser;

const KEY: &str = "muster.scans.later";

/// One that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Later {
    /// When it was kept, by the phone's clock.
    pub at: Timestamp,
    /// The code, as it was seen or typed.
    pub text: String,
}

/// All that are kept, the latest first.
pub fn kept() -> Vec<Later> {
    read(&browser::kept(&browser::own(KEY)).unwrap_or_default())
}

/// Keeps one; false when the browser does not.
pub fn keep(text: &str, at: Timestamp) -> bool {
    write(&with(kept(), text, at))
}

/// Drops one.
pub fn drop_one(text: &str) {
    write(&kept().into_iter().filter(|later| later.text != text).collect::<Vec<_>>());
}

fn with(mut all: Vec<Later>, text: &str, at: Timestamp) -> Vec<Later> {
    // A line each: a code of several lines is kept as one.
    let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    all.retain(|later| later.text != text);
    all.insert(0, Later { at, text });
    all.truncate(SCANS_LATER_MAX);
    all
}

fn write(all: &[Later]) -> bool {
    let line = |later: &Later| [&later.at.0.to_string(), " ", &later.text].concat();
    browser::keep(&browser::own(KEY), &all.iter().map(line).collect::<Vec<_>>().join("\n"))
}

fn read(text: &str) -> Vec<Later> {
    let line = |line: &str| {
        let (at, text) = line.split_once(' ')?;
        Some(Later { at: Timestamp(at.parse().ok()?), text: text.to_owned() })
    };
    text.lines().filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_again_each_once_and_not_without_end() {
        let mut all = Vec::new();
        for n in 0..60_i64 {
            all = with(all, &format!("GA {n}"), Timestamp(n));
        }
        all = with(all, "GA\n59", Timestamp(99));
        assert_eq!((all.len(), all[0].text.as_str(), all[0].at), (SCANS_LATER_MAX, "GA 59", Timestamp(99)));
        assert_eq!(all.iter().filter(|later| later.text == "GA 59").count(), 1);
        let text: Vec<String> = all.iter().map(|later| format!("{} {}", later.at.0, later.text)).collect();
        assert_eq!(read(&text.join("\n")), all);
        assert_eq!(read("x\n\nnot a number y"), Vec::new());
    }
}
