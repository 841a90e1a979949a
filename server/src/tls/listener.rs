//! Connections with TLS for axum. Handshakes run beside each other and have a time: a phone at the edge of the radio
//! that does not finish its own holds up nobody's.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::serve::Listener;
use rustls::ServerConfig;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// Handshakes under way at one time.
const HANDSHAKES_MAX: usize = 512;
/// For a handshake over a bad line: three round trips of it, generously.
const HANDSHAKE_TIME: Duration = Duration::from_secs(15);
/// After the system had no connection to give, as when there are too many open files.
const REST: Duration = Duration::from_millis(500);

/// A connection whose handshake is done, and where it comes from.
type Shaken = (TlsStream<TcpStream>, SocketAddr);

/// Takes connections and speaks TLS on them.
pub struct TlsListener {
    address: SocketAddr,
    shaken: mpsc::Receiver<Shaken>,
    accepting: JoinHandle<()>,
}

impl TlsListener {
    /// Begins to take connections.
    ///
    /// # Errors
    /// When the socket does not know its address.
    pub fn start(tcp: TcpListener, config: Arc<ServerConfig>) -> std::io::Result<Self> {
        let address = tcp.local_addr()?;
        let (give, shaken) = mpsc::channel(HANDSHAKES_MAX);
        let accepting = tokio::spawn(accept(tcp, TlsAcceptor::from(config), give));
        Ok(Self { address, shaken, accepting })
    }
}

async fn accept(tcp: TcpListener, acceptor: TlsAcceptor, give: mpsc::Sender<Shaken>) {
    let places = Arc::new(Semaphore::new(HANDSHAKES_MAX));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let (stream, from) = match tcp.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::debug!(error = &error as &dyn std::error::Error, "a connection was not taken");
                tokio::time::sleep(REST).await;
                continue;
            }
        };
        // Frames are small and wait for each other: none is held back to be sent with the next.
        drop(stream.set_nodelay(true));
        let (acceptor, give) = (acceptor.clone(), give.clone());
        tokio::spawn(async move {
            match tokio::time::timeout(HANDSHAKE_TIME, acceptor.accept(stream)).await {
                // An error means that nobody listens any more.
                Ok(Ok(stream)) => drop(give.send((stream, from)).await),
                Ok(Err(error)) => tracing::debug!(
                    error = &error as &dyn std::error::Error,
                    "a handshake failed; a phone that does not trust the certificate ends it like this"
                ),
                Err(_) => tracing::debug!("a handshake took too long"),
            }
            drop(place);
        });
    }
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.shaken.recv().await {
            Some(shaken) => shaken,
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> std::io::Result<SocketAddr> {
        Ok(self.address)
    }
}

impl Drop for TlsListener {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}
