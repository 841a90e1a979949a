//! The store's rules: who is told, and when an answer on its way is taken off.

use std::cell::Cell;

use link::slice::{CardView, EventState, EventView, Input, Place, ReadingView, RoundState, SyncView};
use shared::domain::Label;
use shared::domain::answer::{Answer, Condition};
use shared::domain::round::{Period, RoundName};
use shared::ids::{EventKey, ItemId, StationCode, SubjectId, TemplateId};
use shared::time::{Date, Timestamp};

use super::*;

fn name() -> RoundName {
    RoundName {
        station: StationCode::parse("zhongmiao").unwrap(),
        template: TemplateId::parse("duty-start").unwrap(),
        period: Period::Day(Date::new(2026, 11, 24).unwrap()),
    }
}

fn event(is_mine: bool) -> EventView {
    EventView {
        key: EventKey::from_text("k"),
        author: "周明".into(),
        badge: "340101".into(),
        device: "ab12".into(),
        at: Timestamp(0),
        clock_offset_ms: 0,
        answer: Answer::Condition(Condition::Ok),
        fault: String::new(),
        note: String::new(),
        state: EventState::Standing,
        place: Place::Phone,
        is_mine,
        attached: Default::default(),
    }
}

fn round(events: Vec<EventView>) -> RoundView {
    let card = CardView {
        subject: SubjectId::station(),
        group: 0,
        item: ItemId::parse("P04").unwrap(),
        name: Label::new("强光手电", "Flashlight"),
        standard: Label::default(),
        asset: String::new(),
        expires: None,
        is_required_open: false,
        bell: None,
        input: Input::Condition,
        is_safety_critical: false,
        faults: Vec::new(),
        reading: ReadingView::default(),
        events,
        last: None,
        is_required: false,
    };
    RoundView {
        name: name(),
        template_name: Label::default(),
        station_name: Label::default(),
        state: RoundState::Started,
        subjects: Vec::new(),
        groups: Vec::new(),
        cards: vec![card],
        people: Vec::new(),
        sign_offs: Vec::new(),
        late: 0,
        may_answer: true,
        may_sign: false,
        is_loaded: true,
        unreadable: 0,
    }
}

fn tentative(command: u32) -> Tentative {
    Tentative {
        command,
        round: name(),
        subject: SubjectId::station(),
        item: ItemId::parse("P04").unwrap(),
        answer: Answer::Condition(Condition::Ok),
        fault: String::new(),
        note: String::new(),
        attached: Default::default(),
        own_before: 0,
        progress: Progress::Saving,
    }
}

fn store() -> Store {
    Store::new(Route::Home, Preferences::default())
}

#[test]
fn a_listener_is_told_of_each_change_until_it_stops_listening() {
    let (store, told) = (store(), Rc::new(Cell::new(0)));
    let count = told.clone();
    let subscription = store.subscribe(move || count.set(count.get() + 1));
    store.change(|view| view.take(Slice::Sync(SyncView::default())));
    assert_eq!(told.get(), 1);
    drop(subscription);
    store.change(|view| view.is_update_ready = true);
    assert_eq!(told.get(), 1);
}

#[test]
fn a_listener_may_change_the_store_and_stop_listening() {
    let store = store();
    let slot: Rc<RefCell<Option<Subscription>>> = Rc::default();
    let (inside, held) = (store.clone(), slot.clone());
    *slot.borrow_mut() = Some(store.subscribe(move || {
        drop(held.borrow_mut().take());
        inside.change(|view| view.core = CoreState::Ready);
    }));
    store.change(|view| view.is_update_ready = true);
    assert_eq!(store.view().core, CoreState::Ready);
}

#[test]
fn an_answer_stays_until_it_is_durable_and_the_slice_shows_it() {
    for slice_first in [true, false] {
        let store = store();
        store.change(|view| view.take(Slice::Round(round(Vec::new()))));
        store.change(|view| view.begin(tentative(1)));
        assert_eq!(store.view().tentative.len(), 1);
        if slice_first {
            store.change(|view| view.take(Slice::Round(round(vec![event(true)]))));
            assert_eq!(store.view().tentative.len(), 1, "not durable yet");
            store.change(|view| view.saved(1));
        } else {
            store.change(|view| view.saved(1));
            store.change(|view| view.take(Slice::Round(round(vec![event(false)]))));
            assert_eq!(store.view().tentative.len(), 1, "only a colleague's answer came");
            store.change(|view| view.take(Slice::Round(round(vec![event(false), event(true)]))));
        }
        assert!(store.view().tentative.is_empty(), "slice first: {slice_first}");
    }
}

#[test]
fn a_refused_answer_goes_but_what_was_said_and_the_others_stay() {
    let store = store();
    store.change(|view| view.begin(tentative(1)));
    let other = Tentative { item: ItemId::parse("P05").unwrap(), ..tentative(2) };
    store.change(|view| view.begin(other.clone()));
    let Tentative { round, subject, item, answer, .. } = tentative(1);
    let unkept = Unkept { round, subject, item, said: Said::plain(answer), code: "storage-full".into() };
    store.change(|view| view.roll_back(1, unkept.clone()));
    assert_eq!(*store.view().tentative, [other]);
    assert_eq!(store.view().unkept.as_deref(), Some(&unkept));
}

#[test]
fn a_second_tap_on_a_card_replaces_the_first() {
    let store = store();
    store.change(|view| view.begin(tentative(1)));
    store.change(|view| view.begin(tentative(2)));
    assert_eq!(store.view().tentative.iter().map(|answer| answer.command).collect::<Vec<_>>(), [2]);
}
