//! `poison FOLDER OFFICER ROUND`: writes a change over which automerge panics into the log of a relay that is not
//! running, past admission, authentic in everything else: what a phone would get from a relay with a hole. For the
//! browser tests, which bring up an app on it. ROUND is the path of its screen.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, ensure};
use automerge::transaction::{CommitOptions, Transactable};
use automerge::{ActorId, Automerge, Change, ExpandedChange, ObjType, ROOT};
use ring::rand::SystemRandom;
use ring::signature::{EcdsaKeyPair, KeyPair};
use server::clock::{Clock, SystemClock};
use server::publishing::{device_entry, publish_directory};
use server::relay::Relay;
use server::store::sqlite::{Options, Sqlite};
use server::store::{Append, Log, NewBatch, NewDevice, NewEntry, People, Store};
use shared::document::{Document, chunk};
use shared::domain::round::{Period, RoundName};
use shared::ids::{Actor, BureauId, DeviceId, DocumentId, OfficerId, StationCode, TemplateId};
use shared::time::Timestamp;
use shared::trust::chain;
use shared::trust::signing::{BatchClaim, SUITE_P256};
use tests::kit::phone::generate_key;

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [folder, officer, round] = words.as_slice() else {
        return Err(anyhow!("usage: poison FOLDER OFFICER ROUND"));
    };
    let options = Options { folder: PathBuf::from(folder), ..Options::default() };
    let store = Arc::new(Sqlite::open(options)?);
    let founding = store.founding()?.context("there is no bureau in this folder")?;
    let round = round_of(round).with_context(|| format!("{round} is no round's path"))?;
    let document = round.document(&founding.bureau.id);
    ensure!(!store.document(document)?.is_empty(), "nobody has begun this round");
    let (clock, key) = (SystemClock::default(), generate_key());
    let device = NewDevice {
        id: DeviceId::of_public_key(key.public_key().as_ref()),
        public_key: key.public_key().as_ref().to_vec(),
        officer: OfficerId::parse(officer)?,
        enrolled: clock.now(),
    };
    store.put_device(&device)?;
    append(store.as_ref(), &founding.bureau.id, &round, &key, clock.now())?;
    let record = store.device(device.id)?.context("it was just put there")?;
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let store: Arc<dyn Store> = store;
        let relay = Relay::start(store, Arc::new(clock), founding)?;
        publish_directory(&relay, &[device_entry(&record)]).await?;
        relay.close().await;
        Ok(())
    })
}

fn round_of(path: &str) -> Option<RoundName> {
    let mut words = path.strip_prefix("/round/")?.splitn(3, '/');
    Some(RoundName {
        station: StationCode::parse(words.next()?).ok()?,
        template: TemplateId::parse(words.next()?).ok()?,
        period: Period::parse(words.next()?).ok()?,
    })
}

fn append(
    store: &dyn Store,
    bureau: &BureauId,
    round: &RoundName,
    key: &EcdsaKeyPair,
    receipt_time: Timestamp,
) -> Result<()> {
    let (document, collection) = (round.document(bureau), round.collection());
    let actor = Actor::new(DeviceId::of_public_key(key.public_key().as_ref()), 0);
    let change = poison(document, actor)?;
    let outline = chunk::outline(&change)?;
    let claim = BatchClaim { bureau, collection: &collection, document, actor, head: outline.hash, count: 1 };
    let signature = key
        .sign(&SystemRandom::new(), &claim.to_bytes(SUITE_P256))
        .map_err(|_| anyhow!("the system gives no random numbers"))?;
    let signature_hash = chain::signature_hash(signature.as_ref());
    store.write(&mut |tx: &mut dyn Append| {
        let tip = tx.tip(&collection)?;
        let (seq, device) = (tip.seq + 1, actor.device());
        let link = chain::Link {
            seq,
            document,
            change: outline.hash,
            device,
            signature_hash: &signature_hash,
            receipt_time,
        };
        let entry = NewEntry {
            seq,
            hash: outline.hash,
            change: &change,
            last_op: outline.last_op,
            chain: chain::extend(tip.chain, link),
        };
        let batch = NewBatch {
            collection: &collection,
            document,
            actor,
            head: outline.hash,
            count: 1,
            suite: SUITE_P256,
            signature: signature.as_ref(),
            receipt_time,
            held: false,
            actor_seq: 1,
        };
        tx.append(&batch, &[entry])
    })?;
    Ok(())
}

/// A well-formed change whose causes are there, with an operation on an object that is not.
fn poison(document: DocumentId, actor: Actor) -> Result<Vec<u8>> {
    let genesis = Document::new(document).heads();
    let mut doc = Automerge::new().with_actor(ActorId::from(actor.as_bytes().as_slice()));
    let mut tx = doc.transaction();
    let missing = tx.put_object(ROOT, "missing", ObjType::Map)?;
    tx.commit_with(CommitOptions::default().with_time(0));
    let mut tx = doc.transaction();
    tx.put(&missing, "x", 1)?;
    tx.commit_with(CommitOptions::default().with_time(0));
    let last = doc.get_changes(&[]).pop().context("two changes were made")?;
    let mut change: ExpandedChange = last.decode();
    change.deps = genesis.iter().map(|hash| automerge::ChangeHash(hash.0)).collect();
    change.seq = 1;
    change.start_op = 40.try_into()?;
    change.hash = None;
    Ok(Change::from(change).raw_bytes().to_vec())
}
