//! The projector's half of the store: rows derived from the log, and how far each collection was read. All of it can
//! be dropped and made again from the log; what the rows mean is `projector`.

use shared::ids::CollectionId;

use super::Result;

/// One derived row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its name within its sheet; rows are read in the order of it.
    pub key: String,
    /// Its content, as the projector encodes it.
    pub body: Vec<u8>,
}

/// A change to a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowChange {
    /// Writes a row, or replaces it.
    Put(Row),
    /// Removes a row, if it is there.
    Remove {
        /// Its name.
        key: String,
    },
}

/// Derived rows, in named sheets.
pub trait Projection {
    /// The position up to which a collection's log is in the rows; 0 before the first.
    ///
    /// # Errors
    /// When the database fails.
    fn projected(&self, collection: &CollectionId) -> Result<u64>;

    /// Changes rows and moves the collection's position, in one transaction.
    ///
    /// # Errors
    /// When the database fails; then neither is changed.
    fn project(
        &self,
        collection: &CollectionId,
        seq: u64,
        changes: &[(&'static str, RowChange)],
    ) -> Result<()>;

    /// The rows of a sheet whose keys begin with a prefix, in the order of their keys.
    ///
    /// # Errors
    /// When the database fails.
    fn rows(&self, sheet: &str, prefix: &str) -> Result<Vec<Row>>;

    /// Drops every row and position, so that the projector begins anew.
    ///
    /// # Errors
    /// When the database fails.
    fn unproject(&self) -> Result<()>;
}
