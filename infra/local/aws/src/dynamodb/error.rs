//! What goes wrong before anything is asked.

use dynoxide::DynoxideError;

/// Why the database could not be opened, or a table not be created.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// dynoxide refused: a file that is no database, a request that is not valid.
    #[error("DynamoDB: {0}")]
    Database(#[from] DynoxideError),
    /// The file of unacknowledged changes, next to the database, cannot be read or written.
    #[error("the file of unacknowledged changes: {0}")]
    File(#[from] std::io::Error),
    /// The file holds a table of this name with other keys or indexes.
    #[error("the table {0} exists already and differs from the one described")]
    TableDiffers(String),
}
