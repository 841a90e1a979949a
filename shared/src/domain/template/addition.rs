//! What a station adds to a checklist: lines of its own, beside the bureau's core and never in its place. Kept in the
//! template's own document, so it comes and goes with it; the latest of a station stands.

use serde::Serialize;

use super::{Group, Item, Template};
use crate::domain::Label;
use crate::ids::{ItemId, StationCode, TemplateId};
use crate::limits::CHANGE_BYTES_MAX;

/// A station's own lines of one checklist. Stored as JSON in the template document's events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Addition {
    /// Whose.
    pub station: StationCode,
    /// To which checklist.
    pub template: TemplateId,
    /// Counts up from 1.
    pub addition: u32,
    /// Its lines. A group that the core has a group of the same Chinese name for stands at that one's end.
    pub groups: Vec<Group>,
    /// Those that it had, so that what was answered to them can still be read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dropped: Vec<Item>,
}

crate::read_object!(Addition { station, template, addition, groups, dropped as default });

impl Addition {
    /// What a station adds next: as before, numbered one more.
    #[must_use]
    pub fn next(before: Option<&Self>, station: StationCode, template: TemplateId) -> Self {
        let (groups, dropped) =
            before.map(|before| (before.groups.clone(), before.dropped.clone())).unwrap_or_default();
        let addition = before.map_or(0, |before| before.addition) + 1;
        Self { station, template, addition, groups, dropped }
    }

    /// An id that no line of it has. It has the number in it, so what a line was called that was dropped comes again never.
    pub fn free_id(&self) -> ItemId {
        let is_taken = |id: &ItemId| self.item(id).is_some();
        let ids = (self.addition..).map(|number| [STATION_ITEM, &number.to_string()].concat());
        let mut ids = ids.map(|id| ItemId::parse(&id).expect("letters, a dot and digits"));
        ids.find(|id| !is_taken(id)).expect("it has fewer lines than there are numbers")
    }

    /// One line more, at the end of a group.
    pub fn add(&mut self, name: &Label, item: Item) {
        match self.groups.iter_mut().find(|group| group.name.zh == name.zh) {
            Some(group) => group.items.push(item),
            None => self.groups.push(Group { name: name.clone(), items: vec![item] }),
        }
    }

    /// One line less; whether it was there.
    pub fn drop_line(&mut self, id: &ItemId) -> bool {
        let Some(line) = self.items().find(|item| item.id == *id).cloned() else { return false };
        for group in &mut self.groups {
            group.items.retain(|item| item.id != *id);
        }
        self.groups.retain(|group| !group.items.is_empty());
        self.dropped.push(line);
        // Of the oldest nobody speaks any more, and all of it must go into one change.
        let bytes = |items: &[Item]| {
            items.iter().map(|item| serde_json::to_vec(item).map_or(0, |json| json.len())).sum::<usize>()
        };
        while bytes(&self.dropped) > DROPPED_BYTES_MAX {
            self.dropped.remove(0);
        }
        true
    }

    /// The line with this id, asked or dropped.
    pub fn item(&self, id: &ItemId) -> Option<&Item> {
        self.items().chain(&self.dropped).find(|item| item.id == *id)
    }

    /// Its lines.
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        self.groups.iter().flat_map(|group| &group.items)
    }
}

/// Bytes of the lines that a station has dropped.
const DROPPED_BYTES_MAX: usize = CHANGE_BYTES_MAX / 8;

/// What the id of every line of a station's begins with; no line of a core's does. So no later version of the core can
/// take the id of a station's line.
pub(super) const STATION_ITEM: &str = "own.";

/// Whether an id is one of a station's own.
pub(super) fn is_station_item(id: &ItemId) -> bool {
    id.as_str().starts_with(STATION_ITEM)
}

impl Template {
    /// The line with this id, of the core's or a station's own, asked or dropped.
    pub fn line<'a>(&'a self, addition: Option<&'a Addition>, id: &ItemId) -> Option<&'a Item> {
        self.item(id).or_else(|| addition?.item(id))
    }

    /// The checklist as a station fills it: the core as it is, and the station's own lines beside it.
    #[must_use]
    pub fn with(mut self, addition: Option<&Addition>) -> Self {
        let Some(addition) = addition.filter(|addition| addition.template == self.id) else { return self };
        for Group { name, items } in &addition.groups {
            // Whatever an addition says, the core's lines stay the core's.
            let own = items.iter().filter(|item| is_station_item(&item.id)).cloned();
            match self.groups.iter_mut().find(|group| group.name.zh == name.zh) {
                Some(group) => group.items.extend(own),
                None => self.groups.push(Group { name: name.clone(), items: own.collect() }),
            }
        }
        self.dropped.extend(addition.dropped.iter().filter(|item| is_station_item(&item.id)).cloned());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template() -> Template {
        serde_json::from_str(
            r#"{"id": "flood", "version": 3, "name": {"zh": "防汛"}, "subject": "station", "signed_by": "lead", "groups": [
                {"name": {"zh": "舟艇"}, "items": [{"id": "F05", "name": {"zh": "艇"}, "kind": {"type": "condition"}, "safe_side": "worst"}]},
                {"name": {"zh": "排水"}, "items": [{"id": "F11", "name": {"zh": "泵"}, "kind": {"type": "condition"}, "safe_side": "worst"}]}]}"#,
        )
        .unwrap()
    }

    fn addition(groups: &str) -> Addition {
        let json =
            format!(r#"{{"station": "zhongmiao", "template": "flood", "addition": 1, "groups": {groups}}}"#);
        serde_json::from_str(&json).unwrap()
    }

    fn ids(template: &Template) -> Vec<(String, Vec<String>)> {
        let of = |group: &Group| group.items.iter().map(|item| item.id.to_string()).collect();
        template.groups.iter().map(|group| (group.name.zh.clone(), of(group))).collect()
    }

    #[test]
    fn a_stations_lines_stand_beside_the_core_and_never_in_its_place() {
        let line = |id: &str| {
            format!(
                r#"{{"id": "{id}", "name": {{"zh": "锚"}}, "kind": {{"type": "yesno"}}, "safe_side": "worst"}}"#
            )
        };
        let groups = format!(
            r#"[{{"name": {{"zh": "舟艇"}}, "items": [{}, {}]}}, {{"name": {{"zh": "码头"}}, "items": [{}]}}]"#,
            line("own.anchor"),
            line("F11"),
            line("own.pier"),
        );
        let whole = template().with(Some(&addition(&groups)));
        let name = |text: &str| text.to_owned();
        assert_eq!(
            ids(&whole),
            [
                (name("舟艇"), vec![name("F05"), name("own.anchor")]),
                (name("排水"), vec![name("F11")]),
                (name("码头"), vec![name("own.pier")]),
            ]
        );
        assert_eq!(whole.version, 3);
        assert_eq!(template().with(None), template());
    }

    #[test]
    fn lines_come_and_go_and_no_id_comes_twice() {
        let line = |id: ItemId| Item { id, ..template().groups.remove(0).items.remove(0) };
        let own = Label::new("本所加项", "Station's own");
        let before = addition(
            r#"[{"name": {"zh": "码头"}, "items": [{"id": "own.2", "name": {"zh": "锚"}, "kind": {"type": "yesno"}, "safe_side": "worst"}]}]"#,
        );
        let next =
            |before: &Addition| Addition::next(Some(before), before.station.clone(), before.template.clone());
        let mut second = next(&before);
        let third = second.free_id();
        assert_eq!((second.addition, third.as_str()), (2, "own.3"), "2 is there already");
        second.add(&own, line(third.clone()));
        second.add(&own, line(ItemId::parse("own.x").unwrap()));
        assert_eq!(second.groups.iter().map(|group| group.items.len()).collect::<Vec<_>>(), [1, 2]);
        let mut dropped = next(&second);
        assert!(
            dropped.drop_line(&ItemId::parse("own.2").unwrap())
                && dropped.drop_line(&ItemId::parse("own.x").unwrap())
        );
        assert!(!dropped.drop_line(&ItemId::parse("F05").unwrap()));
        assert_eq!(dropped.groups.len(), 1, "a group without lines is none");
        assert_eq!(next(&dropped).free_id().as_str(), "own.4");
        let whole = template().with(Some(&dropped));
        let gone = ItemId::parse("own.2").unwrap();
        assert!(whole.item(&gone).is_some(), "what was answered to it can still be read");
        assert!(whole.items().all(|(_, item)| item.id != gone), "and nobody is asked it");
        let long = "长".repeat(400);
        for n in 0..60 {
            let id = ItemId::parse(&format!("own.long{n}")).unwrap();
            dropped.add(&own, Item { name: Label::new(&long, &long), ..line(id.clone()) });
            assert!(dropped.drop_line(&id));
        }
        assert!(serde_json::to_vec(&dropped).unwrap().len() < CHANGE_BYTES_MAX / 4);
        assert!(
            dropped.item(&gone).is_none() && dropped.item(&ItemId::parse("own.long59").unwrap()).is_some()
        );
        let first = Addition::next(None, before.station.clone(), before.template.clone());
        assert_eq!((first.addition, first.groups.len(), first.free_id().as_str()), (1, 0, "own.1"));
    }
}
