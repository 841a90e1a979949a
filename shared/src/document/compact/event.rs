//! The rest of a change that inserts one map of plain values under its author's own key, which is every change of
//! ours: its columns taken apart into the values, and made again from them.

use std::ops::Range;

use super::stream::{Reader, number_bytes, put_length, put_number, put_signed, put_sized};
use crate::ids::{Actor, EventKey};

/// Time 0, no message, one other actor: that of genesis.
const REST_HEAD: [u8; 5] = [0, 0, 1, 1, b'g'];

/// Column specifications, as automerge numbers them.
const OBJECT_ACTOR: u8 = 0x01;
const OBJECT_COUNTER: u8 = 0x02;
const KEY: u8 = 0x15;
const INSERT: u8 = 0x34;
const ACTION: u8 = 0x42;
const VALUE_META: u8 = 0x56;
const VALUE: u8 = 0x57;
const PREDECESSORS: u8 = 0x70;

/// Operations: make a map, set a value.
const MAKE_MAP: u64 = 0;
const SET: u64 = 1;

/// What kind of value a field has, as automerge numbers them.
pub(super) const TYPE_INT: u8 = 4;
pub(super) const TYPE_BYTES: u8 = 7;

/// One field of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Field<'a> {
    pub(super) kind: u8,
    pub(super) name: &'a [u8],
    pub(super) value: &'a [u8],
}

/// The key under which an actor's change with this number inserts its event.
pub(super) fn own_key(actor: &[u8], seq: u64) -> Option<EventKey> {
    Some(EventKey::new(Actor::from_bytes(actor)?, u32::try_from(seq).ok()?))
}

/// Takes `rest` apart: gives the number of the genesis map and fills in the fields. `None` when it is of another form.
/// Whether [`write`] gives the same bytes is not said.
pub(super) fn read<'a>(rest: &'a [u8], fields: &mut Vec<Field<'a>>, fields_max: usize) -> Option<u64> {
    let mut reader = Reader::new(rest.strip_prefix(&REST_HEAD)?);
    let (mut counter, mut keys, mut meta, mut values) = (0..0, 0..0, 0..0, 0..0);
    let mut end = 0usize;
    for _ in 0..reader.byte()? {
        let (spec, begin) = (reader.byte()?, end);
        end = end.checked_add(reader.length()?)?;
        match spec {
            OBJECT_COUNTER => counter = begin..end,
            KEY => keys = begin..end,
            VALUE_META => meta = begin..end,
            VALUE => values = begin..end,
            _ => {}
        }
    }
    let columns = reader.rest();
    let column = |range: Range<usize>| columns.get(range).map(Reader::new);
    let (mut counter, mut keys) = (column(counter)?, column(keys)?);
    let (mut meta, mut values) = (Runs::new(column(meta)?), column(values)?);
    counter.signed()?;
    let map = counter.number()?;
    let count = usize::try_from(keys.signed()?.checked_neg()?.checked_sub(1)?).ok()?;
    if count > fields_max || meta.next()? != 0 {
        return None;
    }
    keys.sized()?;
    fields.clear();
    for _ in 0..count {
        let (name, meta) = (keys.sized()?, meta.next()?);
        let value = values.take(usize::try_from(meta >> 4).ok()?)?;
        fields.push(Field { kind: u8::try_from(meta & 0xf).ok()?, name, value });
    }
    Some(map)
}

/// Buffers that are kept between events.
#[derive(Debug, Default)]
pub(super) struct Columns {
    bytes: Vec<u8>,
    lengths: Vec<(u8, usize)>,
    numbers: Vec<u64>,
}

impl Columns {
    /// Makes `rest`, which it empties first, of the genesis map's number, the event's key, the change's first
    /// operation and the fields.
    pub(super) fn write<'f>(
        &mut self,
        rest: &mut Vec<u8>,
        (map, key, start_op): (u64, &EventKey, u64),
        fields: impl ExactSizeIterator<Item = Field<'f>> + Clone,
    ) {
        let count = fields.len();
        self.bytes.clear();
        self.lengths.clear();
        let repeated = |first: u64, then: u64| std::iter::once(first).chain(std::iter::repeat_n(then, count));
        self.numbers(OBJECT_ACTOR, repeated(1, 0));
        self.numbers(OBJECT_COUNTER, repeated(map, start_op));
        self.column(KEY, |bytes| {
            put_signed(bytes, -(count as i64) - 1);
            put_sized(bytes, key.as_str().as_bytes());
            fields.clone().for_each(|field| put_sized(bytes, field.name));
        });
        self.column(INSERT, |bytes| put_length(bytes, count + 1));
        self.numbers(ACTION, repeated(MAKE_MAP, SET));
        let metas = fields.clone().map(|field| (field.value.len() as u64) << 4 | u64::from(field.kind));
        self.numbers(VALUE_META, std::iter::once(0).chain(metas));
        self.column(VALUE, |bytes| fields.for_each(|field| bytes.extend_from_slice(field.value)));
        self.numbers(PREDECESSORS, repeated(0, 0));

        rest.clear();
        rest.extend_from_slice(&REST_HEAD);
        put_length(rest, self.lengths.len());
        for (spec, length) in &self.lengths {
            rest.push(*spec);
            put_length(rest, *length);
        }
        rest.extend_from_slice(&self.bytes);
    }

    fn column(&mut self, spec: u8, write: impl FnOnce(&mut Vec<u8>)) {
        let begin = self.bytes.len();
        write(&mut self.bytes);
        if self.bytes.len() > begin {
            self.lengths.push((spec, self.bytes.len() - begin));
        }
    }

    /// A run-length column: equal neighbours as their count and the value, others as minus their count and themselves.
    fn numbers(&mut self, spec: u8, numbers: impl Iterator<Item = u64>) {
        let mut list = std::mem::take(&mut self.numbers);
        list.clear();
        list.extend(numbers);
        self.column(spec, |bytes| {
            let mut rest = list.as_slice();
            while let Some(&first) = rest.first() {
                let equal = rest.iter().take_while(|number| **number == first).count();
                if equal > 1 {
                    put_signed(bytes, equal as i64);
                    put_number(bytes, first);
                    rest = &rest[equal..];
                    continue;
                }
                let differ = rest.windows(2).take_while(|pair| pair[0] != pair[1]).count();
                let literal = if differ + 1 == rest.len() { rest.len() } else { differ };
                put_signed(bytes, -(literal as i64));
                rest[..literal].iter().for_each(|number| put_number(bytes, *number));
                rest = &rest[literal..];
            }
        });
        self.numbers = list;
    }
}

/// A run-length column that is being read.
struct Runs<'a> {
    reader: Reader<'a>,
    /// Values left of a run of equals.
    equal: u64,
    value: u64,
    /// Values left of a run of others.
    literal: u64,
}

impl<'a> Runs<'a> {
    fn new(reader: Reader<'a>) -> Self {
        Self { reader, equal: 0, value: 0, literal: 0 }
    }

    fn next(&mut self) -> Option<u64> {
        if self.equal == 0 && self.literal == 0 {
            let run = self.reader.signed()?;
            match run {
                1.. => (self.equal, self.value) = (run.unsigned_abs(), self.reader.number()?),
                0 => return None,
                _ => self.literal = run.unsigned_abs(),
            }
        }
        if self.equal > 0 {
            self.equal -= 1;
            return Some(self.value);
        }
        self.literal -= 1;
        self.reader.number()
    }
}

/// Whether a whole number is written as [`put_signed`] writes it; gives it.
pub(super) fn plain_int(value: &[u8]) -> Option<i64> {
    let mut reader = Reader::new(value);
    let number = reader.signed()?;
    let magnitude = if number < 0 { !number } else { number }.cast_unsigned();
    let is_shortest = value.len() == number_bytes(magnitude << 1);
    (reader.is_empty() && is_shortest).then_some(number)
}
