//! `staff_session`.

use beadsbox_domain::{DeviceId, StaffId, Timestamp};
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

/// A new session. Ended ones of the same staff member go.
pub async fn insert(
    conn: &mut PgConnection,
    token_hash: &[u8; 32],
    staff: StaffId,
    device: DeviceId,
    created_at: Timestamp,
    expires_at: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM staff_session WHERE staff_id = $1 AND expires_at <= $2")
        .bind(staff.0)
        .bind(created_at.to_sqlx())
        .execute(&mut *conn)
        .await?;
    sqlx::query("INSERT INTO staff_session (token_hash, staff_id, device_id, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(token_hash.as_slice())
        .bind(staff.0)
        .bind(device.0)
        .bind(created_at.to_sqlx())
        .bind(expires_at.to_sqlx())
        .execute(conn)
        .await?;
    Ok(())
}

/// Who is signed in with that token, and at which device.
pub async fn find(conn: &mut PgConnection, token_hash: &[u8; 32], now: Timestamp) -> sqlx::Result<Option<(StaffId, DeviceId)>> {
    let found: Option<(Uuid, Uuid)> = sqlx::query_as("SELECT staff_id, device_id FROM staff_session WHERE token_hash = $1 AND expires_at > $2")
        .bind(token_hash.as_slice())
        .bind(now.to_sqlx())
        .fetch_optional(conn)
        .await?;
    Ok(found.map(|(staff, device)| (StaffId(staff), DeviceId(device))))
}

/// Whether there was such a session.
pub async fn delete(conn: &mut PgConnection, token_hash: &[u8; 32]) -> sqlx::Result<bool> {
    let deleted = sqlx::query("DELETE FROM staff_session WHERE token_hash = $1").bind(token_hash.as_slice()).execute(conn).await?;
    Ok(deleted.rows_affected() == 1)
}

pub async fn delete_of_staff(conn: &mut PgConnection, staff: StaffId) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM staff_session WHERE staff_id = $1").bind(staff.0).execute(conn).await?;
    Ok(())
}

/// But for the one of that token.
pub async fn delete_others_of_staff(conn: &mut PgConnection, staff: StaffId, kept: &[u8; 32]) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM staff_session WHERE staff_id = $1 AND token_hash <> $2")
        .bind(staff.0)
        .bind(kept.as_slice())
        .execute(conn)
        .await?;
    Ok(())
}

pub async fn delete_of_device(conn: &mut PgConnection, device: DeviceId) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM staff_session WHERE device_id = $1").bind(device.0).execute(conn).await?;
    Ok(())
}

/// Forgets sessions that ended, `limit` at most.
pub async fn prune(conn: &mut PgConnection, now: Timestamp, limit: i64) -> sqlx::Result<u64> {
    let pruned = sqlx::query("DELETE FROM staff_session WHERE token_hash IN (SELECT token_hash FROM staff_session WHERE expires_at <= $1 LIMIT $2)")
        .bind(now.to_sqlx())
        .bind(limit)
        .execute(conn)
        .await?;
    Ok(pruned.rows_affected())
}
