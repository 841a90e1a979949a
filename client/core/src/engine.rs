//! The core's engine: takes commands of the interface and events of the browser one after the other, feeds the phone's
//! end of the sync, performs what it asks for, and keeps the interface's slices up to date.
//!
//! `boot` brings it up, `run` takes commands, `perform` performs effects, `note` says what it may die of, `line` is the
//! way to the relay, `membership` what it says about this phone, `board` the supervisor's stream, `quarantine` what
//! supervisors judge, `operations` what they start, `lines` what a lead adds to checklists, `handling` what they do about defects and needs, `photos` keeps and
//! sends photos and voice memos, `carry` makes bundles and brings in those of colleagues, `profiles` are the people who share
//! the phone, `scan` says what codes name, `selftest` tries the phone, `store` says what lies where on the disk, `tabs` talks
//! to the phone's other tabs, `watch` makes the slices.

pub mod carry;
pub mod photos;
pub mod profiles;
pub mod store;
pub mod watch;

#[cfg(target_arch = "wasm32")]
mod board;
#[cfg(target_arch = "wasm32")]
pub mod boot;
#[cfg(target_arch = "wasm32")]
mod enrol;
#[cfg(target_arch = "wasm32")]
mod handling;
#[cfg(target_arch = "wasm32")]
mod line;
#[cfg(target_arch = "wasm32")]
mod lines;
#[cfg(target_arch = "wasm32")]
mod membership;
#[cfg(target_arch = "wasm32")]
mod note;
#[cfg(target_arch = "wasm32")]
mod operations;
#[cfg(target_arch = "wasm32")]
mod perform;
#[cfg(target_arch = "wasm32")]
mod quarantine;
#[cfg(target_arch = "wasm32")]
mod run;
#[cfg(target_arch = "wasm32")]
mod scan;
#[cfg(target_arch = "wasm32")]
mod selftest;
#[cfg(target_arch = "wasm32")]
mod state;
#[cfg(target_arch = "wasm32")]
mod tabs;
