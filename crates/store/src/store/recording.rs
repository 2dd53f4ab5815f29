//! Recording: nothing is done until it is on the disk.

use std::sync::Arc;

use beadsbox_domain::operation::Subject;

use super::Store;
use crate::{
    error::{RecordError, StoreError},
    outbox::{
        preference,
        record::{Failure, append},
    },
    types::{NewOperation, Recorded, Recording},
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

    /// Records several operations in one commit, with what is noted beside them: all of it or none.
    pub fn record_all<E, F, R>(&self, prepare: F) -> Result<Vec<Recorded>, RecordError<E>>
    where
        E: Send + 'static,
        F: FnOnce(&View<'_>) -> Result<R, E> + Send + 'static,
        R: Into<Recording>,
    {
        let (files, shown) = (Arc::clone(&self.files), Arc::clone(&self.files));
        let written = self.files.outbox.write_then(
            move |transaction| {
                let prepared = prepare(&View::open_while(&files, Some(transaction))?).map_err(|refusal| Failure::Record(RecordError::Refused(refusal)))?;
                let Recording { operations, note } = prepared.into();
                let subjects: Vec<Subject> = operations.iter().map(|operation| operation.operation.subject()).collect();
                let recorded = append(transaction, operations)?;
                if let Some((key, value)) = note {
                    preference::set(transaction, &key, &value)?;
                }
                Ok((recorded, subjects))
            },
            // Who records next looks at it with this.
            move |(_, subjects)| shown.overlay.touch(subjects.iter().copied()),
        );
        match written {
            Ok((recorded, _)) => Ok(recorded),
            Err(Failure::Record(error)) => Err(error),
            Err(Failure::Write(error)) => Err(self.files.outbox.write_failed(error).into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use beadsbox_domain::{Operation, RedeemMode, VoucherId};
    use uuid::Uuid;

    use super::{
        super::stage::{open, redemption},
        *,
    };

    fn record(store: &Store, number: u128) -> Result<Recorded, RecordError<()>> {
        store.record(move |_| Ok(redemption(number)))
    }

    fn voucher(number: u128) -> VoucherId {
        VoucherId(Uuid::from_u128(1_000 + number))
    }

    fn of(number: u128) -> NewOperation {
        NewOperation { operation: Operation::redeem(voucher(number), RedeemMode::Honoured), ..redemption(number + 1) }
    }

    /// Two that wait for each other see what the first one did, whoever's thread comes first.
    #[test]
    fn who_records_next_looks_at_it_with_what_was_recorded_before() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder);
        for round in 0..200 {
            let begun = Barrier::new(2);
            std::thread::scope(|scope| {
                let (store, begun) = (&store, &begun);
                let both = [0, 1].map(|number| {
                    scope.spawn(move || {
                        begun.wait();
                        let number = 2 * round + number;
                        let other = number ^ 1;
                        let recorded = store.record_all(move |view| {
                            let seen = view.overlay.has_voucher(voucher(other));
                            if seen { Err(()) } else { Ok(vec![of(number)]) }
                        });
                        recorded.is_ok()
                    })
                });
                let recorded = both.map(|one| one.join().unwrap());
                assert_ne!(recorded[0], recorded[1], "in round {round} the second one did not see the first");
            });
        }
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
