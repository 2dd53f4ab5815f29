//! What becomes of orders: paid, issued, held, let go, forgotten.

use beadsbox_domain::{OpId, PersonHash, Timestamp};
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{super::name_of, OrderState, Trouble};

/// Notes the payment page that was made for it. Where it was let go meanwhile, the page may be paid all the same.
pub async fn note_session(conn: &mut PgConnection, id: Uuid, session: &str) -> sqlx::Result<()> {
    sqlx::query(
        "UPDATE shop_order SET session_id = $2, ask_at = CASE WHEN state IN ('expired', 'cancelled') THEN holds_until ELSE ask_at END
         WHERE id = $1 AND session_id IS DISTINCT FROM $2",
    )
    .bind(id)
    .bind(session)
    .execute(conn)
    .await
    .map(drop)
}

/// Its payment is on its way: holds it until then, and has it asked about at that moment.
pub async fn hold(conn: &mut PgConnection, id: Uuid, until: Timestamp, ask_at: Timestamp) -> sqlx::Result<()> {
    sqlx::query("UPDATE shop_order SET holds_until = greatest(holds_until, $2), ask_at = $3 WHERE id = $1 AND state IN ('reserved', 'expired', 'cancelled')")
        .bind(id)
        .bind(until.to_sqlx())
        .bind(ask_at.to_sqlx())
        .execute(conn)
        .await
        .map(drop)
}

/// Has it asked about at that moment, or not any more.
pub async fn ask_at(conn: &mut PgConnection, id: Uuid, at: Option<Timestamp>) -> sqlx::Result<()> {
    sqlx::query("UPDATE shop_order SET ask_at = $2 WHERE id = $1")
        .bind(id)
        .bind(at.map(jiff_sqlx::ToSqlx::to_sqlx))
        .execute(conn)
        .await
        .map(drop)
}

/// Notes which payment it was that does not fit: what becomes of its money names that alone.
pub async fn note_payment(conn: &mut PgConnection, id: Uuid, payment_ref: &str) -> sqlx::Result<()> {
    sqlx::query("UPDATE shop_order SET payment_ref = $2 WHERE id = $1 AND payment = 'card' AND payment_ref IS NULL")
        .bind(id)
        .bind(payment_ref)
        .execute(conn)
        .await
        .map(drop)
}

/// It was paid, also where it had been let go.
pub async fn pay(conn: &mut PgConnection, id: Uuid, payment_ref: Option<&str>, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query("UPDATE shop_order SET state = 'paid', paid_at = coalesce(paid_at, $3), payment_ref = coalesce($2, payment_ref), ended_at = NULL, ask_at = NULL WHERE id = $1")
        .bind(id)
        .bind(payment_ref)
        .bind(now.to_sqlx())
        .execute(conn)
        .await
        .map(drop)
}

/// Its voucher is written, by that sale.
pub async fn issue(conn: &mut PgConnection, id: Uuid, sale: OpId, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query(
        "UPDATE shop_order SET state = 'issued', paid_at = coalesce(paid_at, $3), issued_at = $3, sold_op = $2, ended_at = NULL, ask_at = NULL,
                               trouble = NULL WHERE id = $1",
    )
    .bind(id)
    .bind(sale.0)
    .bind(now.to_sqlx())
    .execute(conn)
    .await
    .map(drop)
}

/// Lets it go, for good: its payment page has ended, or it has none.
pub async fn end(conn: &mut PgConnection, id: Uuid, state: OrderState, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query("UPDATE shop_order SET state = $2, ended_at = $3, ask_at = NULL WHERE id = $1 AND state = 'reserved'")
        .bind(id)
        .bind(name_of(state))
        .bind(now.to_sqlx())
        .execute(conn)
        .await
        .map(drop)
}

/// Lets go what the same form ordered before: whoever went back and typed something else wants one voucher. A payment page that was made is asked about
/// when its time is over: they may have paid before they went back.
pub async fn end_earlier_of_form(conn: &mut PgConnection, form: Uuid, but: Uuid, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query(
        "UPDATE shop_order SET state = 'cancelled', ended_at = $3, ask_at = CASE WHEN session_id IS NOT NULL THEN coalesce(ask_at, holds_until) END
         WHERE form_id = $1 AND id <> $2 AND state = 'reserved' AND trouble IS NULL",
    )
    .bind(form)
    .bind(but)
    .bind(now.to_sqlx())
    .execute(conn)
    .await
    .map(drop)
}

pub async fn set_trouble(conn: &mut PgConnection, id: Uuid, trouble: Trouble) -> sqlx::Result<()> {
    sqlx::query("UPDATE shop_order SET trouble = $2, settled_at = NULL WHERE id = $1")
        .bind(id)
        .bind(name_of(trouble))
        .execute(conn)
        .await
        .map(drop)
}

/// Forgets orders that were let go before that moment, or that were paid before `paid_before`, got no voucher, and were dealt with; `limit` of each at most. The hashes of their buyers. One that is being paid at this moment stays: a condition
/// of the inner query alone would not be looked at again once its row is free.
pub async fn prune(conn: &mut PgConnection, before: Timestamp, paid_before: Timestamp, limit: i64) -> sqlx::Result<Vec<PersonHash>> {
    let hashes: Vec<Vec<u8>> = sqlx::query_scalar(
        "DELETE FROM shop_order
         WHERE id IN (SELECT id FROM shop_order WHERE ended_at < $1 AND (trouble IS NULL OR settled_at IS NOT NULL) ORDER BY ended_at LIMIT $2 FOR UPDATE SKIP LOCKED)
            OR id IN (SELECT id FROM shop_order o WHERE state = 'paid' AND trouble IS NOT NULL AND settled_at < $3
                        AND NOT EXISTS (SELECT FROM payment_reversal r WHERE r.order_id = o.id AND r.settled_at IS NULL) LIMIT $2 FOR UPDATE SKIP LOCKED)
         RETURNING person_hash",
    )
    .bind(before.to_sqlx())
    .bind(limit)
    .bind(paid_before.to_sqlx())
    .fetch_all(conn)
    .await?;
    // The column holds 32 bytes.
    Ok(hashes.into_iter().filter_map(|hash| hash.try_into().ok()).map(PersonHash).collect())
}

/// Somebody dealt with its trouble.
pub async fn settle(conn: &mut PgConnection, id: Uuid, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query("UPDATE shop_order SET settled_at = $2 WHERE id = $1")
        .bind(id)
        .bind(now.to_sqlx())
        .execute(conn)
        .await
        .map(drop)
}
