//! A device that this relay does not know, and that the relay itself has certified: it was enrolled after the backup from
//! which the relay was restored. Its certificate lets it in again, unless its lease is over or the directory says that
//! the device was revoked.

use shared::domain::directory::Officer;
use shared::ids::DeviceId;
use shared::trust::certificate::Certificate;

use super::{Identity, IdentityError, key};
use crate::relay::directory::directory;
use crate::store::{DeviceRecord, NewDevice};

impl Identity {
    /// The device as its certificate tells it. Nothing is written: whoever has a certificate need not have the key.
    ///
    /// # Errors
    /// When there is no certificate, or it is not good.
    pub(super) fn vouched(
        &self,
        device: DeviceId,
        certificate: Option<&str>,
    ) -> Result<DeviceRecord, IdentityError> {
        let certificate = Certificate::parse(certificate.ok_or(IdentityError::DeviceUnknown)?)?;
        certificate.check(&self.bureau.id, device, self.clock.now())?;
        let relay_key = self.relay_key.as_deref().unwrap_or_default();
        if !key::verifies(certificate.suite, relay_key, &certificate.claim(), &certificate.signature) {
            return Err(IdentityError::CertificateForged);
        }
        if directory(self.store.as_ref(), &self.bureau.id)?.revoked.contains_key(&device) {
            return Err(IdentityError::DeviceRevoked);
        }
        let (rights, enrolled) = (certificate.rights(), certificate.issued);
        let public_key = certificate.public_key;
        Ok(DeviceRecord { id: device, public_key, rights, enrolled, heard: None, revoked: None })
    }

    /// Writes a device down that has shown certificate and key. A person who is known has the rights that they have
    /// here; one who is not has those of the certificate until the directory comes back.
    ///
    /// # Errors
    /// When the store fails.
    pub(super) fn readmit(&self, record: DeviceRecord) -> Result<DeviceRecord, IdentityError> {
        let DeviceRecord { id, public_key, rights, enrolled, .. } = record;
        let officers = if self.store.officer(&rights.officer)?.is_some() {
            Vec::new()
        } else {
            vec![Officer {
                id: rights.officer.clone(),
                name: rights.officer.to_string(),
                badge: String::new(),
                station: rights.station,
                role: rights.role,
            }]
        };
        let device = NewDevice { id, public_key, officer: rights.officer, enrolled };
        self.store.put_members(&officers, &[device], &[])?;
        tracing::info!(target: "audit", device = %id, "a device is let in again by its certificate");
        self.store.device(id)?.ok_or(IdentityError::DeviceUnknown)
    }
}
