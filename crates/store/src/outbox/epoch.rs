//! The server was restored, or holds less than this device thought.

use rusqlite::{Transaction, params};
use uuid::Uuid;

use super::sign_in;
use crate::file::sql::Sql;

/// Adopts the epoch: what comes after `server_last_seq` waits again, with the outcome and the receipt that it had; what the
/// server still holds was decided in the past that both share. What waits is never noted as contained.
///
/// One transaction, and again with the same it changes nothing that matters: what was answered meanwhile is sent once more and gets
/// the same answer.
pub(crate) fn adopt(transaction: &Transaction<'_>, epoch: Uuid, server_last_seq: u64) -> rusqlite::Result<()> {
    let last = i64::try_from(server_last_seq).unwrap_or(i64::MAX);
    let same = transaction.prepare("SELECT 1 FROM enrolment WHERE epoch = ?1")?.exists([Sql(epoch)])?;
    if !same {
        // A backup knows passwords from before they were changed, or people who were barred since.
        sign_in::forget_all(transaction)?;
    }
    transaction.execute("INSERT OR IGNORE INTO known_epoch (epoch) VALUES (?1)", [Sql(epoch)])?;
    transaction.execute("UPDATE enrolment SET epoch = ?1, behind_until = NULL", [Sql(epoch)])?;
    transaction.execute(
        "UPDATE outbox SET state = 'waiting', quarantined = 0, contained_in = NULL, contained_at = NULL WHERE dev_seq > ?1 AND state <> 'waiting'",
        [last],
    )?;
    // Held by the server after all: the answer that it gave before stands. In the same epoch it is sure that these are its own: they
    // belong to the life before this one, and an answer that is still open comes one day.
    transaction.execute(
        "UPDATE outbox SET state = CASE WHEN outcome IS NULL THEN 'held' ELSE 'acknowledged' END
         WHERE dev_seq <= ?1 AND state = 'waiting' AND (outcome IS NOT NULL OR ?2)",
        params![last, same],
    )?;
    transaction.execute("UPDATE outbox SET ack_epoch = ?1 WHERE dev_seq <= ?2 AND state = 'acknowledged'", params![Sql(epoch), last])?;
    Ok(())
}
