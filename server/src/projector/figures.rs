//! Figures about defects and needs, and those of them that somebody must act on now. Ages and medians are by the clocks of
//! those who wrote, corrected; nothing depends on them.

use shared::api::board::{AttentionKind, AttentionRow, HandledFigures};
use shared::domain::Label;
use shared::domain::defect::{self, DefectState};
use shared::domain::directory::Station;
use shared::domain::need::NeedState;
use shared::ids::OfficerId;
use shared::time::{DAY_MS, MINUTE_MS, Timestamp};

use super::handled::DefectRow;
use super::{Model, Reference};

/// Days that a median looks back.
const MEDIAN_DAYS: i64 = 90;
/// Days after which an open defect is old.
const OLD_DAYS: i64 = 7;

/// The figures as of now.
pub fn figures(model: &Model, now: Timestamp) -> HandledFigures {
    let open = || model.defects.values().filter(|row| row.state.is_open());
    let count = |rows: usize| u32::try_from(rows).unwrap_or(u32::MAX);
    let is_old = |row: &&DefectRow| now.since(row.reported_at) > OLD_DAYS * DAY_MS;
    let recent = || model.defects.values().filter(|row| now.since(row.reported_at) <= MEDIAN_DAYS * DAY_MS);
    let until = |row: &DefectRow, at: Option<Timestamp>| Some(at?.since(row.reported_at).max(0));
    HandledFigures {
        open: count(open().count()),
        urgent: count(open().filter(|row| row.is_urgent).count()),
        reported: count(open().filter(|row| row.state == DefectState::Reported).count()),
        old: count(open().filter(is_old).count()),
        acknowledge_minutes: median(recent().filter_map(|row| until(row, row.acknowledged_at)).collect()),
        close_minutes: median(recent().filter_map(|row| until(row, row.closed_at)).collect()),
        needs_raised: count(model.needs.values().filter(|row| row.state == NeedState::Raised).count()),
    }
}

fn median(mut spans_ms: Vec<i64>) -> Option<u32> {
    spans_ms.sort_unstable();
    let middle = spans_ms.get(spans_ms.len() / 2)?;
    u32::try_from(middle / MINUTE_MS).ok()
}

/// A station's urgent defects that nobody has mended.
pub fn urgent<'a>(
    model: &'a Model,
    reference: &'a Reference,
    station: &'a Station,
) -> impl Iterator<Item = AttentionRow> + 'a {
    let of =
        |row: &&DefectRow| row.name.station == station.code && row.is_urgent && row.state < DefectState::Done;
    model.defects.values().filter(of).map(move |row| attention(reference, station, row))
}

fn attention(reference: &Reference, station: &Station, row: &DefectRow) -> AttentionRow {
    let name = |officer: &OfficerId| {
        let known = reference.directory.officers.get(officer);
        known.map_or_else(|| officer.to_string(), |officer| officer.name.clone())
    };
    let template = row.template.as_ref().and_then(|template| reference.templates.get(template));
    let line = |template| reference.line(template, &station.code, &row.name.item);
    let item = row.template.as_ref().and_then(line);
    let (asset, officer) = (row.name.subject.as_asset(), row.name.subject.as_officer());
    let subject_name = match (&asset, officer) {
        (Some(id), _) => {
            let register = reference.registers.get(&station.code);
            let known = register.and_then(|register| register.get(id));
            known.map_or_else(|| id.to_string(), |asset| format!("{} {id}", asset.name.zh))
        }
        (None, Some(officer)) => name(&officer),
        (None, None) => row.place.clone(),
    };
    AttentionRow {
        kind: AttentionKind::Urgent,
        station: station.code.clone(),
        station_name: station.name.clone(),
        round: None,
        template_name: template.map(|template| template.name.clone()).unwrap_or_default(),
        subject: Some(row.name.subject.clone()),
        subject_name,
        item_name: item.map_or_else(|| general(row.name.item.as_str()), |item| item.name.clone()),
        item: Some(row.name.item.clone()),
        answer: None,
        note: row.remark.clone(),
        authors: row.by.iter().map(name).collect(),
        at: Some(row.reported_at),
        is_safety_critical: item.is_some_and(|item| item.is_safety_critical),
        defect: Some(row.name.clone()),
    }
}

/// What a defect without a checklist is called.
fn general(item: &str) -> Label {
    match item {
        defect::EXPIRY => Label::new("已过有效期", "Out of date"),
        defect::GENERAL => Label::new("报故障", "Reported fault"),
        other => Label::new(other, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_one() {
        assert_eq!(median(Vec::new()), None);
        assert_eq!(median(vec![9 * MINUTE_MS, MINUTE_MS, 5 * MINUTE_MS]), Some(5));
    }
}
