//! A reader of our own for the inside of a change, run before automerge touches a byte of it: automerge was not built
//! for hostile bytes. A hundred bytes can claim 2^60 operations, a length prefix can ask for a gigabyte, a column can
//! point at an actor that is not there. Here every count is added up before anything is done by it, nothing is
//! allocated, and a pass over the columns costs less than a microsecond. Refuses what automerge would read in more
//! than one way (rows missing or left over), so that both read the same operations.
//!
//! What operations mean and who may make them is asked by `inspect`.
//! Source: automerge.org/automerge-binary-format-spec, "Change chunks".

use crate::ids::ChangeHash;
use crate::limits::{CHANGE_ACTORS_MAX, CHANGE_DEPENDENCIES_MAX, CHANGE_OPERATIONS_MAX};

mod runs;

use runs::{Column, Counted, Reader, Runs, Truths, truths};

/// Why a change is not walked through. Positions are left out on purpose: a refusal says which rule, not which byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WalkError {
    /// It ends inside of something.
    #[error("cut off in the {0}")]
    Cut(&'static str),
    /// A number that is too large or not in its shortest form.
    #[error("a number that is none in the {0}")]
    Number(&'static str),
    /// More of something than a change may have, or less.
    #[error("{count} {what}; {count_max} are taken")]
    Count {
        /// Of what.
        what: &'static str,
        /// How many there are.
        count: u64,
        /// How many there may be.
        count_max: u64,
    },
    /// Dependencies that are not in ascending order.
    #[error("dependencies out of order")]
    DependencyOrder,
    /// A column of no known kind, twice the same, out of order, or compressed.
    #[error("column {0:#x} is not taken")]
    Column(u64),
    /// A column has other rows than there are operations.
    #[error("column {0:#x} does not have one row for each operation")]
    Rows(u64),
    /// A column with a value that is none: text that is not UTF-8, a row left empty.
    #[error("column {0:#x} has a value that is none")]
    Value(u64),
    /// An operation counter that does not fit.
    #[error("operation counters beyond 32 bits")]
    Counter,
    /// Bytes behind the columns.
    #[error("bytes behind the columns")]
    Trailing,
}

/// A change whose counts all add up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Walked<'a> {
    /// The writer.
    pub actor: &'a [u8],
    /// Its number among the writer's changes, from 1.
    pub seq: u64,
    /// The counter of its first operation.
    pub start_op: u64,
    /// How many operations it has.
    pub operations: u64,
    deps: &'a [u8],
    others: (u64, &'a [u8]),
    columns: Columns<'a>,
}

/// One operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operation<'a> {
    /// The object it is on: place of the object's actor in the change's table (0: the writer) and counter; `None` for
    /// the root.
    pub object: Option<(u64, u64)>,
    /// The key in a map; `None` for an element of a sequence.
    pub key: Option<&'a str>,
    /// Whether it inserts into a sequence.
    pub insert: bool,
    /// What it does, by automerge's number.
    pub action: u64,
    /// Its value.
    pub value: Value<'a>,
    /// How many operations it replaces.
    pub predecessors: u64,
}

/// The value of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value<'a> {
    /// None.
    Null,
    /// A truth value.
    Bool(bool),
    /// An unsigned number.
    Uint(u64),
    /// A signed number.
    Int(i64),
    /// Text.
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
    /// Of a type that no event of ours has, by automerge's number.
    Other(u8),
}

/// The columns that a change can have, in the order of their specifications: id, then type.
const SPECS: [u64; COLUMNS] =
    [0x01, 0x02, 0x11, 0x13, 0x15, 0x34, 0x42, 0x56, 0x57, 0x70, 0x71, 0x73, 0x94, 0xa5];
const COLUMNS: usize = 14;
const OBJECT_ACTOR: usize = 0;
const OBJECT_COUNTER: usize = 1;
const KEY_ACTOR: usize = 2;
const KEY_COUNTER: usize = 3;
const KEY_TEXT: usize = 4;
const INSERT: usize = 5;
const ACTION: usize = 6;
const VALUE_META: usize = 7;
const VALUE_RAW: usize = 8;
const PRED_COUNT: usize = 9;
const PRED_ACTOR: usize = 10;
const PRED_COUNTER: usize = 11;
const EXPAND: usize = 12;
const MARK_NAME: usize = 13;

type Columns<'a> = [Column<'a>; COLUMNS];

/// Walks the body of a change chunk: everything behind the chunk's length.
///
/// # Errors
/// The first thing in it that is not as it must be.
pub fn walk(body: &[u8]) -> Result<Walked<'_>, WalkError> {
    let mut head = Reader { bytes: body, part: "header" };
    let deps = dependencies(&mut head)?;
    let actor = head.prefixed()?;
    let seq = head.unsigned()?;
    let start_op = head.unsigned()?;
    head.signed()?;
    let message = head.prefixed()?;
    if !message.is_empty() {
        // Events say everything themselves; a message would only be a place to hide bytes in.
        let count = message.len() as u64;
        return Err(WalkError::Count { what: "bytes of message", count, count_max: 0 });
    }
    let others = actors(&mut head)?;
    let columns = columns(&mut head)?;
    let operations = rows(&columns, others.0 + 1)?;
    // Automerge keeps counters in 32 bits; zero is the root's.
    let is_countable = start_op.checked_add(operations).is_some_and(|end| end <= u64::from(u32::MAX));
    if seq == 0 || start_op == 0 || !is_countable {
        return Err(WalkError::Counter);
    }
    Ok(Walked { actor, seq, start_op, operations, deps, others, columns })
}

fn bounded(what: &'static str, count: u64, count_max: usize) -> Result<(), WalkError> {
    let count_max = count_max as u64;
    if count <= count_max { Ok(()) } else { Err(WalkError::Count { what, count, count_max }) }
}

fn dependencies<'a>(head: &mut Reader<'a>) -> Result<&'a [u8], WalkError> {
    let count = head.unsigned()?;
    bounded("dependencies", count, CHANGE_DEPENDENCIES_MAX)?;
    let deps = head.take(count * 32)?;
    let hashes = deps.chunks_exact(32);
    if hashes.clone().zip(hashes.skip(1)).all(|(a, b)| a < b) {
        Ok(deps)
    } else {
        Err(WalkError::DependencyOrder)
    }
}

/// How many other actors there are, and their bytes.
fn actors<'a>(head: &mut Reader<'a>) -> Result<(u64, &'a [u8]), WalkError> {
    let count = head.unsigned()?;
    bounded("actors", count, CHANGE_ACTORS_MAX)?;
    let start = head.bytes;
    for _ in 0..count {
        head.prefixed()?;
    }
    Ok((count, &start[..start.len() - head.bytes.len()]))
}

fn columns<'a>(head: &mut Reader<'a>) -> Result<Columns<'a>, WalkError> {
    head.part = "columns";
    let count = head.unsigned()?;
    bounded("columns", count, COLUMNS)?;
    let mut lengths = [0; COLUMNS];
    let mut next = 0;
    for _ in 0..count {
        let spec = head.unsigned()?;
        // The fourth bit says compressed: such a column could inflate without bound, and changes never have one.
        let place =
            SPECS[next..].iter().position(|known| *known == spec).ok_or(WalkError::Column(spec))? + next;
        lengths[place] = head.unsigned()?;
        next = place + 1;
    }
    let mut columns: Columns<'a> = SPECS.map(|spec| Column { spec, bytes: &[] });
    for (column, length) in columns.iter_mut().zip(lengths) {
        column.bytes = head.take(length)?;
    }
    if head.bytes.is_empty() { Ok(columns) } else { Err(WalkError::Trailing) }
}

/// Adds up the rows of every column; gives the number of operations.
fn rows(columns: &Columns<'_>, actors: u64) -> Result<u64, WalkError> {
    let number = Runs::<u64>::count;
    let operations = number(columns[ACTION], u64::MAX)?.rows;
    bounded("operations", operations, CHANGE_OPERATIONS_MAX)?;
    if operations == 0 {
        return Err(WalkError::Count {
            what: "operations",
            count: 0,
            count_max: CHANGE_OPERATIONS_MAX as u64,
        });
    }
    let all = |counted: Counted, place: usize| {
        if counted.rows == operations { Ok(counted) } else { Err(WalkError::Rows(SPECS[place])) }
    };
    let none_or_all = |counted: Counted, place: usize| {
        if columns[place].bytes.is_empty() { Ok(counted) } else { all(counted, place) }
    };
    let counters = u64::from(u32::MAX);
    for (place, below) in [(OBJECT_ACTOR, actors), (OBJECT_COUNTER, counters), (KEY_ACTOR, actors)] {
        none_or_all(number(columns[place], below)?, place)?;
    }
    none_or_all(Runs::<i64>::count(columns[KEY_COUNTER], ())?, KEY_COUNTER)?;
    for place in [KEY_TEXT, MARK_NAME] {
        none_or_all(Runs::<&str>::count(columns[place], ())?, place)?;
    }
    all(truths(columns[INSERT])?, INSERT)?;
    none_or_all(truths(columns[EXPAND])?, EXPAND)?;
    for (place, below) in [(VALUE_META, u64::MAX), (PRED_COUNT, counters)] {
        if all(number(columns[place], below)?, place)?.nulls > 0 {
            return Err(WalkError::Value(SPECS[place]));
        }
    }
    let lengths = Runs::<u64>::sum(columns[VALUE_META], |meta| meta >> 4)?;
    if lengths != columns[VALUE_RAW].bytes.len() as u64 {
        return Err(WalkError::Rows(SPECS[VALUE_RAW]));
    }
    let preds = Runs::<u64>::sum(columns[PRED_COUNT], |count| count)?;
    bounded("predecessors", preds, CHANGE_OPERATIONS_MAX)?;
    for (place, counted) in [
        (PRED_ACTOR, number(columns[PRED_ACTOR], actors)?),
        (PRED_COUNTER, Runs::<i64>::count(columns[PRED_COUNTER], ())?),
    ] {
        if counted.rows != preds {
            return Err(WalkError::Rows(SPECS[place]));
        }
    }
    Ok(operations)
}

impl<'a> Walked<'a> {
    /// The changes it depends on, ascending.
    pub fn deps(&self) -> impl Iterator<Item = ChangeHash> + 'a {
        self.deps.chunks_exact(32).filter_map(ChangeHash::from_bytes)
    }

    /// The writer, then the other actors that its operations name.
    pub fn actors(&self) -> impl Iterator<Item = &'a [u8]> + 'a {
        let mut others = Reader { bytes: self.others.1, part: "actors" };
        std::iter::once(self.actor).chain((0..self.others.0).map_while(move |_| others.prefixed().ok()))
    }

    /// The counter of its last operation.
    pub fn last_op(&self) -> u64 {
        self.start_op + self.operations - 1
    }

    /// Its operations, in order.
    pub fn operations(&self) -> Operations<'a> {
        let column = |place: usize| self.columns[place].bytes;
        Operations {
            left: self.operations,
            object_actor: Runs::new(column(OBJECT_ACTOR)),
            object_counter: Runs::new(column(OBJECT_COUNTER)),
            key: Runs::new(column(KEY_TEXT)),
            insert: Truths::new(column(INSERT)),
            action: Runs::new(column(ACTION)),
            meta: Runs::new(column(VALUE_META)),
            raw: Reader { bytes: column(VALUE_RAW), part: "values" },
            predecessors: Runs::new(column(PRED_COUNT)),
        }
    }
}

/// Reads operations row by row. A row that does not read ends it with an error.
#[derive(Debug)]
pub struct Operations<'a> {
    left: u64,
    object_actor: Runs<'a, u64>,
    object_counter: Runs<'a, u64>,
    key: Runs<'a, &'a str>,
    insert: Truths<'a>,
    action: Runs<'a, u64>,
    meta: Runs<'a, u64>,
    raw: Reader<'a>,
    predecessors: Runs<'a, u64>,
}

impl<'a> Operations<'a> {
    fn row(&mut self) -> Result<Operation<'a>, WalkError> {
        let object = match (self.object_actor.row()?, self.object_counter.row()?) {
            (None, None) => None,
            (Some(actor), Some(counter)) => Some((actor, counter)),
            (None, Some(_)) | (Some(_), None) => return Err(WalkError::Value(SPECS[OBJECT_ACTOR])),
        };
        let missing = |place: usize| WalkError::Value(SPECS[place]);
        Ok(Operation {
            object,
            key: self.key.row()?,
            insert: self.insert.row()?,
            action: self.action.row()?.ok_or(missing(ACTION))?,
            value: value(self.meta.row()?.ok_or(missing(VALUE_META))?, &mut self.raw)?,
            predecessors: self.predecessors.row()?.ok_or(missing(PRED_COUNT))?,
        })
    }
}

impl<'a> Iterator for Operations<'a> {
    type Item = Result<Operation<'a>, WalkError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let row = self.row();
        if row.is_err() {
            self.left = 0;
        }
        Some(row)
    }
}

fn value<'a>(meta: u64, raw: &mut Reader<'a>) -> Result<Value<'a>, WalkError> {
    let bytes = raw.take(meta >> 4)?;
    let wrong = WalkError::Value(SPECS[VALUE_RAW]);
    let mut number = Reader { bytes, part: "values" };
    let value = match meta & 0xf {
        0 => Value::Null,
        1 => Value::Bool(false),
        2 => Value::Bool(true),
        3 => Value::Uint(number.unsigned()?),
        4 => Value::Int(number.signed()?),
        6 => Value::Text(std::str::from_utf8(bytes).map_err(|_| wrong)?),
        7 => Value::Bytes(bytes),
        other => Value::Other(u8::try_from(other).unwrap_or(u8::MAX)),
    };
    let is_whole = match value {
        Value::Null | Value::Bool(_) => bytes.is_empty(),
        Value::Uint(_) | Value::Int(_) => number.bytes.is_empty(),
        Value::Text(_) | Value::Bytes(_) | Value::Other(_) => true,
    };
    if is_whole { Ok(value) } else { Err(wrong) }
}

#[cfg(test)]
mod tests;
