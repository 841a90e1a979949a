//! `POST /api/enrolments/redeem`: a phone turns a one-time code and its public key into membership.

use serde::{Deserialize, Serialize};

use crate::domain::directory::Bureau;
use crate::ids::DeviceId;
use crate::trust::rights::Rights;

/// What the phone sends. The code is in the body, never in a URL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redeem {
    /// The one-time code.
    pub code: String,
    /// Base64url (no padding) of the uncompressed P-256 point, 65 bytes.
    pub public_key: String,
}

/// Who the phone is from now on. The same code with the same key gives the same answer again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Enrolled {
    /// The bureau.
    pub bureau: Bureau,
    /// This phone.
    pub device: DeviceId,
    /// The person and what they may do.
    pub rights: Rights,
    /// The person's name.
    pub name: String,
    /// The person's badge number.
    pub badge: String,
    /// The person's station by name, if they have one.
    pub station_name: Option<crate::domain::Label>,
    /// Base64url of the relay's public key, with which receipts and certificates are verified.
    pub relay_key: String,
    /// This phone's first certificate, `trust::certificate`; every answer has a fresh one.
    pub certificate: String,
}

crate::read_object!(Enrolled { bureau, device, rights, name, badge, station_name, relay_key, certificate });
