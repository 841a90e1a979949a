//! Any script of two clones of one phone, with any rejections: what is not to blame arrives, and it ends.

use proptest::prelude::*;

use super::rig::hub::Hub;
use super::rig::phone::Phone;
use super::*;

/// One thing that a person does, or that happens.
#[derive(Debug, Clone)]
enum Step {
    Say { is_bad: bool },
    Amend(u8),
    Withdraw(u8),
    Sign,
    Meet,
    MeetUnheard,
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => Just(Step::Say { is_bad: false }),
        2 => Just(Step::Say { is_bad: true }),
        1 => any::<u8>().prop_map(Step::Amend),
        1 => any::<u8>().prop_map(Step::Withdraw),
        1 => Just(Step::Sign),
        1 => Just(Step::Meet),
        1 => Just(Step::MeetUnheard),
        1 => Just(Step::Restart),
    ]
}

fn own_keys(phone: &mut Phone) -> Vec<EventKey> {
    let round = phone.round();
    let answers = round.observations.iter().filter(|observation| observation.answer().is_some());
    answers.map(|observation| observation.key.clone()).collect()
}

fn play(mut phone: Phone, hub: &mut Hub, steps: &[Step], name: &str) -> Phone {
    for (place, step) in steps.iter().enumerate() {
        let keys = own_keys(&mut phone);
        let chosen = |n: &u8| keys.get(usize::from(*n) % keys.len().max(1)).cloned();
        match step {
            Step::Say { is_bad } => {
                phone.say(ok(), &format!("{}{name}{place}", if *is_bad { "bad " } else { "" }), None);
            }
            Step::Amend(n) => {
                phone.say(fault(), &format!("{name}{place}"), chosen(n));
            }
            Step::Withdraw(n) => {
                if let Some(key) = chosen(n) {
                    phone.withdraw(key);
                }
            }
            Step::Sign => {
                phone.sign_off();
            }
            Step::Meet => {
                phone.meet(hub);
                phone.lose();
            }
            Step::MeetUnheard => phone.meet_without_hearing(hub),
            Step::Restart => {
                phone.lose();
                phone = phone.die_and_start();
            }
        }
    }
    phone
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_rejected_the_rest_arrives(
        steps in prop::collection::vec(step(), 1..24),
        twin_steps in prop::collection::vec(step(), 0..12),
        is_named in any::<bool>(),
    ) {
        let mut hub = Hub::new();
        hub.judge = Box::new(move |_, event| match event {
            Event::Answer { note, .. } if note.starts_with("bad") => Some((RejectCode::Policy, is_named)),
            _ => None,
        });
        let a = phone(&mut hub, 1);
        let twin = a.twin();
        let mut a = play(a, &mut hub, &steps, "a");
        let mut b = play(twin, &mut hub, &twin_steps, "b");
        for _ in 0..3 {
            for phone in [&mut a, &mut b] {
                phone.meet(&mut hub);
                phone.lose();
            }
        }
        let (rejected, length) = (hub.rejected, hub.length());
        a.meet(&mut hub);
        b.meet(&mut hub);
        prop_assert_eq!((hub.rejected, hub.length()), (rejected, length), "quiet");
        prop_assert_eq!((a.device.status().pending, b.device.status().pending), (0, 0));
        prop_assert_eq!(a.heads(), b.heads());
        // Every answer that was ever said is at the relay once, or is shown on the phone that said it.
        let mut found = notes(&hub);
        let shown: Vec<(String, Why)> = shown(&a).into_iter().chain(shown(&b)).collect();
        prop_assert!(found.iter().all(|note| !note.starts_with("bad")));
        prop_assert!(shown.iter().all(|(note, why)| *why != Why::ToBlame || note.starts_with("bad")), "{:?}", shown);
        prop_assert!(shown.iter().all(|(_, why)| !matches!(why, Why::TooOften | Why::Unreadable)), "{:?}", shown);
        let is_answer = |note: &&String| !["withdrawal", "signature", "visit"].contains(&note.as_str());
        found.extend(shown.iter().map(|(note, _)| note).filter(is_answer).cloned());
        found.sort();
        let mut said = said(&steps, "a");
        said.extend(self::said(&twin_steps, "b"));
        said.sort();
        prop_assert_eq!(found, said);
    }
}

fn said(steps: &[Step], name: &str) -> Vec<String> {
    let notes = steps.iter().enumerate().filter_map(|(place, step)| match step {
        Step::Say { is_bad: true } => Some(format!("bad {name}{place}")),
        Step::Say { .. } | Step::Amend(_) => Some(format!("{name}{place}")),
        _ => None,
    });
    notes.collect()
}
