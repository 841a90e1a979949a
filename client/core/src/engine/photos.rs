//! Photos and voice memos: `keeping` makes them small, names them and puts them on the disk before any answer speaks of
//! them; `settling` makes them part of what is said; `sending` brings them to the relay behind the answers; `row` is what is
//! known of each.

pub mod row;
pub mod settling;

#[cfg(target_arch = "wasm32")]
mod keeping;
#[cfg(target_arch = "wasm32")]
mod sending;

#[cfg(target_arch = "wasm32")]
pub use keeping::Photos;
