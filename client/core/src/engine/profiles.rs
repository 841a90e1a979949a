//! Profiles: a phone that several people share. Each has a database, a device key and a PIN of their own; one at a time
//! uses it. `roster` is what the phone knows of them, `switching` hands the phone over and takes it up, `joining` lets
//! somebody new in, `leaving` sees to it that what one has not sent goes out while another uses the phone.

pub mod roster;

#[cfg(target_arch = "wasm32")]
mod joining;
#[cfg(target_arch = "wasm32")]
mod leaving;
#[cfg(target_arch = "wasm32")]
mod switching;

#[cfg(target_arch = "wasm32")]
pub use switching::Profiles;
