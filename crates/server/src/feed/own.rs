//! `GET /v1/sync/operations`: a device whose files are an older copy takes its own operations back.

use beadsbox_authority::lives::{self, Life};
use beadsbox_protocol::{
    MOST_OPERATIONS,
    fork::{OwnOperation, OwnOperations, OwnOperationsQuery},
};
use sqlx::PgConnection;

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
    let mut tx = app.pool.begin().await?;
    app.check_home(&mut tx).await?;
    let life = db::life::find(&mut tx, device.id, query.incarnation).await?.ok_or_else(push::unknown_life)?;
    let spans = lives::spans(&lineage(&mut tx, device, life, query.after).await?);
    let mut operations: Vec<OwnOperation> = Vec::new();
    for (incarnation, from, until) in spans {
        let left = limit - operations.len();
        operations.extend(db::operation::own(&mut tx, device.id, incarnation, from.max(query.after.saturating_add(1)), until, left).await?);
    }
    Ok(OwnOperations { operations })
}

/// That life, the one from which it parted, and so on, as far as the operations after that one are theirs.
async fn lineage(conn: &mut PgConnection, device: &Device, life: Life, after: u64) -> Result<Vec<Life>, Failure> {
    let mut lineage = vec![life];
    while let Some(from) = lineage.last().and_then(|life| life.parted_from.filter(|_| after < life.parted_after)) {
        let parent = db::life::find(conn, device.id, from).await?;
        lineage.push(parent.ok_or_else(|| Failure::Defect("a life parted from none".to_owned()))?);
    }
    Ok(lineage)
}
