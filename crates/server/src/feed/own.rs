//! `GET /v1/sync/operations`: a device whose files are an older copy takes its own operations back.

use beadsbox_authority::lives;
use beadsbox_domain::PersonHash;
use beadsbox_protocol::{
    MOST_OPERATIONS, OperationBody,
    fork::{OwnOperations, OwnOperationsQuery},
};

use crate::{
    db::{self, device::Device},
    error::Failure,
    push,
    state::App,
};

/// The device's operations after the one that it holds, in order: first those that its life shares with the one it parted from.
/// With their buyers: should this server be restored, the device may be the one that gives them back.
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
    let mut operations = db::operation::own(&mut tx, &app.identity, device.id, &spans, limit).await?;
    let buyers: Vec<Option<PersonHash>> = operations.iter().map(|own| OperationBody::decode(&own.body).ok()?.operation.buyer()).collect();
    let found = db::person::find(&mut tx, &buyers.iter().copied().flatten().collect::<Vec<_>>()).await?;
    for (own, buyer) in operations.iter_mut().zip(buyers) {
        own.person = buyer.and_then(|buyer| found.get(&buyer).cloned());
    }
    Ok(OwnOperations { operations })
}
