//! A device's certificate: the relay's word that a key belongs to a person of the bureau. The phone keeps it, so that
//! a relay which was restored from a backup older than the enrolment knows the phone again. It proves nothing without
//! the key, and it says nothing about revocation; both are asked for beside it.

use crate::digits::BASE64URL;
use minicbor::Encode;

use super::rights::{Rights, Role};
use super::signing::{self, SUITE_P256};
use crate::ids::{BureauId, DeviceId, OfficerId, StationCode};
use crate::limits::{CERTIFICATE_BYTES_MAX, LEASE_DAYS};
use crate::time::{DAY_MS, Timestamp};

/// What the relay signs about a device.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct Certificate {
    /// The bureau.
    #[n(0)]
    pub bureau: BureauId,
    /// The device.
    #[n(1)]
    pub device: DeviceId,
    /// Its public key, an uncompressed P-256 point.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub public_key: Vec<u8>,
    /// Whose it is.
    #[n(3)]
    pub officer: OfficerId,
    /// What they were when it was signed.
    #[n(4)]
    pub role: Role,
    /// Where they were then.
    #[n(5)]
    pub station: Option<StationCode>,
    /// When it was signed, by the relay's clock.
    #[n(6)]
    pub issued: Timestamp,
    /// From when on it is no longer good.
    #[n(7)]
    pub lease_end: Timestamp,
    /// Signature suite.
    #[n(8)]
    pub suite: u8,
    /// The relay's signature over `trust::signing::certificate_claim`.
    #[cbor(n(9), with = "minicbor::bytes")]
    pub signature: Vec<u8>,
}

crate::read_record!(Certificate { bureau, device, public_key as bytes, officer, role, station, issued, lease_end, suite, signature as bytes });

/// Why a certificate is not good, whoever signed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// Not a certificate.
    #[error("not a certificate")]
    Malformed,
    /// Another bureau's.
    #[error("the certificate is of another bureau")]
    Bureau,
    /// Another device's, or its key is not the device's.
    #[error("the certificate is of another device")]
    Device,
    /// Its lease is over.
    #[error("the certificate's lease is over")]
    Expired,
}

impl Certificate {
    /// A certificate that begins now, without its signature.
    pub fn new(bureau: &BureauId, public_key: &[u8], rights: &Rights, now: Timestamp) -> Self {
        Self {
            bureau: bureau.clone(),
            device: DeviceId::of_public_key(public_key),
            public_key: public_key.to_vec(),
            officer: rights.officer.clone(),
            role: rights.role,
            station: rights.station.clone(),
            issued: now,
            lease_end: now.plus_ms(LEASE_DAYS * DAY_MS),
            suite: SUITE_P256,
            signature: Vec::new(),
        }
    }

    /// The bytes that the relay signs.
    pub fn claim(&self) -> Vec<u8> {
        signing::certificate_claim(self)
    }

    /// What the person was when it was signed.
    pub fn rights(&self) -> Rights {
        Rights { officer: self.officer.clone(), role: self.role, station: self.station.clone() }
    }

    /// Checks everything but the signature.
    ///
    /// # Errors
    /// What does not fit.
    pub fn check(&self, bureau: &BureauId, device: DeviceId, now: Timestamp) -> Result<(), CertificateError> {
        if self.bureau != *bureau {
            return Err(CertificateError::Bureau);
        }
        if self.device != device || DeviceId::of_public_key(&self.public_key) != device {
            return Err(CertificateError::Device);
        }
        if now >= self.lease_end { Err(CertificateError::Expired) } else { Ok(()) }
    }

    /// The form that travels in JSON: base64url of its CBOR.
    pub fn to_text(&self) -> String {
        BASE64URL.encode(&minicbor::to_vec(self).expect("writing into memory cannot fail"))
    }

    /// Reads [`Certificate::to_text`].
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(text: &str) -> Result<Self, CertificateError> {
        if text.len() > CERTIFICATE_BYTES_MAX {
            return Err(CertificateError::Malformed);
        }
        let bytes = BASE64URL.decode(text).ok_or(CertificateError::Malformed)?;
        minicbor::decode(&bytes).map_err(|_| CertificateError::Malformed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_795_400_000_000);

    fn certificate() -> Certificate {
        let rights = Rights {
            officer: OfficerId::parse("zm-01").unwrap(),
            role: Role::Lead,
            station: Some(StationCode::parse("zhongmiao").unwrap()),
        };
        let bureau = BureauId::parse("chaohu").unwrap();
        Certificate { signature: vec![7; 64], ..Certificate::new(&bureau, &[4; 65], &rights, NOW) }
    }

    #[track_caller]
    fn check(
        what: &str,
        change: impl FnOnce(&mut Certificate),
        after_ms: i64,
        error: Option<CertificateError>,
    ) {
        let (bureau, device) = (certificate().bureau, certificate().device);
        let mut changed = certificate();
        change(&mut changed);
        assert_eq!(changed.check(&bureau, device, NOW.plus_ms(after_ms)).err(), error, "{what}");
    }

    #[test]
    fn a_certificate_is_one_devices_of_one_bureau_for_its_lease() {
        let lease_ms = LEASE_DAYS * DAY_MS;
        check("as signed", |_| {}, 0, None);
        check("on its last day", |_| {}, lease_ms - 1, None);
        check("over", |_| {}, lease_ms, Some(CertificateError::Expired));
        let other = |c: &mut Certificate| c.bureau = BureauId::parse("hefei").unwrap();
        check("another bureau's", other, 0, Some(CertificateError::Bureau));
        check("another device's", |c| c.device = DeviceId::from([1; 16]), 0, Some(CertificateError::Device));
        check("another key", |c| c.public_key[9] ^= 1, 0, Some(CertificateError::Device));
    }

    #[test]
    fn its_text_reads_back_and_nothing_else_does() {
        let certificate = certificate();
        let text = certificate.to_text();
        assert_eq!(Certificate::parse(&text), Ok(certificate));
        let long = "A".repeat(CERTIFICATE_BYTES_MAX + 1);
        for wrong in ["", "*", "AAAA", &text[1..], long.as_str()] {
            assert_eq!(Certificate::parse(wrong), Err(CertificateError::Malformed), "{wrong:.20}");
        }
    }

    #[test]
    fn every_field_is_under_the_signature() {
        let claim = certificate().claim();
        let changes: [fn(&mut Certificate); 9] = [
            |c| c.bureau = BureauId::parse("hefei").unwrap(),
            |c| c.device = DeviceId::from([1; 16]),
            |c| c.public_key[9] ^= 1,
            |c| c.officer = OfficerId::parse("zm-02").unwrap(),
            |c| c.role = Role::Admin,
            |c| c.station = None,
            |c| c.issued = NOW.plus_ms(1),
            |c| c.lease_end = NOW,
            |c| c.suite = 2,
        ];
        for (n, change) in changes.into_iter().enumerate() {
            let mut changed = certificate();
            change(&mut changed);
            assert_ne!(changed.claim(), claim, "field {n}");
        }
    }
}
