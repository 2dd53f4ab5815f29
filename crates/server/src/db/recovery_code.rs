//! `recovery_code`: for whoever lost the authenticator; each serves once.

use beadsbox_domain::{StaffId, Timestamp};
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

/// Puts these in the place of those there are.
pub async fn replace(conn: &mut PgConnection, staff: StaffId, hashes: &[[u8; 32]]) -> sqlx::Result<()> {
    remove(&mut *conn, staff).await?;
    sqlx::query("INSERT INTO recovery_code (staff_id, code_hash) SELECT $1, unnest($2::bytea[])")
        .bind(staff.0)
        .bind(hashes.iter().map(<[u8; 32]>::as_slice).collect::<Vec<_>>())
        .execute(conn)
        .await?;
    Ok(())
}

/// Takes the code of that hash. Whether it was there and not used.
pub async fn take(conn: &mut PgConnection, staff: StaffId, hash: &[u8; 32], now: Timestamp) -> sqlx::Result<bool> {
    let taken = sqlx::query("UPDATE recovery_code SET used_at = $3 WHERE staff_id = $1 AND code_hash = $2 AND used_at IS NULL")
        .bind(staff.0)
        .bind(hash.as_slice())
        .bind(now.to_sqlx())
        .execute(conn)
        .await?;
    Ok(taken.rows_affected() == 1)
}

pub async fn remove(conn: &mut PgConnection, staff: StaffId) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM recovery_code WHERE staff_id = $1").bind(staff.0).execute(conn).await?;
    Ok(())
}

/// How many were not used.
pub async fn left(conn: &mut PgConnection, staff: StaffId) -> sqlx::Result<i64> {
    sqlx::query_scalar("SELECT count(*) FROM recovery_code WHERE staff_id = $1 AND used_at IS NULL")
        .bind(staff.0)
        .fetch_one(conn)
        .await
}
