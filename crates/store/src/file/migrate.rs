//! Schemas by number. A file is brought up to date in one transaction, and one from a newer program is refused.

use rusqlite::{Connection, TransactionBehavior};

use crate::error::{StoreError, StoreFile};

/// The steps of each file, in order. Released ones are never edited.
const OUTBOX: &[&str] = &[
    include_str!("../../../../migrations/outbox/0001_outbox.sql"),
    include_str!("../../../../migrations/outbox/0002_recovery.sql"),
    include_str!("../../../../migrations/outbox/0003_till.sql"),
    include_str!("../../../../migrations/outbox/0004_pin_attempts.sql"),
    include_str!("../../../../migrations/outbox/0005_place.sql"),
    include_str!("../../../../migrations/outbox/0006_sign_in_version.sql"),
    include_str!("../../../../migrations/outbox/0007_sign_in_by_staff.sql"),
];
const CACHE: &[&str] = &[
    include_str!("../../../../migrations/cache/0001_cache.sql"),
    include_str!("../../../../migrations/cache/0002_bulk.sql"),
    include_str!("../../../../migrations/cache/0003_fewer_writes.sql"),
    include_str!("../../../../migrations/cache/0004_home_shop.sql"),
    include_str!("../../../../migrations/cache/0005_marks.sql"),
    include_str!("../../../../migrations/cache/0006_grid.sql"),
    include_str!("../../../../migrations/cache/0007_batches_in_the_grid.sql"),
    include_str!("../../../../migrations/cache/0008_folded_codes.sql"),
];

const fn steps(file: StoreFile) -> &'static [&'static str] {
    match file {
        StoreFile::Outbox => OUTBOX,
        StoreFile::Cache => CACHE,
    }
}

/// The schema that this program writes.
pub(crate) fn newest(file: StoreFile) -> u32 {
    u32::try_from(steps(file).len()).unwrap_or(u32::MAX)
}

/// The schema of the file; 0 where it is new.
pub(super) fn version(file: StoreFile, connection: &Connection) -> Result<u32, StoreError> {
    let found = connection
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .map_err(|error| StoreError::from_sqlite(file, &error))?;
    let known = newest(file);
    if found > known { Err(StoreError::NewerSchema { file, found, known }) } else { Ok(found) }
}

/// Brings the file up to date.
pub(super) fn migrate(file: StoreFile, connection: &mut Connection) -> Result<(), StoreError> {
    if version(file, connection)? == newest(file) {
        return Ok(());
    }
    let failed = |error| StoreError::from_sqlite(file, &error);
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    // Again under the lock: another process may have been first.
    let from = version(file, &transaction)?;
    apply_steps(file, &transaction, from).map_err(failed)?;
    transaction.commit().map_err(failed)
}

/// Runs the steps after `from`.
pub(crate) fn apply_steps(file: StoreFile, connection: &Connection, from: u32) -> rusqlite::Result<()> {
    for (number, step) in (1..).zip(steps(file)).filter(|(number, _)| *number > from) {
        connection.execute_batch(step)?;
        connection.pragma_update(None, "user_version", number)?;
    }
    Ok(())
}
