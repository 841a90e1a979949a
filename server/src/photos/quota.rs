//! How much each person has brought today, so that one phone that runs wild, or somebody who means it, fills no disk. One
//! small file for each person; losing it loses nothing but the count.

use std::fs;
use std::path::PathBuf;

use shared::ids::OfficerId;
use shared::limits::{PERSON_DAY_BYTES_MAX, PERSON_DAY_FILES_MAX};
use shared::time::DAY_MS;

use super::{PEOPLE, PhotoError, Photos, make_folder};

/// What somebody has brought today.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Brought {
    bytes: u64,
    files: u32,
}

impl Photos {
    /// Whether one more file of so many bytes goes into the person's day.
    ///
    /// # Errors
    /// When it does not.
    pub(super) fn check_day(&self, officer: &OfficerId, bytes: u64) -> Result<(), PhotoError> {
        let brought = self.brought(officer);
        let is_full = brought.bytes.saturating_add(bytes) > PERSON_DAY_BYTES_MAX
            || brought.files >= PERSON_DAY_FILES_MAX;
        if is_full { Err(PhotoError::DayFull) } else { Ok(()) }
    }

    /// Counts a file that became whole.
    pub(super) fn count_day(&self, officer: &OfficerId, bytes: u64) -> Result<(), PhotoError> {
        let brought = self.brought(officer);
        let (bytes, files) = (brought.bytes.saturating_add(bytes), brought.files.saturating_add(1));
        make_folder(&self.folder.join(PEOPLE))?;
        Ok(fs::write(self.person(officer), format!("{} {bytes} {files}", self.day()))?)
    }

    fn brought(&self, officer: &OfficerId) -> Brought {
        let text = fs::read_to_string(self.person(officer)).unwrap_or_default();
        let mut words = text.split(' ');
        if words.next() != Some(self.day().to_string().as_str()) {
            return Brought::default();
        }
        let bytes = words.next().and_then(|bytes| bytes.parse().ok());
        let files = words.next().and_then(|files| files.parse().ok());
        Brought { bytes: bytes.unwrap_or_default(), files: files.unwrap_or_default() }
    }

    fn day(&self) -> i64 {
        self.clock.now().0.div_euclid(DAY_MS)
    }

    fn person(&self, officer: &OfficerId) -> PathBuf {
        self.folder.join(PEOPLE).join(["person-", officer.as_str()].concat())
    }
}
