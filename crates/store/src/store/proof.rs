//! Comparing the cache with the server's rows, range by range, and the search text that is built behind it.

use beadsbox_domain::Timestamp;
use beadsbox_protocol::digest::RangeRows;

use super::Store;
use crate::{
    cache::{apply::ApplyError, compare, meta, search_text},
    error::StoreError,
    types::{CacheProof, ChangedKinds, IdRange, LocalDigest},
};

/// How many rows the search index takes in one step: some milliseconds.
const TEXT_ROWS: u32 = 500;

impl Store {
    /// What the cache holds of a range, and where it stood then.
    pub fn range_digest(&self, range: &IdRange) -> Result<LocalDigest, StoreError> {
        self.files.cache.read(|connection| {
            let cursor = meta::position(connection)?.cursor;
            let (rows, digest) = compare::digest(connection, range)?;
            Ok(LocalDigest { cursor, rows, digest })
        })
    }

    /// Replaces a range by the server's rows, whatever their versions. The rows may cover less of it; the rest stays.
    pub fn repair_range(&self, range: &IdRange, theirs: &RangeRows) -> Result<ChangedKinds, StoreError> {
        let covered = IdRange { through: theirs.covered.or(range.through), ..*range };
        if let Some(row) = theirs.rows.iter().find(|row| !compare::is_within(&covered, row)) {
            return Err(StoreError::internal(format!("{:?} is not of the range", row.key())));
        }
        let (rows, at) = (theirs.rows.clone(), theirs.at.seq);
        let replaced = self.files.cache.write(move |transaction| compare::replace(transaction, &covered, at, &rows));
        match replaced {
            Ok(applied) => {
                // Rows may be gone as well, which no list of subjects says.
                self.files.overlay.touch_everything();
                self.erase_persons(&applied.erased)?;
                Ok(applied.kinds)
            }
            Err(ApplyError::Refused(error)) => Err(error),
            Err(ApplyError::Write(error)) => Err(self.files.cache.write_failed(error)),
        }
    }

    /// Every range was seen to be the server's. `at` is now, by this device's clock.
    pub fn note_proved(&self, at: Timestamp) -> Result<(), StoreError> {
        self.files.cache.change(move |transaction| compare::note_proved(transaction, at))
    }

    /// When that was last.
    pub fn proof(&self) -> Result<CacheProof, StoreError> {
        let (at, repaired) = self.files.cache.read(compare::proof)?;
        Ok(CacheProof { at, repaired })
    }

    /// Takes the next rows into the search index, where some are left out of it after a load. Answers whether more are to come.
    /// Until then a search reads the rest row by row: it finds all, more slowly.
    pub fn build_search_text(&self) -> Result<bool, StoreError> {
        if self.files.cache.read(search_text::mark)?.is_none() {
            return Ok(false);
        }
        self.files.cache.change(|transaction| search_text::build_some(transaction, TEXT_ROWS))
    }
}
