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
    let waiting = waiting(connection)?;
    let refused = format!("SELECT count(*) FROM outbox o WHERE verdict = 'rejected' AND acknowledged_refusal_at IS NULL AND NOT ({FOLLOWED})");
    Ok(OutboxCounts { total, waiting, acknowledged: total - waiting, refused_unseen: number(connection, &refused)? })
}

/// Those that the server has not answered.
fn waiting(connection: &Connection) -> rusqlite::Result<u64> {
    let waiting = number(connection, "SELECT count(*) FROM outbox WHERE contained_in IS NULL AND state = 'waiting'")?;
    Ok(waiting + number(connection, "SELECT count(*) FROM outbox WHERE contained_in IS NULL AND state = 'held'")?)
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

/// Redemptions honoured here that the server has not answered. An asked one counts once it is honoured.
pub(crate) fn honoured_unanswered(connection: &Connection) -> rusqlite::Result<u64> {
    number(
        connection,
        "SELECT count(*) FROM outbox WHERE contained_in IS NULL AND state = 'waiting' AND verdict IS NULL AND kind IN ('redeem_honoured', 'honour', 'honour_expired')",
    )
}
