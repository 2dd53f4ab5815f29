//! How many operations there are, and of which kind.

use rusqlite::Connection;

use super::own::FOLLOWED;
use crate::{file::sql::Sql, types::OutboxCounts};

fn number(connection: &Connection, question: &str) -> rusqlite::Result<u64> {
    connection.prepare_cached(question)?.query_row([], |row| Ok(row.get::<_, Sql<u64>>(0)?.0))
}

/// The counts. There are no gaps and nothing is deleted, so the last place is the total.
pub(crate) fn counts(connection: &Connection) -> rusqlite::Result<OutboxCounts> {
    let total = number(connection, "SELECT coalesce(max(dev_seq), 0) FROM outbox")?;
    let quarantined = quarantined(connection)?;
    let waiting = waiting(connection)? - quarantined;
    let refused = format!("SELECT count(*) FROM outbox o WHERE verdict = 'rejected' AND acknowledged_refusal_at IS NULL AND NOT ({FOLLOWED})");
    let contradicted = "SELECT count(*) FROM outbox WHERE contradicted_by IS NOT NULL AND acknowledged_refusal_at IS NULL AND verdict <> 'rejected'";
    let refused_unseen = number(connection, &refused)? + number(connection, contradicted)?;
    Ok(OutboxCounts { total, waiting, quarantined, acknowledged: total - waiting - quarantined, refused_unseen })
}

/// Those that the server keeps until an admin accepts them.
fn quarantined(connection: &Connection) -> rusqlite::Result<u64> {
    number(connection, "SELECT count(*) FROM outbox WHERE quarantined = 1")
}

/// Those that the server has not answered, whether it has them or not.
fn waiting(connection: &Connection) -> rusqlite::Result<u64> {
    waiting_through(connection, u64::MAX)
}

/// Those among them up to that place.
pub(crate) fn waiting_through(connection: &Connection, through: u64) -> rusqlite::Result<u64> {
    // Two look-ups in the index cost less than one condition that it does not hold.
    connection
        .prepare_cached(
            "SELECT (SELECT count(*) FROM outbox WHERE contained_in IS NULL AND state = 'waiting' AND dev_seq <= ?1)
                  + (SELECT count(*) FROM outbox WHERE contained_in IS NULL AND state = 'held' AND dev_seq <= ?1)",
        )?
        .query_row([i64::try_from(through).unwrap_or(i64::MAX)], |row| Ok(row.get::<_, Sql<u64>>(0)?.0))
}

/// The place up to which every outcome is held.
pub(crate) fn acknowledged_through(connection: &Connection) -> rusqlite::Result<u64> {
    number(
        connection,
        "SELECT min(coalesce((SELECT min(dev_seq) FROM outbox WHERE contained_in IS NULL AND state = 'waiting') - 1, 9223372036854775807),
                    coalesce((SELECT min(dev_seq) FROM outbox WHERE contained_in IS NULL AND state = 'held') - 1, 9223372036854775807),
                    (SELECT coalesce(max(dev_seq), 0) FROM outbox))",
    )
}
