//! `/api/uploads` and `/photos/{hash}`: photos come in parts over lines that break, and are seen by whom they concern.

use std::io::{Read, Write};
use std::net::TcpStream;

use data_encoding::BASE64;
use shared::api::problem::ProblemCode;
use shared::limits::PHOTO_BYTES_MAX;
use tests::kit::http::Reply;
use tests::kit::phone::Phone;
use tests::kit::relay::Relay;

const TUS: (&str, &str) = ("tus-resumable", "1.0.0");

/// Bytes that begin like a photo, and their hash.
fn photo(number: u8, length: usize) -> (Vec<u8>, String) {
    let bytes = [&b"\xff\xd8\xff\xe0"[..], &vec![number; length - 4]].concat();
    let hash = ring::digest::digest(&ring::digest::SHA256, &bytes);
    (bytes, data_encoding::HEXLOWER.encode(hash.as_ref()))
}

fn begin(phone: &Phone, hash: &str, length: u64) -> Reply {
    let metadata = format!("sha256 {}", BASE64.encode(hash.as_bytes()));
    let headers = [TUS, ("upload-length", &length.to_string()), ("upload-metadata", &metadata)];
    phone.client.send("POST", "/api/uploads", &headers, &[]).unwrap()
}

fn add(phone: &Phone, hash: &str, at: usize, bytes: &[u8]) -> Reply {
    let at = at.to_string();
    let headers = [TUS, ("upload-offset", &at), ("content-type", "application/offset+octet-stream")];
    phone.client.send("PATCH", &format!("/api/uploads/{hash}"), &headers, bytes).unwrap()
}

fn offset(reply: &Reply) -> &str {
    assert_eq!(reply.header("tus-resumable"), Some("1.0.0"));
    reply.header("upload-offset").unwrap_or("none")
}

fn signed_in(relay: &Relay) -> [Phone; 3] {
    let mut guests = relay.guests();
    assert!(guests.iter_mut().all(Phone::sign_in));
    guests
}

#[test]
fn a_photo_comes_in_parts_and_is_seen_by_its_station_and_by_supervisors() {
    let relay = Relay::start();
    let [a, b, supervisor] = signed_in(&relay);
    let (bytes, hash) = photo(1, 100_000);
    let begun = begin(&a, &hash, 100_000);
    assert_eq!((begun.status, offset(&begun)), (201, "0"));
    assert_eq!(begun.header("location"), Some(format!("/api/uploads/{hash}?station=zhongmiao").as_str()));
    assert!(begun.header("upload-expires").is_some_and(|date| date.ends_with("GMT")));
    let part = add(&a, &hash, 0, &bytes[..60_000]);
    assert_eq!((part.status, offset(&part)), (204, "60000"));
    let elsewhere = add(&a, &hash, 0, &bytes[..9]);
    assert_eq!((elsewhere.status, elsewhere.problem().code), (409, ProblemCode::UploadOffset));
    let asked = a.client.send("HEAD", &format!("/api/uploads/{hash}"), &[TUS], &[]).unwrap();
    assert_eq!((asked.status, offset(&asked), asked.header("upload-length")), (200, "60000", Some("100000")));
    assert_eq!(asked.header("cache-control"), Some("no-store"));
    assert_eq!(a.client.get(&format!("/photos/{hash}")).unwrap().status, 404, "not before it is whole");
    assert_eq!(add(&a, &hash, 60_000, &bytes[60_000..]).status, 204);

    for phone in [&a, &b, &supervisor] {
        let seen = phone.client.get(&format!("/photos/{hash}")).unwrap();
        assert_eq!((seen.status, seen.media.as_str()), (200, "image/jpeg"));
        assert!(seen.header("cache-control").is_some_and(|value| value.contains("immutable")));
        assert_eq!(seen.header("x-content-type-options"), Some("nosniff"));
        assert!(seen.body == bytes);
    }
    let stranger = relay.client().get(&format!("/photos/{hash}")).unwrap();
    assert_eq!(stranger.problem().code, ProblemCode::NoSession);
    // What the station has already is not sent again, by nobody.
    let again = begin(&b, &hash, 100_000);
    assert_eq!((again.status, offset(&again)), (200, "100000"));
    let refused = begin(&supervisor, &hash, 100_000);
    assert_eq!(refused.problem().code, ProblemCode::NoRight, "who is of no station uploads nothing");
}

#[test]
fn a_photo_is_filed_under_the_station_of_its_answer_wherever_its_author_is_now() {
    let relay = Relay::start();
    let [a, b, mut supervisor] = signed_in(&relay);
    let officer = a.enrolled.rights.officer.clone();
    let (bytes, hash) = photo(8, 5_000);
    let place = format!("/api/officers/{officer}/station");
    let moved = supervisor.client.post(&place, "application/json", br#"{"station":"huailin"}"#);
    assert_eq!(moved.unwrap().status, 204);
    let (sha256, station) = (BASE64.encode(hash.as_bytes()), BASE64.encode(b"zhongmiao"));
    let metadata = format!("sha256 {sha256},station {station}");
    let headers = [TUS, ("upload-length", "5000"), ("upload-metadata", &metadata)];
    let begun = a.client.send("POST", "/api/uploads", &headers, &[]).unwrap();
    assert_eq!(begun.status, 201);
    let address = begun.header("location").unwrap().to_owned();
    let headers = [TUS, ("upload-offset", "0"), ("content-type", "application/offset+octet-stream")];
    assert_eq!(a.client.send("PATCH", &address, &headers, &bytes).unwrap().status, 204);
    let asked = a.client.send("HEAD", &address, &[TUS], &[]).unwrap();
    assert_eq!(offset(&asked), "5000");
    assert_eq!(b.client.get(&format!("/photos/{hash}")).unwrap().status, 200, "who is still there sees it");
    let metadata = format!("sha256 {sha256},station {}", BASE64.encode(b"nowhere"));
    let headers = [TUS, ("upload-length", "5000"), ("upload-metadata", &metadata)];
    let unknown = a.client.send("POST", "/api/uploads", &headers, &[]).unwrap();
    assert_eq!(unknown.problem().code, ProblemCode::BodyMalformed);
}

#[test]
fn an_upload_cookie_lets_photos_in_and_nothing_else() {
    let relay = Relay::start();
    let [a, ..] = signed_in(&relay);
    let upload = a.client.upload_cookie().expect("a session brings one").to_owned();
    let (_, hash) = photo(9, 5_000);
    let metadata = format!("sha256 {}", BASE64.encode(hash.as_bytes()));
    let cookie = ("cookie", upload.as_str());
    let headers = [cookie, TUS, ("upload-length", "5000"), ("upload-metadata", &metadata)];
    let stranger = relay.client();
    assert_eq!(stranger.send("POST", "/api/uploads", &headers, &[]).unwrap().status, 201);
    for path in ["/api/session", &format!("/photos/{hash}"), "/api/board"] {
        let refused = stranger.send("GET", path, &[cookie], &[]).unwrap();
        assert_eq!(refused.problem().code, ProblemCode::NoSession, "{path}");
    }
    // Under the session's name it is none.
    let disguised = upload.replace("muster_upload=", "muster_session=");
    let refused = stranger.send("GET", "/api/session", &[("cookie", &disguised)], &[]).unwrap();
    assert_eq!(refused.problem().code, ProblemCode::NoSession);
}

#[test]
fn what_came_before_a_line_broke_is_kept() {
    let relay = Relay::start();
    let [a, ..] = signed_in(&relay);
    let (bytes, hash) = photo(2, 50_000);
    begin(&a, &hash, 50_000);
    let mut line = TcpStream::connect(a.client.host()).unwrap();
    write!(
        line,
        "PATCH /api/uploads/{hash} HTTP/1.1\r\nhost: {}\r\ncookie: {}\r\ntus-resumable: 1.0.0\r\nupload-offset: 0\r\n\
         content-type: application/offset+octet-stream\r\ncontent-length: 50000\r\n\r\n",
        a.client.host(),
        a.client.cookie().unwrap()
    )
    .unwrap();
    line.write_all(&bytes[..30_000]).unwrap();
    line.flush().unwrap();
    let arrived = || {
        let asked = a.client.send("HEAD", &format!("/api/uploads/{hash}"), &[TUS], &[]).unwrap();
        offset(&asked).parse::<usize>().unwrap()
    };
    // Even while the line is still open and silent, another goes on where it is.
    let is_there = (0..100).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(50));
        arrived() == 30_000
    });
    assert!(is_there, "{}", arrived());
    assert_eq!(add(&a, &hash, 30_000, &bytes[30_000..]).status, 204);
    assert_eq!(a.client.get(&format!("/photos/{hash}")).unwrap().body, bytes);
    drop(line.shutdown(std::net::Shutdown::Write));
    let mut told = String::new();
    drop(line.read_to_string(&mut told));
}

#[test]
fn a_corrupt_photo_is_dropped_and_holds_up_no_other() {
    let relay = Relay::start();
    let [a, ..] = signed_in(&relay);
    let ((bytes, hash), (good, other)) = (photo(3, 2_000), photo(4, 2_000));
    begin(&a, &hash, 2_000);
    let refused = add(&a, &hash, 0, &good);
    assert_eq!((refused.status, refused.problem().code), (422, ProblemCode::PhotoMismatch));
    let page = b"<!doctype html><script>alert(1)</script>";
    let named = data_encoding::HEXLOWER.encode(ring::digest::digest(&ring::digest::SHA256, page).as_ref());
    begin(&a, &named, page.len() as u64);
    let refused = add(&a, &named, 0, page);
    assert_eq!((refused.status, refused.problem().code), (415, ProblemCode::PhotoKind));
    begin(&a, &other, 2_000);
    assert_eq!(add(&a, &other, 0, &good).status, 204);
    begin(&a, &hash, 2_000);
    assert_eq!(add(&a, &hash, 0, &bytes).status, 204, "and may be tried again");
}

#[test]
fn the_protocol_is_told_and_kept() {
    let relay = Relay::start();
    let [a, ..] = signed_in(&relay);
    let told = a.client.send("OPTIONS", "/api/uploads", &[], &[]).unwrap();
    assert_eq!((told.status, told.header("tus-version")), (204, Some("1.0.0")));
    assert_eq!(told.header("tus-extension"), Some("creation,expiration"));
    let other = a.client.send("POST", "/api/uploads", &[("tus-resumable", "0.2.2")], &[]).unwrap();
    assert_eq!((other.status, other.header("tus-version")), (412, Some("1.0.0")));
    let (_, hash) = photo(5, 10);
    let long = begin(&a, &hash, PHOTO_BYTES_MAX + 1);
    assert_eq!((long.status, long.problem().code), (413, ProblemCode::BodyTooLarge));
    let nameless = a.client.send("POST", "/api/uploads", &[TUS, ("upload-length", "10")], &[]).unwrap();
    assert_eq!((nameless.status, nameless.problem().code), (400, ProblemCode::BodyMalformed));
    let unknown = a.client.send("HEAD", &format!("/api/uploads/{hash}"), &[TUS], &[]).unwrap();
    assert_eq!(unknown.status, 404);
    assert_eq!(a.client.get("/photos/nothing").unwrap().status, 404);
}
