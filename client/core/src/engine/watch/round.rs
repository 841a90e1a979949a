//! The slice about an open round: whom or what it asks about, every card with what is true of it, everything that was
//! said and by whom, and where each of it is safe.

use std::collections::BTreeMap;

use link::slice::{
    BellView, CardView, EventState, EventView, Input, LastView, Place, Progress, ReadingView, RoundView,
    SignOffView, SubjectView,
};
use shared::document::read::Round;
use shared::domain::Label;
use shared::domain::answer::Answer;
use shared::domain::asset::Asset;
use shared::domain::observation::Observation;
use shared::domain::policy;
use shared::domain::reading::{Fate, Verdict};
use shared::domain::round::{Period, RoundName};
use shared::domain::template::{Asked, ItemKind, Template};
use shared::flat::FlatMap;
use shared::gather::sort_by;
use shared::ids::{AssetId, CollectionId, DocumentId, ItemId, Shelf, SubjectId};
use shared::projection::{self, Line, RoundSheet};
use shared::sync::device::Device;

use super::handled::bell;
use super::today::{progress, state};
use super::{person_name, round_label, station_name};

/// How many earlier periods are looked through for the last reading.
const PERIODS_BACK_MAX: i64 = 8;

/// The slice; `None` when this phone does not know the template.
pub fn view(device: &mut Device, name: &RoundName) -> Option<RoundView> {
    let template = device.template(name)?;
    let register = device.expected(name, &template);
    let round = device.round(name);
    let last = last_answers(device, &template, name, &register);
    let subjects = projection::expected_subjects(&template, &name.station, device.directory(), &register);
    let sheet = projection::round(&template, subjects, &round);
    let mut bells: FlatMap<(SubjectId, ItemId), BellView> = FlatMap::new();
    for line in &sheet.lines {
        let (subject, item) = (&sheet.subjects[line.subject].id, &line.item);
        if let Some(bell) = bell(device, &name.station, subject, item) {
            bells.insert((subject.clone(), item.clone()), bell);
        }
    }
    let events = Events { device, document: name.document(&device.identity().bureau), round: &round };
    let builder = Builder { events: &events, device, register: &register, bells: &bells };
    let order = builder.subject_order(&sheet);
    let places = places(&sheet);
    let progress = progress(&sheet);
    let cards = order.iter().flat_map(|index| &sheet.lines[places[*index]..places[*index + 1]]);
    let rights = &device.identity().rights;
    Some(RoundView {
        template_name: round_label(device, name)?,
        station_name: station_name(device.directory(), &name.station),
        state: state(sheet.stage),
        groups: groups(&template),
        cards: cards.map(|line| builder.card(&template, &sheet, line, &last)).collect(),
        subjects: order.iter().map(|index| builder.subject(&sheet, *index, progress[*index])).collect(),
        people: sheet.people.iter().map(|officer| person_name(device.directory(), officer)).collect(),
        sign_offs: events.sign_offs(),
        late: sheet.late,
        may_answer: policy::may_answer(rights, name),
        may_sign: rights.may_sign(template.signed_by, &name.station),
        is_loaded: is_loaded(device, name),
        unreadable: round.unreadable,
        name: name.clone(),
    })
}

/// Whether this phone has everything that the round is made of.
pub(super) fn is_loaded(device: &Device, name: &RoundName) -> bool {
    let live = CollectionId::of(&Shelf::Live(name.station.clone()));
    [CollectionId::bureau(), live, name.collection()].iter().all(|collection| device.is_caught_up(collection))
}

/// The template's groups, and one more for lines that it does not have.
fn groups(template: &Template) -> Vec<Label> {
    let named = template.groups.iter().map(|group| group.name.clone());
    named.chain([Label::new("其他", "Other")]).collect()
}

/// Where the lines of each subject begin, and where the last one's end: they stand by subject.
fn places(sheet: &RoundSheet<'_>) -> Vec<usize> {
    let begin = |subject| sheet.lines.partition_point(|line| line.subject < subject);
    (0..=sheet.subjects.len()).map(begin).collect()
}

struct Builder<'a> {
    device: &'a Device,
    events: &'a Events<'a>,
    register: &'a BTreeMap<AssetId, Asset>,
    bells: &'a FlatMap<(SubjectId, ItemId), BellView>,
}

/// What was said in a round, and where each of it is safe.
pub(super) struct Events<'a> {
    pub(super) device: &'a Device,
    pub(super) document: DocumentId,
    pub(super) round: &'a Round,
}

impl Builder<'_> {
    /// This person's own kit first, the others as they come.
    fn subject_order(&self, sheet: &RoundSheet<'_>) -> Vec<usize> {
        let mut order: Vec<usize> = (0..sheet.subjects.len()).collect();
        let is_others = |index: &usize| !self.is_mine(&sheet.subjects[*index].id);
        sort_by(&mut order, |a, b| is_others(a).cmp(&is_others(b)));
        order
    }

    fn is_mine(&self, subject: &SubjectId) -> bool {
        subject.as_officer().as_ref() == Some(&self.device.identity().rights.officer)
    }

    fn subject(&self, sheet: &RoundSheet<'_>, index: usize, progress: Progress) -> SubjectView {
        let subject = &sheet.subjects[index];
        let progress = if subject.is_expected { progress } else { Progress::default() };
        SubjectView {
            id: subject.id.clone(),
            name: subject.name.clone(),
            is_mine: self.is_mine(&subject.id),
            progress,
        }
    }

    fn card(
        &self,
        template: &Template,
        sheet: &RoundSheet<'_>,
        line: &Line<'_>,
        last: &FlatMap<(SubjectId, ItemId), LastView>,
    ) -> CardView {
        let subject = sheet.subjects[line.subject].id.clone();
        let item = line.definition.map(|asked| asked.item);
        let mut name = item.map_or_else(|| Label::new(line.item.as_str(), ""), |item| item.name.clone());
        let standard = item.map(|item| item.standard.clone()).unwrap_or_default();
        let (mut about, mut expires) = (String::new(), None);
        if let Some(asset) = subject.as_asset().and_then(|id| self.register.get(&id)) {
            (about, expires) = (asset_facts(asset), asset.expires);
            if template.items().count() == 1 {
                name = asset.name.clone();
            }
        }
        let group = line.group.unwrap_or(template.groups.len());
        CardView {
            group: u32::try_from(group).expect("a template has few groups"),
            item: line.item.clone(),
            name,
            standard,
            asset: about,
            expires,
            is_required_open: line.is_required_open(&sheet.begun),
            input: line.definition.map_or(Input::Condition, |asked| self.input(asked, line)),
            is_required: item.is_some_and(|item| item.is_required),
            is_safety_critical: item.is_some_and(|item| item.is_safety_critical),
            faults: item.map(|item| item.faults.clone()).unwrap_or_default(),
            reading: reading(line),
            events: self.events.of(line),
            last: last.get(&(subject.clone(), line.item.clone())).cloned(),
            bell: self.bells.get(&(subject.clone(), line.item.clone())).cloned(),
            subject,
        }
    }

    fn input(&self, asked: Asked<'_>, line: &Line<'_>) -> Input {
        match &asked.item.kind {
            ItemKind::Condition => Input::Condition,
            ItemKind::YesNo => Input::YesNo,
            ItemKind::Count { unit, is_blind, .. } => {
                let me = &self.device.identity().rights.officer;
                let is_told = !is_blind || projection::standing(line).iter().any(|o| o.author == *me);
                // Where none would do, the line asks how many there are, and nothing may stand in the field already.
                let expected = asked.expected.filter(|expected| is_told && *expected > 0);
                Input::Count { unit: unit.clone(), expected }
            }
            ItemKind::Number { unit, ok_min, ok_max, min, max } => {
                Input::Number { unit: unit.clone(), ok_min: *ok_min, ok_max: *ok_max, min: *min, max: *max }
            }
            ItemKind::Date => Input::Date(asked.until),
            ItemKind::Choice { options } => Input::Choice(options.clone()),
            ItemKind::Text => Input::Text,
            ItemKind::Scan => Input::Scan,
            ItemKind::Photo => Input::Photo,
            ItemKind::Later => Input::Later,
        }
    }
}

impl Events<'_> {
    /// What was said to a line, oldest first.
    pub(super) fn of(&self, line: &Line<'_>) -> Vec<EventView> {
        line.observations.iter().filter_map(|observation| self.event(line, observation)).collect()
    }

    fn event(&self, line: &Line<'_>, observation: &Observation) -> Option<EventView> {
        let shared::domain::observation::Act::Answer { answer, fault, note, attached, .. } = &observation.act
        else {
            return None;
        };
        let directory = self.device.directory();
        let device = observation.key.device().map(|device| device.to_string()).unwrap_or_default();
        Some(EventView {
            key: observation.key.clone(),
            author: person_name(directory, &observation.author),
            badge: directory.officers.get(&observation.author).map(|o| o.badge.clone()).unwrap_or_default(),
            device: device.chars().take(6).collect(),
            at: observation.corrected_at(),
            clock_offset_ms: observation.clock_offset_ms,
            answer: answer.clone(),
            fault: fault.clone(),
            note: note.clone(),
            state: match line.reading.fates.get(&observation.key) {
                Some(Fate::Standing) => EventState::Standing,
                Some(Fate::Amended) => EventState::Amended,
                Some(Fate::Withdrawn) => EventState::Withdrawn,
                Some(Fate::Held) => EventState::Held,
                Some(Fate::Replaced) | None => EventState::Replaced,
            },
            place: self.place(&observation.key),
            is_mine: observation.author == self.device.identity().rights.officer,
            attached: attached.clone(),
        })
    }

    pub(super) fn sign_offs(&self) -> Vec<SignOffView> {
        let sign_offs = self.round.sign_offs.iter();
        sign_offs
            .map(|sign_off| SignOffView {
                author: person_name(self.device.directory(), &sign_off.author),
                at: sign_off.at,
                place: self.place(&sign_off.key),
            })
            .collect()
    }

    fn place(&self, key: &shared::ids::EventKey) -> Place {
        if self.device.is_only_here(self.document, key) { Place::Phone } else { Place::Centre }
    }
}

fn reading(line: &Line<'_>) -> ReadingView {
    let answers = match &line.reading.verdict {
        Verdict::Unanswered => Vec::new(),
        Verdict::Agreed(answer) | Verdict::Disputed(answer) => vec![answer.clone()],
        Verdict::Collected(answers) => answers.clone(),
    };
    ReadingView {
        answers,
        is_disputed: line.reading.is_disputed(),
        is_adverse: line.is_adverse(),
        standing: line.reading.standing.clone(),
    }
}

fn asset_facts(asset: &Asset) -> String {
    let mut facts = vec![asset.id.to_string()];
    facts.extend(
        [&asset.model, &asset.serial, &asset.place].into_iter().filter(|fact| !fact.is_empty()).cloned(),
    );
    facts.join(" · ")
}

/// What stood in the latest earlier round of this checklist that is on this phone.
fn last_answers(
    device: &mut Device,
    template: &Template,
    name: &RoundName,
    register: &BTreeMap<AssetId, Asset>,
) -> FlatMap<(SubjectId, ItemId), LastView> {
    let earlier = (1..=PERIODS_BACK_MAX).filter_map(|back| before(&name.period, back));
    let mut names = earlier.map(|period| RoundName { period, ..name.clone() });
    let Some(earlier) = names.find(|name| device.has_round(name)) else { return FlatMap::new() };
    let round = device.round(&earlier);
    let subjects = projection::expected_subjects(template, &name.station, device.directory(), register);
    let sheet = projection::round(template, subjects, &round);
    let date = earlier.period.start();
    let answer = |line: &Line<'_>| -> Option<((SubjectId, ItemId), LastView)> {
        let answer: Answer = line.reading.answer()?.clone();
        Some(((sheet.subjects[line.subject].id.clone(), line.item.clone()), LastView { answer, date }))
    };
    sheet.lines.iter().filter_map(answer).collect()
}

/// The period so many periods earlier; `None` for those that do not recur.
pub(super) fn before(period: &Period, back: i64) -> Option<Period> {
    Some(match period {
        Period::Day(date) => Period::Day(date.plus_days(-back)),
        Period::Week(monday) => Period::Week(monday.plus_days(-7 * back)),
        Period::Month(first) => {
            Period::Month((0..back).fold(*first, |first, _| first.month().before().first()))
        }
        Period::Shift(date, shift) => Period::Shift(date.plus_days(-back), shift.clone()),
        Period::Event(date, event) => Period::Event(date.plus_days(-back), event.clone()),
        Period::Occasion(..) => return None,
    })
}
