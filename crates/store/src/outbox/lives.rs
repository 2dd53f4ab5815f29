//! Another life: this device's files exist twice, and the other copy was first.

use beadsbox_protocol::{ChainHash, Incarnation};
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::enrolment::Identity;
use crate::{file::sql::Sql, types::Fork};

/// Where this device forked, if the first operation that differs is one of its own.
pub(crate) fn fork(connection: &Connection, identity: &Identity, seq: u64) -> rusqlite::Result<Option<Fork>> {
    let Ok(place) = i64::try_from(seq) else { return Ok(None) };
    let hash: Option<Sql<ChainHash>> = connection
        .prepare_cached("SELECT hash FROM outbox WHERE dev_seq = ?1")?
        .query_row([place], |row| row.get(0))
        .optional()?;
    let (device, incarnation) = (identity.enrolment.device, identity.enrolment.incarnation);
    Ok(hash.map(|hash| Fork { device, incarnation, seq, hash: hash.0 }))
}

/// Goes on as that life: what differs is sent again under it, byte for byte, and what is recorded from now on names it.
pub(crate) fn adopt(transaction: &Transaction<'_>, fork: &Fork, incarnation: Incarnation) -> rusqlite::Result<()> {
    // The same answer again, or an older one: this life is lived already.
    if transaction.execute("UPDATE enrolment SET incarnation = ?1, behind_until = NULL WHERE incarnation < ?1", [incarnation])? == 0 {
        return Ok(());
    }
    transaction.execute(
        "INSERT INTO life (incarnation, forked_from, fork_seq, fork_hash) VALUES (?1, ?2, ?3, ?4)",
        params![incarnation, fork.incarnation, Sql(fork.seq), Sql(fork.hash)],
    )?;
    transaction.execute(
        "UPDATE outbox SET state = 'waiting', quarantined = 0, contained_in = NULL, contained_at = NULL WHERE dev_seq >= ?1 AND state <> 'waiting'",
        [Sql(fork.seq)],
    )?;
    Ok(())
}
