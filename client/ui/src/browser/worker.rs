//! The core's worker: started, told, listened to, and ended. What is said is the link's.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::prelude::{Closure, JsCast, JsValue};
use web_sys::{MessageEvent, Worker, WorkerOptions, WorkerType};

use super::{Picked, meta};

/// What the worker says.
pub enum FromWorker {
    /// A message.
    Bytes(Vec<u8>),
    /// A file that may go out of this phone.
    File(Picked),
    /// It could not start, or it trapped.
    Failed,
}

/// The core's worker.
#[derive(Clone, Default)]
pub struct CoreWorker(Rc<RefCell<Option<Worker>>>);

impl CoreWorker {
    /// Starts the worker that `index.html` names; messages come to `listener` for the life of the page.
    pub fn start(listener: impl Fn(FromWorker) + 'static) -> Self {
        let (Some(url), Some(build)) = (meta("muster-core"), meta("muster-build")) else {
            return Self(Rc::default());
        };
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        options.set_name(&build);
        let worker = Worker::new_with_options(&url, &options).ok();
        if let Some(worker) = &worker {
            listen(worker, Rc::new(listener));
        }
        Self(Rc::new(RefCell::new(worker)))
    }

    /// Ends the worker, whatever it does.
    pub fn stop(&self) {
        if let Some(worker) = self.0.borrow_mut().take() {
            worker.set_onmessage(None);
            worker.set_onerror(None);
            worker.terminate();
        }
    }

    /// Posts bytes, and a file along with them; false when there is no worker.
    pub fn post(&self, bytes: &[u8], file: Option<&Picked>) -> bool {
        let array = js_sys::Uint8Array::from(bytes);
        let buffer = array.buffer();
        let transfer = js_sys::Array::of1(&buffer);
        let message: JsValue = match file {
            Some(Picked(file)) => js_sys::Array::of2(&buffer, file).into(),
            None => buffer.into(),
        };
        self.0
            .borrow()
            .as_ref()
            .is_some_and(|worker| worker.post_message_with_transfer(&message, &transfer).is_ok())
    }
}

fn listen(worker: &Worker, listener: Rc<dyn Fn(FromWorker)>) {
    let told = listener.clone();
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        told(match event.data().dyn_into::<web_sys::Blob>() {
            Ok(file) => FromWorker::File(Picked(file)),
            Err(bytes) => FromWorker::Bytes(js_sys::Uint8Array::new(&bytes).to_vec()),
        });
    });
    worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
    let on_error = Closure::<dyn Fn()>::new(move || listener(FromWorker::Failed));
    worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
    on_error.forget();
}
