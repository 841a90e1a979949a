//! The interface's end of the link: starts the core's worker, numbers commands, and puts what comes back into the
//! store. What a command does is the core's matter; what a failure means to people is `problem`'s.
//!
//! Step 3 of the walk: `pages` -> here -> the core's engine.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use link::slice::SessionView;
use link::{Command, LINK_VERSION, Note, Problem, Slice, ToCore, ToUi};
use shared::domain::round::RoundName;
use shared::time::{MINUTE_MS, Timestamp};

use crate::browser::{self, CoreWorker, FromWorker, Picked, Timer};
use crate::chunks;
use crate::route::Route;
use crate::store::{CoreState, Store};

/// What became of a command.
pub type Outcome = Result<(), Problem>;

/// Who is told what became of it.
type Then = Box<dyn FnOnce(Outcome)>;

type Waiting = BTreeMap<u32, Then>;

/// A core that lived this many milliseconds did not die of its start; and so long a dying one waits at most, for what
/// kills it at once must not drain the battery.
const RESTART_MS_MAX: i64 = MINUTE_MS;
/// Milliseconds before the first restart of a core that died early; each further one waits twice as long.
const RESTART_MS_MIN: i64 = 1_000;

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
    /// Whether what is said is posted. Not before there is a worker, and a chunk that knows how it is spoken to.
    is_spoken_to: Cell<bool>,
    /// What was said earlier, and what the worker said.
    early: RefCell<Vec<(ToCore, Option<Picked>)>>,
    unread: RefCell<Vec<FromWorker>>,
    /// Early deaths, one after the other.
    deaths: Cell<u32>,
    restart: RefCell<Option<Timer>>,
    /// The file that the core made last.
    file: RefCell<Option<Picked>>,
}

/// What a core that starts again must be told: what is on the screen.
#[derive(Debug, Default, PartialEq, Eq)]
struct Standing {
    round: Option<RoundName>,
    is_board_open: bool,
}

impl CoreHandle {
    /// Starts the worker; for somebody new only after the first paint, so that what they see first has the line and the
    /// processor for itself. What it says goes into the store from then on.
    pub fn start(store: &Store, is_new: bool) -> Self {
        let handle = Self(Rc::new(Inner {
            worker: RefCell::default(),
            waiting: RefCell::default(),
            next: Cell::new(1),
            store: store.clone(),
            standing: RefCell::default(),
            started: Cell::new(Timestamp(0)),
            is_spoken_to: Cell::new(false),
            early: RefCell::default(),
            unread: RefCell::default(),
            deaths: Cell::new(0),
            restart: RefCell::default(),
            file: RefCell::default(),
        }));
        if is_new {
            let late = handle.clone();
            browser::after_paint(move || late.start_worker());
        } else {
            handle.start_worker();
        }
        handle
    }

    /// The number that the next command gets.
    pub fn next_id(&self) -> u32 {
        self.0.next.get()
    }

    /// Sends a command; `then` is called once, with what became of it. A core that cannot be reached fails it.
    pub fn send(&self, command: Command, then: impl FnOnce(Outcome) + 'static) {
        self.send_with(command, None, Box::new(then));
    }

    /// Sends a command and a file with it.
    pub fn send_file(&self, command: Command, file: &Picked, then: impl FnOnce(Outcome) + 'static) {
        self.send_with(command, Some(file), Box::new(then));
    }

    fn send_with(&self, command: Command, file: Option<&Picked>, then: Then) {
        let id = self.0.next.get();
        self.0.next.set(id.wrapping_add(1));
        self.0.standing.borrow_mut().note(&command);
        self.0.waiting.borrow_mut().insert(id, then);
        let is_up = self.0.store.view().core != CoreState::Failed;
        if !is_up {
            self.fail_all();
        } else if !self.0.is_spoken_to.get() {
            self.0.early.borrow_mut().push((ToCore { id, command }, file.cloned()));
        } else if !self.post(&ToCore { id, command }, file) {
            self.stopped();
        }
    }

    fn post(&self, said: &ToCore, file: Option<&Picked>) -> bool {
        chunks::home(|home| self.0.worker.borrow().post(&(home.write)(said), file)).unwrap_or_default()
    }

    /// The file that the core made last.
    pub fn file(&self) -> Option<Picked> {
        self.0.file.borrow().clone()
    }

    /// Sends a command whose outcome shows in the slices.
    pub fn tell(&self, command: Command) {
        self.send(command, |_| {});
    }

    fn start_worker(&self) {
        self.0.started.set(browser::now());
        self.0.is_spoken_to.set(false);
        let handle = self.clone();
        let worker = CoreWorker::start(move |message| handle.hear(message));
        self.0.worker.replace(worker);
        // The worker takes its time to begin: what it is spoken to with comes meanwhile.
        let handle = self.clone();
        wasm_bindgen_futures::spawn_local(async move {
            match chunks::load_home().await {
                Ok(()) => handle.speak(),
                Err(_) => handle.stopped(),
            }
        });
    }

    /// From now on what is said is posted, and what was said is read.
    fn speak(&self) {
        if self.0.is_spoken_to.replace(true) {
            return;
        }
        // Not `send`: it is not answered, and what the store says of the core is still of the one before.
        self.post(&ToCore { id: 0, command: Command::Start { notes: kept_notes() } }, None);
        for (said, file) in self.0.early.take() {
            self.post(&said, file.as_ref());
        }
        self.0.unread.take().into_iter().for_each(|message| self.hear(message));
    }

    fn hear(&self, message: FromWorker) {
        match (self.0.is_spoken_to.get(), message) {
            (_, FromWorker::Failed) => self.stopped(),
            (false, early) => self.0.unread.borrow_mut().push(early),
            (true, FromWorker::File(file)) => drop(self.0.file.replace(Some(file))),
            (true, FromWorker::Bytes(bytes)) => {
                self.receive(chunks::home(|home| (home.read)(&bytes)).flatten())
            }
        }
    }

    fn receive(&self, read: Option<ToUi>) {
        match read {
            Some(ToUi::Slice(slice)) => {
                match &*slice {
                    Slice::Session(SessionView::Officer(person)) => browser::set_person(person.seat.number),
                    Slice::Session(SessionView::Choice(_)) => self.forget_place(),
                    _ => {}
                }
                self.0.store.change(|view| view.take(*slice));
            }
            Some(ToUi::Note(note)) => keep_note(&note),
            Some(ToUi::Ready(LINK_VERSION)) => self.0.store.change(|view| view.core = CoreState::Ready),
            Some(ToUi::Done(id)) => self.resolve(id, Ok(())),
            Some(ToUi::Restart) => browser::restart(),
            Some(ToUi::Failed(id, problem)) => self.resolve(id, Err(problem)),
            // Another build: nothing that is sent from now on would be kept, and it would be the same after a restart.
            Some(ToUi::Ready(_)) | None => self.give_up(),
        }
    }

    /// Whoever takes the phone up begins at the beginning, and not where another was; a link to join by stays what it is.
    fn forget_place(&self) {
        if self.0.store.view().route != Route::Enrol {
            browser::replace_address(&Route::Home.address());
            self.0.store.change(|view| view.route = Route::Home);
        }
    }

    fn give_up(&self) {
        self.0.store.change(|view| view.core = CoreState::Failed);
        self.fail_all();
    }

    /// The core died. What it was doing is told as not done: whether an answer got to the disk is not known, and
    /// sending it again could say it twice; the round's slice tells when the core is back. It is started again, less
    /// and less often: it finds out by itself what it died of.
    fn stopped(&self) {
        self.0.worker.borrow().stop();
        self.0.unread.take();
        self.give_up();
        let deaths = early_deaths(self.0.deaths.get(), self.0.started.get(), browser::now());
        self.0.deaths.set(deaths);
        let wait = wait_ms(deaths);
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
        self.0.early.take();
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

/// Notes of cores are kept under this and their slot.
const NOTES: &str = "muster.note.";

fn kept_notes() -> Vec<Note> {
    let kept = browser::kept_under(NOTES).into_iter();
    kept.filter_map(|(slot, text)| Some(Note { slot: slot.parse().ok()?, text: Some(text) })).collect()
}

fn keep_note(note: &Note) {
    let key = [NOTES, &note.slot.to_string()].concat();
    match &note.text {
        // An older note would accuse what is not to blame.
        Some(text) if browser::keep(&key, text) => {}
        _ => browser::forget(&key),
    }
}

/// Early deaths in a row, with the one that was just now.
fn early_deaths(before: u32, started: Timestamp, now: Timestamp) -> u32 {
    if now.since(started) < RESTART_MS_MAX { before.saturating_add(1) } else { 0 }
}

/// Milliseconds until the worker may be started again.
fn wait_ms(deaths: u32) -> i32 {
    let Some(doublings) = deaths.checked_sub(1) else { return 0 };
    let wait = RESTART_MS_MIN.checked_shl(doublings.min(16)).unwrap_or(RESTART_MS_MAX).min(RESTART_MS_MAX);
    i32::try_from(wait).expect("a minute of milliseconds fits")
}

#[cfg(test)]
mod tests {
    use shared::domain::round::Period;
    use shared::ids::{StationCode, TemplateId};

    use super::*;

    #[test]
    fn a_core_that_dies_again_and_again_is_started_less_and_less_often() {
        let mut deaths = early_deaths(0, Timestamp(0), Timestamp(3_600_000));
        assert_eq!(wait_ms(deaths), 0, "it had lived for an hour");
        let mut waits = Vec::new();
        for _ in 0..9 {
            deaths = early_deaths(deaths, Timestamp(10_000), Timestamp(12_000));
            waits.push(wait_ms(deaths));
        }
        assert_eq!(waits, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
        assert_eq!(wait_ms(u32::MAX), 60_000);
        assert_eq!(early_deaths(9, Timestamp(10_000), Timestamp(70_000)), 0, "it has recovered");
        assert_eq!(early_deaths(9, Timestamp(10_000), Timestamp(5_000)), 10, "the clock was set back");
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
