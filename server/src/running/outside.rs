//! What a relay serves beyond loopback: the same app over TLS, and in a local network the page of trust beside it.

use std::future::IntoFuture;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::{ServeError, listen};
use crate::config::Config;
use crate::http::peer::Peer;
use crate::http::trust::{self, Trust};
use crate::lan::{self, Doors};
use crate::tls::authority::Authority;
use crate::tls::listener::TlsListener;
use crate::tls::{Source, Tls, TlsError};

/// Where TLS is spoken unless set.
const TLS_LISTEN: ([u8; 4], u16) = ([0, 0, 0, 0], 8443);
/// Where the page of trust is unless set.
const TRUST_LISTEN: ([u8; 4], u16) = ([0, 0, 0, 0], 8081);

/// The outside of a running relay.
pub(super) struct Outside {
    /// Where phones come in.
    pub(super) doors: Doors,
    /// What they compare before they trust the authority.
    pub(super) fingerprint: Option<String>,
    /// The connections with TLS.
    pub(super) https: JoinHandle<std::io::Result<()>>,
    /// What runs beside them.
    pub(super) background: Vec<JoinHandle<()>>,
}

/// Opens the outside, if the settings ask for it.
///
/// # Errors
/// When the settings contradict each other, or a certificate or an address cannot be had.
pub(super) async fn open(
    config: &Config,
    app: axum::Router,
    closing: &watch::Sender<bool>,
) -> Result<Option<Outside>, ServeError> {
    let source = match (&config.tls_certificate, &config.tls_key) {
        (Some(certificate), Some(key)) => {
            Source::Files { certificate: certificate.clone(), key: key.clone() }
        }
        (None, None) if config.is_lan => {
            Source::Local(Box::new(Authority::open(&config.data, config.clock.now())?))
        }
        (None, None) => {
            Doors::forget(&config.data);
            return Ok(None);
        }
        _ => return Err(TlsError::Half.into()),
    };
    let (tcp, address) = listen(config.tls_listen.unwrap_or(TLS_LISTEN.into())).await?;
    let named = config.origin.as_ref().filter(|origin| origin.starts_with("https://"));
    let origin = named.map(|origin| origin.trim_end_matches('/').to_owned());
    let source = match (source, &origin) {
        (Source::Local(mut authority), Some(origin)) => {
            authority.answer_to(host_of(origin))?;
            Source::Local(authority)
        }
        (source, _) => source,
    };
    let (app_door, trusting) = match &source {
        Source::Files { .. } => (origin.ok_or(TlsError::NoOrigin)?, None),
        Source::Local(authority) => {
            let app = origin.or_else(|| lan::origin("https", address)).ok_or(TlsError::NoAddress)?;
            (app, Some((authority.name(), authority.fingerprint(), authority.certificate().to_vec())))
        }
    };
    let tls = Tls::open(source, Arc::clone(&config.clock))?;
    let listener =
        TlsListener::start(tcp, tls.config()?).map_err(|source| ServeError::Listen { address, source })?;
    let app = app.merge(trust::probe());
    let mut closed = closing.subscribe();
    let https = axum::serve(listener, app.into_make_service_with_connect_info::<Peer>())
        .with_graceful_shutdown(async move { drop(closed.wait_for(|closing| *closing).await) });
    let https = tokio::spawn(https.into_future());
    let mut background = vec![tokio::spawn(tls.keep())];
    let mut doors = Doors { app: app_door, trust: None };
    let mut fingerprint = None;
    if let Some((name, print, certificate)) = trusting {
        let (tcp, address) = listen(config.trust_listen.unwrap_or(TRUST_LISTEN.into())).await?;
        doors.trust = Some(lan::origin("http", address).ok_or(TlsError::NoAddress)?);
        fingerprint = Some(print.clone());
        let page = trust::router(Trust { name, fingerprint: print, certificate, doors: doors.clone() });
        background.push(tokio::spawn(async move {
            if let Err(error) = axum::serve(tcp, page).await {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "the page of trust is no longer served"
                );
            }
        }));
    }
    keep(config, &doors, address);
    Ok(Some(Outside { doors, fingerprint, https, background }))
}

/// The host of an origin, without its port.
fn host_of(origin: &str) -> &str {
    let rest = origin.split_once("://").map_or(origin, |(_, rest)| rest);
    match rest.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => rest,
    }
}

/// `muster invite` reads where to send people. Without the file it must be told, which is no reason not to serve.
fn keep(config: &Config, doors: &Doors, address: SocketAddr) {
    tracing::info!(%address, app = doors.app, "serving with TLS");
    if let Err(error) = doors.write(&config.data) {
        tracing::warn!(error = &error as &dyn std::error::Error, "the doors could not be kept");
    }
}
