//! Ranges of ids within one table of the feed.

use sqlx::PgConnection;
use uuid::Uuid;

use super::feed::Kind;

/// Ids from one to another, both included.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    pub from: Uuid,
    pub through: Uuid,
}

impl Bounds {
    /// The ids after one, up to another; no bound where one is left out. None after the last id there can be.
    pub fn new(after: Option<Uuid>, through: Option<Uuid>) -> Option<Self> {
        let from = match after {
            Some(after) => Uuid::from_u128(after.as_u128().checked_add(1)?),
            None => Uuid::nil(),
        };
        Some(Self { from, through: through.unwrap_or(Uuid::max()) })
    }
}

/// The first ids of that kind within the bounds, in their order: those that the feed can name. The server's own device is known to
/// nobody.
pub async fn ids(conn: &mut PgConnection, kind: Kind, within: Bounds, limit: i64) -> sqlx::Result<Vec<Uuid>> {
    let query = match kind {
        Kind::Shop => "SELECT id FROM shop WHERE id >= $1 AND id <= $2 ORDER BY id LIMIT $3",
        Kind::Staff => "SELECT id FROM staff WHERE id >= $1 AND id <= $2 ORDER BY id LIMIT $3",
        Kind::Device => "SELECT id FROM device WHERE id >= $1 AND id <= $2 AND shop_id IS NOT NULL ORDER BY id LIMIT $3",
        Kind::Settings => "SELECT nil.id FROM settings, (VALUES ('00000000-0000-0000-0000-000000000000'::uuid)) AS nil (id) WHERE nil.id >= $1 AND nil.id <= $2 LIMIT $3",
        Kind::Template => "SELECT id FROM voucher_template WHERE id >= $1 AND id <= $2 ORDER BY id LIMIT $3",
        Kind::Voucher => "SELECT id FROM voucher WHERE id >= $1 AND id <= $2 ORDER BY id LIMIT $3",
        Kind::Conflict => "SELECT id FROM conflict WHERE id >= $1 AND id <= $2 ORDER BY id LIMIT $3",
    };
    sqlx::query_scalar(query).bind(within.from).bind(within.through).bind(limit).fetch_all(conn).await
}
