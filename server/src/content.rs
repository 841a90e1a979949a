//! What the product ships for a new bureau: the default checklists, as data files compiled in. A bureau's own versions
//! live in its template documents; these are only where they begin. Publishing them is `publishing`'s.

use shared::domain::Label;
use shared::domain::calendar::{Calendar, Duty, Recurrence, Shift};
use shared::domain::template::Template;
use shared::ids::TemplateId;

/// The default checklists, in the order in which a bureau lists them.
const TEMPLATES: [&str; 15] = [
    include_str!("../content/templates/pre-duty.json"),
    include_str!("../content/templates/pre-drive.json"),
    include_str!("../content/templates/tactical-unit.json"),
    include_str!("../content/templates/flood-departure.json"),
    include_str!("../content/templates/flood-return.json"),
    include_str!("../content/templates/uav-preflight.json"),
    include_str!("../content/templates/uav-postflight.json"),
    include_str!("../content/templates/kit-maintenance.json"),
    include_str!("../content/templates/maintenance-day.json"),
    include_str!("../content/templates/inspection.json"),
    include_str!("../content/templates/inspection-day.json"),
    include_str!("../content/templates/five-haves.json"),
    include_str!("../content/templates/duty-room.json"),
    include_str!("../content/templates/emergency-stores.json"),
    include_str!("../content/templates/supervisor-visit.json"),
];

/// The default checklists: 上岗前60秒, 出车前, 车载（最小作战单元）交接, 防汛出动前, 防汛返程清点, 无人机飞前, 无人机飞后, 单警保养日, 保养日流程,
/// 装备点验日, 点验日流程, “五有”周查, 备勤室内务, 应急物资月清, 督查检查.
pub fn templates() -> Vec<Template> {
    let parse =
        |text: &&str| serde_json::from_str(text).expect("a test parses every template that is compiled in");
    TEMPLATES.iter().map(parse).collect()
}

/// The shifts that a bureau begins with: the day's, and the night's into the next morning.
pub fn shifts() -> Vec<Shift> {
    let shift = |name: &str, label, begins_hour: u16, ends_hour: u16| Shift {
        name: name.to_owned(),
        label,
        begins_minute: begins_hour * 60,
        ends_minute: ends_hour * 60,
    };
    vec![
        shift("day", Label::new("白班", "Day shift"), 8, 18),
        shift("night", Label::new("夜班", "Night shift"), 18, 32),
    ]
}

/// The duties that a bureau begins with: the check before duty every day by nine, vehicle kit half an hour into each
/// shift, maintenance day on the first working Wednesday and inspection day on the second one of a month, the flood
/// lists on each day of an operation; drives, flights and visits as they occur.
pub fn calendar() -> Calendar {
    let monthly = |weekday, nth| Recurrence::Monthly { weekday, nth, months: Vec::new() };
    let duty = |template: &str, on, due_minute: u16| Duty {
        template: TemplateId::parse(template).expect("a test finds each of them among the checklists"),
        on,
        due_minute,
        days_after: 0,
    };
    Calendar {
        duties: vec![
            duty("pre-duty", Recurrence::Daily, 9 * 60),
            duty("tactical-unit", Recurrence::Shift, 30),
            duty("flood-departure", Recurrence::Operation, 18 * 60),
            Duty { days_after: 1, ..duty("flood-return", Recurrence::Operation, 23 * 60) },
            duty("duty-room", Recurrence::Daily, 20 * 60),
            duty("five-haves", Recurrence::Weekly { weekday: 4 }, 17 * 60),
            duty("kit-maintenance", monthly(2, 1), 17 * 60),
            duty("maintenance-day", monthly(2, 1), 18 * 60),
            duty("inspection", monthly(2, 2), 17 * 60),
            duty("inspection-day", monthly(2, 2), 18 * 60),
            duty("emergency-stores", monthly(0, 4), 17 * 60),
            duty("pre-drive", Recurrence::Occasion, 0),
            duty("uav-preflight", Recurrence::Occasion, 0),
            duty("uav-postflight", Recurrence::Occasion, 0),
            duty("supervisor-visit", Recurrence::Occasion, 0),
        ],
        shifts: shifts(),
        ..Calendar::default()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use shared::domain::template::{Item, ItemKind, SubjectKind};
    use shared::ids::ItemId;

    use super::*;

    /// Beyond what every definition must be: Chinese in the one, plain English in the other, chips for what can fail.
    fn check_item(item: &Item, place: &str) {
        let options = match &item.kind {
            ItemKind::Choice { options } => options.iter().map(|option| &option.name).collect(),
            _ => Vec::new(),
        };
        for label in [&item.name, &item.standard].into_iter().chain(&item.faults).chain(options) {
            let is_chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
            assert!(is_chinese(&label.zh), "{place}: no Chinese in {label:?}");
            assert!(!is_chinese(&label.en), "{place}: no English in {label:?}");
        }
        let chips: BTreeSet<&str> = item.faults.iter().map(|fault| fault.zh.as_str()).collect();
        assert_eq!(chips.len(), item.faults.len(), "{place}: a chip twice");
        let chips = match item.kind {
            ItemKind::Condition => 6..=6,
            // An inspection's line is a choice, and what is there can be out of order.
            ItemKind::YesNo | ItemKind::Choice { .. } => 0..=6,
            _ => 0..=0,
        };
        assert!(chips.contains(&item.faults.len()), "{place}: {} chips", item.faults.len());
    }

    #[test]
    fn every_checklist_is_sound_and_whole_in_both_languages() {
        for template in templates() {
            assert_eq!(template.check(), Ok(()), "{}", template.id);
            assert_eq!(template.version, 1, "{}", template.id);
            for (_, item) in template.items() {
                check_item(item, &format!("{} {}", template.id, item.id));
            }
        }
    }

    #[test]
    fn the_checklists_have_their_subjects_and_sizes() {
        use SubjectKind::{Asset, Officer, Station, Vehicle};
        let count = |template: &Template, is: fn(&Item) -> bool| {
            template.items().filter(|(_, item)| is(item)).count()
        };
        let found = templates().into_iter().map(|t| {
            let (critical, required) = (count(&t, |i| i.is_safety_critical), count(&t, |i| i.is_required));
            (t.id.to_string(), t.subject, count(&t, |_| true), critical, required)
        });
        let expected = [
            ("pre-duty", Officer, 12, 1, 0),
            ("pre-drive", Vehicle, 17, 5, 4),
            ("tactical-unit", Vehicle, 30, 9, 2),
            ("flood-departure", Station, 26, 9, 6),
            ("flood-return", Station, 22, 5, 8),
            ("uav-preflight", Station, 21, 7, 9),
            ("uav-postflight", Station, 9, 3, 2),
            ("kit-maintenance", Officer, 19, 4, 0),
            ("maintenance-day", Station, 17, 0, 2),
            ("inspection", Asset, 1, 0, 0),
            ("inspection-day", Station, 18, 2, 5),
            ("five-haves", Station, 30, 3, 4),
            ("duty-room", Station, 12, 2, 4),
            ("emergency-stores", Station, 20, 1, 1),
            ("supervisor-visit", Station, 18, 4, 8),
        ];
        let expected = expected
            .map(|(id, subject, all, critical, required)| (id.to_owned(), subject, all, critical, required));
        assert_eq!(found.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn the_ten_compulsory_pieces_and_the_seven_others_are_all_maintained() {
        let kit = templates().into_iter().find(|template| template.id.as_str() == "kit-maintenance");
        let kit = kit.expect("it is one of them");
        for number in 1..=17 {
            let id = ItemId::parse(&format!("P{number:02}")).expect("a literal");
            assert!(kit.item(&id).is_some(), "{id}");
        }
        let (first, _) = kit.items().next().expect("it has lines");
        let compulsory = first.items.iter().filter(|item| !item.id.as_str().contains('.'));
        assert_eq!(compulsory.count(), 10, "{}", first.name.zh);
    }

    #[test]
    fn photos_are_asked_for_where_words_do_not_show_it() {
        let asked: BTreeSet<String> = templates()
            .iter()
            .flat_map(|t| t.items().map(|(_, item)| item.clone()).collect::<Vec<_>>())
            .filter(|item| item.kind == ItemKind::Photo)
            .map(|item| item.id.to_string())
            .collect();
        let expected = ["H01.photo", "H06.photo", "M10.photo", "V08.photo"].map(str::to_owned);
        assert_eq!(asked, expected.into());
    }

    #[test]
    fn every_duty_has_its_checklist() {
        let known: BTreeSet<_> = templates().into_iter().map(|template| template.id).collect();
        let asked: BTreeSet<_> = calendar().duties.into_iter().map(|duty| duty.template).collect();
        assert_eq!(asked, known, "and every checklist is somebody's duty");
    }

    #[test]
    fn life_saving_equipment_is_cleared_by_two() {
        let critical: BTreeSet<String> = templates()
            .iter()
            .flat_map(|t| t.items().map(|(_, item)| item.clone()).collect::<Vec<_>>())
            .filter(|item| item.is_safety_critical)
            .map(|item| item.id.to_string())
            .collect();
        for id in [
            "P03", "P13", "P14", "P15", "F01", "F02", "F03", "F05", "F06", "R02", "T06", "T08", "T11", "U18",
            "V03", "V09", "W25", "W36", "S03",
        ] {
            assert!(critical.contains(id), "{id}");
        }
    }
}
