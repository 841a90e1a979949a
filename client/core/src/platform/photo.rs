//! Pictures and recordings as the browser has them: made small, written anew (which leaves out whatever the camera wrote
//! into them: place, time, make), and named. Their bytes stay outside this module's memory.

use js_sys::{ArrayBuffer, Reflect, Uint8Array};
use shared::api::photo::Media;
use shared::ids::PhotoHash;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, ImageBitmap, ImageEncodeOptions, OffscreenCanvas, OffscreenCanvasRenderingContext2d};

use super::{crypto, scope};

/// Longest side of a photo in pixels, and of one that is taken when there is little room.
const SIDE_MAX: u32 = 1_600;
const SIDE_TIGHT_MAX: u32 = 1_024;
/// Longest side of a small photo in pixels.
const THUMBNAIL_SIDE_MAX: u32 = 240;
/// How good a photo is; a small one is less so: it is to be below 15 kB.
const QUALITY: f64 = 0.8;
const THUMBNAIL_QUALITY: f64 = 0.7;
/// Bytes of a recording that are read to see what it is.
const HEAD_BYTES: u32 = 16;

/// What the page posted with a command.
#[derive(Debug, Clone)]
pub struct Posted(Blob);

/// Bytes with their name.
#[derive(Debug)]
pub struct Named {
    /// Their SHA-256.
    pub hash: PhotoHash,
    /// What they are.
    pub media: Media,
    /// How many they are.
    pub bytes: u64,
    /// They themselves.
    pub buffer: ArrayBuffer,
}

/// The file is none that this browser can show.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the file cannot be read: {0}")]
pub struct Unreadable(String);

impl From<JsValue> for Unreadable {
    fn from(error: JsValue) -> Self {
        Self(format!("{error:?}"))
    }
}

impl Posted {
    /// What was posted, when it is a file or a recording.
    pub fn from_js(value: &JsValue) -> Option<Self> {
        value.dyn_ref::<Blob>().cloned().map(Self)
    }

    /// A photo and its small one.
    ///
    /// # Errors
    /// When it is no picture that this browser can show.
    pub async fn shrink(&self, is_tight: bool) -> Result<(Named, Named), Unreadable> {
        let reading = scope().create_image_bitmap_with_blob(&self.0)?;
        let picture: ImageBitmap = JsFuture::from(reading).await?.unchecked_into();
        let side = if is_tight { SIDE_TIGHT_MAX } else { SIDE_MAX };
        let drawn = async {
            let photo = draw(&picture, side, QUALITY).await?;
            Ok((photo, draw(&picture, THUMBNAIL_SIDE_MAX, THUMBNAIL_QUALITY).await?))
        };
        let drawn = drawn.await;
        picture.close();
        drawn
    }

    /// Its length in bytes.
    pub fn length(&self) -> usize {
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "no file is longer than 53 bits"
        )]
        let length = self.0.size() as usize;
        length
    }

    /// Its bytes, whatever they are.
    ///
    /// # Errors
    /// When the file is gone, or the browser may not read it.
    pub async fn bytes(&self) -> Result<Vec<u8>, Unreadable> {
        Ok(Uint8Array::new(&JsFuture::from(self.0.array_buffer()).await?).to_vec())
    }

    /// A recording as it is.
    ///
    /// # Errors
    /// When it is none.
    pub async fn recording(&self) -> Result<Named, Unreadable> {
        name(&self.0).await
    }
}

/// A picture that is at most so large, on white, written as JPEG.
async fn draw(picture: &ImageBitmap, side_max: u32, quality: f64) -> Result<Named, Unreadable> {
    let (width, height) = fit(picture.width(), picture.height(), side_max);
    let canvas = OffscreenCanvas::new(width, height)?;
    let context = canvas.get_context("2d")?.ok_or_else(|| Unreadable("no canvas".to_owned()))?;
    let context: OffscreenCanvasRenderingContext2d = context.unchecked_into();
    Reflect::set(&context, &"imageSmoothingQuality".into(), &"high".into())?;
    context.set_fill_style_str("#fff");
    let (wide, high) = (f64::from(width), f64::from(height));
    context.fill_rect(0.0, 0.0, wide, high);
    context.draw_image_with_image_bitmap_and_dw_and_dh(picture, 0.0, 0.0, wide, high)?;
    let options = ImageEncodeOptions::new();
    options.set_type("image/jpeg");
    options.set_quality(quality);
    let blob = JsFuture::from(canvas.convert_to_blob_with_options(&options)?).await?;
    name(&blob.unchecked_into()).await
}

async fn name(blob: &Blob) -> Result<Named, Unreadable> {
    let buffer: ArrayBuffer = JsFuture::from(blob.array_buffer()).await?.unchecked_into();
    let length = buffer.byte_length();
    let head = Uint8Array::new_with_byte_offset_and_length(&buffer, 0, length.min(HEAD_BYTES)).to_vec();
    let media = Media::of(&head).ok_or_else(|| Unreadable("another form".to_owned()))?;
    let hash = crypto::sha256(&buffer).await.map_err(|error| Unreadable(error.to_string()))?;
    Ok(Named { hash: PhotoHash(hash), media, bytes: u64::from(length), buffer })
}

/// Sides that fit, never larger than they were, never nothing.
fn fit(width: u32, height: u32, side_max: u32) -> (u32, u32) {
    let longest = width.max(height).max(1);
    if longest <= side_max {
        return (width.max(1), height.max(1));
    }
    let scaled = |side: u32| (side * side_max / longest).max(1);
    (scaled(width), scaled(height))
}
