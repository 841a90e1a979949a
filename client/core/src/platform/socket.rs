//! A WebSocket to the relay that this page came from, for binary frames. Closed when it is dropped.

use js_sys::Uint8Array;
use wasm_bindgen::JsCast;
use web_sys::{BinaryType, MessageEvent, WebSocket};

use super::events::{Listener, Signal};
use super::scope;

/// An open socket.
#[derive(Debug)]
pub struct Socket {
    socket: WebSocket,
    _listeners: Vec<Listener>,
}

/// What an open socket reports.
#[derive(Debug)]
pub enum SocketEvent {
    /// A frame came.
    Frame(Vec<u8>),
    /// It is closed, by the relay or by the network.
    Closed,
}

/// The socket did not open; the browser does not say why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the socket did not open")]
pub struct NotOpened;

impl Socket {
    /// Opens a socket. `report` is called for everything that happens once it is open.
    ///
    /// # Errors
    /// When it does not open.
    pub async fn open(path: &str, report: impl Fn(SocketEvent) + Clone + 'static) -> Result<Self, NotOpened> {
        let socket = WebSocket::new(&address(path)).map_err(|_| NotOpened)?;
        socket.set_binary_type(BinaryType::Arraybuffer);
        let opening = Opening { socket: Some(socket.clone()) };
        let opened = Signal::default();
        let on_open = Listener::new(&socket, "open", {
            let opened = opened.clone();
            move |_| opened.send(true)
        });
        let on_close = Listener::new(&socket, "close", {
            let (opened, report) = (opened.clone(), report.clone());
            move |_| {
                // Before it has opened this is the answer to `open`; afterwards nobody awaits that any longer.
                opened.send(false);
                report(SocketEvent::Closed);
            }
        });
        let on_message = Listener::new(&socket, "message", move |event| {
            let content = event.unchecked_into::<MessageEvent>().data();
            report(SocketEvent::Frame(Uint8Array::new(&content).to_vec()));
        });
        if !opened.await {
            return Err(NotOpened);
        }
        opening.succeeded();
        Ok(Self { socket, _listeners: vec![on_open, on_close, on_message] })
    }

    /// Sends a frame; `false` when the socket is no longer open.
    pub fn send(&self, frame: &[u8]) -> bool {
        self.socket.ready_state() == WebSocket::OPEN && self.socket.send_with_u8_array(frame).is_ok()
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let _ = self.socket.close();
    }
}

/// A socket that is closed again when nobody waits for it any longer.
struct Opening {
    socket: Option<WebSocket>,
}

impl Opening {
    fn succeeded(mut self) {
        self.socket = None;
    }
}

impl Drop for Opening {
    fn drop(&mut self) {
        if let Some(socket) = self.socket.take() {
            let _ = socket.close();
        }
    }
}

fn address(path: &str) -> String {
    let location = scope().location();
    let scheme = if location.protocol() == "https:" { "wss" } else { "ws" };
    format!("{scheme}://{}{path}", location.host())
}
