//! The interface's end of the link: starts the core's worker, numbers commands, and puts what comes back into the
//! store. What a command does is the core's matter; what a failure means to people is `problem`'s.
//!
//! Step 3 of the walk: `pages` -> here -> the core's engine.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use link::{Command, LINK_VERSION, Problem, ToCore, ToUi};
use shared::domain::round::RoundName;
use shared::time::{MINUTE_MS, Timestamp};

use crate::browser::{self, CoreWorker, FromWorker, Timer};
use crate::store::{CoreState, Store};

/// What became of a command.
pub type Outcome = Result<(), Problem>;

type Waiting = BTreeMap<u32, Box<dyn FnOnce(Outcome)>>;

/// Milliseconds from one start of the worker to the next: what kills it at once must not drain the battery.
const RESTART_MS: i64 = MINUTE_MS;

/// The core, as seen from the interface. Cheap to clone; all clones are the same core.
#[derive(Clone)]
pub struct CoreHandle(Rc<Inner>);

struct Inner {
    worker: RefCell<CoreWorker>,
    waiting: RefCell<Waiting>,
    next: Cell<u32>,
    store: Store,
    standing: RefCell<Standing>,
    started: Cell<Timestamp>,
    restart: RefCell<Option<Timer>>,
}

/// What a core that starts again must be told: what is on the screen.
#[derive(Debug, Default, PartialEq, Eq)]
struct Standing {
    round: Option<RoundName>,
    is_board_open: bool,
}

impl CoreHandle {
    /// Starts the worker. What it says goes into the store from now on.
    pub fn start(store: &Store) -> Self {
        let handle = Self(Rc::new(Inner {
            worker: RefCell::default(),
            waiting: RefCell::default(),
            next: Cell::new(1),
            store: store.clone(),
            standing: RefCell::default(),
            started: Cell::new(Timestamp(0)),
            restart: RefCell::default(),
        }));
        handle.start_worker();
        handle
    }

    /// The number that the next command gets.
    pub fn next_id(&self) -> u32 {
        self.0.next.get()
    }

    /// Sends a command; `then` is called once, with what became of it. A core that cannot be reached fails it.
    pub fn send(&self, command: Command, then: impl FnOnce(Outcome) + 'static) {
        let id = self.0.next.get();
        self.0.next.set(id.wrapping_add(1));
        self.0.standing.borrow_mut().note(&command);
        self.0.waiting.borrow_mut().insert(id, Box::new(then));
        let is_up = self.0.store.view().core != CoreState::Failed;
        if !is_up {
            self.fail_all();
        } else if !self.0.worker.borrow().post(&ToCore { id, command }.to_bytes()) {
            self.stopped();
        }
    }

    /// Sends a command whose outcome shows in the slices.
    pub fn tell(&self, command: Command) {
        self.send(command, |_| {});
    }

    fn start_worker(&self) {
        self.0.started.set(browser::now());
        let handle = self.clone();
        let worker = CoreWorker::start(move |message| handle.receive(message));
        self.0.worker.replace(worker);
    }

    fn receive(&self, message: FromWorker) {
        let read = match message {
            FromWorker::Bytes(bytes) => ToUi::from_bytes(&bytes).ok(),
            FromWorker::Failed => return self.stopped(),
        };
        match read {
            Some(ToUi::Slice(slice)) => self.0.store.change(|view| view.take(*slice)),
            Some(ToUi::Ready(LINK_VERSION)) => self.0.store.change(|view| view.core = CoreState::Ready),
            Some(ToUi::Done(id)) => self.resolve(id, Ok(())),
            Some(ToUi::Failed(id, problem)) => self.resolve(id, Err(problem)),
            // Another build: nothing that is sent from now on would be kept, and it would be the same after a restart.
            Some(ToUi::Ready(_)) | None => self.give_up(),
        }
    }

    fn give_up(&self) {
        self.0.store.change(|view| view.core = CoreState::Failed);
        self.fail_all();
    }

    /// The core died. What it was doing is told as not done: whether an answer got to the disk is not known, and
    /// sending it again could say it twice; the round's slice tells when the core is back. It is started again, at
    /// most once a minute: it finds out by itself what it died of.
    fn stopped(&self) {
        self.0.worker.borrow().stop();
        self.give_up();
        let wait = wait_ms(self.0.started.get(), browser::now());
        let handle = self.clone();
        let restart = Timer::after_ms(wait, move || handle.restart());
        self.0.restart.replace(Some(restart));
    }

    fn restart(&self) {
        self.start_worker();
        self.0.store.change(|view| view.core = CoreState::Starting);
        let commands = self.0.standing.borrow().commands();
        commands.into_iter().for_each(|command| self.tell(command));
    }

    fn resolve(&self, id: u32, outcome: Outcome) {
        let then = self.0.waiting.borrow_mut().remove(&id);
        if let Some(then) = then {
            then(outcome);
        }
    }

    fn fail_all(&self) {
        let all = std::mem::take(&mut *self.0.waiting.borrow_mut());
        for then in all.into_values() {
            then(Err(Problem { code: "core-stopped".to_owned(), detail: String::new() }));
        }
    }
}

impl PartialEq for CoreHandle {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Standing {
    fn note(&mut self, command: &Command) {
        match command {
            Command::OpenRound { round } => self.round = Some(round.clone()),
            Command::CloseRound => self.round = None,
            Command::OpenBoard => self.is_board_open = true,
            Command::CloseBoard => self.is_board_open = false,
            _ => {}
        }
    }

    fn commands(&self) -> Vec<Command> {
        let round = self.round.clone().map(|round| Command::OpenRound { round });
        round.into_iter().chain(self.is_board_open.then_some(Command::OpenBoard)).collect()
    }
}

/// Milliseconds until the worker may be started again; a clock that was set back counts as a minute.
fn wait_ms(started: Timestamp, now: Timestamp) -> i32 {
    let wait = (RESTART_MS - now.since(started)).clamp(0, RESTART_MS);
    i32::try_from(wait).expect("a minute of milliseconds fits")
}

#[cfg(test)]
mod tests {
    use shared::domain::round::Period;
    use shared::ids::{StationCode, TemplateId};

    use super::*;

    #[test]
    fn a_core_that_dies_again_and_again_is_started_once_a_minute() {
        assert_eq!(wait_ms(Timestamp(0), Timestamp(3_600_000)), 0);
        assert_eq!(wait_ms(Timestamp(10_000), Timestamp(25_000)), 45_000);
        assert_eq!(wait_ms(Timestamp(10_000), Timestamp(5_000)), 60_000);
    }

    #[test]
    fn what_is_on_the_screen_is_asked_for_again_and_nothing_that_writes() {
        let round = RoundName {
            station: StationCode::parse("zhongmiao").unwrap(),
            template: TemplateId::parse("flood").unwrap(),
            period: Period::parse("2026-11-23").unwrap(),
        };
        let mut standing = Standing::default();
        standing.note(&Command::OpenBoard);
        standing.note(&Command::OpenRound { round: round.clone() });
        standing.note(&Command::SignOff { round: round.clone() });
        standing.note(&Command::CloseBoard);
        assert_eq!(standing.commands(), [Command::OpenRound { round }]);
        standing.note(&Command::CloseRound);
        assert_eq!(standing.commands(), []);
    }
}
