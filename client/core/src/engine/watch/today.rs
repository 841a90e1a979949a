//! The slice about what is due: for this person, and for their station.

use link::slice::{Progress, RoundState, TodayRow, TodayView};
use shared::domain::asset::ExpiryBand;
use shared::domain::calendar::DueRound;
use shared::domain::template::SubjectKind;
use shared::gather::sort_by;
use shared::ids::{StationCode, SubjectId};
use shared::projection::{self, RoundSheet, Stage};
use shared::sync::device::Device;
use shared::time::Timestamp;

use super::person_name;

/// The slice.
pub fn view(device: &mut Device, now: Timestamp) -> TodayView {
    let identity = device.identity().clone();
    let date = identity.zone.date(device.corrected(now));
    let is_loaded = device.wanted(now).iter().all(|collection| device.is_caught_up(collection));
    let mut rows = Vec::new();
    let (mut assets, mut assets_mine, mut assets_expiring) = (0, 0, 0);
    if let Some(station) = &identity.rights.station {
        let due = device.calendar().due(station, date, identity.zone);
        rows = due.into_iter().filter_map(|due| row(device, station, due)).collect();
        let is_signed = |row: &TodayRow| matches!(row.state, RoundState::Signed);
        sort_by(&mut rows, |a, b| is_signed(a).cmp(&is_signed(b)));
        for asset in device.register(station).values() {
            assets += 1;
            assets_mine += u32::from(asset.holder.as_ref() == Some(&identity.rights.officer));
            assets_expiring += u32::from(asset.expiry_band(date) >= ExpiryBand::Days30);
        }
    }
    let templates = u32::try_from(device.templates().len()).unwrap_or(u32::MAX);
    TodayView { date, rows, is_loaded, templates, assets, assets_mine, assets_expiring }
}

fn row(device: &mut Device, station: &StationCode, due: DueRound) -> Option<TodayRow> {
    let template = device.templates().get(&due.name.template)?.clone();
    let register = device.register(station);
    let round = device.round(&due.name);
    let subjects = projection::expected_subjects(&template, station, device.directory(), &register);
    let sheet = projection::round(&template, subjects, &round);
    let rights = &device.identity().rights;
    let own = SubjectId::officer(&rights.officer);
    let all = Progress { answered: sheet.answered, total: sheet.total };
    let mine = match template.subject {
        SubjectKind::Officer => progress_of(&sheet, &own),
        SubjectKind::Station | SubjectKind::Asset => all,
    };
    let others = sheet.people.iter().filter(|officer| **officer != rights.officer);
    Some(TodayRow {
        name: template.name.clone(),
        due: due.due,
        state: state(sheet.stage),
        mine,
        all,
        others: others.map(|officer| person_name(device.directory(), officer)).collect(),
        faults: sheet.faults,
        disputes: sheet.disputes,
        may_sign: rights.may_sign(template.signed_by, station),
        round: due.name,
    })
}

/// How far a subject is.
pub(super) fn progress_of(sheet: &RoundSheet<'_>, subject: &SubjectId) -> Progress {
    let mut progress = Progress::default();
    for line in &sheet.lines {
        if sheet.subjects[line.subject].id == *subject && line.group.is_some() {
            progress.total += 1;
            progress.answered += u32::from(line.reading.is_answered());
        }
    }
    progress
}

/// The stage in the interface's words.
pub(super) fn state(stage: Stage) -> RoundState {
    match stage {
        Stage::Untouched => RoundState::Untouched,
        Stage::Started => RoundState::Started,
        Stage::Complete => RoundState::Complete,
        Stage::Signed => RoundState::Signed,
        Stage::NeedsReview => RoundState::NeedsReview,
    }
}
