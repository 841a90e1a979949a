//! Writes the edits of one document again, in order, and keeps what refers to what.

use super::super::documents::Documents;
use super::super::port::Why;
use crate::document::write::Event;
use crate::document::{Written, read};
use crate::domain::asset::RegisterEntry;
use crate::domain::custody::Handing;
use crate::flat::{FlatMap, FlatSet};
use crate::ids::{Actor, DocumentId, EventKey};

/// One document's edits on their way back into it.
#[derive(Debug)]
pub(super) struct Again {
    id: DocumentId,
    actor: Actor,
    /// The old keys may be, or become, the keys of a twin's events.
    is_forked: bool,
    /// New keys of those that could not keep theirs.
    renamed: FlatMap<EventKey, EventKey>,
    /// Visits of the new actor, by the visit that they repeat.
    visits: FlatMap<EventKey, EventKey>,
    dropped: FlatSet<EventKey>,
}

impl Again {
    /// Nothing is written yet.
    pub(super) fn new(id: DocumentId, actor: Actor, is_forked: bool) -> Self {
        let (renamed, visits, dropped) = (FlatMap::new(), FlatMap::new(), FlatSet::new());
        Self { id, actor, is_forked, renamed, visits, dropped }
    }

    /// Writes one edit again; before it, if it needs one, a visit of the new actor.
    pub(super) fn make(
        &mut self,
        documents: &mut Documents,
        written: Option<(EventKey, Event)>,
        blame: Option<Why>,
    ) -> Result<Vec<Written>, Why> {
        let (key, event) = written.ok_or(Why::Unreadable)?;
        let made = match blame {
            Some(why) => Err(why),
            None => self.write(documents, &key, event),
        };
        if made.is_err() {
            self.dropped.insert(key);
        }
        made
    }

    fn write(
        &mut self,
        documents: &mut Documents,
        key: &EventKey,
        mut event: Event,
    ) -> Result<Vec<Written>, Why> {
        let mut made = Vec::new();
        let mut may_keep = !self.is_forked && !self.is_taken(documents, key);
        match &mut event {
            Event::SignOff { .. } => return Err(Why::Signature),
            Event::Visit { .. } => {}
            Event::Entry { body } => self.follow_entry(body)?,
            Event::Answer { visit, sees, amends, .. } => {
                sees.retain(|seen| !self.dropped.contains(seen));
                sees.iter_mut().for_each(|seen| self.rename(seen));
                if let Some(amended) = amends {
                    self.follow(amended)?;
                }
                may_keep = self.follow_visit(documents, visit, may_keep, &mut made)?;
            }
            Event::Withdraw { visit, target, .. } => {
                self.follow(target)?;
                may_keep = self.follow_visit(documents, visit, may_keep, &mut made)?;
            }
        }
        let new = if may_keep { key.clone() } else { self.next_key(documents)? };
        made.push(self.put(documents, new.clone(), &event)?);
        if new != *key {
            if matches!(event, Event::Visit { .. }) {
                self.visits.insert(key.clone(), new.clone());
            }
            self.renamed.insert(key.clone(), new);
        }
        Ok(made)
    }

    /// What an event of a register saw, and what it takes back, may have other names by now.
    fn follow_entry(&self, body: &mut String) -> Result<(), Why> {
        if self.renamed.is_empty() && self.dropped.is_empty() {
            return Ok(());
        }
        let Some(RegisterEntry::Custody(mut custody)) = RegisterEntry::from_json(body.as_bytes()) else {
            self.rename_in(body);
            return Ok(());
        };
        custody.sees.retain(|seen| !self.dropped.contains(seen));
        custody.sees.iter_mut().for_each(|seen| self.rename(seen));
        if let Handing::Withdrawn { event } = &mut custody.act {
            self.follow(event)?;
        }
        *body = RegisterEntry::Custody(custody).to_json();
        Ok(())
    }

    fn rename(&self, key: &mut EventKey) {
        if let Some(new) = self.renamed.get(key) {
            *key = new.clone();
        }
    }

    /// Keys in an entry's JSON stand in quotes, and nothing else looks like one. One that is not made again names nothing.
    fn rename_in(&self, body: &mut String) {
        let quoted = |key: &EventKey| ["\"", key.as_str(), "\""].concat();
        for (old, new) in self.renamed.iter() {
            *body = body.replace(&quoted(old), &quoted(new));
        }
    }

    fn follow(&self, target: &mut EventKey) -> Result<(), Why> {
        if self.dropped.contains(target) {
            return Err(Why::AlongWithAnother);
        }
        self.rename(target);
        Ok(())
    }

    /// An event and its visit are of one actor, by their keys: says whether the event may keep its key.
    fn follow_visit(
        &mut self,
        documents: &mut Documents,
        visit: &mut EventKey,
        may_keep: bool,
        made: &mut Vec<Written>,
    ) -> Result<bool, Why> {
        if self.dropped.contains(visit) {
            return Err(Why::AlongWithAnother);
        }
        let is_renamed = self.renamed.contains_key(visit);
        if may_keep && !is_renamed && self.is_taken(documents, visit) {
            return Ok(true);
        }
        if let Some(repeated) = self.visits.get(visit) {
            *visit = repeated.clone();
            return Ok(false);
        }
        let document = documents.document(self.id).ok_or(Why::Unreadable)?;
        let event = read::visit(document, visit).ok_or(Why::AlongWithAnother)?;
        let new = self.next_key(documents)?;
        made.push(self.put(documents, new.clone(), &event)?);
        self.visits.insert(visit.clone(), new.clone());
        *visit = new;
        Ok(false)
    }

    fn is_taken(&self, documents: &mut Documents, key: &EventKey) -> bool {
        documents.document(self.id).is_some_and(|document| document.has_key(key))
    }

    fn next_key(&self, documents: &mut Documents) -> Result<EventKey, Why> {
        let document = documents.document(self.id).ok_or(Why::Unreadable)?;
        Ok(document.next_key(self.actor))
    }

    fn put(&self, documents: &mut Documents, key: EventKey, event: &Event) -> Result<Written, Why> {
        documents.write_again(self.id, self.actor, key, event).ok_or(Why::Unreadable)
    }
}
