//! A WebSocket of a phone, by hand: frames out, frames in.

use std::net::TcpStream;

use shared::protocol::{self, Frame, Request, Response};
use tungstenite::client::IntoClientRequest;
use tungstenite::{Message, WebSocket};

use super::http::Client;

/// An open socket.
pub struct Socket(WebSocket<TcpStream>);

impl Socket {
    /// Opens a socket with a client's cookie.
    ///
    /// # Errors
    /// The status, when the relay does not upgrade.
    pub fn open(client: &Client) -> Result<Self, u16> {
        let mut request = format!("ws://{}/api/sync", client.host()).into_client_request().unwrap();
        if let Some(cookie) = client.cookie() {
            request.headers_mut().insert("cookie", cookie.parse().unwrap());
        }
        let stream = TcpStream::connect(client.host()).unwrap();
        stream.set_read_timeout(Some(super::PATIENCE)).unwrap();
        match tungstenite::client(request, stream) {
            Ok((socket, _)) => Ok(Self(socket)),
            Err(tungstenite::HandshakeError::Failure(tungstenite::Error::Http(response))) => {
                Err(response.status().as_u16())
            }
            Err(error) => panic!("{error}"),
        }
    }

    /// Sends bytes as one message.
    pub fn send_bytes(&mut self, bytes: Vec<u8>) {
        self.0.send(Message::Binary(bytes.into())).unwrap();
    }

    /// Sends a request.
    pub fn send(&mut self, request: Request) {
        self.send_bytes(protocol::encode(&Frame::Request(request)));
    }

    /// Sends a request, unless the relay has closed.
    pub fn try_send(&mut self, request: Request) -> bool {
        let frame = protocol::encode(&Frame::Request(request));
        self.0.send(Message::Binary(frame.into())).is_ok()
    }

    /// The next frame; `None` when the relay closed.
    pub fn frame(&mut self) -> Option<Frame> {
        loop {
            match self.0.read() {
                Ok(Message::Binary(bytes)) => return Some(protocol::decode(&bytes).unwrap()),
                Ok(Message::Close(_)) | Err(tungstenite::Error::ConnectionClosed) => return None,
                Ok(_) => {}
                Err(error) => panic!("{error}"),
            }
        }
    }

    /// The next frame, which must be a response.
    pub fn response(&mut self) -> Response {
        match self.frame() {
            Some(Frame::Response(response)) => response,
            other => panic!("{other:?}"),
        }
    }
}
