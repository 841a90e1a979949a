//! The demo bureau: 18 stations, invented people, two weeks of real signed rounds. It is founded once in an empty
//! data folder; its history is pushed through the same admission as any phone's, by a relay whose clock stands in the
//! past. In memory it keeps nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use ring::rand::{SecureRandom, SystemRandom};
use shared::document::ApplyError;
use shared::domain::calendar::Calendar;
use shared::domain::directory::{Directory, DirectoryEntry, Officer};
use shared::domain::template::Template;
use shared::ids::{OfficerId, TemplateId};
use shared::protocol::{Ack, AckOutcome};
use shared::time::{DAY_MS, HOUR_MS, MINUTE_MS, Timestamp};

use crate::clock::{Clock, SetClock};
use crate::content;
use crate::identity::Identity;
use crate::publishing::{self, device_entry};
use crate::relay::author::{self, PublishError};
use crate::relay::snapshot::LoadError;
use crate::relay::{Relay, StartError};
use crate::store::{Founding, Store, StoreError};

mod bureau;
mod dice;
mod findings;
mod handled;
mod history;
pub(crate) mod phone;
mod schedule;

use bureau::{DemoBureau, DemoStation, HOME, SILENT};
use history::{Scene, Sent};
use phone::DemoPhone;

/// Milliseconds within which the demo's batches share a receipt: one transaction instead of many.
const SLOT_MS: i64 = 30 * MINUTE_MS;

/// Why the demo bureau was not made.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The data folder holds something that the demo did not finish, or another bureau.
    #[error("the data folder holds another bureau, or a demo that was interrupted; use an empty one")]
    NotEmpty,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The relay did not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The bureau's documents could not be published.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// A round could not be written.
    #[error("a round could not be written")]
    Document(#[from] ApplyError),
    /// The system gave no randomness.
    #[error("signing failed")]
    Signing,
    /// A defect or a need could not be read again.
    #[error("what was written could not be read")]
    Load(#[from] LoadError),
    /// Admission did not take a round.
    #[error("a round was not taken: {0:?}")]
    NotTaken(AckOutcome),
    /// A thread that wrote rounds panicked.
    #[error("writing the history panicked")]
    Panicked,
}

/// Somebody whom the demo invites in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guest {
    /// The host of their own in one browser: separate cookies, separate storage.
    pub host: &'static str,
    /// Who they are, in English and Chinese.
    pub who: String,
    /// The person.
    pub officer: OfficerId,
}

/// Makes the demo bureau in an empty store; does nothing when it is there.
///
/// # Errors
/// When the store holds something else, or fails.
pub async fn prepare(store: &Arc<dyn Store>, now: Timestamp) -> Result<(), DemoError> {
    prepare_large(store, now, Size::default()).await
}

/// How much more than usual there is at the station of the two officers.
#[derive(Debug, Clone, Copy, Default)]
pub struct Size {
    /// So many more things.
    pub stock: u32,
    /// Checks of so many days, if that is more.
    pub days: u16,
}

/// Makes it with more at the station of the two officers.
///
/// # Errors
/// When the store holds something else, or fails.
pub async fn prepare_large(store: &Arc<dyn Store>, now: Timestamp, size: Size) -> Result<(), DemoError> {
    let plan = bureau::invent(bureau::bureau().zone.date(now));
    let last = plan.supervisors.last().map(|officer| officer.id.clone());
    let state = crate::store::blocking(store, move |store| {
        // The last supervisor is written when everything else is on disk.
        let finished = last.map(|id| store.officer(&id)).transpose()?.flatten().is_some();
        Ok((store.founding()?.is_some(), finished))
    });
    match state.await? {
        (true, true) => Ok(()),
        (true, false) => Err(DemoError::NotEmpty),
        (false, _) => make(store, &plan, now, size).await,
    }
}

/// A fresh one-time code for a guest.
///
/// # Errors
/// When the store fails.
pub fn invite(identity: &Identity, guest: &Guest) -> Result<String, StoreError> {
    identity.issue(&guest.officer).map(|code| code.reveal())
}

/// Those whom the demo's links let in: two officers of one station, and a supervisor.
pub fn guests(now: Timestamp) -> Vec<Guest> {
    let plan = bureau::invent(bureau::bureau().zone.date(now));
    let mut guests = Vec::new();
    if let Some(home) = plan.stations.iter().find(|station| station.station.code.as_str() == HOME) {
        let titles = [
            ("officer-a.localhost", "officer A, keeper · 装备员"),
            ("officer-b.localhost", "officer B · 民警"),
        ];
        for ((host, title), officer) in titles.into_iter().zip(home.officers.iter().skip(1)) {
            guests.push(guest(
                host,
                &format!("{title} · {} · {}", home.station.name.zh, officer.name),
                officer,
            ));
        }
    }
    let supervisor = plan.supervisors.first();
    guests.extend(
        supervisor.map(|o| guest("board.localhost", &format!("supervisor · 警务保障大队 · {}", o.name), o)),
    );
    guests
}

fn guest(host: &'static str, who: &str, officer: &Officer) -> Guest {
    Guest { host, who: who.to_owned(), officer: officer.id.clone() }
}

async fn make(
    store: &Arc<dyn Store>,
    plan: &DemoBureau,
    now: Timestamp,
    size: Size,
) -> Result<(), DemoError> {
    let mut epoch = [0; 8];
    SystemRandom::new().fill(&mut epoch).map_err(|_| DemoError::Signing)?;
    let founding = Founding {
        bureau: bureau::bureau(),
        epoch: u64::from_be_bytes(epoch),
        relay_key: author::generate_key()?,
    };
    store.found(&founding)?;
    let days = schedule::HISTORY_DAYS.max(i64::from(size.days));
    let begin = now.plus_ms(-(days + 3) * DAY_MS);
    let clock = Arc::new(SetClock::at(begin));
    let relay = Relay::start(Arc::clone(store), Arc::clone(&clock) as Arc<dyn Clock>, founding)?;
    let settled = match settle(&relay, plan, &clock, now, days).await {
        Ok(()) => stocked(&relay, plan, size.stock).await,
        failed => failed,
    };
    relay.close().await;
    settled?;
    if let Some(last) = plan.supervisors.last() {
        store.put_officer(last)?;
    }
    Ok(())
}

/// What the station of the two officers has beside the others' kind of register.
async fn stocked(relay: &Relay, plan: &DemoBureau, stock: u32) -> Result<(), DemoError> {
    let home = plan.stations.iter().find(|station| station.station.code.as_str() == HOME && stock > 0);
    let Some(home) = home else { return Ok(()) };
    let assets = bureau::stock(home, stock);
    Ok(publishing::publish_assets(relay, &home.station.code, &assets).await?)
}

/// Everything between founding and the last mark.
async fn settle(
    relay: &Relay,
    plan: &DemoBureau,
    clock: &SetClock,
    now: Timestamp,
    home_days: i64,
) -> Result<(), DemoError> {
    let enrolled = relay.clock().now();
    let store = relay.store();
    let unmarked = plan.supervisors.split_last().map_or(&[][..], |(_, rest)| rest);
    for officer in plan.stations.iter().flat_map(|station| &station.officers).chain(unmarked) {
        store.put_officer(officer)?;
    }
    let phones: Vec<Vec<DemoPhone>> = plan.stations.iter().map(phones).collect::<Result<_, _>>()?;
    for phone in phones.iter().flatten() {
        store.put_device(&phone.enrolled(enrolled))?;
    }
    let templates = content::templates();
    let directory = publish(relay, plan, &templates, now).await?;
    let sent = write(plan, &phones, directory, templates, (now, home_days))?;
    let written: Vec<_> = sent.iter().map(|sent| (sent.batch.actor.device(), sent.at)).collect();
    push(relay, clock, sent).await?;
    handled::write(relay, plan, &phones, now).await?;
    let heard = plan.stations.iter().zip(0..).zip(&phones);
    let heard: Vec<_> = heard
        .flat_map(|((station, index), phones)| {
            phones.iter().zip(0..).map(move |(phone, n)| (phone.device(), last_heard(station, index, n, now)))
        })
        .collect();
    // Of several moments of one phone the latest stays.
    store.put_heard(&written)?;
    store.put_heard(&heard)?;
    Ok(())
}

/// Three phones at each station: the lead's and two officers' who are nobody's guests.
fn phones(station: &DemoStation) -> Result<Vec<DemoPhone>, DemoError> {
    let holders = [0, 3, 4].into_iter().filter_map(|n| station.officers.get(n));
    holders.map(|officer| DemoPhone::new(officer.id.clone())).collect()
}

/// When a phone was last heard: today, but for the silent station, and for one phone each at some others.
fn last_heard(station: &DemoStation, index: usize, phone: i64, now: Timestamp) -> Timestamp {
    if station.station.code.as_str() == SILENT {
        return schedule::silent_since(now).plus_ms(phone * MINUTE_MS);
    }
    let minutes = bureau::dice(&["heard", station.station.code.as_str()]).between(1, 40) + phone * 7;
    let away_ms = if is_away(station, index, phone) { 26 * HOUR_MS } else { 0 };
    now.plus_ms(-minutes * MINUTE_MS - away_ms)
}

/// Whether a phone was not heard since yesterday while its colleagues' were.
fn is_away(station: &DemoStation, index: usize, phone: i64) -> bool {
    phone == 2 && index % 4 == 3 && station.station.code.as_str() != HOME
}

async fn publish(
    relay: &Relay,
    plan: &DemoBureau,
    templates: &[Template],
    now: Timestamp,
) -> Result<Directory, DemoError> {
    let mut entries = vec![DirectoryEntry::Bureau(bureau::bureau())];
    entries.extend(plan.stations.iter().map(|station| DirectoryEntry::Station(station.station.clone())));
    let officers = plan.stations.iter().flat_map(|station| &station.officers).chain(&plan.supervisors);
    entries.extend(officers.cloned().map(DirectoryEntry::Officer));
    entries.extend(relay.store().devices()?.iter().map(device_entry));
    publishing::publish_directory(relay, &entries).await?;
    for template in templates {
        publishing::publish_template(relay, template).await?;
    }
    let calendar: Calendar = schedule::calendar(bureau::bureau().zone.date(now));
    publishing::publish_calendar(relay, &calendar).await?;
    for operation in calendar.operations.values() {
        publishing::publish_operation(relay, operation).await?;
    }
    for DemoStation { station, assets, .. } in &plan.stations {
        publishing::publish_assets(relay, &station.code, assets).await?;
    }
    let mut directory = Directory::default();
    entries.into_iter().for_each(|entry| directory.take(entry));
    Ok(directory)
}

/// Writes every station's rounds, on all cores.
fn write(
    plan: &DemoBureau,
    phones: &[Vec<DemoPhone>],
    directory: Directory,
    templates: Vec<Template>,
    until: (Timestamp, i64),
) -> Result<Vec<Sent>, DemoError> {
    let templates: BTreeMap<TemplateId, Template> =
        templates.into_iter().map(|t| (t.id.clone(), t)).collect();
    let stations: Vec<_> = plan.stations.iter().zip(phones).enumerate().collect();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let (directory, templates) = (&directory, &templates);
    let written: Vec<Result<Vec<Sent>, DemoError>> = std::thread::scope(|scope| {
        let parts = stations.chunks(stations.len().div_ceil(cores).max(1));
        let threads: Vec<_> = parts
            .map(|part| scope.spawn(move || write_stations(part, directory, templates, until)))
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or(Err(DemoError::Panicked))).collect()
    });
    let mut sent = Vec::new();
    for part in written {
        sent.extend(part?);
    }
    // Stable, so batches of one round stay in the order in which they depend on each other.
    sent.sort_by_key(|sent| sent.at);
    Ok(sent)
}

fn write_stations(
    stations: &[(usize, (&DemoStation, &Vec<DemoPhone>))],
    directory: &Directory,
    templates: &BTreeMap<TemplateId, Template>,
    (now, home_days): (Timestamp, i64),
) -> Result<Vec<Sent>, DemoError> {
    let zone = bureau::bureau().zone;
    let mut sent = Vec::new();
    for (index, (station, phones)) in stations {
        let register = station.assets.iter().map(|asset| (asset.id.clone(), asset.clone())).collect();
        let third_heard = if is_away(station, *index, 2) { last_heard(station, *index, 2, now) } else { now };
        let scene =
            Scene { directory, register: &register, templates, phones, third_heard, today: zone.date(now) };
        for work in schedule::works(&station.station.code, *index, now, zone, home_days) {
            sent.extend(history::write(&scene, &work)?);
        }
    }
    Ok(sent)
}

/// Pushes what was sent, a slot at a time, with the relay's clock at the end of the slot.
async fn push(relay: &Relay, clock: &SetClock, mut sent: Vec<Sent>) -> Result<(), DemoError> {
    while let Some(first) = sent.first() {
        let slot_end = first.at.plus_ms(SLOT_MS);
        let count = sent.partition_point(|sent| sent.at < slot_end);
        let slot: Vec<Sent> = sent.drain(..count).collect();
        clock.set(slot.last().map_or(slot_end, |last| last.at));
        let batches = slot.into_iter().map(|sent| sent.batch).collect();
        let acks = relay.push(relay.device(), batches).await.acks;
        if let Some(Ack { outcome, .. }) =
            acks.into_iter().find(|ack| !matches!(ack.outcome, AckOutcome::Accepted { .. }))
        {
            return Err(DemoError::NotTaken(outcome));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
