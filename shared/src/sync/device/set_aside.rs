//! Poison: an entry over which the app dies must not keep it from starting. Entries are stored before they are applied,
//! and the shell's recorder notes what is being applied, so that a start after a death knows what to leave out.
//!
//! ```text
//! applying [a b c] -> died -> start: a, b, c each alone, each noted -> applying [b] -> died -> start: b is set aside
//! ```
//!
//! What is set aside is kept, counts as held, and is tried again when the person asks for it.

use std::collections::BTreeSet;

use super::Device;
use super::journal::{Entry, Then};
use super::port::{Applying, Aside, Effect, Stored, Write};
use crate::document::{Document, read};
use crate::flat::FlatMap;
use crate::ids::{BureauId, ChangeHash, DocumentId, DocumentKind};

/// Notes that outlive the app: two calls of the shell. Both return only when the note would be found by the next start,
/// or when that cannot be had.
#[derive(Debug, Clone, Copy)]
pub struct Recorder {
    /// These entries go into their document now.
    pub applying: fn(&Applying),
    /// They are in it, and it was read.
    pub applied: fn(),
}

/// The note, as far as this start has one.
#[derive(Debug, Default)]
pub(super) struct Guard {
    recorder: Option<Recorder>,
    is_open: bool,
}

impl Guard {
    pub(super) fn new(recorder: Recorder) -> Self {
        Self { recorder: Some(recorder), is_open: false }
    }

    fn open(&mut self, document: DocumentId, hashes: Vec<ChangeHash>) {
        if let Some(recorder) = self.recorder {
            (recorder.applying)(&Applying { document, hashes });
            self.is_open = true;
        }
    }

    /// What was applied has been read too.
    pub(super) fn close(&mut self) {
        if let Some(recorder) = self.recorder
            && std::mem::take(&mut self.is_open)
        {
            (recorder.applied)();
        }
    }
}

/// What is known against the entries of one document.
#[derive(Debug, Default)]
pub(super) struct Doubts {
    /// Not applied.
    pub(super) aside: BTreeSet<ChangeHash>,
    /// Applied alone, each under a note of its own.
    pub(super) suspects: BTreeSet<ChangeHash>,
    /// The document refused them.
    pub(super) refused: BTreeSet<ChangeHash>,
}

impl Doubts {
    /// Applies what came, as far as nothing is known against it. One entry that is refused does not hide its
    /// neighbours.
    pub(super) fn apply<'a>(
        &mut self,
        document: &mut Document,
        news: impl Iterator<Item = (ChangeHash, &'a [u8])>,
        guard: &mut Guard,
    ) {
        let news: Vec<(ChangeHash, &[u8])> = news.filter(|(hash, _)| !self.aside.contains(hash)).collect();
        if news.is_empty() {
            return;
        }
        if !self.suspects.is_empty() {
            return self.apply_alone(document, news, guard);
        }
        guard.open(document.id(), news.iter().map(|(hash, _)| *hash).collect());
        if document.apply(news.iter().map(|(_, change)| *change)).is_err() {
            for (hash, change) in &news {
                self.apply_one(document, *hash, change);
            }
        }
    }

    fn apply_alone(&mut self, document: &mut Document, news: Vec<(ChangeHash, &[u8])>, guard: &mut Guard) {
        for (hash, change) in news {
            guard.open(document.id(), vec![hash]);
            self.apply_one(document, hash, change);
            look(document);
            guard.close();
            self.suspects.remove(&hash);
        }
    }

    fn apply_one(&mut self, document: &mut Document, hash: ChangeHash, change: &[u8]) {
        if document.apply([change]).is_err() {
            self.refused.insert(hash);
        }
    }
}

/// Reads a document as its screens will: what kills there must be found here.
fn look(document: &Document) {
    match document.id().kind() {
        DocumentKind::Round => {
            let bureau = BureauId::parse("nobody").expect("a plain word");
            drop(read::round(document, &bureau));
        }
        DocumentKind::Register => drop(read::register(document)),
        DocumentKind::Template => drop(read::template(document)),
        DocumentKind::Calendar => drop(read::calendar(document)),
        DocumentKind::Directory => drop(read::directory(document)),
    }
}

impl Stored {
    /// What a death teaches, before the start: a single entry that was being applied is set aside. The write must be
    /// durable before [`Device::boot_recorded`]: another entry may kill the app before anything else is written.
    pub fn learn_from_death(&mut self) -> Option<Write> {
        let Some(Applying { document, hashes }) = &self.interrupted else { return None };
        let [hash] = hashes.as_slice() else { return None };
        let aside = Aside { document: *document, hash: *hash };
        self.interrupted = None;
        self.aside.push(aside.clone());
        Some(Write::SetAside(aside))
    }
}

impl Device {
    /// The last life ended over several entries: each is applied alone.
    pub(super) fn suspect(&mut self, applying: &Applying) {
        applying.hashes.iter().for_each(|hash| self.documents.suspect(applying.document, *hash));
    }

    /// Every entry that is set aside counts again, and is applied alone.
    pub(super) fn try_aside(&mut self) -> Vec<Effect> {
        let writes: Vec<Write> = self.documents.aside().map(Write::TakeBack).collect();
        if writes.is_empty() {
            return Vec::new();
        }
        self.journal.add(Entry { writes, then: Then::News }).map(Effect::Persist).into_iter().collect()
    }
}

/// Entries as the status lists them.
pub(super) fn listed<'a>(
    documents: impl Iterator<Item = (DocumentId, &'a BTreeSet<ChangeHash>)> + 'a,
) -> impl Iterator<Item = Aside> + 'a {
    documents.flat_map(|(document, hashes)| hashes.iter().map(move |hash| Aside { document, hash: *hash }))
}

/// Documents with something set aside, and how much.
pub fn counted(entries: &[Aside]) -> FlatMap<DocumentId, usize> {
    let mut counts = FlatMap::new();
    for entry in entries {
        *counts.get_or_default(entry.document) += 1;
    }
    counts
}
