//! The phone's clock and its timers. What the clock is worth is the relay's to say (`Device::corrected`).

use shared::time::Timestamp;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

use super::scope;

/// The longest wait that `setTimeout` can count; a later moment is waited for in steps by whoever asks again.
const WAIT_MS_MAX: i64 = i32::MAX as i64;

/// What the phone's clock says now.
#[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 fit into 53 bits")]
pub fn now() -> Timestamp {
    Timestamp(js_sys::Date::now() as i64)
}

/// The phone's offset from UTC now, in minutes, east positive.
#[expect(clippy::cast_possible_truncation, reason = "a day has 1440 minutes")]
pub fn utc_offset_minutes() -> i16 {
    -(js_sys::Date::new_0().get_timezone_offset() as i16)
}

/// A timer; dropped before its time, it does not fire.
#[derive(Debug)]
pub struct Timer {
    handle: i32,
    _callback: Closure<dyn FnMut()>,
}

impl Timer {
    /// Fires once after this many milliseconds, in a task of its own, never at once.
    pub fn after(ms: i64, callback: impl FnOnce() + 'static) -> Self {
        let callback = Closure::once(callback);
        let wait = i32::try_from(ms.clamp(0, WAIT_MS_MAX)).expect("clamped to what an i32 holds");
        let handle = scope()
            .set_timeout_with_callback_and_timeout_and_arguments_0(callback.as_ref().unchecked_ref(), wait)
            .expect("setTimeout takes a function and a number");
        Self { handle, _callback: callback }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        scope().clear_timeout_with_handle(self.handle);
    }
}

/// Waits this many milliseconds.
pub async fn pause(ms: i64) {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        let wait = i32::try_from(ms.clamp(0, WAIT_MS_MAX)).expect("clamped to what an i32 holds");
        let _ = scope().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, wait);
    });
    let _ = wasm_bindgen_futures::JsFuture::from(promise).await;
}
