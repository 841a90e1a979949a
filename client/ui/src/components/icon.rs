//! The one set of line icons: 24 x 24, drawn with the current text colour. An icon never stands without a word or a
//! name; it is hidden from screen readers.

use yew::{Html, html};

/// An icon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Icon {
    /// A tick: fine, done.
    Check,
    /// A triangle: watch.
    Triangle,
    /// A cross: out of order.
    Cross,
    /// A diamond: missing.
    Diamond,
    /// A circle: not answered.
    Circle,
    /// A half-filled circle: begun.
    Half,
    /// A dash: does not apply.
    Dash,
    /// A plus: one more.
    Plus,
    /// A dot: a value.
    Dot,
    /// Two arrows against each other: people disagree.
    Dispute,
    /// A question mark in a ring: not known.
    Unknown,
    /// Back, the item before.
    Back,
    /// The item after.
    Next,
    /// A list.
    List,
    /// Undo.
    Undo,
    /// A clipboard: what is due today.
    Today,
    /// A grid: the board.
    Board,
    /// Two arrows in a ring: sync.
    Sync,
    /// A person.
    Person,
    /// A phone: only here.
    Phone,
    /// A building: the centre.
    Centre,
    /// A ring being drawn: on its way.
    Busy,
    /// A cloud crossed out: no contact.
    Offline,
    /// A clock: history.
    History,
    /// A pen: note, signature.
    Pen,
    /// A shield: safety-critical.
    Shield,
    /// An X to close.
    Close,
    /// A bell: attention.
    Bell,
    /// The corners of a viewfinder around a code: scan.
    Scan,
    /// A hand lamp.
    Torch,
}

impl Icon {
    fn path(self) -> &'static str {
        match self {
            Self::Check => "M4.5 12.5l5 5 10-11",
            Self::Triangle => "M12 4l9 16H3zM12 10v4.5M12 17.2v.1",
            Self::Cross => "M5.5 5.5l13 13M18.5 5.5l-13 13",
            Self::Diamond => "M12 2.8l9.2 9.2-9.2 9.2L2.8 12z",
            Self::Circle => "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16z",
            Self::Half => "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 4v16M14.5 5v14M17 7v10",
            Self::Dash => "M6 12h12",
            Self::Plus => "M6 12h12M12 6v12",
            Self::Dot => "M12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z",
            Self::Dispute => "M3 8h13l-4-4M21 16H8l4 4",
            Self::Unknown => {
                "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM9.3 9.4a2.8 2.8 0 1 1 3.9 2.6c-.8.4-1.2.9-1.2 1.8M12 17v.1"
            }
            Self::Back => "M15 5l-7 7 7 7",
            Self::Next => "M9 5l7 7-7 7",
            Self::List => "M8.5 6.5H20M8.5 12H20M8.5 17.5H20M4 6.5h.1M4 12h.1M4 17.5h.1",
            Self::Undo => "M8 5L4 9l4 4M4.5 9H14a5.5 5.5 0 0 1 0 11H9",
            Self::Today => "M8 4.5H5.5v16h13v-16H16M8.5 3h7v3.5h-7zM8.5 13l2.5 2.5 4.5-5",
            Self::Board => "M3.5 4.5h17v15h-17zM3.5 9.5h17M9 4.5v15M15 9.5v10",
            Self::Sync => "M19.5 9A8 8 0 0 0 5 8.2M4.5 4v4.5H9M4.5 15A8 8 0 0 0 19 15.8M19.5 20v-4.5H15",
            Self::Person => "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4.5 20.5c.6-4 3.6-6 7.5-6s6.9 2 7.5 6",
            Self::Phone => "M7 2.8h10v18.4H7zM11 18h2",
            Self::Centre => {
                "M3.5 20.5h17M5.5 20v-9.5M10 20v-9.5M14 20v-9.5M18.5 20v-9.5M3.5 9.5L12 3.5l8.5 6z"
            }
            Self::Busy => "M12 3.5a8.5 8.5 0 1 1-7.4 4.3",
            Self::Offline => {
                "M4 4l16 16M9 7.2A6 6 0 0 1 17.7 11 4 4 0 0 1 20 17.2M16 18.5H7.5a4.5 4.5 0 0 1-1.3-8.8"
            }
            Self::History => "M4 8.5A8.5 8.5 0 1 1 3.5 12M3.5 4.5v4.2h4.2M12 7.5V12l3.2 2",
            Self::Pen => "M4 20l1-4.5L16.5 4 20 7.5 8.5 19zM14 6.5l3.5 3.5",
            Self::Shield => {
                "M12 3l7.5 2.8v5.7c0 4.5-3.1 7.8-7.5 9.5-4.4-1.7-7.5-5-7.5-9.5V5.8zM12 8v5M12 16v.1"
            }
            Self::Close => "M6 6l12 12M18 6L6 18",
            Self::Bell => "M6 17V10.5a6 6 0 0 1 12 0V17l1.5 1.5h-15zM10 21h4",
            Self::Scan => {
                "M3.5 8V3.5H8M16 3.5h4.5V8M20.5 16v4.5H16M8 20.5H3.5V16M8 8h3v3H8zM13.5 8.5H16v2M8 13.5v2.5h2.5M13.5 13.5H16V16h-2.5"
            }
            Self::Torch => "M7 3h10v3.5L14.5 10v11h-5V10L7 6.5zM7 6.5h10M12 13v2",
        }
    }
}

/// An icon as an element. A function and no component: there are dozens of it on a screen.
pub fn glyph(icon: Icon) -> Html {
    html! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d={icon.path()} /></svg>
    }
}
