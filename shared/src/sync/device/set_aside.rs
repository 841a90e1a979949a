//! Poison: an entry over which the app dies must not keep it from starting. Entries are stored before they are applied,
//! and the shell's recorder notes what is being applied, so that a start after a death knows what to leave out.
//!
//! ```text
//! applying [a b c] -> died -> start: a, b, c each alone, each noted -> applying [b] -> died -> start: b is set aside
//! ```
//!
//! Many are applied in parts, each noted and read, and the part that is died of in smaller ones. One death proves nothing, for a phone may end the app at any moment: only what it dies of again is set aside. What is
//! set aside is kept, counts as held, and is tried again when the person asks for it.

use std::collections::BTreeSet;

use super::Device;
use super::journal::{Entry, Then};
use super::port::{Applying, Aside, Effect, Stored, Write};
use crate::document::{Document, read};
use crate::flat::FlatMap;
use crate::ids::{BureauId, ChangeHash, DocumentId, DocumentKind};

/// Parts that suspects are applied in: a death over many costs a few starts more, and one that was nobody's fault a few
/// readings.
const PARTS: usize = 16;

/// Notes that outlive the app: two calls of the shell. There is one note; the next replaces it. Both calls return when the
/// next start would find the note even if this thread never came to another step, or when that cannot be had.
#[derive(Debug, Clone, Copy)]
pub struct Recorder {
    /// These entries go into their document now.
    pub applying: fn(&Applying),
    /// They are in it, and it was read. The shell may leave the note for a moment, for the next one to replace; one of a
    /// suspect not: whatever kills before it is gone would have that entry set aside.
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

    fn open(&mut self, applying: &Applying) {
        if let Some(recorder) = self.recorder {
            (recorder.applying)(applying);
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
    /// Applied in small parts, each under a note of its own.
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
        if self.suspects.is_empty() {
            return self.apply_noted(document, &news, false, guard);
        }
        let suspects = std::mem::take(&mut self.suspects);
        let is_suspect = |(hash, _): &(ChangeHash, &[u8])| suspects.contains(hash);
        for run in news.chunk_by(|one, other| is_suspect(one) == is_suspect(other)) {
            let is_suspect = is_suspect(&run[0]);
            let part_max = if is_suspect { suspects.len().div_ceil(PARTS) } else { run.len() };
            for part in run.chunks(part_max) {
                self.apply_noted(document, part, is_suspect && part.len() == 1, guard);
                look(document);
                guard.close();
            }
        }
    }

    fn apply_noted(
        &mut self,
        document: &mut Document,
        news: &[(ChangeHash, &[u8])],
        is_suspect: bool,
        guard: &mut Guard,
    ) {
        let hashes = news.iter().map(|(hash, _)| *hash).collect();
        guard.open(&Applying { document: document.id(), hashes, is_suspect });
        if document.apply(news.iter().map(|(_, change)| *change)).is_err() {
            for (hash, change) in news {
                self.apply_one(document, *hash, change);
            }
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
            drop(read::round(document, &nobody()));
        }
        DocumentKind::Register => drop(read::register(document, &BTreeSet::new())),
        DocumentKind::Template => drop(read::template(document)),
        DocumentKind::Calendar => drop(read::calendar(document)),
        DocumentKind::Directory => drop(read::directory(document)),
        DocumentKind::Defect => drop(read::defect(document, &nobody(), &BTreeSet::new())),
        DocumentKind::Need => drop(read::need(document, &nobody(), &BTreeSet::new())),
    }
}

fn nobody() -> BureauId {
    BureauId::parse("nobody").expect("a plain word")
}

impl Stored {
    /// What a death teaches, before the start: the entry that was being applied alone, for it was suspected, is set aside.
    /// The write must be durable before [`Device::boot_recorded`]: another entry may kill the app before anything else is
    /// written.
    pub fn learn_from_death(&mut self) -> Option<Write> {
        let Some(Applying { document, hashes, is_suspect: true }) = &self.interrupted else { return None };
        let [hash] = hashes.as_slice() else { return None };
        let aside = Aside { document: *document, hash: *hash };
        self.interrupted = None;
        self.aside.push(aside.clone());
        Some(Write::SetAside(aside))
    }
}

impl Device {
    /// The last life ended over these entries.
    pub(super) fn suspect(&mut self, applying: &Applying) {
        applying.hashes.iter().for_each(|hash| self.documents.suspect(applying.document, *hash));
    }

    /// Every entry that is set aside counts again, and is suspected.
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
