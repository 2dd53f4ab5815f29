//! What reports ask of `ledger_entry`. Reads only, and never more than a bounded number of rows; sums are made by the database.

use beadsbox_domain::{Date, Payment, Vat, ledger::EntryKind};
use beadsbox_protocol::report::{Grain, Name, ReportQuery, Split};
use jiff_sqlx::ToSqlx as _;
use sqlx::{
    FromRow, PgConnection, Postgres,
    postgres::{PgArguments, PgRow},
    query::QueryAs,
};
use uuid::Uuid;

use super::{damaged, named, parts::Parts};
use crate::error::Failure;

/// The most groups of one answer of the database.
pub const MOST_GROUPS: i64 = 20_000;

type Question<'q, T> = QueryAs<'q, Postgres, T, PgArguments>;

/// A question whose $1 to $5 are the period and what it is narrowed to.
fn of_period<'q, T: for<'r> FromRow<'r, PgRow>>(text: &'static str, query: &'q ReportQuery) -> Question<'q, T> {
    narrowed(sqlx::query_as(text).bind(query.from.to_sqlx()), query)
}

/// A question whose $1 to $4 are the last day and what it is narrowed to.
fn until_last_day<'q, T: for<'r> FromRow<'r, PgRow>>(text: &'static str, query: &'q ReportQuery) -> Question<'q, T> {
    narrowed(sqlx::query_as(text), query)
}

fn narrowed<'q, T: for<'r> FromRow<'r, PgRow>>(question: Question<'q, T>, query: &'q ReportQuery) -> Question<'q, T> {
    question
        .bind(query.to.to_sqlx())
        .bind(query.currency.as_deref())
        .bind(query.shop.map(|shop| shop.0))
        .bind(query.template.map(|template| template.0))
}

/// Its $6 and $7 are the months that come summed up, $8 to $11 the days that are read line by line.
fn with_parts<'q, T: for<'r> FromRow<'r, PgRow>>(question: Question<'q, T>, parts: &Parts) -> Question<'q, T> {
    let ranges = [parts.months].into_iter().chain(parts.raw);
    ranges.fold(question, |question, (first, last)| question.bind(first.to_sqlx()).bind(last.to_sqlx()))
}

/// Whole months come summed up, unless days, weeks or people are told apart.
fn parts_of(query: &ReportQuery, people: bool) -> Parts {
    let by_line = people || matches!(query.by, Some(Grain::Day | Grain::Week));
    if by_line { Parts::lines(query.from, query.to) } else { Parts::of(query.from, query.to) }
}

/// The highest number of an operation in the books.
pub async fn through_commit_no(conn: &mut PgConnection) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar("SELECT max(commit_no) FROM ledger_entry").fetch_one(conn).await
}

/// What shops, staff members and templates of those ids are called now.
pub async fn names(conn: &mut PgConnection, ids: &[Uuid]) -> sqlx::Result<Vec<Name>> {
    let names: Vec<(Uuid, String)> = sqlx::query_as(
        "SELECT id, name FROM shop WHERE id = ANY($1) UNION ALL SELECT id, name FROM staff WHERE id = ANY($1)
         UNION ALL SELECT t.id, v.title FROM voucher_template t JOIN voucher_template_version v ON v.template_id = t.id AND v.version = t.version
                   WHERE t.id = ANY($1)
         ORDER BY 2",
    )
    .bind(ids)
    .fetch_all(conn)
    .await?;
    Ok(names.into_iter().map(|(id, name)| Name { id, name }).collect())
}

/// What one kind of line did to what a shop owes.
#[derive(FromRow)]
pub struct OwedGroup {
    pub currency: String,
    pub sold_shop: Uuid,
    kind: String,
    /// Owed by such lines before the period, and through its end.
    pub opening: i64,
    pub closing: i64,
    pub closing_money: i64,
    /// Their amounts in the period.
    pub amount: i64,
}

impl OwedGroup {
    pub fn kind(&self) -> Result<EntryKind, Failure> {
        kind(&self.kind)
    }
}

fn kind(name: &str) -> Result<EntryKind, Failure> {
    EntryKind::from_name(name).ok_or_else(|| damaged("ledger_entry.kind"))
}

pub async fn owed(conn: &mut PgConnection, query: &ReportQuery) -> sqlx::Result<Vec<OwedGroup>> {
    let parts = Parts::since_ever(query.from, query.to);
    let question = of_period(
        "WITH line AS (
             SELECT month AS day, currency, sold_shop, template_id, kind, amount_minor, service_minor, money_minor FROM ledger_month
             WHERE month >= $6 AND month < $7 AND ($12::date IS NULL OR month <> $12)
             UNION ALL
             SELECT business_day, currency, sold_shop, template_id, kind, amount_minor, service_minor, money_minor FROM ledger_entry
             WHERE business_day BETWEEN $8 AND $9 OR business_day BETWEEN $10 AND $11)
         SELECT currency, sold_shop, kind, coalesce(sum(service_minor + money_minor) FILTER (WHERE day < $1), 0)::bigint AS opening,
                sum(service_minor + money_minor)::bigint AS closing, sum(money_minor)::bigint AS closing_money,
                coalesce(sum(amount_minor) FILTER (WHERE day >= $1), 0)::bigint AS amount
         FROM line
         WHERE day <= $2 AND ($3::text IS NULL OR currency = $3) AND ($4::uuid IS NULL OR sold_shop = $4) AND ($5::uuid IS NULL OR template_id = $5)
         GROUP BY currency, sold_shop, kind ORDER BY currency, sold_shop, kind",
        query,
    );
    with_parts(question, &parts).bind(parts.skipped.map(jiff_sqlx::ToSqlx::to_sqlx)).fetch_all(conn).await
}

/// What arrived after the period's last day and belongs to it or to a day before.
#[derive(FromRow)]
pub struct LateGroup {
    pub currency: String,
    pub sold_shop: Uuid,
    pub number: i64,
    pub owed: i64,
}

pub async fn late(conn: &mut PgConnection, query: &ReportQuery) -> sqlx::Result<Vec<LateGroup>> {
    until_last_day(
        "SELECT currency, sold_shop, count(*) AS number, sum(service_minor + money_minor)::bigint AS owed FROM ledger_entry
         WHERE received_day > business_day AND received_day > $1 AND business_day <= $1 AND ($2::text IS NULL OR currency = $2)
           AND ($3::uuid IS NULL OR sold_shop = $3) AND ($4::uuid IS NULL OR template_id = $4)
         GROUP BY currency, sold_shop",
        query,
    )
    .fetch_all(conn)
    .await
}

/// What happened of one kind in a part of the period.
#[derive(FromRow)]
pub struct ActivityGroup {
    pub start: Option<jiff_sqlx::Date>,
    pub of: Option<Uuid>,
    pub currency: String,
    kind: String,
    pub count: i64,
    pub minor: i64,
}

impl ActivityGroup {
    pub fn kind(&self) -> Result<EntryKind, Failure> {
        kind(&self.kind)
    }
}

pub async fn activity(conn: &mut PgConnection, query: &ReportQuery) -> sqlx::Result<Vec<ActivityGroup>> {
    let question = of_period(
        "WITH line AS (
             SELECT month AS day, currency, shop_id, template_id, NULL::uuid AS staff_id, kind, number, amount_minor FROM ledger_month
             WHERE month >= $6 AND month < $7
             UNION ALL
             SELECT business_day, currency, shop_id, template_id, staff_id, kind, sign(amount_minor)::bigint, amount_minor FROM ledger_entry
             WHERE business_day BETWEEN $8 AND $9 OR business_day BETWEEN $10 AND $11)
         SELECT CASE $12 WHEN 'day' THEN day WHEN 'week' THEN date_trunc('week', day)::date WHEN 'month' THEN date_trunc('month', day)::date END AS start,
                CASE $13 WHEN 'template' THEN template_id WHEN 'shop' THEN shop_id WHEN 'staff' THEN staff_id END AS of,
                currency, kind, sum(number)::bigint AS count, sum(amount_minor)::bigint AS minor
         FROM line
         WHERE day BETWEEN $1 AND $2 AND ($3::text IS NULL OR currency = $3) AND ($4::uuid IS NULL OR shop_id = $4)
           AND ($5::uuid IS NULL OR template_id = $5)
         GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4 LIMIT $14",
        query,
    );
    with_parts(question, &parts_of(query, query.split == Some(Split::Staff)))
        .bind(query.by.map(super::name_of))
        .bind(query.split.map(super::name_of))
        .bind(MOST_GROUPS)
        .fetch_all(conn)
        .await
}

/// How many lines of the period arrived after its last day.
pub async fn late_lines(conn: &mut PgConnection, query: &ReportQuery) -> sqlx::Result<i64> {
    sqlx::query_scalar(
        "SELECT count(*) FROM ledger_entry
         WHERE received_day > business_day AND received_day > $2 AND business_day BETWEEN $1 AND $2 AND ($3::text IS NULL OR currency = $3)
           AND ($4::uuid IS NULL OR shop_id = $4) AND ($5::uuid IS NULL OR template_id = $5)",
    )
    .bind(query.from.to_sqlx())
    .bind(query.to.to_sqlx())
    .bind(query.currency.as_deref())
    .bind(query.shop.map(|shop| shop.0))
    .bind(query.template.map(|template| template.0))
    .fetch_one(conn)
    .await
}

/// Enough memory to sum up every line without sorting them first: reports on the age of what is owed have no monthly sums.
pub async fn take_room(conn: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query("SET LOCAL work_mem = '64MB'").execute(conn).await?;
    Ok(())
}

/// A part of what is owed.
#[derive(FromRow)]
pub struct AgeGroup {
    pub currency: String,
    pub sold_shop: Uuid,
    pub age: String,
    pub until: String,
    pub count: i64,
    pub minor: i64,
}

/// Every line of a voucher has the day of its sale and its last day, so nothing has to be put together voucher by voucher.
pub async fn ageing(conn: &mut PgConnection, query: &ReportQuery) -> sqlx::Result<Vec<AgeGroup>> {
    until_last_day(
        "WITH owed AS MATERIALIZED (
             SELECT currency, sold_shop, sold_day, expires_on, sum(sign(service_minor + money_minor)) AS number, sum(service_minor + money_minor) AS minor
             FROM ledger_entry
             WHERE business_day <= $1 AND ($2::text IS NULL OR currency = $2) AND ($3::uuid IS NULL OR sold_shop = $3)
               AND ($4::uuid IS NULL OR template_id = $4)
             GROUP BY 1, 2, 3, 4)
         SELECT currency, sold_shop,
                CASE WHEN sold_day > $1 - interval '3 months' THEN 'under3' WHEN sold_day > $1 - interval '6 months' THEN 'under6'
                     WHEN sold_day > $1 - interval '12 months' THEN 'under12' WHEN sold_day > $1 - interval '24 months' THEN 'under24'
                     ELSE 'over24' END AS age,
                CASE WHEN expires_on IS NULL THEN 'never' WHEN expires_on < $1 THEN 'overdue' WHEN expires_on < $1 + interval '1 month' THEN 'under1'
                     WHEN expires_on < $1 + interval '3 months' THEN 'under3' WHEN expires_on < $1 + interval '6 months' THEN 'under6'
                     WHEN expires_on < $1 + interval '12 months' THEN 'under12' ELSE 'over12' END AS until,
                sum(number)::bigint AS count, sum(minor)::bigint AS minor
         FROM owed GROUP BY 1, 2, 3, 4 HAVING sum(minor) <> 0 OR sum(number) <> 0 ORDER BY 1, 2",
        query,
    )
    .fetch_all(conn)
    .await
}

/// The vouchers of one template: counts and values.
#[derive(FromRow)]
pub struct BreakageGroup {
    pub template_id: Uuid,
    pub currency: String,
    pub over_count: i64,
    pub over_minor: i64,
    pub never_count: i64,
    pub never_minor: i64,
    pub within_30_count: i64,
    pub within_30_minor: i64,
    pub within_90_count: i64,
    pub within_90_minor: i64,
    pub owed_count: i64,
    pub owed_minor: i64,
}

/// One that was extended has its lines under two last days: those of the sale under the former one. So what was extended beyond the day
/// is taken off the vouchers that are over, and what was extended after it had expired off those never redeemed.
pub async fn breakage(conn: &mut PgConnection, query: &ReportQuery) -> sqlx::Result<Vec<BreakageGroup>> {
    until_last_day(
        "WITH line AS (
             SELECT template_id, currency, service_minor, coalesce(expires_on < $1, false) AS over,
                    expires_on BETWEEN $1 AND $1 + 30 AS within_30, expires_on BETWEEN $1 AND $1 + 90 AS within_90,
                    CASE WHEN kind IN ('sold', 'replaced_in', 'taken_over') THEN amount_minor WHEN kind IN ('cancelled', 'replaced_out') THEN -amount_minor ELSE 0 END AS kept,
                    CASE kind WHEN 'expired' THEN amount_minor WHEN 'expired_honoured' THEN -amount_minor ELSE 0 END AS lapsed,
                    CASE kind WHEN 'extended' THEN amount_minor ELSE 0 END AS extended
             FROM ledger_entry
             WHERE business_day <= $1 AND ($2::text IS NULL OR currency = $2) AND ($3::uuid IS NULL OR sold_shop = $3)
               AND ($4::uuid IS NULL OR template_id = $4)
         )
         SELECT template_id, currency,
                sum(CASE WHEN over THEN sign(kept) ELSE -sign(extended) END)::bigint AS over_count,
                sum(CASE WHEN over THEN kept ELSE -extended END)::bigint AS over_minor,
                sum(CASE WHEN over THEN sign(lapsed) + sign(service_minor) ELSE 0 END - sign(extended))::bigint AS never_count,
                sum(CASE WHEN over THEN lapsed + service_minor ELSE 0 END - extended)::bigint AS never_minor,
                coalesce(sum(sign(service_minor)) FILTER (WHERE within_30), 0)::bigint AS within_30_count,
                coalesce(sum(service_minor) FILTER (WHERE within_30), 0)::bigint AS within_30_minor,
                coalesce(sum(sign(service_minor)) FILTER (WHERE within_90), 0)::bigint AS within_90_count,
                coalesce(sum(service_minor) FILTER (WHERE within_90), 0)::bigint AS within_90_minor,
                sum(sign(service_minor))::bigint AS owed_count, sum(service_minor)::bigint AS owed_minor
         FROM line GROUP BY template_id, currency ORDER BY currency, template_id",
        query,
    )
    .fetch_all(conn)
    .await
}

/// What one kind of voucher did in a part of the period.
#[derive(FromRow)]
pub struct VatGroup {
    pub start: Option<jiff_sqlx::Date>,
    pub shop_id: Uuid,
    pub currency: String,
    vat_kind: String,
    vat_rate: Option<i32>,
    pub sold: i64,
    pub refunded: i64,
    pub replaced: i64,
    pub due: i64,
    pub to_be_taxed: i64,
}

impl VatGroup {
    pub fn vat(&self) -> Result<Vat, Failure> {
        vat(&self.vat_kind, self.vat_rate)
    }
}

fn vat(kind: &str, rate: Option<i32>) -> Result<Vat, Failure> {
    match (kind, rate.map(u16::try_from)) {
        ("single_purpose", Some(Ok(rate_basis_points))) => Ok(Vat::SinglePurpose { rate_basis_points }),
        ("multi_purpose", None) => Ok(Vat::MultiPurpose),
        _ => Err(damaged("ledger_entry.vat_kind")),
    }
}

pub async fn vat_due(conn: &mut PgConnection, query: &ReportQuery) -> sqlx::Result<Vec<VatGroup>> {
    let question = of_period(
        "WITH line AS (
             SELECT month AS day, currency, shop_id, template_id, kind, vat_kind, vat_rate, amount_minor, vat_minor FROM ledger_month
             WHERE month >= $6 AND month < $7
             UNION ALL
             SELECT business_day, currency, shop_id, template_id, kind, vat_kind, vat_rate, amount_minor, vat_minor FROM ledger_entry
             WHERE business_day BETWEEN $8 AND $9 OR business_day BETWEEN $10 AND $11)
         SELECT CASE $12 WHEN 'day' THEN day WHEN 'week' THEN date_trunc('week', day)::date WHEN 'month' THEN date_trunc('month', day)::date END AS start,
                shop_id, currency, vat_kind, vat_rate,
                coalesce(sum(amount_minor) FILTER (WHERE kind = 'sold'), 0)::bigint AS sold,
                coalesce(sum(amount_minor) FILTER (WHERE kind = 'refunded'), 0)::bigint AS refunded,
                coalesce(sum(CASE kind WHEN 'replaced_in' THEN amount_minor ELSE -amount_minor END)
                         FILTER (WHERE kind IN ('replaced_in', 'replaced_out')), 0)::bigint AS replaced,
                sum(CASE WHEN kind IN ('sold', 'replaced_in') THEN vat_minor WHEN kind IN ('refunded', 'replaced_out') THEN -vat_minor
                         ELSE 0 END)::bigint AS due,
                sum(CASE WHEN vat_kind <> 'multi_purpose' THEN 0 WHEN kind IN ('redeemed', 'expired_honoured') THEN amount_minor
                         WHEN kind = 'undone' THEN -amount_minor ELSE 0 END)::bigint AS to_be_taxed
         FROM line
         WHERE day BETWEEN $1 AND $2 AND kind IN ('sold', 'refunded', 'replaced_in', 'replaced_out', 'redeemed', 'expired_honoured', 'undone')
           AND ($3::text IS NULL OR currency = $3) AND ($4::uuid IS NULL OR shop_id = $4) AND ($5::uuid IS NULL OR template_id = $5)
         GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5 LIMIT $13",
        query,
    );
    with_parts(question, &parts_of(query, false)).bind(query.by.map(super::name_of)).bind(MOST_GROUPS).fetch_all(conn).await
}

/// Lines that accountants book alike.
#[derive(FromRow)]
pub struct MovedGroup {
    #[sqlx(try_from = "jiff_sqlx::Date")]
    pub business_day: Date,
    pub shop_id: Uuid,
    pub sold_shop: Uuid,
    pub currency: String,
    kind: String,
    vat_kind: String,
    vat_rate: Option<i32>,
    payment: Option<String>,
    /// The server itself sold it: on the shop page.
    pub online: bool,
    pub amount: i64,
    pub vat: i64,
    pub owed: i64,
}

impl MovedGroup {
    pub fn kind(&self) -> Result<EntryKind, Failure> {
        kind(&self.kind)
    }

    pub fn vat_kind(&self) -> Result<Vat, Failure> {
        vat(&self.vat_kind, self.vat_rate)
    }

    pub fn payment(&self) -> Result<Option<Payment>, Failure> {
        self.payment.as_deref().map(|name| named(name, "ledger_entry.payment")).transpose()
    }
}

pub async fn moved(conn: &mut PgConnection, query: &ReportQuery) -> sqlx::Result<Vec<MovedGroup>> {
    of_period(
        "SELECT business_day, shop_id, sold_shop, currency, kind, vat_kind, vat_rate, payment,
                kind = 'sold' AND staff_id = '00000000-0000-0000-0000-000000000000' AS online,
                sum(amount_minor)::bigint AS amount, sum(vat_minor)::bigint AS vat, sum(service_minor + money_minor)::bigint AS owed
         FROM ledger_entry
         WHERE business_day BETWEEN $1 AND $2 AND ($3::text IS NULL OR currency = $3) AND ($4::uuid IS NULL OR shop_id = $4)
           AND ($5::uuid IS NULL OR template_id = $5)
         GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9 ORDER BY 1, 4, 2, 3, 5, 6, 7, 8, 9 LIMIT $6",
        query,
    )
    .bind(MOST_GROUPS)
    .fetch_all(conn)
    .await
}
