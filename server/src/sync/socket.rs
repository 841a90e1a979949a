//! One WebSocket: frames in, frames out, and news of the log in between. What goes out waits in a bounded queue; a phone
//! that does not read is let go, and comes again with its cursors.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::ws::{Message, WebSocket};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use shared::limits::CONNECTION_FRAMES_MAX;
use shared::protocol::{Refusal, RefusalCode};
use shared::sync::relay::{Input, Link};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior};

use super::{drive, refusal_frame};
use crate::relay::{News, Relay};
use crate::state::Closing;
use crate::store::{self, DeviceRecord};

/// How often the other side is asked whether it is there.
const PING: Duration = Duration::from_secs(25);
/// How long it may be silent.
const SILENCE_MAX: Duration = Duration::from_secs(80);
/// How long the last frames of a connection that ends may take.
const LAST_FRAMES_MAX: Duration = Duration::from_secs(5);

/// Serves a connection until either side ends it.
pub async fn serve(socket: WebSocket, relay: Relay, device: DeviceRecord, mut closing: Closing) {
    let (sink, stream) = socket.split();
    let (queue, waiting) = mpsc::channel(CONNECTION_FRAMES_MAX);
    let mut sender = tokio::spawn(send(sink, waiting));
    let mut connection = Connection { link: Link::new(device.rights.clone()), relay, device, queue };
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
}

/// Brings frames out, one after the other.
async fn send(mut sink: SplitSink<WebSocket, Message>, mut waiting: mpsc::Receiver<Message>) {
    while let Some(message) = waiting.recv().await {
        if sink.send(message).await.is_err() {
            return;
        }
    }
    // The other side may be gone already.
    drop(sink.close().await);
}

struct Connection {
    link: Link,
    relay: Relay,
    device: DeviceRecord,
    queue: mpsc::Sender<Message>,
}

impl Connection {
    async fn run(&mut self, mut stream: SplitStream<WebSocket>) {
        let mut news = self.relay.news();
        let mut ping = tokio::time::interval(PING);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut heard = Instant::now();
        loop {
            let goes_on = tokio::select! {
                message = stream.next() => {
                    heard = Instant::now();
                    match message {
                        Some(Ok(Message::Binary(frame))) => {
                            self.relay.heard(self.device.id);
                            self.take(Input::Frame(frame.into())).await
                        }
                        Some(Ok(Message::Ping(_) | Message::Pong(_))) => {
                            self.relay.heard(self.device.id);
                            true
                        }
                        Some(Ok(Message::Text(_))) => self.take(Input::Frame(Vec::new())).await,
                        Some(Ok(Message::Close(_)) | Err(_)) | None => false,
                    }
                }
                told = news.recv() => match told {
                    Ok(News::Grown { collection, seq }) => self.take(Input::Poke { collection, seq }).await,
                    Ok(News::Heard) => true,
                    Ok(News::Revoked(device)) => device != self.device.id || self.let_go(),
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

    /// Feeds an input; says whether the connection goes on.
    async fn take(&mut self, input: Input) -> bool {
        let done = drive(&self.relay, &mut self.link, input).await;
        let queued = done.frames.into_iter().all(|frame| self.queue(Message::Binary(frame.into())));
        match done.refusal {
            Some(refusal) => {
                self.queue(Message::Binary(refusal_frame(refusal).into()));
                false
            }
            None => queued,
        }
    }

    /// The device was revoked: what it asks from now on needs a session, which it does not get.
    fn let_go(&mut self) -> bool {
        let detail = "the device was revoked".to_owned();
        let refusal = Refusal { code: RefusalCode::NoSession, detail, retry_after_ms: None };
        self.queue(Message::Binary(refusal_frame(refusal).into()));
        false
    }

    /// Too much has happened to be told one by one.
    async fn look_at_everything(&mut self) -> bool {
        let id = self.device.id;
        match store::blocking(self.relay.store(), move |store| store.device(id)).await {
            Ok(Some(device)) if device.revoked.is_none() => {}
            Ok(_) => return self.let_go(),
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a device was not looked up");
                return false;
            }
        }
        let tips = store::blocking(self.relay.store(), |store| store.collections()).await;
        for (collection, tip) in tips.unwrap_or_default() {
            if !self.take(Input::Poke { collection, seq: tip.seq }).await {
                return false;
            }
        }
        true
    }

    fn queue(&self, message: Message) -> bool {
        let queued = self.queue.try_send(message).is_ok();
        if !queued {
            tracing::info!(device = %self.device.id, "a phone does not take its frames; let go");
        }
        queued
    }
}
