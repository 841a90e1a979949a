//! The laws of a register, over events that people apart might have written.

use proptest::prelude::*;

use super::*;
use crate::domain::Label;
use crate::ids::{Actor, DeviceId};
use crate::time::Timestamp;

fn officer(n: u8) -> OfficerId {
    OfficerId::parse(&format!("officer-{n}")).unwrap()
}

fn id() -> AssetId {
    AssetId::parse("ZM-P13-01").unwrap()
}

fn key(n: usize) -> EventKey {
    EventKey::new(
        Actor::new(DeviceId::from([u8::try_from(n % 3).unwrap(); 16]), 0),
        u32::try_from(n).unwrap(),
    )
}

fn asset() -> Asset {
    Asset {
        id: id(),
        kind: "P13".into(),
        name: Label::new("防刺服", "Stab vest"),
        model: String::new(),
        serial: "FCA2600001".into(),
        holder: None,
        place: "装备室 2 号柜".into(),
        made: None,
        expires: None,
        life: None,
    }
}

fn entered(n: usize, counter: u64, entry: RegisterEntry) -> Entered {
    Entered { key: key(n), counter, is_held: false, entry }
}

fn custody(n: usize, counter: u64, by: u8, act: Handing, sees: &[usize]) -> Entered {
    let sees = sees.iter().map(|n| key(*n)).collect();
    let (by, at) = (officer(by), Timestamp(0));
    let custody = Custody { asset: id(), act, by, at, sees, note: String::new() };
    entered(n, counter, RegisterEntry::Custody(custody))
}

fn issued(to: u8) -> Handing {
    Handing::Issued { to: officer(to) }
}

fn trail(entries: &[Entered]) -> Trail {
    let mut all = vec![entered(0, 1, RegisterEntry::Asset(asset()))];
    all.extend(entries.iter().cloned());
    Register::fold(all).trails.remove(&id()).unwrap_or_default()
}

fn act(events: usize) -> impl Strategy<Value = Handing> {
    let station = StationCode::parse("huailin").unwrap();
    prop_oneof![
        4 => (0u8..3).prop_map(issued),
        2 => Just(Handing::Returned { from: None, place: "1 号柜".into() }),
        1 => Just(Handing::Returned { from: None, place: String::new() }),
        1 => Just(Handing::Moved { place: "2 号柜".into() }),
        1 => Just(Handing::Sent { station, to: None }),
        1 => (1..=events).prop_map(|n| Handing::Withdrawn { event: key(n) }),
    ]
}

/// Events numbered from 1; each may have seen any before it.
fn history() -> impl Strategy<Value = Vec<Entered>> {
    let event = (act(8), prop::collection::vec(1usize..9, 0..4), 0u8..3, 0u64..3, prop::bool::weighted(0.1));
    prop::collection::vec(event, 0..9).prop_map(|events| {
        let events = events.into_iter().enumerate();
        events
            .map(|(index, (act, sees, by, wait, is_held))| {
                let counter = u64::try_from(index).unwrap() * 2 + 2 + wait;
                Entered { is_held, ..custody(index + 1, counter, by, act, &sees) }
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn order_and_repetition_do_not_enter(events in history(), seed: u64) {
        let mut shuffled = events.clone();
        shuffled.extend(events.iter().step_by(2).cloned());
        let length = shuffled.len().max(1) as u64;
        for at in 0..shuffled.len() {
            let turn = u32::try_from(at).unwrap();
            let other = usize::try_from(seed.rotate_left(turn) % length).unwrap();
            shuffled.swap(at, other);
        }
        prop_assert_eq!(trail(&events), trail(&shuffled));
    }

    #[test]
    fn nothing_is_lost(events in history()) {
        let trail = trail(&events);
        let written = events.iter().filter(|entered| {
            let RegisterEntry::Custody(custody) = &entered.entry else { return false };
            !matches!(custody.act, Handing::Withdrawn { .. })
        });
        prop_assert_eq!(trail.steps.len(), written.count());
        for step in trail.steps.iter().filter(|step| step.fate == Fate::Replaced) {
            let is_seen = trail.steps.iter().any(|by| {
                by.fate <= Fate::Replaced && by.custody.sees.contains(&step.key)
            });
            prop_assert!(is_seen, "{step:?}");
        }
    }

    #[test]
    fn who_saw_everything_settles_it(events in history(), to in 0u8..3) {
        let before = trail(&events);
        let mut last = custody(50, 1_000, 9, issued(to), &[]);
        if let RegisterEntry::Custody(custody) = &mut last.entry {
            custody.sees.clone_from(&before.standing);
        }
        let after = trail(&[events, vec![last]].concat());
        prop_assert_eq!(after.holders, vec![Holder::Officer(officer(to))]);
        prop_assert_eq!(after.places, before.places, "an issue says nothing about the place");
    }

    #[test]
    fn what_is_taken_back_might_never_have_been(events in history(), to in 0u8..3) {
        let before = trail(&events);
        let mut extra = custody(50, 1_000, 9, issued(to), &[]);
        if let RegisterEntry::Custody(custody) = &mut extra.entry {
            custody.sees.clone_from(&before.standing);
        }
        let back = custody(51, 1_001, 9, Handing::Withdrawn { event: key(50) }, &[]);
        let after = trail(&[events, vec![extra, back]].concat());
        prop_assert_eq!((after.holders, after.places, after.standing), (before.holders, before.places, before.standing));
    }
}

#[test]
fn two_issues_made_apart_are_both_shown_and_it_is_nobodys_until_it_is_settled() {
    let apart = [custody(1, 2, 1, issued(1), &[]), custody(2, 2, 2, issued(2), &[])];
    let both = trail(&apart);
    assert_eq!(both.holders, [Holder::Officer(officer(1)), Holder::Officer(officer(2))]);
    assert!(both.is_disputed());
    let mut all = vec![entered(0, 1, RegisterEntry::Asset(asset()))];
    all.extend(apart);
    let register = Register::fold(all);
    assert_eq!(register.assets[&id()].holder, None);
    let today = Date::new(2026, 11, 27).unwrap();
    let found = shortfall(&register.assets[&id()], register.is_disputed(&id()), Seen::default(), today);
    assert_eq!(found, Some(Shortfall::Disputed), "not ready: the safe side");
}

#[test]
fn a_thing_that_left_is_on_the_books_of_who_received_it() {
    let huailin = StationCode::parse("huailin").unwrap();
    let sent = custody(1, 2, 1, Handing::Sent { station: huailin, to: None }, &[]);
    let register = Register::fold([entered(0, 1, RegisterEntry::Asset(asset())), sent]);
    assert!(register.assets.is_empty() && register.left.contains_key(&id()));

    let zhongmiao = StationCode::parse("zhongmiao").unwrap();
    let what = super::super::custody::Described {
        kind: "P13".into(),
        name: asset().name,
        expires: Date::new(2027, 5, 1),
    };
    let received = Handing::Received { station: zhongmiao, from: Some(officer(1)), what };
    let register = Register::fold([custody(1, 1, 2, received, &[])]);
    let there = &register.assets[&id()];
    assert_eq!((there.kind.as_str(), there.life()), ("P13", LifeSource::Maker));
}

#[test]
fn the_strongest_word_about_a_date_stands_and_the_rest_is_the_last_word() {
    let dated = |n, counter, life, year, place: &str| {
        let expires = Date::new(year, 1, 31);
        let place = place.to_owned();
        entered(n, counter, RegisterEntry::Asset(Asset { life, expires, place, ..asset() }))
    };
    let entries = [
        dated(1, 1, Some(LifeSource::Default), 2027, "a"),
        dated(2, 2, Some(LifeSource::Maker), 2028, "b"),
        dated(3, 3, Some(LifeSource::Bureau), 2029, "c"),
        dated(4, 4, None, 2030, "d"),
    ];
    let register = Register::fold(entries);
    let asset = &register.assets[&id()];
    assert_eq!((asset.expires, asset.place.as_str()), (Date::new(2028, 1, 31), "d"));
}

#[test]
fn events_survive_their_json_and_foreign_ones_are_not_guessed() {
    let huailin = StationCode::parse("huailin").unwrap();
    let what = super::super::custody::Described { kind: "P13".into(), name: asset().name, expires: None };
    for act in [
        issued(1),
        Handing::Returned { from: Some(officer(2)), place: String::new() },
        Handing::Moved { place: "2 号柜".into() },
        Handing::Sent { station: huailin.clone(), to: Some(officer(3)) },
        Handing::Received { station: huailin, from: None, what },
        Handing::Withdrawn { event: key(4) },
    ] {
        let entry = custody(1, 1, 1, act, &[2, 3]).entry;
        assert_eq!(RegisterEntry::from_json(entry.to_json().as_bytes()), Some(entry));
    }
    let entry = RegisterEntry::Asset(asset());
    assert_eq!(RegisterEntry::from_json(entry.to_json().as_bytes()), Some(entry));
    for foreign in [r#"{"type":"issue","asset":"a","by":"b","at":1}"#, r#"{"type":"lend"}"#, "{}", "x"] {
        assert_eq!(RegisterEntry::from_json(foreign.as_bytes()), None, "{foreign}");
    }
}
