//! `shop_page`: for which shop the page sells.

use beadsbox_domain::ShopId;
use beadsbox_protocol::{rows::Shop, shop_page::ShopPageSettings};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{damaged, shop, to_count};
use crate::error::Failure;

/// For which shop the page sells, and how long it holds what is paid there.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ShopPage {
    pub shop: Shop,
    pub holds: SignedDuration,
}

/// None while nothing is sold on the page: nobody opened it, or its shop closed.
pub async fn read(conn: &mut PgConnection) -> Result<Option<ShopPage>, Failure> {
    let (id, hours): (Option<Uuid>, i32) = sqlx::query_as("SELECT shop_id, hold_hours FROM shop_page").fetch_one(&mut *conn).await?;
    let Some(id) = id else { return Ok(None) };
    let shop = shop::find(conn, ShopId(id)).await?.filter(|shop| !shop.closed);
    Ok(shop.map(|shop| ShopPage { shop, holds: SignedDuration::from_hours(i64::from(hours)) }))
}

/// What it is set to, and the version of that.
pub async fn settings(conn: &mut PgConnection) -> Result<(ShopPageSettings, u64), Failure> {
    let (shop, hours, row_version): (Option<Uuid>, i32, i64) = sqlx::query_as("SELECT shop_id, hold_hours, row_version FROM shop_page").fetch_one(conn).await?;
    let hold_hours = u16::try_from(hours).map_err(|_| damaged("shop_page.hold_hours"))?;
    Ok((ShopPageSettings { shop: shop.map(ShopId), hold_hours }, to_count(row_version)))
}

/// Sets it whole; false where it is another version by now than the one named.
pub async fn change(conn: &mut PgConnection, settings: &ShopPageSettings, of_version: Option<u64>) -> sqlx::Result<bool> {
    let version = of_version.map(|version| i64::try_from(version).unwrap_or(i64::MAX));
    let changed = sqlx::query("UPDATE shop_page SET shop_id = $1, hold_hours = $2, row_version = row_version + 1 WHERE $3::bigint IS NULL OR row_version = $3")
        .bind(settings.shop.map(|shop| shop.0))
        .bind(i32::from(settings.hold_hours))
        .bind(version)
        .execute(conn)
        .await?;
    Ok(changed.rows_affected() == 1)
}
