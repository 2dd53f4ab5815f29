//! `enrolment_code`: one-time codes with which a device enrols.

use beadsbox_domain::{ShopId, Timestamp};
use jiff_sqlx::ToSqlx as _;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use beadsbox_protocol::Profile;

/// A code as the server keeps it.
#[derive(FromRow)]
pub struct Record {
    shop_id: Uuid,
    profile: String,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub expires_at: Timestamp,
    pub used_by: Option<Vec<u8>>,
}

impl Record {
    pub fn shop(&self) -> ShopId {
        ShopId(self.shop_id)
    }

    pub fn profile(&self) -> Profile {
        // A CHECK holds the column to the two names; the one that sees less, were there a third.
        Profile::from_name(&self.profile).unwrap_or(Profile::Counter)
    }
}

pub async fn insert(
    conn: &mut PgConnection,
    code_hash: &[u8; 32],
    shop: ShopId,
    profile: Profile,
    created_at: Timestamp,
    expires_at: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO enrolment_code (code_hash, shop_id, profile, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(code_hash.as_slice())
        .bind(shop.0)
        .bind(profile.name())
        .bind(created_at.to_sqlx())
        .bind(expires_at.to_sqlx())
        .execute(conn)
        .await?;
    Ok(())
}

/// The code's row, locked: two devices that show one code take turns.
pub async fn lock(conn: &mut PgConnection, code_hash: &[u8; 32]) -> sqlx::Result<Option<Record>> {
    sqlx::query_as("SELECT shop_id, profile, expires_at, used_by FROM enrolment_code WHERE code_hash = $1 FOR UPDATE")
        .bind(code_hash.as_slice())
        .fetch_optional(conn)
        .await
}

pub async fn mark_used(conn: &mut PgConnection, code_hash: &[u8; 32], public_key: &[u8; 32], now: Timestamp) -> sqlx::Result<()> {
    sqlx::query("UPDATE enrolment_code SET used_by = $2, used_at = $3 WHERE code_hash = $1")
        .bind(code_hash.as_slice())
        .bind(public_key.as_slice())
        .bind(now.to_sqlx())
        .execute(conn)
        .await?;
    Ok(())
}

/// Forgets codes that were over before that moment, used or not, `limit` at most.
pub async fn prune(conn: &mut PgConnection, over_before: Timestamp, limit: i64) -> sqlx::Result<u64> {
    let pruned = sqlx::query("DELETE FROM enrolment_code WHERE code_hash IN (SELECT code_hash FROM enrolment_code WHERE expires_at < $1 LIMIT $2)")
        .bind(over_before.to_sqlx())
        .bind(limit)
        .execute(conn)
        .await?;
    Ok(pruned.rows_affected())
}
