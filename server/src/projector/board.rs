//! The merged state of all stations as the supervisor's screen shows it: rows, duties and freshness into one view. A
//! pure function of what is known and the time; sending it is `feed`'s.

use std::collections::HashSet;

use shared::api::board::{AttentionKind, AttentionRow, BoardView, Cell, DutyColumn, DutyState, StationRow};
use shared::domain::Label;
use shared::domain::calendar::{DueRound, Duty, Recurrence};
use shared::domain::directory::Station;
use shared::domain::round::Period;
use shared::ids::{StationCode, TemplateId};
use shared::limits::DEVICE_EXPECTED_DAYS;
use shared::time::{DAY_MS, Date, Timestamp, Zone};

use super::figures;
use super::rows::{self, Attention, RoundRow};
use super::{Model, Reference};
use crate::store::DeviceRecord;

/// Days for which an earlier round's attention stays on the board unless a later round answers it.
const ATTENTION_DAYS: i64 = 14;

/// Phones of a station, as one duty sees them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Freshness {
    /// Phones that were expected to be heard.
    pub expected: u32,
    /// How many of them were heard since the moment in question.
    pub heard: u32,
    /// Whether any phone of the station was heard since, expected or not.
    pub is_any_heard: bool,
}

/// The state of a duty.
///
/// Unknown while any expected phone was not heard since it fell due: what was done may be on that phone. It is unknown
/// too when no phone at all was heard since, because then nobody can know.
pub fn state(is_signed: bool, due: Timestamp, now: Timestamp, freshness: Freshness) -> DutyState {
    if is_signed {
        DutyState::Done
    } else if now < due {
        DutyState::Open
    } else if freshness.heard < freshness.expected || !freshness.is_any_heard {
        DutyState::Unknown
    } else {
        DutyState::NotDone
    }
}

/// How fresh a station's phones are: those heard in the week before `due` are expected, and count as heard from
/// `since` on.
pub fn freshness<'a>(
    devices: impl Iterator<Item = &'a DeviceRecord>,
    due: Timestamp,
    since: Timestamp,
) -> Freshness {
    let week_before = due.plus_ms(-DEVICE_EXPECTED_DAYS * DAY_MS);
    let mut freshness = Freshness { expected: 0, heard: 0, is_any_heard: false };
    for device in devices.filter(|device| device.revoked.is_none()) {
        let Some(heard) = device.heard else { continue };
        let is_heard = heard >= since;
        freshness.is_any_heard |= is_heard;
        if heard >= week_before && device.enrolled <= due {
            freshness.expected += 1;
            freshness.heard += u32::from(is_heard);
        }
    }
    freshness
}

/// The board.
pub fn view(model: &Model, devices: &[DeviceRecord], zone: Zone, now: Timestamp) -> BoardView {
    let today = zone.date(now);
    let board = Board { model, reference: &model.reference, devices, zone, now, today };
    let stations = model.reference.directory.stations.values();
    let mut attention: Vec<AttentionRow> =
        stations.clone().flat_map(|station| board.attention(station)).collect();
    attention.sort_by_key(|row| (row.kind, !row.is_safety_critical, std::cmp::Reverse(row.at)));
    BoardView {
        made_at: now,
        today,
        zone,
        duties: board.columns(),
        stations: stations.map(|station| board.station(station)).collect(),
        attention,
        handled: figures::figures(model, now),
    }
}

struct Board<'a> {
    model: &'a Model,
    reference: &'a Reference,
    devices: &'a [DeviceRecord],
    zone: Zone,
    now: Timestamp,
    today: Date,
}

impl Board<'_> {
    /// The duties that are ever due: a column each.
    fn duties(&self) -> impl Iterator<Item = &Duty> {
        self.reference.calendar.duties.iter().filter(|duty| duty.on != Recurrence::Occasion)
    }

    fn columns(&self) -> Vec<DutyColumn> {
        let duties = self.duties();
        let column =
            |template: &TemplateId| DutyColumn { template: template.clone(), name: self.name(template) };
        duties.map(|duty| column(&duty.template)).collect()
    }

    fn name(&self, template: &TemplateId) -> Label {
        let known = self.reference.templates.get(template);
        known.map_or_else(|| Label::new(template.as_str(), ""), |template| template.name.clone())
    }

    fn phones(&self, station: &StationCode) -> impl Iterator<Item = &DeviceRecord> {
        let of = move |device: &&DeviceRecord| device.rights.station.as_ref() == Some(station);
        self.devices.iter().filter(of).filter(|device| device.revoked.is_none())
    }

    fn last_heard(&self, station: &StationCode) -> Option<Timestamp> {
        self.phones(station).filter_map(|device| device.heard).max()
    }

    fn station(&self, station: &Station) -> StationRow {
        let midnight = self.zone.moment(self.today, 0);
        let freshness = freshness(self.phones(&station.code), self.now, midnight);
        let due = self.reference.calendar.due(&station.code, self.now, self.zone);
        let duties = self.duties();
        let cell = |template: &TemplateId| {
            let rounds = due.iter().filter(|due| due.name.template == *template);
            worst(shown(rounds).map(|due| self.cell(Some(due))))
        };
        StationRow {
            code: station.code.clone(),
            name: station.name.clone(),
            devices: freshness.expected,
            devices_heard: freshness.heard,
            last_heard: self.last_heard(&station.code),
            cells: duties.map(|duty| cell(&duty.template)).collect(),
        }
    }

    fn cell(&self, due: Option<&DueRound>) -> Cell {
        let Some(due) = due else { return not_asked() };
        let row = self.model.rounds.get(&rows::key(&due.name));
        let is_past = self.now >= due.due;
        let since = if is_past { due.due } else { self.zone.moment(self.today, 0) };
        let until = if is_past { due.due } else { self.now };
        let freshness = freshness(self.phones(&due.name.station), until, since);
        let count = |of: fn(&RoundRow) -> u32| row.map_or(0, of);
        let total = row.map_or_else(|| self.reference.total(&due.name), |row| row.total);
        if total == 0 {
            // A station without vehicles has none to check.
            return not_asked();
        }
        Cell {
            round: Some(due.name.clone()),
            state: state(row.is_some_and(|row| row.is_signed), due.due, self.now, freshness),
            due: Some(due.due),
            answered: count(|row| row.answered),
            total,
            faults: count(|row| row.faults),
            disputes: count(|row| row.disputes),
            late: count(|row| row.late),
            devices: freshness.expected,
            devices_heard: freshness.heard,
            tally: row.and_then(|row| row.tally),
        }
    }

    /// What calls for attention at a station: what stands in its latest rounds, and its silence.
    fn attention(&self, station: &Station) -> Vec<AttentionRow> {
        let since = self.today.plus_days(-ATTENTION_DAYS);
        let mut answered: HashSet<(&TemplateId, u64)> = HashSet::new();
        let mut found = Vec::new();
        let is_asked = |row: &&RoundRow| row.name.station == station.code && row.name.period.end() >= since;
        let latest: Vec<&RoundRow> = self.model.rounds.values().rev().filter(is_asked).collect();
        // Newest first: a line that a later round answered speaks for itself. Which of one day's shifts, operations and
        // occasions came later their names do not tell: there it is the one that was answered later.
        for day in latest.chunk_by(|a, b| a.name.period.start() == b.name.period.start()) {
            for row in day {
                let open = row.attention.iter().filter(|attention| {
                    let line = rows::line_number(&attention.subject, &attention.item);
                    !answered.contains(&(&row.name.template, line))
                        && !is_answered_later(day, row, line, attention.at)
                });
                found.extend(open.map(|attention| self.attention_row(station, row, attention)));
            }
            for row in day {
                answered.extend(row.lines.iter().map(|(line, _)| (&row.name.template, *line)));
            }
        }
        found.extend(figures::urgent(self.model, self.reference, station));
        found.extend(self.silence(station));
        found
    }

    fn attention_row(&self, station: &Station, row: &RoundRow, attention: &Attention) -> AttentionRow {
        let Attention {
            kind,
            subject,
            subject_name,
            item,
            item_name,
            answer,
            note,
            authors,
            at,
            is_safety_critical,
        } = attention.clone();
        AttentionRow {
            kind,
            station: station.code.clone(),
            station_name: station.name.clone(),
            round: Some(row.name.clone()),
            template_name: self.name(&row.name.template),
            subject: Some(subject),
            subject_name,
            item: Some(item),
            item_name,
            answer: Some(answer),
            note,
            authors,
            at: Some(at),
            is_safety_critical,
            defect: None,
        }
    }

    /// A station whose phones were all not heard for a day.
    fn silence(&self, station: &Station) -> Option<AttentionRow> {
        let last = self.last_heard(&station.code)?;
        (self.now.since(last) > DAY_MS).then(|| AttentionRow {
            kind: AttentionKind::Silent,
            station: station.code.clone(),
            station_name: station.name.clone(),
            round: None,
            template_name: Label::default(),
            subject: None,
            subject_name: String::new(),
            item: None,
            item_name: Label::default(),
            answer: None,
            note: String::new(),
            authors: Vec::new(),
            at: Some(last),
            is_safety_critical: false,
            defect: None,
        })
    }
}

/// Whether another of a day's shifts has a later answer to a line of the same checklist. Crews that go out on one day look at
/// things of their own, and operations too: none of them speaks for another.
fn is_answered_later(day: &[&RoundRow], of: &RoundRow, line: u64, since: Timestamp) -> bool {
    let is_shift = |row: &RoundRow| matches!(row.name.period, Period::Shift(..));
    let others = day.iter().filter(|row| row.name.template == of.name.template && row.name != of.name);
    let shifts = others.filter(|row| is_shift(row) && is_shift(of));
    shifts.flat_map(|row| &row.lines).any(|(other, at)| *other == line && *at > since)
}

/// Of a shift that ends and one that begins, the one that begins. Operations all count: one that goes on says nothing of
/// the return from one that has ended.
fn shown<'a>(rounds: impl Iterator<Item = &'a DueRound> + Clone) -> impl Iterator<Item = &'a DueRound> {
    let is_shift = |due: &&DueRound| matches!(due.name.period, Period::Shift(..));
    let begun = rounds.clone().filter(is_shift).map(|due| due.opens).max();
    rounds.filter(move |due| !is_shift(due) || Some(due.opens) == begun)
}

/// The one of a duty's rounds that asks most for a look.
fn worst(cells: impl Iterator<Item = Cell>) -> Cell {
    let urgency = |cell: &Cell| match cell.state {
        DutyState::NotAsked => 0,
        DutyState::Done => 1,
        DutyState::Open => 2,
        DutyState::Unknown => 3,
        DutyState::NotDone => 4,
    };
    cells.max_by_key(urgency).unwrap_or_else(not_asked)
}

fn not_asked() -> Cell {
    Cell {
        round: None,
        state: DutyState::NotAsked,
        due: None,
        answered: 0,
        total: 0,
        faults: 0,
        disputes: 0,
        late: 0,
        devices: 0,
        devices_heard: 0,
        tally: None,
    }
}

#[cfg(test)]
mod tests;
