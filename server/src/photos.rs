//! Photos and voice memos: files beside the database, each named by the SHA-256 of its bytes, in a folder of the station
//! that it is of. The folder is the index: nothing else says what is there, so nothing can disagree with it.
//!
//! ```text
//! photos/station-zhongmiao/a5/a5a5...    a whole one: its bytes are its name
//! photos/people/person-zm-01             how much of today's is this person's, and which day it was
//! photos/unfinished/<device>/a5a5...     what came of one so far, and beside it .about: how much it will be
//! photos/held/<device>/...               the same again, of a revoked device: seen by nobody until an answer that counts
//!                                        names it
//! ```

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use sha2::{Digest, Sha256};
use shared::api::photo::Media;
use shared::ids::{PhotoHash, StationCode};
use shared::limits::PHOTO_DISK_FREE_MIN;
use shared::trust::rights::Rights;

use crate::clock::Clock;

mod held;
mod kept;
mod quota;
mod uploads;

pub use kept::{Copied, Examined, beside, copy, examine, folder};
pub use uploads::{Progress, Upload};

/// The folder in the data folder.
const FOLDER: &str = "photos";
const UNFINISHED: &str = "unfinished";
const PEOPLE: &str = "people";
const HELD: &str = "held";
/// In front of a station's code, so that no code is a name of another meaning.
const STATION: &str = "station-";

/// Why it was not done. What was uploaded so far is kept, except where it says that it was dropped.
#[derive(Debug, thiserror::Error)]
pub enum PhotoError {
    /// No such upload, or it expired.
    #[error("there is no such upload")]
    Unknown,
    /// It goes on at another byte.
    #[error("the upload goes on at byte {0}")]
    Offset(u64),
    /// It would be too long, or says too much of itself.
    #[error("the upload is too long")]
    TooLong,
    /// This phone has begun too many and finished none.
    #[error("too many unfinished uploads")]
    TooMany,
    /// The whole does not have its hash; it was dropped.
    #[error("what was uploaded does not have the hash that was said; it was dropped")]
    Mismatch,
    /// It is neither a photo nor a memo; it was dropped.
    #[error("neither a photo nor a voice memo; it was dropped")]
    Kind,
    /// This person's photos of today are as many as a day takes.
    #[error(
        "the day's photos of this person are full; what is on the phone stays there and may come tomorrow"
    )]
    DayFull,
    /// The disk is full, or what is left of it is the log's.
    #[error("the disk is full")]
    Full,
    /// The disk failed.
    #[error("the disk failed")]
    Failed(#[source] io::Error),
}

impl From<io::Error> for PhotoError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full,
            _ => Self::Failed(error),
        }
    }
}

/// The relay's photos. The methods block.
pub struct Photos {
    folder: PathBuf,
    clock: Arc<dyn Clock>,
    /// Bytes of the disk that photos leave to the log, beyond what it needs to be ready.
    disk_free_bytes_min: u64,
    /// Held while an upload is looked at and added to: a line that was given up may still be bringing bytes.
    turn: Arc<Mutex<()>>,
}

impl Photos {
    /// Those of a data folder.
    pub fn new(data: &Path, clock: Arc<dyn Clock>) -> Self {
        let folder = data.join(FOLDER);
        Self { folder, clock, disk_free_bytes_min: PHOTO_DISK_FREE_MIN, turn: Arc::default() }
    }

    /// The same, on a disk of which the relay needs so much to be ready: photos stop well before that.
    #[must_use]
    pub fn leaving(mut self, ready_bytes_min: u64) -> Self {
        self.disk_free_bytes_min = ready_bytes_min.saturating_add(PHOTO_DISK_FREE_MIN);
        self
    }

    /// A photo's form and bytes; `None` when it is not here, or not for this person's eyes.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn find(&self, rights: &Rights, hash: PhotoHash) -> Result<Option<(Media, Vec<u8>)>, PhotoError> {
        for station in kept::stations(&self.folder)? {
            if !rights.may_see_photos(&station) {
                continue;
            }
            match fs::read(path(&self.folder, &station, hash)) {
                Ok(bytes) => return Ok(Media::of(&bytes).map(|media| (media, bytes))),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(None)
    }
}

/// Where a whole one is.
fn path(folder: &Path, station: &StationCode, hash: PhotoHash) -> PathBuf {
    let hash = hash.to_string();
    folder.join(format!("{STATION}{station}")).join(&hash[..2]).join(hash)
}

fn hash_of(bytes: &[u8]) -> PhotoHash {
    PhotoHash(Sha256::digest(bytes).into())
}

/// Makes a folder and those above it, durably.
fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(above) = folder.parent() {
        make_folder(above)?;
        match fs::create_dir(folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => File::open(above)?.sync_all()?,
        }
    }
    Ok(())
}

/// Removing what is not there is done already.
fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests;
