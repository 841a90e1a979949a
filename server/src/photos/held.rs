//! Photos of a device that was revoked, as somebody brings them in: kept apart, and seen by nobody, until an answer that
//! counts names them.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::sync::{Arc, PoisonError};

use shared::ids::{DeviceId, PhotoHash};

use super::{HELD, PhotoError, Photos, kept, make_folder, path};

impl Photos {
    /// Where those of a revoked device are kept.
    #[must_use]
    pub fn held_of(&self, device: DeviceId) -> Self {
        Self {
            folder: self.folder.join(HELD).join(device.to_string()),
            clock: Arc::clone(&self.clock),
            disk_free_bytes_min: self.disk_free_bytes_min,
            turn: Arc::clone(&self.turn),
        }
    }

    /// Puts those of a revoked device that are named here where their station sees them.
    ///
    /// # Errors
    /// When the disk fails; what was not put there stays where it is.
    pub fn release(&self, device: DeviceId, named: &BTreeSet<PhotoHash>) -> Result<(), PhotoError> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let held = self.held_of(device);
        for (station, hash, found) in kept::all(&held.folder)? {
            if named.contains(&hash) {
                let place = path(&self.folder, &station, hash);
                let folder = place.parent().ok_or(PhotoError::Unknown)?;
                make_folder(folder)?;
                fs::rename(found, &place)?;
                File::open(folder)?.sync_all()?;
            }
        }
        Ok(())
    }
}
