//! The supervisor's stream: the merged state of all stations as the relay tells it, and the last copy of it when the
//! relay is out of reach.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use link::slice::BoardSlice;
use shared::api::board::BoardView;

use super::line::SessionError;
use super::state::Engine;
use super::store::{BOARD, Shelf};
use crate::platform::clock::Timer;
use crate::platform::event_source::{EventStream, StreamEvent};
use crate::platform::{report, spawn};

/// Milliseconds before the next try.
const RETRY_MS: i64 = 2_000;

/// The board's stream.
#[derive(Default)]
pub struct Board {
    stream: RefCell<Option<EventStream>>,
    retry: RefCell<Option<Timer>>,
    last: RefCell<Option<BoardView>>,
    /// Counts openings: what a closed stream reports counts no longer.
    number: Cell<u64>,
    is_open: Cell<bool>,
}

impl Engine {
    /// The board is on the screen.
    pub(super) fn open_board(self: &Rc<Self>) {
        self.board.is_open.set(true);
        let engine = Rc::clone(self);
        spawn(async move {
            if engine.board.last.borrow().is_none()
                && let Ok(Some(bytes)) = engine.database.get(Shelf::Snapshot, BOARD).await
            {
                *engine.board.last.borrow_mut() = serde_json::from_slice(&bytes).ok();
            }
            engine.show_board(false, None);
            engine.stream_board().await;
        });
    }

    /// The board is no longer on the screen.
    pub(super) fn close_board(&self) {
        self.board.is_open.set(false);
        self.board.number.set(self.board.number.get() + 1);
        self.board.stream.borrow_mut().take();
        self.board.retry.borrow_mut().take();
    }

    async fn stream_board(self: &Rc<Self>) {
        if !self.board.is_open.get() {
            return;
        }
        let number = self.board.number.get() + 1;
        self.board.number.set(number);
        self.board.stream.borrow_mut().take();
        match self.ensure_session().await {
            Ok(()) => {}
            Err(SessionError::Unreachable) => return self.retry_board(None),
            Err(SessionError::Problem(code)) => return self.retry_board(Some(code)),
        }
        if self.board.number.get() != number {
            return;
        }
        let engine = Rc::clone(self);
        let stream = EventStream::open("/api/board/events", "board", move |event| {
            if engine.board.number.get() == number {
                engine.board_event(event);
            }
        });
        *self.board.stream.borrow_mut() = stream;
    }

    fn board_event(self: &Rc<Self>, event: StreamEvent) {
        match event {
            StreamEvent::Opened => {}
            StreamEvent::Event(text) => match serde_json::from_slice::<BoardView>(text.as_bytes()) {
                Ok(board) => {
                    *self.board.last.borrow_mut() = Some(board);
                    self.keep_snapshot(BOARD, text.into_bytes());
                    self.show_board(true, None);
                }
                Err(error) => report(&format!("the board cannot be read: {error}")),
            },
            StreamEvent::Failed => self.retry_board(None),
        }
    }

    fn retry_board(self: &Rc<Self>, problem: Option<&str>) {
        self.show_board(false, problem);
        self.board.number.set(self.board.number.get() + 1);
        let engine = Rc::clone(self);
        *self.board.retry.borrow_mut() = Some(Timer::after(RETRY_MS, move || {
            let engine = Rc::clone(&engine);
            spawn(async move { engine.stream_board().await });
        }));
    }

    fn show_board(&self, is_live: bool, problem: Option<&str>) {
        let board = self.board.last.borrow().clone();
        self.send_board(BoardSlice { board, is_live, problem: problem.map(str::to_owned) });
    }
}
