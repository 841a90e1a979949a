//! Writes the site into its folder and measures it. A file whose bytes did not change is not touched, so that the
//! relay's build does not see news where there is none.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::asset::Asset;
use super::link::Site;

/// One file's sizes in bytes.
pub struct Size {
    url: String,
    raw: u64,
    brotli: u64,
}

/// Writes every file with its `.br` sibling and removes what belongs to no current file.
///
/// # Errors
/// When the folder cannot be written.
pub fn publish(folder: &Path, site: &Site, compressed: &[Option<Vec<u8>>]) -> Result<Vec<Size>> {
    fs::create_dir_all(folder.join("a")).with_context(|| format!("cannot create {}", folder.display()))?;
    let mut current = BTreeSet::new();
    for (Asset { url, bytes, .. }, brotli) in site.files.iter().zip(compressed) {
        let path = folder.join(url.trim_start_matches('/'));
        write_changed(&path, bytes)?;
        current.insert(path.clone());
        if let Some(brotli) = brotli {
            let sibling = path.with_file_name(format!("{}.br", file_name(&path)));
            write_changed(&sibling, brotli)?;
            current.insert(sibling);
        }
    }
    for folder in [folder.to_owned(), folder.join("a")] {
        for entry in fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))? {
            let path = entry?.path();
            if path.is_file() && !current.contains(&path) {
                fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
            }
        }
    }
    measure(folder)
}

/// The sizes of the files in a published folder, the largest first.
///
/// # Errors
/// When the folder cannot be read.
pub fn measure(folder: &Path) -> Result<Vec<Size>> {
    let mut sizes = Vec::new();
    for (folder, prefix) in [(folder.to_owned(), "/"), (folder.join("a"), "/a/")] {
        for entry in fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))? {
            let path = entry?.path();
            let name = file_name(&path);
            if !path.is_file() || name.ends_with(".br") {
                continue;
            }
            let raw = fs::metadata(&path)?.len();
            let brotli =
                fs::metadata(path.with_file_name(format!("{name}.br"))).map_or(raw, |meta| meta.len());
            sizes.push(Size { url: format!("{prefix}{name}"), raw, brotli });
        }
    }
    sizes.sort_by_key(|size| std::cmp::Reverse(size.brotli));
    Ok(sizes)
}

/// The sizes as lines of a markdown table, with the sum of what a phone keeps.
pub fn table(sizes: &[Size]) -> Vec<String> {
    let kept =
        || sizes.iter().filter(|size| !size.url.ends_with(".png") && !size.url.ends_with(".webmanifest"));
    let row = |name: &str, raw: u64, brotli: u64| {
        format!("| {name} | {} | {} |", kilobytes(raw), kilobytes(brotli))
    };
    let mut lines = vec!["| file | raw kB | brotli kB |".to_owned(), "| --- | ---: | ---: |".to_owned()];
    lines.extend(sizes.iter().map(|size| row(&without_hash(&size.url), size.raw, size.brotli)));
    let (raw, brotli) = (kept().map(|size| size.raw).sum(), kept().map(|size| size.brotli).sum());
    lines.push(row("**all that a phone keeps**", raw, brotli));
    lines
}

fn without_hash(url: &str) -> String {
    match (url.strip_prefix("/a/"), url.rsplit_once('-'), url.rsplit_once('.')) {
        (Some(_), Some((stem, _)), Some((_, extension))) => format!("{stem}.{extension}"),
        _ => url.to_owned(),
    }
}

fn kilobytes(bytes: u64) -> String {
    format!("{}.{}", bytes / 1000, bytes % 1000 / 100)
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn write_changed(path: &Path, bytes: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}
