//! Who is asking: one-time enrolment codes, device keys, challenges and sessions. Keeping them is the store's, telling
//! the phones of a new device is `authoring`'s, cookies and problem documents are `http`'s. Every call blocks on the
//! store: run it off the runtime.

use std::net::IpAddr;
use std::sync::Arc;

use data_encoding::BASE64URL_NOPAD;
use ring::rand::{SecureRandom, SystemRandom};
use sha2::{Digest, Sha256};
use shared::api::problem::ProblemCode;
use shared::domain::directory::Bureau;
use shared::ids::{DeviceId, OfficerId};
use shared::limits::{ENROLMENT_HOURS, SESSION_HOURS, UPLOAD_TOKEN_DAYS};
use shared::protocol::RefusalCode;
use shared::time::{DAY_MS, HOUR_MS};
use shared::trust::certificate::CertificateError;
use shared::trust::signing;

use crate::clock::Clock;
use crate::relay::author::PublishError;
use crate::relay::signer::SigningError;
use crate::store::{DeviceRecord, Enrolment, NewDevice, Redemption, SessionRecord, Store, StoreError};

mod attempts;
mod challenge;
mod code;
pub mod key;
mod moving;
mod readmission;
mod revocation;
mod welcome;

use attempts::Attempts;
use challenge::{CHALLENGE_BYTES, Challenges};
pub use code::EnrolmentCode;
pub use moving::move_officer;
pub use revocation::revoke;
pub use welcome::{announce, welcome};

/// Why somebody is not let in.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// No such enrolment code.
    #[error("no such enrolment code")]
    CodeUnknown,
    /// Another device used it.
    #[error("the enrolment code was used by another device")]
    CodeUsed,
    /// It is too old.
    #[error("the enrolment code has expired")]
    CodeExpired,
    /// The device is another person's than the code.
    #[error("the code is another person's than the device")]
    CodeOther,
    /// Not a key.
    #[error("not an uncompressed P-256 point in base64url")]
    PublicKeyInvalid,
    /// Not enrolled here.
    #[error("no such device")]
    DeviceUnknown,
    /// No longer a member.
    #[error("the device was revoked")]
    DeviceRevoked,
    /// Not in the directory.
    #[error("no such person")]
    OfficerUnknown,
    /// Not in the directory.
    #[error("no such station")]
    StationUnknown,
    /// The certificate is no good.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The certificate was not signed by this relay's key.
    #[error("the certificate is not this relay's")]
    CertificateForged,
    /// The role does not allow it.
    #[error("the role does not allow this")]
    NoRight,
    /// Not given out to this device, answered already, or too late.
    #[error("the challenge has expired")]
    ChallengeExpired,
    /// Not made with the device's key over this challenge.
    #[error("the signature does not fit")]
    SignatureInvalid,
    /// Too many tries from one address, or challenges over all.
    #[error("too many tries")]
    Busy,
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The device could not be told to the others.
    #[error("the directory does not take the device now")]
    Publish(#[from] PublishError),
    /// The certificate could not be signed.
    #[error(transparent)]
    Signing(#[from] SigningError),
}

impl IdentityError {
    /// The stable word of it.
    pub fn code(&self) -> ProblemCode {
        match self {
            Self::CodeUnknown => ProblemCode::EnrolmentCodeUnknown,
            Self::CodeUsed => ProblemCode::EnrolmentCodeUsed,
            Self::CodeExpired => ProblemCode::EnrolmentCodeExpired,
            Self::CodeOther => ProblemCode::EnrolmentCodeOther,
            Self::PublicKeyInvalid => ProblemCode::PublicKeyInvalid,
            Self::DeviceUnknown => ProblemCode::DeviceUnknown,
            Self::DeviceRevoked => ProblemCode::DeviceRevoked,
            Self::OfficerUnknown | Self::StationUnknown => ProblemCode::NotFound,
            Self::Certificate(CertificateError::Expired) => ProblemCode::CertificateExpired,
            Self::Certificate(_) | Self::CertificateForged => ProblemCode::CertificateInvalid,
            Self::NoRight => ProblemCode::NoRight,
            Self::ChallengeExpired => ProblemCode::ChallengeExpired,
            Self::SignatureInvalid => ProblemCode::SignatureInvalid,
            Self::Busy => ProblemCode::Busy,
            Self::Store(StoreError::Full(_))
            | Self::Publish(PublishError::Deferred(RefusalCode::StorageFull)) => ProblemCode::StorageFull,
            Self::Publish(PublishError::Deferred(RefusalCode::Busy)) => ProblemCode::Busy,
            Self::Store(_) | Self::Publish(_) | Self::Signing(_) => ProblemCode::Internal,
        }
    }
}

/// A session's secret, as the cookie carries it. Its `Debug` prints stars.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionToken(String);

impl SessionToken {
    /// What the cookie carries.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SessionToken(***)")
    }
}

/// A session that was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// Its secret.
    pub token: SessionToken,
    /// The secret that lives longer and lets photos in, and nothing else.
    pub upload_token: SessionToken,
    /// The device.
    pub device: DeviceRecord,
    /// Whether this relay has only now learned of the device, from its certificate.
    pub is_new_here: bool,
}

/// Lets people's devices in.
pub struct Identity {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    bureau: Bureau,
    /// Verifies certificates; without it none is good.
    relay_key: Option<Vec<u8>>,
    random: SystemRandom,
    challenges: Challenges,
    attempts: Attempts,
}

impl Identity {
    /// The identity of a bureau's people.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, bureau: Bureau) -> Self {
        Self {
            store,
            clock,
            bureau,
            relay_key: None,
            random: SystemRandom::new(),
            challenges: Challenges::default(),
            attempts: Attempts::default(),
        }
    }

    /// Takes certificates that were signed with this key.
    pub fn trusting(mut self, relay_key: &[u8]) -> Self {
        self.relay_key = Some(relay_key.to_vec());
        self
    }

    /// Makes a one-time code for a person.
    ///
    /// # Errors
    /// When the store fails.
    pub fn issue(&self, officer: &OfficerId) -> Result<EnrolmentCode, StoreError> {
        let code = EnrolmentCode::draw(&self.random);
        self.store.put_enrolment(&Enrolment {
            code_hash: code.hash(),
            officer: officer.clone(),
            expires: self.clock.now().plus_ms(ENROLMENT_HOURS * HOUR_MS),
            used_by: None,
        })?;
        Ok(code)
    }

    /// Turns a code and a public key into an enrolled device; the same code with the same key gives the same again.
    ///
    /// # Errors
    /// When the code or the key is not good, or the address tried too many.
    pub fn redeem(&self, from: IpAddr, code: &str, public_key: &str) -> Result<DeviceRecord, IdentityError> {
        let now = self.clock.now();
        if !self.attempts.may_try(from, now) {
            return Err(IdentityError::Busy);
        }
        let public_key = BASE64URL_NOPAD.decode(public_key.as_bytes()).unwrap_or_default();
        if !key::is_point(&self.random, &public_key) {
            return Err(IdentityError::PublicKeyInvalid);
        }
        let redeemed = self.redeem_code(code, public_key);
        if matches!(redeemed, Err(IdentityError::CodeUnknown)) {
            self.attempts.failed(from, now);
        }
        redeemed
    }

    fn redeem_code(&self, code: &str, public_key: Vec<u8>) -> Result<DeviceRecord, IdentityError> {
        let code_hash = EnrolmentCode::parse(code).ok_or(IdentityError::CodeUnknown)?.hash();
        let enrolment = self.store.enrolment(&code_hash)?.ok_or(IdentityError::CodeUnknown)?;
        let device = NewDevice {
            id: DeviceId::of_public_key(&public_key),
            public_key,
            officer: enrolment.officer,
            enrolled: self.clock.now(),
        };
        match self.store.redeem(&code_hash, &device)? {
            Redemption::Enrolled(record) => Ok(record),
            Redemption::Unknown => Err(IdentityError::CodeUnknown),
            Redemption::Used => Err(IdentityError::CodeUsed),
            Redemption::Expired => Err(IdentityError::CodeExpired),
            Redemption::Other => Err(IdentityError::CodeOther),
        }
    }

    /// Draws a challenge for a device: base64url of 32 random bytes, good for one try within a minute.
    ///
    /// # Errors
    /// When the device is unknown and shows no good certificate, is revoked, or too many challenges wait.
    pub fn challenge(&self, device: DeviceId, certificate: Option<&str>) -> Result<String, IdentityError> {
        self.known(device, certificate)?;
        let challenge: [u8; CHALLENGE_BYTES] = self.draw();
        if self.challenges.give(challenge, device, self.clock.now()) {
            Ok(BASE64URL_NOPAD.encode(&challenge))
        } else {
            Err(IdentityError::Busy)
        }
    }

    /// Opens a session for a device that signed its challenge.
    ///
    /// # Errors
    /// When challenge or signature is not good.
    pub fn open_session(
        &self,
        device: DeviceId,
        challenge: &str,
        suite: u8,
        signature: &str,
        certificate: Option<&str>,
    ) -> Result<Opened, IdentityError> {
        let now = self.clock.now();
        let challenge = BASE64URL_NOPAD.decode(challenge.as_bytes()).unwrap_or_default();
        if !self.challenges.take(&challenge, device, now) {
            return Err(IdentityError::ChallengeExpired);
        }
        let (record, is_new_here) = self.known(device, certificate)?;
        let claim = signing::session_claim(suite, &self.bureau.id, device, &challenge);
        let signature = BASE64URL_NOPAD.decode(signature.as_bytes()).unwrap_or_default();
        if !key::verifies(suite, &record.public_key, &claim, &signature) {
            return Err(IdentityError::SignatureInvalid);
        }
        let record = if is_new_here { self.readmit(record)? } else { record };
        let token = SessionToken(BASE64URL_NOPAD.encode(&self.draw::<32>()));
        let expires = now.plus_ms(SESSION_HOURS * HOUR_MS);
        self.store.put_session(&token_hash(token.reveal()), device, expires, now)?;
        let upload_token = SessionToken(BASE64URL_NOPAD.encode(&self.draw::<32>()));
        let expires = now.plus_ms(UPLOAD_TOKEN_DAYS * DAY_MS);
        self.store.put_session(&upload_token_hash(upload_token.reveal()), device, expires, now)?;
        Ok(Opened { token, upload_token, device: record, is_new_here })
    }

    /// The session that a cookie's token stands for, with the rights that its owner has now.
    ///
    /// # Errors
    /// When the store fails.
    pub fn session(&self, token: &str) -> Result<Option<SessionRecord>, StoreError> {
        self.store.session(&token_hash(token), self.clock.now())
    }

    /// The device that an upload cookie's token stands for, unless it was revoked.
    ///
    /// # Errors
    /// When the store fails.
    pub fn uploader(&self, token: &str) -> Result<Option<SessionRecord>, StoreError> {
        self.store.session(&upload_token_hash(token), self.clock.now())
    }

    /// A device that may come in, and whether it is new here: known by its certificate only.
    fn known(
        &self,
        device: DeviceId,
        certificate: Option<&str>,
    ) -> Result<(DeviceRecord, bool), IdentityError> {
        match self.store.device(device)? {
            Some(record) if record.revoked.is_some() => Err(IdentityError::DeviceRevoked),
            Some(record) => Ok((record, false)),
            None => Ok((self.vouched(device, certificate)?, true)),
        }
    }

    fn draw<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.random.fill(&mut bytes).expect("the system's random numbers do not fail");
        bytes
    }
}

fn token_hash(token: &str) -> [u8; 32] {
    hash_under(b"muster/session", token)
}

/// Another hash than a session's: neither token does for the other.
fn upload_token_hash(token: &str) -> [u8; 32] {
    hash_under(b"muster/upload", token)
}

fn hash_under(purpose: &[u8], token: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(purpose);
    hash.update(token.as_bytes());
    hash.finalize().into()
}

#[cfg(test)]
mod tests;
