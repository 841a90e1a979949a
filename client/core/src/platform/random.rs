//! Random numbers, for jitter and for names that nobody else may have. Keys are the browser's (`crypto`).

use super::scope;

/// Any number.
pub fn number() -> u64 {
    let mut bytes = [0; 8];
    // Without it the jitter is lost, nothing else.
    if let Ok(crypto) = scope().crypto() {
        let _ = crypto.get_random_values_with_u8_array(&mut bytes);
    }
    u64::from_le_bytes(bytes)
}
