//! Commands of the interface, each taken once. Step 3 of the walk.

use std::rc::Rc;

use link::{Command, ToCore, ToUi};
use shared::domain::answer::Answer;
use shared::domain::custody::Handing;
use shared::domain::round::RoundName;
use shared::ids::{AssetId, EventKey, StationCode};
use shared::sync::device::{Deed, Input, Report};

use super::lines::NewLine;
use super::photos::row::{Card, Place};
use super::state::{Engine, command_came, fail, post};
use crate::platform::clock;
use crate::platform::photo::Posted;

impl Engine {
    /// Does what a command says, and answers it.
    pub(super) fn dispatch(self: &Rc<Self>, message: ToCore, posted: Option<Posted>) {
        let ToCore { id, command } = message;
        command_came();
        match command {
            Command::Enrol { code, pin } => return self.enrol(id, code, pin),
            Command::Answer { round, subject, item, answer, fault, note, sees, amends, attached } => {
                let photo = if let Answer::Photo(photo) = answer { Some(photo) } else { None };
                let card = Card { round: round.clone(), subject: subject.clone(), item: item.clone() };
                let deed = Deed::Answer { round, subject, item, answer, fault, note, sees, amends, attached };
                return match photo {
                    Some(photo) => self.answer_with_photo(id, card, photo, deed),
                    None => self.deed(id, deed),
                };
            }
            Command::KeepPhoto { round, subject, item } => {
                return self.keep_photo(id, Place::Card(Card { round, subject, item }), posted);
            }
            Command::KeepMemo { round, subject, item } => {
                return self.keep_memo(id, Card { round, subject, item }, posted);
            }
            Command::KeepReportPhoto(begun) => return self.keep_report_photo(id, begun, posted),
            Command::DropDraft(hash) => return self.drop_draft(id, hash),
            Command::TryPhotos => return self.try_photos(id),
            Command::Withdraw { round, event } => return self.deed(id, Deed::Withdraw { round, event }),
            Command::SignOff { round } => return self.deed(id, Deed::SignOff { round }),
            Command::Hand { station, asset, act, note, sees } => {
                let sees = self.seen_by(&station, &asset, &act, sees);
                return self.deed(id, Deed::Hand { station, asset, act, note, sees });
            }
            Command::OpenRegister { station } => {
                self.open_register.replace(Some(station));
                self.resend_register();
            }
            Command::CloseRegister => drop(self.open_register.borrow_mut().take()),
            Command::OpenAsset { station, asset } => {
                self.open_asset.replace(Some((station, asset)));
                self.resend_register();
            }
            Command::CloseAsset => drop(self.open_asset.borrow_mut().take()),
            Command::OpenRound { round } => {
                if let Err(code) = self.open_round(round) {
                    return fail(id, code, String::new());
                }
            }
            Command::CloseRound => {
                self.open_round.borrow_mut().take();
                self.refresh();
            }
            // Told to the start, which waits for it.
            Command::Start { .. } => {}
            Command::SyncNow => {
                self.measure_storage();
                self.input(Input::Nudge);
            }
            Command::TryAside => self.input(Input::TryAside),
            Command::LoadQuarantine => return self.load_quarantine(id),
            Command::Release { document, device } => return self.release(id, document, device),
            Command::StartOperation { label } => return self.start_operation(id, label),
            Command::EndOperation { name } => return self.end_operation(id, &name),
            Command::Report { asset, place, is_expiry, is_missing, is_urgent, note, photos } => {
                let report = Report { asset, place, is_expiry, is_missing, is_urgent, note, photos };
                return self.deed(id, Deed::Report(report));
            }
            Command::SayOfDefect { defect, act, note } => {
                return self.deed(id, Deed::SayOfDefect { defect, act, note });
            }
            Command::WithdrawFromDefect { defect, act } => {
                return self.deed(id, Deed::WithdrawFromDefect { defect, act });
            }
            Command::RaiseNeed { wish, model } => return self.deed(id, Deed::RaiseNeed { wish, model }),
            Command::RateNeed { need, rating } => return self.deed(id, Deed::RateNeed { need, rating }),
            Command::WithdrawNeed { need } => return self.deed(id, Deed::WithdrawNeed { need }),
            Command::MoveDefects(asked) => return self.move_defects(id, asked),
            Command::MoveNeed(asked) => return self.move_need(id, asked),
            Command::OpenHandled => {
                self.is_handled_open.set(true);
                self.refresh();
            }
            Command::CloseHandled => self.is_handled_open.set(false),
            Command::Find { text } => return self.find(id, &text),
            Command::OpenCount { round, subject, item } => {
                *self.open_count.borrow_mut() = Some((round, subject, item));
                self.resend_count();
            }
            Command::CloseCount => drop(self.open_count.borrow_mut().take()),
            Command::SelfTest => return self.self_test(id),
            Command::MakeBundle => return self.make_bundle(id),
            Command::BundleHandedOut(is_given) => return self.handed_out(id, is_given),
            Command::BringBundle => return self.bring_bundle(id, posted),
            Command::OpenLines => {
                self.is_lines_open.set(true);
                self.resend_lines();
            }
            Command::CloseLines => self.is_lines_open.set(false),
            Command::AddLine { template, name, standard, kind, is_safety_critical } => {
                return self.add_line(id, template, NewLine { name, standard, kind, is_safety_critical });
            }
            Command::DropLine { template, item } => return self.drop_line(id, template, &item),
            Command::Hands(hands) => return self.take_in_hand(id, hands),
            Command::LoadLabels { station } => return self.load_labels(id, station),
            Command::OpenBoard => self.open_board(),
            Command::CloseBoard => self.close_board(),
            Command::Visible(is_visible) => {
                self.seen(is_visible);
                if is_visible {
                    self.refresh();
                    self.read_photos();
                    self.read_carry();
                    self.input(Input::Nudge);
                }
            }
        }
        post(&ToUi::Done(id));
    }

    pub(super) fn deed(self: &Rc<Self>, command: u32, deed: Deed) {
        if self.phone.borrow().is_none() {
            return fail(command, "not-enrolled", String::new());
        }
        self.input(Input::Deed { command, utc_offset_minutes: clock::utc_offset_minutes(), deed });
    }

    /// Who has a thing in their hands knows that it is no longer where this station sent it.
    fn seen_by(
        &self,
        station: &StationCode,
        asset: &AssetId,
        act: &Handing,
        sees: Vec<EventKey>,
    ) -> Vec<EventKey> {
        match (act, self.phone.borrow_mut().as_mut()) {
            (Handing::Received { .. }, Some(phone)) => phone.device.books(station).standing(asset).to_vec(),
            _ => sees,
        }
    }

    fn open_round(self: &Rc<Self>, round: RoundName) -> Result<(), &'static str> {
        let collection = round.collection();
        let is_known = {
            let phone = self.phone.borrow();
            let device = &phone.as_ref().ok_or("not-enrolled")?.device;
            device.templates().contains_key(&round.template)
        };
        if !is_known {
            return Err("round-unknown");
        }
        *self.open_round.borrow_mut() = Some(round);
        self.resend_round();
        self.input(Input::Want(collection));
        Ok(())
    }
}
