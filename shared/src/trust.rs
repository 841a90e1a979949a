//! Who may do what, what is signed, and how the log's chain is computed. Algorithms stand behind a suite number;
//! the keys themselves are the shells' (WebCrypto on the phone, `ring` on the relay).

pub mod certificate;
pub mod chain;
pub mod digest;
pub mod receipt;
pub mod rights;
pub mod signing;
