//! `shop_page`: for which shop the page sells.

use beadsbox_domain::ShopId;
use beadsbox_protocol::rows::Shop;
use jiff::SignedDuration;
use sqlx::PgConnection;
use uuid::Uuid;

use super::shop;
use crate::error::Failure;

/// For which shop the page sells, and how long it holds what is paid there.
#[derive(Debug, Clone)]
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

/// Sets it whole.
pub async fn change(conn: &mut PgConnection, shop: Option<ShopId>, hold_hours: i32) -> sqlx::Result<()> {
    sqlx::query("UPDATE shop_page SET shop_id = $1, hold_hours = $2, row_version = row_version + 1")
        .bind(shop.map(|shop| shop.0))
        .bind(hold_hours)
        .execute(conn)
        .await
        .map(drop)
}
