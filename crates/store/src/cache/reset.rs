//! Emptying the cache, to take everything anew.

use rusqlite::{Connection, Transaction};

use super::meta;
use crate::{error::StoreFile, file::migrate};

/// Drops everything and makes it again, under a new name: far quicker than deleting a million rows one by one, and readers
/// keep the moment that they hold.
pub(crate) fn reset(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    // The search's own tables go with it; a dropped table takes its indexes and triggers along.
    transaction.execute_batch("DROP TABLE IF EXISTS voucher_text")?;
    let tables: Vec<String> = transaction
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    // `voucher` names `snapshot`, so it goes first.
    let (first, rest): (Vec<_>, Vec<_>) = tables.iter().partition(|table| *table == "voucher");
    for table in first.into_iter().chain(rest) {
        transaction.execute_batch(&format!("DROP TABLE \"{table}\""))?;
    }
    migrate::apply_steps(StoreFile::Cache, transaction, 0)?;
    meta::begin(transaction)
}

/// Leaves nothing of the old rows in the file.
pub(crate) fn scrub(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)")
}
