//! The end of a device's membership: its sessions, its sockets, and the directory that every phone holds.

use shared::domain::directory::{DirectoryEntry, Revocation};
use shared::ids::DeviceId;

use super::IdentityError;
use crate::publishing::{directory, publish_directory};
use crate::relay::Relay;
use crate::store::{DeviceRecord, blocking};

/// Revokes a device. When it returns, the device has no session and no socket, and the directory says so. It may be
/// asked for again: what is missing is done.
///
/// # Errors
/// When `by` may not, there is no such device, or the store does not take it; the device may be shut out already then.
pub async fn revoke(relay: &Relay, device: DeviceId, by: &DeviceRecord) -> Result<(), IdentityError> {
    if !by.rights.may_revoke() {
        return Err(IdentityError::NoRight);
    }
    let now = relay.clock().now();
    let known = blocking(relay.store(), move |store| {
        store.revoke(device, now)?;
        store.device(device)
    });
    let known = known.await?.ok_or(IdentityError::DeviceUnknown)?;
    relay.tell_revoked(device);
    let by = by.rights.officer.clone();
    tracing::info!(target: "audit", %device, officer = %known.rights.officer, %by, "a device was revoked");
    if !directory(relay).await?.revoked.contains_key(&device) {
        let revocation = Revocation { device, at: known.revoked.unwrap_or(now), by };
        publish_directory(relay, &[DirectoryEntry::Revoked(revocation)]).await?;
    }
    Ok(())
}
