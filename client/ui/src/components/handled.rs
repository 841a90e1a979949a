//! Defects and needs as people see them: how far they are, what was done, and everything that was said, with who and when.

use link::slice::{DefectEvent, DefectView, NeedEvent, SaidBy};
use shared::domain::defect::{DefectAct, DefectState, Disposition};
use shared::domain::need::{NeedAct, NeedState};
use shared::time::{MINUTE_MS, Timestamp, Zone};
use yew::{Html, classes, html};

use super::attachments::photos_of;
use super::card_face::Saved;
use super::event_list::clock_note;
use super::icon::{Icon, glyph};
use crate::format;
use crate::i18n::Words;

/// A clock that is off by more than this is worth a word.
const CLOCK_NOTE_MS: i64 = 2 * MINUTE_MS;

/// How far a defect is: class, shape, word.
pub fn defect_face(words: Words, state: DefectState) -> (&'static str, Icon, &'static str) {
    match state {
        DefectState::Reported => ("fault", Icon::Circle, words.defect_reported()),
        DefectState::Acknowledged => ("watch", Icon::Half, words.defect_acknowledged()),
        DefectState::Handled => ("begun", Icon::Busy, words.defect_handled()),
        DefectState::Done => ("dispute", Icon::Unknown, words.defect_done()),
        DefectState::Rejected => ("unknown", Icon::Dash, words.defect_rejected()),
        DefectState::Verified => ("ok", Icon::Check, words.defect_verified()),
        DefectState::Withdrawn => ("unknown", Icon::Undo, words.defect_withdrawn()),
    }
}

/// A defect's state as a mark, with the disposition where there is one.
pub fn defect_mark(words: Words, defect: &DefectView) -> Html {
    let (class, icon, word) = defect_face(words, defect.state);
    let more = defect.disposition.filter(|_| defect.state >= DefectState::Handled);
    html! {
        <span class={classes!("mark", class)}>{ glyph(icon) }<span>{ word }
            if let Some(disposition) = more { { " · " }{ disposition_word(words, disposition) } }
        </span></span>
    }
}

/// What was decided, in a word.
pub fn disposition_word(words: Words, disposition: Disposition) -> &'static str {
    match disposition {
        Disposition::Repair => words.disposition_repair(),
        Disposition::Replace => words.disposition_replace(),
        Disposition::Scrap => words.disposition_scrap(),
        Disposition::Transfer => words.disposition_transfer(),
        Disposition::Keep => words.disposition_keep(),
    }
}

/// The disposition's word in attributes.
pub fn disposition_key(disposition: Disposition) -> &'static str {
    match disposition {
        Disposition::Repair => "repair",
        Disposition::Replace => "replace",
        Disposition::Scrap => "scrap",
        Disposition::Transfer => "transfer",
        Disposition::Keep => "keep",
    }
}

/// The state's word in attributes.
pub fn defect_word(state: DefectState) -> &'static str {
    match state {
        DefectState::Reported => "reported",
        DefectState::Acknowledged => "acknowledged",
        DefectState::Handled => "handled",
        DefectState::Done => "done",
        DefectState::Rejected => "rejected",
        DefectState::Verified => "verified",
        DefectState::Withdrawn => "withdrawn",
    }
}

/// How far a need is: class, shape, word.
pub fn need_face(words: Words, state: NeedState) -> (&'static str, Icon, &'static str) {
    match state {
        NeedState::Raised => ("watch", Icon::Circle, words.need_raised()),
        NeedState::Visited => ("begun", Icon::Half, words.need_visited()),
        NeedState::Trial => ("dispute", Icon::Busy, words.need_trial()),
        NeedState::RolledOut => ("ok", Icon::Check, words.need_rolled_out()),
        NeedState::Declined => ("unknown", Icon::Dash, words.need_declined()),
        NeedState::Withdrawn => ("unknown", Icon::Undo, words.defect_withdrawn()),
    }
}

/// The state's word in attributes.
pub fn need_word(state: NeedState) -> &'static str {
    match state {
        NeedState::Raised => "raised",
        NeedState::Visited => "visited",
        NeedState::Trial => "trial",
        NeedState::RolledOut => "rolled-out",
        NeedState::Declined => "declined",
        NeedState::Withdrawn => "withdrawn",
    }
}

fn defect_act(words: Words, act: DefectAct) -> &'static str {
    match act {
        DefectAct::Report => words.act_report(),
        DefectAct::Urgent => words.act_urgent(),
        DefectAct::Withdraw => words.defect_withdrawn(),
        DefectAct::Acknowledge => words.defect_acknowledged(),
        DefectAct::Handle => words.defect_handled(),
        DefectAct::Done => words.defect_done(),
        DefectAct::Reject => words.defect_rejected(),
        DefectAct::Verify => words.defect_verified(),
        DefectAct::NotFixed => words.act_not_fixed(),
    }
}

fn need_act(words: Words, act: NeedAct) -> &'static str {
    match act {
        NeedAct::Raise => words.need_raised(),
        NeedAct::Rate => words.act_rate(),
        NeedAct::Withdraw => words.defect_withdrawn(),
        NeedAct::Visit => words.need_visited(),
        NeedAct::Trial => words.need_trial(),
        NeedAct::RollOut => words.need_rolled_out(),
        NeedAct::Decline => words.need_declined(),
    }
}

/// Everything that was said of a defect, the newest first.
pub fn defect_history(words: Words, events: &[DefectEvent], zone: Zone, now: Timestamp) -> Html {
    let entry = |event: &DefectEvent| {
        let what = match event.disposition {
            Some(disposition) => {
                [defect_act(words, event.act), " · ", disposition_word(words, disposition)].concat()
            }
            None => defect_act(words, event.act).to_owned(),
        };
        let photos = event.photos.iter().map(|photo| (*photo, event.said.author.clone().into()));
        said(
            words,
            event.key.as_str(),
            &what,
            (&event.remark, photos_of(words, photos)),
            &event.said,
            (zone, now),
        )
    };
    html! { <ol class="events" data-testid="history-list">{ for events.iter().rev().map(entry) }</ol> }
}

/// Everything that was said of a need, the newest first.
pub fn need_history(words: Words, events: &[NeedEvent], zone: Zone, now: Timestamp) -> Html {
    let entry = |event: &NeedEvent| {
        let what = match event.rating {
            Some(rating) => [need_act(words, event.act), " · ", &words.stars(u32::from(rating))].concat(),
            None => need_act(words, event.act).to_owned(),
        };
        said(words, event.key.as_str(), &what, (&event.remark, Html::default()), &event.said, (zone, now))
    };
    html! { <ol class="events" data-testid="history-list">{ for events.iter().rev().map(entry) }</ol> }
}

fn said(
    words: Words,
    key: &str,
    what: &str,
    (remark, photos): (&str, Html),
    by: &SaidBy,
    (zone, now): (Zone, Timestamp),
) -> Html {
    let (icon, place) = Saved::from(by.place).face(words);
    html! {
        <li key={key.to_owned()} class={classes!("event", if by.counts { "standing" } else { "withdrawn" })} data-testid="event">
            <p class="event-head">
                <strong>{ what.to_owned() }</strong>
                if !by.counts { <span class="event-state">{ words.event_withdrawn() }</span> }
            </p>
            if !remark.is_empty() { <p class="remark">{ remark.to_owned() }</p> }
            { photos }
            <p class="event-foot">
                <span class="who">{ &by.author }</span>
                if !by.badge.is_empty() { <span>{ words.badge(&by.badge) }</span> }
                <time>{ format::moment(zone, by.at, now) }</time>
                <span class="device">{ words.device(&by.device) }</span>
                <span class="save-state">{ glyph(icon) }{ place }</span>
            </p>
            if by.clock_offset_ms.abs() > CLOCK_NOTE_MS { <p class="hint">{ clock_note(words, by.clock_offset_ms) }</p> }
        </li>
    }
}
