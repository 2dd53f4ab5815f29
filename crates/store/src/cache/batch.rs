//! Vouchers that were issued together, as cached. The index of the batches has them; the vouchers' rows are fetched for where they stand.

use beadsbox_domain::{BatchId, Status, Timestamp, VoucherId};
use rusqlite::{Connection, Row, params};

use super::voucher::{COLUMNS, CachedVoucher, Contents, each_once, read};
use crate::file::sql::{Sql, status_number};

/// The order of batches: when the first voucher was sold, and which.
pub(crate) type Begun = (Timestamp, VoucherId);

/// A batch in numbers.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct BatchCounts {
    pub(crate) vouchers: u64,
    pub(crate) purchased: u64,
    pub(crate) used: u64,
}

/// That batch, counted: each of its rows is looked at.
pub(crate) fn counts(connection: &Connection, id: BatchId) -> rusqlite::Result<BatchCounts> {
    let mut statement =
        connection.prepare_cached("SELECT count(*), coalesce(sum(v.status = ?1), 0), coalesce(sum(v.status = ?2), 0) FROM voucher v WHERE v.batch = ?3")?;
    let (purchased, used) = (status_number(Status::Purchased), status_number(Status::Used));
    statement.query_row(params![purchased, used, id.to_string()], |row| {
        let number = |column| row.get::<_, Sql<u64>>(column).map(|number| number.0);
        Ok(BatchCounts { vouchers: number(0)?, purchased: number(1)?, used: number(2)? })
    })
}

/// When each batch was begun, and with which voucher. Nothing is counted, and of their vouchers no row is fetched: the index has it.
pub(crate) fn begun(connection: &Connection) -> rusqlite::Result<Vec<(BatchId, Begun)>> {
    let mut first = connection.prepare_cached("SELECT v.sold_at, v.id FROM voucher v WHERE v.batch = ?1 ORDER BY v.sold_at, v.id LIMIT 1")?;
    let begun = |id: BatchId| {
        let read = |row: &Row<'_>| Ok((row.get::<_, Sql<Timestamp>>(0)?.0, row.get::<_, Sql<VoucherId>>(1)?.0));
        Ok((id, first.query_row([id.to_string()], read)?))
    };
    ids(connection)?.into_iter().map(begun).collect()
}

/// Which batches there are. What names none is none.
fn ids(connection: &Connection) -> rusqlite::Result<Vec<BatchId>> {
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
