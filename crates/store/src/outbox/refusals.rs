//! Refusals stay until a person has taken note of them.

use beadsbox_domain::{OpId, Timestamp};
use rusqlite::{Connection, params};

use crate::file::sql::Sql;

/// Notes that a person saw it; answers whether there is such an operation.
pub(crate) fn acknowledge(connection: &Connection, op: OpId, at: Timestamp) -> rusqlite::Result<bool> {
    let changed = connection
        .prepare_cached("UPDATE outbox SET acknowledged_refusal_at = coalesce(acknowledged_refusal_at, ?2) WHERE op_id = ?1")?
        .execute(params![Sql(op), Sql(at)])?;
    Ok(changed > 0)
}
