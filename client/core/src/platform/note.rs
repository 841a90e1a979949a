//! A note that outlives this worker: a small file of the origin's own file system, written at once, without waiting.
//! What a trap or a closed tab cuts short is found in it by the next start. One file for each slot, so that tabs do
//! not share one.

use std::cell::RefCell;

use js_sys::{Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    FileSystemDirectoryHandle, FileSystemFileHandle, FileSystemGetFileOptions, FileSystemReadWriteOptions,
    FileSystemSyncAccessHandle,
};

use super::{clock, scope};

/// The worker that died may still hold the file for a moment: how often, and how many milliseconds between.
const TRIES: u32 = 20;
const TRY_MS: i64 = 50;

thread_local! {
    static NOTE: RefCell<Option<FileSystemSyncAccessHandle>> = const { RefCell::new(None) };
}

/// Opens the slot's note and gives what stands in it; `None` when nothing does, or where the browser has no such files.
pub async fn open(slot: u32) -> Option<Vec<u8>> {
    let file = file(&format!("applying-{slot}")).await?;
    let mut handle = None;
    for _ in 0..TRIES {
        handle = settled(file.create_sync_access_handle().unchecked_into()).await;
        if handle.is_some() {
            break;
        }
        clock::pause(TRY_MS).await;
    }
    let handle: FileSystemSyncAccessHandle = handle?.unchecked_into();
    let found = read(&handle);
    NOTE.with_borrow_mut(|note| *note = Some(handle));
    found
}

/// Whether there is a note to write.
pub fn is_open() -> bool {
    NOTE.with_borrow(Option::is_some)
}

/// Replaces what stands in the note; nothing clears it.
pub fn write(bytes: &[u8]) {
    let mut framed = u32::try_from(bytes.len()).unwrap_or_default().to_le_bytes().to_vec();
    framed.extend_from_slice(bytes);
    NOTE.with_borrow(|note| {
        if let Some(handle) = note {
            // A full disk: then a death over these entries is not explained, and everything else goes on.
            let _ = handle.write_with_u8_array_and_options(&framed, &at_start());
        }
    });
}

fn read(handle: &FileSystemSyncAccessHandle) -> Option<Vec<u8>> {
    let mut length = [0; 4];
    handle.read_with_u8_array_and_options(&mut length, &at_start()).ok()?;
    let length = usize::try_from(u32::from_le_bytes(length)).ok()?;
    let size = handle.get_size().ok()?;
    if length == 0 || f64::from(u32::try_from(length).ok()?) > size {
        return None;
    }
    let mut framed = vec![0; 4 + length];
    handle.read_with_u8_array_and_options(&mut framed, &at_start()).ok()?;
    Some(framed.split_off(4))
}

fn at_start() -> FileSystemReadWriteOptions {
    let options = FileSystemReadWriteOptions::new();
    options.set_at(0.0);
    options
}

async fn file(name: &str) -> Option<FileSystemFileHandle> {
    let storage = scope().navigator().storage();
    // Calling what an older browser does not have would end this worker.
    let has =
        |object: &JsValue, name: &str| Reflect::get(object, &name.into()).is_ok_and(|f| f.is_function());
    if JsValue::from(storage.clone()).is_undefined() || !has(&storage, "getDirectory") {
        return None;
    }
    let folder: FileSystemDirectoryHandle =
        settled(storage.get_directory().unchecked_into()).await?.unchecked_into();
    let options = FileSystemGetFileOptions::new();
    options.set_create(true);
    let file = settled(folder.get_file_handle_with_options(name, &options).unchecked_into()).await?;
    has(&file, "createSyncAccessHandle").then(|| file.unchecked_into())
}

async fn settled(promise: Promise) -> Option<JsValue> {
    JsFuture::from(promise).await.ok()
}
