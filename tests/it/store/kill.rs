//! SIGKILL and SIGTERM during a push storm: what was acknowledged is there, and phones converge.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use shared::domain::round::RoundName;
use shared::ids::EventKey;
use tests::kit::phone::{FAULT, OK, Phone};
use tests::kit::process::Process;
use tests::kit::wait_for;

/// Kills in the middle of the storm.
const KILLS: usize = 3;

/// Answers and syncs until the relay is gone.
fn storm(phone: &mut Phone, round: &RoundName, item: &str, pushes: &AtomicUsize, killed: &AtomicBool) {
    while phone.sync() {
        pushes.fetch_add(1, Ordering::AcqRel);
        for answer in [OK, FAULT, OK] {
            phone.answer(round, item, answer);
        }
        if killed.load(Ordering::Acquire) {
            break;
        }
    }
    phone.go_offline();
}

fn keys(phone: &mut Phone, round: &RoundName) -> Vec<EventKey> {
    phone.device.round(round).observations.iter().map(|observation| observation.key.clone()).collect()
}

#[test]
fn every_acknowledged_change_survives_and_phones_converge() {
    let relay = ended_in_storms(KILLS, Process::kill);
    drop(relay);
}

#[test]
fn a_relay_that_is_told_to_stop_under_load_ends_well_and_loses_nothing() {
    let relay = ended_in_storms(1, |relay| assert!(relay.terminate(), "it ends by itself, with success"));
    let loud: Vec<_> = relay.log().into_iter().filter(|line| line["level"] == "ERROR").collect();
    assert!(loud.is_empty(), "a normal run logs no error: {loud:?}");
    assert!(relay.log().iter().any(|line| line["message"] == "stopped"), "and says what it does");
}

/// Ends a relay in the middle of storms, and checks after each that nothing acknowledged is missing.
fn ended_in_storms(times: usize, end: impl Fn(&mut Process)) -> Process {
    let mut relay = Process::start();
    let [mut a, mut b, _] = relay.guests();
    assert!(a.sync() && b.sync());
    let round = a.round_today("flood-departure");
    let id = round.document(&a.enrolled.bureau.id);
    let item = a.device.templates()[&round.template].items().next().unwrap().1.id.to_string();
    for kill in 0..times {
        let (killed, pushes) = (AtomicBool::new(false), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            let storms = [&mut a, &mut b].map(|phone| {
                let (round, item, pushes, killed) = (&round, &item, &pushes, &killed);
                scope.spawn(move || storm(phone, round, item, pushes, killed))
            });
            // In the middle of some push, a different one each time.
            wait_for("a storm", || (pushes.load(Ordering::Acquire) > 12 + 7 * kill).then_some(()));
            end(&mut relay);
            killed.store(true, Ordering::Release);
            for storm in storms {
                storm.join().unwrap();
            }
        });
        // What each phone believes to be at the centre.
        let mut acknowledged = Vec::new();
        for phone in [&mut a, &mut b] {
            let all = keys(phone, &round);
            acknowledged.extend(all.into_iter().filter(|key| !phone.device.is_only_here(id, key)));
        }
        relay.start_again();
        let mut fresh = relay_phone(&relay, &a);
        assert!(fresh.sync());
        let stored = keys(&mut fresh, &round);
        let missing = acknowledged.iter().filter(|key| !stored.contains(key)).count();
        assert_eq!(missing, 0, "of {} acknowledged", acknowledged.len());
        for _ in 0..2 {
            assert!(a.sync() && b.sync());
            a.go_offline();
            b.go_offline();
        }
        assert_eq!((a.pending(), b.pending()), (0, 0));
        assert_eq!(a.heads(&round), b.heads(&round), "after kill {kill}");
        assert!(a.device.status().rejected.is_empty() && b.device.status().rejected.is_empty());
    }
    relay
}

/// A phone with nothing on its disk, which therefore sees just what the log has.
fn relay_phone(relay: &Process, like: &Phone) -> Phone {
    let [fresh, ..] = relay.guests();
    assert_eq!(fresh.enrolled.rights.station, like.enrolled.rights.station);
    fresh
}
