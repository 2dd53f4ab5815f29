//! `staff_session`.

use beadsbox_domain::{DeviceId, StaffId, Timestamp};
use beadsbox_protocol::rows;
use jiff_sqlx::ToSqlx as _;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::{
    device::{self, Device},
    staff,
};
use crate::error::Failure;

const SIGNED_IN: &str = concat!(
    "SELECT ",
    device::columns!(),
    ",
        s.id AS staff_id, s.name AS staff_name, s.role AS staff_role, s.active AS staff_active,
        s.sign_in_version AS staff_sign_in_version, s.row_version AS staff_row_version
     FROM staff_session n JOIN device d ON d.id = n.device_id JOIN staff s ON s.id = n.staff_id
     WHERE n.token_hash = $1 AND n.expires_at > $2"
);

#[derive(FromRow)]
struct SignedIn {
    #[sqlx(flatten)]
    device: device::Record,
    staff_id: Uuid,
    staff_name: String,
    staff_role: String,
    staff_active: bool,
    staff_sign_in_version: i64,
    staff_row_version: i64,
}

impl SignedIn {
    fn read(self) -> Result<(rows::Staff, Device), Failure> {
        let staff = staff::Record {
            id: self.staff_id,
            name: self.staff_name,
            role: self.staff_role,
            active: self.staff_active,
            pin_hash: None,
            badge_hash: None,
            sign_in_version: self.staff_sign_in_version,
            row_version: self.staff_row_version,
        };
        Ok((staff.read()?, self.device.read()?))
    }
}

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

/// Who is signed in with that token, and at which device, in one statement: every request in a session asks it. The staff member is without
/// what PINs and badges are checked against.
pub async fn signed_in(conn: &mut PgConnection, token_hash: &[u8; 32], now: Timestamp) -> Result<Option<(rows::Staff, Device)>, Failure> {
    let found: Option<SignedIn> = sqlx::query_as(SIGNED_IN).bind(token_hash.as_slice()).bind(now.to_sqlx()).fetch_optional(conn).await?;
    found.map(SignedIn::read).transpose()
}

/// Whether somebody is signed in with that token.
pub async fn lives(conn: &mut PgConnection, token_hash: &[u8; 32], now: Timestamp) -> sqlx::Result<bool> {
    sqlx::query_scalar("SELECT EXISTS (SELECT FROM staff_session WHERE token_hash = $1 AND expires_at > $2)")
        .bind(token_hash.as_slice())
        .bind(now.to_sqlx())
        .fetch_one(conn)
        .await
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
