//! The way to the relay: a session, then a WebSocket; where a proxy lets none through, one POST a frame. Whatever it is,
//! it carries frames and knows nothing of what is in them. Step 8 of the walk.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use link::ToUi;
use shared::api::problem::{Problem, ProblemCode};
use shared::api::session::{Challenge, ChallengeRequest, Session, SessionRequest};
use shared::digits::BASE64URL;
use shared::sync::device::Input;
use shared::trust::signing::{SUITE_P256, session_claim};

use super::state::{Engine, fail, post};
use crate::platform::clock::Timer;
use crate::platform::http::{self, Media, Reply, Unreachable};
use crate::platform::socket::{Socket, SocketEvent};
use crate::platform::{report, spawn};

/// The line.
#[derive(Default)]
pub struct Line {
    way: RefCell<Way>,
    /// Counts lines: what a given-up line reports counts no longer.
    number: Cell<u64>,
    /// Whether the cookie was good when it was last used.
    has_session: Cell<bool>,
    /// On a line of POSTs: asks for news, and tries for a socket again after a while.
    poll: RefCell<Option<Timer>>,
}

/// Milliseconds between two questions for news on a line of POSTs, which has no live delivery.
const POLL_MS: i64 = 15_000;
/// Questions on a line of POSTs before a socket is tried again.
const POLLS_MAX: u32 = 8;

#[derive(Default)]
enum Way {
    #[default]
    Down,
    Socket(Socket),
    Post,
}

/// Why there is no line.
enum NoLine {
    Unreachable,
    Problem(&'static str),
}

impl From<Unreachable> for NoLine {
    fn from(_: Unreachable) -> Self {
        Self::Unreachable
    }
}

impl Line {
    /// Which line this is.
    pub(super) fn number(&self) -> u64 {
        self.number.get()
    }

    /// Closes it.
    pub(super) fn hang_up(&self) {
        self.number.set(self.number.get() + 1);
        self.way.replace(Way::Down);
    }
}

impl Engine {
    /// Makes a line and reports it.
    pub(super) fn connect(self: &Rc<Self>, renew_session: bool) {
        self.line.hang_up();
        if renew_session {
            self.line.has_session.set(false);
        }
        let (engine, number) = (Rc::clone(self), self.line.number.get());
        spawn(async move {
            let made = engine.make_line(number).await;
            if engine.line.number.get() != number {
                return;
            }
            match made {
                Ok(way) => {
                    let is_polled = matches!(way, Way::Post);
                    engine.line.way.replace(way);
                    engine.input(Input::LinkUp);
                    if is_polled {
                        engine.poll(number, 1);
                    }
                }
                Err(NoLine::Unreachable) => engine.input(Input::LinkDown { problem: None }),
                Err(NoLine::Problem(code)) => {
                    engine.input(Input::LinkDown { problem: Some(code.to_owned()) })
                }
            }
        });
    }

    async fn make_line(self: &Rc<Self>, number: u64) -> Result<Way, NoLine> {
        if !self.line.has_session.get() {
            self.ensure_session().await.map_err(NoLine::from)?;
        }
        if let Some(socket) = self.open_socket(number).await {
            return Ok(Way::Socket(socket));
        }
        // The browser does not say why: no relay, no session, or no way for WebSockets.
        self.line.has_session.set(false);
        self.ensure_session().await.map_err(NoLine::from)?;
        match self.open_socket(number).await {
            Some(socket) => Ok(Way::Socket(socket)),
            None => Ok(Way::Post),
        }
    }

    async fn open_socket(self: &Rc<Self>, number: u64) -> Option<Socket> {
        let engine = Rc::clone(self);
        let report = move |event| {
            if engine.line.number.get() != number {
                return;
            }
            match event {
                SocketEvent::Frame(frame) => engine.input(Input::Received(frame)),
                SocketEvent::Closed => {
                    // Before it has opened, this is the answer to `open`.
                    if matches!(*engine.line.way.borrow(), Way::Socket(_)) {
                        engine.lost();
                    }
                }
            }
        };
        Socket::open("/api/sync", report).await.ok()
    }

    fn poll(self: &Rc<Self>, number: u64, count: u32) {
        let engine = Rc::clone(self);
        let poll = Timer::after(POLL_MS, move || {
            if engine.line.number.get() != number {
                return;
            }
            if count > POLLS_MAX {
                return engine.lost();
            }
            engine.input(Input::Nudge);
            engine.poll(number, count + 1);
        });
        self.line.poll.replace(Some(poll));
    }

    fn lost(self: &Rc<Self>) {
        // The socket is dropped in a task of its own: this may run inside one of its listeners.
        let engine = Rc::clone(self);
        self.line.number.set(self.line.number.get() + 1);
        let number = self.line.number.get();
        spawn(async move {
            if engine.line.number.get() == number {
                engine.line.way.replace(Way::Down);
                engine.input(Input::LinkDown { problem: None });
            }
        });
    }

    /// Sends a frame.
    pub(super) fn send(self: &Rc<Self>, frame: Vec<u8>) {
        let is_sent = match &*self.line.way.borrow() {
            Way::Socket(socket) => socket.send(&frame),
            Way::Post => {
                self.post_frame(frame);
                true
            }
            Way::Down => false,
        };
        if !is_sent {
            self.lost();
        }
    }

    fn post_frame(self: &Rc<Self>, frame: Vec<u8>) {
        let (engine, number) = (Rc::clone(self), self.line.number.get());
        spawn(async move {
            let reply = http::post("/api/sync", Media::Cbor, &frame).await;
            if engine.line.number.get() != number {
                return;
            }
            match reply {
                Ok(reply) if reply.media.starts_with("application/cbor") => {
                    engine.input(Input::Received(reply.body));
                }
                Ok(reply) => {
                    engine.input(Input::LinkDown { problem: problem_word(&reply).map(str::to_owned) })
                }
                Err(Unreachable) => engine.input(Input::LinkDown { problem: None }),
            }
        });
    }

    /// Signs a challenge unless the cookie is still good, and this phone's: a browser that lost its data and joined again
    /// has the cookie of who it was before.
    ///
    /// # Errors
    /// When the relay cannot be reached, or does not let this phone in.
    pub(super) async fn ensure_session(self: &Rc<Self>) -> Result<(), SessionError> {
        let own = self.phone.borrow().as_ref().map(|phone| phone.profile.identity.device);
        let reply = http::get("/api/session").await?;
        let found = match reply.status {
            401 => None,
            _ if reply.is_ok() => Some(session(&reply)?).filter(|session| Some(session.device) == own),
            _ => return Err(SessionError::Problem(problem_word(&reply).unwrap_or("internal"))),
        };
        let session = match found {
            Some(session) => session,
            None => session(&self.open_session().await?)?,
        };
        self.renew_membership(&session).await;
        self.line.has_session.set(true);
        Ok(())
    }

    async fn open_session(self: &Rc<Self>) -> Result<Reply, SessionError> {
        let identity =
            self.phone.borrow().as_ref().map(|phone| (phone.profile.identity.clone(), phone.key.clone()));
        let Some((identity, key)) = identity else { return Err(SessionError::Problem("not-enrolled")) };
        let (device, certificate) = (identity.device, self.certificate());
        let request = ChallengeRequest { device, certificate: certificate.clone() };
        let asked = send_json("/api/sessions/challenge", &request).await?;
        let Challenge { challenge } =
            serde_json::from_slice(&asked.body).map_err(|_| SessionError::Problem("internal"))?;
        let bytes = BASE64URL.decode(&challenge).unwrap_or_default();
        let claim = session_claim(SUITE_P256, &identity.bureau, device, &bytes);
        let signature = key.sign(&claim).await.map_err(|error| {
            report(&error.to_string());
            SessionError::Problem("crypto-missing")
        })?;
        let signature = BASE64URL.encode(&signature);
        let request = SessionRequest { device, challenge, suite: SUITE_P256, signature, certificate };
        send_json("/api/sessions", &request).await
    }
}

fn session(reply: &Reply) -> Result<Session, SessionError> {
    serde_json::from_slice(&reply.body).map_err(|_| SessionError::Problem("internal"))
}

/// Why there is no session.
pub(super) enum SessionError {
    /// No answer.
    Unreachable,
    /// The relay said why.
    Problem(&'static str),
}

impl From<Unreachable> for SessionError {
    fn from(_: Unreachable) -> Self {
        Self::Unreachable
    }
}

impl From<SessionError> for NoLine {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::Unreachable => Self::Unreachable,
            SessionError::Problem(code) => Self::Problem(code),
        }
    }
}

/// Posts JSON; anything but success is an error.
pub(super) async fn send_json(path: &str, body: &impl serde::Serialize) -> Result<Reply, SessionError> {
    let body = serde_json::to_vec(body).expect("bodies have string keys only");
    let reply = http::post(path, Media::Json, &body).await?;
    if reply.is_ok() {
        Ok(reply)
    } else {
        Err(SessionError::Problem(problem_word(&reply).unwrap_or("internal")))
    }
}

impl Engine {
    /// Has the relay do what a person orders, in their session, and answers the command.
    pub(super) fn order<T: serde::Serialize + 'static>(
        self: &Rc<Self>,
        command: u32,
        path: &'static str,
        body: T,
    ) {
        let engine = Rc::clone(self);
        spawn(async move {
            let outcome = match engine.ensure_session().await {
                Ok(()) => send_json(path, &body).await.map(drop),
                Err(error) => Err(error),
            };
            answer(command, outcome);
        });
    }
}

/// Answers a command that needed the relay.
pub(super) fn answer(command: u32, outcome: Result<(), SessionError>) {
    match outcome {
        Ok(()) => post(&ToUi::Done(command)),
        Err(SessionError::Unreachable) => fail(command, "offline", String::new()),
        Err(SessionError::Problem(code)) => fail(command, code, String::new()),
    }
}

/// `GET`s a JSON body.
pub(super) async fn get_json<T: serde::de::DeserializeOwned>(path: &str) -> Result<T, SessionError> {
    let reply = http::get(path).await?;
    if !reply.is_ok() {
        return Err(SessionError::Problem(problem_word(&reply).unwrap_or("internal")));
    }
    serde_json::from_slice(&reply.body).map_err(|_| SessionError::Problem("internal"))
}

/// The stable word of a problem document; `None` when the reply is none (a proxy's own page).
pub(super) fn problem_word(reply: &Reply) -> Option<&'static str> {
    serde_json::from_slice::<Problem>(&reply.body).ok().map(|problem| ProblemCode::word(problem.code))
}
