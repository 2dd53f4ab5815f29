//! The till's own day: its closes, and what a close covers.

use beadsbox_domain::{Timestamp, day::LastClose};
use rusqlite::{Connection, OptionalExtension as _, params};

use super::own::{self, OwnRow, body};
use crate::file::sql::Sql;

/// What a close sums up; the kinds of [`super::kind::kind`].
const BUSINESS: &str = "kind IN ('sell', 'redeem_asked', 'redeem_honoured', 'honour', 'honour_expired', 'undo_redemption', 'refund', 'move_cash')";

/// How far the closes go. One that the server refused closed nothing.
pub(crate) fn last_close(connection: &Connection) -> rusqlite::Result<Option<LastClose>> {
    let last = connection
        .prepare_cached("SELECT body FROM outbox WHERE kind = 'close_day' AND verdict IS NOT 'rejected' ORDER BY dev_seq DESC LIMIT 1")?
        .query_row([], |row| body(row, 0))
        .optional()?;
    Ok(last.and_then(|body| match body.operation {
        beadsbox_domain::Operation::CloseDay { close } => Some(close.last()),
        _ => None,
    }))
}

/// The closes before that place, the newest first.
pub(crate) fn closes(connection: &Connection, before: u64, limit: usize) -> rusqlite::Result<Vec<OwnRow>> {
    own::select(
        connection,
        "kind = 'close_day' AND dev_seq < ?1 ORDER BY dev_seq DESC LIMIT ?2",
        params![Sql(before), i64::try_from(limit).unwrap_or(i64::MAX)],
    )
}

/// What a close over those places sums up, in order.
pub(crate) fn business(connection: &Connection, after: u64, through: u64) -> rusqlite::Result<Vec<OwnRow>> {
    // An ask that was followed up is counted by what followed it.
    own::select(
        connection,
        &format!("dev_seq > ?1 AND dev_seq <= ?2 AND ({BUSINESS} OR kind = 'withdraw') ORDER BY dev_seq"),
        params![Sql(after), Sql(through)],
    )
}

/// Whether anything that a close would sum up was recorded after that place.
pub(crate) fn is_open(connection: &Connection) -> rusqlite::Result<bool> {
    let after = last_close(connection)?.map_or(0, |last| last.through_seq);
    connection
        .prepare_cached(&format!("SELECT 1 FROM outbox WHERE dev_seq > ?1 AND {BUSINESS} LIMIT 1"))?
        .exists([Sql(after)])
}

/// When the last of such operations before that time was made.
pub(crate) fn last_business(connection: &Connection, after: u64, before: Timestamp) -> rusqlite::Result<Option<Timestamp>> {
    connection
        .prepare_cached(&format!("SELECT max(at) FROM outbox WHERE dev_seq > ?1 AND at < ?2 AND {BUSINESS}"))?
        .query_row(params![Sql(after), Sql(before)], |row| Ok(row.get::<_, Option<Sql<Timestamp>>>(0)?.map(|at| at.0)))
}
