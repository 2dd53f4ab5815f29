//! `GET /v1/sync/digest`, `GET /v1/sync/range`: proves that a device holds exactly these rows, and repairs what differs.

use beadsbox_protocol::{
    Profile,
    digest::{DigestAnswer, DigestQuery, Digester, MOST_RANGE_ROWS, RangeDigest, RangeQuery, RangeRows, RowKind},
    snapshot::SNAPSHOT_FORMAT,
};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    pull::{check_epoch, head_cursor},
    rows,
};
use crate::{
    db::{
        self,
        device::Device,
        feed::{self, Kind},
        flat,
        range::Bounds,
    },
    error::Failure,
    state::App,
};

/// What the server holds of a range, where the device has taken everything that the server has given.
pub(crate) async fn digest(app: &App, device: &Device, query: &DigestQuery) -> Result<DigestAnswer, Failure> {
    check_epoch(app.identity.epoch, query.epoch, None)?;
    if query.format != SNAPSHOT_FORMAT {
        return Ok(DigestAnswer::OtherFormat);
    }
    if !(1..=MOST_RANGE_ROWS).contains(&query.limit) {
        return Err(Failure::malformed(format!("limit is 1 to {MOST_RANGE_ROWS}")));
    }
    let Some(bounds) = Bounds::new(query.after, None) else { return Ok(digest_of(None, Digester::default())) };
    let mut tx = db::at_one_moment(&app.pool).await?;
    app.check_home(&mut tx).await?;
    if head_cursor(&mut tx).await?.seq != query.cursor {
        return Ok(DigestAnswer::Moving);
    }
    let (ids, digester) = add_rows(&mut tx, query.kind, bounds, query.limit.into(), device.profile).await?;
    let through = ids.last().copied().filter(|_| ids.len() >= query.limit as usize);
    let compared = Bounds { through: through.unwrap_or(bounds.through), ..bounds };
    if feed::is_on_its_way(&mut tx, query.kind.into(), compared).await? {
        return Ok(DigestAnswer::Moving);
    }
    tx.commit().await?;
    Ok(digest_of(through, digester))
}

fn digest_of(through: Option<Uuid>, digester: Digester) -> DigestAnswer {
    let (rows, digest) = digester.finish();
    DigestAnswer::Range(RangeDigest { through, rows, digest })
}

/// The ids of the first rows within the bounds, and their digest.
async fn add_rows(conn: &mut PgConnection, kind: RowKind, bounds: Bounds, limit: i64, profile: Profile) -> Result<(Vec<Uuid>, Digester), Failure> {
    let mut digester = Digester::default();
    let mut ids = Vec::new();
    if kind == RowKind::Voucher {
        for row in flat::Reader::new(profile).page(conn, bounds, limit).await? {
            digester.voucher(&row.flat()).map_err(|error| Failure::Defect(format!("a flat voucher: {error}")))?;
            ids.push(row.id);
        }
    } else {
        for (id, row) in rows::within(conn, kind.into(), bounds, limit, profile).await? {
            digester.row(row.content_json().map_err(|error| Failure::Defect(format!("a row: {error}")))?.as_bytes());
            ids.push(id);
        }
    }
    Ok((ids, digester))
}

/// The rows of a range, to repair it.
pub(crate) async fn range(app: &App, device: &Device, query: &RangeQuery) -> Result<RangeRows, Failure> {
    check_epoch(app.identity.epoch, query.epoch, None)?;
    let mut tx = db::at_one_moment(&app.pool).await?;
    app.check_home(&mut tx).await?;
    let at = head_cursor(&mut tx).await?;
    let mut found = match Bounds::new(query.after, query.through) {
        Some(bounds) => rows::within(&mut tx, Kind::from(query.kind), bounds, i64::from(MOST_RANGE_ROWS) + 1, device.profile).await?,
        None => Vec::new(),
    };
    tx.commit().await?;
    let is_more = found.len() > MOST_RANGE_ROWS as usize;
    found.truncate(MOST_RANGE_ROWS as usize);
    let covered = found.last().map(|(id, _)| *id).filter(|_| is_more);
    Ok(RangeRows { at, rows: found.into_iter().map(|(_, row)| row).collect(), covered })
}
