//! Marks vouchers whose last day and grace have passed.

use beadsbox_domain::{OpId, Operation, ShopId, StaffId, Timestamp, VoucherId};
use beadsbox_protocol::{OperationBody, body::FORMAT, chain::sign_tip};
use jiff::SignedDuration;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    db::{
        self,
        device::{Device, SERVER},
        operation,
    },
    error::Failure,
    identity::Identity,
    push::{self, Arrived, Fresh, Persons},
    state::App,
};

/// How many vouchers one transaction marks.
const BATCH: i64 = 200;

/// Marks every overdue voucher, in batches. How many were marked.
pub(crate) async fn expire_overdue(app: &App) -> Result<usize, Failure> {
    let mut marked = 0;
    loop {
        let batch = expire_batch(app).await?;
        marked += batch;
        if batch == 0 {
            return Ok(marked);
        }
        app.feed.settle().await;
        if *app.stopping.borrow() {
            return Ok(marked);
        }
    }
}

async fn expire_batch(app: &App) -> Result<usize, Failure> {
    let now = app.clock.now();
    let mut tx = app.pool.begin().await?;
    // The lock on the server's own device: two processes take turns, and the second finds nothing left.
    let device = db::device::lock(&mut tx, SERVER).await?.ok_or_else(|| Failure::Defect("the server's own device is missing".to_owned()))?;
    let grace = db::settings::read(&mut tx).await?.policy.expiry_grace_hours;
    let ended_before = now - SignedDuration::from_hours(i64::from(grace));
    let overdue = db::voucher::overdue(&mut tx, ended_before, BATCH).await?;
    if overdue.is_empty() {
        return Ok(0);
    }
    let operations = overdue.into_iter().map(|id| (Operation::Expire { voucher: VoucherId(id) }, now));
    let applied = take_own(&mut tx, &app.identity, &device, operations, now).await?;
    tx.commit().await?;
    Ok(applied)
}

/// Takes operations of the server itself, each with its time. How many were applied.
pub(crate) async fn take_own(
    conn: &mut PgConnection, identity: &Identity, device: &Device, operations: impl Iterator<Item = (Operation, Timestamp)>, now: Timestamp,
) -> Result<usize, Failure> {
    let mut hash = device.chain_hash;
    let mut fresh = Vec::new();
    for (dev_seq, (operation, at)) in (device.last_seq + 1..).zip(operations) {
        let body = OperationBody {
            format: FORMAT,
            device: device.id,
            incarnation: device.incarnation,
            dev_seq,
            op: OpId(Uuid::now_v7()),
            at,
            staff: StaffId(Uuid::nil()),
            shop: ShopId(Uuid::nil()),
            online: true,
            clock_right: true,
            operation,
        };
        let text = body.encode().map_err(|error| Failure::Defect(format!("an operation of the server: {error}")))?;
        hash = hash.then(&text);
        fresh.push(Fresh { arrived: Arrived::new(dev_seq, text, at), hash });
    }
    let Some(last) = fresh.last().map(|fresh| fresh.arrived.dev_seq) else { return Ok(0) };
    let scope = push::scope_of(conn, device, identity, true).await?;
    let results = push::take_batch(conn, &scope, &fresh, &Persons::new()).await?;
    let signature = sign_tip(&identity.signing_key, device.id, device.incarnation, last, hash);
    operation::insert_tip(conn, device.id, device.incarnation, last, hash, &signature, now).await?;
    Ok(results.iter().filter(|result| result.result == Some(beadsbox_domain::Outcome::Applied)).count())
}
