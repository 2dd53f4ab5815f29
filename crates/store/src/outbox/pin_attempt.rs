//! Guessing PINs: slower with each try, and soon not at all.

use beadsbox_domain::{StaffId, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, params};

use super::guessing::{delay_after, waits_until};
use crate::{file::sql::Sql, types::PinTurn};

/// So many wrong ones in a row, and this person's PIN is good for nothing here until they have shown their password. Delays hang on a clock
/// that whoever stands at the till may turn; this does not.
const MOST: u32 = 10;

/// Counts an attempt as failed before its PIN is looked at, so that neither a crash nor many at once get past the count.
pub(crate) fn begin(connection: &Connection, staff: StaffId, now: Timestamp) -> rusqlite::Result<PinTurn> {
    let known = connection
        .prepare_cached("SELECT failed, blocked_until FROM pin_attempt WHERE staff = ?1")?
        .query_row([Sql(staff)], |row| Ok((row.get::<_, u32>(0)?, row.get::<_, Option<Sql<Timestamp>>>(1)?.map(|until| until.0))))
        .optional()?;
    let (failed, blocked_until) = known.unwrap_or_default();
    if failed >= MOST {
        return Ok(PinTurn::Locked);
    }
    if let Some(until) = waits_until(blocked_until, now) {
        return Ok(PinTurn::Blocked { until });
    }
    let failed = failed + 1;
    let until = now.saturating_add(delay_after(failed)).unwrap_or(now);
    connection
        .prepare_cached(
            "INSERT INTO pin_attempt (staff, failed, blocked_until, wrong) VALUES (?1, ?2, ?3, 0)
             ON CONFLICT (staff) DO UPDATE SET failed = excluded.failed, blocked_until = excluded.blocked_until",
        )?
        .execute(params![Sql(staff), failed, Sql(until)])?;
    Ok(PinTurn::Look)
}

/// It was wrong: for the admin's count.
pub(crate) fn note_wrong(connection: &Connection, staff: StaffId) -> rusqlite::Result<()> {
    connection.execute("UPDATE pin_attempt SET wrong = wrong + 1 WHERE staff = ?1", [Sql(staff)]).map(drop)
}

/// It was right, or the person has shown their password: the count begins anew.
pub(crate) fn forget(connection: &Connection, staff: StaffId) -> rusqlite::Result<()> {
    connection.execute("UPDATE pin_attempt SET failed = 0, blocked_until = NULL WHERE staff = ?1", [Sql(staff)]).map(drop)
}

/// How many wrong ones there ever were.
pub(crate) fn wrong(connection: &Connection) -> rusqlite::Result<u64> {
    connection
        .prepare_cached("SELECT coalesce(sum(wrong), 0) FROM pin_attempt")?
        .query_row([], |row| Ok(row.get::<_, Sql<u64>>(0)?.0))
}
