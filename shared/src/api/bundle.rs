//! `POST /api/bundles`: what became of a bundle that somebody brought in.

use serde::{Deserialize, Serialize};

use crate::ids::DeviceId;
use crate::time::Timestamp;

/// Whose it was, and what the relay made of it. Numbers are changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brought {
    /// The device that made it.
    pub device: DeviceId,
    /// Its person's name.
    pub name: String,
    /// When it was made.
    pub made: Timestamp,
    /// On disk now.
    pub taken: u32,
    /// On disk already.
    pub known: u32,
    /// On disk, and without effect until a supervisor releases it: the device is revoked, or its person has moved.
    pub held: u32,
    /// Kept off the log for good, with each reason's word.
    pub rejected: Vec<(String, u32)>,
    /// Photos and memos that are there now, also those that were there already.
    pub photos: u32,
    /// Photos and memos that were not taken; they stay on their phone, too.
    pub photos_refused: u32,
}
