//! A demo bureau with thousands of small documents in the months that an officer's phone holds, for the browser to join.

use std::path::Path;

use shared::domain::round::{Period, RoundName};

use super::load::{fill, items};
use crate::kit::process::Process;
use crate::kit::relay::copy;

/// Makes it in a folder: rounds of last month, each with its visit and an answer, brought up by a phone.
pub fn make(folder: &Path, documents: usize) {
    let mut relay = Process::start();
    let [mut phone, ..] = relay.guests();
    assert!(phone.sync());
    phone.go_offline();
    let today = phone.round_today("flood-departure");
    let day = today.period.start().month().before().first();
    let round = |n| RoundName { period: Period::Occasion(day, format!("r{n}")), ..today.clone() };
    let (rounds, items): (Vec<RoundName>, _) = ((0..documents).map(round).collect(), items(&phone, 1));
    fill(&mut phone, &rounds, &items);
    assert!(phone.sync());
    assert_eq!((phone.pending(), phone.device.status().rejected.len()), (0, 0));
    assert!(relay.terminate());
    if folder.exists() {
        std::fs::remove_dir_all(folder).unwrap();
    }
    std::fs::create_dir_all(folder).unwrap();
    copy(relay.folder(), folder);
}
