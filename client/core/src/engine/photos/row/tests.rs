//! What is kept of photos, without a browser.

use super::*;

fn row(number: u8, kind: Kind, of: u8, at: i64) -> Row {
    Row {
        hash: PhotoHash([number; 32]),
        kind,
        of: PhotoHash([of; 32]),
        media: "image/jpeg".to_owned(),
        bytes: 100,
        at: Timestamp(at),
        draft: false,
        refused: None,
        sent: None,
        epoch: 0,
        report: None,
        station: StationCode::parse("zhongmiao").unwrap(),
        card: Some(Card {
            round: serde_json::from_str(
                r#"{"station":"zhongmiao","template":"flood","period":"2026-11-23"}"#,
            )
            .unwrap(),
            subject: SubjectId::station(),
            item: ItemId::parse("F01").unwrap(),
        }),
    }
}

fn rows() -> Vec<Row> {
    vec![
        row(1, Kind::Photo, 1, 5),
        row(2, Kind::Thumbnail, 1, 5),
        row(3, Kind::Photo, 3, 9),
        row(4, Kind::Thumbnail, 3, 9),
        row(5, Kind::Memo, 5, 1),
    ]
}

#[test]
fn small_photos_are_sent_first_then_memos_then_photos_and_a_refused_one_holds_up_none() {
    let (mut rows, mut order) = (rows(), Vec::new());
    while let Some(row) = next(&rows) {
        let hash = row.hash;
        order.push(hash.0[0]);
        let row = rows.iter_mut().find(|row| row.hash == hash).unwrap();
        // The centre does not take the second.
        if hash.0[0] == 4 {
            row.refused = Some("photo-mismatch".to_owned());
        } else {
            row.sent = Some(Timestamp(10));
        }
    }
    assert_eq!(order, [2, 4, 5, 1, 3]);
    let told = view(&rows, false);
    assert_eq!((told.waiting, told.refused.len()), (0, 1));
}

#[test]
fn a_draft_is_not_sent_and_goes_with_its_card() {
    let mut rows = rows();
    rows.iter_mut().for_each(|row| row.draft = true);
    for row in &mut rows[..2] {
        row.card.as_mut().unwrap().item = ItemId::parse("F02").unwrap();
    }
    assert_eq!(next(&rows), None);
    let drafts = view(&rows, false).drafts;
    let found: Vec<_> = drafts
        .iter()
        .map(|draft| (draft.item.as_str(), draft.attached.photos.len(), draft.attached.memo.is_some()))
        .collect();
    assert_eq!(found, [("F02", 1, false), ("F01", 1, true)]);
}

#[test]
fn a_photo_of_a_report_goes_with_that_report_and_no_other() {
    let of = |report: i64, number: u8| {
        let row = |hash, kind| Row {
            card: None,
            report: Some(Timestamp(report)),
            draft: true,
            ..row(hash, kind, number, report)
        };
        [row(number, Kind::Photo), row(number + 100, Kind::Thumbnail)]
    };
    // One was begun and closed, another is being written.
    let rows = [of(5, 1), of(9, 2)].concat();
    let shown: Vec<_> =
        view(&rows, false).report.into_iter().map(|(of, photo)| (of.0, photo.original.0[0])).collect();
    assert_eq!(shown, [(5, 1), (9, 2)]);
    let (kept, _) = read(&[rows[0].record().value.unwrap()], None);
    assert_eq!(kept[0].report, Some(Timestamp(5)));
}

#[test]
fn a_photo_is_one_thing_that_waits() {
    let told = view(&rows(), true);
    assert_eq!((told.waiting, told.waiting_bytes, told.here.len()), (3, 500, 3));
}

#[test]
fn what_the_centre_has_leaves_the_phone_after_days_and_small_photos_later() {
    let [photo, small, ..] = <[Row; 5]>::try_from(rows()).unwrap();
    let records = [photo, small].map(|row| row.confirmed(Timestamp(7), 9).value.unwrap());
    let (kept, _) = read(&records, None);
    assert!(kept.iter().all(|row| (row.sent, row.epoch) == (Some(Timestamp(7)), 9)));
    let gone = |rows: &[Row], days: i64, is_tight| old(rows, Timestamp(days * DAY_MS), is_tight).len();
    assert_eq!([gone(&kept, 7, false), gone(&kept, 8, false), gone(&kept, 31, false)], [0, 2, 4]);
    assert_eq!(gone(&kept, 1, true), 2, "the small one stays");
    let draft = Row { draft: true, ..row(7, Kind::Photo, 7, 0) };
    assert_eq!(gone(&[draft], 31, true), 2);
    assert_eq!(gone(&[row(7, Kind::Photo, 7, 0)], 99, true), 0, "what waits is never dropped");
}

#[test]
fn of_what_the_centre_has_the_newest_stay() {
    let sent = |number: u8, bytes| Row {
        bytes,
        sent: Some(Timestamp(9)),
        ..row(number, Kind::Photo, number, i64::from(number))
    };
    let many: Vec<Row> = (0..=200).map(|number| sent(number, 1)).collect();
    let keys = |rows: &[Row]| -> Vec<String> {
        old(rows, Timestamp(10), false).into_iter().map(|record| record.key).collect()
    };
    assert_eq!(keys(&many), [many[0].key(), many[0].hash.to_string()]);
    let large = [sent(1, ORIGINALS_BYTES_MAX), sent(2, 1)];
    assert_eq!(keys(&large), [large[0].key(), large[0].hash.to_string()]);
}

#[test]
fn a_centre_of_another_epoch_is_offered_what_the_one_before_had() {
    let sent = Row { sent: Some(Timestamp(7)), epoch: 9, ..row(1, Kind::Photo, 1, 5) };
    let rows = [sent, row(2, Kind::Thumbnail, 1, 5)];
    assert!(offered_again(&rows, 9).is_empty() && offered_again(&rows, 0).is_empty());
    let again = offered_again(&rows, 10);
    assert_eq!(again.len(), 1);
    assert!(read(&[again[0].value.clone().unwrap()], None).0[0].is_waiting());
}

#[test]
fn a_picture_that_was_taken_for_two_cards_stays_while_one_of_them_needs_it() {
    let (first, again) = (row(1, Kind::Photo, 1, 5), row(1, Kind::Photo, 1, 6));
    let rows = [first.clone(), again.clone()];
    assert_eq!(first.gone(&rows).len(), 1, "its row");
    assert_eq!(again.gone(&rows[1..]).len(), 2, "the last one takes the bytes along");
}

#[test]
fn a_row_survives_its_record_and_what_does_not_read_is_left_out() {
    let rows = rows();
    let records: Vec<_> = rows.iter().filter_map(|row| row.record().value).chain([b"{".to_vec()]).collect();
    let (read, _) = read(&records, None);
    assert_eq!(read.len(), 5);
    assert!(rows.iter().all(|row| read.contains(row)));
}

#[test]
fn a_row_of_a_build_that_kept_no_station_is_its_cards_or_the_phones() {
    let home = StationCode::parse("huailin").unwrap();
    let early = |row: &Row| {
        let mut fields: Map<String, Value> = serde_json::from_slice(&row.record().value.unwrap()).unwrap();
        fields.remove("station");
        serde_json::to_vec(&fields).unwrap()
    };
    let of_card = row(1, Kind::Photo, 1, 5);
    let of_report = Row { card: None, ..row(2, Kind::Photo, 2, 6) };
    let records = [early(&of_card), early(&of_report), of_card.record().value.unwrap()];
    let stations: Vec<_> = read(&records, Some(&home))
        .0
        .into_iter()
        .map(|row| (row.hash.0[0], row.station.to_string()))
        .collect();
    let expected = [(1, "zhongmiao"), (1, "zhongmiao"), (2, "huailin")];
    assert_eq!(stations, expected.map(|(hash, station)| (hash, station.to_owned())));
    assert_eq!(read(&records, None).0.len(), 2, "whoever has no station took no photo of a report");
    let (_, again) = read(&records, Some(&home));
    assert_eq!(again, [of_card.record(), Row { station: home, ..of_report }.record()]);
}
