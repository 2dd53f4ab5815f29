//! Vouchers that were issued together, as cached. The index of the batches has them; the vouchers' rows are fetched for where they stand.

use beadsbox_domain::{BatchId, Status, VoucherId};
use rusqlite::Connection;

use super::voucher::{COLUMNS, CachedVoucher, Contents, each_once, read};
use crate::file::sql::{Sql, status_number};

/// A batch in numbers.
pub(crate) struct CachedBatch {
    pub(crate) id: BatchId,
    pub(crate) vouchers: u64,
    pub(crate) purchased: u64,
    pub(crate) used: u64,
}

/// Every batch. What names none is none.
pub(crate) fn all(connection: &Connection) -> rusqlite::Result<Vec<CachedBatch>> {
    let mut statement =
        connection.prepare_cached("SELECT v.batch, count(*), sum(v.status = ?1), sum(v.status = ?2) FROM voucher v WHERE v.batch IS NOT NULL GROUP BY 1")?;
    let mut rows = statement.query([status_number(Status::Purchased), status_number(Status::Used)])?;
    let mut batches = Vec::new();
    while let Some(row) = rows.next()? {
        let number = |column| row.get::<_, Sql<u64>>(column).map(|number| number.0);
        if let Ok(id) = row.get::<_, String>(0)?.parse() {
            batches.push(CachedBatch { id, vouchers: number(1)?, purchased: number(2)?, used: number(3)? });
        }
    }
    Ok(batches)
}

/// Which batches there are. Nothing is counted, and of their vouchers no row is fetched.
pub(crate) fn ids(connection: &Connection) -> rusqlite::Result<Vec<BatchId>> {
    let mut statement = connection.prepare_cached(&each_once("batch"))?;
    let found: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    Ok(found.iter().filter_map(|id| id.parse().ok()).collect())
}

/// The first of its vouchers.
pub(crate) fn one_of(connection: &Connection, id: BatchId, contents: &mut Contents) -> rusqlite::Result<Option<CachedVoucher>> {
    let question = format!("SELECT {COLUMNS} FROM voucher v WHERE v.batch = ?1 ORDER BY v.sold_at, v.id LIMIT 1");
    let mut statement = connection.prepare_cached(&question)?;
    let mut rows = statement.query([id.to_string()])?;
    rows.next()?.map(|row| read(connection, row, contents)).transpose()
}

/// The ids of its vouchers.
pub(crate) fn ids_of(connection: &Connection, id: BatchId) -> rusqlite::Result<Vec<VoucherId>> {
    let mut statement = connection.prepare_cached("SELECT v.id FROM voucher v WHERE v.batch = ?1")?;
    statement.query_map([id.to_string()], |row| Ok(row.get::<_, Sql<VoucherId>>(0)?.0))?.collect()
}
