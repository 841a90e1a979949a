//! The viewfinder: asks for the camera when the person says so, shows what it sees, and tells each code once. It lets the
//! camera go when the page is hidden and takes it again when it is shown.

use std::cell::RefCell;
use std::rc::Rc;

use shared::time::Timestamp;
use yew::{
    Callback, Html, NodeRef, Properties, UseStateHandle, component, hook, html, use_mut_ref, use_node_ref,
    use_state_eq,
};

use crate::browser::{self, Camera, CameraFault, Sight, Visibility};
use crate::components::icon::{Icon, glyph};
use crate::components::notice::ProblemNote;
use crate::hooks::{use_effect_with, use_value, use_words};
use crate::i18n::Words;
use crate::problem::Sentence;

/// That the camera was allowed before: then nobody is asked to allow it again.
const ALLOWED_KEY: &str = "muster.camera";
/// Milliseconds that a code must be out of sight before it is told again.
const SAME_MS: i64 = 2_500;

/// What a hit looks like for a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flash {
    /// It was found, or counted.
    Good,
    /// It was counted before, or is not known.
    Look,
}

/// Properties of [`Viewfinder`].
#[derive(Properties, PartialEq)]
pub struct ViewfinderProps {
    /// A code was seen: once, however long it is held before the camera.
    pub onseen: Callback<String>,
    /// What the last hit was.
    #[prop_or_default]
    pub flash: Option<Flash>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Nobody has asked for it.
    Off,
    /// The phone asks the person, or the lens opens.
    Starting,
    Running {
        has_torch: bool,
    },
    Failed(CameraFault),
}

/// What the viewfinder keeps.
#[derive(Clone)]
struct State {
    /// The person wants it.
    is_wanted: UseStateHandle<bool>,
    /// It shows a picture; whether it has a light.
    running: UseStateHandle<Option<bool>>,
    fault: UseStateHandle<Option<CameraFault>>,
    is_lit: UseStateHandle<bool>,
}

impl State {
    fn phase(&self) -> Phase {
        match (*self.fault, *self.is_wanted, *self.running) {
            (Some(fault), ..) => Phase::Failed(fault),
            (None, false, _) => Phase::Off,
            (None, true, None) => Phase::Starting,
            (None, true, Some(has_torch)) => Phase::Running { has_torch },
        }
    }
}

/// The viewfinder.
#[component]
pub fn Viewfinder(props: &ViewfinderProps) -> Html {
    let words = use_words();
    let video = use_node_ref();
    let state = State {
        is_wanted: use_state_eq(|| browser::kept(ALLOWED_KEY).is_some()),
        running: use_value(None),
        fault: use_value(None),
        is_lit: use_value(false),
    };
    let camera = use_camera(&video, &state, props.onseen.clone());
    let phase = state.phase();
    let start = {
        let State { is_wanted, fault, .. } = state.clone();
        Callback::from(move |_| {
            fault.set(None);
            is_wanted.set(true);
        })
    };
    let light = {
        let is_lit = state.is_lit.clone();
        move |_| {
            if let Some(camera) = camera.borrow().as_ref() {
                camera.set_torch(!*is_lit);
                is_lit.set(!*is_lit);
            }
        }
    };
    let is_running = matches!(phase, Phase::Running { .. });
    let flash = match props.flash {
        Some(Flash::Good) => "good",
        Some(Flash::Look) => "look",
        None => "none",
    };
    html! {
        <section class="viewfinder" data-testid="viewfinder" data-phase={word(phase)} data-flash={flash}
            aria-label={words.viewfinder()}>
            <div class="lens" hidden={!is_running}>
                <video ref={video} playsinline=true muted=true autoplay=true aria-hidden="true"></video>
                <span class="aim" aria-hidden="true"></span>
                if phase == (Phase::Running { has_torch: true }) {
                    <button type="button" class="torch" data-testid="torch" aria-pressed={state.is_lit.to_string()} onclick={light}>
                        { words.camera_light() }
                    </button>
                }
            </div>
            { beside(words, phase, start) }
        </section>
    }
}

fn beside(words: Words, phase: Phase, start: Callback<yew::MouseEvent>) -> Html {
    match phase {
        Phase::Running { .. } => Html::default(),
        Phase::Starting => html! { <p class="hint" role="status">{ words.camera_starting() }</p> },
        Phase::Off => html! {
            <div class="ask">
                <p>{ words.camera_why() }</p>
                <button type="button" class="secondary" data-testid="allow-camera" onclick={start}>
                    { glyph(Icon::Scan) }{ words.camera_allow() }
                </button>
            </div>
        },
        Phase::Failed(fault) => html! {
            <>
                <ProblemNote code={["camera-", word(phase)].concat()} sentence={sentence(words, fault)} />
                <button type="button" class="secondary" data-testid="allow-camera" onclick={start}>{ words.camera_again() }</button>
            </>
        },
    }
}

fn word(phase: Phase) -> &'static str {
    match phase {
        Phase::Off => "off",
        Phase::Starting => "starting",
        Phase::Running { .. } => "running",
        Phase::Failed(CameraFault::Insecure) => "insecure",
        Phase::Failed(CameraFault::Refused) => "refused",
        Phase::Failed(CameraFault::Missing) => "missing",
        Phase::Failed(CameraFault::Busy) => "busy",
        Phase::Failed(CameraFault::Unreadable) => "unreadable",
    }
}

fn sentence(words: Words, fault: CameraFault) -> Sentence {
    let (happened, to_do) = match fault {
        CameraFault::Insecure => (words.camera_insecure(), words.camera_insecure_do()),
        CameraFault::Refused => (words.camera_refused(), words.camera_refused_do()),
        CameraFault::Missing => (words.camera_missing(), words.camera_missing_do()),
        CameraFault::Busy => (words.camera_busy(), words.camera_busy_do()),
        CameraFault::Unreadable => (words.camera_unreadable(), words.camera_unreadable_do()),
    };
    Sentence { happened, safe: words.camera_safe(), to_do }
}

/// The camera, as long as it is wanted and the page is seen.
#[hook]
fn use_camera(video: &NodeRef, state: &State, onseen: Callback<String>) -> Rc<RefCell<Option<Camera>>> {
    let camera = use_mut_ref(|| None::<Camera>);
    let is_visible = use_value(true);
    {
        let is_visible = is_visible.clone();
        use_effect_with((), move |()| {
            let listening = Visibility::listen(move |is_seen| is_visible.set(is_seen));
            move || drop(listening)
        });
    }
    let latest = use_mut_ref(|| onseen.clone());
    *latest.borrow_mut() = onseen;
    let (opened, video, state_then) = (camera.clone(), video.clone(), state.clone());
    use_effect_with(*state.is_wanted && *is_visible, move |is_on| {
        if *is_on {
            let last = RefCell::new((String::new(), Timestamp(0)));
            let State { is_wanted, running, fault, .. } = state_then.clone();
            opened.replace(Some(Camera::open(&video, move |sight| match sight {
                Sight::Running { has_torch } => {
                    browser::keep(ALLOWED_KEY, "1");
                    running.set(Some(has_torch));
                }
                Sight::Code(text) => {
                    if is_new(&last, &text) {
                        let onseen = latest.borrow().clone();
                        onseen.emit(text);
                    }
                }
                Sight::Failed(why) => {
                    if why == CameraFault::Refused {
                        browser::forget(ALLOWED_KEY);
                    }
                    fault.set(Some(why));
                    is_wanted.set(false);
                }
            })));
        }
        move || {
            // The lens closes with it.
            opened.borrow_mut().take();
            state_then.running.set(None);
            state_then.is_lit.set(false);
        }
    });
    camera
}

/// Whether a code was not in sight just now.
fn is_new(last: &RefCell<(String, Timestamp)>, text: &str) -> bool {
    let now = browser::now();
    let mut last = last.borrow_mut();
    let is_same = last.0 == text && now.since(last.1) < SAME_MS;
    *last = (text.to_owned(), now);
    !is_same
}
