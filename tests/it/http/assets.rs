//! The interface's files, and what every answer says to the browser.

use std::fs;

use shared::api::problem::ProblemCode;
use tempfile::TempDir;
use tests::kit::relay::Relay;

#[test]
fn files_are_served_with_the_right_words() {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("a")).unwrap();
    fs::write(folder.path().join("index.html"), "<!doctype html>page").unwrap();
    fs::write(folder.path().join("a/ui-0123456789abcdef.js"), "export {}").unwrap();
    fs::write(folder.path().join(".secret"), "no").unwrap();
    let relay = Relay::start_with(|config| config.assets = Some(folder.path().into()));
    let client = relay.client();
    let script = client.get("/a/ui-0123456789abcdef.js").unwrap();
    assert_eq!((script.status, script.media.as_str()), (200, "text/javascript; charset=utf-8"));
    assert_eq!(script.header("cache-control"), Some("public, max-age=31536000, immutable"));
    for page in ["/", "/round/x", "/enrol", "/.secret", "/../Cargo.toml"] {
        let reply = client.get(page).unwrap();
        assert_eq!((reply.status, reply.text().as_str()), (200, "<!doctype html>page"), "{page}");
        assert_eq!(reply.header("cache-control"), Some("no-cache"));
        let policy = reply.header("content-security-policy").unwrap();
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe-inline"), "{policy}");
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
    }
    for missing in ["/a/gone-0123456789abcdef.js", "/api/nothing"] {
        let reply = client.get(missing).unwrap();
        assert_eq!((reply.status, reply.problem().code), (404, ProblemCode::NotFound), "{missing}");
    }
}
