//! Embeds the interface into the relay: writes a table of the files below the folder named by `MUSTER_ASSETS`.
//!
//! It builds no interface (`cargo xtask pwa` does) and serves nothing: `src/http/assets.rs` does, by
//! `include!(concat!(env!("OUT_DIR"), "/assets.rs"));`. That module defines the shape of a row before the include:
//!
//! ```ignore
//! pub struct Asset {
//!     pub path: &'static str,                  // the address, from the first slash: "/a/ui-0123456789abcdef.js"
//!     pub content_type: &'static str,
//!     pub body: &'static [u8],
//!     pub brotli: Option<&'static [u8]>,       // the content of the sibling `<path>.br`
//! }
//! ```
//!
//! The generated file is `pub static ASSETS: &[Asset] = &[...]`, ordered by path, and empty when the variable is unset.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=MUSTER_ASSETS");
    let mut table =
        String::from("/// The embedded interface, ordered by path.\npub static ASSETS: &[Asset] = &[\n");
    if let Some(folder) = env::var_os("MUSTER_ASSETS").map(PathBuf::from) {
        let mut files = Vec::new();
        list(&folder, &mut files)?;
        files.sort();
        for file in files {
            println!("cargo:rerun-if-changed={}", file.display());
            if file.extension().is_some_and(|extension| extension == "br") {
                continue;
            }
            row(&mut table, &folder, &file);
        }
    }
    table.push_str("];\n");
    let out = env::var_os("OUT_DIR").expect("cargo names OUT_DIR for build scripts");
    fs::write(Path::new(&out).join("assets.rs"), table)
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    println!("cargo:rerun-if-changed={}", folder.display());
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            list(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

fn row(table: &mut String, folder: &Path, file: &Path) {
    let below =
        file.strip_prefix(folder).expect("listed from this folder").to_string_lossy().replace('\\', "/");
    let extension =
        file.extension().map(|extension| extension.to_string_lossy().into_owned()).unwrap_or_default();
    let sibling = PathBuf::from(format!("{}.br", file.display()));
    let brotli = match sibling.is_file() {
        true => format!("Some(include_bytes!({:?}))", sibling.display().to_string()),
        false => "None".to_owned(),
    };
    writeln!(
        table,
        "    Asset {{ path: {:?}, content_type: {:?}, body: include_bytes!({:?}), brotli: {brotli} }},",
        format!("/{below}"),
        content_type(&extension),
        file.display().to_string(),
    )
    .expect("writing to a String cannot fail");
}

fn content_type(extension: &str) -> &'static str {
    match extension {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        _ => "application/octet-stream",
    }
}
