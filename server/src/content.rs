//! What the product ships for a new bureau: the default checklists, as data files compiled in. A bureau's own versions
//! live in its template documents; these are only where they begin. Publishing them is `authoring`'s.

use shared::domain::calendar::{Calendar, Duty, Recurrence};
use shared::domain::template::Template;
use shared::ids::TemplateId;

/// The default checklists, in the order in which a bureau lists them.
const TEMPLATES: [&str; 4] = [
    include_str!("../content/templates/pre-duty.json"),
    include_str!("../content/templates/flood-departure.json"),
    include_str!("../content/templates/kit-maintenance.json"),
    include_str!("../content/templates/inspection.json"),
];

/// The default checklists: 上岗前60秒, 防汛出动前, 单警保养日, 装备点验日.
pub fn templates() -> Vec<Template> {
    let parse =
        |text: &&str| serde_json::from_str(text).expect("a test parses every template that is compiled in");
    TEMPLATES.iter().map(parse).collect()
}

/// The duties that a bureau begins with: the check before duty every day by nine, maintenance day on the first Wednesday
/// and inspection day on the second one of a month, each by five in the afternoon.
pub fn calendar() -> Calendar {
    let wednesday = |nth| Recurrence::Monthly { weekday: 2, nth };
    let duty = |template: &str, on, hour: u16| Duty {
        template: TemplateId::parse(template).expect("a test finds each of them among the checklists"),
        on,
        due_minute: hour * 60,
    };
    Calendar {
        duties: vec![
            duty("pre-duty", Recurrence::Daily, 9),
            duty("kit-maintenance", wednesday(1), 17),
            duty("inspection", wednesday(2), 17),
        ],
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use shared::domain::Label;
    use shared::domain::answer::SafeSide;
    use shared::domain::template::{Item, ItemKind, SubjectKind};

    use super::*;

    fn check_label(label: &Label, place: &str) {
        assert!(!label.zh.is_ascii() || label.zh == "%", "{place}: no Chinese in {label:?}");
        assert!(!label.en.trim().is_empty() && label.en.is_ascii(), "{place}: no English in {label:?}");
        for (text, language) in [(&label.zh, "zh"), (&label.en, "en")] {
            assert_eq!(text.trim(), text, "{place} {language}");
        }
    }

    fn check_item(item: &Item, place: &str) {
        check_label(&item.name, place);
        check_label(&item.standard, place);
        item.faults.iter().for_each(|fault| check_label(fault, place));
        let chips: BTreeSet<&str> = item.faults.iter().map(|fault| fault.zh.as_str()).collect();
        assert_eq!(chips.len(), item.faults.len(), "{place}: a chip twice");
        match &item.kind {
            ItemKind::Condition => {
                assert_eq!((item.faults.len(), item.safe_side), (6, SafeSide::Worst), "{place}");
            }
            ItemKind::YesNo => assert_eq!(item.safe_side, SafeSide::Worst, "{place}"),
            ItemKind::Number { unit, ok_min, ok_max } => {
                check_label(unit, place);
                let side = if ok_min.is_some() { SafeSide::Min } else { SafeSide::Max };
                assert!(ok_min.is_some() != ok_max.is_some() && item.safe_side == side, "{place}");
            }
            ItemKind::Date => assert_eq!(item.safe_side, SafeSide::Earliest, "{place}"),
            ItemKind::Text | ItemKind::Scan => assert_eq!(item.safe_side, SafeSide::All, "{place}"),
        }
    }

    #[test]
    fn every_line_is_whole_in_both_languages() {
        for template in templates() {
            check_label(&template.name, template.id.as_str());
            let mut ids = BTreeSet::new();
            for (group, item) in template.items() {
                let place = format!("{} {}", template.id, item.id);
                check_label(&group.name, &place);
                check_item(item, &place);
                assert!(ids.insert(item.id.clone()), "{place}: the id is used twice");
            }
        }
    }

    #[test]
    fn the_checklists_have_their_sizes_and_subjects() {
        let found: Vec<_> =
            templates().iter().map(|t| (t.id.to_string(), t.subject, t.items().count())).collect();
        let expected = [
            ("pre-duty", SubjectKind::Officer, 12),
            ("flood-departure", SubjectKind::Station, 24),
            ("kit-maintenance", SubjectKind::Officer, 19),
            ("inspection", SubjectKind::Asset, 4),
        ];
        assert_eq!(found, expected.map(|(id, subject, count)| (id.to_owned(), subject, count)));
    }

    #[test]
    fn every_duty_has_its_checklist() {
        let known: BTreeSet<_> = templates().into_iter().map(|template| template.id).collect();
        assert!(calendar().duties.iter().all(|duty| known.contains(&duty.template)));
    }

    #[test]
    fn life_saving_equipment_is_cleared_by_two() {
        let critical: BTreeSet<String> = templates()
            .iter()
            .flat_map(|t| t.items().map(|(_, item)| item.clone()).collect::<Vec<_>>())
            .filter(|item| item.is_safety_critical)
            .map(|item| item.id.to_string())
            .collect();
        for id in ["P03", "P13", "P14", "P15", "F01", "F02", "F03", "F05", "F06"] {
            assert!(critical.contains(id), "{id}");
        }
    }
}
