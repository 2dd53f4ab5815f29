//! `GET /v1/sync/operations`: a device whose files are an older copy takes its own operations back.

use beadsbox_authority::lives;
use beadsbox_protocol::{
    MOST_OPERATIONS,
    fork::{OwnOperations, OwnOperationsQuery},
};

use crate::{
    db::{self, device::Device},
    error::Failure,
    push,
    state::App,
};

/// The device's operations after the one that it holds, in order: first those that its life shares with the one it parted from.
pub(crate) async fn own_operations(app: &App, device: &Device, query: &OwnOperationsQuery) -> Result<OwnOperations, Failure> {
    let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
    if !(1..=MOST_OPERATIONS).contains(&limit) {
        return Err(Failure::malformed(format!("limit is 1 to {MOST_OPERATIONS}")));
    }
    let mut tx = db::begin(&app.pool).await?;
    app.check_home(&mut tx).await?;
    let life = db::life::find(&mut tx, device.id, query.incarnation).await?.ok_or_else(push::unknown_life)?;
    let lineage = db::life::lineage(&mut tx, device.id, life, query.after).await?;
    let spans = lives::spans(&lineage, query.after.saturating_add(1), u64::MAX);
    let operations = db::operation::own(&mut tx, &app.identity, device.id, &spans, limit).await?;
    Ok(OwnOperations { operations })
}
