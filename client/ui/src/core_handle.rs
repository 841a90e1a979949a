//! The interface's end of the link: starts the core's worker, numbers commands, and puts what comes back into the
//! store. What a command does is the core's matter; what a failure means to people is `problem`'s.
//!
//! Step 3 of the walk: `pages` -> here -> the core's engine.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use link::{Command, LINK_VERSION, Problem, ToCore, ToUi};

use crate::browser::{CoreWorker, FromWorker};
use crate::store::{CoreState, Store};

/// What became of a command.
pub type Outcome = Result<(), Problem>;

type Waiting = Rc<RefCell<BTreeMap<u32, Box<dyn FnOnce(Outcome)>>>>;

/// The core, as seen from the interface. Cheap to clone; all clones are the same core.
#[derive(Clone)]
pub struct CoreHandle {
    worker: CoreWorker,
    waiting: Waiting,
    next: Rc<Cell<u32>>,
    store: Store,
}

impl CoreHandle {
    /// Starts the worker. What it says goes into the store from now on.
    pub fn start(store: &Store) -> Self {
        let waiting = Waiting::default();
        let (told, answered) = (store.clone(), waiting.clone());
        let worker = CoreWorker::start(move |message| receive(&told, &answered, message));
        Self { worker, waiting, next: Rc::new(Cell::new(1)), store: store.clone() }
    }

    /// The number that the next command gets.
    pub fn next_id(&self) -> u32 {
        self.next.get()
    }

    /// Sends a command; `then` is called once, with what became of it. A core that cannot be reached fails it.
    pub fn send(&self, command: Command, then: impl FnOnce(Outcome) + 'static) {
        let id = self.next.get();
        self.next.set(id.wrapping_add(1));
        self.waiting.borrow_mut().insert(id, Box::new(then));
        let is_up = self.store.view().core != CoreState::Failed;
        if !is_up || !self.worker.post(&ToCore { id, command }.to_bytes()) {
            fail_all(&self.waiting);
            self.store.change(|view| view.core = CoreState::Failed);
        }
    }

    /// Sends a command whose outcome shows in the slices.
    pub fn tell(&self, command: Command) {
        self.send(command, |_| {});
    }
}

impl PartialEq for CoreHandle {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.next, &other.next)
    }
}

fn receive(store: &Store, waiting: &Waiting, message: FromWorker) {
    let read = match message {
        FromWorker::Bytes(bytes) => ToUi::from_bytes(&bytes).ok(),
        FromWorker::Failed => None,
    };
    match read {
        Some(ToUi::Slice(slice)) => store.change(|view| view.take(*slice)),
        Some(ToUi::Ready(LINK_VERSION)) => store.change(|view| view.core = CoreState::Ready),
        Some(ToUi::Done(id)) => resolve(waiting, id, Ok(())),
        Some(ToUi::Failed(id, problem)) => resolve(waiting, id, Err(problem)),
        // Another build, or a core that died: nothing that is sent from now on would be kept.
        Some(ToUi::Ready(_)) | None => {
            store.change(|view| view.core = CoreState::Failed);
            fail_all(waiting);
        }
    }
}

fn resolve(waiting: &Waiting, id: u32, outcome: Outcome) {
    let then = waiting.borrow_mut().remove(&id);
    if let Some(then) = then {
        then(outcome);
    }
}

fn fail_all(waiting: &Waiting) {
    let all = std::mem::take(&mut *waiting.borrow_mut());
    for then in all.into_values() {
        then(Err(Problem { code: "core-stopped".to_owned(), detail: String::new() }));
    }
}
