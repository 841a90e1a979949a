//! The slice about what is only on this phone, what is kept and counts nowhere, and how the link is.

use link::slice::{AsideView, LinkState, RejectedView, RejectedWhat, StorageView, SyncView, WhyRejected};
use shared::document::decode;
use shared::document::write::Event;
use shared::domain::Label;
use shared::domain::asset::RegisterEntry;
use shared::domain::custody::Handing;
use shared::domain::defect::DefectEntry;
use shared::domain::need::NeedEntry;
use shared::domain::round::RoundName;
use shared::gather::sort_by;
use shared::ids::{EventKey, ItemId};
use shared::sync::device::{self, Device, Rejected, Why};

use super::register;

/// The slice.
pub fn view(device: &mut Device, storage: Option<StorageView>) -> SyncView {
    let status = device.status();
    let mut rejected: Vec<RejectedView> =
        status.rejected.iter().filter_map(|rejected| rejected_view(device, rejected)).collect();
    sort_by(&mut rejected, |a, b| b.at.cmp(&a.at));
    let left_out: Vec<_> = status.aside.into_iter().chain(status.refused).collect();
    SyncView {
        pending: u32::try_from(status.pending).unwrap_or(u32::MAX),
        oldest_pending: status.oldest_pending,
        link: match status.link {
            device::LinkState::Offline => LinkState::Offline,
            device::LinkState::Connecting => LinkState::Connecting,
            device::LinkState::Online => LinkState::Online,
            device::LinkState::OtherTab => LinkState::OtherTab,
        },
        last_contact: status.last_contact,
        clock_offset_ms: status.clock_offset_ms,
        rejected,
        problem: status.problem,
        storage,
        aside: device::counted(&left_out)
            .into_iter()
            .map(|(document, count)| {
                let round = device.name_of(document);
                AsideView {
                    checklist: checklist(device, round.as_ref()),
                    round,
                    count: u32::try_from(count).unwrap_or(u32::MAX),
                }
            })
            .collect(),
    }
}

/// A rejected entry in words; `None` for a visit, which nobody ever wrote knowingly.
fn rejected_view(device: &mut Device, rejected: &Rejected) -> Option<RejectedView> {
    let round = rejected.round.as_ref();
    let what = match decode::event(rejected.document.kind(), &rejected.change) {
        Some((_, Event::Visit { .. })) => return None,
        Some((_, Event::Answer { item, answer, fault, note, .. })) => {
            RejectedWhat::Answer { item: line(device, round, &item), answer, fault, note }
        }
        Some((_, Event::Withdraw { item, .. })) => {
            RejectedWhat::Withdrawal { item: line(device, round, &item) }
        }
        Some((_, Event::SignOff { .. })) => RejectedWhat::Signature,
        Some((key, Event::Entry { body })) => entry(device, key, &body),
        None => RejectedWhat::Other,
    };
    Some(RejectedView {
        round: round.cloned(),
        checklist: checklist(device, round),
        what,
        at: rejected.at,
        code: rejected.code.word().to_owned(),
        why: match rejected.why {
            Why::ToBlame => WhyRejected::ToBlame,
            Why::AlongWithAnother => WhyRejected::AlongWithAnother,
            Why::Signature => WhyRejected::SignAgain,
            Why::TooOften | Why::Unreadable => WhyRejected::TooOften,
            Why::Unproven => WhyRejected::Unproven,
        },
    })
}

/// What a rejected entry of a defect, a need or a register said.
fn entry(device: &mut Device, key: EventKey, body: &str) -> RejectedWhat {
    if let Some(RegisterEntry::Custody(custody)) = RegisterEntry::from_json(body.as_bytes()) {
        let station = device.identity().rights.station.clone();
        let asset = station.and_then(|station| device.register(&station).get(&custody.asset).cloned());
        let id = custody.asset.as_str();
        let with = |name: &str| if name.is_empty() { id.to_owned() } else { [name, " ", id].concat() };
        let name = asset.map(|asset| asset.name).unwrap_or_default();
        let item = Label { zh: with(&name.zh), en: with(&name.en) };
        return match &custody.act {
            Handing::Withdrawn { .. } => RejectedWhat::Withdrawal { item },
            _ => RejectedWhat::Custody { item, step: register::told(device, key, &custody) },
        };
    }
    if let Some(defect) = DefectEntry::from_json(body.as_bytes()) {
        let template = defect.template.as_ref().and_then(|template| device.templates().get(template));
        let item = template.and_then(|template| template.item(&defect.defect.item));
        let item = item.map(|item| item.name.clone()).unwrap_or_default();
        return RejectedWhat::Defect { item, remark: defect.remark() };
    }
    match NeedEntry::from_json(body.as_bytes()) {
        Some(need) => RejectedWhat::Need { remark: need.note },
        None => RejectedWhat::Other,
    }
}

/// A checklist's name; the bare id when this phone does not know it.
fn checklist(device: &Device, round: Option<&RoundName>) -> Label {
    let Some(round) = round else { return Label::default() };
    let template = device.templates().get(&round.template);
    template.map_or_else(|| Label::new(round.template.as_str(), ""), |template| template.name.clone())
}

/// A line's name; the bare id when this phone does not know it.
fn line(device: &Device, round: Option<&RoundName>, item: &ItemId) -> Label {
    let template = round.and_then(|round| device.templates().get(&round.template));
    let known = template.and_then(|template| template.item(item));
    known.map_or_else(|| Label::new(item.as_str(), ""), |item| item.name.clone())
}
