//! Whom a phone that trusts the local authority believes, and whom it does not; certificates that are renewed; phones
//! that stop in the middle of a handshake.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::{ServerName, UnixTime};
use rustls::{ClientConfig, RootCertStore};
use shared::time::HOUR_MS;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;

use super::*;
use crate::clock::SetClock;
use listener::TlsListener;

const NOW: Timestamp = Timestamp(1_795_000_000_000);
const OFFICE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 168, 1, 5));

fn authority() -> (tempfile::TempDir, Authority) {
    let data = tempfile::tempdir().unwrap();
    let authority = Authority::open(data.path(), NOW).unwrap();
    (data, authority)
}

fn roots(authority: &Authority) -> Arc<RootCertStore> {
    let mut roots = RootCertStore::empty();
    roots.add(authority.certificate().to_vec().into()).unwrap();
    Arc::new(roots)
}

/// What a phone that trusts the authority, and nobody else, says of its certificate for some addresses.
fn believed(authority: &Authority, addresses: &[IpAddr], name: &str, at: Timestamp) -> bool {
    let (chain, _) = authority.certify(addresses, NOW).unwrap();
    let provider = Arc::new(ring::default_provider());
    let phone = WebPkiServerVerifier::builder_with_provider(roots(authority), provider).build().unwrap();
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let at = UnixTime::since_unix_epoch(Duration::from_millis(u64::try_from(at.0).unwrap()));
    phone.verify_server_cert(&chain[0], &chain[1..], &name, &[], at).is_ok()
}

#[test]
fn a_phone_that_trusts_the_authority_believes_this_machine() {
    let (_data, authority) = authority();
    for (name, is_believed) in [
        ("192.168.1.5", true),
        ("127.0.0.1", true),
        ("localhost", true),
        ("192.168.1.6", false),
        ("muster.example", false),
    ] {
        assert_eq!(believed(&authority, &[OFFICE], name, NOW), is_believed, "{name}");
    }
    let later = |days: i64| NOW.plus_ms(days * DAY_MS);
    for (days, is_believed) in [(-6, true), (-8, false), (389, true), (391, false)] {
        assert_eq!(believed(&authority, &[OFFICE], "192.168.1.5", later(days)), is_believed, "{days} days");
    }
}

#[test]
fn whoever_steals_the_authority_cannot_pose_as_the_internet() {
    let (_data, authority) = authority();
    let outside: IpAddr = "93.184.216.34".parse().unwrap();
    assert!(!believed(&authority, &[outside], "93.184.216.34", NOW));
    assert!(!authority::is_private(outside) && authority::is_private(OFFICE));
}

#[test]
fn the_links_host_is_in_the_certificate_or_nothing_starts() {
    let (_data, mut authority) = authority();
    assert!(!believed(&authority, &[OFFICE], "muster.local", NOW));
    authority.answer_to("muster.local").unwrap();
    assert!(believed(&authority, &[OFFICE], "muster.local", NOW));
    authority.answer_to("10.1.2.3").unwrap();
    assert!(believed(&authority, &[OFFICE], "10.1.2.3", NOW), "an address before a router");
    for foreign in ["muster.example", "muster.lan", "8.8.8.8"] {
        assert!(authority.answer_to(foreign).is_err(), "{foreign}");
    }
}

#[test]
fn the_authority_is_made_once_and_its_key_is_nobody_elses() {
    let (data, made) = authority();
    let again = Authority::open(data.path(), NOW.plus_ms(HOUR_MS)).unwrap();
    assert_eq!(again.certificate(), made.certificate());
    assert_eq!(again.fingerprint(), made.fingerprint());
    assert_eq!(made.fingerprint().len(), 32 * 3 - 1);
    assert!(made.name().starts_with("Muster 点验 "));
    let other = Authority::open(tempfile::tempdir().unwrap().path(), NOW).unwrap();
    assert_ne!(other.name(), made.name());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = data.path().join("tls/authority-key.pem").metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

/// A connection of a phone that trusts `authority`.
async fn connect(authority: &Authority, to: SocketAddr) -> std::io::Result<Vec<u8>> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots(authority))
        .with_no_client_auth();
    let stream = TcpStream::connect(to).await?;
    let name = ServerName::IpAddress(to.ip().into());
    let mut stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await?;
    stream.write_all(b"GET /trusted HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await?;
    let mut answer = Vec::new();
    // What closes without a word of goodbye has answered all the same.
    drop(stream.read_to_end(&mut answer).await);
    Ok(answer)
}

#[tokio::test]
async fn a_phone_that_stops_in_its_handshake_holds_up_nobody() {
    let (data, trusted) = authority();
    let clock: Arc<dyn Clock> = Arc::new(crate::clock::SystemClock::default());
    let tls = Tls::open(Source::Local(Box::new(Authority::open(data.path(), NOW).unwrap())), clock).unwrap();
    let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = tcp.local_addr().unwrap();
    let listener = TlsListener::start(tcp, tls.config().unwrap()).unwrap();
    let app = crate::http::trust::probe().into_make_service_with_connect_info::<crate::http::peer::Peer>();
    let serving = tokio::spawn(async move { axum::serve(listener, app).await });

    let silent = TcpStream::connect(address).await.unwrap();
    let mut noisy = TcpStream::connect(address).await.unwrap();
    noisy.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    let answer = connect(&trusted, address).await.unwrap();
    let answer = String::from_utf8_lossy(&answer).to_lowercase();
    assert!(
        answer.starts_with("http/1.1 204") && answer.contains("access-control-allow-origin: *"),
        "{answer}"
    );
    drop(silent);

    let (_other_data, stranger) = authority();
    assert!(connect(&stranger, address).await.is_err(), "a phone that does not trust it does not speak on");
    serving.abort();
}

#[test]
fn a_renewed_file_is_shown_and_a_broken_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = (folder.path().join("chain.pem"), folder.path().join("key.pem"));
    let write = |name: &str| {
        let made = rcgen::generate_simple_self_signed(vec![name.to_owned()]).unwrap();
        std::fs::write(&certificate, made.cert.pem()).unwrap();
        std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        made.cert.der().clone()
    };
    let first = write("muster.example");
    let source = Source::Files { certificate: certificate.clone(), key: key.clone() };
    let clock = Arc::new(SetClock::at(NOW));
    let mut tls = Tls::open(source, Arc::clone(&clock) as Arc<dyn Clock>).unwrap();
    let shown = |tls: &Tls| tls.shown.0.read().unwrap().cert[0].clone();
    assert_eq!(shown(&tls), first);

    let later = |seconds: u64| SystemTime::now() + Duration::from_secs(seconds);
    let touch = |at: SystemTime| {
        std::fs::File::options().append(true).open(&certificate).unwrap().set_modified(at).unwrap();
    };
    std::fs::write(&certificate, "no certificate").unwrap();
    touch(later(10));
    tls.look();
    assert_eq!(shown(&tls), first, "a broken file");

    let second = write("muster.example");
    touch(later(20));
    tls.look();
    assert_eq!(shown(&tls), second, "a renewed one");
}

#[test]
fn a_local_certificate_is_made_anew_each_day() {
    let (data, _) = authority();
    let clock = Arc::new(SetClock::at(NOW));
    let source = Source::Local(Box::new(Authority::open(data.path(), NOW).unwrap()));
    let mut tls = Tls::open(source, Arc::clone(&clock) as Arc<dyn Clock>).unwrap();
    let shown = |tls: &Tls| tls.shown.0.read().unwrap().cert[0].clone();
    let first = shown(&tls);
    tls.look();
    assert_eq!(shown(&tls), first);
    clock.set(NOW.plus_ms(DAY_MS));
    tls.look();
    assert_ne!(shown(&tls), first);
}
