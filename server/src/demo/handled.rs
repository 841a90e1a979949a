//! Defects and needs of the demo bureau, each as far as somebody has brought it: reported by a phone of the station, handled
//! by the relay in a supervisor's name, verified by the station. All of it passes the same admission as any.

use std::collections::BTreeSet;

use shared::document::write::Event;
use shared::document::{Document, read};
use shared::domain::defect::{self, DefectAct, DefectEntry, DefectName, Disposition};
use shared::domain::history::Told;
use shared::domain::need::{NeedAct, NeedEntry, NeedName};
use shared::ids::{CollectionId, DocumentId, EventKey, ItemId, NeedId, OfficerId, SubjectId, TemplateId};
use shared::protocol::{Ack, AckOutcome};
use shared::time::{HOUR_MS, Timestamp};

use super::bureau::{DemoBureau, DemoStation};
use super::phone::DemoPhone;
use super::{DemoError, HOME};
use crate::relay::Relay;
use crate::relay::snapshot;

/// One defect: station, checklist, line, fault chip, note, hours ago, whether it is urgent, and what was done.
type Fault =
    (&'static str, &'static str, &'static str, &'static str, &'static str, i64, bool, &'static [DefectAct]);

const FAULTS: [Fault; 8] = [
    ("yafu", "flood-departure", "F09", "启动困难", "拉绳十余次未着火，疑火花塞积碳", 3, true, &[]),
    (
        "fenghuangshan",
        "flood-departure",
        "F12",
        "水带破洞",
        "二号水带接口处有约 2 厘米破口，已单独存放",
        26,
        false,
        &[DefectAct::Acknowledge],
    ),
    ("huanglu", "flood-departure", "F03", "浮索缺失", "上次演练后浮索未归位，正在查找", 5, false, &[]),
    (
        "huailin",
        "pre-duty",
        "P12",
        "时间不准",
        "开机时间慢 8 小时，已送采集站校时",
        50,
        false,
        &[DefectAct::Acknowledge, DefectAct::Handle],
    ),
    (
        "woniushan",
        "pre-duty",
        "P11",
        "电池鼓包",
        "电池鼓包，已停用并单独存放",
        220,
        false,
        &[DefectAct::Acknowledge, DefectAct::Handle],
    ),
    (
        "xiage",
        "kit-maintenance",
        "P05",
        "不成对",
        "处警时遗失左手一只，待补领",
        30,
        false,
        &[DefectAct::Reject],
    ),
    (
        "yinping",
        "kit-maintenance",
        "P03",
        "已过有效期",
        "罐体有效期已过，已收回，待换发",
        300,
        false,
        &[DefectAct::Acknowledge, DefectAct::Handle, DefectAct::Done, DefectAct::Verify],
    ),
    (
        HOME,
        "",
        "",
        "",
        "外壳开裂，雨天进水",
        120,
        false,
        &[DefectAct::Acknowledge, DefectAct::Handle, DefectAct::Done],
    ),
];

/// One need: station, wish, hours ago, and what was done.
const NEEDS: [(&str, &str, i64, &[NeedAct]); 4] = [
    (HOME, "防刺背心太重，夏天出警捂得喘不过气，想试试轻的", 190, &[NeedAct::Visit, NeedAct::Trial]),
    ("yafu", "救生衣希望加反光条，夜里船上看不清人", 60, &[NeedAct::Visit]),
    ("huailin", "后备箱装备总缠在一起，想要分格收纳箱", 28, &[]),
    ("xiage", "手电希望能夹在肩上，腾出手来", 400, &[NeedAct::Trial, NeedAct::RollOut]),
];

/// Hours from one step to the next.
const STEP_HOURS: i64 = 2;

/// Writes all of it.
///
/// # Errors
/// When a document, a key or the log fails, which the demo's own do not.
pub async fn write(
    relay: &Relay,
    plan: &DemoBureau,
    phones: &[Vec<DemoPhone>],
    now: Timestamp,
) -> Result<(), DemoError> {
    let Some(by) = plan.supervisors.first().map(|officer| officer.id.clone()) else { return Ok(()) };
    let at_station = |code: &str| {
        let mut stations = plan.stations.iter().zip(phones);
        let found = stations.find(|(station, _)| station.station.code.as_str() == code);
        found.and_then(|(station, phones)| Some((station, phones.first()?)))
    };
    for fault in &FAULTS {
        if let Some((station, phone)) = at_station(fault.0) {
            report(relay, station, phone, &by, fault, now).await?;
        }
    }
    for need in &NEEDS {
        if let Some((station, phone)) = at_station(need.0) {
            raise(relay, station, phone, &by, need, now).await?;
        }
    }
    Ok(())
}

async fn report(
    relay: &Relay,
    station: &DemoStation,
    phone: &DemoPhone,
    by: &OfficerId,
    (_, template, item, fault, note, hours, is_urgent, done): &Fault,
    now: Timestamp,
) -> Result<(), DemoError> {
    let subject = match (*template, station.assets.first()) {
        ("", Some(asset)) => SubjectId::asset(&asset.id),
        ("flood-departure", _) | ("", None) => SubjectId::station(),
        _ => SubjectId::officer(&phone.officer),
    };
    let item = ItemId::parse(if item.is_empty() { defect::GENERAL } else { item }).expect("a literal");
    let name = DefectName { station: station.station.code.clone(), subject, item, number: 1 };
    let id = name.document(&relay.bureau().id);
    for (act, n) in std::iter::once(&DefectAct::Report).chain(*done).zip(0..) {
        let document = snapshot::load(relay.store().as_ref(), id)?;
        let sees = read::defect(&document, &relay.bureau().id, &BTreeSet::new())
            .map(|defect| defect.history.heads())
            .unwrap_or_default();
        let is_stations = act.is_of_station();
        let at = now.plus_ms((STEP_HOURS * n - hours) * HOUR_MS);
        let who = if is_stations { &phone.officer } else { by };
        let mut entry = DefectEntry::new(name.clone(), *act, told(who, at, sees));
        match act {
            DefectAct::Report => {
                entry.template = TemplateId::parse(template).ok();
                entry.is_urgent = *is_urgent;
                (*fault).clone_into(&mut entry.fault);
                (*note).clone_into(&mut entry.note);
            }
            DefectAct::Handle => entry.disposition = Some(Disposition::Repair),
            DefectAct::Reject => "补领走装备申领流程，不作缺陷处置".clone_into(&mut entry.note),
            _ => {}
        }
        say(relay, phone, is_stations, &name.collection(), document, entry.to_json()).await?;
    }
    Ok(())
}

async fn raise(
    relay: &Relay,
    station: &DemoStation,
    phone: &DemoPhone,
    by: &OfficerId,
    (_, wish, hours, done): &(&str, &str, i64, &[NeedAct]),
    now: Timestamp,
) -> Result<(), DemoError> {
    let id = NeedId::parse(&["demo-", station.station.code.as_str()].concat()).expect("a literal");
    let name = NeedName { station: station.station.code.clone(), id };
    let id = name.document(&relay.bureau().id);
    for (act, n) in std::iter::once(&NeedAct::Raise).chain(*done).zip(0..) {
        let document = snapshot::load(relay.store().as_ref(), id)?;
        let sees = read::need(&document, &relay.bureau().id, &BTreeSet::new())
            .map(|need| need.history.heads())
            .unwrap_or_default();
        let is_stations = act.is_of_station();
        let at = now.plus_ms((STEP_HOURS * n - hours) * HOUR_MS);
        let who = if is_stations { &phone.officer } else { by };
        let mut entry = NeedEntry::new(name.clone(), *act, told(who, at, sees));
        if is_stations {
            (*wish).clone_into(&mut entry.note);
        }
        say(relay, phone, is_stations, &name.collection(), document, entry.to_json()).await?;
    }
    Ok(())
}

fn told(by: &OfficerId, at: Timestamp, sees: Vec<EventKey>) -> Told {
    Told { by: by.clone(), at, clock: None, sees }
}

/// A word of the station comes from its phone, one of the bureau from the relay.
async fn say(
    relay: &Relay,
    phone: &DemoPhone,
    is_stations: bool,
    collection: &CollectionId,
    mut document: Document,
    body: String,
) -> Result<(), DemoError> {
    let (id, event): (DocumentId, Event) = (document.id(), Event::Entry { body });
    if !is_stations {
        relay.publish(collection, id, &[event]).await?;
        return Ok(());
    }
    let written = [document.write(phone.actor(), &event)?];
    let batch = phone.sign(&relay.bureau().id, collection, id, &written)?;
    match relay.push(relay.device(), vec![batch]).await.acks.pop() {
        Some(Ack { outcome: AckOutcome::Accepted { .. }, .. }) | None => Ok(()),
        Some(Ack { outcome, .. }) => Err(DemoError::NotTaken(outcome)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content;

    #[test]
    fn every_fault_is_on_a_line_with_a_chip_of_it() {
        for (_, template, item, fault, ..) in FAULTS.iter().filter(|(_, template, ..)| !template.is_empty()) {
            let found =
                content::templates().into_iter().find(|t| t.id.as_str() == *template).expect(template);
            let item = found.item(&ItemId::parse(item).unwrap()).expect(item);
            assert!(item.faults.iter().any(|known| known.zh == *fault), "{fault}");
        }
    }
}
