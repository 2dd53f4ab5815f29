//! After the last chunk: the rows are read back and compared, the indexes made, and the file put in the cache's place.

use beadsbox_domain::PersonHash;
use beadsbox_protocol::{
    digest::Digester,
    rows::{Row, Staff},
};
use rusqlite::{Connection, Transaction};

use super::{Load, carry::newer_rows, failed};
use crate::{
    cache::{
        apply, flat, meta,
        rows::{self, Table},
        voucher,
    },
    error::StoreError,
    file::{Database, sql::Sql},
};

/// Sorting holds a whole index in memory; pages besides are written once.
const PAGES_KIB: i64 = 4 * 1024;
const OTHER_TABLES: [&str; 6] = ["shop", "staff", "device", "settings", "template", "conflict"];

/// How far it is with what comes after the last chunk.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Finishing {
    compared: bool,
    /// Steps of how many.
    pub(crate) done: u64,
    pub(crate) total: u64,
}

impl Load {
    /// Does the next step: some seconds at a million vouchers. Answers whether more are to come; after the last one the file is a
    /// whole cache, and has to be put in the place of the one in use.
    pub(crate) fn finish_some(&mut self, in_use: &Database) -> Result<bool, StoreError> {
        let later = count(&self.connection, "load_later").map_err(|error| failed(&error))?;
        let compared = self.finishing.compared;
        self.finishing.total = self.finishing.total.max(later + 2);
        self.finishing.done = self.finishing.total - later - 1 - u64::from(!compared);
        if !compared {
            compare(self)?;
            self.finishing.compared = true;
        } else if later > 0 {
            make_next(&mut self.connection).map_err(|error| failed(&error))?;
        } else {
            let newer = in_use.read(|in_use| newer_rows(in_use, &self.connection))?;
            complete(self, &newer).map_err(|error| failed(&error))?;
            return Ok(false);
        }
        self.finishing.done += 1;
        Ok(true)
    }

    /// The buyers whom the server no longer has.
    pub(crate) fn erased(&self) -> Result<Vec<PersonHash>, StoreError> {
        voucher::erased(&self.connection).map_err(|error| failed(&error))
    }

    /// Everybody who works for the organisation.
    pub(crate) fn staff(&self) -> Result<Vec<Staff>, StoreError> {
        rows::all(&self.connection, Table::Staff).map_err(|error| failed(&error))
    }

    /// How far that is.
    pub(crate) const fn finishing(&self) -> Finishing {
        self.finishing
    }
}

/// What lies in the file must be what the server said.
fn compare(load: &Load) -> Result<(), StoreError> {
    let (connection, manifest) = (&load.connection, &load.manifest);
    let differs = |detail: String| Err(StoreError::SnapshotDiffers { detail });
    if load.progress.next_chunk != manifest.chunks.len() {
        return Err(StoreError::internal("the snapshot is not loaded to its end"));
    }
    let mut digester = Digester::default();
    flat::digest_all(connection, &mut digester).map_err(|error| failed(&error))?;
    let (vouchers, digest) = digester.finish();
    if vouchers != manifest.vouchers {
        return differs(format!("{vouchers} vouchers, {} were promised", manifest.vouchers));
    }
    if digest != manifest.voucher_digest {
        return differs("the digest of the vouchers".to_owned());
    }
    let others = OTHER_TABLES
        .iter()
        .map(|table| count(connection, table))
        .sum::<rusqlite::Result<u64>>()
        .map_err(|error| failed(&error))?;
    if vouchers + others != manifest.rows {
        return differs(format!("{} rows, {} were promised", vouchers + others, manifest.rows));
    }
    Ok(())
}

fn count(connection: &Connection, table: &str) -> rusqlite::Result<u64> {
    connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| Ok(row.get::<_, Sql<u64>>(0)?.0))
}

/// Makes one index or trigger, and notes that it is there.
fn make_next(connection: &mut Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "cache_size", -PAGES_KIB)?;
    let transaction = connection.transaction()?;
    let (number, sql): (i64, String) = transaction.query_row("SELECT n, sql FROM load_later ORDER BY n LIMIT 1", [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    transaction.execute_batch(&sql)?;
    transaction.execute("DELETE FROM load_later WHERE n = ?1", [number])?;
    transaction.commit()?;
    connection.execute_batch("PRAGMA shrink_memory")
}

/// The rest, in one transaction: from then on the file is a cache like any other.
fn complete(load: &mut Load, newer: &[Row]) -> rusqlite::Result<()> {
    let manifest = &load.manifest;
    let transaction = load.connection.transaction()?;
    transaction.execute_batch(
        // In the table's own order: by an index each row would be fetched by itself.
        "INSERT INTO tally (template, shop, status, vouchers)
             SELECT template, sold_shop, status, count(*) FROM voucher NOT INDEXED GROUP BY template, sold_shop, status;
         DROP TABLE load; DROP TABLE load_later;",
    )?;
    meta::begin(&transaction)?;
    meta::advance(&transaction, manifest.epoch, &manifest.cursor, manifest.cursor.seq, None)?;
    leave_search_for_later(&transaction)?;
    apply::keep_rows(&transaction, manifest.epoch, newer)?;
    transaction.commit()
}

/// The search text is built in small steps once the cache is in use.
fn leave_search_for_later(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction.execute("UPDATE meta SET text_through = 0 WHERE EXISTS (SELECT 1 FROM voucher)", []).map(drop)
}
