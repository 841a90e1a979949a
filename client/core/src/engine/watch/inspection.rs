//! The slice about an open inspection: what the register expects, held against what was found.

use std::collections::BTreeMap;

use link::slice::{InspectedRow, InspectionView};
use shared::domain::Label;
use shared::domain::asset::Asset;
use shared::domain::inspection::{self, Finding};
use shared::domain::policy;
use shared::domain::round::RoundName;
use shared::domain::template::{Inspects, ItemKind};
use shared::flat::FlatSet;
use shared::gather::{Gather, sort_by};
use shared::ids::{AssetId, OfficerId};
use shared::projection::{self, Line, RoundSheet};
use shared::sync::device::Device;

use super::round::{Events, is_loaded};
use super::today::state;
use super::{person_name, round_label, station_name};

/// The slice; `None` when this phone does not know the template, or it is no inspection's.
pub fn view(device: &mut Device, name: &RoundName) -> Option<InspectionView> {
    let template = device.template(name)?;
    let inspects = template.inspects.as_ref()?;
    let item = template.item(&inspects.item)?;
    let (expected, register) = (device.expected(name, &template), device.register(&name.station));
    let round = device.round(name);
    let subjects = projection::expected_subjects(&template, &name.station, device.directory(), &expected);
    let sheet = projection::round(&template, subjects, &round);
    let events = Events { device, document: name.document(&device.identity().bureau), round: &round };
    let counting = Counting { events: &events, inspects, expected: &expected, register: &register };
    let lines = sheet.lines.iter().filter(|line| line.item == inspects.item);
    let mut rows: Vec<InspectedRow> = lines.filter_map(|line| counting.row(&sheet, line)).collect();
    sort_by(&mut rows, |a, b| {
        (!a.is_expected, &a.kind, &a.subject).cmp(&(!b.is_expected, &b.kind, &b.subject))
    });
    let options = match &item.kind {
        ItemKind::Choice { options } => options.clone(),
        _ => Vec::new(),
    };
    let is_twice = |line: &&Line<'_>| !sheet.subjects[line.subject].is_by_two && counters(line).len() > 1;
    let twice = sheet.lines.iter().filter(is_twice).count();
    let rights = &device.identity().rights;
    Some(InspectionView {
        template_name: round_label(device, name)?,
        station_name: station_name(device.directory(), &name.station),
        state: state(sheet.stage),
        tally: sheet.tally.unwrap_or_default(),
        rows,
        item: inspects.item.clone(),
        standard: item.standard.clone(),
        options,
        faults: item.faults.clone(),
        people: sheet.people.iter().map(|officer| person_name(device.directory(), officer)).collect(),
        sign_offs: events.sign_offs(),
        late: sheet.late,
        may_answer: policy::may_answer(rights, name),
        may_sign: rights.may_sign(template.signed_by, &name.station),
        is_loaded: is_loaded(device, name),
        unreadable: round.unreadable,
        twice: u32::try_from(twice).unwrap_or(u32::MAX),
        name: name.clone(),
    })
}

/// Who has found a thing, once each.
fn counters<'a>(line: &Line<'a>) -> FlatSet<&'a OfficerId> {
    let said = line.observations.iter().copied().filter(|observation| {
        !observation.is_held && Finding::of(observation.answer(), true) != Finding::Open
    });
    said.map(|observation| &observation.author).into_flat_set()
}

struct Counting<'a> {
    events: &'a Events<'a>,
    inspects: &'a Inspects,
    expected: &'a BTreeMap<AssetId, Asset>,
    register: &'a BTreeMap<AssetId, Asset>,
}

impl Counting<'_> {
    /// `None` for what was said about something else than a thing.
    fn row(&self, sheet: &RoundSheet<'_>, line: &Line<'_>) -> Option<InspectedRow> {
        let subject = &sheet.subjects[line.subject];
        let id = subject.id.as_asset()?;
        // Expected or not, the register may know what it is: it may have come after the list was frozen.
        let asset = self.expected.get(&id).or_else(|| self.register.get(&id));
        let directory = self.events.device.directory();
        let holder = asset.and_then(|asset| asset.holder.as_ref());
        let kind = asset.map(|asset| asset.kind.clone()).unwrap_or_default();
        let text = |of: fn(&Asset) -> &String| asset.map(|asset| of(asset).clone()).unwrap_or_default();
        let finding = subject.finding(line);
        let waits =
            (finding == Finding::Waiting).then(|| inspection::found_by(&line.observations, &line.reading));
        let first = waits.and_then(|found| found.first().copied());
        let me = &self.events.device.identity().rights.officer;
        Some(InspectedRow {
            is_by_two: subject.is_by_two,
            first: first.map(|first| person_name(directory, &first.author)).unwrap_or_default(),
            is_mine: first.is_some_and(|first| first.author == *me),
            finding,
            name: asset.map_or_else(|| Label::new(id.as_str(), ""), |asset| asset.name.clone()),
            serial: text(|asset| &asset.serial),
            holder: holder.map(|officer| person_name(directory, officer)).unwrap_or_default(),
            place: text(|asset| &asset.place),
            expires: asset.and_then(|asset| asset.expires),
            is_expected: subject.is_expected,
            is_blind: self.inspects.blind.contains(&kind),
            answer: line.reading.answer().cloned(),
            is_disputed: line.reading.is_disputed(),
            standing: line.reading.standing.clone(),
            events: self.events.of(line),
            subject: subject.id.clone(),
            kind,
        })
    }
}
