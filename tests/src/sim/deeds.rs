//! What people do on their phones.

use std::sync::Arc;

use shared::document::read::Round;
use shared::domain::defect::DefectAct;
use shared::domain::observation::Observation;
use shared::domain::reading;
use shared::domain::round::RoundName;
use shared::domain::template::{Asked, SubjectKind};
use shared::ids::SubjectId;
use shared::sync::device::{Deed, Input, Report};

use super::bureau;
use super::world::{Step, World};

impl World {
    /// The person in front of a tab does something.
    pub fn do_something(&mut self, phone: usize, number: u64) -> Step {
        let Some(round) = self.some_round(phone) else { return Ok(()) };
        let dice = self.dice.below(100);
        let deed = match dice {
            0..76 => self.some_answer(phone, number, &round),
            76..84 => self.some_withdrawal(phone, number, &round),
            84..92 => self.some_word(phone, number),
            _ => Some(Deed::SignOff { round: round.clone() }),
        };
        let Some(deed) = deed else { return Ok(()) };
        let note = match &deed {
            Deed::Answer { note, .. } => Some((round, note.clone())),
            _ => None,
        };
        let Some(tab) = self.tab(phone, number) else { return Ok(()) };
        tab.commands += 1;
        let command = tab.commands;
        self.model.told(phone, number, command, note);
        self.trace.note(|| format!("phone {phone}.{number}: command {command} {deed:?}"));
        self.input(phone, number, Input::Deed { command, utc_offset_minutes: 480, deed })
    }

    /// A word about a defect or a need: a new one, or one about what the phone knows of.
    fn some_word(&mut self, phone: usize, number: u64) -> Option<Deed> {
        let note = format!("#{}", self.model.deeds.len());
        let rating = u8::try_from(1 + self.dice.below(5)).ok()?;
        let acts = [DefectAct::Urgent, DefectAct::Verify, DefectAct::NotFixed, DefectAct::Report];
        let act = *self.dice.pick(&acts)?;
        let choice = self.dice.below(6);
        let device = &mut self.phones[phone].tab(number)?.device;
        let (defects, needs) = (device.defects(None), device.needs(None));
        let defect = self.dice.pick(&defects).map(|defect| defect.name.clone());
        let need = self.dice.pick(&needs).map(|need| need.name.clone());
        let (is_expiry, is_missing, is_urgent) = (false, false, self.dice.percent(20));
        let place = "码头".to_owned();
        match choice {
            0 => {
                let photos = Vec::new();
                let report = Report { asset: None, place, is_expiry, is_missing, is_urgent, note, photos };
                Some(Deed::Report(report))
            }
            1 => Some(Deed::SayOfDefect { defect: defect?, act, note }),
            2 => Some(Deed::WithdrawFromDefect { defect: defect?, act }),
            3 => Some(Deed::RaiseNeed { wish: note, model: String::new() }),
            4 => Some(Deed::RateNeed { need: need?, rating }),
            _ => Some(Deed::WithdrawNeed { need: need? }),
        }
    }

    /// Mostly a round of one's own station; sometimes one that the person has no right to.
    fn some_round(&mut self, phone: usize) -> Option<RoundName> {
        let stations = bureau::stations();
        let own = self.phones[phone].identity.rights.station.clone();
        let station = match own {
            Some(own) if !self.dice.percent(3) => own,
            _ => self.dice.pick(&stations)?.clone(),
        };
        let rounds = bureau::rounds(&station, self.now);
        let index = self.dice.below(rounds.len() + 3).min(rounds.len() - 1);
        let favoured = if index >= 2 { self.dice.below(rounds.len()) } else { index };
        rounds.into_iter().nth(favoured)
    }

    fn some_answer(&mut self, phone: usize, number: u64, round: &RoundName) -> Option<Deed> {
        let rights = self.phones[phone].identity.rights.clone();
        let note = format!("#{}", self.model.deeds.len());
        let tab = self.phones[phone].tab(number)?;
        let template = tab.device.templates().get(&round.template)?.clone();
        let items: Vec<_> = template.items().map(|(_, item)| item.clone()).collect();
        let subjects: Vec<SubjectId> = match template.subject {
            SubjectKind::Station | SubjectKind::Asset | SubjectKind::Vehicle => vec![SubjectId::station()],
            SubjectKind::Officer => {
                tab.device.directory().roster(&round.station).map(|o| SubjectId::officer(&o.id)).collect()
            }
        };
        let read: Arc<Round> = tab.device.round(round);
        let item = self.dice.pick(&items)?.clone();
        let subject = self.dice.pick(&subjects)?.clone();
        let of_line = |o: &&Observation| o.item == item.id && o.subject == subject;
        let said: Vec<&Observation> = read.observations.iter().filter(of_line).collect();
        let mut sees = reading::read(Some(Asked::alone(&item)), &said).standing;
        if self.dice.percent(20) {
            // The screen was older than the documents.
            sees.truncate(self.dice.below(sees.len() + 1));
        }
        sees.truncate(shared::limits::SEES_MAX);
        let own: Vec<_> = said.iter().filter(|o| o.author == rights.officer).map(|o| o.key.clone()).collect();
        let amends = if self.dice.percent(20) { self.dice.pick(&own).cloned() } else { None };
        let answer = bureau::answer(&item, &mut self.dice, &note);
        let (round, item) = (round.clone(), item.id);
        Some(Deed::Answer {
            round,
            subject,
            item,
            answer,
            fault: String::new(),
            note,
            sees,
            amends,
            attached: Default::default(),
        })
    }

    fn some_withdrawal(&mut self, phone: usize, number: u64, round: &RoundName) -> Option<Deed> {
        let rights = self.phones[phone].identity.rights.clone();
        let read = self.phones[phone].tab(number)?.device.round(round);
        let own: Vec<_> =
            read.observations.iter().filter(|o| o.author == rights.officer).map(|o| o.key.clone()).collect();
        let event = self.dice.pick(&own)?.clone();
        Some(Deed::Withdraw { round: round.clone(), event })
    }
}
