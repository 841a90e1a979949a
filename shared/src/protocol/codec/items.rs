//! Counts the items of a CBOR value before anything is allocated for them: one byte on the wire can be a whole
//! structure in memory, and a deflated byte a thousand of them.

/// Why a value was not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ItemsError {
    /// It has more items than allowed.
    TooMany,
    /// It is cut off, or is no CBOR of definite lengths.
    Malformed,
}

/// The items of the first value in `bytes`, itself included, if they are at most `count_max`.
pub(crate) fn count(bytes: &[u8], count_max: usize) -> Result<usize, ItemsError> {
    let (mut rest, mut counted, mut awaited) = (bytes, 0usize, 1usize);
    while awaited > 0 {
        let (argument, major);
        (major, argument, rest) = head(rest).ok_or(ItemsError::Malformed)?;
        awaited -= 1;
        counted += 1;
        let inside = match major {
            2 | 3 => {
                let length = usize::try_from(argument).map_err(|_| ItemsError::Malformed)?;
                rest = rest.get(length..).ok_or(ItemsError::Malformed)?;
                0
            }
            4 => argument,
            5 => argument.saturating_mul(2),
            6 => 1,
            _ => 0,
        };
        awaited =
            usize::try_from(inside).ok().and_then(|inside| awaited.checked_add(inside)).unwrap_or(usize::MAX);
        if awaited > count_max - counted.min(count_max) {
            return Err(ItemsError::TooMany);
        }
    }
    Ok(counted)
}

/// The major type and the argument of the item that comes next, and what follows them.
fn head(bytes: &[u8]) -> Option<(u8, u64, &[u8])> {
    let (&first, rest) = bytes.split_first()?;
    let (major, short) = (first >> 5, first & 0x1f);
    let width = match short {
        0..24 => return Some((major, u64::from(short), rest)),
        24..28 => 1 << (short - 24),
        _ => return None,
    };
    let (argument, rest) = rest.split_at_checked(width)?;
    let argument = argument.iter().fold(0, |value, byte| value << 8 | u64::from(*byte));
    Some((major, argument, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_counted_and_bounded() {
        // [1, h'0203', [true, {4: "x"}]]
        let bytes = [0x83, 1, 0x42, 2, 3, 0x82, 0xf5, 0xa1, 4, 0x61, 0x78, 0xff];
        assert_eq!(count(&bytes, 8), Ok(8));
        assert_eq!(count(&bytes, 7), Err(ItemsError::TooMany));
        assert_eq!(
            count(&[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], 9),
            Err(ItemsError::TooMany)
        );
        for cut in 0..11 {
            assert_eq!(count(&bytes[..cut], 8), Err(ItemsError::Malformed), "{cut}");
        }
        assert_eq!(count(&[0x9f, 0xff], 9), Err(ItemsError::Malformed), "no indefinite lengths");
    }
}
