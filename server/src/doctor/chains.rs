//! One log from its first entry to its end: places, chain, bytes, writers' numbers and signatures. After a fault it goes
//! on from what is stored, so that one fault is told once.

use std::collections::{BTreeSet, HashMap};

use shared::document::chunk;
use shared::ids::{Actor, BureauId, Chain, ChangeHash, CollectionId, DeviceId, DocumentId};
use shared::trust::chain;
use shared::trust::signing::BatchClaim;

use super::{Examined, Finding, why};
use crate::identity::key;
use crate::store::{Entry, Examine, Result, Store, StoreError, Tip};

/// Bytes of changes that are read at once.
const PAGE_BYTES: usize = 8 << 20;
/// Entries that are read at once.
const PAGE_ENTRIES: usize = 5_000;

/// Examines one log up to its end as it was when the examination began.
pub(super) fn examine<S: Store + Examine>(
    store: &S,
    bureau: &BureauId,
    relay_key: Option<&[u8]>,
    collection: &CollectionId,
    tip: Tip,
    examined: &mut Examined,
) -> Vec<Finding> {
    examined.collections += 1;
    let mut walk = Walk {
        store,
        bureau,
        relay_key,
        collection,
        at: Tip::START,
        numbers: HashMap::new(),
        signed: BTreeSet::new(),
        keys: HashMap::new(),
        findings: Vec::new(),
    };
    let ended = walk.to(tip, examined).and_then(|()| walk.writers());
    if let Err(error) = ended {
        let (collection, behind) = (collection.clone(), walk.at.seq);
        walk.findings.push(Finding::Unreadable { collection, behind, why: why(&error) });
    }
    walk.findings
}

struct Walk<'a, S> {
    store: &'a S,
    bureau: &'a BureauId,
    relay_key: Option<&'a [u8]>,
    collection: &'a CollectionId,
    /// The last entry that was read, with its chain as it is stored.
    at: Tip,
    /// Each writer's last number in each document.
    numbers: HashMap<(DocumentId, Actor), u64>,
    /// Batches whose signature was looked at.
    signed: BTreeSet<u64>,
    keys: HashMap<DeviceId, Option<Vec<u8>>>,
    findings: Vec<Finding>,
}

impl<S: Store + Examine> Walk<'_, S> {
    fn to(&mut self, tip: Tip, examined: &mut Examined) -> Result<()> {
        while self.at.seq < tip.seq {
            let page = self.store.page(self.collection, self.at.seq, PAGE_BYTES, PAGE_ENTRIES)?;
            if page.entries.is_empty() {
                break;
            }
            for entry in page.entries.iter().take_while(|entry| entry.seq <= tip.seq) {
                examined.entries += 1;
                self.entry(entry);
                if self.signed.insert(entry.batch) {
                    examined.signatures += 1;
                    self.signature(entry)?;
                }
            }
        }
        if self.at.seq < tip.seq {
            self.missing(self.at.seq + 1, tip.seq);
        } else if self.at.chain != tip.chain {
            self.findings.push(Finding::End(self.collection.clone()));
        }
        Ok(())
    }

    fn missing(&mut self, first: u64, last: u64) {
        self.findings.push(Finding::Missing { collection: self.collection.clone(), first, last });
    }

    fn entry(&mut self, entry: &Entry) {
        let (collection, seq) = (self.collection.clone(), entry.seq);
        if seq > self.at.seq + 1 {
            self.missing(self.at.seq + 1, seq - 1);
        } else if self.link(entry) != entry.chain {
            self.findings.push(Finding::Chain { collection: collection.clone(), seq });
        }
        self.at = Tip { seq, chain: entry.chain };
        match chunk::outline(&entry.change) {
            Ok(outline) if outline.hash != entry.hash => {
                let why = "their hash is another".to_owned();
                self.findings.push(Finding::Change { collection, seq, why });
            }
            Ok(outline) if outline.actor.device() != entry.device => {
                let why = "another device wrote them".to_owned();
                self.findings.push(Finding::Change { collection, seq, why });
            }
            Ok(outline) => self.number(entry, outline.actor, outline.seq),
            Err(error) => {
                self.findings.push(Finding::Change { collection, seq, why: error.to_string() });
                // Its number is taken for the one that it must have had.
                if let Ok(Some(batch)) = self.store.batch(entry.batch) {
                    *self.numbers.entry((entry.document, batch.actor)).or_default() += 1;
                }
            }
        }
    }

    fn link(&self, entry: &Entry) -> Chain {
        let link = chain::Link {
            seq: entry.seq,
            document: entry.document,
            change: entry.hash,
            device: entry.device,
            signature_hash: &chain::signature_hash(&entry.signature),
            receipt_time: entry.receipt_time,
        };
        chain::extend(self.at.chain, link)
    }

    fn number(&mut self, entry: &Entry, actor: Actor, found: u64) {
        let last = self.numbers.entry((entry.document, actor)).or_default();
        let expected = *last + 1;
        *last = found;
        if found != expected {
            let (collection, seq, document) = (self.collection.clone(), entry.seq, entry.document);
            self.findings.push(Finding::Number { collection, seq, document, found, expected });
        }
    }

    /// Looks at the signature of an entry's batch.
    fn signature(&mut self, entry: &Entry) -> Result<()> {
        let Some(batch) = self.store.batch(entry.batch)? else {
            return Err(StoreError::Corrupt { what: "batch" });
        };
        let claim = BatchClaim {
            bureau: self.bureau,
            collection: self.collection,
            document: entry.document,
            actor: batch.actor,
            head: batch.head,
            count: batch.count,
        };
        let message = claim.to_bytes(batch.suite);
        let wrong = match self.key(batch.actor.device())? {
            None => Some("the device is not known"),
            Some(public_key) if !key::verifies(batch.suite, public_key, &message, &entry.signature) => {
                Some("it does not fit")
            }
            Some(_) => None,
        };
        if let Some(why) = wrong {
            self.wrong_signature(entry.document, batch.actor.device(), batch.head, why);
        }
        Ok(())
    }

    fn wrong_signature(
        &mut self,
        document: DocumentId,
        device: DeviceId,
        head: ChangeHash,
        why: &'static str,
    ) {
        let collection = self.collection.clone();
        self.findings.push(Finding::Signature { collection, document, device, head, why });
    }

    fn key(&mut self, device: DeviceId) -> Result<Option<&[u8]>> {
        if !self.keys.contains_key(&device) {
            let of_relay = self.relay_key.filter(|key| DeviceId::of_public_key(key) == device);
            let found = match of_relay {
                Some(key) => Some(key.to_vec()),
                None => self.store.device(device)?.map(|record| record.public_key),
            };
            self.keys.insert(device, found);
        }
        Ok(self.keys.get(&device).and_then(|key| key.as_deref()))
    }

    /// Holds what admission goes by against what the log has.
    fn writers(&mut self) -> Result<()> {
        for (document, actor, kept) in self.store.writers(self.collection)? {
            let found = self.numbers.remove(&(document, actor)).unwrap_or_default();
            if found != kept {
                let collection = self.collection.clone();
                self.findings.push(Finding::Writer { collection, document, kept, found });
            }
        }
        for ((document, _), found) in std::mem::take(&mut self.numbers) {
            let collection = self.collection.clone();
            self.findings.push(Finding::Writer { collection, document, kept: 0, found });
        }
        Ok(())
    }
}
