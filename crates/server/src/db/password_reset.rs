//! `password_reset`: tokens with which people set another password.

use beadsbox_domain::{StaffId, Timestamp};
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

pub async fn insert(conn: &mut PgConnection, token_hash: &[u8; 32], staff: StaffId, created_at: Timestamp, expires_at: Timestamp) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO password_reset (token_hash, staff_id, created_at, expires_at) VALUES ($1, $2, $3, $4)")
        .bind(token_hash.as_slice())
        .bind(staff.0)
        .bind(created_at.to_sqlx())
        .bind(expires_at.to_sqlx())
        .execute(conn)
        .await?;
    Ok(())
}

/// Uses a token up, and with it every other one of the same person. Whose it was; none where there is none that still holds.
pub async fn redeem(conn: &mut PgConnection, token_hash: &[u8; 32], now: Timestamp) -> sqlx::Result<Option<StaffId>> {
    let staff: Option<Uuid> = sqlx::query_scalar("DELETE FROM password_reset WHERE token_hash = $1 AND expires_at > $2 RETURNING staff_id")
        .bind(token_hash.as_slice())
        .bind(now.to_sqlx())
        .fetch_optional(&mut *conn)
        .await?;
    let staff = staff.map(StaffId);
    if let Some(staff) = staff {
        end(conn, staff).await?;
    }
    Ok(staff)
}

/// Whatever that person was sent is good no longer: they have another password or address, or may not sign in any more.
pub async fn end(conn: &mut PgConnection, staff: StaffId) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM password_reset WHERE staff_id = $1").bind(staff.0).execute(conn).await.map(drop)
}

/// Forgets tokens whose time is over, `limit` at most.
pub async fn prune(conn: &mut PgConnection, now: Timestamp, limit: i64) -> sqlx::Result<u64> {
    let pruned = sqlx::query("DELETE FROM password_reset WHERE token_hash IN (SELECT token_hash FROM password_reset WHERE expires_at <= $1 LIMIT $2)")
        .bind(now.to_sqlx())
        .bind(limit)
        .execute(conn)
        .await?;
    Ok(pruned.rows_affected())
}
