//! Raw deflate (RFC 1951) of a frame's body, and a bounded way back.

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

/// Why bytes were not inflated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InflateError {
    /// They would be more than was allowed.
    TooLarge,
    /// They are not one whole deflate stream.
    Malformed,
}

/// Deflates; `None` when the result would not be shorter.
pub(super) fn deflate(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut compress = Compress::new(Compression::default(), false);
    // No room for as much as there was: what does not fit does not pay.
    let mut out = Vec::with_capacity(bytes.len().checked_sub(1)?);
    match compress.compress_vec(bytes, &mut out, FlushCompress::Finish) {
        Ok(Status::StreamEnd) => Some(out),
        Ok(Status::Ok | Status::BufError) | Err(_) => None,
    }
}

/// Inflates to at most `bytes_max`, and allocates no more than that.
pub(super) fn inflate(bytes: &[u8], bytes_max: usize) -> Result<Vec<u8>, InflateError> {
    let mut decompress = Decompress::new(false);
    // One more than allowed: room must be left for the end of the stream to be seen.
    let room_max = bytes_max.saturating_add(1);
    let mut out = Vec::with_capacity(bytes.len().saturating_mul(4).clamp(64, room_max.max(64)));
    loop {
        let taken = usize::try_from(decompress.total_in()).map_err(|_| InflateError::Malformed)?;
        let rest = bytes.get(taken..).ok_or(InflateError::Malformed)?;
        let had = out.len();
        let status = decompress
            .decompress_vec(rest, &mut out, FlushDecompress::Finish)
            .map_err(|_| InflateError::Malformed)?;
        let is_whole = decompress.total_in() == bytes.len() as u64;
        match status {
            _ if out.len() > bytes_max => return Err(InflateError::TooLarge),
            Status::StreamEnd if is_whole => return Ok(out),
            Status::StreamEnd => return Err(InflateError::Malformed),
            Status::Ok | Status::BufError if out.len() == out.capacity() => {
                out.reserve_exact(out.len().min(room_max - out.len()));
            }
            // Room is left and nothing came: it is the input that ended.
            Status::Ok | Status::BufError if out.len() == had => return Err(InflateError::Malformed),
            Status::Ok | Status::BufError => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deflated_bytes_come_back_within_their_bound() {
        let bytes: Vec<u8> = (0..40_000u32).flat_map(|n| (n / 7).to_be_bytes()).collect();
        let deflated = deflate(&bytes).expect("it repeats");
        assert!(deflated.len() < bytes.len());
        assert_eq!(inflate(&deflated, bytes.len()), Ok(bytes.clone()));
        assert_eq!(inflate(&deflated, bytes.len() - 1), Err(InflateError::TooLarge));
    }

    #[test]
    fn a_bomb_stops_at_the_bound() {
        let bomb = deflate(&vec![0; 8 << 20]).expect("zeros");
        assert!(bomb.len() < 16 << 10);
        assert_eq!(inflate(&bomb, 1 << 20), Err(InflateError::TooLarge));
    }

    #[test]
    fn what_is_cut_or_longer_is_refused() {
        let deflated = deflate(&[7; 1_000]).expect("it repeats");
        for cut in 0..deflated.len() {
            assert_eq!(inflate(&deflated[..cut], 1_000), Err(InflateError::Malformed), "{cut}");
        }
        let mut longer = deflated;
        longer.push(0);
        assert_eq!(inflate(&longer, 1_000), Err(InflateError::Malformed));
        assert_eq!(inflate(&[], 1_000), Err(InflateError::Malformed));
    }

    #[test]
    fn what_does_not_pay_is_left() {
        assert_eq!(deflate(&[]), None);
        assert_eq!(deflate(&[1, 2, 3]), None);
    }
}
