//! What the cache in use knows newer than the snapshot. A page tells of a row as it stands, also where the feed tells of its last change
//! only later: a snapshot from between the two has an older row, and in its place the screens would go back until the feed has come there.

use beadsbox_protocol::rows::{Device, Row, Shop, Staff, VoucherRow};
use rusqlite::{Connection, OptionalExtension as _};

use crate::{
    cache::{
        rows::{self, Table},
        voucher::{self, Contents},
    },
    file::sql::Sql,
};

/// The rows of the cache in use that may be newer than those of the loaded file: few vouchers, and everything else, which is little.
pub(super) fn newer_rows(in_use: &Connection, loaded: &Connection) -> rusqlite::Result<Vec<Row>> {
    let mut newer: Vec<Row> = Vec::new();
    newer.extend(rows::all::<Shop>(in_use, Table::Shop)?.into_iter().map(Row::Shop));
    newer.extend(rows::all::<Staff>(in_use, Table::Staff)?.into_iter().map(Row::Staff));
    newer.extend(rows::all::<Device>(in_use, Table::Device)?.into_iter().map(Row::Device));
    newer.extend(rows::settings(in_use)?.map(Row::Settings));
    newer.extend(rows::all(in_use, Table::Template)?.into_iter().map(Row::Template));
    newer.extend(rows::conflicts(in_use, true)?.into_iter().map(|row| Row::Conflict(Box::new(row))));
    newer_vouchers(in_use, loaded, &mut newer)?;
    Ok(newer)
}

fn newer_vouchers(in_use: &Connection, loaded: &Connection, newer: &mut Vec<Row>) -> rusqlite::Result<()> {
    let mut contents = Contents::default();
    let mut version = loaded.prepare("SELECT row_version FROM voucher WHERE id = ?1")?;
    // In the order of the ids, in which the loaded file lies.
    let mut known = in_use.prepare("SELECT id, row_version FROM voucher ORDER BY id")?;
    let mut known = known.query([])?;
    while let Some(row) = known.next()? {
        let (id, ours): (Sql<_>, Sql<u64>) = (row.get(0)?, row.get(1)?);
        let theirs: Option<Sql<u64>> = version.query_row([&id], |row| row.get(0)).optional()?;
        if theirs.is_none_or(|theirs| theirs.0 < ours.0)
            && let Some(found) = voucher::find(in_use, id.0, &mut contents)?
        {
            newer.push(Row::Voucher(Box::new(VoucherRow { voucher: found.voucher, person: found.person })));
        }
    }
    Ok(())
}
