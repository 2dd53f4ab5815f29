//! Where the files are and what opens them.

use std::path::PathBuf;

use zeroize::{Zeroize, ZeroizeOnDrop};

/// Where the two files are. Their folder must exist.
#[derive(Debug, Clone)]
pub struct StorePaths {
    /// The operations.
    pub outbox: PathBuf,
    /// The server's rows.
    pub cache: PathBuf,
}

impl StorePaths {
    /// The usual names in that folder.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        let folder = folder.into();
        Self { outbox: folder.join("outbox.db"), cache: folder.join("cache.db") }
    }
}

/// 256 random bits for each file.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct StoreKeys {
    /// Of the operations.
    pub outbox: [u8; 32],
    /// Of the server's rows.
    pub cache: [u8; 32],
}
