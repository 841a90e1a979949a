//! Compresses assets with brotli, on as many threads as there are cores, and keeps each result by its content's digest.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::{Context, Result};
use brotli::enc::BrotliEncoderParams;

use super::asset::{Asset, hex};

/// Compresses every asset; the answers are in the assets' order, `None` where compression gains nothing.
///
/// # Errors
/// When a result cannot be kept.
pub fn all(cache: &Path, assets: &[Asset], quality: u32) -> Result<Vec<Option<Vec<u8>>>> {
    fs::create_dir_all(cache).with_context(|| format!("cannot create {}", cache.display()))?;
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        while let Some(index) =
            Some(next.fetch_add(1, Ordering::Relaxed)).filter(|index| *index < assets.len())
        {
            done.push((index, one(cache, &assets[index], quality)?));
        }
        anyhow::Ok(done)
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let mut results = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let done =
            workers.into_iter().map(|worker| worker.join().expect("compression answers with an error"));
        done.collect::<Result<Vec<_>>>()
    })?
    .concat();
    results.sort_by_key(|(index, _)| *index);
    Ok(results.into_iter().map(|(_, bytes)| bytes).collect())
}

fn one(cache: &Path, asset: &Asset, quality: u32) -> Result<Option<Vec<u8>>> {
    if asset.url.ends_with(".png") {
        return Ok(None); // compressed already
    }
    let path = cache.join(format!("{}-q{quality}.br", &hex(&asset.bytes)[..32]));
    if let Ok(kept) = fs::read(&path) {
        return Ok(Some(kept));
    }
    let quality = i32::try_from(quality).context("brotli's qualities end at 11")?;
    let params = BrotliEncoderParams { quality, size_hint: asset.bytes.len(), ..Default::default() };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut asset.bytes.as_slice(), &mut compressed, &params)
        .with_context(|| format!("cannot compress {}", asset.url))?;
    fs::write(&path, &compressed).with_context(|| format!("cannot keep {}", path.display()))?;
    Ok(Some(compressed))
}
