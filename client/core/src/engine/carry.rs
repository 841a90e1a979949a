//! Bundles: `making` makes the file of what is only on this phone, `bringing` takes colleagues' files in, keeps them while
//! there is no network and delivers them, `kept` is what this phone remembers of both.

pub mod kept;

#[cfg(target_arch = "wasm32")]
mod bringing;
#[cfg(target_arch = "wasm32")]
mod making;

#[cfg(target_arch = "wasm32")]
pub use bringing::Carry;
#[cfg(target_arch = "wasm32")]
pub use making::Made;
