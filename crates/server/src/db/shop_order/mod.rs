//! `shop_order`: what somebody ordered on the shop page.

mod course;

use beadsbox_documents::Language;
use beadsbox_domain::{Currency, Money, PersonHash, ShopId, TemplateContent, TemplateId, Timestamp, VoucherCode, VoucherId};
use beadsbox_protocol::mail::MailLanguage;
use beadsbox_protocol::trace::Trace;
use jiff_sqlx::ToSqlx as _;
use serde::{Deserialize, Serialize};
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::{damaged, is_taken, name_of, named, template, to_count};
use crate::error::Failure;

pub use course::{ask_at, end, end_earlier_of_form, hold, issue, note_payment, note_session, pay, prune, set_trouble, settle};

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    /// It waits for its payment.
    Reserved,
    /// Its voucher is to be written.
    Paid,
    Issued,
    /// It was not paid in time. A payment that comes later still makes its voucher.
    Expired,
    /// The buyer ordered anew, or the payment failed. The same holds.
    Cancelled,
}

/// How it is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayBy {
    /// On the payment provider's page.
    Card,
    /// At a counter.
    InShop,
}

pub use beadsbox_protocol::shop_page::OrderTrouble as Trouble;

/// An order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    pub id: Uuid,
    pub state: OrderState,
    pub payment: PayBy,
    /// 8 symbols, without a dash.
    pub reservation: String,
    pub voucher: VoucherId,
    pub code: VoucherCode,
    pub template: TemplateId,
    pub template_version: u32,
    pub price: Money,
    pub shop: ShopId,
    pub person: PersonHash,
    pub language: Language,
    pub created_at: Timestamp,
    pub holds_until: Timestamp,
    pub session_id: Option<String>,
    pub payment_ref: Option<String>,
    pub trouble: Option<Trouble>,
    /// Somebody dealt with the trouble.
    pub settled: bool,
    /// When the payment provider is asked how its page stands; none where that is final, or where `holds_until` says it.
    pub ask_at: Option<Timestamp>,
    /// The trace that it goes on in.
    pub trace: Option<Trace>,
}

impl Order {
    /// It was let go; a payment would still make its voucher.
    pub const fn is_let_go(&self) -> bool {
        matches!(self.state, OrderState::Expired | OrderState::Cancelled)
    }

    /// Whether something is to become of it by that moment, as [`due`] finds it.
    pub fn is_due(&self, now: Timestamp) -> bool {
        let at = if self.state == OrderState::Reserved {
            self.ask_at.or(Some(self.holds_until))
        } else {
            self.ask_at
        };
        (self.state == OrderState::Reserved || self.is_let_go()) && self.trouble.is_none() && at.is_some_and(|at| at <= now)
    }
}

#[derive(FromRow)]
struct Record {
    id: Uuid,
    state: String,
    payment: String,
    reservation: String,
    voucher_id: Uuid,
    code: String,
    template_id: Uuid,
    template_version: i32,
    price_minor: i64,
    currency: String,
    shop_id: Uuid,
    person_hash: Vec<u8>,
    language: String,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    created_at: Timestamp,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    holds_until: Timestamp,
    session_id: Option<String>,
    payment_ref: Option<String>,
    trouble: Option<String>,
    settled_at: Option<jiff_sqlx::Timestamp>,
    ask_at: Option<jiff_sqlx::Timestamp>,
    trace: Option<String>,
}

/// Orders, by what stands after the table.
macro_rules! orders {
    ($which:literal) => {
        concat!(
            "SELECT id, state, payment, reservation, voucher_id, code, template_id, template_version, price_minor, currency, shop_id, person_hash,
                    language, created_at, holds_until, session_id, payment_ref, trouble, settled_at, ask_at, trace
             FROM shop_order ",
            $which
        )
    };
}

impl Record {
    fn read(self) -> Result<Order, Failure> {
        let currency = Currency::from_code(&self.currency).map_err(|_| damaged("shop_order.currency"))?;
        Ok(Order {
            id: self.id,
            state: named(&self.state, "shop_order.state")?,
            payment: named(&self.payment, "shop_order.payment")?,
            reservation: self.reservation,
            voucher: VoucherId(self.voucher_id),
            code: VoucherCode::parse(&self.code).map_err(|_| damaged("shop_order.code"))?,
            template: TemplateId(self.template_id),
            template_version: u32::try_from(self.template_version).map_err(|_| damaged("shop_order.template_version"))?,
            price: Money::new(self.price_minor, currency),
            shop: ShopId(self.shop_id),
            person: PersonHash(self.person_hash.try_into().map_err(|_| damaged("shop_order.person_hash"))?),
            language: named(&self.language, "shop_order.language")?,
            created_at: self.created_at,
            holds_until: self.holds_until,
            session_id: self.session_id,
            payment_ref: self.payment_ref,
            settled: self.settled_at.is_some(),
            ask_at: self.ask_at.map(jiff_sqlx::Timestamp::to_jiff),
            trouble: self.trouble.map(|name| named(&name, "shop_order.trouble")).transpose()?,
            trace: self.trace.as_deref().and_then(Trace::parse),
        })
    }
}

/// An order that is made.
pub struct New<'a> {
    pub order: &'a Order,
    /// A hash of the form's id: what stands here with `form_key` tells nobody whether a buyer was guessed.
    pub form: Uuid,
    /// SHA-256 of the form's id and everything that was typed.
    pub form_key: [u8; 32],
}

/// What became of an attempt to make one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Made {
    New,
    /// The same form made it before.
    Before,
    /// Another order has its code or reservation: one in 2⁴⁰.
    Collided,
}

pub async fn insert(conn: &mut PgConnection, new: &New<'_>) -> sqlx::Result<Made> {
    let order = new.order;
    let inserted = sqlx::query(
        "INSERT INTO shop_order (id, form_id, form_key, state, payment, reservation, voucher_id, code, template_id, template_version, price_minor, currency,
                                 shop_id, person_hash, language, created_at, holds_until, trace)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) ON CONFLICT (form_key) DO NOTHING",
    )
    .bind(order.id)
    .bind(new.form)
    .bind(new.form_key.as_slice())
    .bind(name_of(order.state))
    .bind(name_of(order.payment))
    .bind(&order.reservation)
    .bind(order.voucher.0)
    .bind(order.code.compact())
    .bind(order.template.0)
    .bind(template::to_version(order.template_version))
    .bind(order.price.minor)
    .bind(order.price.currency.code())
    .bind(order.shop.0)
    .bind(order.person.0.as_slice())
    .bind(order.language.code())
    .bind(order.created_at.to_sqlx())
    .bind(order.holds_until.to_sqlx())
    .bind(order.trace.map(|trace| trace.to_string()))
    .execute(conn)
    .await;
    match inserted {
        Ok(done) if done.rows_affected() == 1 => Ok(Made::New),
        Ok(_) => Ok(Made::Before),
        Err(error) if ["shop_order_reservation", "shop_order_code"].iter().any(|index| is_taken(&error, index)) => Ok(Made::Collided),
        Err(error) => Err(error),
    }
}

async fn one(conn: &mut PgConnection, query: sqlx::query::QueryAs<'_, sqlx::Postgres, Record, sqlx::postgres::PgArguments>) -> Result<Option<Order>, Failure> {
    query.fetch_optional(conn).await?.map(Record::read).transpose()
}

pub async fn find(conn: &mut PgConnection, id: Uuid) -> Result<Option<Order>, Failure> {
    one(conn, sqlx::query_as(orders!("WHERE id = $1")).bind(id)).await
}

/// The order, its row locked. Locked before the server's own device and before vouchers.
pub async fn lock(conn: &mut PgConnection, id: Uuid) -> Result<Option<Order>, Failure> {
    one(conn, sqlx::query_as(orders!("WHERE id = $1 FOR NO KEY UPDATE")).bind(id)).await
}

/// The order that was paid by that payment, its row locked.
pub async fn lock_by_payment(conn: &mut PgConnection, payment_ref: &str) -> Result<Option<Order>, Failure> {
    one(conn, sqlx::query_as(orders!("WHERE payment_ref = $1 ORDER BY id LIMIT 1 FOR NO KEY UPDATE")).bind(payment_ref)).await
}

/// What that form made.
pub async fn find_by_form(conn: &mut PgConnection, form_key: &[u8; 32]) -> Result<Option<Order>, Failure> {
    one(conn, sqlx::query_as(orders!("WHERE form_key = $1")).bind(form_key.as_slice())).await
}

pub async fn find_by_reservation(conn: &mut PgConnection, reservation: &str) -> Result<Option<Order>, Failure> {
    one(conn, sqlx::query_as(orders!("WHERE reservation = $1")).bind(reservation)).await
}

/// The orders of those vouchers, locked in the order of their ids.
pub async fn lock_of_vouchers(conn: &mut PgConnection, vouchers: &[Uuid]) -> Result<Vec<Order>, Failure> {
    let records: Vec<Record> = sqlx::query_as(orders!("WHERE voucher_id = ANY($1) ORDER BY id FOR NO KEY UPDATE"))
        .bind(vouchers)
        .fetch_all(conn)
        .await?;
    records.into_iter().map(Record::read).collect()
}

/// What the template said that was ordered.
pub async fn content(conn: &mut PgConnection, order: &Order) -> Result<TemplateContent, Failure> {
    let contents = template::contents(conn, &[order.template.0], &[template::to_version(order.template_version)]).await?;
    contents.first().ok_or_else(|| damaged("shop_order.template_version"))?.read()
}

/// Orders whose time was over at that moment, and those that were let go and whose payment pages may have been paid all the same; the oldest first.
pub async fn due(conn: &mut PgConnection, now: Timestamp, limit: i64) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar(
        "SELECT id FROM (SELECT id, coalesce(ask_at, holds_until) AS at FROM shop_order WHERE state = 'reserved' AND trouble IS NULL
                         UNION ALL
                         SELECT id, ask_at FROM shop_order WHERE ask_at <= $1 AND state IN ('expired', 'cancelled') AND trouble IS NULL) AS orders
         WHERE at <= $1 ORDER BY at LIMIT $2",
    )
    .bind(now.to_sqlx())
    .bind(limit)
    .fetch_all(conn)
    .await
}

/// Orders that are paid and whose vouchers are not written, and at which nobody has to look.
pub async fn unissued(conn: &mut PgConnection, limit: i64) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar("SELECT id FROM shop_order WHERE state = 'paid' AND trouble IS NULL ORDER BY paid_at LIMIT $1")
        .bind(limit)
        .fetch_all(conn)
        .await
}

/// Orders at which a person has to look, the oldest first.
pub async fn in_trouble(conn: &mut PgConnection, limit: i64) -> Result<Vec<Order>, Failure> {
    let records: Vec<Record> = sqlx::query_as(orders!("WHERE trouble IS NOT NULL AND settled_at IS NULL ORDER BY created_at, id LIMIT $1"))
        .bind(limit)
        .fetch_all(conn)
        .await?;
    records.into_iter().map(Record::read).collect()
}

/// How many orders wait for their payment, and at how many a person has to look.
pub async fn counts(conn: &mut PgConnection) -> sqlx::Result<(u64, u64)> {
    let (waiting, troubled): (i64, i64) = sqlx::query_as(
        "SELECT (SELECT count(*) FROM shop_order WHERE state = 'reserved' AND trouble IS NULL),
                (SELECT count(*) FROM shop_order WHERE trouble IS NOT NULL AND settled_at IS NULL)",
    )
    .fetch_one(conn)
    .await?;
    Ok((to_count(waiting), to_count(troubled)))
}

/// The language in which those vouchers were ordered; none where they were not, or not all in one.
pub async fn language_of(conn: &mut PgConnection, vouchers: &[Uuid]) -> Result<Option<MailLanguage>, Failure> {
    let languages: Vec<String> = sqlx::query_scalar("SELECT DISTINCT language FROM shop_order WHERE voucher_id = ANY($1)")
        .bind(vouchers)
        .fetch_all(conn)
        .await?;
    match languages.as_slice() {
        [language] => named(language, "shop_order.language").map(Some),
        _ => Ok(None),
    }
}
