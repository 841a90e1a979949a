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
}

/// Who is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The device.
    pub device: DeviceId,
    /// The person and what they may do, as of now.
    pub rights: Rights,
}
