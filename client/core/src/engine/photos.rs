//! Photos and voice memos: `keeping` makes them small, names them and puts them on the disk before any answer speaks of
//! them; `sending` brings them to the relay behind the answers; `row` is what is known of each.

pub mod row;

#[cfg(target_arch = "wasm32")]
mod keeping;
#[cfg(target_arch = "wasm32")]
mod sending;

#[cfg(target_arch = "wasm32")]
pub use keeping::Photos;
