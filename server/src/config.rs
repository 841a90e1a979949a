//! Everything that can be set about a running relay, in one place.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use crate::clock::{Clock, SystemClock};
use crate::store::Faults;

/// How to run a relay.
#[derive(Clone)]
pub struct Config {
    /// The data folder; made when it is not there.
    pub data: PathBuf,
    /// Where to listen. Plain HTTP is spoken on loopback only; port 0 takes any free one.
    pub listen: SocketAddr,
    /// The interface's files; `None` for those in the binary.
    pub assets: Option<PathBuf>,
    /// Fill an empty data folder with the demo bureau, and make enrolment codes for three of its people.
    pub is_demo: bool,
    /// Pages that the database may have at most, to try a full disk.
    pub page_count_max: Option<u32>,
    /// Faults for tests.
    pub faults: Faults,
    /// The clock.
    pub clock: Arc<dyn Clock>,
}

impl Config {
    /// The defaults, over a data folder.
    pub fn new(data: PathBuf) -> Self {
        Self {
            data,
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            assets: None,
            is_demo: false,
            page_count_max: None,
            faults: Faults::default(),
            clock: Arc::new(SystemClock::default()),
        }
    }
}
