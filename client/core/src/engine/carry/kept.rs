//! What a phone remembers of bundles: the newest that was handed out and what was in it, the files that it carries, and what
//! became of those that it brought in.

use link::slice::{BroughtView, HandedView};
use minicbor::Encode;
use shared::api::bundle::Brought;
use shared::carry::Envelope;
use shared::digits::HEX;
use shared::ids::{ChangeHash, DocumentId, PhotoHash};
use shared::limits::{CARRIED_BYTES_MAX, CARRIED_MAX};
use shared::time::Timestamp;

use crate::engine::store::{Record, Shelf, bytes};

/// Under this key in `Shelf::Meta` it lies.
pub const KEY: &str = "carry";
/// Outcomes that are shown: those of today.
const BROUGHT_MAX: usize = 5;
/// Bytes of the hash at a file's end, which names it.
const NAME_BYTES: usize = 32;

/// All of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode)]
pub struct Kept {
    /// The newest file that was handed out.
    #[n(0)]
    pub handed: Option<Handed>,
    /// Files that are carried, the oldest first. Their bytes are in `Shelf::Carried`.
    #[n(1)]
    pub carried: Vec<Carried>,
    /// What became of those that were brought in, the latest first.
    #[n(2)]
    pub brought: Vec<BroughtView>,
}

shared::read_record!(Kept { handed, carried, brought });

/// A file that was handed out.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct Handed {
    /// When, by the phone's clock.
    #[n(0)]
    pub at: Timestamp,
    /// Whether it went to another app or person.
    #[n(1)]
    pub is_given: bool,
    /// The changes in it.
    #[n(2)]
    pub changes: Vec<(DocumentId, ChangeHash)>,
    /// The photos and memos in it.
    #[n(3)]
    pub photos: Vec<PhotoHash>,
}

shared::read_record!(Handed { at, is_given, changes, photos });

/// A file that is carried for a colleague.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct Carried {
    /// The key of its bytes.
    #[n(0)]
    pub key: String,
    /// When it came, by the phone's clock.
    #[n(1)]
    pub at: Timestamp,
    /// How long it is.
    #[n(2)]
    pub bytes: u64,
}

shared::read_record!(Carried { key, at, bytes });

impl Carried {
    /// A whole file, as it came.
    pub fn of(file: &[u8], at: Timestamp) -> Self {
        let name = &file[file.len().saturating_sub(NAME_BYTES)..];
        Self { key: HEX.encode(name), at, bytes: u64::try_from(file.len()).unwrap_or(u64::MAX) }
    }
}

impl Kept {
    /// What was kept; none when it does not read.
    pub fn read(record: Option<&[u8]>) -> Option<Self> {
        minicbor::decode(record?).ok()
    }

    /// What is known when there is nothing but the files that are carried.
    pub fn found<'f>(files: impl Iterator<Item = &'f [u8]>, at: Timestamp) -> Self {
        let whole = files.filter(|file| Envelope::read(file).is_ok());
        Self { carried: whole.map(|file| Carried::of(file, at)).collect(), ..Self::default() }
    }

    /// As a record.
    pub fn record(&self) -> Record {
        Record { shelf: Shelf::Meta, key: KEY.to_owned(), value: Some(bytes(self)) }
    }

    /// Whether there is room for one more file. One that is carried already takes none.
    pub fn has_room(&self, key: &str, length: u64) -> bool {
        let others = || self.carried.iter().filter(|carried| carried.key != key);
        others().count() < CARRIED_MAX
            && others().map(|carried| carried.bytes).sum::<u64>() + length <= CARRIED_BYTES_MAX
    }

    /// Takes a file in; the same one once.
    pub fn take(&mut self, carried: Carried) {
        self.carried.retain(|known| known.key != carried.key);
        self.carried.push(carried);
    }

    /// A file is carried no longer.
    pub fn forget(&mut self, key: &str) {
        self.carried.retain(|carried| carried.key != key);
    }

    /// The relay has answered about a file: it is carried no longer.
    pub fn done(&mut self, key: &str, outcome: BroughtView) {
        self.forget(key);
        self.note(outcome);
    }

    /// The relay has answered about a file.
    pub fn note(&mut self, outcome: BroughtView) {
        self.brought.insert(0, outcome);
        self.brought.truncate(BROUGHT_MAX);
    }
}

impl Handed {
    /// What is told of it: how much of what waits is inside.
    pub fn view(
        &self,
        waits: impl Fn(&(DocumentId, ChangeHash)) -> bool,
        photo_waits: impl Fn(&PhotoHash) -> bool,
    ) -> HandedView {
        HandedView {
            at: self.at,
            is_given: self.is_given,
            inside: count(self.changes.iter().filter(|change| waits(change)).count()),
            photos_inside: count(self.photos.iter().filter(|photo| photo_waits(photo)).count()),
        }
    }
}

/// What is told of a bundle that was taken.
pub fn taken(at: Timestamp, brought: Brought) -> BroughtView {
    let Brought { device: _, name, made, taken, known, held, rejected, photos, photos_refused } = brought;
    let rejected = rejected.iter().map(|(_, count)| count).sum();
    BroughtView { at, name, made, taken, known, held, rejected, photos, problem: None, photos_refused }
}

/// What is told of a file that was refused for good.
pub fn refused(at: Timestamp, code: &str) -> BroughtView {
    BroughtView {
        at,
        name: String::new(),
        made: at,
        taken: 0,
        known: 0,
        held: 0,
        rejected: 0,
        photos: 0,
        problem: Some(code.to_owned()),
        photos_refused: 0,
    }
}

fn count(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use shared::ids::DocumentKind;

    use super::*;

    fn carried(key: &str, bytes: u64) -> Carried {
        Carried { key: key.to_owned(), at: Timestamp(1), bytes }
    }

    #[test]
    fn what_was_kept_is_read_again() {
        let document = DocumentId::derive(DocumentKind::Round, &["x"]);
        let changes = vec![(document, ChangeHash([1; 32])), (document, ChangeHash([2; 32]))];
        let handed = Handed { at: Timestamp(5), is_given: true, changes, photos: vec![PhotoHash([3; 32])] };
        let mut kept = Kept { handed: Some(handed.clone()), ..Kept::default() };
        kept.take(carried("a", 7));
        kept.done("b", refused(Timestamp(6), "bundle-damaged"));
        let value = kept.record().value.expect("it is put");
        assert_eq!(Kept::read(Some(&value)), Some(kept));
        assert_eq!((Kept::read(Some(&[1, 2])), Kept::read(None)), (None, None));
        let view = handed.view(|(_, hash)| hash.0[0] == 2, |_| false);
        assert_eq!((view.inside, view.photos_inside), (1, 0), "the other one is at the centre");
    }

    #[test]
    fn files_are_found_again_when_what_was_kept_of_them_does_not_read() {
        let file = |sealed: u8| {
            let bureau = shared::ids::BureauId::parse("chaohu").expect("it is one");
            shared::carry::seal(Envelope::new(&bureau, &[4; 65], vec![5; 65], 20).head(), &[sealed; 20])
        };
        let (one, other, damaged) = (file(1), file(2), file(3)[..50].to_vec());
        let files = [&one, &damaged, &other].map(Vec::as_slice);
        let found = Kept::found(files.into_iter(), Timestamp(9));
        let known = [&one, &other].map(|file| Carried::of(file, Timestamp(9)));
        assert_eq!(found, Kept { carried: known.to_vec(), ..Kept::default() });
        assert!(one.ends_with(&HEX.decode(&found.carried[0].key).expect("it is one")), "under its own key");
    }

    #[test]
    fn files_of_colleagues_are_bounded_and_each_is_carried_once() {
        let mut kept = Kept::default();
        for number in 0..CARRIED_MAX {
            assert!(kept.has_room(&number.to_string(), 1));
            kept.take(carried(&number.to_string(), 1));
        }
        assert!(!kept.has_room("one more", 1));
        assert!(kept.has_room("3", 1), "it is here already");
        kept.take(carried("3", 1));
        assert_eq!(kept.carried.len(), CARRIED_MAX);
        kept.done("3", refused(Timestamp(6), "bundle-damaged"));
        assert!(kept.has_room("one more", 1) && !kept.has_room("one more", CARRIED_BYTES_MAX));
        for _ in 0..9 {
            kept.done("", refused(Timestamp(6), "bundle-damaged"));
        }
        assert_eq!(kept.brought.len(), BROUGHT_MAX);
    }
}
