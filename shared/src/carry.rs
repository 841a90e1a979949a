//! Bundles: what waits on a phone, as a file that is carried by hand. `contents` is what is in one, signed by the device
//! that made it; `sealed` is the file around it, which only the bureau's relay can open and which tells by itself whether it
//! is whole. Shapes only: sealing, opening, signing and verifying are the shells'.

mod contents;
mod sealed;

pub use contents::{Bundle, CarriedPhoto, ContentsError};
pub use sealed::{Envelope, FileError, KEY_INFO, KeyName, file_name, salt, seal};
