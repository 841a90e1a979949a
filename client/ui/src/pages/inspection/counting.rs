//! Counting: what becomes of a number that was typed or scanned, and of a tap. The one way in for whoever reads codes:
//! [`Counter::count`].

use std::cell::RefCell;
use std::rc::Rc;

use link::Command;
use link::slice::{InspectedRow, InspectionView};
use shared::domain::Label;
use shared::domain::answer::Answer;
use shared::domain::inspection::{Finding, IN_PLACE};
use shared::domain::label::{Named, ShortCode, plain};
use shared::domain::photo::Attached;
use shared::ids::{AssetId, SubjectId};
use shared::time::Timestamp;
use yew::{UseForceUpdateHandle, hook, use_force_update, use_mut_ref};

use crate::components::inspected::{code, standing, waits_for_me};
use crate::hooks::{Reach, use_reach};

/// What became of a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Counted {
    /// It was expected, and is counted now.
    Found {
        /// What it is.
        name: Label,
    },
    /// It takes two people, and this person was the first.
    First {
        /// What it is.
        name: Label,
    },
    /// It takes two people, and this person was the second.
    Second {
        /// What it is.
        name: Label,
        /// Who was the first.
        who: String,
    },
    /// Somebody has counted it. Nothing was written: a thing that was found is found.
    Already {
        /// Who.
        who: String,
        /// When.
        at: Timestamp,
    },
    /// The register knows it, and the list does not expect it: it is counted now as unexpected.
    Unexpected {
        /// What it is.
        name: Label,
    },
    /// Nobody here knows it. It is counted only if the person says so: [`Counter::add`].
    Unknown {
        /// As it was read.
        code: String,
    },
}

impl Counted {
    /// Whether it was expected, and nobody had counted it.
    pub fn is_good(&self) -> bool {
        matches!(self, Self::Found { .. } | Self::First { .. } | Self::Second { .. })
    }
}

/// What was tapped and is not in the round yet.
type Tapped = Rc<RefCell<Vec<(SubjectId, Answer)>>>;

/// Counts in one inspection.
#[derive(Clone)]
pub struct Counter {
    reach: Reach,
    tapped: Tapped,
    drawn: UseForceUpdateHandle,
    failed: Rc<RefCell<Option<String>>>,
}

impl PartialEq for Counter {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.tapped, &other.tapped)
    }
}

/// A counter for the screen that asks for it.
#[hook]
pub fn use_counter() -> Counter {
    let reach = use_reach();
    let drawn = use_force_update();
    let tapped = use_mut_ref(Vec::new);
    let failed = use_mut_ref(|| None);
    Counter { reach, tapped, drawn, failed }
}

/// The row that a label, a short code, an id or a serial means; capitals, blanks and dashes do not matter.
pub fn find<'a>(inspection: &'a InspectionView, typed: &str) -> Option<&'a InspectedRow> {
    let mut rows = inspection.rows.iter();
    let text = match Named::parse(typed)? {
        Named::Label { asset, .. } => return rows.find(|row| row.subject == SubjectId::asset(&asset)),
        Named::Text(text) => text,
    };
    let short = ShortCode::parse(&text).and_then(Result::ok);
    let is_short = |row: &InspectedRow| {
        short.is_some() && AssetId::parse(code(row)).is_ok_and(|id| short == Some(ShortCode::of(&id)))
    };
    rows.find(|row| plain(code(row)) == text || plain(&row.serial) == text || is_short(row))
}

/// The id that is written for what nobody here knows.
fn unknown(typed: &str) -> Option<AssetId> {
    match Named::parse(typed)? {
        Named::Label { asset, .. } => Some(asset),
        Named::Text(_) => AssetId::parse(&typed.trim().to_uppercase()).ok(),
    }
}

impl Counter {
    /// Counts the thing with this number; `None` when there is no number.
    pub fn count(&self, inspection: &InspectionView, typed: &str) -> Option<Counted> {
        let typed = typed.trim();
        if typed.is_empty() {
            return None;
        }
        let Some(row) = find(inspection, typed) else {
            let code = unknown(typed).map_or_else(|| typed.to_owned(), |asset| asset.to_string());
            return Some(Counted::Unknown { code });
        };
        if let Some(event) = standing(row)
            .filter(|_| !matches!(row.finding, Finding::Open | Finding::Missing) && !waits_for_me(row))
        {
            return Some(Counted::Already { who: event.author.clone(), at: event.at });
        }
        // Who has its number before them has the thing: they do not agree with a slip that says that it is away.
        let is_second = waits_for_me(row) && Finding::of(row.answer.as_ref(), true) == Finding::InPlace;
        if is_second {
            self.tick(inspection, row);
        } else {
            self.say(inspection, row, Answer::Choice(IN_PLACE.to_owned()), String::new(), String::new());
        }
        let name = row.name.clone();
        Some(match row {
            row if !row.is_expected => Counted::Unexpected { name },
            _ if is_second => Counted::Second { name, who: row.first.clone() },
            row if row.is_by_two => Counted::First { name },
            _ => Counted::Found { name },
        })
    }

    /// Counts a thing where it should be, or, as the second person, the way in which the first has found it.
    pub fn tick(&self, inspection: &InspectionView, row: &InspectedRow) {
        let same = row.answer.clone().filter(|_| waits_for_me(row));
        let answer = same.unwrap_or_else(|| Answer::Choice(IN_PLACE.to_owned()));
        self.say(inspection, row, answer, String::new(), String::new());
    }

    /// Counts what nobody here knows; `None` when it can be no number of a label.
    pub fn add(&self, inspection: &InspectionView, typed: &str) -> Option<Counted> {
        let asset = unknown(typed)?;
        let name = Label::new(asset.as_str(), "");
        let answer = Answer::Choice(IN_PLACE.to_owned());
        self.send(inspection, SubjectId::asset(&asset), answer, (String::new(), String::new()), Vec::new());
        Some(Counted::Unexpected { name })
    }

    /// Says how a thing was found.
    pub fn say(
        &self,
        inspection: &InspectionView,
        row: &InspectedRow,
        answer: Answer,
        fault: String,
        note: String,
    ) {
        self.send(inspection, row.subject.clone(), answer, (fault, note), row.standing.clone());
    }

    fn send(
        &self,
        inspection: &InspectionView,
        subject: SubjectId,
        answer: Answer,
        (fault, note): (String, String),
        sees: Vec<shared::ids::EventKey>,
    ) {
        let order = Command::Answer {
            round: inspection.name.clone(),
            subject: subject.clone(),
            item: inspection.item.clone(),
            answer: answer.clone(),
            fault,
            note,
            sees,
            amends: None,
            attached: Attached::default(),
        };
        self.failed.borrow_mut().take();
        self.tapped.borrow_mut().push((subject.clone(), answer));
        self.drawn.force_update();
        let counter = self.clone();
        self.reach.core.send(order, move |outcome| {
            let mut tapped = counter.tapped.borrow_mut();
            if let Some(at) = tapped.iter().position(|(tapped, _)| *tapped == subject) {
                tapped.remove(at);
            }
            drop(tapped);
            if let Err(problem) = outcome {
                *counter.failed.borrow_mut() = Some(problem.code);
            }
            counter.drawn.force_update();
        });
    }

    /// What was just said about a thing.
    pub fn tapped(&self, subject: &SubjectId) -> Option<Answer> {
        self.tapped
            .borrow()
            .iter()
            .rev()
            .find(|(tapped, _)| tapped == subject)
            .map(|(_, answer)| answer.clone())
    }

    /// Why the last one was not kept.
    pub fn failed(&self) -> Option<String> {
        self.failed.borrow().clone()
    }
}
