//! `payment_event`: what the payment provider told. Each of its events counts once.

use beadsbox_domain::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

/// What an event did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Did {
    Issued,
    Ended,
    Waits,
    Trouble,
    Nothing,
}

impl Did {
    const fn name(self) -> &'static str {
        match self {
            Self::Issued => "issued",
            Self::Ended => "ended",
            Self::Waits => "waits",
            Self::Trouble => "trouble",
            Self::Nothing => "nothing",
        }
    }
}

/// An event that came.
pub struct New<'a> {
    pub id: &'a str,
    pub kind: &'a str,
    pub order: Option<Uuid>,
    pub did: Did,
}

/// Whether that event was taken before.
pub async fn is_known(conn: &mut PgConnection, id: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar("SELECT EXISTS (SELECT FROM payment_event WHERE id = $1)").bind(id).fetch_one(conn).await
}

/// Notes an event. False where it was taken before: whoever takes it at the same moment is waited for.
pub async fn insert(conn: &mut PgConnection, event: &New<'_>, now: Timestamp) -> sqlx::Result<bool> {
    let inserted = sqlx::query("INSERT INTO payment_event (id, kind, order_id, received_at, did) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING")
        .bind(event.id)
        .bind(event.kind)
        .bind(event.order)
        .bind(now.to_sqlx())
        .bind(event.did.name())
        .execute(conn)
        .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Forgets events of before that moment, `limit` at most.
pub async fn prune(conn: &mut PgConnection, before: Timestamp, limit: i64) -> sqlx::Result<u64> {
    let pruned = sqlx::query("DELETE FROM payment_event WHERE id IN (SELECT id FROM payment_event WHERE received_at < $1 ORDER BY received_at LIMIT $2)")
        .bind(before.to_sqlx())
        .bind(limit)
        .execute(conn)
        .await?;
    Ok(pruned.rows_affected())
}
