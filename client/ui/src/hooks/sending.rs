//! A command at a time that somebody waits for, and what became of the last.

use link::Command;
use yew::{Callback, hook};

use super::{use_reach, use_value};

/// How it stands.
#[derive(Clone, PartialEq)]
pub struct Sending {
    /// One is on its way.
    pub is_busy: bool,
    /// Why the last one was not done.
    pub failed: Option<String>,
    /// Sends one.
    pub send: Callback<Command>,
}

/// Commands of a page; `is_busy` says how it begins. `ondone` is called after each that was done.
#[hook]
pub fn use_sending(is_busy: bool, ondone: Callback<()>) -> Sending {
    let core = use_reach().core;
    let is_busy = use_value(is_busy);
    let failed = use_value(None::<String>);
    let send = {
        let (is_busy, failed) = (is_busy.clone(), failed.clone());
        Callback::from(move |command: Command| {
            is_busy.set(true);
            failed.set(None);
            let (is_busy, failed, ondone) = (is_busy.clone(), failed.clone(), ondone.clone());
            core.send(command, move |outcome| {
                is_busy.set(false);
                match outcome {
                    Ok(()) => ondone.emit(()),
                    Err(problem) => failed.set(Some(problem.code)),
                }
            });
        })
    };
    Sending { is_busy: *is_busy, failed: (*failed).clone(), send }
}
