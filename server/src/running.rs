//! A relay from its start to its end: opens the store, founds the bureau if it must, starts writer, projector and HTTP,
//! and stops them in the right order. It knows every part and does nothing itself.

use std::net::SocketAddr;
use std::sync::Arc;

use shared::time::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::config::Config;
use crate::demo::{self, DemoError};
use crate::http::metrics::{self, Watched};
use crate::http::peer::{Peer, Plain};
use crate::http::{self, assets::Assets};
use crate::identity::Identity;
use crate::lan::Doors;
use crate::load::Load;
use crate::photos::Photos;
use crate::projector::Projector;
use crate::relay::{Relay, StartError};
use crate::state::App;
use crate::store::sqlite::{Options, Sqlite};
use crate::store::{Store, StoreError};
use crate::tls::TlsError;

mod outside;

use outside::Outside;

/// Why a relay does not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address is reachable from outside, and plain HTTP is not safe there.
    #[error(
        "{0} is not loopback: plain HTTP is spoken on loopback only; speak TLS with --lan or certificate files, or put a \
         TLS proxy in front"
    )]
    NotLoopback(SocketAddr),
    /// The address cannot be had.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The data folder has no bureau.
    #[error(
        "there is no bureau in this data folder: make one with `muster init`, or try one with `muster serve --demo`"
    )]
    NoBureau,
    /// The database cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The relay does not start.
    #[error(transparent)]
    Relay(#[from] StartError),
    /// The demo bureau cannot be made.
    #[error(transparent)]
    Demo(#[from] DemoError),
    /// TLS is not to be had.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// A one-time way in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// The origin's host: each demo person has one, so that one browser can be all of them.
    pub host: &'static str,
    /// Whom it is for, as shown at the terminal.
    pub who: String,
    /// The code.
    pub code: String,
}

/// A running relay.
pub struct Running {
    address: SocketAddr,
    metrics_address: Option<SocketAddr>,
    relay: Relay,
    identity: Arc<Identity>,
    invitations: Vec<Invitation>,
    closing: watch::Sender<bool>,
    http: JoinHandle<std::io::Result<()>>,
    outside: Option<Outside>,
    background: Vec<JoinHandle<()>>,
}

/// Starts a relay; when it returns, connections are taken.
///
/// # Errors
/// When the data folder, the bureau or the address cannot be had.
pub async fn serve(config: Config) -> Result<Running, ServeError> {
    for address in std::iter::once(config.listen).chain(config.metrics_listen) {
        if !address.ip().is_loopback() {
            return Err(ServeError::NotLoopback(address));
        }
    }
    let store = open(&config)?;
    if config.is_demo {
        demo::prepare_large(&store, config.clock.now(), config.demo_size).await?;
    }
    let founding = store.founding()?.ok_or(ServeError::NoBureau)?;
    let bureau = founding.bureau.clone();
    let relay = Relay::start(Arc::clone(&store), Arc::clone(&config.clock), founding)?;
    let identity = Identity::new(Arc::clone(&store), Arc::clone(&config.clock), bureau);
    let identity = Arc::new(identity.trusting(relay.public_key()));
    if let Err(error) = relay.adopt_directory().await {
        tracing::warn!(error = &error as &dyn std::error::Error, "the directory was not looked through");
    }
    let invitations = if config.is_demo { invited(&identity, config.clock.now())? } else { Vec::new() };
    let (projector, board) = Projector::start(&relay).await?;
    let assets = Assets::new(config.assets.clone());

    let (closing, is_closing) = watch::channel(false);
    let (listener, address) = listen(config.listen).await?;
    let watched = match config.metrics_listen {
        Some(address) => Some(listen(address).await?),
        None => None,
    };
    let config = Arc::new(config);
    let settings = Arc::clone(&config);
    let app = App {
        relay: relay.clone(),
        identity: Arc::clone(&identity),
        load: Arc::new(Load::new(&config)),
        photos: Arc::new(
            Photos::new(&config.data, Arc::clone(&config.clock)).leaving(config.disk_free_bytes_min),
        ),
        config,
        board,
        assets: Arc::new(assets),
        closing: is_closing,
    };
    let heard = relay.clone();
    let saver = relay.clone();
    let mut background = vec![
        tokio::spawn(async move { heard.keep_heard().await }),
        tokio::spawn(async move { saver.keep_snapshots().await }),
        projector,
    ];
    let metrics_address = watched.as_ref().map(|(_, address)| *address);
    if let Some((listener, _)) = watched {
        let page = metrics::router(Watched {
            relay: relay.clone(),
            load: Arc::clone(&app.load),
            config: Arc::clone(&app.config),
        });
        background.push(tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, page).await {
                tracing::error!(error = &error as &dyn std::error::Error, "metrics are no longer served");
            }
        }));
    }
    let router = http::router(app);
    let outside = outside::open(&settings, router.clone(), &closing).await?;
    let service = router.into_make_service_with_connect_info::<Peer>();
    let mut closed = closing.subscribe();
    let http = axum::serve(Plain(listener), service).with_graceful_shutdown(async move {
        // An error means that the sender is gone, which is closing too.
        drop(closed.wait_for(|closing| *closing).await);
    });
    let http = tokio::spawn(http.into_future());
    Ok(Running { address, metrics_address, relay, identity, invitations, closing, http, outside, background })
}

/// Takes an address; gives the one that it became when any free port was asked for.
async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), ServeError> {
    let cannot = |source| ServeError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(cannot)?;
    let address = listener.local_addr().map_err(cannot)?;
    Ok((listener, address))
}

/// A fresh way in for each guest of the demo. A full disk takes none, and is no reason not to serve what is there.
fn invited(identity: &Identity, now: Timestamp) -> Result<Vec<Invitation>, StoreError> {
    let mut invitations = Vec::new();
    for guest in demo::guests(now) {
        match demo::invite(identity, &guest) {
            Ok(code) => invitations.push(Invitation { host: guest.host, who: guest.who, code }),
            Err(error @ StoreError::Full(_)) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "no enrolment code could be written"
                );
            }
            Err(error) => return Err(error),
        }
    }
    Ok(invitations)
}

fn open(config: &Config) -> Result<Arc<dyn Store>, StoreError> {
    let options = Options {
        folder: config.data.clone(),
        page_count_max: config.page_count_max,
        faults: config.faults.clone(),
    };
    Ok(Arc::new(Sqlite::open(options)?))
}

impl Running {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Where metrics are served.
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics_address
    }

    /// Where phones come in from outside, if they can.
    pub fn doors(&self) -> Option<&Doors> {
        self.outside.as_ref().map(|outside| &outside.doors)
    }

    /// What people compare before a phone trusts the local network's authority: SHA-256 of its certificate.
    pub fn fingerprint(&self) -> Option<&str> {
        self.outside.as_ref()?.fingerprint.as_deref()
    }

    /// The demo bureau's ways in.
    pub fn invitations(&self) -> &[Invitation] {
        &self.invitations
    }

    /// The log and everything that enters it.
    pub fn relay(&self) -> &Relay {
        &self.relay
    }

    /// Enrolment and sessions.
    pub fn identity(&self) -> &Arc<Identity> {
        &self.identity
    }

    /// Stops: no new connections, open ones get their answers, what waits is committed.
    pub async fn stop(self) {
        self.closing.send_replace(true);
        let (https, outside) =
            self.outside.map_or_else(Default::default, |outside| (Some(outside.https), outside.background));
        let served = async {
            for serving in std::iter::once(self.http).chain(https) {
                // How it ended has been logged by whoever runs it.
                drop(serving.await);
            }
        };
        if tokio::time::timeout(std::time::Duration::from_secs(10), served).await.is_err() {
            tracing::warn!("some connections did not end in time");
        }
        self.relay.close().await;
        for task in self.background.into_iter().chain(outside) {
            task.abort();
        }
    }
}
