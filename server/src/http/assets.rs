//! The interface's files: embedded in the binary (`build.rs` writes the table), or read from a folder while developing
//! and testing. Any address that names no file gives the page, which routes by itself.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use shared::api::problem::ProblemCode;

use crate::error::Failure;

/// One embedded file.
pub struct Asset {
    /// The address, from the first slash.
    pub path: &'static str,
    /// Its type.
    pub content_type: &'static str,
    /// Its bytes.
    pub body: &'static [u8],
    /// Its bytes, compressed.
    pub brotli: Option<&'static [u8]>,
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// Where the files come from.
pub enum Assets {
    /// The binary itself.
    Embedded(HashMap<&'static str, &'static Asset>),
    /// A folder that `cargo xtask pwa` filled.
    Folder(PathBuf),
}

/// A file on its way out.
struct File {
    content_type: &'static str,
    body: Bytes,
    brotli: Option<Bytes>,
}

impl Assets {
    /// The files of a folder, or those of the binary.
    pub fn new(folder: Option<PathBuf>) -> Self {
        match folder {
            Some(folder) => Self::Folder(folder),
            None => Self::Embedded(ASSETS.iter().map(|asset| (asset.path, asset)).collect()),
        }
    }

    async fn file(&self, path: &str) -> Option<File> {
        match self {
            Self::Embedded(assets) => assets.get(path).map(|asset| File {
                content_type: asset.content_type,
                body: Bytes::from_static(asset.body),
                brotli: asset.brotli.map(Bytes::from_static),
            }),
            Self::Folder(folder) => {
                // Only plain names: no way out of the folder.
                let is_plain = |part: &str| !part.is_empty() && !part.starts_with('.');
                let path = path.strip_prefix('/').filter(|path| path.split('/').all(is_plain))?;
                let file = folder.join(path);
                let body = tokio::fs::read(&file).await.ok()?;
                let mut compressed = file.clone().into_os_string();
                compressed.push(".br");
                let brotli = tokio::fs::read(compressed).await.ok().map(Bytes::from);
                Some(File { content_type: content_type(&file), body: body.into(), brotli })
            }
        }
    }
}

/// Serves a file, or the page.
///
/// # Errors
/// When a file below `/a/` does not exist, or this binary has no interface in it.
pub async fn serve(
    State(assets): State<Arc<Assets>>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let path = uri.path();
    let is_fixed = path.starts_with("/a/");
    let file = match assets.file(path).await {
        Some(file) => file,
        None if is_fixed => return Err(Failure::new(ProblemCode::NotFound)),
        None => assets.file("/index.html").await.ok_or_else(|| {
            Failure::with_detail(
                ProblemCode::NotFound,
                "this binary has no interface in it; build it with `cargo xtask build`",
            )
        })?,
    };
    let takes_brotli = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|encodings| encodings.split(',').any(|one| one.trim().split(';').next() == Some("br")));
    let cache = if is_fixed { "public, max-age=31536000, immutable" } else { "no-cache" };
    let base = [
        (header::CONTENT_TYPE, file.content_type),
        (header::CACHE_CONTROL, cache),
        (header::VARY, "accept-encoding"),
    ];
    Ok(match file.brotli {
        Some(brotli) if takes_brotli => {
            (StatusCode::OK, base, [(header::CONTENT_ENCODING, "br")], Body::from(brotli)).into_response()
        }
        _ => (StatusCode::OK, base, Body::from(file.body)).into_response(),
    })
}

fn content_type(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("webmanifest") => "application/manifest+json",
        Some("json") => "application/json",
        _ => "application/octet-stream",
    }
}
