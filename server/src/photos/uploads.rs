//! Uploads on their way: begun, added to wherever they were left, and put in their place once they are whole and are what
//! they were said to be.

use std::fs::{self, File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;

use serde::{Deserialize, Serialize};
use shared::api::photo::Media;
use shared::ids::{DeviceId, OfficerId, PhotoHash, StationCode};
use shared::limits::{PHOTO_BYTES_MAX, UPLOAD_HOURS, UPLOAD_METADATA_MAX, UPLOADS_MAX};
use shared::time::{HOUR_MS, Timestamp};

use super::{PhotoError, Photos, UNFINISHED, hash_of, make_folder, path, remove};
use crate::machine;

/// Which upload: one phone's of one photo. Another phone's of the same photo is another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Whose.
    pub device: DeviceId,
    /// Of which person.
    pub officer: OfficerId,
    /// Where it will be.
    pub station: StationCode,
    /// What it will be.
    pub hash: PhotoHash,
}

/// How far an upload is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Bytes that are here.
    pub offset: u64,
    /// Bytes that it will be.
    pub bytes: u64,
    /// What was said of it when it was begun; empty once it is whole.
    pub metadata: String,
    /// When it is dropped; `None` once it is whole.
    pub expires: Option<Timestamp>,
}

impl Progress {
    /// Whether it is whole, checked, and in its place.
    pub fn is_whole(&self) -> bool {
        self.expires.is_none()
    }
}

/// What is kept beside an unfinished one.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct About {
    bytes: u64,
    metadata: String,
    begun: Timestamp,
    /// Where it will be: it was asked for when the upload began.
    station: StationCode,
}

impl About {
    fn expires(&self) -> Timestamp {
        self.begun.plus_ms(UPLOAD_HOURS * HOUR_MS)
    }
}

impl Photos {
    /// Begins an upload, or says how far it is when it was begun before or is here already.
    ///
    /// # Errors
    /// When it would be too long, the phone has begun too many, or there is no room.
    pub fn begin(&self, upload: &Upload, bytes: u64, metadata: &str) -> Result<Progress, PhotoError> {
        if bytes > PHOTO_BYTES_MAX || metadata.len() > UPLOAD_METADATA_MAX {
            return Err(PhotoError::TooLong);
        }
        match self.progress(upload) {
            Ok(progress) if progress.bytes == bytes => return Ok(progress),
            Ok(_) | Err(PhotoError::Unknown | PhotoError::Mismatch | PhotoError::Kind) => {}
            Err(error) => return Err(error),
        }
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        self.check_day(&upload.officer, bytes)?;
        make_folder(&self.folder)?;
        if machine::disk_free_bytes(&self.folder).is_some_and(|free| free < self.disk_free_bytes_min + bytes)
        {
            return Err(PhotoError::Full);
        }
        let unfinished = self.unfinished(upload);
        let folder = self.of_device(upload.device);
        self.drop_expired()?;
        make_folder(&folder)?;
        let begun = fs::read_dir(&folder)?.count() / 2;
        if begun >= UPLOADS_MAX && !unfinished.exists() {
            return Err(PhotoError::TooMany);
        }
        remove(&unfinished)?;
        let (begun, station) = (self.clock.now(), upload.station.clone());
        let about = About { bytes, metadata: metadata.to_owned(), begun, station };
        let text = serde_json::to_vec(&about).map_err(std::io::Error::other)?;
        open(&about_path(&unfinished))?.write_all(&text)?;
        open(&unfinished)?;
        Ok(Progress { offset: 0, bytes, metadata: metadata.to_owned(), expires: Some(about.expires()) })
    }

    /// How far an upload is.
    ///
    /// # Errors
    /// When there is none, or it turned out not to be what it was said to be.
    pub fn progress(&self, upload: &Upload) -> Result<Progress, PhotoError> {
        if let Ok(whole) = fs::metadata(path(&self.folder, &upload.station, upload.hash)) {
            let bytes = whole.len();
            return Ok(Progress { offset: bytes, bytes, metadata: String::new(), expires: None });
        }
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        self.progress_inside(upload)
    }

    /// Adds bytes at a place, and gives how far the upload is then. The last byte makes it whole.
    ///
    /// # Errors
    /// When it goes on elsewhere, or what became whole is not what it was said to be.
    pub fn add(&self, upload: &Upload, at: u64, bytes: &[u8]) -> Result<Progress, PhotoError> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let mut progress = self.progress_inside(upload)?;
        if progress.is_whole() || progress.offset != at {
            return Err(PhotoError::Offset(progress.offset));
        }
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if length > progress.bytes - at {
            return Err(PhotoError::TooLong);
        }
        let mut file = OpenOptions::new().write(true).open(self.unfinished(upload))?;
        file.seek(SeekFrom::Start(at))?;
        file.write_all(bytes)?;
        progress.offset += length;
        if progress.offset == progress.bytes {
            return self.finish(upload);
        }
        Ok(progress)
    }

    fn progress_inside(&self, upload: &Upload) -> Result<Progress, PhotoError> {
        let unfinished = self.unfinished(upload);
        let is_it = |about: &About| about.expires() > self.clock.now() && about.station == upload.station;
        let about = about(&unfinished).filter(is_it);
        let (Some(about), Ok(found)) = (about, fs::metadata(&unfinished)) else {
            // Another line may have brought the last byte meanwhile.
            return match fs::metadata(path(&self.folder, &upload.station, upload.hash)) {
                Ok(whole) => Ok(Progress {
                    offset: whole.len(),
                    bytes: whole.len(),
                    metadata: String::new(),
                    expires: None,
                }),
                Err(_) => Err(PhotoError::Unknown),
            };
        };
        if found.len() == about.bytes {
            // It was whole when the relay died, or has no bytes at all.
            return self.finish(upload);
        }
        let expires = Some(about.expires());
        Ok(Progress { offset: found.len(), bytes: about.bytes, metadata: about.metadata, expires })
    }

    /// Checks what is whole and puts it in its place, durably; what is not what it should be is dropped.
    fn finish(&self, upload: &Upload) -> Result<Progress, PhotoError> {
        let unfinished = self.unfinished(upload);
        let bytes = fs::read(&unfinished)?;
        let is_right = hash_of(&bytes) == upload.hash;
        if !is_right || Media::of(&bytes).is_none() {
            self.drop_upload(&unfinished)?;
            return Err(if is_right { PhotoError::Kind } else { PhotoError::Mismatch });
        }
        let place = path(&self.folder, &upload.station, upload.hash);
        let folder = place.parent().ok_or(PhotoError::Unknown)?;
        make_folder(folder)?;
        File::open(&unfinished)?.sync_all()?;
        fs::rename(&unfinished, &place)?;
        File::open(folder)?.sync_all()?;
        self.drop_upload(&unfinished)?;
        let bytes = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.count_day(&upload.officer, bytes)?;
        Ok(Progress { offset: bytes, bytes, metadata: String::new(), expires: None })
    }

    fn drop_upload(&self, unfinished: &Path) -> Result<(), PhotoError> {
        remove(unfinished)?;
        Ok(remove(&about_path(unfinished))?)
    }

    /// Drops what nobody came back for.
    fn drop_expired(&self) -> Result<(), PhotoError> {
        let now = self.clock.now();
        let unfinished = self.folder.join(UNFINISHED);
        make_folder(&unfinished)?;
        for device in fs::read_dir(unfinished)? {
            for file in fs::read_dir(device?.path())? {
                let path = file?.path();
                if path.extension().is_none() && about(&path).is_none_or(|about| about.expires() <= now) {
                    self.drop_upload(&path)?;
                }
            }
        }
        Ok(())
    }

    fn of_device(&self, device: DeviceId) -> PathBuf {
        self.folder.join(UNFINISHED).join(device.to_string())
    }

    fn unfinished(&self, upload: &Upload) -> PathBuf {
        self.of_device(upload.device).join(upload.hash.to_string())
    }
}

fn about_path(unfinished: &Path) -> PathBuf {
    unfinished.with_extension("about")
}

fn about(unfinished: &Path) -> Option<About> {
    serde_json::from_slice(&fs::read(about_path(unfinished)).ok()?).ok()
}

/// A new, empty file, for the relay's eyes only.
fn open(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
}
