//! TLS without a proxy in front: which certificate is shown, from files or from the local network's own authority, and
//! that it is fresh while the relay runs. The connections are `listener`'s; who may do what is decided elsewhere.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert, ServerSessionMemoryCache};
use rustls::sign::CertifiedKey;
use shared::time::{DAY_MS, Timestamp};

use crate::clock::Clock;
use crate::lan;

pub mod authority;
pub mod listener;

use authority::Authority;

/// Sessions that phones may take up again without a whole handshake: all of a bureau's, when they come back at once.
const SESSIONS_MAX: usize = 4_096;
/// How often it is looked whether the certificate must be another one.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// Why TLS is not to be had.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A certificate without its key, or a key without its certificate.
    #[error("tls_certificate and tls_key belong together: name both, or none")]
    Half,
    /// The addresses of the people's links are not known.
    #[error("with certificate files, name the address that they are for: --origin https://muster.example")]
    NoOrigin,
    /// A file cannot be read as PEM.
    #[error("{} cannot be read as PEM: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A file of the local authority cannot be read or written.
    #[error("{} of the local network's authority cannot be read or written", path.display())]
    Authority {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A certificate cannot be made.
    #[error("the local network's certificate cannot be made")]
    Making(#[from] rcgen::Error),
    /// Certificate and key do not fit, or cannot be used.
    #[error("certificate and key cannot be used")]
    Unusable(#[from] rustls::Error),
    /// The links' host is none that the local authority may speak for.
    #[error(
        "the local network's authority speaks for private addresses, localhost and .local names, and not for {0}: name \
         certificate files for it, or another --origin"
    )]
    ForeignHost(String),
    /// This machine is in no network that phones could be in too.
    #[error("this machine has no address in a local network: connect it, then start again")]
    NoAddress,
}

/// Where the certificate comes from.
#[derive(Debug)]
pub enum Source {
    /// Files that somebody else renews.
    Files {
        /// The chain, its own certificate first.
        certificate: PathBuf,
        /// Its key.
        key: PathBuf,
    },
    /// The local network's own authority.
    Local(Box<Authority>),
}

/// What a certificate was made of; another one is needed when this is not the same any more.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Origin {
    Files(Option<SystemTime>, Option<SystemTime>),
    Local(Vec<std::net::IpAddr>, i64),
}

/// The certificate that is shown, and what it is renewed from.
pub struct Tls {
    source: Source,
    shown: Arc<Shown>,
    provider: Arc<CryptoProvider>,
    clock: Arc<dyn Clock>,
    origin: Origin,
}

/// The certificate that the next handshake shows.
#[derive(Debug)]
struct Shown(RwLock<Arc<CertifiedKey>>);

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl Tls {
    /// Reads or makes the certificate.
    ///
    /// # Errors
    /// When it cannot be read, made or used.
    pub fn open(source: Source, clock: Arc<dyn Clock>) -> Result<Self, TlsError> {
        let provider = Arc::new(ring::default_provider());
        let origin = source.origin(clock.now());
        let key = source.certified(&provider, clock.now())?;
        let shown = Arc::new(Shown(RwLock::new(Arc::new(key))));
        Ok(Self { source, shown, provider, clock, origin })
    }

    /// How connections are spoken on.
    ///
    /// # Errors
    /// When the protocol's versions are not to be had.
    pub fn config(&self) -> Result<Arc<ServerConfig>, TlsError> {
        let mut config = ServerConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&self.shown) as Arc<dyn ResolvesServerCert>);
        // WebSockets are spoken over it.
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        config.session_storage = ServerSessionMemoryCache::new(SESSIONS_MAX);
        Ok(Arc::new(config))
    }

    /// Looks again and again whether the certificate must be another one: its files changed, the machine has another
    /// address, a day has passed. A new one that is not good is told, and the old one stays.
    pub async fn keep(mut self) {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            self.look();
        }
    }

    fn look(&mut self) {
        let now = self.clock.now();
        let origin = self.source.origin(now);
        if origin == self.origin {
            return;
        }
        match self.source.certified(&self.provider, now) {
            Ok(key) => {
                *self.shown.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(key);
                tracing::info!("another certificate is shown");
            }
            Err(error) => tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the new certificate is not good; the old one stays"
            ),
        }
        // What is not good is told once, and looked at again when it changes.
        self.origin = origin;
    }
}

impl Source {
    fn origin(&self, now: Timestamp) -> Origin {
        let modified = |path: &PathBuf| path.metadata().and_then(|meta| meta.modified()).ok();
        match self {
            Self::Files { certificate, key } => Origin::Files(modified(certificate), modified(key)),
            Self::Local(_) => Origin::Local(lan::addresses(), now.0 / DAY_MS),
        }
    }

    fn certified(&self, provider: &CryptoProvider, now: Timestamp) -> Result<CertifiedKey, TlsError> {
        let (chain, key) = match self {
            Self::Files { certificate, key } => {
                let unreadable = |path: &PathBuf, error: rustls::pki_types::pem::Error| {
                    TlsError::Unreadable { path: path.clone(), reason: error.to_string() }
                };
                let chain: Vec<_> = CertificateDer::pem_file_iter(certificate)
                    .and_then(Iterator::collect)
                    .map_err(|error| unreadable(certificate, error))?;
                let key = PrivateKeyDer::from_pem_file(key).map_err(|error| unreadable(key, error))?;
                (chain, key)
            }
            Self::Local(authority) => authority.certify(&lan::addresses(), now)?,
        };
        Ok(CertifiedKey::from_der(chain, key, provider)?)
    }
}

#[cfg(test)]
mod tests;
