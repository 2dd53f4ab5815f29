//! The rows that devices are sent: by pages, ranges and snapshots.

use beadsbox_protocol::{Profile, rows::Row};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    db::{
        self,
        feed::Kind,
        range::{self, Bounds},
    },
    error::Failure,
};

/// The first rows of a kind within the bounds, in the order of their ids, each with its id.
pub(crate) async fn within(conn: &mut PgConnection, kind: Kind, bounds: Bounds, limit: i64, profile: Profile) -> Result<Vec<(Uuid, Row)>, Failure> {
    let ids = range::ids(conn, kind, bounds, limit).await?;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut rows: Vec<(Uuid, Row)> = of_kind(conn, kind, &ids, profile).await?.into_iter().map(|row| (id_of(&row), row)).collect();
    rows.sort_unstable_by_key(|(id, _)| *id);
    Ok(rows)
}

fn id_of(row: &Row) -> Uuid {
    match row {
        Row::Shop(row) => row.id.0,
        Row::Staff(row) => row.id.0,
        Row::Device(row) => row.id.0,
        Row::Settings(_) => Uuid::nil(),
        Row::Template(row) => row.id.0,
        Row::Voucher(row) => row.voucher.id.0,
        Row::Conflict(row) => row.conflict.id.0,
    }
}

/// These entities as they are now, as a device of that profile may see them; in any order.
pub(crate) async fn of_kind(conn: &mut PgConnection, kind: Kind, ids: &[Uuid], profile: Profile) -> Result<Vec<Row>, Failure> {
    Ok(match kind {
        Kind::Shop => db::shop::by_ids(conn, ids).await?.into_iter().map(Row::Shop).collect(),
        Kind::Staff => db::staff::by_ids(conn, ids).await?.into_iter().map(Row::Staff).collect(),
        Kind::Device => db::device::by_ids(conn, ids).await?.iter().map(|device| Row::Device(device.row())).collect(),
        Kind::Settings => vec![Row::Settings(db::settings::read(conn).await?)],
        Kind::Template => db::template::by_ids(conn, ids).await?.into_iter().map(Row::Template).collect(),
        Kind::Voucher => {
            let rows = db::voucher::rows(conn, ids, profile).await?;
            rows.into_iter().map(|row| Row::Voucher(Box::new(row))).collect()
        }
        Kind::Conflict => db::conflict::rows(conn, ids).await?.into_iter().map(|row| Row::Conflict(Box::new(row))).collect(),
    })
}
