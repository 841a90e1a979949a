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

    use shared::domain::template::{Item, ItemKind, SubjectKind};

    use super::*;

    /// Beyond what every definition must be: Chinese in the one, plain English in the other, chips for what can fail.
    fn check_item(item: &Item, place: &str) {
        let options = match &item.kind {
            ItemKind::Choice { options } => options.iter().map(|option| &option.name).collect(),
            _ => Vec::new(),
        };
        for label in [&item.name, &item.standard].into_iter().chain(&item.faults).chain(options) {
            assert!(!label.zh.is_ascii(), "{place}: no Chinese in {label:?}");
            assert!(label.en.is_ascii(), "{place}: no English in {label:?}");
        }
        let chips: BTreeSet<&str> = item.faults.iter().map(|fault| fault.zh.as_str()).collect();
        assert_eq!(chips.len(), item.faults.len(), "{place}: a chip twice");
        let chips = match item.kind {
            ItemKind::Condition => 6..=6,
            ItemKind::YesNo => 0..=6,
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
