//! People, their devices, sessions and codes in memory.

use server::store::{
    DeviceRecord, Enrolment, NewDevice, People, Redemption, Result, SessionRecord, StoreError,
};
use shared::domain::directory::Officer;
use shared::ids::{DeviceId, OfficerId};
use shared::time::Timestamp;

use super::MemoryStore;
use super::tables::{DeviceRow, Tables};

fn insert(tables: &mut Tables, new: NewDevice) {
    tables.devices.entry(new.id).or_insert(DeviceRow { new, heard: None, revoked: None });
}

/// Revokes a device and ends its sessions; whether it was not revoked before.
fn revoke(tables: &mut Tables, device: DeviceId, at: Timestamp) -> bool {
    tables.sessions.retain(|_, (of, _)| *of != device);
    match tables.devices.get_mut(&device) {
        Some(row) if row.revoked.is_none() => {
            row.revoked = Some(at);
            true
        }
        Some(_) | None => false,
    }
}

impl People for MemoryStore {
    fn put_officer(&self, officer: &Officer) -> Result<()> {
        self.transact(|tables| {
            tables.officers.insert(officer.id.clone(), officer.clone());
            Ok(())
        })
    }

    fn officer(&self, id: &OfficerId) -> Result<Option<Officer>> {
        Ok(self.read()?.officers.get(id).cloned())
    }

    fn officers(&self) -> Result<Vec<Officer>> {
        Ok(self.read()?.officers.values().cloned().collect())
    }

    fn put_enrolment(&self, enrolment: &Enrolment) -> Result<()> {
        self.transact(|tables| {
            tables.enrolments.insert(enrolment.code_hash, enrolment.clone());
            Ok(())
        })
    }

    fn enrolment(&self, code_hash: &[u8; 32]) -> Result<Option<Enrolment>> {
        Ok(self.read()?.enrolments.get(code_hash).cloned())
    }

    fn redeem(&self, code_hash: &[u8; 32], device: &NewDevice) -> Result<Redemption> {
        self.transact(|tables| {
            let known = tables.device(device.id);
            let Some(code) = tables.enrolments.get_mut(code_hash) else { return Ok(Redemption::Unknown) };
            match code.used_by {
                Some(other) if other != device.id => return Ok(Redemption::Used),
                Some(_) => {}
                None if code.expires <= device.enrolled => return Ok(Redemption::Expired),
                None if known.is_some_and(|known| known.rights.officer != code.officer) => {
                    return Ok(Redemption::Other);
                }
                None => {
                    code.used_by = Some(device.id);
                    let officer = code.officer.clone();
                    insert(tables, NewDevice { officer, ..device.clone() });
                }
            }
            let found = tables.device(device.id).map(Redemption::Enrolled);
            found.ok_or(StoreError::Corrupt { what: "device" })
        })
    }

    fn put_device(&self, device: &NewDevice) -> Result<()> {
        self.transact(|tables| {
            insert(tables, device.clone());
            Ok(())
        })
    }

    fn device(&self, id: DeviceId) -> Result<Option<DeviceRecord>> {
        Ok(self.read()?.device(id))
    }

    fn devices(&self) -> Result<Vec<DeviceRecord>> {
        let tables = self.read()?;
        Ok(tables.devices.keys().filter_map(|id| tables.device(*id)).collect())
    }

    fn put_heard(&self, heard: &[(DeviceId, Timestamp)]) -> Result<()> {
        self.transact(|tables| {
            for (device, at) in heard {
                if let Some(row) = tables.devices.get_mut(device) {
                    row.heard = row.heard.max(Some(*at));
                }
            }
            Ok(())
        })
    }

    fn revoke(&self, device: DeviceId, at: Timestamp) -> Result<()> {
        self.transact(|tables| {
            revoke(tables, device, at);
            Ok(())
        })
    }

    fn put_members(
        &self,
        officers: &[Officer],
        devices: &[NewDevice],
        revoked: &[(DeviceId, Timestamp)],
    ) -> Result<Vec<DeviceId>> {
        if officers.is_empty() && devices.is_empty() && revoked.is_empty() {
            return Ok(Vec::new());
        }
        self.transact(|tables| {
            for officer in officers {
                tables.officers.insert(officer.id.clone(), officer.clone());
            }
            devices.iter().for_each(|device| insert(tables, device.clone()));
            let gone = revoked.iter().filter(|(device, at)| revoke(tables, *device, *at));
            Ok(gone.map(|(device, _)| *device).collect())
        })
    }

    fn put_session(
        &self,
        token_hash: &[u8; 32],
        device: DeviceId,
        expires: Timestamp,
        now: Timestamp,
    ) -> Result<()> {
        self.transact(|tables| {
            tables.sessions.retain(|_, (_, expires)| *expires > now);
            tables.sessions.insert(*token_hash, (device, expires));
            Ok(())
        })
    }

    fn session(&self, token_hash: &[u8; 32], now: Timestamp) -> Result<Option<SessionRecord>> {
        let tables = self.read()?;
        let found = tables.sessions.get(token_hash).filter(|(_, expires)| *expires > now);
        let Some((device, expires)) = found else { return Ok(None) };
        let device = tables.device(*device).filter(|device| device.revoked.is_none());
        Ok(device.map(|device| SessionRecord { expires: *expires, device }))
    }
}
