//! `POST /api/sessions/challenge`, then `POST /api/sessions`: a device proves that it holds its key and gets a cookie.
//! `GET /api/session` tells who the cookie is.

use serde::{Deserialize, Serialize};

use crate::ids::DeviceId;
use crate::trust::rights::Rights;

/// Asks for a challenge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChallengeRequest {
    /// Who asks.
    pub device: DeviceId,
    /// The device's certificate, for a relay that does not know the device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<String>,
}

/// Bytes to sign, good for one try.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge {
    /// Base64url of 32 random bytes.
    pub challenge: String,
}

/// The answer to a challenge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionRequest {
    /// Who asks.
    pub device: DeviceId,
    /// The challenge, as it came.
    pub challenge: String,
    /// Signature suite.
    pub suite: u8,
    /// Base64url of the signature over `trust::signing::session_claim`.
    pub signature: String,
    /// The device's certificate, as with the challenge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<String>,
}

/// Who is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Session {
    /// The device.
    pub device: DeviceId,
    /// The person and what they may do, as of now.
    pub rights: Rights,
    /// Base64url of the relay's public key.
    pub relay_key: String,
    /// The device's certificate, whose lease begins now.
    pub certificate: String,
    /// Base64url of the key that bundles are sealed to.
    pub sealing_key: String,
    /// Base64url of the relay's signature over `trust::signing::sealing_key_claim`.
    pub sealing_signature: String,
}

crate::read_object!(Session { device, rights, relay_key, certificate, sealing_key, sealing_signature });
