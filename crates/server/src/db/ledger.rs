//! `ledger_entry`: the books. Only ever added to.

use beadsbox_domain::{Date, Timestamp, Vat, VoucherId, ledger::Entry};
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    name_of,
    writes::{Columns, Writes},
};
use crate::push::Zones;

/// A line, with its place and its days.
pub struct Line<'a> {
    commit_no: i64,
    number: i32,
    entry: &'a Entry,
    business_day: Date,
    received_day: Date,
    sold_day: Date,
}

impl<'a> Line<'a> {
    pub fn new(commit_no: i64, number: i32, entry: &'a Entry, zones: &Zones) -> Self {
        let day = |at: Timestamp, shop| at.to_zoned(zones.of(shop)).date();
        Self {
            commit_no,
            number,
            entry,
            business_day: day(entry.at, entry.shop),
            received_day: day(entry.received_at, entry.shop),
            sold_day: day(entry.sold_at, entry.sold_in),
        }
    }
}

fn rate(vat: Vat) -> Option<i32> {
    match vat {
        Vat::SinglePurpose { rate_basis_points } => Some(rate_basis_points.into()),
        Vat::MultiPurpose => None,
    }
}

const fn vat_kind(vat: Vat) -> &'static str {
    match vat {
        Vat::SinglePurpose { .. } => "single_purpose",
        Vat::MultiPurpose => "multi_purpose",
    }
}

pub fn add_new(writes: &mut Writes, lines: &[Line<'_>]) {
    if lines.is_empty() {
        return;
    }
    let each = || lines.iter().map(|line| line.entry);
    writes.add_read("ledger_new", |sql| {
        sql.push(
            "INSERT INTO ledger_entry (commit_no, line, voucher_id, template_id, kind, amount_minor, currency, service_minor, money_minor, stake_minor,
                                       vat_minor, vat_kind, vat_rate, payment, settlement, shop_id, done_shop, sold_shop, staff_id, device_id,
                                       business_at, business_day, received_at, received_day, sold_day, expires_on)
             SELECT * FROM ",
        );
        Columns::of(sql)
            .with(lines.iter().map(|line| line.commit_no))
            .with(lines.iter().map(|line| line.number))
            .with(each().map(|entry| entry.voucher.0))
            .with(each().map(|entry| entry.template.0))
            .with(each().map(|entry| entry.kind.name()))
            .with(each().map(|entry| entry.amount.minor))
            .with(each().map(|entry| entry.amount.currency.code()))
            .with(each().map(|entry| entry.kind.effect().service * entry.amount.minor))
            .with(each().map(|entry| entry.kind.effect().money * entry.amount.minor))
            .with(each().map(|entry| entry.kind.effect().stake * entry.amount.minor))
            .with(each().map(Entry::vat))
            .with(each().map(|entry| vat_kind(entry.vat)))
            .with(each().map(|entry| rate(entry.vat)))
            .with(each().map(|entry| entry.payment.map(name_of)))
            .with(each().map(|entry| entry.settlement.map(name_of)))
            .with(each().map(|entry| entry.shop.0))
            .with(each().map(|entry| entry.done_in.0))
            .with(each().map(|entry| entry.sold_in.0))
            .with(each().map(|entry| entry.staff.0))
            .with(each().map(|entry| entry.device.0))
            .with(each().map(|entry| entry.at.to_sqlx()))
            .with(lines.iter().map(|line| line.business_day.to_sqlx()))
            .with(each().map(|entry| entry.received_at.to_sqlx()))
            .with(lines.iter().map(|line| line.received_day.to_sqlx()))
            .with(lines.iter().map(|line| line.sold_day.to_sqlx()))
            .with(each().map(|entry| entry.expires_on.map(jiff_sqlx::ToSqlx::to_sqlx)))
            .end(
                " RETURNING business_day, currency, sold_shop, shop_id, template_id, kind, vat_kind, vat_rate, payment,
                            amount_minor, service_minor, money_minor, vat_minor",
            );
    });
    writes.add("ledger_month_new", |sql| {
        sql.push(
            "INSERT INTO ledger_month
             SELECT date_trunc('month', business_day)::date, currency, sold_shop, shop_id, template_id, kind, vat_kind, vat_rate, payment,
                    sum(sign(amount_minor)), sum(amount_minor), sum(service_minor), sum(money_minor), sum(vat_minor)
             FROM ledger_new GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9",
        );
    });
}

/// Whether what was done before there were books stands in them.
pub async fn is_filled(conn: &mut PgConnection) -> sqlx::Result<bool> {
    sqlx::query_scalar("SELECT EXISTS (SELECT FROM ledger_filled)").fetch_one(conn).await
}

pub async fn note_filled(conn: &mut PgConnection, at: Timestamp) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO ledger_filled (filled_at) VALUES ($1) ON CONFLICT DO NOTHING")
        .bind(at.to_sqlx())
        .execute(conn)
        .await?;
    Ok(())
}

/// The next vouchers by id with operations and without a line.
pub async fn unbooked(conn: &mut PgConnection, after: Uuid, limit: i64) -> sqlx::Result<Vec<VoucherId>> {
    let ids: Vec<Uuid> = sqlx::query_scalar(
        "SELECT v.id FROM voucher v
         WHERE v.id > $1 AND EXISTS (SELECT FROM operation o WHERE o.subject_kind = 'voucher' AND o.subject_id = v.id)
           AND NOT EXISTS (SELECT FROM ledger_entry e WHERE e.voucher_id = v.id)
         ORDER BY v.id LIMIT $2",
    )
    .bind(after)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    Ok(ids.into_iter().map(VoucherId).collect())
}

/// Books vouchers that have no operations, as the sample data in bulk have none: by what their rows say. How many lines.
pub async fn book_without_history(conn: &mut PgConnection) -> sqlx::Result<u64> {
    let booked = sqlx::query(include_str!("ledger_without_history.sql")).execute(conn).await?;
    Ok(booked.rows_affected())
}

/// Makes one row of those of `ledger_month` that are alike, where there are many; what has no like stays as it is. How many rows came of it.
pub async fn put_together(conn: &mut PgConnection) -> sqlx::Result<u64> {
    let put = sqlx::query(
        "WITH alike AS (
             SELECT month, currency, sold_shop, shop_id, template_id, kind, vat_kind, vat_rate, payment FROM ledger_month
             WHERE (SELECT count(*) FROM ledger_month) > $1 GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9 HAVING count(*) > 1
         ), gone AS (
             DELETE FROM ledger_month m USING alike a
             WHERE (m.month, m.currency, m.sold_shop, m.shop_id, m.template_id, m.kind, m.vat_kind)
                 = (a.month, a.currency, a.sold_shop, a.shop_id, a.template_id, a.kind, a.vat_kind)
               AND m.vat_rate IS NOT DISTINCT FROM a.vat_rate AND m.payment IS NOT DISTINCT FROM a.payment
             RETURNING m.month, m.currency, m.sold_shop, m.shop_id, m.template_id, m.kind, m.vat_kind, m.vat_rate, m.payment,
                       m.number, m.amount_minor, m.service_minor, m.money_minor, m.vat_minor
         )
         INSERT INTO ledger_month
         SELECT month, currency, sold_shop, shop_id, template_id, kind, vat_kind, vat_rate, payment,
                sum(number), sum(amount_minor), sum(service_minor), sum(money_minor), sum(vat_minor)
         FROM gone GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9",
    )
    .bind(MOST_LOOSE)
    .execute(conn)
    .await?;
    Ok(put.rows_affected())
}

/// How many rows of `ledger_month` are put together: fewer are read in no time.
const MOST_LOOSE: i64 = 5_000;
