//! Labels as the relay draws them, read again by the decoder that phones load: straight, turned, out of focus, far away,
//! in bad light.
#![expect(clippy::cast_possible_truncation, reason = "pixels and shades are small")]

use proptest::prelude::*;
use server::labels::{Format, Job, Offset, Sticker, page};
use shared::domain::Label;
use shared::domain::label::{Named, label_text};
use shared::ids::{AssetId, StationCode};

/// A code as it stands on a label, quiet zone and all.
struct Code {
    side: usize,
    dark: Vec<bool>,
}

/// The page of one label, and the code out of its drawing.
fn drawn(text: &str) -> Code {
    let sticker = Sticker {
        text: text.to_owned(),
        code: "179 779 520".into(),
        name: Label::new("催泪喷射器", "OC spray"),
        serial: "CL2100417".into(),
        station: Label::new("中庙所", "Zhongmiao"),
    };
    let html = page(
        &Job {
            format: Format::named("62x29").unwrap(),
            offset: Offset::default(),
            skipped: 0,
            stickers: vec![sticker],
            is_test: false,
        },
        "s",
        "p",
    );
    let after = |mark: &str| html.split(mark).nth(1).unwrap().split('"').next().unwrap();
    let side: usize = after("viewBox=\"0 0 ").split(' ').next().unwrap().parse().unwrap();
    let mut dark = vec![false; side * side];
    for bar in after("<path d=\"").split('M').filter(|bar| !bar.is_empty()) {
        let numbers: Vec<usize> = bar
            .split(|c: char| !c.is_ascii_digit())
            .filter(|n| !n.is_empty())
            .map(|n| n.parse().unwrap())
            .collect();
        let (x, y, length) = (numbers[0], numbers[1], numbers[2]);
        dark[y * side + x..y * side + x + length].fill(true);
    }
    Code { side, dark }
}

/// How a camera sees it.
#[derive(Debug, Clone, Copy)]
struct Seen {
    /// Pixels of a module.
    scale: f64,
    /// Degrees that it is turned.
    turned: f64,
    /// Pixels over which it is out of focus.
    blur: usize,
    /// Brightness of black and of white.
    light: (u8, u8),
}

const WELL: Seen = Seen { scale: 8.0, turned: 0.0, blur: 0, light: (0, 255) };

/// The picture, red green blue alpha, and its side.
fn picture(code: &Code, seen: Seen) -> (Vec<u8>, usize) {
    let side = (code.side as f64 * seen.scale * 1.45) as usize;
    let (sin, cos) = seen.turned.to_radians().sin_cos();
    let middle = side as f64 / 2.0;
    // Nine samples a pixel, as a lens mixes what falls on one.
    let shade = |x: usize, y: usize| {
        let samples = (0..9).map(|n| {
            let (px, py) =
                (x as f64 + (n % 3) as f64 / 3.0 - middle, y as f64 + (n / 3) as f64 / 3.0 - middle);
            let (mx, my) = ((px * cos + py * sin) / seen.scale, (py * cos - px * sin) / seen.scale);
            let place = |m: f64| (m + code.side as f64 / 2.0).floor();
            let (mx, my) = (place(mx), place(my));
            let inside = |m: f64| m >= 0.0 && m < code.side as f64;
            inside(mx) && inside(my) && code.dark[my as usize * code.side + mx as usize]
        });
        let dark = samples.filter(|dark| *dark).count() as f64 / 9.0;
        let (black, white) = (f64::from(seen.light.0), f64::from(seen.light.1));
        white + (black - white) * dark
    };
    let mut grey: Vec<f64> = (0..side * side).map(|at| shade(at % side, at / side)).collect();
    for _ in 0..2 {
        grey = blurred(&grey, side, seen.blur);
    }
    (grey.iter().flat_map(|grey| [*grey as u8, *grey as u8, *grey as u8, 255]).collect(), side)
}

fn blurred(grey: &[f64], side: usize, by: usize) -> Vec<f64> {
    let mean = |at: usize| {
        let (x, y) = (at % side, at / side);
        let rows = y.saturating_sub(by)..=(y + by).min(side - 1);
        let columns = x.saturating_sub(by)..=(x + by).min(side - 1);
        let count = (rows.clone().count() * columns.clone().count()) as f64;
        rows.flat_map(|y| columns.clone().map(move |x| grey[y * side + x])).sum::<f64>() / count
    };
    (0..side * side).map(mean).collect()
}

fn text() -> String {
    label_text(&StationCode::parse("zhongmiao").unwrap(), &AssetId::parse("ZM-P03-01").unwrap())
}

#[track_caller]
fn check(seen: Seen) {
    let (pixels, side) = picture(&drawn(&text()), seen);
    assert_eq!(scan::decode(&pixels, side, side).as_deref(), Some(text().as_str()), "{seen:?}");
}

#[test]
fn a_label_is_read_again() {
    check(WELL);
}

#[test]
fn a_label_is_read_however_it_is_held() {
    for turned in [7.0, 30.0, 45.0, 90.0, 133.0, 180.0, 270.0] {
        check(Seen { turned, ..WELL });
    }
}

#[test]
fn a_label_is_read_out_of_focus_from_far_and_in_bad_light() {
    check(Seen { blur: 2, ..WELL });
    check(Seen { scale: 3.0, ..WELL });
    check(Seen { scale: 3.0, turned: 10.0, ..WELL });
    check(Seen { light: (70, 130), ..WELL });
    check(Seen { scale: 5.0, turned: 20.0, blur: 1, light: (40, 140) });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_label_is_read_as_the_thing_that_it_hangs_on(
        station in "[a-z][a-z0-9-]{0,11}",
        id in "[A-Z]{2}-[A-Z][0-9]{2}-[0-9]{2}|[A-Za-z0-9._:-]{1,64}",
    ) {
        let (station, asset) = (StationCode::parse(&station).unwrap(), AssetId::parse(&id).unwrap());
        let code = drawn(&label_text(&station, &asset));
        let (pixels, side) = picture(&code, Seen { scale: 4.0, ..WELL });
        let read = scan::decode(&pixels, side, side);
        prop_assert_eq!(read.as_deref().and_then(Named::parse), Some(Named::Label { station, asset }));
    }

    #[test]
    fn noise_is_no_code(noise in proptest::collection::vec(any::<u8>(), 64 * 64 * 4)) {
        prop_assert_eq!(scan::decode(&noise, 64, 64), None);
    }
}
