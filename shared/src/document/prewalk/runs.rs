//! Columns as their bytes hold them: numbers in LEB128, and runs of values. Counted run by run, so that a run of 2^60
//! costs as much as a run of two; read row by row only after that.

use super::WalkError;

/// One column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Column<'a> {
    /// Its specification: id, then type.
    pub(super) spec: u64,
    /// Its bytes; none when it is left out.
    pub(super) bytes: &'a [u8],
}

/// What a column has.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counted {
    pub(super) rows: u64,
    /// Of these, rows without a value.
    pub(super) nulls: u64,
}

/// A value as a run has it.
pub(super) trait Cell<'a>: Copy {
    /// What it must stay below, if anything.
    type Bound: Copy;
    fn read(reader: &mut Reader<'a>) -> Result<Self, WalkError>;
    fn is_below(&self, bound: Self::Bound) -> bool;
}

impl<'a> Cell<'a> for u64 {
    type Bound = Self;
    fn read(reader: &mut Reader<'a>) -> Result<Self, WalkError> {
        reader.unsigned()
    }
    fn is_below(&self, bound: Self) -> bool {
        *self < bound
    }
}

impl<'a> Cell<'a> for i64 {
    type Bound = ();
    fn read(reader: &mut Reader<'a>) -> Result<Self, WalkError> {
        reader.signed()
    }
    fn is_below(&self, (): ()) -> bool {
        true
    }
}

impl<'a> Cell<'a> for &'a str {
    type Bound = ();
    fn read(reader: &mut Reader<'a>) -> Result<Self, WalkError> {
        std::str::from_utf8(reader.prefixed()?).map_err(|_| WalkError::Number("texts"))
    }
    fn is_below(&self, (): ()) -> bool {
        true
    }
}

/// A column as runs: a count above 0 and one value that many times, a count below 0 and that many values, or 0 and a
/// count of empty rows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Runs<'a, T> {
    reader: Reader<'a>,
    left: u64,
    run: Run<T>,
}

#[derive(Debug, Clone, Copy)]
enum Run<T> {
    Same(T),
    Literal,
    Empty,
}

impl<'a, T: Cell<'a>> Runs<'a, T> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { reader: Reader { bytes, part: "runs" }, left: 0, run: Run::Empty }
    }

    /// Opens the next run; `false` at the end.
    fn open(&mut self) -> Result<bool, WalkError> {
        if self.reader.bytes.is_empty() {
            return Ok(false);
        }
        let count = self.reader.signed()?;
        self.left = count.unsigned_abs();
        self.run = match count {
            1.. => Run::Same(T::read(&mut self.reader)?),
            0 => {
                self.left = self.reader.unsigned()?;
                Run::Empty
            }
            _ => Run::Literal,
        };
        if self.left == 0 { Err(WalkError::Number("runs")) } else { Ok(true) }
    }

    /// The next row: behind the end, and in an empty run, `None`.
    pub(super) fn row(&mut self) -> Result<Option<T>, WalkError> {
        if self.left == 0 && !self.open()? {
            return Ok(None);
        }
        self.left -= 1;
        match self.run {
            Run::Same(value) => Ok(Some(value)),
            Run::Literal => T::read(&mut self.reader).map(Some),
            Run::Empty => Ok(None),
        }
    }

    /// Adds up rows without going through runs of equal ones; every value is below the bound.
    pub(super) fn count(column: Column<'a>, below: T::Bound) -> Result<Counted, WalkError> {
        let mut counted = Counted::default();
        Self::each_run(column, |runs| {
            counted.rows = counted.rows.checked_add(runs.left).ok_or(WalkError::Rows(column.spec))?;
            let values_below = match runs.run {
                Run::Same(value) => value.is_below(below),
                Run::Empty => {
                    counted.nulls += runs.left;
                    true
                }
                Run::Literal => {
                    // Each literal takes a byte at least: more than there are bytes is a lie.
                    if runs.left > runs.reader.bytes.len() as u64 {
                        return Err(WalkError::Cut("runs"));
                    }
                    let mut all_below = true;
                    for _ in 0..runs.left {
                        all_below &= T::read(&mut runs.reader)?.is_below(below);
                    }
                    all_below
                }
            };
            if values_below { Ok(()) } else { Err(WalkError::Value(column.spec)) }
        })?;
        Ok(counted)
    }

    fn each_run(
        column: Column<'a>,
        mut visit: impl FnMut(&mut Self) -> Result<(), WalkError>,
    ) -> Result<(), WalkError> {
        let mut runs = Self::new(column.bytes);
        while runs.open()? {
            visit(&mut runs)?;
        }
        Ok(())
    }
}

impl<'a> Runs<'a, u64> {
    /// The sum of a column's values, of which `part` is taken. Its rows were counted, so there are few.
    pub(super) fn sum(column: Column<'a>, part: impl Fn(u64) -> u64) -> Result<u64, WalkError> {
        let wrong = WalkError::Rows(column.spec);
        let mut sum = 0u64;
        Self::each_run(column, |runs| {
            for _ in 0..std::mem::take(&mut runs.left) {
                let value = match runs.run {
                    Run::Same(value) => value,
                    Run::Literal => u64::read(&mut runs.reader)?,
                    Run::Empty => 0,
                };
                sum = sum.checked_add(part(value)).ok_or(wrong)?;
            }
            Ok(())
        })?;
        Ok(sum)
    }
}

/// The rows of a column of truth values: counts of false and true in turn.
pub(super) fn truths(column: Column<'_>) -> Result<Counted, WalkError> {
    let mut reader = Reader { bytes: column.bytes, part: "truth values" };
    let mut rows = 0u64;
    let mut is_first = true;
    while !reader.bytes.is_empty() {
        let count = reader.unsigned()?;
        // Only the first may be empty: none are false before the first that is true.
        if count == 0 && !is_first {
            return Err(WalkError::Value(column.spec));
        }
        is_first = false;
        rows = rows.checked_add(count).ok_or(WalkError::Rows(column.spec))?;
    }
    Ok(Counted { rows, nulls: 0 })
}

/// Truth values row by row.
#[derive(Debug)]
pub(super) struct Truths<'a> {
    reader: Reader<'a>,
    left: u64,
    value: bool,
}

impl<'a> Truths<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        // The first count is of false ones.
        Self { reader: Reader { bytes, part: "truth values" }, left: 0, value: true }
    }

    pub(super) fn row(&mut self) -> Result<bool, WalkError> {
        while self.left == 0 {
            self.left = self.reader.unsigned()?;
            self.value = !self.value;
        }
        self.left -= 1;
        Ok(self.value)
    }
}

/// Bytes that are read from the front.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) bytes: &'a [u8],
    /// Where it is, for errors.
    pub(super) part: &'static str,
}

impl<'a> Reader<'a> {
    pub(super) fn take(&mut self, count: u64) -> Result<&'a [u8], WalkError> {
        let count = usize::try_from(count).map_err(|_| WalkError::Cut(self.part))?;
        let (taken, rest) = self.bytes.split_at_checked(count).ok_or(WalkError::Cut(self.part))?;
        self.bytes = rest;
        Ok(taken)
    }

    /// Bytes behind their own length.
    pub(super) fn prefixed(&mut self) -> Result<&'a [u8], WalkError> {
        let length = self.unsigned()?;
        self.take(length)
    }

    fn byte(&mut self) -> Result<u8, WalkError> {
        let (byte, rest) = self.bytes.split_first().ok_or(WalkError::Cut(self.part))?;
        self.bytes = rest;
        Ok(*byte)
    }

    /// An unsigned LEB128 number in its shortest form.
    pub(super) fn unsigned(&mut self) -> Result<u64, WalkError> {
        let mut value = 0u64;
        for shift in (0..70).step_by(7) {
            let byte = self.byte()?;
            if shift == 63 && byte > 1 {
                break;
            }
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                let is_shortest = shift == 0 || byte != 0;
                return if is_shortest { Ok(value) } else { Err(WalkError::Number(self.part)) };
            }
        }
        Err(WalkError::Number(self.part))
    }

    /// A signed LEB128 number in its shortest form.
    pub(super) fn signed(&mut self) -> Result<i64, WalkError> {
        let (mut value, mut before) = (0i64, 0u8);
        for shift in (0..70).step_by(7) {
            let byte = self.byte()?;
            if shift == 63 && byte != 0 && byte != 0x7f {
                break;
            }
            value |= i64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                let is_negative = byte & 0x40 != 0;
                if is_negative && shift < 57 {
                    value |= -1 << (shift + 7);
                }
                let repeats = (byte == 0 && before & 0x40 == 0) || (byte == 0x7f && before & 0x40 != 0);
                let is_shortest = shift == 0 || !repeats;
                return if is_shortest { Ok(value) } else { Err(WalkError::Number(self.part)) };
            }
            before = byte;
        }
        Err(WalkError::Number(self.part))
    }
}
