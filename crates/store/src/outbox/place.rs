//! Where the device stands and what people call it.

use beadsbox_domain::ShopId;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::day;
use crate::{file::sql::Sql, types::Place};

/// As an admin last said, or else as it was enrolled; none before that.
pub(crate) fn load(connection: &Connection) -> rusqlite::Result<Option<Place>> {
    connection
        .prepare_cached(
            "SELECT coalesce(place.name, enrolment.name), coalesce(place.shop, enrolment.shop), coalesce(place.shop_name, enrolment.shop_name)
             FROM enrolment LEFT JOIN place",
        )?
        .query_row([], |row| Ok(Place { name: row.get(0)?, shop: row.get::<_, Sql<ShopId>>(1)?.0, shop_name: row.get(2)? }))
        .optional()
}

/// What becomes of the place where an admin said that: the name is the device's at once, and the shop once the day is closed, so that no
/// close spans two shops.
pub(crate) fn after(connection: &Connection, now: &Place, said: &Place) -> rusqlite::Result<Place> {
    let stays = said.shop != now.shop && day::is_open(connection)?;
    Ok(if stays { Place { name: said.name.clone(), ..now.clone() } } else { said.clone() })
}

/// Takes up what an admin said, as far as it can be. What holds then.
pub(crate) fn take_up(connection: &Connection, said: &Place) -> rusqlite::Result<Option<Place>> {
    let Some(now) = load(connection)? else { return Ok(None) };
    let next = after(connection, &now, said)?;
    connection
        .prepare_cached(
            "INSERT INTO place (only_one, name, shop, shop_name) VALUES (1, ?1, ?2, ?3)
             ON CONFLICT (only_one) DO UPDATE SET name = excluded.name, shop = excluded.shop, shop_name = excluded.shop_name",
        )?
        .execute(params![next.name, Sql(next.shop), next.shop_name.as_deref().unwrap_or_default()])?;
    Ok(Some(next))
}
