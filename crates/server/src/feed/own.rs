//! `GET /v1/sync/operations`: a device whose files are an older copy takes its own operations back.

use beadsbox_protocol::{
    MOST_OPERATIONS,
    fork::{OwnOperation, OwnOperations, OwnOperationsQuery},
};

use crate::{
    db::{self, device::Device, life::Life},
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
    let mut life = db::life::find(&mut tx, device.id, query.incarnation).await?.ok_or_else(push::unknown_life)?;
    let mut spans = vec![(life.incarnation, life.parted_after + 1, life.last_seq)];
    while let Some(from) = life.parted_from.filter(|_| query.after < life.parted_after) {
        let until = life.parted_after;
        life = parent(&mut tx, device, from).await?;
        spans.push((life.incarnation, life.parted_after + 1, until));
    }
    let mut operations: Vec<OwnOperation> = Vec::new();
    for (incarnation, from, until) in spans.into_iter().rev() {
        let left = limit - operations.len();
        operations.extend(db::operation::own(&mut tx, device.id, incarnation, from.max(query.after.saturating_add(1)), until, left).await?);
    }
    Ok(OwnOperations { operations })
}

async fn parent(conn: &mut sqlx::PgConnection, device: &Device, incarnation: u32) -> Result<Life, Failure> {
    db::life::find(conn, device.id, incarnation).await?.ok_or_else(|| Failure::Defect("a life parted from none".to_owned()))
}
