//! `outbox_import`: parts of files by which an admin brought operations.

use beadsbox_domain::{DeviceId, StaffId, Timestamp};
use beadsbox_protocol::{ChainHash, Incarnation};
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

use super::{operation::to_column, to_bigint};

/// A part that is taken in.
pub struct New {
    pub sha256: ChainHash,
    pub device: DeviceId,
    pub incarnation: Incarnation,
    pub first_seq: u64,
    pub last_seq: u64,
    /// How many of them the server did not have.
    pub fresh: u64,
    pub staff: StaffId,
    pub taken_at: Timestamp,
}

/// Notes the part. When it was taken in before, where it was: that note stays.
pub async fn note(conn: &mut PgConnection, new: &New) -> sqlx::Result<Option<Timestamp>> {
    let before: Option<jiff_sqlx::Timestamp> = sqlx::query_scalar("SELECT taken_at FROM outbox_import WHERE sha256 = $1")
        .bind(new.sha256.0.as_slice())
        .fetch_optional(&mut *conn)
        .await?;
    if let Some(before) = before {
        return Ok(Some(before.to_jiff()));
    }
    sqlx::query(
        "INSERT INTO outbox_import (sha256, device_id, incarnation, first_seq, last_seq, new_operations, staff_id, taken_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(new.sha256.0.as_slice())
    .bind(new.device.0)
    .bind(to_column(new.incarnation))
    .bind(to_bigint(new.first_seq))
    .bind(to_bigint(new.last_seq))
    .bind(to_bigint(new.fresh))
    .bind(new.staff.0)
    .bind(new.taken_at.to_sqlx())
    .execute(conn)
    .await?;
    Ok(None)
}
