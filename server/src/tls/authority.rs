//! The local network's own authority: a key and a certificate that phones are asked to trust, made once in the data
//! folder. It may speak for private addresses and names of a local network only, so that whoever steals its key can
//! stand between a phone and nothing else.

use std::fs;
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::Path;

use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose, NameConstraints, SanType,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use sha2::{Digest, Sha256};
use shared::time::{DAY_MS, Timestamp};
use time::OffsetDateTime;

use super::TlsError;

/// The folder of both files below the data folder.
const FOLDER: &str = "tls";
const KEY: &str = "authority-key.pem";
const CERTIFICATE: &str = "authority.pem";
/// Ten years: phones trust it by hand, and nobody comes by to do it again.
const AUTHORITY_DAYS: i64 = 3_650;
/// Apple's devices take no certificate for longer than 825 days; it is made anew every day.
const CERTIFICATE_DAYS: i64 = 397;
/// Phones' clocks are off by days.
const EARLY_DAYS: i64 = 7;

/// Networks that are nobody's on the internet, as (address, bits). Source: RFC 1918, RFC 3927, RFC 6598, RFC 4193,
/// RFC 4291.
const NETWORKS: [(&str, u8); 8] = [
    ("10.0.0.0", 8),
    ("172.16.0.0", 12),
    ("192.168.0.0", 16),
    ("169.254.0.0", 16),
    ("100.64.0.0", 10),
    ("127.0.0.0", 8),
    ("fc00::", 7),
    ("fe80::", 10),
];
const LOOPBACK_6: (&str, u8) = ("::1", 128);
const NAMES: [&str; 2] = ["localhost", "local"];

/// The authority: its key, and what phones are given.
#[derive(Debug)]
pub struct Authority {
    key: KeyPair,
    /// Another name of this machine, as people's links have it.
    name: Option<String>,
    certificate: CertificateDer<'static>,
}

impl Authority {
    /// Reads the authority of a data folder; makes it on the first run.
    ///
    /// # Errors
    /// When its files cannot be read, written or understood.
    pub fn open(data: &Path, now: Timestamp) -> Result<Self, TlsError> {
        let folder = data.join(FOLDER);
        let (key_path, certificate_path) = (folder.join(KEY), folder.join(CERTIFICATE));
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| TlsError::Authority { path, source }
        };
        if !key_path.exists() {
            fs::create_dir_all(&folder).map_err(failed(&folder))?;
            let key = KeyPair::generate()?;
            let certificate = params(&key, now)?.self_signed(&key)?;
            fs::write(&certificate_path, certificate.pem()).map_err(failed(&certificate_path))?;
            // The key last: with it, both are there.
            write_secret(&key_path, &key.serialize_pem()).map_err(failed(&key_path))?;
        }
        let key = KeyPair::from_pem(&fs::read_to_string(&key_path).map_err(failed(&key_path))?)?;
        let certificate = read_certificate(&certificate_path)?;
        Ok(Self { key, name: None, certificate })
    }

    /// Speaks for a host of people's links too, where it may.
    ///
    /// # Errors
    /// When the host is neither `localhost`, nor a `.local` name, nor a private address.
    pub fn answer_to(&mut self, host: &str) -> Result<(), TlsError> {
        let is_name = host == "localhost" || host.ends_with(".local");
        let is_address = host.trim_matches(['[', ']']).parse().is_ok_and(is_private);
        if !is_name && !is_address {
            return Err(TlsError::ForeignHost(host.to_owned()));
        }
        self.name = Some(host.trim_matches(['[', ']']).to_owned());
        Ok(())
    }

    /// Its certificate, for the phones.
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// What people call it; phones list it under this name.
    pub fn name(&self) -> String {
        name(&self.key)
    }

    /// SHA-256 of its certificate, as phones show it.
    pub fn fingerprint(&self) -> String {
        let pairs: Vec<String> =
            Sha256::digest(&self.certificate).iter().map(|byte| format!("{byte:02X}")).collect();
        pairs.join(":")
    }

    /// A certificate for this machine, with a key of its own that is written nowhere.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn certify(
        &self,
        addresses: &[IpAddr],
        now: Timestamp,
    ) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), TlsError> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new(vec!["localhost".to_owned()])?;
        let loopback = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
        let addresses = addresses.iter().chain(&loopback);
        params.subject_alt_names.extend(addresses.map(|address| SanType::IpAddress(*address)));
        if let Some(host) = crate::lan::host_name() {
            params.subject_alt_names.push(SanType::DnsName(format!("{host}.local").try_into()?));
        }
        if let Some(name) = &self.name {
            params.subject_alt_names.push(match name.parse() {
                Ok(address) => SanType::IpAddress(address),
                Err(_) => SanType::DnsName(name.clone().try_into()?),
            });
        }
        params.distinguished_name = called("Muster relay");
        params.not_before = moment(now, -EARLY_DAYS);
        params.not_after = moment(now, CERTIFICATE_DAYS - EARLY_DAYS);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let issuer_params = self::params(&self.key, now)?;
        let issuer = Issuer::from_params(&issuer_params, &self.key);
        let certificate = params.signed_by(&key, &issuer)?;
        let chain = vec![certificate.der().clone(), self.certificate.clone()];
        Ok((chain, PrivatePkcs8KeyDer::from(key.serialize_der()).into()))
    }
}

/// Whether the authority may speak for an address.
pub fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            v4.is_private() || v4.is_link_local() || v4.is_loopback() || (a == 100 && (64..128).contains(&b))
        }
        IpAddr::V6(v6) => v6.is_unique_local() || v6.is_unicast_link_local() || v6.is_loopback(),
    }
}

fn params(key: &KeyPair, now: Timestamp) -> Result<CertificateParams, TlsError> {
    let subnet = |(address, bits): (&str, u8)| {
        let address: IpAddr = address.parse().expect("the networks are constants");
        GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(address, bits))
    };
    let networks = NETWORKS.into_iter().chain([LOOPBACK_6]).map(subnet);
    let names = NAMES.into_iter().map(|name| GeneralSubtree::DnsName(name.to_owned()));
    let mut params = CertificateParams::default();
    params.distinguished_name = called(&name(key));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: networks.chain(names).collect(),
        excluded_subtrees: Vec::new(),
    });
    params.not_before = moment(now, -EARLY_DAYS);
    params.not_after = moment(now, AUTHORITY_DAYS);
    Ok(params)
}

/// Two relays in one phone's list must be told apart: the name ends in four bytes of the key.
fn name(key: &KeyPair) -> String {
    let digest = Sha256::digest(key.public_key_raw());
    let end: String = digest.iter().take(4).map(|byte| format!("{byte:02X}")).collect();
    format!("Muster 点验 {end}")
}

fn called(name: &str) -> DistinguishedName {
    let mut called = DistinguishedName::new();
    called.push(DnType::CommonName, name);
    called
}

fn moment(now: Timestamp, days: i64) -> OffsetDateTime {
    let seconds = now.plus_ms(days * DAY_MS).0 / 1_000;
    OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

fn read_certificate(path: &Path) -> Result<CertificateDer<'static>, TlsError> {
    use rustls::pki_types::pem::PemObject;
    CertificateDer::from_pem_file(path)
        .map_err(|error| TlsError::Unreadable { path: path.to_owned(), reason: error.to_string() })
}

/// Nobody but the relay's user reads it, from its first byte on.
fn write_secret(path: &Path, text: &str) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
