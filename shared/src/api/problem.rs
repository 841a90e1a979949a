//! Problem documents (RFC 9457): one stable type for each way that a request can fail.

use serde::{Deserialize, Serialize};

/// A request that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// `/problems/{code}`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Short, English, for logs.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// The stable word; the interface has a sentence for each in both languages.
    pub code: ProblemCode,
    /// More, English, without internals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// The stable words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProblemCode {
    /// No such enrolment code.
    EnrolmentCodeUnknown,
    /// The code was used by another phone.
    EnrolmentCodeUsed,
    /// The code is too old.
    EnrolmentCodeExpired,
    /// The code is another person's than the device is.
    EnrolmentCodeOther,
    /// The public key is not an uncompressed P-256 point.
    PublicKeyInvalid,
    /// No such device.
    DeviceUnknown,
    /// The device was revoked; nothing on it is lost.
    DeviceRevoked,
    /// The certificate is not this relay's, this bureau's or this device's.
    CertificateInvalid,
    /// The certificate's lease is over.
    CertificateExpired,
    /// The challenge was not asked for here, or too long ago.
    ChallengeExpired,
    /// The signature does not fit.
    SignatureInvalid,
    /// No session, or an expired one.
    NoSession,
    /// The person's role does not allow it.
    NoRight,
    /// The body is too long.
    BodyTooLarge,
    /// The body did not come in time.
    BodyTooSlow,
    /// The body is not what it should be.
    BodyMalformed,
    /// A protocol version that is not spoken here.
    VersionUnknown,
    /// Nothing at this address.
    NotFound,
    /// The upload goes on at another byte.
    UploadOffset,
    /// What was uploaded is not what it was said to be; it was dropped.
    PhotoMismatch,
    /// Neither a photo nor a voice memo.
    PhotoKind,
    /// This person has brought as many photos as a day takes.
    PhotoQuota,
    /// The file is no bundle.
    BundleUnreadable,
    /// The bundle's end is missing.
    BundleTruncated,
    /// The bundle is not as it was made.
    BundleDamaged,
    /// The bundle is longer than one may be.
    BundleTooLarge,
    /// The bundle is sealed to another relay.
    BundleForeign,
    /// Nobody here is known to have made the bundle.
    BundleUnproven,
    /// What it was about has gone on meanwhile.
    GoneOn,
    /// Too many requests; come again later.
    Busy,
    /// The disk is full or failed; reading goes on.
    StorageFull,
    /// The relay failed inside; its log says how.
    Internal,
}

impl ProblemCode {
    /// Its word, status and English title.
    pub fn describe(self) -> (&'static str, u16, &'static str) {
        match self {
            Self::EnrolmentCodeUnknown => ("enrolment-code-unknown", 404, "No such enrolment code"),
            Self::EnrolmentCodeUsed => {
                ("enrolment-code-used", 409, "The enrolment code was used by another device")
            }
            Self::EnrolmentCodeExpired => ("enrolment-code-expired", 410, "The enrolment code has expired"),
            Self::EnrolmentCodeOther => {
                ("enrolment-code-other", 409, "The enrolment code is not of the person whose device this is")
            }
            Self::PublicKeyInvalid => ("public-key-invalid", 400, "Not an uncompressed P-256 point"),
            Self::DeviceUnknown => ("device-unknown", 404, "No such device"),
            Self::DeviceRevoked => ("device-revoked", 403, "The device was revoked"),
            Self::CertificateInvalid => ("certificate-invalid", 403, "The certificate is not good here"),
            Self::CertificateExpired => ("certificate-expired", 410, "The certificate's lease is over"),
            Self::ChallengeExpired => ("challenge-expired", 410, "The challenge has expired"),
            Self::SignatureInvalid => ("signature-invalid", 403, "The signature does not fit"),
            Self::NoSession => ("no-session", 401, "No session"),
            Self::NoRight => ("no-right", 403, "The role does not allow this"),
            Self::BodyTooLarge => ("body-too-large", 413, "The body is too large"),
            Self::BodyTooSlow => ("body-too-slow", 408, "The body did not come in time"),
            Self::BodyMalformed => ("body-malformed", 400, "The body is malformed"),
            Self::VersionUnknown => ("version-unknown", 400, "The protocol version is not spoken here"),
            Self::NotFound => ("not-found", 404, "Nothing at this address"),
            Self::UploadOffset => ("upload-offset", 409, "The upload goes on at another byte"),
            Self::PhotoMismatch => (
                "photo-mismatch",
                422,
                "What was uploaded does not have the hash that was said; it was dropped",
            ),
            Self::PhotoKind => ("photo-kind", 415, "Neither a photo nor a voice memo"),
            Self::PhotoQuota => ("photo-quota", 429, "The day's photos of this person are full"),
            Self::BundleUnreadable => ("bundle-unreadable", 422, "The file is no bundle"),
            Self::BundleTruncated => ("bundle-truncated", 422, "The end of the bundle is missing"),
            Self::BundleDamaged => ("bundle-damaged", 422, "The bundle is not as it was made"),
            Self::BundleTooLarge => ("bundle-too-large", 413, "The file is longer than a bundle may be"),
            Self::BundleForeign => ("bundle-foreign", 422, "The bundle is sealed to another relay"),
            Self::BundleUnproven => {
                ("bundle-unproven", 422, "No device of this bureau has signed the bundle")
            }
            Self::GoneOn => ("gone-on", 409, "It has gone on meanwhile"),
            Self::Busy => ("busy", 503, "Too many requests"),
            Self::StorageFull => ("storage-full", 507, "The relay cannot store anything now"),
            Self::Internal => ("internal", 500, "The relay failed inside"),
        }
    }

    /// Its word.
    pub fn word(self) -> &'static str {
        self.describe().0
    }
}

impl Problem {
    /// The problem document of a code.
    pub fn new(code: ProblemCode, detail: Option<String>) -> Self {
        let (word, status, title) = code.describe();
        Self { kind: format!("/problems/{word}"), title: title.to_owned(), status, code, detail }
    }
}
