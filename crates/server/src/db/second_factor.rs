//! `second_factor`: what people's authenticators share with the server.

use std::collections::HashMap;

use beadsbox_domain::{StaffId, Timestamp};
use jiff_sqlx::ToSqlx as _;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

/// What is kept of one person.
#[derive(Debug, Default)]
pub struct Kept {
    /// None until the first code was shown.
    pub secret: Option<Vec<u8>>,
    pub since: Option<Timestamp>,
    /// A new one, and when it was begun.
    pub pending: Option<(Vec<u8>, Timestamp)>,
}

#[derive(FromRow)]
struct Record {
    secret: Option<Vec<u8>>,
    since: Option<jiff_sqlx::Timestamp>,
    pending: Option<Vec<u8>>,
    pending_at: Option<jiff_sqlx::Timestamp>,
}

/// Nothing where that person never began one.
pub async fn find(conn: &mut PgConnection, staff: StaffId) -> sqlx::Result<Kept> {
    let record: Option<Record> = sqlx::query_as("SELECT secret, since, pending, pending_at FROM second_factor WHERE staff_id = $1")
        .bind(staff.0)
        .fetch_optional(conn)
        .await?;
    Ok(record.map_or_else(Kept::default, |record| Kept {
        secret: record.secret,
        since: record.since.map(jiff_sqlx::Timestamp::to_jiff),
        pending: record.pending.zip(record.pending_at.map(jiff_sqlx::Timestamp::to_jiff)),
    }))
}

/// Keeps a new secret beside the one there is; what was begun before is forgotten.
pub async fn begin(conn: &mut PgConnection, staff: StaffId, pending: &[u8; 20], now: Timestamp) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO second_factor (staff_id, pending, pending_at) VALUES ($1, $2, $3)
         ON CONFLICT (staff_id) DO UPDATE SET pending = excluded.pending, pending_at = excluded.pending_at",
    )
    .bind(staff.0)
    .bind(pending.as_slice())
    .bind(now.to_sqlx())
    .execute(conn)
    .await?;
    Ok(())
}

/// The new secret counts from now on, after the code of that step. Whether it is still the one that was begun.
pub async fn confirm(conn: &mut PgConnection, staff: StaffId, pending: &[u8], step: i64, now: Timestamp) -> sqlx::Result<bool> {
    let confirmed = sqlx::query(
        "UPDATE second_factor SET secret = pending, since = $4, last_step = $3, pending = NULL, pending_at = NULL WHERE staff_id = $1 AND pending = $2",
    )
    .bind(staff.0)
    .bind(pending)
    .bind(step)
    .bind(now.to_sqlx())
    .execute(conn)
    .await?;
    Ok(confirmed.rows_affected() == 1)
}

/// Takes the code of that step. Whether none of it or a later one was taken before.
pub async fn use_step(conn: &mut PgConnection, staff: StaffId, step: i64) -> sqlx::Result<bool> {
    let used = sqlx::query("UPDATE second_factor SET last_step = $2 WHERE staff_id = $1 AND secret IS NOT NULL AND last_step < $2")
        .bind(staff.0)
        .bind(step)
        .execute(conn)
        .await?;
    Ok(used.rows_affected() == 1)
}

/// Whether one was asked for until now.
pub async fn remove(conn: &mut PgConnection, staff: StaffId) -> sqlx::Result<bool> {
    let removed: Option<bool> = sqlx::query_scalar("DELETE FROM second_factor WHERE staff_id = $1 RETURNING secret IS NOT NULL")
        .bind(staff.0)
        .fetch_optional(conn)
        .await?;
    Ok(removed.unwrap_or(false))
}

/// Of whom one is asked, and since when.
pub async fn all(conn: &mut PgConnection) -> sqlx::Result<HashMap<StaffId, Timestamp>> {
    let found: Vec<(Uuid, jiff_sqlx::Timestamp)> = sqlx::query_as("SELECT staff_id, since FROM second_factor WHERE since IS NOT NULL").fetch_all(conn).await?;
    Ok(found.into_iter().map(|(staff, since)| (StaffId(staff), since.to_jiff())).collect())
}

/// Whether the organisation asks one of every admin, and that one has none.
pub async fn is_lacking(conn: &mut PgConnection, admin: StaffId) -> sqlx::Result<bool> {
    sqlx::query_scalar(
        "SELECT coalesce((policy ->> 'admins_need_second_factor')::boolean, false)
            AND NOT EXISTS (SELECT FROM second_factor WHERE staff_id = $1 AND secret IS NOT NULL) FROM settings",
    )
    .bind(admin.0)
    .fetch_one(conn)
    .await
}
