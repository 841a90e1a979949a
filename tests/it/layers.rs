//! The layers, held: who may name whom, as docs/ARCHITECTURE.md says. Reads the sources as text.

use std::fs;
use std::path::{Path, PathBuf};

/// One rule: in these folders, none of these words may stand in code.
struct Rule {
    /// Why.
    because: &'static str,
    /// Files whose path begins so.
    within: &'static [&'static str],
    /// But not these.
    except: &'static [&'static str],
    /// What may not be named.
    banned: &'static [&'static str],
}

const RULES: &[Rule] = &[
    Rule {
        because: "domain knows ids, time, limits and rights only",
        within: &["shared/src/domain"],
        except: &[],
        banned: &[
            "crate::document",
            "crate::sync",
            "crate::protocol",
            "crate::api",
            "crate::projection",
            "automerge",
        ],
    },
    Rule {
        because: "only document names automerge",
        within: &["shared/src", "server/src", "client/core/src", "client/ui/src", "client/link/src"],
        except: &["shared/src/document"],
        banned: &["automerge::"],
    },
    Rule {
        because: "only the core's platform and the interface's browser name web_sys and js_sys",
        within: &["client/core/src", "client/ui/src"],
        except: &["client/core/src/platform", "client/ui/src/browser.rs", "client/ui/src/browser/"],
        banned: &["web_sys::", "js_sys::"],
    },
    Rule {
        because: "the interface knows no documents, no sync and no core",
        within: &["client/ui/src"],
        except: &[],
        banned: &[
            "shared::document",
            "shared::sync",
            "shared::projection",
            "shared::protocol",
            "core_worker",
        ],
    },
    Rule {
        because: "components know no hooks, no store and no browser",
        within: &["client/ui/src/components"],
        except: &[],
        banned: &["crate::hooks", "crate::store", "crate::browser", "crate::core_handle"],
    },
    Rule {
        because: "the store knows no HTTP",
        within: &["server/src/store"],
        except: &[],
        banned: &["axum", "crate::http", "crate::relay", "crate::identity"],
    },
    Rule {
        because: "SQL is the store's",
        within: &["server/src"],
        except: &["server/src/store"],
        banned: &["rusqlite", "SELECT ", "INSERT ", "CREATE TABLE"],
    },
    Rule {
        because: "the relay's heart knows no HTTP",
        within: &["server/src/relay", "server/src/sync.rs", "server/src/projector"],
        except: &[],
        banned: &["axum::", "crate::http"],
    },
    Rule {
        because: "shared reads no clock and draws no randomness",
        within: &["shared/src"],
        except: &[],
        banned: &["SystemTime", "Instant::", "std::fs", "std::net", "getrandom", "rand::", "Date::now"],
    },
];

/// Lines that a file may have before it has two subjects.
const LINES_MAX: usize = 400;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !matches!(name.as_str(), "target" | "node_modules" | ".git") {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Every source with its path from the root.
fn all() -> Vec<(String, String)> {
    let (root, mut found) = (root(), Vec::new());
    for member in ["shared", "server", "client", "tests", "xtask"] {
        sources(&root.join(member), &mut found);
    }
    let read = |path: PathBuf| {
        let name = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
        (name, fs::read_to_string(path).unwrap())
    };
    found.into_iter().map(read).collect()
}

/// What a file breaks. Comments may name anything.
fn broken(path: &str, text: &str) -> Vec<String> {
    let mut broken = Vec::new();
    for rule in RULES {
        let applies = rule.within.iter().any(|within| path.starts_with(within))
            && !rule.except.iter().any(|except| path.starts_with(except));
        if !applies {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            for banned in rule.banned.iter().filter(|banned| code.contains(*banned)) {
                broken.push(format!("{path}:{}: {banned}: {}", number + 1, rule.because));
            }
        }
    }
    if !text.starts_with("//!") {
        broken.push(format!("{path}: does not open with what it is"));
    }
    if text.lines().count() > LINES_MAX {
        broken.push(format!("{path}: has more than {LINES_MAX} lines, so it has two subjects"));
    }
    if path.ends_with("/mod.rs") {
        broken.push(format!("{path}: a folder's file stands beside it"));
    }
    broken
}

#[test]
fn the_layers_hold() {
    let broken: Vec<String> = all().iter().flat_map(|(path, text)| broken(path, text)).collect();
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn the_test_sees_what_breaks_them() {
    for (path, line) in [
        ("shared/src/domain/round.rs", "use crate::document::Document;"),
        ("server/src/relay.rs", "use automerge::Automerge;"),
        ("client/ui/src/pages/today.rs", "let window = web_sys::window();"),
        ("client/ui/src/components/card.rs", "use crate::store::Store;"),
        ("server/src/http/board.rs", "let rows = rusqlite::Connection::open(path);"),
        ("server/src/store/log.rs", "use axum::Json;"),
        ("shared/src/sync/device.rs", "let now = std::time::Instant::now();"),
    ] {
        assert_eq!(broken(path, &format!("//! x\n{line}\n")).len(), 1, "{path}: {line}");
        assert_eq!(broken(path, &format!("//! x\n// {line}\n")), Vec::<String>::new(), "a comment may");
    }
    assert_eq!(broken("shared/src/lib.rs", "fn main() {}").len(), 1);
    assert_eq!(broken("shared/src/lib.rs", &"//! x\n".repeat(401)).len(), 1);
}

#[test]
fn the_interface_links_no_documents() {
    for manifest in ["client/ui/Cargo.toml", "client/link/Cargo.toml"] {
        let text = fs::read_to_string(root().join(manifest)).unwrap();
        let code: String = text.lines().filter_map(|line| line.split('#').next()).collect();
        for banned in ["automerge", "muster-core", "\"documents\"", "\"sync\""] {
            assert!(!code.contains(banned), "{manifest} names {banned}");
        }
    }
}

#[test]
fn the_maps_of_the_documents_name_what_is_there() {
    let root = root();
    for page in ["README.md", "README.zh-CN.md", "docs/ARCHITECTURE.md"] {
        let text = fs::read_to_string(root.join(page)).unwrap();
        let quoted = text.split('`').skip(1).step_by(2);
        let folders = ["shared/", "server/", "client/", "tests/", "xtask/", "docs/"];
        let paths = quoted.filter(|quoted| folders.iter().any(|folder| quoted.starts_with(folder)));
        let missing: Vec<_> = paths
            .filter(|path| {
                let path = path.split([':', '{', ' ']).next().unwrap();
                !root.join(path).exists() && !root.join(format!("{path}.rs")).exists()
            })
            .collect();
        assert!(missing.is_empty(), "{page}: {missing:?}");
    }
}
