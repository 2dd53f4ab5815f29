//! `shop`.

use beadsbox_domain::{Country, ShopId, Timestamp, text::Address};
use beadsbox_protocol::rows;
use jiff_sqlx::ToSqlx as _;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::{damaged, is_taken, to_bigint, to_count};
use crate::error::Failure;

#[derive(FromRow)]
struct Record {
    id: Uuid,
    name: String,
    time_zone: String,
    country: Option<String>,
    address: Option<String>,
    closed_at: Option<jiff_sqlx::Timestamp>,
    row_version: i64,
}

impl Record {
    fn read(self) -> Result<rows::Shop, Failure> {
        Ok(rows::Shop {
            id: ShopId(self.id),
            name: self.name,
            time_zone: self.time_zone,
            country: self.country.map(|code| Country::new(&code).map_err(|_| damaged("shop.country"))).transpose()?,
            address: self.address.map(|lines| Address::new(&lines).map_err(|_| damaged("shop.address"))).transpose()?,
            closed: self.closed_at.is_some(),
            row_version: to_count(self.row_version),
        })
    }
}

pub async fn insert(conn: &mut PgConnection, id: ShopId, name: &str, time_zone: &str) -> Result<(), Failure> {
    let inserted = sqlx::query("INSERT INTO shop (id, name, time_zone) VALUES ($1, $2, $3)")
        .bind(id.0)
        .bind(name)
        .bind(time_zone)
        .execute(conn)
        .await;
    match inserted {
        Err(error) if is_taken(&error, "shop_name") => Err(Failure::name_taken()),
        other => Ok(other.map(|_| ())?),
    }
}

macro_rules! shops {
    ($which:literal) => {
        concat!("SELECT id, name, time_zone, country, address, closed_at, row_version FROM shop ", $which)
    };
}

pub async fn find(conn: &mut PgConnection, id: ShopId) -> Result<Option<rows::Shop>, Failure> {
    let record: Option<Record> = sqlx::query_as(shops!("WHERE id = $1")).bind(id.0).fetch_optional(conn).await?;
    record.map(Record::read).transpose()
}

/// The shop, its row locked: no device is let into it or moved there meanwhile.
pub async fn lock(conn: &mut PgConnection, id: ShopId) -> Result<Option<rows::Shop>, Failure> {
    let record: Option<Record> = sqlx::query_as(shops!("WHERE id = $1 FOR UPDATE")).bind(id.0).fetch_optional(conn).await?;
    record.map(Record::read).transpose()
}

/// Sets it whole. Whether there is such a shop at the version before.
pub async fn change(conn: &mut PgConnection, shop: &rows::Shop, now: Timestamp) -> Result<bool, Failure> {
    let changed = sqlx::query(
        "UPDATE shop SET name = $3, time_zone = $4, country = $5, address = $6, closed_at = CASE WHEN $7 THEN coalesce(closed_at, $8) END,
                row_version = row_version + 1
         WHERE id = $1 AND row_version = $2",
    )
    .bind(shop.id.0)
    .bind(to_bigint(shop.row_version))
    .bind(&shop.name)
    .bind(&shop.time_zone)
    .bind(shop.country.as_ref().map(Country::code))
    .bind(shop.address.as_ref().map(Address::as_str))
    .bind(shop.closed)
    .bind(now.to_sqlx())
    .execute(conn)
    .await;
    match changed {
        Err(error) if is_taken(&error, "shop_name") => Err(Failure::name_taken()),
        other => Ok(other?.rows_affected() == 1),
    }
}

/// Whether a device stands there whose operations are taken, or may be.
pub async fn has_devices(conn: &mut PgConnection, id: ShopId) -> sqlx::Result<bool> {
    sqlx::query_scalar("SELECT EXISTS (SELECT FROM device WHERE shop_id = $1 AND state <> 'revoked')")
        .bind(id.0)
        .fetch_one(conn)
        .await
}

/// Whether business was done there: its days stand in the books.
pub async fn is_in_the_books(conn: &mut PgConnection, id: ShopId) -> sqlx::Result<bool> {
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM ledger_entry WHERE shop_id = $1) OR EXISTS (SELECT FROM voucher WHERE sold_shop = $1)
             OR EXISTS (SELECT FROM day_close WHERE shop_id = $1)",
    )
    .bind(id.0)
    .fetch_one(conn)
    .await
}

/// Every shop's time zone.
pub async fn zones(conn: &mut PgConnection) -> sqlx::Result<Vec<(ShopId, String)>> {
    let zones: Vec<(Uuid, String)> = sqlx::query_as("SELECT id, time_zone FROM shop").fetch_all(conn).await?;
    Ok(zones.into_iter().map(|(id, zone)| (ShopId(id), zone)).collect())
}

pub async fn find_by_name(conn: &mut PgConnection, name: &str) -> Result<Option<rows::Shop>, Failure> {
    let record: Option<Record> = sqlx::query_as(shops!("WHERE lower(name) = lower($1)")).bind(name).fetch_optional(conn).await?;
    record.map(Record::read).transpose()
}

pub async fn all(conn: &mut PgConnection) -> Result<Vec<rows::Shop>, Failure> {
    let records: Vec<Record> = sqlx::query_as(shops!("ORDER BY lower(name)")).fetch_all(conn).await?;
    records.into_iter().map(Record::read).collect()
}

pub async fn by_ids(conn: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<rows::Shop>, Failure> {
    let records: Vec<Record> = sqlx::query_as(shops!("WHERE id = ANY($1)")).bind(ids).fetch_all(conn).await?;
    records.into_iter().map(Record::read).collect()
}
