//! Photos that are whole, all of them: copied into a backup and out of it, and examined.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use shared::ids::{PhotoHash, StationCode};

use super::{FOLDER, HELD, STATION, hash_of, make_folder, path};

/// What was copied.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Copied {
    /// Photos and memos.
    pub photos: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Those whose bytes are not what their names say; they were left out.
    pub damaged: u64,
}

/// What was examined.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Examined {
    /// Photos and memos.
    pub photos: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Those whose bytes are not what their names say.
    pub damaged: Vec<PathBuf>,
}

/// Where a backup's photos are: a folder beside its file.
pub fn beside(backup: &Path) -> PathBuf {
    let mut name = backup.to_owned().into_os_string();
    name.push(".photos");
    name.into()
}

/// Copies every whole photo of a data folder, or of a backup's folder, into another folder. Names on the same disk share
/// their bytes: a photo is never written again, so the copy of one that is there costs nothing.
///
/// # Errors
/// When a disk fails.
pub fn copy(from: &Path, to: &Path) -> io::Result<Copied> {
    let mut copied = Copied::default();
    copy_into(&mut copied, from, to)?;
    for device in entries(&from.join(HELD))? {
        let name = device.file_name().unwrap_or_default();
        copy_into(&mut copied, &device, &to.join(HELD).join(name))?;
    }
    Ok(copied)
}

fn copy_into(copied: &mut Copied, from: &Path, to: &Path) -> io::Result<()> {
    for (station, hash, found) in all(from)? {
        let place = path(to, &station, hash);
        let bytes = fs::read(&found)?;
        if hash_of(&bytes) != hash {
            copied.damaged += 1;
            continue;
        }
        if let Some(folder) = place.parent() {
            make_folder(folder)?;
        }
        if !place.exists() && fs::hard_link(&found, &place).is_err() {
            fs::copy(&found, &place)?;
            fs::File::open(&place)?.sync_all()?;
        }
        copied.photos += 1;
        copied.bytes += u64::try_from(bytes.len()).unwrap_or_default();
    }
    Ok(())
}

/// Compares every whole photo of a data folder with its name.
///
/// # Errors
/// When a disk fails.
pub fn examine(data: &Path) -> io::Result<Examined> {
    let mut examined = Examined::default();
    let folder = folder(data);
    let held = entries(&folder.join(HELD))?;
    for root in std::iter::once(folder).chain(held) {
        for (_, hash, found) in all(&root)? {
            let bytes = fs::read(&found)?;
            examined.photos += 1;
            examined.bytes += u64::try_from(bytes.len()).unwrap_or_default();
            if hash_of(&bytes) != hash {
                examined.damaged.push(found);
            }
        }
    }
    Ok(examined)
}

/// The photos' folder of a data folder.
pub fn folder(data: &Path) -> PathBuf {
    data.join(FOLDER)
}

/// The stations that have photos.
pub(super) fn stations(folder: &Path) -> io::Result<Vec<StationCode>> {
    let names = entries(folder)?.into_iter().filter_map(|path| path.file_name()?.to_str().map(str::to_owned));
    Ok(names.filter_map(|name| StationCode::parse(name.strip_prefix(STATION)?).ok()).collect())
}

/// Every whole photo of a folder, without those that are held.
pub(super) fn all(folder: &Path) -> io::Result<Vec<(StationCode, PhotoHash, PathBuf)>> {
    let mut all = Vec::new();
    for station in stations(folder)? {
        for shelf in entries(&folder.join(format!("{STATION}{station}")))? {
            for found in entries(&shelf)? {
                let name = found.file_name().and_then(|name| name.to_str()).unwrap_or_default();
                if let Ok(hash) = PhotoHash::try_from(name.to_owned()) {
                    all.push((station.clone(), hash, found));
                }
            }
        }
    }
    Ok(all)
}

/// What is in a folder; nothing when there is none.
fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    match fs::read_dir(folder) {
        Ok(found) => found.map(|entry| Ok(entry?.path())).collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}
