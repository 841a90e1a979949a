//! One WebSocket: frames in, frames out, and news of the log in between. What goes out waits in a queue that is bounded
//! in frames and in bytes; a phone that does not read is let go, and comes again with its cursors.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::ws::{Message, WebSocket};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use shared::limits::{CONNECTION_BYTES_MAX, CONNECTION_FRAMES_MAX};
use shared::protocol::{Refusal, RefusalCode};
use shared::sync::relay::Input;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior};

use super::{Line, refusal_frame};
use crate::load::{Connected, Load};
use crate::relay::{News, Relay};
use crate::state::Closing;
use crate::store::{self, DeviceRecord};

/// How often the other side is asked whether it is there.
const PING: Duration = Duration::from_secs(25);
/// How long it may be silent.
const SILENCE_MAX: Duration = Duration::from_secs(80);
/// Why a phone is let go whose device is nobody's any more.
const REVOKED: &str = "the device was revoked";
/// Why a phone is let go whose person may do something else than when it connected.
const MOVED: &str = "the person's station or role is another one";
/// How long the last frames of a connection that ends may take.
const LAST_FRAMES_MAX: Duration = Duration::from_secs(5);

/// Serves a connection until either side ends it; its place is given back then.
pub async fn serve(
    socket: WebSocket,
    relay: Relay,
    load: Arc<Load>,
    device: DeviceRecord,
    place: Connected,
    mut closing: Closing,
) {
    let counted = relay.clone();
    counted.metrics().connections_opened.add(1);
    let (sink, stream) = socket.split();
    let (queue, waiting) = Queue::new();
    let mut sender = tokio::spawn(send(sink, waiting, Arc::clone(&queue.bytes)));
    let mut connection = Connection { line: Line::new(relay, load, device), queue };
    tokio::select! {
        () = connection.run(stream) => {}
        _ = closing.wait_for(|closing| *closing) => {}
    }
    // What was committed is answered before the line goes down.
    drop(connection);
    if tokio::time::timeout(LAST_FRAMES_MAX, &mut sender).await.is_err() {
        // It does not read: without this its socket would stay for as long as its network pretends to be there.
        sender.abort();
        tracing::debug!("a phone did not take its last frames");
    }
    counted.metrics().connections_closed.add(1);
    drop(place);
}

/// What waits to be sent.
struct Queue {
    frames: mpsc::Sender<Message>,
    bytes: Arc<AtomicUsize>,
}

impl Queue {
    fn new() -> (Self, mpsc::Receiver<Message>) {
        let (frames, waiting) = mpsc::channel(CONNECTION_FRAMES_MAX);
        (Self { frames, bytes: Arc::default() }, waiting)
    }

    /// Whether there was room.
    fn put(&self, message: Message) -> bool {
        let bytes = length(&message);
        // Only this side adds, so what was read can only have shrunk since. One frame always fits.
        let waiting = self.bytes.load(Ordering::Acquire);
        if waiting > 0 && waiting + bytes > CONNECTION_BYTES_MAX {
            return false;
        }
        self.bytes.fetch_add(bytes, Ordering::AcqRel);
        self.frames.try_send(message).is_ok()
    }
}

fn length(message: &Message) -> usize {
    match message {
        Message::Binary(bytes) => bytes.len(),
        _ => 0,
    }
}

/// Brings frames out, one after the other.
async fn send(
    mut sink: SplitSink<WebSocket, Message>,
    mut waiting: mpsc::Receiver<Message>,
    bytes: Arc<AtomicUsize>,
) {
    while let Some(message) = waiting.recv().await {
        let sent = length(&message);
        if sink.send(message).await.is_err() {
            return;
        }
        bytes.fetch_sub(sent, Ordering::AcqRel);
    }
    // The other side may be gone already.
    drop(sink.close().await);
}

struct Connection {
    line: Line,
    queue: Queue,
}

impl Connection {
    async fn run(&mut self, mut stream: SplitStream<WebSocket>) {
        let mut news = self.line.relay.news();
        // What happened between the session's look at the device and this one was not told here.
        if !self.is_still_right().await {
            return;
        }
        let mut ping = tokio::time::interval(PING);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut heard = Instant::now();
        loop {
            let goes_on = tokio::select! {
                message = stream.next() => {
                    heard = Instant::now();
                    match message {
                        Some(Ok(Message::Binary(frame))) => self.frame(frame).await,
                        Some(Ok(Message::Ping(_) | Message::Pong(_))) => {
                            self.line.relay.heard(self.line.device.id);
                            true
                        }
                        Some(Ok(Message::Text(_))) => self.take(Input::Frame(Vec::new())).await,
                        Some(Ok(Message::Close(_)) | Err(_)) | None => false,
                    }
                }
                told = news.recv() => match told {
                    Ok(News::Grown { collection, seq }) => self.take(Input::Poke { collection, seq }).await,
                    Ok(News::Heard) => true,
                    Ok(News::Revoked(device)) => device != self.line.device.id || self.let_go(REVOKED),
                    Ok(News::Moved(officer)) => {
                        officer != self.line.device.rights.officer || self.let_go(MOVED)
                    }
                    Err(RecvError::Lagged(_)) => self.look_at_everything().await,
                    Err(RecvError::Closed) => false,
                },
                _ = ping.tick() => {
                    let is_there = heard.elapsed() < SILENCE_MAX;
                    is_there && (heard.elapsed() < PING / 2 || self.queue(Message::Ping(Bytes::new())))
                }
            };
            if !goes_on {
                return;
            }
        }
    }

    async fn frame(&mut self, frame: Bytes) -> bool {
        self.line.relay.heard(self.line.device.id);
        match self.line.enter(frame.len()) {
            Ok(_room) => self.take(Input::Frame(frame.into())).await,
            Err(refusal) => {
                self.queue(Message::Binary(refusal_frame(refusal).into()));
                false
            }
        }
    }

    /// Feeds an input; says whether the connection goes on.
    async fn take(&mut self, input: Input) -> bool {
        let is_news = matches!(input, Input::Poke { .. });
        // Much larger than what a connection keeps while it rests, so it is not kept then.
        let done = Box::pin(self.line.take(input)).await;
        if is_news {
            self.line.relay.metrics().deliveries.add_len(done.frames.len());
        }
        let queued = done.frames.into_iter().all(|frame| self.queue(Message::Binary(frame.into())));
        match done.refusal {
            Some(refusal) => {
                self.queue(Message::Binary(refusal_frame(refusal).into()));
                false
            }
            None => queued,
        }
    }

    /// What it asks from now on needs a session, which says what it may do; a revoked device does not get one.
    fn let_go(&mut self, detail: &str) -> bool {
        let detail = detail.to_owned();
        let refusal = Refusal { code: RefusalCode::NoSession, detail, retry_after_ms: None };
        self.queue(Message::Binary(refusal_frame(refusal).into()));
        false
    }

    /// Too much has happened to be told one by one.
    async fn look_at_everything(&mut self) -> bool {
        if !self.is_still_right().await {
            return false;
        }
        let tips = store::blocking(self.line.relay.store(), |store| store.collections()).await;
        for (collection, tip) in tips.unwrap_or_default() {
            if !self.take(Input::Poke { collection, seq: tip.seq }).await {
                return false;
            }
        }
        true
    }

    /// Whether the device may still do what this connection lets it.
    async fn is_still_right(&mut self) -> bool {
        let id = self.line.device.id;
        match store::blocking(self.line.relay.store(), move |store| store.device(id)).await {
            Ok(Some(device)) if device.revoked.is_some() => self.let_go(REVOKED),
            Ok(Some(device)) => device.rights == self.line.device.rights || self.let_go(MOVED),
            Ok(None) => self.let_go(REVOKED),
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a device was not looked up");
                false
            }
        }
    }

    fn queue(&self, message: Message) -> bool {
        let queued = self.queue.put(message);
        if !queued {
            self.line.relay.metrics().slow_readers.add(1);
            tracing::info!(device = %self.line.device.id, "a phone does not take its frames; let go");
        }
        queued
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(bytes: usize) -> Message {
        Message::Binary(vec![0; bytes].into())
    }

    #[test]
    fn a_queue_is_bounded_in_frames_and_in_bytes() {
        let (queue, _waiting) = Queue::new();
        assert!((0..CONNECTION_FRAMES_MAX).all(|_| queue.put(frame(10))));
        assert!(!queue.put(frame(10)), "too many frames");

        let (queue, mut waiting) = Queue::new();
        assert!(queue.put(frame(CONNECTION_BYTES_MAX + 1)), "one frame always fits");
        assert!(!queue.put(frame(1)));
        let taken = waiting.try_recv().unwrap();
        queue.bytes.fetch_sub(length(&taken), Ordering::AcqRel);
        assert!(
            queue.put(frame(CONNECTION_BYTES_MAX))
                && !queue.put(frame(1))
                && queue.put(Message::Ping(Bytes::new()))
        );
    }
}
