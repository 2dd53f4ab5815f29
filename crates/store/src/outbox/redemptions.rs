//! The redemptions made here.

use beadsbox_domain::{OpId, VoucherId, operation::Subject};
use rusqlite::Connection;

use super::own::{FOLLOWED, body};
use crate::{file::sql::Sql, types::OpenAsk};

/// The last ones and what they were about, the newest first.
pub(crate) fn recent(connection: &Connection, limit: usize) -> rusqlite::Result<Vec<(OpId, Subject)>> {
    connection
        .prepare_cached(
            "SELECT op_id, subject_id FROM outbox WHERE kind IN ('redeem_asked', 'redeem_honoured', 'honour_expired') ORDER BY dev_seq DESC LIMIT ?1",
        )?
        .query_map([i64::try_from(limit).unwrap_or(i64::MAX)], |row| {
            Ok((row.get::<_, Sql<OpId>>(0)?.0, Subject::Voucher(row.get::<_, Sql<VoucherId>>(1)?.0)))
        })?
        .collect()
}

/// The asks that nobody answered, honoured or withdrew, the oldest first: also those that the server has and has not decided, as a device
/// may believe of another copy's after a restore.
pub(crate) fn open_asks(connection: &Connection) -> rusqlite::Result<Vec<OpenAsk>> {
    let question = format!(
        "SELECT body FROM outbox o
         WHERE (contained_in IS NULL AND state <> 'acknowledged' OR quarantined = 1) AND verdict IS NULL AND kind = 'redeem_asked' AND NOT ({FOLLOWED})
         ORDER BY dev_seq"
    );
    let mut statement = connection.prepare_cached(&question)?;
    let mut rows = statement.query([])?;
    let mut asks = Vec::new();
    while let Some(row) = rows.next()? {
        let body = body(row, 0)?;
        if let Subject::Voucher(voucher) = body.operation.subject() {
            asks.push(OpenAsk { op: body.op, voucher, at: body.at, staff: body.staff, shop: body.shop });
        }
    }
    Ok(asks)
}

/// A voucher that was honoured here, and still counts against the offline limits if the second is so or the cache does not hold it.
pub(crate) struct Honoured {
    pub(crate) voucher: VoucherId,
    /// The server has not answered, or nobody has looked whether it was good. An asked one counts once it is honoured.
    pub(crate) unanswered: bool,
    /// Somebody of the office let it pass beyond the limits.
    pub(crate) approved: bool,
}

/// The vouchers honoured here that the server has not answered, and those in conflict that are not known to be in the cache: a good
/// signature proved them, and the server knows no sale. Somebody with a stolen key could bring one after the other.
pub(crate) fn honoured(connection: &Connection) -> rusqlite::Result<Vec<Honoured>> {
    connection
        .prepare_cached(
            "SELECT subject_id, verdict IS NULL, body ->> '$.operation.approved_by' IS NOT NULL FROM outbox
             WHERE contained_in IS NULL AND kind IN ('redeem_honoured', 'honour', 'honour_expired')
               AND ((state IN ('waiting', 'held') OR quarantined = 1) AND verdict IS NULL OR state = 'acknowledged' AND verdict = 'conflict')",
        )?
        .query_map([], |row| Ok(Honoured { voucher: row.get::<_, Sql<VoucherId>>(0)?.0, unanswered: row.get(1)?, approved: row.get(2)? }))?
        .collect()
}
