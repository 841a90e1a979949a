//! Our relay at the peers' work, as the real binary in a process of its own. Each function gives what
//! `tests/bench/peers/works` gives for a peer, measured the same way.

use std::collections::HashMap;
use std::sync::{Arc, Barrier, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use shared::document::chunk;
use shared::ids::ChangeHash;
use shared::protocol::{Carried, Cursor, Frame, Request, Want};
use shared::trust::rights::Role;

use super::load::{Size, fill, items, percentile_ms, post, pushes, rounds, until};
use super::proxy::{Proxy, Wire};
use crate::kit::phone::Phone;
use crate::kit::process::Process;
use crate::kit::socket::Socket;

/// Phones that write at once.
const WRITERS: usize = 8;
/// Live connections of one device; the relay takes 16.
const SOCKETS_A_DEVICE: usize = 10;

/// Phones of one officer.
pub fn phones(relay: &Process, base: &str, count: usize) -> Vec<Phone> {
    let officers = server::store::People::officers(&relay.open_store()).unwrap();
    let officer = officers.iter().find(|officer| officer.role == Role::Officer && officer.station.is_some());
    relay
        .codes_for(&officer.unwrap().id, count)
        .iter()
        .map(|code| Phone::enrol(base, code).unwrap())
        .collect()
}

fn wire(wire: Wire) -> Value {
    json!({ "up_bytes": wire.up, "down_bytes": wire.down, "messages": wire.messages })
}

fn with(mut values: Value, more: Value) -> Value {
    values.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    values
}

/// Offline rounds of 24 items, brought up at once.
pub fn upload(count: usize) -> Value {
    let relay = Process::start();
    let mut proxy = Proxy::before(&relay.base());
    let mut phone = phones(&relay, &proxy.base, 1).remove(0);
    assert!(phone.sync());
    phone.go_offline();
    let (rounds, items) = (rounds(&phone, "u", count), items(&phone, 24));
    fill(&mut phone, &rounds, &items);
    proxy.take();
    let begun = Instant::now();
    assert!(phone.sync());
    let s = begun.elapsed().as_secs_f64();
    assert_eq!((phone.pending(), phone.device.status().rejected.len()), (0, 0));
    with(json!({ "acked_s": s, "disk_s": s }), wire(proxy.take()))
}

/// A phone with all documents comes back: with nothing new, and after 10 documents got 3 edits each.
pub fn catch_up(count: usize) -> [Value; 2] {
    let relay = Process::start();
    let mut proxy = Proxy::before(&relay.base());
    let mut writer = phones(&relay, &relay.base(), 1).remove(0);
    let mut reader = phones(&relay, &proxy.base, 1).remove(0);
    assert!(writer.sync());
    writer.go_offline();
    let (rounds, items) = (rounds(&writer, "r", count), items(&writer, 4));
    fill(&mut writer, &rounds, &items[..1]);
    assert!(writer.sync() && reader.sync());
    let mut back = || {
        reader.go_offline();
        proxy.take();
        let begun = Instant::now();
        assert!(reader.sync());
        with(json!({ "s": begun.elapsed().as_secs_f64() }), wire(proxy.take()))
    };
    let nothing = back();
    fill(&mut writer, &rounds[..10], &items[1..]);
    assert!(writer.sync());
    [nothing, back()]
}

/// Single edits of 8 phones, each as fast as its acks come.
pub fn writers(seconds: u64) -> Value {
    let relay = Process::start();
    let mut phones = phones(&relay, &relay.base(), WRITERS);
    let prepared = prepare(&mut phones, seconds);
    let begun = Instant::now();
    let mut waits = at_once(&mut phones, &prepared, |phone, pushes| {
        let mut waits = Vec::new();
        for push in pushes.iter().take_while(|_| begun.elapsed() < Duration::from_secs(seconds)) {
            let sent = Instant::now();
            post(phone, push).unwrap();
            waits.push(sent.elapsed());
        }
        waits
    });
    let rate = waits.len() as f64 / begun.elapsed().as_secs_f64();
    json!({
        "acked_per_s": rate,
        "durable_per_s": rate,
        "ack_p50_ms": percentile_ms(&mut waits, 50),
        "ack_p99_ms": percentile_ms(&mut waits, 99),
    })
}

/// More single edits than each phone can push in this time.
fn prepare(phones: &mut [Phone], seconds: u64) -> Vec<Vec<super::load::Push>> {
    let count = u32::try_from(seconds).unwrap() * 1_500;
    let prepared = phones.iter_mut().enumerate().map(|(n, phone)| {
        assert!(phone.sync());
        pushes(phone, &format!("w{n}x"), 1, count)
    });
    prepared.collect()
}

fn at_once<T: Send>(
    phones: &mut [Phone],
    prepared: &[Vec<super::load::Push>],
    work: impl Fn(&mut Phone, &[super::load::Push]) -> Vec<T> + Sync,
) -> Vec<T> {
    let barrier = Barrier::new(phones.len());
    std::thread::scope(|scope| {
        let (barrier, work) = (&barrier, &work);
        let running: Vec<_> = phones
            .iter_mut()
            .zip(prepared)
            .map(|(phone, pushes)| {
                scope.spawn(move || {
                    barrier.wait();
                    work(phone, pushes)
                })
            })
            .collect();
        running.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    })
}

/// One phone writes, others that are live see it, after the fsync.
pub fn fan_out(readers: usize, edits: u32, every: Duration) -> Value {
    let relay = Process::start();
    let mut writer = phones(&relay, &relay.base(), 1).remove(0);
    assert!(writer.sync());
    let pushes = pushes(&writer, "f", 1, edits);
    let collection = pushes[0].batch.collection.clone();
    let sent: Arc<Mutex<HashMap<ChangeHash, Instant>>> = Arc::default();
    let mut sockets = Vec::new();
    for mut phone in phones(&relay, &relay.base(), readers) {
        assert!(phone.sync());
        let mut socket = Socket::open(&phone.client).unwrap();
        let wants = vec![Want::at(collection.clone(), Cursor::START)];
        socket.send(Request { exchange: 1, wants, ..Request::default() });
        socket.response();
        sockets.push(socket);
    }
    let mut waits: Vec<Duration> = std::thread::scope(|scope| {
        let sent = &sent;
        let running: Vec<_> = sockets
            .into_iter()
            .map(|mut socket| {
                scope.spawn(move || {
                    let mut waits = Vec::new();
                    while waits.len() < edits as usize {
                        let Some(Frame::Response(response)) = socket.frame() else { break };
                        let now = Instant::now();
                        let runs = response.pulls.iter().flat_map(|pull| &pull.runs);
                        for carried in runs.flat_map(|run| &run.changes) {
                            let Carried::Change(change) = carried else { continue };
                            let hash = chunk::hash(change).unwrap();
                            waits.extend(sent.lock().unwrap().get(&hash).map(|sent| now - *sent));
                        }
                    }
                    waits
                })
            })
            .collect();
        let begun = Instant::now();
        for (n, push) in (0..).zip(&pushes) {
            until(begun + every * n);
            sent.lock().unwrap().insert(push.head(), Instant::now());
            post(&mut writer, push).unwrap();
        }
        running.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let missed = readers * edits as usize - waits.len();
    json!({ "p50_ms": percentile_ms(&mut waits, 50), "p99_ms": percentile_ms(&mut waits, 99), "missed": missed })
}

/// Live connections that say nothing: bytes of memory each.
pub fn idle(count: usize) -> Value {
    let relay = Process::start();
    let mut phones = phones(&relay, &relay.base(), count.div_ceil(SOCKETS_A_DEVICE) + 2);
    let open = |phone: &mut Phone, sockets: &mut Vec<Socket>| {
        assert!(phone.sign_in());
        for _ in 0..SOCKETS_A_DEVICE {
            let mut socket = Socket::open(&phone.client).unwrap();
            let end = Cursor::START;
            let collection = phone.round_today("flood-departure").collection();
            socket.send(Request {
                exchange: 1,
                wants: vec![Want::at(collection, end)],
                bytes_max: 1,
                ..Request::default()
            });
            socket.response();
            sockets.push(socket);
        }
    };
    let (first, rest) = phones.split_at_mut(2);
    let mut sockets = Vec::new();
    // The first ones warm the relay up.
    first.iter_mut().for_each(|phone| open(phone, &mut sockets));
    let before = relay.resident_bytes();
    rest.iter_mut().for_each(|phone| open(phone, &mut sockets));
    let opened = sockets.len() - first.len() * SOCKETS_A_DEVICE;
    let bytes = relay.resident_bytes().saturating_sub(before) as f64 / opened as f64;
    json!({ "bytes": bytes })
}

/// Phones write, the relay is killed without warning, and what it had acknowledged is looked for on its disk.
pub fn kill(seconds: u64) -> Value {
    let mut relay = Process::start();
    let mut phones = phones(&relay, &relay.base(), WRITERS);
    let prepared = prepare(&mut phones, seconds);
    let acked = std::thread::scope(|scope| {
        let writing = scope.spawn(|| {
            at_once(&mut phones, &prepared, |phone, pushes| {
                pushes
                    .iter()
                    .map_while(|push| post(phone, push).map(|()| (push.batch.document, push.head())))
                    .collect()
            })
        });
        until(Instant::now() + Duration::from_secs(seconds));
        relay.kill();
        writing.join().unwrap()
    });
    let store = relay.open_store();
    let mut kept = std::collections::HashSet::new();
    for document in acked.iter().map(|(document, _)| *document).collect::<std::collections::BTreeSet<_>>() {
        let entries = server::store::Log::document(&store, document).unwrap();
        kept.extend(entries.into_iter().map(|entry| (document, entry.hash)));
    }
    let missing = acked.iter().filter(|change| !kept.contains(change)).count();
    json!({ "acked": acked.len(), "missing": missing })
}

/// Every work, with its size. Each says on standard error that it is done: a run takes minutes.
pub fn all(size: Size) -> Vec<(&'static str, usize, Value)> {
    let mut all = Vec::new();
    let mut add = |work, size, value: Value| {
        eprintln!("Muster: {work} of {size}: {value}");
        all.push((work, size, value));
    };
    let count = size.pick(50, 1_000);
    add("upload", count, upload(count));
    for count in size.pick(&[50, 100][..], &[100, 1_000, 10_000][..]) {
        let [nothing, changed] = catch_up(*count);
        add("reconnect", *count, nothing);
        add("catch_up", *count, changed);
    }
    add("writers", WRITERS, writers(size.pick(1, 5)));
    let (readers, edits) = size.pick((10, 20), (50, 100));
    add("fan_out", readers, fan_out(readers, edits, Duration::from_millis(50)));
    let count = size.pick(100, 2_000);
    add("idle", count, idle(count));
    add("kill", WRITERS, kill(size.pick(1, 3)));
    for (count, documents) in size.pick(&[(5, 10), (20, 50)][..], &[(10, 50), (100, 100), (1_000, 500)][..]) {
        add("storm", *count, super::storm::at_once(*count, *documents));
    }
    all
}
