//! A document in memory: genesis, changes taken in, events written. Bytes that it is given must have passed `chunk`
//! (the relay's admission, or the phone's own log); it still refuses rather than trusts.

use automerge::transaction::CommitOptions;
use automerge::{ActorId, Automerge, Change, ObjId, ROOT, ReadDoc};

use super::schema as s;
use super::write::Event;
use super::{chunk, genesis, inspect};
use crate::flat::FlatMap;
use crate::gather::sort_by;
use crate::ids::{Actor, ChangeHash, DocumentId, EventKey};

/// A document.
pub struct Document {
    pub(super) id: DocumentId,
    pub(super) doc: Automerge,
    /// The last number of each writer.
    pub(super) seqs: FlatMap<Actor, u64>,
}

/// An event that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Its change, uncompressed.
    pub change: Vec<u8>,
    /// The change's hash.
    pub hash: ChangeHash,
    /// The event's key.
    pub key: EventKey,
}

/// A change that a document does not take, or an event that cannot be written into it.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The bytes are not a change.
    #[error("not a change: {0}")]
    NotAChange(String),
    /// Automerge refused it.
    #[error("automerge refused: {0}")]
    Refused(#[from] automerge::AutomergeError),
    /// The document is of a kind that has no such map.
    #[error("a {kind} has no {map}")]
    WrongKind {
        /// The document's kind.
        kind: &'static str,
        /// The map that was asked for.
        map: &'static str,
    },
}

impl Document {
    /// A document as its genesis leaves it.
    pub fn new(id: DocumentId) -> Self {
        Self { id, doc: genesis::document(id.kind()), seqs: FlatMap::new() }
    }

    /// Which one it is.
    pub fn id(&self) -> DocumentId {
        self.id
    }

    /// Takes changes in. Those that are here already are left alone; one whose dependencies are missing waits for
    /// them inside.
    ///
    /// # Errors
    /// When one is not a change, or automerge refuses them; then none of them is taken in.
    pub fn apply<'a>(&mut self, changes: impl IntoIterator<Item = &'a [u8]>) -> Result<(), ApplyError> {
        let mut parsed = Vec::new();
        for bytes in changes {
            let change = Change::from_bytes(bytes.to_vec())
                .map_err(|error| ApplyError::NotAChange(error.to_string()))?;
            parsed.push(change);
        }
        let numbers: Vec<_> = parsed
            .iter()
            .filter_map(|c| Some((Actor::from_bytes(c.actor_id().to_bytes())?, c.seq())))
            .collect();
        self.doc.apply_changes(parsed)?;
        for (actor, seq) in numbers {
            let last = self.seqs.get_or_default(actor);
            *last = seq.max(*last);
        }
        Ok(())
    }

    /// Writes one event as one change. The change carries no time and no message: the event has its own.
    ///
    /// # Errors
    /// When the document is of a kind that has no place for such an event.
    pub fn write(&mut self, actor: Actor, event: &Event) -> Result<Written, ApplyError> {
        let key = self.next_key(actor);
        self.write_under(actor, key, event)
    }

    /// Writes one event under a key of its own: an edit that is made again keeps its name.
    ///
    /// # Errors
    /// When the document is of a kind that has no place for such an event.
    pub fn write_under(&mut self, actor: Actor, key: EventKey, event: &Event) -> Result<Written, ApplyError> {
        let map = self.map(event.map())?;
        let seq = self.last_seq(actor) + 1;
        self.doc.set_actor(ActorId::from(actor.as_bytes().as_slice()));
        let mut tx = self.doc.transaction();
        if let Err(error) = event.insert(&mut tx, &map, &key) {
            tx.rollback();
            return Err(error.into());
        }
        let (hash, _) = tx.commit_with(CommitOptions::default().with_time(0));
        let hash = hash.expect("the change inserts a map, so it is not empty");
        let change = self.doc.get_change_by_hash(&hash).expect("it was just made");
        self.seqs.insert(actor, seq);
        Ok(Written { change: change.raw_bytes().to_vec(), hash: ChangeHash(hash.0), key })
    }

    /// The key that the writer's next event gets: its number, or the next one that is free. A copy of this phone may
    /// have written events again that keep this writer's keys, and an event under a key that is taken would replace.
    pub fn next_key(&self, actor: Actor) -> EventKey {
        let first = u32::try_from(self.last_seq(actor) + 1).expect("a phone writes fewer than 2^32 changes");
        let mut keys = (first..).map(|n| EventKey::new(actor, n));
        keys.find(|key| !self.has_key(key)).expect("a document has fewer than 2^32 events")
    }

    /// Whether any event has this key.
    pub fn has_key(&self, key: &EventKey) -> bool {
        let maps = [s::VISITS, s::OBSERVATIONS, s::SIGN_OFFS, s::EVENTS];
        let mut maps = maps.into_iter().filter_map(|map| self.map(map).ok());
        maps.any(|map| matches!(self.doc.get(&map, key.as_str()), Ok(Some(_))))
    }

    /// The hashes that everything in the document leads up to, in order.
    pub fn heads(&self) -> Vec<ChangeHash> {
        let mut heads: Vec<_> = self.doc.get_heads().into_iter().map(|head| ChangeHash(head.0)).collect();
        sort_by(&mut heads, Ord::cmp);
        heads
    }

    /// The last number that a writer used; 0 for none.
    pub fn last_seq(&self, actor: Actor) -> u64 {
        self.seqs.get(&actor).copied().unwrap_or_default()
    }

    /// Whether a change is in the document (not waiting for others).
    pub fn contains(&self, hash: ChangeHash) -> bool {
        self.doc.get_change_meta_by_hash(&automerge::ChangeHash(hash.0)).is_some()
    }

    /// The key of the event that a change added; `None` when the change is not here, or adds none.
    pub fn key_of(&self, hash: ChangeHash) -> Option<EventKey> {
        let change = self.doc.get_change_by_hash(&automerge::ChangeHash(hash.0))?;
        let walked = chunk::open(change.raw_bytes()).ok()?.walk().ok()?;
        inspect::added(&walked, self.id.kind()).ok().map(|added| added.key)
    }

    /// The event map that genesis made.
    pub(super) fn map(&self, name: &'static str) -> Result<ObjId, ApplyError> {
        match self.doc.get(ROOT, name)? {
            Some((value, id)) if value.is_object() => Ok(id),
            _ => Err(ApplyError::WrongKind { kind: self.id.kind().word(), map: name }),
        }
    }
}

impl std::fmt::Debug for Document {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Document").field("id", &self.id).field("heads", &self.heads()).finish_non_exhaustive()
    }
}
