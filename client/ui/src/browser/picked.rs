//! Files and recordings that people give, and the microphone. What is in them is the core's matter; here they are only
//! taken and handed on.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::prelude::{Closure, JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    AnalyserNode, AudioContext, Blob, BlobEvent, HtmlInputElement, MediaRecorder, MediaRecorderOptions,
    MediaStream, MediaStreamAudioSourceNode, MediaStreamConstraints, MediaStreamTrack,
};
use yew::NodeRef;

use super::{Timer, window};

/// Bits of a second of speech.
const BITS_A_SECOND: u32 = 32_000;
/// What is recorded where it can be; elsewhere the browser chooses.
const OPUS: &str = "audio/webm;codecs=opus";

/// A file or a recording.
#[derive(Clone)]
pub struct Picked(pub(super) Blob);

/// The file that was chosen, taken out of its input, so that the same can be chosen again.
pub fn picked(input: &NodeRef) -> Option<Picked> {
    let input = input.cast::<HtmlInputElement>()?;
    let file = input.files()?.get(0)?;
    input.set_value("");
    Some(Picked(file.unchecked_into()))
}

/// Why there is no recording, as a code's word.
pub type NoRecording = &'static str;

/// A recording that goes on; dropping it ends it and frees the microphone.
pub struct Recording {
    recorder: MediaRecorder,
    stream: MediaStream,
    sound: AudioContext,
    analyser: AnalyserNode,
    /// Kept, for some browsers forget a source that nobody holds.
    _source: MediaStreamAudioSourceNode,
    _ended: Timer,
    _on_data: Closure<dyn FnMut(BlobEvent)>,
}

impl Recording {
    /// Asks for the microphone; `begun` is called with the recording, or with why there is none. It ends by itself after
    /// some milliseconds; when it ends, `done` is called with it.
    pub fn begin(
        ms_max: i32,
        begun: impl FnOnce(Result<Self, NoRecording>) + 'static,
        done: impl FnOnce(Picked) + 'static,
    ) {
        spawn_local(async move {
            let recording = match microphone().await {
                Ok(stream) => Self::of(stream, ms_max, done).map_err(|_| "microphone-missing"),
                Err(code) => Err(code),
            };
            begun(recording);
        });
    }

    fn of(stream: MediaStream, ms_max: i32, done: impl FnOnce(Picked) + 'static) -> Result<Self, JsValue> {
        let options = MediaRecorderOptions::new();
        options.set_audio_bits_per_second(BITS_A_SECOND);
        if MediaRecorder::is_type_supported(OPUS) {
            options.set_mime_type(OPUS);
        }
        let recorder = MediaRecorder::new_with_media_stream_and_media_recorder_options(&stream, &options)?;
        let done = RefCell::new(Some(done));
        let on_data = Closure::<dyn FnMut(BlobEvent)>::new(move |event: BlobEvent| {
            // One piece, at the end.
            if let (Some(blob), Some(done)) = (event.data(), done.borrow_mut().take()) {
                done(Picked(blob));
            }
        });
        recorder.set_ondataavailable(Some(on_data.as_ref().unchecked_ref()));
        let sound = AudioContext::new()?;
        let analyser = sound.create_analyser()?;
        let source = sound.create_media_stream_source(&stream)?;
        source.connect_with_audio_node(&analyser)?;
        // Begun after the question for the microphone, it may wait for another tap.
        drop(sound.resume()?);
        recorder.start()?;
        let ending = recorder.clone();
        let ended = Timer::after_ms(ms_max, move || drop(ending.stop()));
        Ok(Self { recorder, stream, sound, analyser, _source: source, _ended: ended, _on_data: on_data })
    }

    /// Ends it; what was recorded comes to `done`.
    pub fn end(&self) {
        drop(self.recorder.stop());
    }

    /// How loud it is now, from 0 to 100.
    pub fn level(&self) -> u32 {
        let mut wave = vec![0u8; self.analyser.fft_size() as usize];
        self.analyser.get_byte_time_domain_data(&mut wave);
        let loudest = wave.iter().map(|at| u32::from(at.abs_diff(128))).max().unwrap_or_default();
        (loudest * 100 / 128).min(100)
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        // What was recorded when the screen was left is not wanted any more.
        self.recorder.set_ondataavailable(None);
        drop(self.recorder.stop());
        for track in self.stream.get_tracks().iter() {
            track.unchecked_into::<MediaStreamTrack>().stop();
        }
        drop(self.sound.close());
    }
}

async fn microphone() -> Result<MediaStream, NoRecording> {
    let devices = window().navigator().media_devices().map_err(|_| "microphone-missing")?;
    if JsValue::from(devices.clone()).is_undefined() {
        return Err("microphone-missing");
    }
    let wanted = MediaStreamConstraints::new();
    wanted.set_audio(&JsValue::TRUE);
    let asked = devices.get_user_media_with_constraints(&wanted).map_err(|_| "microphone-missing")?;
    match JsFuture::from(asked).await {
        Ok(stream) => Ok(stream.unchecked_into()),
        Err(error) => {
            let name = error.dyn_into::<web_sys::DomException>().map(|error| error.name());
            Err(if name.is_ok_and(|name| name == "NotAllowedError") {
                "microphone-refused"
            } else {
                "microphone-missing"
            })
        }
    }
}

/// A recording in a place that callbacks share.
#[derive(Clone, Default)]
pub struct Slot(Rc<RefCell<Option<Recording>>>, Rc<Cell<bool>>);

impl Slot {
    /// Puts one in; it is dropped at once when the screen was left meanwhile.
    pub fn put(&self, recording: Recording) {
        if !self.1.get() {
            self.0.replace(Some(recording));
        }
    }

    /// Ends what is in it.
    pub fn end(&self) {
        if let Some(recording) = self.0.borrow().as_ref() {
            recording.end();
        }
    }

    /// Takes it out and frees the microphone.
    pub fn free(&self) {
        drop(self.0.take());
    }

    /// The screen is left.
    pub fn leave(&self) {
        self.1.set(true);
        self.free();
    }

    /// How loud it is now, from 0 to 100.
    pub fn level(&self) -> u32 {
        self.0.borrow().as_ref().map_or(0, Recording::level)
    }
}

/// Asks the browser to send what waits when there is a network, even if this page is gone by then; `boot.js` does.
pub fn send_in_background() {
    if let Ok(event) = web_sys::Event::new("muster:send-later") {
        drop(window().dispatch_event(&event));
    }
}
