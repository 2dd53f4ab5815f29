//! Vouchers that were issued together, as cached. The index of the batches has them; the vouchers' rows are fetched for where they stand.

use beadsbox_domain::{BatchId, Status, VoucherId};
use rusqlite::Connection;

use super::voucher::{COLUMNS, CachedVoucher, Contents, read};
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
    let mut statement = connection.prepare_cached(
        "SELECT v.marks ->> '$.batch.id', count(*), sum(v.status = ?1), sum(v.status = ?2) FROM voucher v
         WHERE v.marks IS NOT NULL AND v.marks ->> '$.batch.id' IS NOT NULL GROUP BY 1",
    )?;
    let batch = |row: &rusqlite::Row<'_>| {
        let id: String = row.get(0)?;
        let number = |column| Ok::<_, rusqlite::Error>(row.get::<_, Sql<u64>>(column)?.0);
        Ok(id.parse().ok().map(|id| (id, number(1), number(2), number(3))))
    };
    let rows: Vec<_> = statement.query_map([status_number(Status::Purchased), status_number(Status::Used)], batch)?.collect::<Result<_, _>>()?;
    let named = rows.into_iter().flatten();
    named.map(|(id, vouchers, purchased, used)| Ok(CachedBatch { id, vouchers: vouchers?, purchased: purchased?, used: used? })).collect()
}

/// The first of its vouchers.
pub(crate) fn one_of(connection: &Connection, id: BatchId, contents: &mut Contents) -> rusqlite::Result<Option<CachedVoucher>> {
    let question = format!("SELECT {COLUMNS} FROM voucher v WHERE v.marks IS NOT NULL AND v.marks ->> '$.batch.id' = ?1 ORDER BY v.id LIMIT 1");
    let mut statement = connection.prepare_cached(&question)?;
    let mut rows = statement.query([id.to_string()])?;
    rows.next()?.map(|row| read(connection, row, contents)).transpose()
}

/// The ids of its vouchers.
pub(crate) fn ids_of(connection: &Connection, id: BatchId) -> rusqlite::Result<Vec<VoucherId>> {
    let mut statement = connection.prepare_cached("SELECT v.id FROM voucher v WHERE v.marks IS NOT NULL AND v.marks ->> '$.batch.id' = ?1")?;
    statement.query_map([id.to_string()], |row| Ok(row.get::<_, Sql<VoucherId>>(0)?.0))?.collect()
}
