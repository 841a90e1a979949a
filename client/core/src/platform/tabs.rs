//! The tabs of one phone among themselves: who writes under which slot, who syncs, and what one tells the others. Web
//! Locks and a BroadcastChannel; web-sys has the locks only in its unstable part, hence the calls by name.

use js_sys::{Function, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BroadcastChannel, MessageEvent};

use super::events::{Listener, Signal};
use super::{random, scope};

/// Slots that are tried before one is drawn at random; more tabs than anybody has.
const SLOTS_MAX: u32 = 64;
/// Random slots lie above those that are leased.
const SLOT_RANDOM_MIN: u32 = 1 << 16;

/// A name that each person of a phone has for themselves; the first one's is the plain one.
pub fn own(name: &str, number: u32) -> String {
    if number == 0 { name.to_owned() } else { format!("{name}-{number}") }
}

/// Leases the lowest slot that no other tab of this person has, for this worker's life.
pub async fn lease_slot(number: u32) -> u32 {
    for slot in 0..SLOTS_MAX {
        match lock(&own(&format!("slot:{slot}"), number), true).await {
            Some(true) => return slot,
            Some(false) => {}
            None => break,
        }
    }
    // No locks in this browser: a slot that nobody else will draw.
    let drawn = u32::try_from(random::number() >> 33).expect("31 bits fit");
    drawn.max(SLOT_RANDOM_MIN)
}

/// Waits until this tab is the one of this person that syncs, which it then stays for this worker's life.
pub async fn become_syncing(number: u32) {
    // Without locks every tab syncs: more traffic, the same outcome.
    let _ = lock(&own("sync", number), false).await;
}

/// A lock that is held until this is dropped.
#[derive(Debug)]
pub struct Held(Function);

impl Drop for Held {
    fn drop(&mut self) {
        let _ = self.0.call0(&JsValue::UNDEFINED);
    }
}

/// Somebody else has the lock.
#[derive(Debug)]
pub struct Taken;

/// Takes a lock of this phone's unless somebody has it; `None` where there are no locks.
///
/// # Errors
/// When somebody has it.
pub async fn hold_now(name: &str) -> Result<Option<Held>, Taken> {
    let options = Object::new();
    let _ = Reflect::set(&options, &"ifAvailable".into(), &true.into());
    match held(name, &options).await {
        Some(Some(held)) => Ok(Some(held)),
        Some(None) => Err(Taken),
        None => Ok(None),
    }
}

/// Waits for a lock of this phone's; `None` where there are no locks.
pub async fn hold(name: &str) -> Option<Held> {
    held(name, &Object::new()).await?
}

/// A lock, or none when it was asked for only if available and is not; `None` where there are no locks.
async fn held(name: &str, options: &Object) -> Option<Option<Held>> {
    let locks = Reflect::get(&scope().navigator(), &"locks".into()).ok()?;
    let request: Function = Reflect::get(&locks, &"request".into()).ok()?.dyn_into().ok()?;
    let granted = Signal::default();
    let callback = Closure::once_into_js({
        let granted = granted.clone();
        move |lock: JsValue| {
            if lock.is_null() {
                granted.send(None);
                return Promise::resolve(&JsValue::UNDEFINED);
            }
            let mut release = None;
            let held = Promise::new(&mut |resolve, _| release = Some(resolve));
            granted.send(release.map(Held));
            held
        }
    });
    request.call3(&locks, &name.into(), options, &callback).ok()?;
    Some(granted.await)
}

/// Asks for a lock and keeps it. `Some(false)` when it was asked for only if available and is not; `None` when there are
/// no locks here.
async fn lock(name: &str, if_available: bool) -> Option<bool> {
    let locks = Reflect::get(&scope().navigator(), &"locks".into()).ok()?;
    let request: Function = Reflect::get(&locks, &"request".into()).ok()?.dyn_into().ok()?;
    let options = Object::new();
    Reflect::set(&options, &"ifAvailable".into(), &if_available.into()).ok()?;
    let granted = Signal::default();
    let callback = Closure::once_into_js({
        let granted = granted.clone();
        move |lock: JsValue| {
            let is_granted = !lock.is_null();
            granted.send(is_granted);
            // A lock is held until its callback's promise is settled: never.
            if is_granted { Promise::new(&mut |_, _| {}) } else { Promise::resolve(&JsValue::UNDEFINED) }
        }
    });
    request.call3(&locks, &name.into(), &options, &callback).ok()?;
    Some(granted.await)
}

/// What is said between the tabs.
#[derive(Debug)]
pub struct Channel {
    channel: BroadcastChannel,
    _listener: Listener,
}

impl Channel {
    /// Opens one by its name; `None` where the browser has none. `hear` is called with what other tabs say, never with one's own.
    pub fn open(name: &str, mut hear: impl FnMut(Vec<u8>) + 'static) -> Option<Self> {
        let channel = BroadcastChannel::new(name).ok()?;
        let listener = Listener::new(&channel, "message", move |event| {
            hear(Uint8Array::new(&event.unchecked_into::<MessageEvent>().data()).to_vec());
        });
        Some(Self { channel, _listener: listener })
    }

    /// Says something to all other tabs.
    pub fn say(&self, bytes: &[u8]) {
        let _ = self.channel.post_message(&Uint8Array::from(bytes));
    }
}
