//! `reminder`: of which vouchers their buyers were reminded, and before which last day.

use beadsbox_domain::{Date, Timestamp};
use jiff::SignedDuration;
use jiff_sqlx::ToSqlx as _;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

/// A voucher of which its buyer is to be reminded.
#[derive(Debug, Clone, FromRow)]
pub struct Due {
    pub voucher: Uuid,
    #[sqlx(try_from = "jiff_sqlx::Date")]
    pub last_day: Date,
    /// What its buyer told, as JSON.
    pub person: String,
    pub shop: Uuid,
}

/// Notes that their buyers are reminded of the next vouchers, `limit` at most: those that are good, end in less than `ahead` from now, were sold before that
/// span began, and of which nobody was reminded before that last day. Whoever was erased or left no address is passed over, and so is what another system
/// sold or what was issued as a batch: it was handed over by whoever issued it. One buyer's vouchers stand together.
pub async fn note_due(conn: &mut PgConnection, now: Timestamp, ahead: SignedDuration, limit: i64) -> sqlx::Result<Vec<Due>> {
    sqlx::query_as(
        "WITH due AS (
             SELECT v.id, v.expires_on, v.sold_shop, p.person FROM voucher v JOIN person p ON p.hash = v.person_hash
             WHERE v.status = 'purchased' AND v.expires_at > $1 AND v.expires_at <= $2
               AND v.sold_at < v.expires_at - make_interval(secs => $3)
               AND p.person::json ->> 'email' IS NOT NULL AND NOT coalesce(v.marks ?| array['batch', 'origin'], false)
               AND NOT EXISTS (SELECT FROM reminder r WHERE r.voucher_id = v.id AND r.last_day = v.expires_on)
             ORDER BY p.person::json ->> 'email', v.expires_on, v.sold_shop, v.id LIMIT $4),
         noted AS (
             INSERT INTO reminder (voucher_id, last_day, noted_at) SELECT id, expires_on, $1 FROM due ON CONFLICT DO NOTHING RETURNING voucher_id)
         SELECT due.id AS voucher, due.expires_on AS last_day, due.person, due.sold_shop AS shop FROM due JOIN noted ON noted.voucher_id = due.id
         ORDER BY due.person::json ->> 'email', due.expires_on, due.sold_shop, due.id",
    )
    .bind(now.to_sqlx())
    .bind((now + ahead).to_sqlx())
    .bind(ahead.as_secs_f64())
    .bind(limit)
    .fetch_all(conn)
    .await
}

/// Forgets reminders of last days before that one, `limit` at most.
pub async fn prune(conn: &mut PgConnection, before: Date, limit: i64) -> sqlx::Result<u64> {
    let pruned = sqlx::query(
        "DELETE FROM reminder WHERE (voucher_id, last_day) IN (SELECT voucher_id, last_day FROM reminder WHERE last_day < $1 ORDER BY last_day LIMIT $2)",
    )
    .bind(before.to_sqlx())
    .bind(limit)
    .execute(conn)
    .await?;
    Ok(pruned.rows_affected())
}
