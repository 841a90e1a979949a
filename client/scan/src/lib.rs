//! Codes out of a camera's pictures, for browsers without a `BarcodeDetector`: QR codes, and the codes of lines that makers
//! print. Pure: pixels in, text out. Its worker is `client/web/scan-worker.js`, which loads it when a scanner opens; the
//! camera is `client/ui/src/browser/camera.rs`'s.

mod lines;

use rqrr::PreparedImage;
use wasm_bindgen::prelude::wasm_bindgen;

/// Pixels of a picture's longer side at most: more takes longer and finds no more.
const SIDE_PIXELS_MAX: usize = 4_096;

/// The text of a code in a picture of red, green, blue and alpha bytes, row by row, a QR code before one of lines; none
/// when there is none, or the bytes are no such picture.
#[wasm_bindgen]
pub fn decode(pixels: &[u8], width: usize, height: usize) -> Option<String> {
    let is_picture = (1..=SIDE_PIXELS_MAX).contains(&width)
        && (1..=SIDE_PIXELS_MAX).contains(&height)
        && pixels.len() == width * height * 4;
    if !is_picture {
        return None;
    }
    let grey: Vec<u8> = pixels.chunks_exact(4).map(luminance).collect();
    read(width, height, &grey)
}

/// The text of a code in a picture of brightnesses (0 is black), row by row.
pub fn read(width: usize, height: usize, grey: &[u8]) -> Option<String> {
    square(width, height, grey).or_else(|| lines::read(grey, width, height))
}

fn square(width: usize, height: usize, grey: &[u8]) -> Option<String> {
    let mut picture = PreparedImage::prepare_from_greyscale(width, height, |x, y| grey[y * width + x]);
    let decoded = picture.detect_grids().into_iter().filter_map(|grid| grid.decode().ok());
    decoded.map(|(_, text)| text).find(|text| !text.is_empty())
}

/// Brightness as the eye weighs it (Rec. 601), in 256ths.
fn luminance(pixel: &[u8]) -> u8 {
    let [red, green, blue] = [0, 1, 2].map(|part| u32::from(pixel[part]));
    u8::try_from((red * 77 + green * 150 + blue * 29) >> 8).expect("the weights add up to 256")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_picture_has_no_code() {
        assert_eq!(decode(&[], 0, 0), None);
        assert_eq!(decode(&[0; 16], 2, 3), None);
        assert_eq!(decode(&[255; 16], usize::MAX, 2), None);
        for size in [1, 2, 7, 64] {
            assert_eq!(decode(&vec![255; size * size * 4], size, size), None, "{size}");
            assert_eq!(decode(&vec![0; size * size * 4], size, size), None, "{size}");
        }
    }

    #[test]
    fn white_is_white_and_black_is_black() {
        assert_eq!((luminance(&[255; 4]), luminance(&[0; 4])), (255, 0));
    }
}
