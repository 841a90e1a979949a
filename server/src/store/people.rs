//! The half of the store about people: officers, their devices and sessions, and one-time enrolment codes. Secrets are
//! kept as hashes only; who may enrol whom is `identity`.

use shared::domain::directory::Officer;
use shared::ids::{DeviceId, OfficerId};
use shared::time::Timestamp;
use shared::trust::rights::Rights;

use super::Result;

/// A one-time code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// SHA-256 of the code.
    pub code_hash: [u8; 32],
    /// For whom; role and station are the officer's.
    pub officer: OfficerId,
    /// From when on it no longer works.
    pub expires: Timestamp,
    /// The device that used it.
    pub used_by: Option<DeviceId>,
}

/// A device that is to be enrolled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDevice {
    /// Its id, which is the hash of the key.
    pub id: DeviceId,
    /// The uncompressed P-256 point, 65 bytes.
    pub public_key: Vec<u8>,
    /// Whose.
    pub officer: OfficerId,
    /// When.
    pub enrolled: Timestamp,
}

/// An enrolled device with its owner's rights as of now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceRecord {
    /// Its id.
    pub id: DeviceId,
    /// The uncompressed P-256 point, 65 bytes.
    pub public_key: Vec<u8>,
    /// The person, their role and station.
    pub rights: Rights,
    /// When it was enrolled.
    pub enrolled: Timestamp,
    /// When it last exchanged anything; `None` when never.
    pub heard: Option<Timestamp>,
    /// When it was revoked.
    pub revoked: Option<Timestamp>,
}

/// What became of a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Redemption {
    /// The device is enrolled; so it is when the same device comes again with the same code.
    Enrolled(DeviceRecord),
    /// No such code.
    Unknown,
    /// Another device used it.
    Used,
    /// Too late.
    Expired,
    /// The device is somebody else's; the code is still good.
    Other,
}

/// A session that has not expired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRecord {
    /// Until when.
    pub expires: Timestamp,
    /// The device, which is not revoked.
    pub device: DeviceRecord,
}

/// People, devices, sessions and codes.
pub trait People {
    /// Writes a person, or replaces what was written about them.
    ///
    /// # Errors
    /// When the database fails.
    fn put_officer(&self, officer: &Officer) -> Result<()>;

    /// A person.
    ///
    /// # Errors
    /// When the database fails.
    fn officer(&self, id: &OfficerId) -> Result<Option<Officer>>;

    /// Every person, in the order of their ids.
    ///
    /// # Errors
    /// When the database fails.
    fn officers(&self) -> Result<Vec<Officer>>;

    /// Writes a code that nobody used yet.
    ///
    /// # Errors
    /// When the database fails.
    fn put_enrolment(&self, enrolment: &Enrolment) -> Result<()>;

    /// A code, by its hash.
    ///
    /// # Errors
    /// When the database fails.
    fn enrolment(&self, code_hash: &[u8; 32]) -> Result<Option<Enrolment>>;

    /// Uses a code for a device, in one transaction. The device becomes the code's officer's, whatever `device` says.
    ///
    /// # Errors
    /// When the database fails.
    fn redeem(&self, code_hash: &[u8; 32], device: &NewDevice) -> Result<Redemption>;

    /// Enrols a device without a code: the demo bureau's phones. Does nothing when it is enrolled.
    ///
    /// # Errors
    /// When the database fails.
    fn put_device(&self, device: &NewDevice) -> Result<()>;

    /// A device.
    ///
    /// # Errors
    /// When the database fails.
    fn device(&self, id: DeviceId) -> Result<Option<DeviceRecord>>;

    /// Every device, in the order of their ids.
    ///
    /// # Errors
    /// When the database fails.
    fn devices(&self) -> Result<Vec<DeviceRecord>>;

    /// Notes when devices were heard; an earlier moment than the one noted changes nothing.
    ///
    /// # Errors
    /// When the database fails.
    fn put_heard(&self, heard: &[(DeviceId, Timestamp)]) -> Result<()>;

    /// Revokes a device and ends its sessions.
    ///
    /// # Errors
    /// When the database fails.
    fn revoke(&self, device: DeviceId, at: Timestamp) -> Result<()>;

    /// Writes people, devices that are new, and revocations of devices that are not revoked yet, in one transaction;
    /// gives the devices that are revoked by it. Sessions of theirs end.
    ///
    /// # Errors
    /// When the database fails.
    fn put_members(
        &self,
        officers: &[Officer],
        devices: &[NewDevice],
        revoked: &[(DeviceId, Timestamp)],
    ) -> Result<Vec<DeviceId>>;

    /// Writes a session and drops those that expired before `now`.
    ///
    /// # Errors
    /// When the database fails.
    fn put_session(
        &self,
        token_hash: &[u8; 32],
        device: DeviceId,
        expires: Timestamp,
        now: Timestamp,
    ) -> Result<()>;

    /// A session that has not expired at `now`, of a device that is not revoked.
    ///
    /// # Errors
    /// When the database fails.
    fn session(&self, token_hash: &[u8; 32], now: Timestamp) -> Result<Option<SessionRecord>>;
}
