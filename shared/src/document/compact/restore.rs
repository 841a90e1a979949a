//! The reader's half: rebuilds changes from their compact form. Total, and bounded: any bytes give
//! changes or an error, and the changes together are never larger than allowed.

use super::change::Parts;
use super::event::{self, Field};
use super::stream::{Reader, put_signed, unzigzag};
use super::{LOOK_BACK, Trail, tag};
use crate::ids::ChangeHash;
use crate::limits::{COMPACT_FIELDS_MAX, COMPACT_SHAPES_MAX};

/// What a change costs in memory beside its bytes.
const CHANGE_OVERHEAD_BYTES: usize = 64;

/// Why changes were not rebuilt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RestoreError {
    /// They would be more bytes than allowed.
    TooLarge,
    /// The bytes are no compact form, or not of what it is read as.
    Malformed,
}

/// What stands in the compact form.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Restored {
    /// A change, and its hash if it is one.
    Change(Vec<u8>, Option<ChangeHash>),
    /// Only the hash of one.
    Known(ChangeHash),
}

/// The streams of the compact form, as they are used up.
#[derive(Debug)]
pub(crate) struct Restorer<'a> {
    tags: Reader<'a>,
    literals: Reader<'a>,
    shapes: Vec<Shape<'a>>,
    bytes_left: usize,
    columns: event::Columns,
    /// The values of the event at hand, one behind the other, and where each ends.
    values: Vec<u8>,
    ends: Vec<usize>,
    deps: Vec<u8>,
    rest: Vec<u8>,
}

#[derive(Debug)]
struct Shape<'a> {
    map: u64,
    columns: Vec<Column<'a>>,
}

#[derive(Debug)]
struct Column<'a> {
    kind: u8,
    name: &'a [u8],
    bytes: Reader<'a>,
    last: i64,
}

impl<'a> Restorer<'a> {
    /// Begins to read; `None` when the bytes are no compact form.
    pub(crate) fn new(bytes: &'a [u8], bytes_left: usize) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let count = reader.length().filter(|count| *count <= COMPACT_SHAPES_MAX)?;
        let shapes = (0..count).map(|_| shape(&mut reader)).collect::<Option<_>>()?;
        let literals = Reader::new(reader.sized()?);
        Some(Self {
            tags: reader,
            literals,
            shapes,
            bytes_left,
            columns: event::Columns::default(),
            values: Vec::new(),
            ends: Vec::new(),
            deps: Vec::new(),
            rest: Vec::new(),
        })
    }

    /// Whether every byte was used.
    pub(crate) fn is_done(&self) -> bool {
        let columns = self.shapes.iter().flat_map(|shape| &shape.columns);
        self.tags.is_empty()
            && self.literals.is_empty()
            && columns.into_iter().all(|column| column.bytes.is_empty())
    }

    /// What [`super::Elider::count`] wrote.
    pub(crate) fn count(&mut self) -> Result<usize, RestoreError> {
        self.tags.length().ok_or(RestoreError::Malformed)
    }

    /// What [`super::Elider::flag`] wrote.
    pub(crate) fn flag(&mut self) -> Result<bool, RestoreError> {
        match self.tags.byte() {
            Some(0) => Ok(false),
            Some(1) => Ok(true),
            _ => Err(RestoreError::Malformed),
        }
    }

    /// The next change. `actor` is the writer that is expected, and then the change's.
    pub(crate) fn change(
        &mut self,
        trail: &mut Trail,
        actor: &mut Vec<u8>,
    ) -> Result<Restored, RestoreError> {
        let restored = self.restored(trail, actor).ok_or(RestoreError::Malformed)?;
        let bytes = match &restored {
            Restored::Change(change, _) => change.len(),
            Restored::Known(_) => 0,
        };
        let left = self.bytes_left.checked_sub(bytes.saturating_add(CHANGE_OVERHEAD_BYTES));
        self.bytes_left = left.ok_or(RestoreError::TooLarge)?;
        Ok(restored)
    }

    fn restored(&mut self, trail: &mut Trail, actor: &mut Vec<u8>) -> Option<Restored> {
        let flags = self.tags.byte().filter(|flags| flags & !tag::ALL == 0)?;
        match flags & tag::FORM {
            tag::RAW if flags == tag::RAW => {
                let length = self.tags.length()?;
                Some(Restored::Change(self.literals.take(length)?.to_vec(), None))
            }
            tag::KNOWN if flags == tag::KNOWN => {
                let hash = ChangeHash(self.hash(trail)?);
                trail.hashes.push(hash);
                Some(Restored::Known(hash))
            }
            tag::PLAIN | tag::EVENT => {
                let (change, hash) = self.joined(trail, actor, flags)?;
                Some(Restored::Change(change, Some(hash)))
            }
            _ => None,
        }
    }

    fn joined(&mut self, trail: &mut Trail, actor: &mut Vec<u8>, flags: u8) -> Option<(Vec<u8>, ChangeHash)> {
        self.deps.clear();
        if flags & tag::DEPS == 0 {
            self.deps.extend_from_slice(trail.last_hash());
        } else {
            for _ in 0..self.tags.length()? {
                let dep = self.hash(trail).filter(|_| self.deps.len() <= self.bytes_left)?;
                self.deps.extend_from_slice(&dep);
            }
        }
        if flags & tag::ACTOR != 0 {
            let length = self.tags.length()?;
            self.literals.take(length)?.clone_into(actor);
        }
        let seq = if flags & tag::SEQ == 0 { trail.next_seq(actor) } else { self.tags.number()? };
        let start_op = if flags & tag::START_OP == 0 { trail.next_op } else { self.tags.number()? };
        let (rest, ops) = if flags & tag::FORM == tag::EVENT {
            let ops = self.event(actor, seq, start_op)?;
            (self.rest.as_slice(), Some(ops))
        } else {
            let length = self.tags.length()?;
            (self.literals.take(length)?, None)
        };
        let parts = Parts { deps: &self.deps, actor, seq, start_op, rest };
        let mut change = Vec::new();
        let hash = parts.join(&mut change);
        trail.went(hash, &parts, ops);
        Some((change, hash))
    }

    fn hash(&mut self, trail: &Trail) -> Option<[u8; 32]> {
        match self.tags.length()? {
            0 => self.literals.array().copied(),
            back if back <= LOOK_BACK => Some(trail.hashes.iter().rev().nth(back - 1)?.0),
            _ => None,
        }
    }

    /// Makes the rest of an event; gives how many operations it has.
    fn event(&mut self, actor: &[u8], seq: u64, start_op: u64) -> Option<u64> {
        let index = self.tags.length()?;
        let shape = self.shapes.get_mut(index)?;
        let key = event::own_key(actor, seq)?;
        self.values.clear();
        self.ends.clear();
        for column in &mut shape.columns {
            column.value(&mut self.values, &self.deps)?;
            // A column may repeat the dependencies, so a few bytes can ask for many.
            if self.values.len() > self.bytes_left {
                return None;
            }
            self.ends.push(self.values.len());
        }
        let (values, ends) = (&self.values, &self.ends);
        let fields = shape.columns.iter().enumerate().map(|(n, column)| {
            let begin = if n == 0 { 0 } else { ends[n - 1] };
            Field { kind: column.kind, name: column.name, value: &values[begin..ends[n]] }
        });
        self.columns.write(&mut self.rest, (shape.map, &key, start_op), fields);
        Some(shape.columns.len() as u64 + 1)
    }
}

impl Column<'_> {
    /// Adds the next value to `values`.
    fn value(&mut self, values: &mut Vec<u8>, deps: &[u8]) -> Option<()> {
        match self.kind {
            event::TYPE_INT => {
                self.last = self.last.wrapping_add(unzigzag(self.bytes.number()?));
                put_signed(values, self.last);
            }
            event::TYPE_BYTES => match self.bytes.length()?.checked_sub(1) {
                None => values.extend_from_slice(deps),
                Some(length) => values.extend_from_slice(self.bytes.take(length)?),
            },
            _ => values.extend_from_slice(self.bytes.sized()?),
        }
        Some(())
    }
}

fn shape<'a>(reader: &mut Reader<'a>) -> Option<Shape<'a>> {
    let map = reader.number()?;
    let count = reader.length().filter(|count| *count <= COMPACT_FIELDS_MAX)?;
    let mut columns = Vec::with_capacity(count);
    for _ in 0..count {
        let kind = reader.byte().filter(|kind| *kind < 16)?;
        columns.push(Column { kind, name: reader.sized()?, bytes: Reader::default(), last: 0 });
    }
    for column in &mut columns {
        column.bytes = Reader::new(reader.sized()?);
    }
    Some(Shape { map, columns })
}
