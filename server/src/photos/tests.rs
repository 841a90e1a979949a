//! What uploads become, without HTTP.

use shared::ids::{DeviceId, OfficerId};
use shared::limits::{
    PERSON_DAY_BYTES_MAX, PERSON_DAY_FILES_MAX, PHOTO_BYTES_MAX, UPLOAD_HOURS, UPLOADS_MAX,
};
use shared::time::{DAY_MS, HOUR_MS, Timestamp};
use shared::trust::rights::Role;

use super::*;
use crate::clock::SetClock;

struct Place {
    photos: Photos,
    clock: Arc<SetClock>,
    data: tempfile::TempDir,
}

fn place() -> Place {
    let data = tempfile::tempdir().unwrap();
    let clock = Arc::new(SetClock::at(Timestamp(1_000)));
    Place { photos: Photos::new(data.path(), clock.clone()), clock, data }
}

/// Bytes that begin like a photo.
fn photo(number: u8) -> Vec<u8> {
    [&b"\xff\xd8\xff\xe0"[..], &[number; 2_000]].concat()
}

fn upload(bytes: &[u8]) -> Upload {
    Upload {
        device: DeviceId::from([7; 16]),
        officer: OfficerId::parse("li").unwrap(),
        station: StationCode::parse("zhongmiao").unwrap(),
        hash: hash_of(bytes),
    }
}

fn rights(role: Role, station: Option<&str>) -> Rights {
    let station = station.map(|code| StationCode::parse(code).unwrap());
    Rights { officer: OfficerId::parse("x").unwrap(), role, station }
}

#[test]
fn an_upload_goes_on_where_it_was_cut_and_is_whole_at_its_last_byte() {
    let Place { photos, data, .. } = place();
    let bytes = photo(1);
    let upload = upload(&bytes);
    assert_eq!(photos.begin(&upload, 2_004, "sha256 x").unwrap().offset, 0);
    assert_eq!(photos.add(&upload, 0, &bytes[..700]).unwrap().offset, 700);
    // The relay starts again.
    let photos = Photos::new(data.path(), Arc::new(SetClock::at(Timestamp(2_000))));
    let progress = photos.begin(&upload, 2_004, "sha256 x").unwrap();
    assert_eq!((progress.offset, progress.is_whole()), (700, false));
    assert_eq!(photos.progress(&upload).unwrap().metadata, "sha256 x");
    assert!(matches!(photos.add(&upload, 0, &bytes), Err(PhotoError::Offset(700))));
    assert!(matches!(photos.add(&upload, 700, &bytes), Err(PhotoError::TooLong)));
    assert!(photos.add(&upload, 700, &bytes[700..]).unwrap().is_whole());
    assert!(photos.begin(&upload, 2_004, "").unwrap().is_whole(), "what is here is not sent again");
    let left = fs::read_dir(data.path().join("photos/unfinished").join(upload.device.to_string())).unwrap();
    assert_eq!(left.count(), 0);
    let found = photos.find(&rights(Role::Officer, Some("zhongmiao")), upload.hash).unwrap();
    assert_eq!(found, Some((Media::Jpeg, bytes)));
}

#[test]
fn what_is_not_what_it_was_said_to_be_is_dropped_and_nothing_else() {
    let Place { photos, .. } = place();
    let (good, bad) = (photo(1), photo(2));
    let (kept, broken) = (upload(&good), upload(&bad));
    photos.begin(&kept, 2_004, "").unwrap();
    photos.add(&kept, 0, &good[..9]).unwrap();
    photos.begin(&broken, 2_004, "").unwrap();
    assert!(matches!(photos.add(&broken, 0, &good), Err(PhotoError::Mismatch)));
    assert!(matches!(photos.progress(&broken), Err(PhotoError::Unknown)));
    let page = b"<!doctype html><script>".to_vec();
    let other = upload(&page);
    photos.begin(&other, 23, "").unwrap();
    assert!(matches!(photos.add(&other, 0, &page), Err(PhotoError::Kind)));
    assert!(photos.add(&kept, 9, &good[9..]).unwrap().is_whole());
    photos.begin(&broken, 2_004, "").unwrap();
    assert!(photos.add(&broken, 0, &bad).unwrap().is_whole(), "and may be tried again");
}

#[test]
fn uploads_are_bounded_and_expire() {
    let Place { photos, clock, .. } = place();
    let longest = upload(b"x");
    assert!(matches!(photos.begin(&longest, PHOTO_BYTES_MAX + 1, ""), Err(PhotoError::TooLong)));
    for number in 0..UPLOADS_MAX {
        photos.begin(&upload(&photo(u8::try_from(number).unwrap())), 2_004, "").unwrap();
    }
    let more = photo(200);
    assert!(matches!(photos.begin(&upload(&more), 2_004, ""), Err(PhotoError::TooMany)));
    let of_another = Upload { device: DeviceId::from([8; 16]), ..upload(&more) };
    photos.begin(&of_another, 2_004, "").unwrap();
    clock.set(Timestamp(1_000 + UPLOAD_HOURS * HOUR_MS));
    assert!(matches!(photos.progress(&upload(&photo(0))), Err(PhotoError::Unknown)));
    photos.begin(&upload(&more), 2_004, "").unwrap();
}

#[test]
fn a_person_brings_so_much_a_day_and_goes_on_tomorrow() {
    let Place { photos, clock, .. } = place();
    let (first, second) = (photo(1), photo(2));
    let tries = |bytes: &[u8]| photos.begin(&upload(bytes), 2_004, "");
    tries(&first).unwrap();
    photos.add(&upload(&first), 0, &first).unwrap();
    // Whatever this person has brought today, up to a byte.
    photos.count_day(&upload(&first).officer, PERSON_DAY_BYTES_MAX - 2_004 - 2_003).unwrap();
    assert!(matches!(tries(&second), Err(PhotoError::DayFull)));
    assert!(tries(&first).unwrap().is_whole(), "what is here is asked for as ever");
    let colleague = Upload { officer: OfficerId::parse("wang").unwrap(), ..upload(&second) };
    assert!(photos.begin(&colleague, 2_004, "").is_ok());
    clock.set(Timestamp(DAY_MS));
    assert!(tries(&second).is_ok());
}

#[test]
fn a_person_brings_so_many_files_a_day_however_small_they_are() {
    let Place { photos, clock, .. } = place();
    let tiny = photo(1);
    let officer = upload(&tiny).officer;
    for _ in 1..PERSON_DAY_FILES_MAX {
        photos.count_day(&officer, 9).unwrap();
    }
    photos.begin(&upload(&tiny), 2_004, "").unwrap();
    photos.add(&upload(&tiny), 0, &tiny).unwrap();
    let more = upload(&photo(2));
    assert!(matches!(photos.begin(&more, 2_004, ""), Err(PhotoError::DayFull)));
    clock.set(Timestamp(DAY_MS));
    assert!(photos.begin(&more, 2_004, "").is_ok());
}

#[test]
fn an_upload_goes_on_at_the_station_where_it_began() {
    let Place { photos, .. } = place();
    let bytes = photo(1);
    let upload = upload(&bytes);
    photos.begin(&upload, 2_004, "").unwrap();
    let elsewhere = Upload { station: StationCode::parse("anywhere").unwrap(), ..upload.clone() };
    assert!(matches!(photos.add(&elsewhere, 0, &bytes), Err(PhotoError::Unknown)));
    assert!(photos.add(&upload, 0, &bytes).unwrap().is_whole());
}

#[test]
fn photos_are_for_their_station_and_for_supervisors() {
    let Place { photos, .. } = place();
    let bytes = photo(1);
    let upload = upload(&bytes);
    photos.begin(&upload, 2_004, "").unwrap();
    photos.add(&upload, 0, &bytes).unwrap();
    for (who, sees) in [
        (rights(Role::Officer, Some("zhongmiao")), true),
        (rights(Role::Lead, Some("huailin")), false),
        (rights(Role::Supervisor, None), true),
    ] {
        assert_eq!(photos.find(&who, upload.hash).unwrap().is_some(), sees, "{who:?}");
    }
    // Who knows a hash has not got the photo: another station must bring its bytes.
    let elsewhere = Upload { station: StationCode::parse("huailin").unwrap(), ..upload };
    assert_eq!(photos.begin(&elsewhere, 2_004, "").unwrap().offset, 0);
}

#[test]
fn a_backup_has_the_photos_and_leaves_out_what_is_damaged() {
    let Place { photos, data, .. } = place();
    for number in 0..3 {
        let bytes = photo(number);
        photos.begin(&upload(&bytes), 2_004, "").unwrap();
        photos.add(&upload(&bytes), 0, &bytes).unwrap();
    }
    let damaged = path(&folder(data.path()), &upload(&photo(2)).station, upload(&photo(2)).hash);
    fs::write(&damaged, b"rot").unwrap();
    assert_eq!(examine(data.path()).unwrap().damaged, [damaged]);
    let held = photos.held_of(DeviceId::from([9; 16]));
    held.begin(&upload(&photo(4)), 2_004, "").unwrap();
    held.add(&upload(&photo(4)), 0, &photo(4)).unwrap();
    let to = data.path().join("backup.db.photos");
    for _ in 0..2 {
        let copied = copy(&folder(data.path()), &to).unwrap();
        assert_eq!(copied, Copied { photos: 3, bytes: 6_012, damaged: 1 });
    }
    let again = tempfile::tempdir().unwrap();
    assert_eq!(copy(&to, &folder(again.path())).unwrap().photos, 3);
    assert_eq!(examine(again.path()).unwrap(), Examined { photos: 3, bytes: 6_012, damaged: Vec::new() });
    assert_eq!(copy(&data.path().join("none"), &to).unwrap(), Copied::default());
}
