//! `payment_reversal`: money of an order that went back at the payment provider, that a bank asks back, or that was to go back and did not.

use beadsbox_domain::{Currency, Money, Status, Timestamp, VoucherId};
use beadsbox_protocol::{
    reservation::ReservationCode,
    shop_page::{PaymentReversal, ReversalState, ReversedVoucher},
};
use jiff_sqlx::ToSqlx as _;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::{damaged, name_of, named, to_count};
use crate::error::Failure;

/// What the provider told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Of the charge that was refunded, of the dispute, or of the refund that failed.
    pub id: String,
    pub order: Uuid,
    pub state: ReversalState,
    /// It was to be refunded, and is with the shop again.
    pub failed: bool,
    /// Refunded so far, or disputed.
    pub amount: Money,
    pub answer_by: Option<Timestamp>,
    /// By the provider's clock.
    pub said_at: Option<Timestamp>,
}

/// Notes it. False where it says nothing new: a dispute's beginning after its end, or what was said of a charge before what is known, because events come in
/// any order. Within a second what was refunded only grows; later it may begin again from less, as refunds fail. What somebody dealt with as it was before is
/// to be looked at again.
pub async fn note(conn: &mut PgConnection, told: &Told, now: Timestamp) -> sqlx::Result<bool> {
    let noted = sqlx::query(
        "INSERT INTO payment_reversal AS r (id, order_id, state, amount_minor, currency, answer_by, told_at, failed, said_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (id) DO UPDATE SET state = excluded.state, amount_minor = excluded.amount_minor, answer_by = excluded.answer_by,
                                        told_at = greatest(excluded.told_at, r.told_at + interval '1 microsecond'), settled_at = NULL,
                                        said_at = excluded.said_at
         WHERE CASE WHEN excluded.state IN ('won', 'lost') THEN r.state <> excluded.state
                    WHEN excluded.state = 'disputed' OR r.failed THEN false
                    ELSE coalesce(excluded.said_at > r.said_at, false)
                      OR (excluded.amount_minor > r.amount_minor AND coalesce(excluded.said_at >= r.said_at, true)) END",
    )
    .bind(&told.id)
    .bind(told.order)
    .bind(name_of(told.state))
    .bind(told.amount.minor)
    .bind(told.amount.currency.code())
    .bind(told.answer_by.map(jiff_sqlx::ToSqlx::to_sqlx))
    .bind(now.to_sqlx())
    .bind(told.failed)
    .bind(told.said_at.map(jiff_sqlx::ToSqlx::to_sqlx))
    .execute(conn)
    .await?;
    Ok(noted.rows_affected() == 1)
}

#[derive(FromRow)]
struct Record {
    id: String,
    state: String,
    failed: bool,
    amount_minor: i64,
    currency: String,
    answer_by: Option<jiff_sqlx::Timestamp>,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    told_at: Timestamp,
    order_id: Uuid,
    reservation: String,
    title: String,
    price_minor: i64,
    price_currency: String,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    ordered_at: Timestamp,
    payment_ref: Option<String>,
    voucher_id: Option<Uuid>,
    status: Option<String>,
    charged_back: bool,
}

impl Record {
    fn read(self) -> Result<PaymentReversal, Failure> {
        let money = |minor, code: &str| Currency::from_code(code).map(|currency| Money::new(minor, currency)).map_err(|_| damaged("payment_reversal.currency"));
        let status = self.status.map(|name| Status::from_name(&name).ok_or_else(|| damaged("voucher.status"))).transpose()?;
        Ok(PaymentReversal {
            amount: money(self.amount_minor, &self.currency)?,
            price: money(self.price_minor, &self.price_currency)?,
            id: self.id,
            state: named(&self.state, "payment_reversal.state")?,
            failed: self.failed,
            answer_by: self.answer_by.map(jiff_sqlx::Timestamp::to_jiff),
            told_at: self.told_at,
            order: self.order_id,
            reservation: ReservationCode::parse(&self.reservation).map_err(|_| damaged("shop_order.reservation"))?,
            title: self.title,
            ordered_at: self.ordered_at,
            payment: self.payment_ref,
            voucher: self
                .voucher_id
                .zip(status)
                .map(|(id, status)| ReversedVoucher { id: VoucherId(id), status, charged_back: self.charged_back }),
        })
    }
}

/// Those at which a person has to look, the oldest first.
pub async fn open(conn: &mut PgConnection, limit: i64) -> Result<Vec<PaymentReversal>, Failure> {
    let records: Vec<Record> = sqlx::query_as(
        "SELECT r.id, r.state, r.failed, r.amount_minor, r.currency, r.answer_by, r.told_at, r.order_id, o.reservation, t.title, o.price_minor,
                o.currency AS price_currency, o.created_at AS ordered_at, o.payment_ref, v.id AS voucher_id, v.status,
                v.marks ->> 'charged_back' IS NOT NULL AS charged_back
         FROM payment_reversal r JOIN shop_order o ON o.id = r.order_id
         JOIN voucher_template_version t ON t.template_id = o.template_id AND t.version = o.template_version
         LEFT JOIN voucher v ON v.id = o.voucher_id
         WHERE r.settled_at IS NULL ORDER BY r.told_at, r.id LIMIT $1",
    )
    .bind(limit)
    .fetch_all(conn)
    .await?;
    records.into_iter().map(Record::read).collect()
}

/// How many those are.
pub async fn count_open(conn: &mut PgConnection) -> sqlx::Result<u64> {
    sqlx::query_scalar("SELECT count(*) FROM payment_reversal WHERE settled_at IS NULL").fetch_one(conn).await.map(to_count)
}

/// What it is, in a word, and when that was told, its row locked; none where nobody has to look at it.
pub async fn lock_open(conn: &mut PgConnection, id: &str, order: Uuid) -> sqlx::Result<Option<(String, Timestamp)>> {
    let found: Option<(String, jiff_sqlx::Timestamp)> = sqlx::query_as(
        "SELECT CASE WHEN failed THEN 'refund_failed' ELSE state END, told_at FROM payment_reversal
         WHERE id = $1 AND order_id = $2 AND settled_at IS NULL FOR NO KEY UPDATE",
    )
    .bind(id)
    .bind(order)
    .fetch_optional(conn)
    .await?;
    Ok(found.map(|(what, told_at)| (what, told_at.to_jiff())))
}

/// Somebody dealt with it.
pub async fn settle(conn: &mut PgConnection, id: &str, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query("UPDATE payment_reversal SET settled_at = $2 WHERE id = $1")
        .bind(id)
        .bind(now.to_sqlx())
        .execute(conn)
        .await
        .map(drop)
}
