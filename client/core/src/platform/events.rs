//! Listeners that are removed when they are dropped, and a one-time signal between a callback and a future.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Event, EventTarget};

use super::scope;

/// A listener on an event target.
#[derive(Debug)]
pub struct Listener {
    target: EventTarget,
    kind: &'static str,
    callback: Closure<dyn FnMut(Event)>,
}

impl Listener {
    /// Calls back at every event of this kind until it is dropped.
    pub fn new(target: &EventTarget, kind: &'static str, callback: impl FnMut(Event) + 'static) -> Self {
        let callback = Closure::<dyn FnMut(Event)>::new(callback);
        target
            .add_event_listener_with_callback(kind, callback.as_ref().unchecked_ref())
            .expect("an event target takes a listener");
        Self { target: target.clone(), kind, callback }
    }

    /// Stays for the worker's life.
    pub fn keep(self) {
        std::mem::forget(self);
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let callback = self.callback.as_ref().unchecked_ref();
        let _ = self.target.remove_event_listener_with_callback(self.kind, callback);
    }
}

/// Calls back whenever the browser believes that there is a network again.
pub fn on_online(mut callback: impl FnMut() + 'static) {
    Listener::new(&scope(), "online", move |_| callback()).keep();
}

/// A value that comes once: a callback sends it, a future awaits it.
#[derive(Debug)]
pub struct Signal<T>(Rc<RefCell<State<T>>>);

#[derive(Debug)]
struct State<T> {
    value: Option<T>,
    waker: Option<Waker>,
}

impl<T> Default for Signal<T> {
    fn default() -> Self {
        Self(Rc::new(RefCell::new(State { value: None, waker: None })))
    }
}

impl<T> Clone for Signal<T> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<T> Signal<T> {
    /// Sends the value; the first one counts until it is taken.
    pub fn send(&self, value: T) {
        let mut state = self.0.borrow_mut();
        state.value.get_or_insert(value);
        let waker = state.waker.take();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl<T> Future for Signal<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let mut state = self.0.borrow_mut();
        match state.value.take() {
            Some(value) => Poll::Ready(value),
            None => {
                state.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}
