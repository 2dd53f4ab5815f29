//! `shop_front`: what the shop page was started with, for processes that do not serve it.

use beadsbox_domain::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::{FromRow, PgConnection};

/// What an admin is told of it.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct ShopFront {
    /// Where people's browsers find it, where that is known.
    pub address: Option<String>,
    pub takes_cards: bool,
}

/// Notes it. Nothing is written where it is known.
pub async fn note(conn: &mut PgConnection, front: &ShopFront, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO shop_front AS f (address, takes_cards, started_at) VALUES ($1, $2, $3)
         ON CONFLICT (only_one) DO UPDATE SET address = excluded.address, takes_cards = excluded.takes_cards, started_at = excluded.started_at
         WHERE (f.address, f.takes_cards) IS DISTINCT FROM (excluded.address, excluded.takes_cards)",
    )
    .bind(&front.address)
    .bind(front.takes_cards)
    .bind(now.to_sqlx())
    .execute(conn)
    .await
    .map(drop)
}

/// None where no process has ever served the page.
pub async fn read(conn: &mut PgConnection) -> sqlx::Result<Option<ShopFront>> {
    sqlx::query_as("SELECT address, takes_cards FROM shop_front").fetch_optional(conn).await
}
