//! People, their devices, sessions and codes on SQLite.

use rusqlite::{Connection, OptionalExtension, Row, params};
use shared::domain::directory::Officer;
use shared::ids::{DeviceId, OfficerId, StationCode};
use shared::time::Timestamp;
use shared::trust::rights::{Rights, Role};

use super::error::read_back;
use super::{Result, Sqlite, StoreError};
use crate::store::{DeviceRecord, Enrolment, NewDevice, People, Redemption, SessionRecord};

const DEVICE_COLUMNS: &str = "SELECT devices.device, devices.public_key, devices.officer, officers.role,
        officers.station, devices.enrolled_ms, devices.heard_ms, devices.revoked_ms
    FROM devices JOIN officers ON officers.officer = devices.officer";

fn role_word(role: Role) -> &'static str {
    match role {
        Role::Officer => "officer",
        Role::Lead => "lead",
        Role::Supervisor => "supervisor",
        Role::Admin => "admin",
    }
}

fn role(word: &str) -> Result<Role> {
    let roles = [Role::Officer, Role::Lead, Role::Supervisor, Role::Admin];
    read_back(roles.into_iter().find(|role| role_word(*role) == word), "role")
}

fn station(code: Option<String>) -> Result<Option<StationCode>> {
    code.map(|code| read_back(StationCode::parse(&code).ok(), "station code")).transpose()
}

fn officer_id(text: &str) -> Result<OfficerId> {
    read_back(OfficerId::parse(text).ok(), "officer id")
}

fn device_id(bytes: &[u8]) -> Result<DeviceId> {
    read_back(<[u8; 16]>::try_from(bytes).ok().map(DeviceId::from), "device id")
}

fn officer(row: &Row<'_>) -> Result<Officer> {
    Ok(Officer {
        id: officer_id(&row.get::<_, String>(0)?)?,
        name: row.get(1)?,
        badge: row.get(2)?,
        role: role(&row.get::<_, String>(3)?)?,
        station: station(row.get(4)?)?,
    })
}

fn device(row: &Row<'_>) -> Result<DeviceRecord> {
    let rights = Rights {
        officer: officer_id(&row.get::<_, String>(2)?)?,
        role: role(&row.get::<_, String>(3)?)?,
        station: station(row.get(4)?)?,
    };
    Ok(DeviceRecord {
        id: device_id(&row.get::<_, Vec<u8>>(0)?)?,
        public_key: row.get(1)?,
        rights,
        enrolled: Timestamp(row.get(5)?),
        heard: row.get::<_, Option<i64>>(6)?.map(Timestamp),
        revoked: row.get::<_, Option<i64>>(7)?.map(Timestamp),
    })
}

fn find_device(connection: &Connection, id: DeviceId) -> Result<Option<DeviceRecord>> {
    let mut select = connection.prepare_cached(&format!("{DEVICE_COLUMNS} WHERE devices.device = ?1"))?;
    let mut rows = select.query([id.as_bytes()])?;
    rows.next()?.map(device).transpose()
}

fn find_enrolment(connection: &Connection, code_hash: &[u8; 32]) -> Result<Option<Enrolment>> {
    let found: Option<(String, i64, Option<Vec<u8>>)> = connection
        .prepare_cached("SELECT officer, expires_ms, used_by FROM enrolments WHERE code_hash = ?1")?
        .query_row([code_hash], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((officer, expires_ms, used_by)) = found else { return Ok(None) };
    let used_by = used_by.map(|id| device_id(&id)).transpose()?;
    let expires = Timestamp(expires_ms);
    Ok(Some(Enrolment { code_hash: *code_hash, officer: officer_id(&officer)?, expires, used_by }))
}

fn insert_device(connection: &Connection, new: &NewDevice, officer: &OfficerId) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT OR IGNORE INTO devices (device, public_key, officer, enrolled_ms) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![new.id.as_bytes(), new.public_key, officer.as_str(), new.enrolled.0])?;
    Ok(())
}

fn replace_officer(connection: &Connection, officer: &Officer) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO officers (officer, name, badge, role, station) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            officer.id.as_str(),
            officer.name,
            officer.badge,
            role_word(officer.role),
            officer.station.as_ref().map(StationCode::as_str),
        ])?;
    Ok(())
}

/// Revokes a device and ends its sessions; whether it was not revoked before.
fn revoke(connection: &Connection, device: DeviceId, at: Timestamp) -> Result<bool> {
    let revoked = connection
        .prepare_cached("UPDATE devices SET revoked_ms = ?2 WHERE device = ?1 AND revoked_ms IS NULL")?
        .execute(params![device.as_bytes(), at.0])?;
    connection.prepare_cached("DELETE FROM sessions WHERE device = ?1")?.execute([device.as_bytes()])?;
    Ok(revoked > 0)
}

/// Uses a code for a device, inside the caller's transaction.
fn redeem(connection: &Connection, code_hash: &[u8; 32], new: &NewDevice) -> Result<Redemption> {
    let Some(code) = find_enrolment(connection, code_hash)? else { return Ok(Redemption::Unknown) };
    match code.used_by {
        Some(other) if other != new.id => return Ok(Redemption::Used),
        // The phone that used it asks again: its first answer was lost on the way.
        Some(_) => {}
        None if code.expires <= new.enrolled => return Ok(Redemption::Expired),
        None if find_device(connection, new.id)?
            .is_some_and(|device| device.rights.officer != code.officer) =>
        {
            return Ok(Redemption::Other);
        }
        None => {
            insert_device(connection, new, &code.officer)?;
            connection
                .prepare_cached("UPDATE enrolments SET used_by = ?2 WHERE code_hash = ?1")?
                .execute(params![code_hash, new.id.as_bytes()])?;
        }
    }
    find_device(connection, new.id)?.map(Redemption::Enrolled).ok_or(StoreError::Corrupt { what: "device" })
}

impl People for Sqlite {
    fn put_officer(&self, officer: &Officer) -> Result<()> {
        self.transact(|tx| replace_officer(tx, officer))
    }

    fn officer(&self, id: &OfficerId) -> Result<Option<Officer>> {
        self.read(|connection| {
            let mut select = connection.prepare_cached(
                "SELECT officer, name, badge, role, station FROM officers WHERE officer = ?1",
            )?;
            let mut rows = select.query([id.as_str()])?;
            rows.next()?.map(officer).transpose()
        })
    }

    fn officers(&self) -> Result<Vec<Officer>> {
        self.read(|connection| {
            let mut select = connection.prepare_cached(
                "SELECT officer, name, badge, role, station FROM officers ORDER BY officer",
            )?;
            let mut rows = select.query([])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(officer(row)?);
            }
            Ok(found)
        })
    }

    fn put_enrolment(&self, enrolment: &Enrolment) -> Result<()> {
        self.transact(|tx| {
            tx.prepare_cached(
                "INSERT INTO enrolments (code_hash, officer, expires_ms, used_by) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![
                enrolment.code_hash,
                enrolment.officer.as_str(),
                enrolment.expires.0,
                enrolment.used_by.map(|id| *id.as_bytes()),
            ])?;
            Ok(())
        })
    }

    fn enrolment(&self, code_hash: &[u8; 32]) -> Result<Option<Enrolment>> {
        self.read(|connection| find_enrolment(connection, code_hash))
    }

    fn redeem(&self, code_hash: &[u8; 32], device: &NewDevice) -> Result<Redemption> {
        self.transact(|tx| redeem(tx, code_hash, device))
    }

    fn put_device(&self, device: &NewDevice) -> Result<()> {
        self.transact(|tx| insert_device(tx, device, &device.officer))
    }

    fn device(&self, id: DeviceId) -> Result<Option<DeviceRecord>> {
        self.read(|connection| find_device(connection, id))
    }

    fn devices(&self) -> Result<Vec<DeviceRecord>> {
        self.read(|connection| {
            let mut select =
                connection.prepare_cached(&format!("{DEVICE_COLUMNS} ORDER BY devices.device"))?;
            let mut rows = select.query([])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(device(row)?);
            }
            Ok(found)
        })
    }

    fn put_heard(&self, heard: &[(DeviceId, Timestamp)]) -> Result<()> {
        self.transact(|tx| {
            let mut update = tx.prepare_cached(
                "UPDATE devices SET heard_ms = ?2 WHERE device = ?1 AND (heard_ms IS NULL OR heard_ms < ?2)",
            )?;
            for (device, at) in heard {
                update.execute(params![device.as_bytes(), at.0])?;
            }
            Ok(())
        })
    }

    fn revoke(&self, device: DeviceId, at: Timestamp) -> Result<()> {
        self.transact(|tx| revoke(tx, device, at).map(drop))
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
        self.transact(|tx| {
            officers.iter().try_for_each(|officer| replace_officer(tx, officer))?;
            devices.iter().try_for_each(|device| insert_device(tx, device, &device.officer))?;
            let mut gone = Vec::new();
            for (device, at) in revoked {
                if revoke(tx, *device, *at)? {
                    gone.push(*device);
                }
            }
            Ok(gone)
        })
    }

    fn put_session(
        &self,
        token_hash: &[u8; 32],
        device: DeviceId,
        expires: Timestamp,
        now: Timestamp,
    ) -> Result<()> {
        self.transact(|tx| {
            tx.prepare_cached("DELETE FROM sessions WHERE expires_ms <= ?1")?.execute([now.0])?;
            tx.prepare_cached("INSERT INTO sessions (token_hash, device, expires_ms) VALUES (?1, ?2, ?3)")?
                .execute(params![token_hash, device.as_bytes(), expires.0])?;
            Ok(())
        })
    }

    fn session(&self, token_hash: &[u8; 32], now: Timestamp) -> Result<Option<SessionRecord>> {
        self.read(|connection| {
            let found: Option<(Vec<u8>, i64)> = connection
                .prepare_cached(
                    "SELECT device, expires_ms FROM sessions WHERE token_hash = ?1 AND expires_ms > ?2",
                )?
                .query_row(params![token_hash, now.0], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            let Some((id, expires_ms)) = found else { return Ok(None) };
            let device = find_device(connection, device_id(&id)?)?;
            let device = device.filter(|device| device.revoked.is_none());
            Ok(device.map(|device| SessionRecord { expires: Timestamp(expires_ms), device }))
        })
    }
}
