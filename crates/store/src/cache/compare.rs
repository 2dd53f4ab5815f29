//! A range of cached rows as its digest, and as the server has it.

use beadsbox_domain::Timestamp;
use beadsbox_protocol::{
    digest::{Digester, IdRange, RowKind},
    rows::Row,
};
use rusqlite::{Connection, Transaction, params};
use uuid::Uuid;

use super::{
    apply::{Applied, ApplyError, apply_row},
    flat, meta,
    voucher::KnownSnapshots,
};
use crate::{error::StoreError, file::sql::Sql};

/// Where a kind's rows lie.
const fn table(kind: RowKind) -> &'static str {
    match kind {
        RowKind::Shop => "shop",
        RowKind::Staff => "staff",
        RowKind::Device => "device",
        RowKind::Settings => "settings",
        RowKind::Template => "template",
        RowKind::Conflict => "conflict",
        RowKind::Voucher => "voucher",
    }
}

/// An id's bytes as a bound: before all ids, or after them, where there is none.
fn bounds(range: &IdRange) -> (Vec<u8>, Vec<u8>) {
    let after = range.after.map(|id| id.as_bytes().to_vec()).unwrap_or_default();
    let through = range.through.map_or_else(|| vec![0xff; 17], |id| id.as_bytes().to_vec());
    (after, through)
}

/// How many rows the range has, and their digest.
pub(crate) fn digest(connection: &Connection, range: &IdRange) -> rusqlite::Result<(u64, String)> {
    let mut digester = Digester::default();
    let (after, through) = bounds(range);
    match range.kind {
        RowKind::Voucher => flat::digest_range(connection, &after, &through, &mut digester)?,
        // One row, with the nil id.
        RowKind::Settings if range.after.is_some() => {}
        RowKind::Settings => add_json(connection, "SELECT row FROM settings", [], &mut digester)?,
        other => {
            let question = format!("SELECT row FROM {} WHERE id > ?1 AND id <= ?2 ORDER BY id", table(other));
            add_json(connection, &question, params![after, through], &mut digester)?;
        }
    }
    Ok(digester.finish())
}

fn add_json(connection: &Connection, question: &str, values: impl rusqlite::Params, digester: &mut Digester) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(question)?;
    let mut rows = statement.query(values)?;
    while let Some(row) = rows.next()? {
        digester.row(row.get_ref(0)?.as_str()?.as_bytes());
    }
    Ok(())
}

/// Puts those rows in the place of the range's, whatever the versions. `at` is the place of the feed that the rows are of: a cache
/// that has gone beyond it knows better.
pub(crate) fn replace(transaction: &Transaction<'_>, range: &IdRange, at: u64, rows: &[Row]) -> Result<Applied, ApplyError> {
    let stands = meta::position(transaction)?.cursor.seq;
    if stands > at {
        return Err(ApplyError::Refused(StoreError::PageOutOfPlace { from: at, stands }));
    }
    let mut applied = Applied::default();
    remove(transaction, range)?;
    let mut snapshots = KnownSnapshots::default();
    for row in rows {
        apply_row(transaction, row, &mut snapshots, &mut applied)?;
    }
    applied.kinds.directory |= matches!(range.kind, RowKind::Shop | RowKind::Staff | RowKind::Device | RowKind::Settings);
    applied.kinds.templates |= range.kind == RowKind::Template;
    applied.kinds.vouchers |= range.kind == RowKind::Voucher;
    applied.kinds.conflicts |= range.kind == RowKind::Conflict;
    transaction.execute("UPDATE meta SET repaired = repaired + 1", [])?;
    Ok(applied)
}

fn remove(transaction: &Transaction<'_>, range: &IdRange) -> rusqlite::Result<()> {
    let (after, through) = bounds(range);
    if range.kind == RowKind::Settings {
        return transaction.execute("DELETE FROM settings WHERE ?1 = x''", [after]).map(drop);
    }
    transaction
        .execute(&format!("DELETE FROM {} WHERE id > ?1 AND id <= ?2", table(range.kind)), params![after, through])
        .map(drop)
}

/// Every range was seen to be the server's.
pub(crate) fn note_proved(connection: &Connection, at: Timestamp) -> rusqlite::Result<()> {
    connection.execute("UPDATE meta SET proved_at = ?1", [Sql(at)]).map(drop)
}

/// When that was last, and how many ranges were replaced since the cache began.
pub(crate) fn proof(connection: &Connection) -> rusqlite::Result<(Option<Timestamp>, u64)> {
    connection.query_row("SELECT proved_at, repaired FROM meta", [], |row| {
        Ok((row.get::<_, Option<Sql<Timestamp>>>(0)?.map(|at| at.0), row.get::<_, Sql<u64>>(1)?.0))
    })
}

/// Whether a row belongs into the range.
pub(crate) fn is_within(range: &IdRange, row: &Row) -> bool {
    let (kind, id) = match row {
        Row::Shop(row) => (RowKind::Shop, row.id.0),
        Row::Staff(row) => (RowKind::Staff, row.id.0),
        Row::Device(row) => (RowKind::Device, row.id.0),
        Row::Settings(_) => (RowKind::Settings, Uuid::nil()),
        Row::Template(row) => (RowKind::Template, row.id.0),
        Row::Voucher(row) => (RowKind::Voucher, row.voucher.id.0),
        Row::Conflict(row) => (RowKind::Conflict, row.conflict.id.0),
    };
    kind == range.kind && range.after.is_none_or(|after| id > after) && range.through.is_none_or(|through| id <= through)
}
