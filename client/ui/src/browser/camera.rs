//! The camera behind a viewfinder, and what reads codes out of its pictures: the browser's own `BarcodeDetector`, or the
//! decoder of `client/scan` in a worker of its own. A picture is taken when the one before has been read, never sooner.
//! It says what it sees and decides nothing.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::prelude::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    DomException, HtmlVideoElement, ImageBitmapOptions, MediaDevices, MediaStream, MediaStreamConstraints,
    MediaStreamTrack, MediaStreamTrackState, MessageEvent, Worker, WorkerOptions, WorkerType,
};
use yew::NodeRef;

use super::script::{method, object};
use super::{meta, window};

/// Milliseconds between two pictures: the interface draws in them.
const PAUSE_MS: i32 = 60;
/// Pixels of a picture's side that the decoder gets at most.
const SIDE_PIXELS_MAX: i32 = 720;
/// Readings that may fail one after the other before a reader is given up.
const FAILURES_MAX: u32 = 3;
/// What the browser's own detector is asked for: our labels, and what makers print.
const FORMATS: [&str; 7] = ["qr_code", "data_matrix", "code_128", "code_39", "ean_13", "ean_8", "upc_a"];

/// What the camera says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sight {
    /// It shows a picture.
    Running {
        /// Whether it has a light.
        has_torch: bool,
    },
    /// A code is in the picture.
    Code(String),
    /// It does not show a picture, or nothing reads it.
    Failed(CameraFault),
}

/// Why the camera cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CameraFault {
    /// The page is not opened safely: browsers give no camera then.
    Insecure,
    /// The person or the phone refused it.
    Refused,
    /// There is none.
    Missing,
    /// Another program has it.
    Busy,
    /// It runs, and this browser cannot read its pictures.
    Unreadable,
}

/// A camera that runs as long as this is there.
pub struct Camera(Rc<Inner>);

struct Inner {
    told: Box<dyn Fn(Sight)>,
    stream: RefCell<Option<MediaStream>>,
    is_open: Cell<bool>,
}

impl Camera {
    /// Asks for the camera, shows it in a `video` element, and tells what it sees.
    pub fn open(node: &NodeRef, told: impl Fn(Sight) + 'static) -> Self {
        let inner =
            Rc::new(Inner { told: Box::new(told), stream: RefCell::default(), is_open: Cell::new(true) });
        if let Some(video) = node.cast::<HtmlVideoElement>() {
            let inner = Rc::clone(&inner);
            wasm_bindgen_futures::spawn_local(async move {
                if let Err(fault) = inner.run(&video).await {
                    inner.close();
                    (inner.told)(Sight::Failed(fault));
                }
            });
        }
        Self(inner)
    }

    /// Switches its light.
    pub fn set_torch(&self, is_on: bool) {
        let Some(track) = self.0.track() else { return };
        let wanted = object(&[("torch", is_on.into())]);
        let constraints = object(&[("advanced", Array::of1(&wanted).into())]);
        if let Ok(applied) = track.apply_constraints_with_constraints(constraints.unchecked_ref()) {
            ignore(applied);
        }
    }
}

impl Drop for Camera {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl Inner {
    /// Ends the tracks: the light beside the lens goes out.
    fn close(&self) {
        self.is_open.set(false);
        if let Some(stream) = self.stream.borrow_mut().take() {
            for track in stream.get_tracks() {
                track.unchecked_into::<MediaStreamTrack>().stop();
            }
        }
    }

    fn track(&self) -> Option<MediaStreamTrack> {
        self.stream.borrow().as_ref()?.get_video_tracks().get(0).dyn_into().ok()
    }

    async fn run(&self, video: &HtmlVideoElement) -> Result<(), CameraFault> {
        let stream = ask().await?;
        // Not `stream.clone()`: that is JavaScript's, and makes tracks that nobody would stop.
        self.stream.replace(Some(Clone::clone(&stream)));
        if !self.is_open.get() {
            self.close(); // left before the person answered
            return Ok(());
        }
        video.set_src_object(Some(&stream));
        if let Ok(playing) = video.play() {
            ignore(playing);
        }
        let has_torch = self.track().is_some_and(|track| has_torch(&track));
        (self.told)(Sight::Running { has_torch });
        let mut reader = Reader::choose().await?;
        let mut failures = 0;
        for turn in 0_u32.. {
            if !self.is_open.get() {
                break;
            }
            if self.track().is_none_or(|track| track.ready_state() == MediaStreamTrackState::Ended) {
                return Err(CameraFault::Busy);
            }
            if video.ready_state() >= 2 && video.video_width() > 0 {
                match reader.read(video, turn).await {
                    Ok(seen) => {
                        failures = 0;
                        if let Some(text) = seen.filter(|_| self.is_open.get()) {
                            (self.told)(Sight::Code(text));
                        }
                    }
                    Err(_) => {
                        failures += 1;
                        reader = reader.after_failure(failures)?;
                    }
                }
            }
            pause(PAUSE_MS).await;
        }
        reader.close();
        Ok(())
    }
}

/// Asks the person for the camera at the back.
async fn ask() -> Result<MediaStream, CameraFault> {
    let devices = Reflect::get(&window().navigator(), &"mediaDevices".into()).unwrap_or(JsValue::UNDEFINED);
    if devices.is_undefined() {
        let is_secure = window().is_secure_context();
        return Err(if is_secure { CameraFault::Missing } else { CameraFault::Insecure });
    }
    let ideal = |value: JsValue| -> JsValue { object(&[("ideal", value)]).into() };
    let video = object(&[
        ("facingMode", ideal("environment".into())),
        ("width", ideal(1_280.into())),
        ("height", ideal(720.into())),
    ]);
    let constraints = MediaStreamConstraints::new();
    constraints.set_video(&video);
    let devices: MediaDevices = devices.unchecked_into();
    let asked = devices.get_user_media_with_constraints(&constraints).map_err(|error| fault(&error))?;
    let stream = JsFuture::from(asked).await.map_err(|error| fault(&error))?;
    Ok(stream.unchecked_into())
}

fn fault(error: &JsValue) -> CameraFault {
    let name = error.dyn_ref::<DomException>().map(DomException::name).unwrap_or_default();
    match name.as_str() {
        "NotFoundError" | "OverconstrainedError" => CameraFault::Missing,
        "NotReadableError" | "AbortError" => CameraFault::Busy,
        _ => CameraFault::Refused,
    }
}

fn has_torch(track: &MediaStreamTrack) -> bool {
    let told = method(track, "getCapabilities").and_then(|tell| tell.call0(track).ok());
    told.is_some_and(|told| Reflect::get(&told, &"torch".into()).is_ok_and(|torch| torch.is_truthy()))
}

/// What reads the pictures.
enum Reader {
    /// The browser's own.
    Native(JsValue),
    /// Ours.
    Ours(Worker),
}

impl Reader {
    async fn choose() -> Result<Self, CameraFault> {
        match native().await {
            Some(detector) => Ok(Self::Native(detector)),
            None => Self::ours(),
        }
    }

    fn ours() -> Result<Self, CameraFault> {
        let (Some(url), Some(build)) = (meta("muster-scan"), meta("muster-build")) else {
            return Err(CameraFault::Unreadable);
        };
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        options.set_name(&build);
        Worker::new_with_options(&url, &options).map(Self::Ours).map_err(|_| CameraFault::Unreadable)
    }

    /// What reads the next picture after this one failed so often: a detector that does not work is left for ours, a
    /// decoder that trapped is started again.
    fn after_failure(self, failures: u32) -> Result<Self, CameraFault> {
        match self {
            Self::Native(_) if failures < FAILURES_MAX => Ok(self),
            Self::Native(_) => Self::ours(),
            Self::Ours(worker) => {
                worker.terminate();
                if failures < 2 * FAILURES_MAX { Self::ours() } else { Err(CameraFault::Unreadable) }
            }
        }
    }

    fn close(self) {
        if let Self::Ours(worker) = self {
            worker.terminate();
        }
    }

    /// The code in the picture that shows now.
    async fn read(&self, video: &HtmlVideoElement, turn: u32) -> Result<Option<String>, JsValue> {
        match self {
            Self::Native(detector) => {
                let detect = method(detector, "detect").ok_or(JsValue::UNDEFINED)?;
                let found: Promise = detect.call1(detector, video)?.dyn_into()?;
                let found: Array = JsFuture::from(found).await?.dyn_into()?;
                Ok(Reflect::get(&found.get(0), &"rawValue".into()).ok().and_then(|text| text.as_string()))
            }
            Self::Ours(worker) => {
                let picture = JsFuture::from(picture(video, turn)?).await?;
                let answered = Promise::new(&mut |resolve, reject| {
                    worker.set_onmessage(Some(&resolve));
                    worker.set_onerror(Some(&reject));
                });
                worker.post_message_with_transfer(&picture, &Array::of1(&picture))?;
                let event: MessageEvent = JsFuture::from(answered).await?.dyn_into()?;
                Ok(event.data().as_string())
            }
        }
    }
}

/// The browser's own detector, when it reads QR codes.
async fn native() -> Option<JsValue> {
    let class: Function = method(&window(), "BarcodeDetector")?;
    let told: Promise = method(&class, "getSupportedFormats")?.call0(&class).ok()?.dyn_into().ok()?;
    let told: Array = JsFuture::from(told).await.ok()?.dyn_into().ok()?;
    let formats: Array =
        FORMATS.iter().map(|name| JsValue::from(*name)).filter(|name| told.includes(name, 0)).collect();
    if !formats.includes(&FORMATS[0].into(), 0) {
        return None;
    }
    Reflect::construct(&class, &Array::of1(&object(&[("formats", formats.into())]))).ok()
}

/// The middle of the picture: all of its height in one turn, half of it in the next, so that small codes are read as well
/// as near ones.
fn picture(video: &HtmlVideoElement, turn: u32) -> Result<Promise, JsValue> {
    let [width, height] = [video.video_width(), video.video_height()].map(u32::cast_signed);
    let whole = width.min(height);
    let side = if turn.is_multiple_of(2) { whole } else { whole / 2 };
    let pixels = u32::try_from(side.min(SIDE_PIXELS_MAX)).unwrap_or_default();
    let options = ImageBitmapOptions::new();
    options.set_resize_width(pixels);
    options.set_resize_height(pixels);
    window().create_image_bitmap_with_html_video_element_and_a_sx_and_a_sy_and_a_sw_and_a_sh_and_a_options(
        video,
        (width - side) / 2,
        (height - side) / 2,
        side,
        side,
        &options,
    )
}

/// Waits for nothing: what becomes of it shows by itself.
fn ignore(promise: Promise) {
    wasm_bindgen_futures::spawn_local(async move { drop(JsFuture::from(promise).await) });
}

async fn pause(ms: i32) {
    let waited = Promise::new(&mut |resolve, _| {
        drop(window().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, ms));
    });
    drop(JsFuture::from(waited).await);
}
