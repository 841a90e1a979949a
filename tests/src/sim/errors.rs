//! Listens to what the product logs: whatever is logged as an error must have a cause that the simulation knows.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use tracing::field::{Field, Visit};
use tracing::subscriber::DefaultGuard;
use tracing::{Dispatch, Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::{Layer, Registry};

thread_local! {
    /// Threads of the relay's runtime listen until they end.
    static LISTENING: RefCell<Option<DefaultGuard>> = const { RefCell::new(None) };
}

/// What was logged as an error; clones are the same one.
#[derive(Debug, Clone, Default)]
pub struct Errors {
    logged: Arc<Mutex<Vec<String>>>,
}

impl Errors {
    fn dispatch(&self) -> Dispatch {
        Dispatch::new(Registry::default().with(self.clone()))
    }

    /// Listens on this thread, until the guard is dropped.
    pub fn listen(&self) -> DefaultGuard {
        tracing::dispatcher::set_default(&self.dispatch())
    }

    /// Listens on this thread until it ends.
    pub fn listen_for_good(&self) {
        LISTENING.with_borrow_mut(|listening| *listening = Some(self.listen()));
    }

    /// What was logged since the last time.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.logged.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<S: Subscriber> Layer<S> for Errors {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if *event.metadata().level() == Level::ERROR {
            let mut line = Line(event.metadata().target().to_owned());
            event.record(&mut line);
            self.logged.lock().unwrap_or_else(PoisonError::into_inner).push(line.0);
        }
    }
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        let _ = write!(self.0, " {}={value:?}", field.name());
    }
}
