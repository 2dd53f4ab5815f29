//! Recording: nothing is done until it is on the disk.

use std::sync::Arc;

use beadsbox_domain::operation::Subject;

use super::Store;
use crate::{
    error::{RecordError, StoreError},
    outbox::record::{Failure, append},
    types::{NewOperation, Recorded},
    view::View,
};

impl Store {
    /// Records an operation. `prepare` runs while nothing else can be recorded, so what its view says still holds when the
    /// operation is on the disk; if it answers an error, nothing is recorded. When this returns, the operation survives a power cut.
    pub fn record<E, F>(&self, prepare: F) -> Result<Recorded, RecordError<E>>
    where
        E: Send + 'static,
        F: FnOnce(&View<'_>) -> Result<NewOperation, E> + Send + 'static,
    {
        let recorded = self.record_all(move |view| prepare(view).map(|operation| vec![operation]))?;
        recorded.first().copied().ok_or_else(|| StoreError::internal("nothing was recorded").into())
    }

    /// Records several operations in one commit: all of them or none.
    pub fn record_all<E, F>(&self, prepare: F) -> Result<Vec<Recorded>, RecordError<E>>
    where
        E: Send + 'static,
        F: FnOnce(&View<'_>) -> Result<Vec<NewOperation>, E> + Send + 'static,
    {
        let files = Arc::clone(&self.files);
        let written = self.files.outbox.write(move |transaction| {
            let operations = prepare(&View::open_while(&files, Some(transaction))?).map_err(|refusal| Failure::Record(RecordError::Refused(refusal)))?;
            let subjects: Vec<Subject> = operations.iter().map(|operation| operation.operation.subject()).collect();
            append(transaction, operations).map(|recorded| (recorded, subjects))
        });
        match written {
            Ok((recorded, subjects)) => {
                self.files.overlay.touch(subjects);
                Ok(recorded)
            }
            Err(Failure::Record(error)) => Err(error),
            Err(Failure::Write(error)) => Err(self.files.outbox.write_failed(error).into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::stage::{open, redemption},
        *,
    };

    fn record(store: &Store, number: u128) -> Result<Recorded, RecordError<()>> {
        store.record(move |_| Ok(redemption(number)))
    }

    fn allow_pages(store: &Store, pages: u32) {
        let limit = move |connection: &mut rusqlite::Connection| connection.pragma_update(None, "max_page_count", pages);
        store.files.outbox.maintain(limit).unwrap();
    }

    #[test]
    fn a_full_disk_is_told_and_nothing_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder);
        // SQLite takes the size that the file has for the least limit.
        allow_pages(&store, 1);
        let mut recorded = 0;
        let error = loop {
            match record(&store, recorded + 1) {
                Ok(_) => recorded += 1,
                Err(error) => break error,
            }
        };
        assert!(matches!(error, RecordError::Store(StoreError::DiskFull)), "{error}");
        assert_eq!(u128::from(store.verify_chain().unwrap()), recorded);
        drop(store);
        let store = open(&folder);
        assert_eq!(u128::from(store.verify_chain().unwrap()), recorded);
        allow_pages(&store, u32::MAX - 1);
        assert_eq!(u128::from(record(&store, recorded + 1).unwrap().dev_seq), recorded + 1);
    }
}
