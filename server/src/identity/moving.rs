//! A person goes to another station: the directory that every phone holds says so, and the person's phones learn what
//! they may do from now on.

use shared::domain::directory::{DirectoryEntry, Officer};
use shared::ids::{OfficerId, StationCode};

use super::IdentityError;
use crate::publishing::{directory, publish_directory};
use crate::relay::Relay;
use crate::store::DeviceRecord;

/// Moves a person. When it returns, the directory says so, what their phones push is judged by it, and those that were
/// connected come again. It may be asked for again: what is missing is done.
///
/// # Errors
/// When `by` may not, there is no such person or station, or the log does not take it.
pub async fn move_officer(
    relay: &Relay,
    officer: &OfficerId,
    station: StationCode,
    by: &DeviceRecord,
) -> Result<(), IdentityError> {
    if !by.rights.may_move() {
        return Err(IdentityError::NoRight);
    }
    let directory = directory(relay).await?;
    let known = directory.officers.get(officer).ok_or(IdentityError::OfficerUnknown)?;
    // The bureau's own people are of no station, and nobody gives themselves the rights of one.
    if known.station.is_none() || known.role >= by.rights.role {
        return Err(IdentityError::NoRight);
    }
    if !directory.stations.contains_key(&station) {
        return Err(IdentityError::StationUnknown);
    }
    if known.station.as_ref() != Some(&station) {
        tracing::info!(target: "audit", %officer, %station, by = %by.rights.officer, "a person is moved");
        let moved = Officer { station: Some(station), ..known.clone() };
        publish_directory(relay, &[DirectoryEntry::Officer(moved)]).await?;
    }
    Ok(relay.adopt_directory().await?)
}
