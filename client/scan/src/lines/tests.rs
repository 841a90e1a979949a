//! Codes drawn as a camera sees them: turned a little, blurred, in a shadow, upside down, lying.

use super::*;

const WIDTH: usize = 480;
const HEIGHT: usize = 360;

/// How a code is before the camera.
#[derive(Clone, Copy)]
struct Held {
    /// Pixels of a module.
    module: f32,
    /// Radians that it is turned by.
    turned: f32,
    /// Pixels that the picture is blurred over.
    blur: usize,
    /// How much darker the right side is than the left, of 1.
    shadow: f32,
    /// What is added to and taken from each pixel, at random.
    noise: u32,
}

const STILL: Held = Held { module: 2.5, turned: 0.0, blur: 0, shadow: 0.0, noise: 0 };

/// A picture of widths of bars and spaces on a white label before a grey wall.
fn picture(widths: &[u8], held: Held) -> Vec<u8> {
    let modules: Vec<bool> =
        widths.iter().enumerate().flat_map(|(at, width)| vec![at % 2 == 0; usize::from(*width)]).collect();
    let (sin, cos) = held.turned.sin_cos();
    let wide = modules.len() as f32 * held.module;
    let mut dice = 7_u32;
    let mut grey = Vec::with_capacity(WIDTH * HEIGHT);
    let bright = |x: f32, y: f32| {
        let (dx, dy) = (x - WIDTH as f32 / 2.0, y - HEIGHT as f32 / 2.0);
        let (across, along) = (dx * cos + dy * sin, dy * cos - dx * sin);
        let at = (across + wide / 2.0) / held.module;
        let on_label = along.abs() < 90.0 && (-10.0..modules.len() as f32 + 10.0).contains(&at);
        match on_label && along.abs() < 70.0 && at >= 0.0 && modules.get(at as usize) == Some(&true) {
            true => 45.0,
            false if on_label => 215.0,
            false => 140.0,
        }
    };
    // A pixel sees all that is before it, and not a point of it.
    let parts = [0.125, 0.375, 0.625, 0.875];
    for y in 0..HEIGHT {
        for x in 0..WIDTH {
            let part = |at: usize| bright(x as f32 + parts[at / 4], y as f32 + parts[at % 4]);
            let bright = (0..16).map(part).sum::<f32>() / 16.0;
            let shade = 1.0 - held.shadow * x as f32 / WIDTH as f32;
            dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = (dice >> 16) % (2 * held.noise + 1);
            let noisy = bright * shade + noise as f32 - held.noise as f32;
            grey.push(noisy.clamp(0.0, 255.0) as u8);
        }
    }
    if held.blur == 0 {
        return grey;
    }
    let smooth = |at: usize| {
        let (y, x) = (at / WIDTH * WIDTH, at % WIDTH);
        let near = &grey[y + x.saturating_sub(held.blur)..y + (x + held.blur + 1).min(WIDTH)];
        (near.iter().map(|pixel| u32::from(*pixel)).sum::<u32>() / near.len() as u32) as u8
    };
    (0..grey.len()).map(smooth).collect()
}

/// Everything that is read, and how it is drawn.
fn codes() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("CL2100417", code128::tests::draw("CL2100417")),
        ("0098765432", code128::tests::draw("0098765432")),
        ("FCA-0417", code39::tests::draw("FCA-0417")),
        ("6901234567892", ean::tests::draw("6901234567892")),
        ("036000291452", ean::tests::draw("0036000291452")),
        ("96385074", ean::tests::draw("96385074")),
    ]
}

fn seen(widths: &[u8], held: Held) -> Option<String> {
    read(&picture(widths, held), WIDTH, HEIGHT)
}

#[test]
fn each_kind_of_code_is_read_however_it_is_held() {
    for (text, widths) in codes() {
        for (what, held) in [
            ("still", STILL),
            ("turned", Held { turned: 0.2, ..STILL }),
            ("the other way", Held { turned: -0.25, ..STILL }),
            ("upside down", Held { turned: std::f32::consts::PI, ..STILL }),
            ("lying", Held { turned: std::f32::consts::FRAC_PI_2, module: 1.9, ..STILL }),
            ("blurred", Held { blur: 1, ..STILL }),
            ("in a shadow", Held { shadow: 0.6, ..STILL }),
            ("small", Held { module: 1.8, ..STILL }),
            ("grainy", Held { noise: 20, ..STILL }),
            ("all of it", Held { turned: 0.1, blur: 1, shadow: 0.4, noise: 12, module: 2.6 }),
        ] {
            assert_eq!(seen(&widths, held).as_deref(), Some(text), "{text} {what}");
        }
    }
}

#[test]
fn what_is_covered_is_not_guessed() {
    for (text, widths) in codes() {
        let mut grey = picture(&widths, STILL);
        for y in 0..HEIGHT {
            grey[y * WIDTH + WIDTH / 2..y * WIDTH + WIDTH / 2 + 30].fill(215);
        }
        assert_eq!(read(&grey, WIDTH, HEIGHT), None, "{text}");
    }
}

#[test]
fn one_row_alone_is_not_believed() {
    let (_, widths) = codes().remove(0);
    let whole = picture(&widths, STILL);
    let mut grey = vec![140; WIDTH * HEIGHT];
    let middle = HEIGHT / 2 * WIDTH;
    grey[middle..middle + WIDTH].copy_from_slice(&whole[middle..middle + WIDTH]);
    assert_eq!(read(&grey, WIDTH, HEIGHT), None);
}

#[test]
fn noise_is_no_code() {
    let mut dice = 1_u32;
    for _ in 0..40 {
        let mut draw = || {
            dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (dice >> 24) as u8
        };
        let fine: Vec<u8> = (0..WIDTH * HEIGHT).map(|_| draw()).collect();
        assert_eq!(read(&fine, WIDTH, HEIGHT), None);
        let bars: Vec<u8> = (0..WIDTH / 3).map(|_| draw()).collect();
        let coarse: Vec<u8> = (0..WIDTH * HEIGHT).map(|at| bars[at % WIDTH / 3]).collect();
        assert_eq!(read(&coarse, WIDTH, HEIGHT), None);
    }
}
