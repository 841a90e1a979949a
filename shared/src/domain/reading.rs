//! What is true of an item now, derived from everything that people said about it: the heart of the product.
//!
//! A reading is a function of a *set* of observations: order, repetition and clocks do not enter. The rules are
//! numbered as in docs/ARCHITECTURE.md, "How answers merge"; the laws are property tests in
//! `shared/tests/merge_laws.rs`.

use super::answer::{Answer, Condition, SafeSide};
use super::observation::{Act, Observation};
use super::template::Asked;
use crate::flat::{FlatMap, FlatSet};
use crate::gather::Gather;
use crate::ids::EventKey;

/// What is true of one item on one subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// What it amounts to.
    pub verdict: Verdict,
    /// The observations that stand, in the order of their keys: exactly what an answer given now `sees`.
    pub standing: Vec<EventKey>,
    /// What became of every answer, in the order of their keys.
    pub fates: FlatMap<EventKey, Fate>,
}

/// What became of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It stands.
    Standing,
    /// Somebody who saw it has answered since.
    Replaced,
    /// Its author has replaced it.
    Amended,
    /// Its author took it back.
    Withdrawn,
    /// It waits for a supervisor's release.
    Held,
}

/// What the standing observations amount to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nobody answered, or everybody took it back.
    Unanswered,
    /// All who answered agree (for numbers: the safe side of one band).
    Agreed(Answer),
    /// They disagree; this is the safe side of them, until a person who saw them all answers again.
    Disputed(Answer),
    /// Everything that was said, for items where all answers stand side by side.
    Collected(Vec<Answer>),
}

impl Reading {
    /// The answer that stands; `None` when there is none, or several side by side.
    pub fn answer(&self) -> Option<&Answer> {
        match &self.verdict {
            Verdict::Agreed(answer) | Verdict::Disputed(answer) => Some(answer),
            Verdict::Unanswered | Verdict::Collected(_) => None,
        }
    }

    /// Whether people disagree.
    pub fn is_disputed(&self) -> bool {
        matches!(self.verdict, Verdict::Disputed(_))
    }

    /// Whether anybody said anything that counts as having looked.
    pub fn is_answered(&self) -> bool {
        match &self.verdict {
            Verdict::Unanswered => false,
            Verdict::Agreed(answer) | Verdict::Disputed(answer) => *answer != Answer::NotChecked,
            Verdict::Collected(answers) => !answers.is_empty(),
        }
    }
}

/// Reads one item on one subject. `observations` must all be of that item and subject; `item` is its line as it is
/// asked, or `None` when no version at hand has it (then the worse condition is the safe side).
pub fn read(item: Option<Asked<'_>>, observations: &[&Observation]) -> Reading {
    let evidence = Evidence::gather(observations);
    let standing: Vec<&Observation> =
        evidence.live.values().copied().filter(|o| !evidence.is_answered_away(item, o)).collect();
    let answers = observations.iter().filter(|observation| observation.answer().is_some());
    let fate = |o: &Observation| match evidence.all.get(&o.key) {
        None => Fate::Held,
        _ if evidence.withdrawn.contains(&o.key) => Fate::Withdrawn,
        _ if evidence.amended.contains(&o.key) => Fate::Amended,
        _ if standing.iter().any(|standing| standing.key == o.key) => Fate::Standing,
        _ => Fate::Replaced,
    };
    Reading {
        verdict: weigh(item, &standing),
        standing: standing.iter().map(|observation| observation.key.clone()).collect(),
        fates: answers.map(|observation| (observation.key.clone(), fate(observation))).into_flat(),
    }
}

/// Rule 2 and 3: the verdict of the standing observations.
fn weigh(item: Option<Asked<'_>>, standing: &[&Observation]) -> Verdict {
    let safe_side = item.map_or(SafeSide::Worst, |asked| asked.item.safe_side);
    let answers = || standing.iter().filter_map(|observation| observation.answer());
    let substantial: Vec<&Answer> = answers().filter(|answer| answer.is_substantial()).collect();
    if safe_side == SafeSide::All && !substantial.is_empty() {
        let distinct: FlatSet<String> = substantial.iter().map(|answer| answer.to_text()).into_flat_set();
        return Verdict::Collected(distinct.iter().filter_map(|text| Answer::from_text(text)).collect());
    }
    let counted: Vec<&Answer> = if substantial.is_empty() { answers().collect() } else { substantial };
    let caution = |a: &&Answer, b: &&Answer| match item {
        Some(asked) => asked.caution(a, b),
        None => safe_side.caution(a, b),
    };
    let Some(safest) = counted.iter().copied().max_by(caution) else {
        return Verdict::Unanswered;
    };
    let agree = |other: &&Answer| match item {
        Some(asked) => asked.agrees(safest, other),
        None => safest == *other,
    };
    let is_open = safest.is_substantial() && !counted.iter().all(agree);
    if is_open { Verdict::Disputed(safest.clone()) } else { Verdict::Agreed(safest.clone()) }
}

/// The observations of one item and subject, indexed.
struct Evidence<'a> {
    /// Every event that counts (held ones do not), by key.
    all: FlatMap<&'a EventKey, &'a Observation>,
    /// Taken back by their authors.
    withdrawn: FlatSet<&'a EventKey>,
    /// Replaced by their authors.
    amended: FlatSet<&'a EventKey>,
    /// Rule 1: answers that are neither withdrawn nor amended.
    live: FlatMap<&'a EventKey, &'a Observation>,
    /// For each live answer, what it saw: its own `sees` and those of what it amends, without circles.
    seen_by: FlatMap<&'a EventKey, FlatSet<&'a EventKey>>,
}

impl<'a> Evidence<'a> {
    fn gather(observations: &[&'a Observation]) -> Self {
        let all: FlatMap<_, _> = observations
            .iter()
            .filter(|o| !o.is_held)
            .map(|observation| (&observation.key, *observation))
            .into_flat();
        let withdrawn: FlatSet<&EventKey> = all
            .values()
            .filter_map(|o| match &o.act {
                Act::Withdraw(target) => own_earlier(&all, o, target).map(|target| &target.key),
                Act::Answer { .. } => None,
            })
            .into_flat_set();
        let answers = all.values().copied().filter(|o| o.answer().is_some() && !withdrawn.contains(&o.key));
        let amended: FlatSet<&EventKey> =
            answers.clone().flat_map(|o| amendments(&all, o)).map(|target| &target.key).into_flat_set();
        let live: FlatMap<_, _> =
            answers.filter(|o| !amended.contains(&o.key)).map(|o| (&o.key, o)).into_flat();
        let seen_by = live.values().map(|o| (&o.key, what_it_saw(&all, o))).into_flat();
        Self { all, withdrawn, amended, live, seen_by }
    }

    /// Whether live answers that saw this one have replaced it (rules 2 and 4).
    fn is_answered_away(&self, item: Option<Asked<'_>>, target: &Observation) -> bool {
        let seers = || {
            self.live
                .values()
                .copied()
                .filter(|o| self.seen_by[&o.key].contains(&target.key) && may_replace(o, target))
        };
        let is_critical = item.is_some_and(|asked| asked.item.is_safety_critical);
        let is_fault = target.answer().is_some_and(|answer| is_adverse(item, answer));
        if !(is_critical && is_fault) {
            return seers().next().is_some();
        }
        // Rule 4: a newer report of trouble takes the place of an older one; to clear it takes two people.
        let says = |o: &Observation, test: fn(Option<Asked<'_>>, &Answer) -> bool| {
            o.answer().is_some_and(|a| test(item, a))
        };
        seers().any(|o| says(o, is_adverse))
            || seers().filter(|second| says(second, is_fine)).any(|second| {
                self.seen_by[&second.key].iter().any(|first| {
                    self.all.get(first).is_some_and(|first| {
                        first.author != second.author
                            && says(first, is_fine)
                            && self.seen_by.get(&first.key).is_some_and(|seen| seen.contains(&target.key))
                    })
                })
            })
    }
}

/// *Not checked* and *N/A* replace only their own author's answers.
fn may_replace(answer: &Observation, target: &Observation) -> bool {
    answer.answer().is_some_and(Answer::is_substantial) || answer.author == target.author
}

fn is_adverse(item: Option<Asked<'_>>, answer: &Answer) -> bool {
    item.map_or_else(|| answer.is_adverse(), |asked| asked.is_adverse(answer))
}

fn is_fine(item: Option<Asked<'_>>, answer: &Answer) -> bool {
    match item {
        Some(asked) => asked.is_fine(answer),
        None => matches!(answer, Answer::Condition(Condition::Ok) | Answer::YesNo(true) | Answer::Number(_)),
    }
}

/// The event that `from` names with `target`, if it is an earlier one of the same author.
fn own_earlier<'a>(
    all: &FlatMap<&'a EventKey, &'a Observation>,
    from: &Observation,
    target: &EventKey,
) -> Option<&'a Observation> {
    all.get(target).copied().filter(|target| target.author == from.author && target.counter < from.counter)
}

/// Everything that an answer amends, directly or through what it amends. Ends because counters fall.
fn amendments<'a>(
    all: &FlatMap<&'a EventKey, &'a Observation>,
    answer: &Observation,
) -> Vec<&'a Observation> {
    let mut chain: Vec<&'a Observation> = Vec::new();
    let mut next = amended_by(all, answer);
    while let Some(target) = next {
        chain.push(target);
        next = amended_by(all, target);
    }
    chain
}

fn amended_by<'a>(
    all: &FlatMap<&'a EventKey, &'a Observation>,
    answer: &Observation,
) -> Option<&'a Observation> {
    match &answer.act {
        Act::Answer { amends: Some(target), .. } => own_earlier(all, answer, target),
        _ => None,
    }
}

/// A `sees` entry counts only if the event that it names has a smaller operation counter: no circles.
fn what_it_saw<'a>(
    all: &FlatMap<&'a EventKey, &'a Observation>,
    answer: &'a Observation,
) -> FlatSet<&'a EventKey> {
    let mut saw = FlatSet::new();
    let inherited = amendments(all, answer);
    for source in std::iter::once(answer).chain(inherited.iter().copied()) {
        let earlier =
            source.sees.iter().filter_map(|key| all.get(key)).filter(|seen| seen.counter < source.counter);
        saw.extend(earlier.map(|seen| &seen.key));
    }
    saw
}

#[cfg(test)]
mod tests;
