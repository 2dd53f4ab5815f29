//! `shop`.

use beadsbox_domain::{DeviceId, ShopId};
use beadsbox_protocol::rows;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::{is_taken, to_count};
use crate::error::Failure;

#[derive(FromRow)]
struct Record {
    id: Uuid,
    name: String,
    time_zone: String,
    row_version: i64,
}

impl From<Record> for rows::Shop {
    fn from(record: Record) -> Self {
        Self { id: ShopId(record.id), name: record.name, time_zone: record.time_zone, row_version: to_count(record.row_version) }
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

pub async fn find(conn: &mut PgConnection, id: ShopId) -> sqlx::Result<Option<rows::Shop>> {
    let record: Option<Record> = sqlx::query_as("SELECT * FROM shop WHERE id = $1").bind(id.0).fetch_optional(conn).await?;
    Ok(record.map(Into::into))
}

/// The shop, and those in which the device stood before, each with its time zone.
pub async fn places(conn: &mut PgConnection, present: ShopId, device: DeviceId) -> sqlx::Result<Vec<(ShopId, String)>> {
    let found: Vec<(Uuid, String)> =
        sqlx::query_as("SELECT id, time_zone FROM shop WHERE id = $1 OR id IN (SELECT shop_id FROM device_former_shop WHERE device_id = $2)")
            .bind(present.0)
            .bind(device.0)
            .fetch_all(conn)
            .await?;
    Ok(found.into_iter().map(|(id, zone)| (ShopId(id), zone)).collect())
}

/// Every shop's time zone.
pub async fn zones(conn: &mut PgConnection) -> sqlx::Result<Vec<(ShopId, String)>> {
    let zones: Vec<(Uuid, String)> = sqlx::query_as("SELECT id, time_zone FROM shop").fetch_all(conn).await?;
    Ok(zones.into_iter().map(|(id, zone)| (ShopId(id), zone)).collect())
}

pub async fn find_by_name(conn: &mut PgConnection, name: &str) -> sqlx::Result<Option<rows::Shop>> {
    let record: Option<Record> = sqlx::query_as("SELECT * FROM shop WHERE lower(name) = lower($1)").bind(name).fetch_optional(conn).await?;
    Ok(record.map(Into::into))
}

pub async fn all(conn: &mut PgConnection) -> sqlx::Result<Vec<rows::Shop>> {
    let records: Vec<Record> = sqlx::query_as("SELECT * FROM shop ORDER BY lower(name)").fetch_all(conn).await?;
    Ok(records.into_iter().map(Into::into).collect())
}

pub async fn by_ids(conn: &mut PgConnection, ids: &[Uuid]) -> sqlx::Result<Vec<rows::Shop>> {
    let records: Vec<Record> = sqlx::query_as("SELECT * FROM shop WHERE id = ANY($1)").bind(ids).fetch_all(conn).await?;
    Ok(records.into_iter().map(Into::into).collect())
}
