//! What goes wrong with a relay that has no fault of its own: old copies, and somebody at its database.

use shared::ids::CollectionId;

use super::Hub;

impl Hub {
    /// A restored backup from before any round was written.
    pub fn restore_without_rounds(&mut self) {
        self.logs.retain(|collection, _| *collection == CollectionId::bureau());
        self.epoch += 1;
    }

    /// Somebody puts another signature in the place of each author's.
    pub fn exchange_signatures(&mut self) {
        for entry in self.logs.values_mut().flatten() {
            entry.seal.signature[7] ^= 1;
        }
    }

    /// Somebody edits the database.
    pub fn forge_receipt_time(&mut self) {
        for log in self.logs.values_mut() {
            for entry in log {
                entry.receipt_time = entry.receipt_time.plus_ms(1);
            }
        }
    }
}
