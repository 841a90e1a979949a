//! The slice about what is due: for this person, and for their station; what has been begun as it occurred, and what
//! comes next.

use link::slice::{OperationView, Progress, RoundState, TodayRow, TodayView};
use shared::domain::asset::ExpiryBand;
use shared::domain::calendar;
use shared::domain::round::{Period, RoundName};
use shared::domain::template::SubjectKind;
use shared::gather::sort_by;
use shared::ids::{DeviceId, StationCode, SubjectId};
use shared::projection::{self, RoundSheet, Stage};
use shared::sync::device::Device;
use shared::time::{Date, Timestamp, Zone};

use super::{person_name, round_label};

/// The slice.
pub fn view(device: &mut Device, now: Timestamp) -> TodayView {
    let identity = device.identity().clone();
    let (at, zone) = (device.corrected(now), identity.zone);
    let date = zone.date(at);
    let is_loaded = device.wanted(now).iter().all(|collection| device.is_caught_up(collection));
    let mut today = TodayView {
        date,
        rows: Vec::new(),
        is_loaded,
        templates: u32::try_from(device.templates().len()).unwrap_or(u32::MAX),
        assets: 0,
        assets_mine: 0,
        assets_expiring: 0,
        occasions: Vec::new(),
        next: None,
        operations: operations(device, date),
        assets_mine_expiring: 0,
    };
    let Some(station) = &identity.rights.station else { return today };
    let due = device.calendar().due(station, at, zone);
    today.rows = due.into_iter().filter_map(|due| row(device, due.name, Some(due.due))).collect();
    add_of_yesterday(device, station, date, zone, &mut today);
    add_occasions(device, station, date, &mut today);
    let is_signed = |row: &TodayRow| matches!(row.state, RoundState::Signed);
    sort_by(&mut today.rows, |a, b| is_signed(a).cmp(&is_signed(b)));
    let next = device.calendar().next(station, at, zone);
    today.next = next.and_then(|next| Some((round_label(device, &next.name)?, next.opens)));
    for asset in device.register(station).values() {
        today.assets += 1;
        let is_mine = asset.holder.as_ref() == Some(&identity.rights.officer);
        let is_expiring = asset.expiry_band(date) >= ExpiryBand::Days30;
        today.assets_mine += u32::from(is_mine);
        today.assets_expiring += u32::from(is_expiring);
        today.assets_mine_expiring += u32::from(is_mine && is_expiring);
    }
    today
}

/// What goes on, the oldest first.
fn operations(device: &Device, date: Date) -> Vec<OperationView> {
    let all = device.calendar().operations.values();
    let running = all.filter(|operation| operation.goes_on(date));
    let mut views: Vec<OperationView> = running
        .map(|it| OperationView {
            name: it.operation.clone(),
            label: it.label.clone(),
            from: it.from,
            stations: u32::try_from(it.stations.len()).unwrap_or(u32::MAX),
            by: person_name(device.directory(), &it.by),
        })
        .collect();
    sort_by(&mut views, |a, b| a.from.cmp(&b.from));
    views
}

/// Rounds of yesterday's operations that were begun and not signed: a boat comes back after midnight.
fn add_of_yesterday(
    device: &mut Device,
    station: &StationCode,
    date: Date,
    zone: Zone,
    today: &mut TodayView,
) {
    let due = device.calendar().due(station, zone.moment(date.plus_days(-1), 0), zone);
    let events = due.into_iter().map(|due| due.name).filter(|name| matches!(name.period, Period::Event(..)));
    let begun: Vec<RoundName> = events.filter(|name| device.has_round(name)).collect();
    let rows = begun.into_iter().filter_map(|name| row(device, name, None));
    today.rows.extend(rows.filter(|row| row.state != RoundState::Signed));
}

/// What can be begun at any time, and what the station's phones have begun since yesterday.
fn add_occasions(device: &mut Device, station: &StationCode, date: Date, today: &mut TodayView) {
    let own = device.identity().device;
    let templates: Vec<_> = device.calendar().occasions().cloned().collect();
    let phones = phones(device, station);
    for template in &templates {
        let mut free = calendar::occasion(station, template, date, own, 1);
        for (day, phone) in
            [date.plus_days(-1), date].into_iter().flat_map(|day| phones.iter().map(move |p| (day, *p)))
        {
            let names = (1..).map(|n| calendar::occasion(station, template, day, phone, n));
            let begun: Vec<RoundName> = names.take_while(|name| device.has_round(name)).collect();
            if day == date && phone == own {
                let n = u32::try_from(begun.len()).unwrap_or(u32::MAX);
                free = calendar::occasion(station, template, day, own, n.saturating_add(1));
            }
            let rows = begun.into_iter().filter_map(|name| row(device, name, None));
            // What was signed yesterday is over; what was not is still somebody's to finish.
            today.rows.extend(rows.filter(|row| day == date || row.state != RoundState::Signed));
        }
        let is_asked = device.template(&free).is_some_and(|template| {
            let register = device.register(station);
            !projection::expected_subjects(&template, station, device.directory(), &register).is_empty()
        });
        if is_asked && let Some(label) = round_label(device, &free) {
            today.occasions.push((free, label));
        }
    }
}

/// The phones of a station's people, and this one.
fn phones(device: &Device, station: &StationCode) -> Vec<DeviceId> {
    let directory = device.directory();
    let is_here =
        |officer| directory.officers.get(officer).is_some_and(|it| it.station.as_ref() == Some(station));
    let known = directory.devices.values().filter(|phone| is_here(&phone.officer)).map(|phone| phone.id);
    let own = device.identity().device;
    known.filter(|phone| *phone != own).chain([own]).collect()
}

/// `None` when the checklist is not here, or has nothing to ask about at this station.
fn row(device: &mut Device, name: RoundName, due: Option<Timestamp>) -> Option<TodayRow> {
    let template = device.template(&name)?;
    let register = device.expected(&name, &template);
    let round = device.round(&name);
    let subjects = projection::expected_subjects(&template, &name.station, device.directory(), &register);
    let sheet = projection::round(&template, subjects, &round);
    if sheet.lines.is_empty() {
        return None;
    }
    let rights = &device.identity().rights;
    let own = SubjectId::officer(&rights.officer);
    let all = Progress { answered: sheet.answered, total: sheet.total };
    let is_mine = template.subject == SubjectKind::Officer;
    let others = sheet.people.iter().filter(|officer| **officer != rights.officer);
    Some(TodayRow {
        name: round_label(device, &name)?,
        due,
        state: state(sheet.stage),
        mine: if is_mine { mine(&sheet, &own) } else { all },
        all,
        others: others.map(|officer| person_name(device.directory(), officer)).collect(),
        faults: sheet.faults,
        disputes: sheet.disputes,
        may_sign: rights.may_sign(template.signed_by, &name.station),
        is_mine,
        signed_at: projection::latest_sign_off(&round).map(|sign_off| sign_off.at),
        round: name,
    })
}

/// How far each subject is.
pub(super) fn progress(sheet: &RoundSheet<'_>) -> Vec<Progress> {
    let mut progress = vec![Progress::default(); sheet.subjects.len()];
    for line in sheet.lines.iter().filter(|line| line.group.is_some()) {
        progress[line.subject].total += 1;
        progress[line.subject].answered += u32::from(line.reading.is_answered());
    }
    progress
}

/// How far this person's own part is.
fn mine(sheet: &RoundSheet<'_>, own: &SubjectId) -> Progress {
    let place = sheet.subjects.iter().position(|subject| subject.id == *own);
    place.map(|place| progress(sheet)[place]).unwrap_or_default()
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
