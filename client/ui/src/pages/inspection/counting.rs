//! Counting: what becomes of a number that was typed or scanned, and of a tap. The one way in for whoever reads codes:
//! [`Counter::count`].

use std::cell::RefCell;
use std::rc::Rc;

use link::Command;
use link::slice::{InspectedRow, InspectionView};
use shared::domain::Label;
use shared::domain::answer::Answer;
use shared::domain::inspection::{Finding, IN_PLACE};
use shared::ids::{AssetId, SubjectId};
use shared::time::Timestamp;
use yew::{UseForceUpdateHandle, hook, use_force_update, use_mut_ref};

use crate::components::inspected::{code, standing};
use crate::hooks::{Reach, use_reach};

/// What became of a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Counted {
    /// It was expected, and is counted now.
    Found {
        /// What it is.
        name: Label,
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

/// A counter for the inspection on the screen.
#[hook]
pub fn use_counter(_inspection: &Rc<InspectionView>) -> Counter {
    let reach = use_reach();
    let drawn = use_force_update();
    let tapped = use_mut_ref(Vec::new);
    let failed = use_mut_ref(|| None);
    Counter { reach, tapped, drawn, failed }
}

/// The row that a number means: its own, or its serial; capitals and blanks do not matter.
pub fn find<'a>(inspection: &'a InspectionView, typed: &str) -> Option<&'a InspectedRow> {
    let typed = typed.trim();
    let is_it = |text: &str| !text.is_empty() && text.eq_ignore_ascii_case(typed);
    let rows = || inspection.rows.iter();
    rows().find(|row| is_it(code(row))).or_else(|| rows().find(|row| is_it(&row.serial)))
}

impl Counter {
    /// Counts the thing with this number; `None` when there is no number.
    pub fn count(&self, inspection: &InspectionView, typed: &str) -> Option<Counted> {
        let typed = typed.trim();
        if typed.is_empty() {
            return None;
        }
        let Some(row) = find(inspection, typed) else {
            return Some(Counted::Unknown { code: typed.to_owned() });
        };
        if let Some(event) =
            standing(row).filter(|_| !matches!(row.finding, Finding::Open | Finding::Missing))
        {
            return Some(Counted::Already { who: event.author.clone(), at: event.at });
        }
        self.say(inspection, row, Answer::Choice(IN_PLACE.to_owned()), String::new(), String::new());
        let name = row.name.clone();
        Some(if row.is_expected { Counted::Found { name } } else { Counted::Unexpected { name } })
    }

    /// Counts what nobody here knows; `None` when it can be no number of a label.
    pub fn add(&self, inspection: &InspectionView, typed: &str) -> Option<Counted> {
        let asset = AssetId::parse(&typed.trim().to_uppercase()).ok()?;
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
