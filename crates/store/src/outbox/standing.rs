//! Whether this device may record: not while the server holds own operations that these files lack, and not once it is revoked.

use beadsbox_domain::Timestamp;
use beadsbox_protocol::Incarnation;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use crate::{error::StoreError, file::sql::Sql, types::Standing};

/// How this device stands.
pub(crate) fn standing(connection: &Connection) -> rusqlite::Result<Standing> {
    let found = connection
        .prepare_cached("SELECT behind_until, revoked_at, (SELECT coalesce(max(dev_seq), 0) FROM outbox) FROM enrolment")?
        .query_row([], |row| {
            Ok(Standing {
                behind_until: row.get::<_, Option<Sql<u64>>>(0)?.map(|last| last.0),
                revoked_at: row.get::<_, Option<Sql<Timestamp>>>(1)?.map(|at| at.0),
                last_seq: row.get::<_, Sql<u64>>(2)?.0,
            })
        })
        .optional()?;
    Ok(found.unwrap_or_default())
}

/// An error where nothing may be recorded.
pub(crate) fn may_record(connection: &Connection) -> rusqlite::Result<Result<(), StoreError>> {
    let standing = standing(connection)?;
    Ok(match (standing.revoked_at, standing.behind_until) {
        (Some(_), _) => Err(StoreError::Revoked),
        (None, Some(until)) => Err(StoreError::Behind { missing: until.saturating_sub(standing.last_seq) }),
        (None, None) => Ok(()),
    })
}

/// The server holds own operations of that life up to `server_last_seq`: where these files lack some, nothing is recorded from now on.
/// Answers whether the server has all that was recorded here, so that the others can be taken back. A late word about another life
/// counts for nothing.
pub(crate) fn fall_behind(transaction: &Transaction<'_>, life: Incarnation, server_last_seq: u64) -> rusqlite::Result<bool> {
    let behind = standing(transaction)?.last_seq < server_last_seq;
    let until = behind.then_some(Sql(server_last_seq));
    if transaction.execute("UPDATE enrolment SET behind_until = ?1 WHERE incarnation = ?2", params![until, life])? == 0 {
        return Ok(false);
    }
    let unsent = transaction
        .prepare_cached("SELECT 1 FROM outbox WHERE contained_in IS NULL AND state = 'waiting' LIMIT 1")?
        .exists([])?;
    Ok(behind && !unsent)
}

/// Ends it where these files hold what the server holds.
pub(super) fn catch_up(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction.execute("UPDATE enrolment SET behind_until = NULL WHERE behind_until <= (SELECT coalesce(max(dev_seq), 0) FROM outbox)", [])?;
    Ok(())
}

/// The device was revoked.
pub(crate) fn revoke(transaction: &Transaction<'_>, at: Timestamp) -> rusqlite::Result<()> {
    transaction.execute("UPDATE enrolment SET revoked_at = coalesce(revoked_at, ?1)", [Sql(at)])?;
    Ok(())
}
