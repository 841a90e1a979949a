//! Server-sent events from the relay that this page came from. Closed when it is dropped; opening again after a failure
//! is its user's, because the browser gives up for good on any answer but 200.

use wasm_bindgen::JsCast;
use web_sys::{EventSource, MessageEvent};

use super::events::Listener;

/// An open stream of events.
#[derive(Debug)]
pub struct EventStream {
    source: EventSource,
    _listeners: Vec<Listener>,
}

/// What a stream reports.
#[derive(Debug)]
pub enum StreamEvent {
    /// It stands.
    Opened,
    /// An event of the kind that was asked for.
    Event(String),
    /// It failed.
    Failed,
}

impl EventStream {
    /// Opens a stream and reports events of one kind; `None` where the browser has no such streams.
    pub fn open(
        path: &str,
        kind: &'static str,
        report: impl Fn(StreamEvent) + Clone + 'static,
    ) -> Option<Self> {
        let source = EventSource::new(path).ok()?;
        let (opened, failed) = (report.clone(), report.clone());
        let listeners = vec![
            Listener::new(&source, "open", move |_| opened(StreamEvent::Opened)),
            Listener::new(&source, "error", move |_| failed(StreamEvent::Failed)),
            Listener::new(&source, kind, move |event| {
                if let Some(text) = event.unchecked_into::<MessageEvent>().data().as_string() {
                    report(StreamEvent::Event(text));
                }
            }),
        ];
        Some(Self { source, _listeners: listeners })
    }
}

impl Drop for EventStream {
    fn drop(&mut self) {
        self.source.close();
    }
}
