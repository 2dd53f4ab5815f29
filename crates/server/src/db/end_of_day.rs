//! What an admin asks at the end of a day, over devices, closes and conflicts. Reads only.

use std::collections::HashMap;

use beadsbox_domain::{Currency, Date, DayClose, DeviceId, Money, ShopId, Timestamp};
use beadsbox_protocol::end_of_day::CloseSeen;
use jiff_sqlx::ToSqlx;
use sqlx::{FromRow, PgConnection, types::Json};
use uuid::Uuid;

use super::{damaged, stamp, to_count};
use crate::error::Failure;

/// The most closes of one device and day.
const MOST_CLOSES: i64 = 20;

/// What no close of a device covers.
#[derive(Debug, Clone, Copy, Default)]
pub struct NotClosed {
    pub number: u64,
    pub since: Option<Timestamp>,
}

#[derive(FromRow)]
struct NotClosedRecord {
    device_id: Uuid,
    number: i64,
    since: Option<jiff_sqlx::Timestamp>,
}

/// Of those devices, each with the moment at which the day ends where it stands: what was done before that moment and is not closed. A
/// thousand operations are counted and no more. Only what was taken is surely JSON, hence the `CASE`.
pub async fn not_closed(conn: &mut PgConnection, devices: &[(DeviceId, Timestamp)]) -> sqlx::Result<HashMap<DeviceId, NotClosed>> {
    let records: Vec<NotClosedRecord> = sqlx::query_as(
        "SELECT d.id AS device_id, coalesce(found.number, 0) AS number, found.since
         FROM unnest($1::uuid[], $2::timestamptz[]) AS d (id, ends)
         LEFT JOIN LATERAL (SELECT through_seq FROM day_close WHERE device_id = d.id ORDER BY incarnation DESC, dev_seq DESC LIMIT 1) AS c ON true
         CROSS JOIN LATERAL (
             SELECT count(*) AS number, min(claimed_at) AS since FROM (
                 SELECT o.claimed_at FROM device_life l JOIN operation o ON o.device_id = l.device_id AND o.incarnation = l.incarnation
                 WHERE l.device_id = d.id AND o.dev_seq > coalesce(c.through_seq, 0) AND o.taken AND o.claimed_at < d.ends
                   AND CASE WHEN o.taken THEN convert_from(o.body, 'UTF8')::json #>> '{operation,kind}' END IN
                       ('sell', 'redeem', 'honour', 'honour_expired', 'undo_redemption', 'refund', 'move_cash')
                 LIMIT 1000) AS few) AS found",
    )
    .bind(devices.iter().map(|(id, _)| id.0).collect::<Vec<_>>())
    .bind(devices.iter().map(|(_, ends)| ends.to_sqlx()).collect::<Vec<_>>())
    .fetch_all(conn)
    .await?;
    let read = |record: NotClosedRecord| {
        (
            DeviceId(record.device_id),
            NotClosed { number: to_count(record.number), since: record.since.map(jiff_sqlx::Timestamp::to_jiff) },
        )
    };
    Ok(records.into_iter().map(read).collect())
}

/// Whether the device did something, at any time, that no close covers.
pub async fn has_open_day(conn: &mut PgConnection, device: DeviceId) -> sqlx::Result<bool> {
    let found = not_closed(conn, &[(device, Timestamp::MAX)]).await?;
    Ok(found.get(&device).is_some_and(|found| found.number > 0))
}

#[derive(FromRow)]
struct CloseRecord {
    device_id: Uuid,
    op_id: Uuid,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    at: Timestamp,
    staff_id: Uuid,
    shop_id: Uuid,
    close: Json<DayClose>,
    agrees: Option<bool>,
}

/// The closes of that day, by device, the first one first.
pub async fn closes(conn: &mut PgConnection, day: Date, devices: &[DeviceId]) -> sqlx::Result<HashMap<DeviceId, Vec<CloseSeen>>> {
    let records: Vec<CloseRecord> = sqlx::query_as(
        "SELECT made.* FROM unnest($1::uuid[]) AS d (id)
         CROSS JOIN LATERAL (
             SELECT device_id, op_id, at, staff_id, shop_id, close, agrees FROM day_close
             WHERE device_id = d.id AND day = $2 ORDER BY incarnation, dev_seq LIMIT $3) AS made",
    )
    .bind(devices.iter().map(|id| id.0).collect::<Vec<_>>())
    .bind(day.to_sqlx())
    .bind(MOST_CLOSES)
    .fetch_all(conn)
    .await?;
    let mut closes: HashMap<DeviceId, Vec<CloseSeen>> = HashMap::new();
    for record in records {
        let stamp = stamp(record.op_id, record.at, record.staff_id, record.shop_id, record.device_id);
        let close = DayClose { people: Vec::new(), ..record.close.0 };
        closes.entry(stamp.device).or_default().push(CloseSeen { stamp, close, agrees: record.agrees });
    }
    Ok(closes)
}

/// What is at stake in a shop.
#[derive(Debug, Clone, Default)]
pub struct AtStake {
    pub open_conflicts: u64,
    pub worth: Vec<Money>,
}

/// The open conflicts, by the shop that honoured.
pub async fn at_stake(conn: &mut PgConnection) -> Result<HashMap<ShopId, AtStake>, Failure> {
    let rows: Vec<(Uuid, Option<String>, i64, Option<i64>)> = sqlx::query_as(
        "SELECT c.other_shop, s.currency, count(*), sum(s.price_minor)::bigint
         FROM conflict c
         LEFT JOIN voucher v ON v.id = c.voucher_id
         LEFT JOIN voucher_template_version s ON s.template_id = v.template_id AND s.version = v.template_version
         WHERE c.state = 'open' GROUP BY c.other_shop, s.currency ORDER BY c.other_shop, s.currency",
    )
    .fetch_all(conn)
    .await?;
    let mut found: HashMap<ShopId, AtStake> = HashMap::new();
    for (shop, currency, number, minor) in rows {
        let stake = found.entry(ShopId(shop)).or_default();
        stake.open_conflicts += to_count(number);
        if let Some((code, minor)) = currency.zip(minor) {
            let currency = Currency::from_code(&code).map_err(|_| damaged("voucher_template_version.currency"))?;
            stake.worth.push(Money::new(minor, currency));
        }
    }
    Ok(found)
}
