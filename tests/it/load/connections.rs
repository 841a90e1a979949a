//! Connections come and go: a device has so many at one time, and none leaves anything behind.

use tests::kit::http::Client;
use tests::kit::process::Process;
use tests::kit::relay::Relay;
use tests::kit::socket::Socket;
use tests::kit::wait_for;

#[test]
fn a_device_has_a_bounded_number_of_connections() {
    let relay = Relay::start_with(|config| config.connections_device_max = 2);
    let [mut a, mut b, _] = relay.guests();
    assert!(a.sign_in() && b.sign_in());
    let first = Socket::open(&a.client).unwrap();
    let _second = Socket::open(&a.client).unwrap();
    assert_eq!(Socket::open(&a.client).err(), Some(503));
    assert!(Socket::open(&b.client).is_ok(), "another device has its own");
    drop(first);
    wait_for("a place", || Socket::open(&a.client).ok());
}

#[test]
fn all_connections_together_are_bounded_too() {
    let relay = Relay::start_with(|config| config.connections_max = 1);
    let [mut a, mut b, _] = relay.guests();
    assert!(a.sign_in() && b.sign_in());
    let _only = Socket::open(&a.client).unwrap();
    assert_eq!(Socket::open(&b.client).err(), Some(503));
    assert!(b.sync(), "the POST works all the same");
}

/// Connections that are opened and closed before memory is looked at: the allocator then has what it works with.
const BEFORE: usize = 300;
/// Connections that must not leave anything.
const COUNT: usize = 500;
/// Bytes that memory may grow meanwhile. A leak of one read buffer a connection would be 2 MB.
const GROWTH_BYTES_MAX: usize = 1 << 20;
/// Times that it is looked at, at most. The relay does other things too, snapshots first of all, and on a busy machine for
/// a while; what leaks does so each time.
const TIMES: usize = 8;

#[test]
fn connections_that_have_gone_leave_no_memory() {
    let relay = Process::start();
    let [mut a, ..] = relay.guests();
    assert!(a.sign_in());
    come_and_go(&a.client, BEFORE);
    let mut grown = (0..TIMES).map(|_| {
        let before = relay.resident_bytes();
        come_and_go(&a.client, COUNT);
        relay.resident_bytes().saturating_sub(before)
    });
    let is_steady = grown.any(|bytes| bytes <= GROWTH_BYTES_MAX);
    assert!(is_steady, "each {COUNT} connections that have gone leave over {GROWTH_BYTES_MAX} bytes");
}

fn come_and_go(client: &Client, times: usize) {
    for _ in 0..times {
        // The relay may not have noticed the end of the last few yet.
        drop(wait_for("a place", || Socket::open(client).ok()));
    }
}
