//! `POST /api/officers/{officer}/station`: a person goes to another station.

use serde::{Deserialize, Serialize};

use crate::ids::StationCode;

/// Where the person is from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// The station.
    pub station: StationCode,
}
