//! `GET /api/board` and `GET /api/board/events`: the merged state of all stations, once or live, for supervisors.
//! Step 14 of the walk. What it says is `projector::board`'s.

use std::convert::Infallible;

use axum::Json;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::Stream;
use futures_util::stream;
use shared::api::board::BoardView;
use shared::api::problem::ProblemCode;

use super::session::Visitor;
use crate::error::Failure;
use crate::projector::{BoardFeed, BoardWatch};
use crate::relay::Relay;
use crate::state::{App, Closing};
use crate::store::{DeviceRecord, blocking};

/// The board as of now.
///
/// # Errors
/// When the visitor is no supervisor, or the store fails.
pub async fn show(visitor: Visitor, State(feed): State<BoardFeed>) -> Result<Json<BoardView>, Failure> {
    permit(&visitor.0)?;
    Ok(Json(feed.view().await?))
}

/// The board at once and after each change, as server-sent events named `board`.
///
/// # Errors
/// When the visitor is no supervisor.
pub async fn events(
    visitor: Visitor,
    State(app): State<App>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Failure> {
    permit(&visitor.0)?;
    let follower = Follower { watch: app.board.watch(), relay: app.relay, visitor, closing: app.closing };
    let events = stream::unfold(follower, |mut follower| async move {
        let event = follower.next().await?;
        Some((Ok(event), follower))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::default()))
}

fn permit(device: &DeviceRecord) -> Result<(), Failure> {
    if device.rights.may_see_board() { Ok(()) } else { Err(Failure::new(ProblemCode::NoRight)) }
}

/// One supervisor's open stream.
struct Follower {
    watch: BoardWatch,
    relay: Relay,
    visitor: Visitor,
    closing: Closing,
}

impl Follower {
    /// The next event; `None` ends the stream: the relay closes, or the visitor lost the right to look.
    async fn next(&mut self) -> Option<Event> {
        let view = tokio::select! {
            view = self.watch.next() => view?,
            _ = self.closing.wait_for(|closing| *closing) => return None,
        };
        self.may_still().await.then_some(())?;
        Event::default().event("board").json_data(view).ok()
    }

    async fn may_still(&self) -> bool {
        let id = self.visitor.0.id;
        let device = blocking(self.relay.store(), move |store| store.device(id)).await;
        device.is_ok_and(|device| device.is_some_and(|d| d.revoked.is_none() && d.rights.may_see_board()))
    }
}
