//! Whom a connection is with, told to every request on it.

use std::net::SocketAddr;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::net::{TcpListener, TcpStream};

use crate::tls::listener::TlsListener;

/// The other end of a request's connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer {
    /// Its address: the phone's own, or that of a proxy on this machine.
    pub address: SocketAddr,
    /// Whether the relay itself speaks TLS with it.
    pub is_tls: bool,
}

/// Connections without TLS, for loopback.
pub struct Plain(pub TcpListener);

impl Listener for Plain {
    type Io = TcpStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (TcpStream, SocketAddr) {
        let (stream, from) = Listener::accept(&mut self.0).await;
        // Frames are small and wait for each other: none is held back to be sent with the next.
        drop(stream.set_nodelay(true));
        (stream, from)
    }

    fn local_addr(&self) -> std::io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

impl Connected<IncomingStream<'_, Plain>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Plain>) -> Self {
        Self { address: *stream.remote_addr(), is_tls: false }
    }
}

impl Connected<IncomingStream<'_, TlsListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, TlsListener>) -> Self {
        Self { address: *stream.remote_addr(), is_tls: true }
    }
}
