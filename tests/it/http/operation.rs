//! What those ask who run the relay: is it well, and what does it count.

use std::process::Command;

use shared::api::problem::ProblemCode;
use tests::kit::http::Client;
use tests::kit::phone::OK;
use tests::kit::process::binary;
use tests::kit::relay::Relay;

/// A number of the metrics' page; 0 when it is not there.
fn metric(page: &str, name: &str) -> u64 {
    let found = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    found.map_or(0, |value| value.parse().unwrap())
}

#[test]
fn the_relay_says_that_it_is_well() {
    let relay = Relay::start();
    for path in ["/api/health", "/health/live", "/health/ready"] {
        assert_eq!(relay.client().get(path).unwrap().status, 204, "{path}");
    }
}

#[test]
fn a_disk_with_too_little_room_is_not_ready_and_still_lives() {
    let relay = Relay::start_with(|config| config.disk_free_bytes_min = u64::MAX);
    let reply = relay.client().get("/health/ready").unwrap();
    assert_eq!((reply.status, reply.problem().code), (507, ProblemCode::StorageFull));
    for path in ["/api/health", "/health/live"] {
        assert_eq!(relay.client().get(path).unwrap().status, 204, "{path}");
    }
}

#[test]
fn what_is_counted_is_told_on_a_listener_of_its_own() {
    let relay = Relay::start_with(|config| config.metrics_listen = Some(([127, 0, 0, 1], 0).into()));
    let watcher = Client::new(&format!("http://{}", relay.running().metrics_address().unwrap()));
    let [mut a, ..] = relay.guests();
    assert!(a.sync());
    let before = watcher.get("/metrics").unwrap();
    assert_eq!((before.status, before.media.as_str()), (200, "text/plain; version=0.0.4; charset=utf-8"));
    let round = a.round_today("flood-departure");
    let item = a.device.templates()[&round.template].items().next().unwrap().1.id.to_string();
    a.answer(&round, &item, OK);
    assert!(a.sync());
    let after = watcher.get("/metrics").unwrap().text();
    let grown = |name| metric(&after, name) - metric(&before.text(), name);
    assert_eq!((grown("muster_pushes_total"), grown("muster_batches_accepted_total")), (1, 1));
    assert_eq!(
        (grown("muster_changes_total"), grown("muster_log_entries")),
        (2, 2),
        "the visit and its answer"
    );
    assert_eq!(grown("muster_commit_seconds_count"), 1);
    assert!(grown("muster_received_bytes_total") > 200 && grown("muster_sent_bytes_total") > 50);
    assert_eq!((metric(&after, "muster_enrolments_total"), metric(&after, "muster_writer_up")), (3, 1));
    assert!(metric(&after, "process_resident_memory_bytes") > 1 << 20);
    for secret in ["zhongmiao", &a.enrolled.device.to_string(), &a.enrolled.name] {
        assert!(!after.contains(secret), "no names: {secret}");
    }
    assert_ne!(
        relay.client().get("/metrics").map(|reply| reply.media),
        Some(before.media),
        "not on the public one"
    );
}

#[test]
fn every_answer_has_a_number_that_the_log_has_too() {
    let relay = Relay::start();
    let id = |path| relay.client().get(path).unwrap().header("x-request-id").unwrap().to_owned();
    let (one, other) = (id("/api/health"), id("/nowhere"));
    assert_ne!(one, other);
    assert_eq!(one.split_once('-').unwrap().0, other.split_once('-').unwrap().0, "one run of the program");
}

#[test]
fn links_begin_with_where_people_reach_the_relay() {
    let folder = tempfile::tempdir().unwrap();
    let told = |arguments: &[&str], origin: Option<&str>| {
        let mut command = Command::new(binary());
        command.args(arguments).arg("--data").arg(folder.path().join("data")).env_remove("MUSTER_ORIGIN");
        command.envs(origin.map(|origin| ("MUSTER_ORIGIN", origin)));
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let init = ["init", "--id", "chaohu", "--name", "巢湖市公安局", "--admin", "侯芳", "--badge", "013117"];
    assert!(told(&init, Some("https://muster.example")).contains("https://muster.example/enrol#"));
    let invite = ["invite", "--officer", "admin"];
    assert!(told(&invite, Some("https://muster.example/")).contains("https://muster.example/enrol#"));
    assert!(told(&invite, None).contains("http://localhost:8080/enrol#"));
    let by_flag = [&invite[..], &["--origin", "https://other.example"]].concat();
    assert!(told(&by_flag, Some("https://muster.example")).contains("https://other.example/enrol#"));
}
