//! `cash_move` and `day_close`: what tills did with their cash and their days. Only ever added to.

use beadsbox_authority::lives::Span;
use beadsbox_domain::{CashMovement, Currency, DayClose, DeviceId, LastClose, Money, Outcome, Stamp, VoucherId, text::Reason};
use beadsbox_protocol::{Incarnation, OperationBody};
use jiff_sqlx::ToSqlx;
use sqlx::{FromRow, PgConnection, types::Json};
use uuid::Uuid;

use super::{damaged, operation::to_column, to_bigint, to_count};
use crate::error::Failure;

/// Where in a device's order something stands.
#[derive(Clone, Copy)]
pub struct Place {
    pub device: DeviceId,
    pub incarnation: Incarnation,
    pub dev_seq: u64,
}

/// Cash that moved.
pub async fn insert_move(
    conn: &mut PgConnection,
    place: Place,
    stamp: &Stamp,
    movement: CashMovement,
    amount: Money,
    reason: Option<&Reason>,
) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO cash_move (device_id, incarnation, dev_seq, op_id, at, staff_id, shop_id, movement, minor, currency, reason)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(place.device.0)
    .bind(to_column(place.incarnation))
    .bind(to_bigint(place.dev_seq))
    .bind(stamp.op.0)
    .bind(stamp.at.to_sqlx())
    .bind(stamp.staff.0)
    .bind(stamp.shop.0)
    .bind(movement.name())
    .bind(amount.minor)
    .bind(amount.currency.code())
    .bind(reason.map(Reason::as_str))
    .execute(conn)
    .await?;
    Ok(())
}

/// What the server makes of a close.
pub struct Compared {
    /// None where it did not look.
    pub agrees: Option<bool>,
    /// Its own sums, where they differ.
    pub own_sums: Option<serde_json::Value>,
}

/// A closed day.
pub async fn insert_close(conn: &mut PgConnection, place: Place, stamp: &Stamp, close: &DayClose, compared: &Compared) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO day_close (device_id, incarnation, dev_seq, op_id, at, staff_id, shop_id, number, day, after_seq, through_seq, close, agrees, own_sums)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind(place.device.0)
    .bind(to_column(place.incarnation))
    .bind(to_bigint(place.dev_seq))
    .bind(stamp.op.0)
    .bind(stamp.at.to_sqlx())
    .bind(stamp.staff.0)
    .bind(stamp.shop.0)
    .bind(to_bigint(close.number))
    .bind(close.day.to_sqlx())
    .bind(to_bigint(close.after_seq))
    .bind(to_bigint(close.through_seq))
    .bind(Json(close))
    .bind(compared.agrees)
    .bind(compared.own_sums.as_ref())
    .execute(conn)
    .await?;
    Ok(())
}

/// How far the closes among those operations go.
pub async fn last_close(conn: &mut PgConnection, device: DeviceId, spans: &[Span]) -> sqlx::Result<Option<LastClose>> {
    for (incarnation, from, to) in spans.iter().rev() {
        let last: Option<(i64, i64)> = sqlx::query_as(
            "SELECT number, through_seq FROM day_close WHERE device_id = $1 AND incarnation = $2 AND dev_seq BETWEEN $3 AND $4
             ORDER BY dev_seq DESC LIMIT 1",
        )
        .bind(device.0)
        .bind(to_column(*incarnation))
        .bind(to_bigint(*from))
        .bind(to_bigint(*to))
        .fetch_optional(&mut *conn)
        .await?;
        if let Some((number, through_seq)) = last {
            return Ok(Some(LastClose { number: to_count(number), through_seq: to_count(through_seq) }));
        }
    }
    Ok(None)
}

/// An operation that a close covers.
pub struct Covered {
    pub body: OperationBody,
    pub outcome: Option<Outcome>,
}

#[derive(FromRow)]
struct CoveredRecord {
    body: Vec<u8>,
    outcome: Option<Json<Outcome>>,
}

/// The operations of those places that can be read, in order; none where there are more than so many.
pub async fn covered(conn: &mut PgConnection, device: DeviceId, spans: &[Span], most: usize) -> sqlx::Result<Option<Vec<Covered>>> {
    let mut covered = Vec::new();
    for (incarnation, from, to) in spans {
        let records: Vec<CoveredRecord> = sqlx::query_as(
            "SELECT body, outcome FROM operation WHERE device_id = $1 AND incarnation = $2 AND dev_seq BETWEEN $3 AND $4 ORDER BY dev_seq LIMIT $5",
        )
        .bind(device.0)
        .bind(to_column(*incarnation))
        .bind(to_bigint(*from))
        .bind(to_bigint(*to))
        .bind(i64::try_from(most + 1).unwrap_or(i64::MAX))
        .fetch_all(&mut *conn)
        .await?;
        let read = |record: CoveredRecord| {
            let body = std::str::from_utf8(&record.body).ok().and_then(|text| OperationBody::decode(text).ok())?;
            Some(Covered { body, outcome: record.outcome.map(|outcome| outcome.0) })
        };
        covered.extend(records.into_iter().filter_map(read));
        if covered.len() > most {
            return Ok(None);
        }
    }
    Ok(Some(covered))
}

/// What those vouchers are worth, as far as they are known.
pub async fn worth(conn: &mut PgConnection, vouchers: &[Uuid]) -> Result<Vec<(VoucherId, Money)>, Failure> {
    let rows: Vec<(Uuid, i64, String)> = sqlx::query_as(
        "SELECT v.id, s.price_minor, s.currency FROM voucher v
         JOIN voucher_template_version s ON s.template_id = v.template_id AND s.version = v.template_version
         WHERE v.id = ANY($1)",
    )
    .bind(vouchers)
    .fetch_all(conn)
    .await?;
    let read = |(id, minor, code): (Uuid, i64, String)| {
        let currency = Currency::from_code(&code).map_err(|_| damaged("voucher_template_version.currency"))?;
        Ok((VoucherId(id), Money::new(minor, currency)))
    };
    rows.into_iter().map(read).collect()
}
