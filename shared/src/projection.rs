//! Documents into what screens and figures show: the lines of a round with their readings, its progress, and what
//! calls for attention. Used by the phone's core and by the relay's projector alike, so both say the same.

use std::collections::BTreeMap;

use crate::document::read::Round;
use crate::domain::Label;
use crate::domain::answer::Answer;
use crate::domain::asset::{Asset, VEHICLE};
use crate::domain::directory::Directory;
use crate::domain::inspection::{self, Finding, Tally};
use crate::domain::observation::{Observation, SignOff};
use crate::domain::reading::{self, Reading};
use crate::domain::template::{Asked, Group, Item, SubjectKind, Template};
use crate::flat::{FlatMap, FlatSet};
use crate::gather::{Gather, sort_by};
use crate::ids::{AssetId, EventKey, ItemId, OfficerId, StationCode, SubjectId};
use crate::time::Date;
use crate::trust::rights::Role;

pub mod seen;

/// Whom or what a round asks about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Its id.
    pub id: SubjectId,
    /// Its name.
    pub name: Label,
    /// Whether the round asks about it; otherwise somebody answered about it anyway.
    pub is_expected: bool,
    /// Whether it takes two people to find it.
    pub is_by_two: bool,
}

impl Subject {
    fn expected(id: SubjectId, name: Label) -> Self {
        Self { id, name, is_expected: true, is_by_two: false }
    }

    /// How a line of an inspection says that it was found.
    pub fn finding(&self, line: &Line<'_>) -> Finding {
        let finding = Finding::of(line.reading.answer(), self.is_expected);
        if self.is_by_two {
            finding.by_two(inspection::found_by(&line.observations, &line.reading).len())
        } else {
            finding
        }
    }
}

/// One line of a round: one item on one subject.
#[derive(Debug, Clone)]
pub struct Line<'a> {
    /// Index into the subjects.
    pub subject: usize,
    /// Index of the group in the template; `None` when the line is not asked and somebody answered it anyway: no group
    /// has the item, or other answers say that it does not apply.
    pub group: Option<usize>,
    /// Which line.
    pub item: ItemId,
    /// The template's line as it is asked; `None` when this version has none with that id.
    pub definition: Option<Asked<'a>>,
    /// What is true.
    pub reading: Reading,
    /// Everything that was said, oldest first.
    pub observations: Vec<&'a Observation>,
}

/// How far a round is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Nobody has answered.
    Untouched,
    /// Somebody has.
    Started,
    /// Everything that is asked is answered.
    Complete,
    /// Signed, and nothing came after it.
    Signed,
    /// Signed, and observations came after it.
    NeedsReview,
}

/// A round as the screens show it.
#[derive(Debug, Clone)]
pub struct RoundSheet<'a> {
    /// Whom or what it asks about, in the order of work.
    pub subjects: Vec<Subject>,
    /// Every line, by subject, then in the order of work.
    pub lines: Vec<Line<'a>>,
    /// How far it is.
    pub stage: Stage,
    /// Lines that are asked and answered.
    pub answered: u32,
    /// Lines that are asked.
    pub total: u32,
    /// Lines that must be answered before it is signed, and are not.
    pub required_open: u32,
    /// Whom or what somebody has begun with, by place among the subjects; the station always.
    pub begun: FlatSet<usize>,
    /// Readings that call for somebody to act.
    pub faults: u32,
    /// Readings that are disputed.
    pub disputes: u32,
    /// Observations that no sign-off covers, once there is one.
    pub late: u32,
    /// Who has answered.
    pub people: FlatSet<OfficerId>,
    /// How many things were found how, when it is an inspection.
    pub tally: Option<Tally>,
}

impl Line<'_> {
    /// Whether it must be answered before the round is signed, and is not; of whom nobody has begun with, nothing must.
    pub fn is_required_open(&self, begun: &FlatSet<usize>) -> bool {
        let is_required = self.definition.is_some_and(|asked| asked.item.is_required);
        is_required && self.group.is_some() && !self.reading.is_answered() && begun.contains(&self.subject)
    }

    /// Whether what stands calls for somebody to act.
    pub fn is_adverse(&self) -> bool {
        let adverse = |answer: &Answer| match self.definition {
            Some(asked) => asked.is_adverse(answer),
            None => answer.is_adverse(),
        };
        self.reading.answer().is_some_and(adverse)
    }
}

/// Whom or what a template asks about at a station: the station, its people, or the assets of its register.
pub fn expected_subjects(
    template: &Template,
    station: &StationCode,
    directory: &Directory,
    register: &BTreeMap<AssetId, Asset>,
) -> Vec<Subject> {
    let by_two = template.inspects.as_ref().map(|inspects| inspects.by_two.as_slice()).unwrap_or_default();
    match template.subject {
        SubjectKind::Station => {
            let name =
                directory.stations.get(station).map(|station| station.name.clone()).unwrap_or_default();
            vec![Subject::expected(SubjectId::station(), name)]
        }
        SubjectKind::Officer => directory
            .roster(station)
            .filter(|officer| officer.role <= Role::Lead)
            .map(|officer| Subject::expected(SubjectId::officer(&officer.id), Label::new(&officer.name, "")))
            .collect(),
        SubjectKind::Asset | SubjectKind::Vehicle => register
            .values()
            .filter(|asset| template.subject == SubjectKind::Asset || asset.kind == VEHICLE)
            .map(|asset| Subject {
                is_by_two: by_two.contains(&asset.kind),
                ..Subject::expected(SubjectId::asset(&asset.id), asset.name.clone())
            })
            .collect(),
    }
}

/// Lays a round out: every line that is asked, and every other that somebody answered.
pub fn round<'a>(template: &'a Template, subjects: Vec<Subject>, round: &'a Round) -> RoundSheet<'a> {
    let said = Said::of(&round.observations);
    let expected_count = subjects.len();
    let subjects = with_unexpected(subjects, said.subjects());
    let until = round.until.or_else(|| Some(round.name.as_ref()?.period.end()));
    let mut lines = Vec::new();
    for (index, subject) in subjects.iter().enumerate() {
        let mut here = said.about(&subject.id);
        if index < expected_count {
            lines.extend(asked_lines(template, index, until, &mut here));
        }
        for (item, observations) in here {
            let definition = template.item(item).map(|item| Asked { until, ..Asked::alone(item) });
            lines.push(line(index, None, item.clone(), definition, observations));
        }
    }
    let tally = template.inspects.as_ref().map(|inspects| tally(&inspects.item, &subjects, &lines));
    RoundSheet { tally, ..sheet(subjects, lines, round) }
}

/// How many things an inspection found how.
fn tally(item: &ItemId, subjects: &[Subject], lines: &[Line<'_>]) -> Tally {
    let mut tally = Tally::default();
    for line in lines.iter().filter(|line| line.item == *item) {
        let subject = &subjects[line.subject];
        tally.add(subject.finding(line), subject.is_expected);
    }
    tally
}

/// What was said, in the order of subjects and items, and of the observations under each. Sorted once: an inspection has
/// thousands of them.
struct Said<'a>(Vec<&'a Observation>);

impl<'a> Said<'a> {
    fn of(observations: &'a [Observation]) -> Self {
        let mut said: Vec<&Observation> = observations.iter().collect();
        sort_by(&mut said, |a, b| (&a.subject, &a.item).cmp(&(&b.subject, &b.item)));
        Self(said)
    }

    fn subjects(&self) -> impl Iterator<Item = &'a SubjectId> {
        self.0.chunk_by(|a, b| a.subject == b.subject).map(|chunk| &chunk[0].subject)
    }

    /// What was said about a subject, by item.
    fn about(&self, subject: &SubjectId) -> FlatMap<&'a ItemId, Vec<&'a Observation>> {
        let from = self.0.partition_point(|observation| observation.subject < *subject);
        let here = &self.0[from..];
        let count = here.iter().take_while(|observation| observation.subject == *subject).count();
        let by_item = here[..count].chunk_by(|a, b| a.item == b.item);
        by_item.map(|chunk| (&chunk[0].item, chunk.to_vec())).into_flat()
    }
}

/// The lines that are asked about a subject. Whether one is, and how many of it there should be, is up to the lines
/// before it, as far as they are asked themselves.
fn asked_lines<'a>(
    template: &'a Template,
    index: usize,
    until: Option<Date>,
    said: &mut FlatMap<&'a ItemId, Vec<&'a Observation>>,
) -> Vec<Line<'a>> {
    let mut lines: Vec<Line<'a>> = Vec::new();
    for (group, item) in grouped_items(template) {
        let earlier = |id: &ItemId| lines.iter().find(|line| line.item == *id);
        let is_asked = item.show_if.as_ref().is_none_or(|show_if| {
            earlier(&show_if.item)
                .is_some_and(|line| show_if.holds(standing(line).iter().filter_map(|o| o.answer())))
        });
        if !is_asked {
            continue;
        }
        let counted = |id: &ItemId| match earlier(id)?.reading.answer()? {
            Answer::Number(n) => Some(*n),
            _ => None,
        };
        let asked = Asked::new(item, counted, until);
        let observations = said.remove(&&item.id).unwrap_or_default();
        lines.push(line(index, Some(group), item.id.clone(), Some(asked), observations));
    }
    lines
}

fn sheet<'a>(subjects: Vec<Subject>, lines: Vec<Line<'a>>, round: &'a Round) -> RoundSheet<'a> {
    let count = |test: &dyn Fn(&&Line<'_>) -> bool| {
        u32::try_from(lines.iter().filter(test).count()).unwrap_or(u32::MAX)
    };
    let is_asked = |line: &&Line<'_>| line.group.is_some();
    let total = count(&is_asked);
    let answered = count(&|line| is_asked(line) && line.reading.is_answered());
    // Whom nobody has begun with (an officer on leave) is open, and does not keep the others from being signed.
    let begun: FlatSet<usize> = lines
        .iter()
        .filter(|line| line.reading.is_answered() || subjects[line.subject].id == SubjectId::station())
        .map(|line| line.subject)
        .into_flat_set();
    let required_open = count(&|line| line.is_required_open(&begun));
    let late = latest_sign_off(round).map(|sign_off| sign_off.uncovered.as_ref().map_or(0, Vec::len));
    let stage = match late {
        Some(0) => Stage::Signed,
        Some(_) => Stage::NeedsReview,
        None if round.observations.is_empty() => Stage::Untouched,
        None if answered == total => Stage::Complete,
        None => Stage::Started,
    };
    RoundSheet {
        stage,
        total,
        required_open,
        begun,
        answered,
        faults: count(&|line| line.is_adverse()),
        disputes: count(&|line| line.reading.is_disputed()),
        late: u32::try_from(late.unwrap_or_default()).unwrap_or(u32::MAX),
        people: round.observations.iter().map(|observation| observation.author.clone()).into_flat_set(),
        subjects,
        lines,
        tally: None,
    }
}

/// The sign-off that covers most; `None` when there is none whose heads are all here.
pub fn latest_sign_off(round: &Round) -> Option<&SignOff> {
    let covering = round.sign_offs.iter().filter(|sign_off| sign_off.uncovered.is_some());
    covering.min_by_key(|sign_off| sign_off.uncovered.as_ref().map_or(usize::MAX, Vec::len))
}

fn line<'a>(
    subject: usize,
    group: Option<usize>,
    item: ItemId,
    definition: Option<Asked<'a>>,
    observations: Vec<&'a Observation>,
) -> Line<'a> {
    let reading = reading::read(definition, &observations);
    Line { subject, group, item, definition, reading, observations }
}

fn grouped_items(template: &Template) -> impl Iterator<Item = (usize, &Item)> {
    let groups = template.groups.iter().enumerate();
    groups.flat_map(|(index, Group { items, .. })| items.iter().map(move |item| (index, item)))
}

fn with_unexpected<'a>(
    mut subjects: Vec<Subject>,
    said: impl Iterator<Item = &'a SubjectId>,
) -> Vec<Subject> {
    let known: FlatSet<SubjectId> = subjects.iter().map(|subject| subject.id.clone()).into_flat_set();
    let unexpected: FlatSet<&SubjectId> = said.filter(|id| !known.contains(*id)).into_flat_set();
    subjects.extend(unexpected.into_iter().map(|id| Subject {
        id: id.clone(),
        name: Label::new(id.as_str().rsplit(':').next().unwrap_or_default(), ""),
        is_expected: false,
        is_by_two: false,
    }));
    subjects
}

/// The observations that stand in a line.
pub fn standing<'a>(line: &Line<'a>) -> Vec<&'a Observation> {
    let stands = |key: &EventKey| line.reading.standing.contains(key);
    line.observations.iter().copied().filter(|observation| stands(&observation.key)).collect()
}
