//! How much each person has brought today, so that one phone that runs wild, or somebody who means it, fills no disk. One
//! small file for each person; losing it loses nothing but the count.

use std::fs;
use std::path::PathBuf;

use shared::ids::OfficerId;
use shared::limits::PERSON_DAY_BYTES_MAX;
use shared::time::DAY_MS;

use super::{PEOPLE, PhotoError, Photos, make_folder};

impl Photos {
    /// Whether so many bytes more go into the person's day.
    ///
    /// # Errors
    /// When they do not.
    pub(super) fn check_day(&self, officer: &OfficerId, bytes: u64) -> Result<(), PhotoError> {
        let is_full = self.brought(officer).saturating_add(bytes) > PERSON_DAY_BYTES_MAX;
        if is_full { Err(PhotoError::DayFull) } else { Ok(()) }
    }

    /// Counts what became whole.
    pub(super) fn count_day(&self, officer: &OfficerId, bytes: u64) -> Result<(), PhotoError> {
        let brought = self.brought(officer).saturating_add(bytes);
        make_folder(&self.folder.join(PEOPLE))?;
        Ok(fs::write(self.person(officer), format!("{} {brought}", self.day()))?)
    }

    fn brought(&self, officer: &OfficerId) -> u64 {
        let text = fs::read_to_string(self.person(officer)).unwrap_or_default();
        let counted = text.split_once(' ').filter(|(day, _)| *day == self.day().to_string());
        counted.and_then(|(_, bytes)| bytes.parse().ok()).unwrap_or_default()
    }

    fn day(&self) -> i64 {
        self.clock.now().0.div_euclid(DAY_MS)
    }

    fn person(&self, officer: &OfficerId) -> PathBuf {
        self.folder.join(PEOPLE).join(["person-", officer.as_str()].concat())
    }
}
