//! Comparing the cache with the server's rows, range by range, and the search text that is built behind it.

use beadsbox_domain::Timestamp;
use beadsbox_protocol::digest::{IdRange, LocalDigest, RangeRows};

use super::{Store, sign_in::staff_in, sync::erased_in};
use crate::{
    cache::{apply::ApplyError, compare, meta, search_text},
    error::StoreError,
    types::{CacheProof, ChangedKinds},
};

/// How many rows the search index takes in one step: some hundredths of a second.
const TEXT_ROWS: u32 = 2000;

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
        // Before the rows say so: nobody compares them again after a crash in between.
        self.erase_persons(&erased_in(&theirs.rows))?;
        self.heed_staff(&staff_in(&theirs.rows))?;
        let (rows, at) = (theirs.rows.clone(), theirs.at.seq);
        let replaced = self.files.cache.write(move |transaction| compare::replace(transaction, &covered, at, &rows));
        match replaced {
            Ok(applied) => {
                // Rows may be gone as well, which no list of subjects says.
                self.files.overlay.touch_everything();
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

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::{
        super::stage::{open, redemption},
        StoreError,
    };

    /// Building search text, taking a chunk's rows and repairing are all work of the cache's writer. Recording is not behind it.
    #[test]
    fn recording_does_not_wait_for_whoever_writes_the_cache() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder);
        let (release, held) = channel::<()>();
        store.files.cache.change_some_time(move |connection| {
            let transaction = connection.unchecked_transaction()?;
            transaction.execute("UPDATE meta SET text_through = 5", [])?;
            // Without an end, if recording waited for it.
            let _ = held.recv();
            transaction.commit()
        });
        let new = redemption(9);
        let op = new.op;
        store.record(move |view| view.foretell(&new).map(|_| new)).map_err(|_| StoreError::internal("refused")).unwrap();
        assert_eq!(store.counts().unwrap().total, 1);
        assert!(store.view().unwrap().own_operation(op).unwrap().is_some());
        release.send(()).unwrap();
    }
}
