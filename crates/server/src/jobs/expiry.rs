//! Marks vouchers whose last day and grace have passed.

use beadsbox_domain::{OpId, Operation, Outcome, StaffId, Timestamp, VoucherId};
use jiff::SignedDuration;
use uuid::Uuid;

use crate::{
    db::{self, device::SERVER, voucher::Overdue},
    error::Failure,
    push::{Draft, Persons, append},
    state::App,
};

/// How many vouchers one transaction marks.
const BATCH: i64 = 200;

/// Marks every overdue voucher, in batches. How many were marked.
pub(crate) async fn expire_overdue(app: &App) -> Result<usize, Failure> {
    // To the millisecond, as bodies have it.
    let now = Timestamp::from_millisecond(app.clock.now().as_millisecond()).unwrap_or_else(|_| app.clock.now());
    let grace = db::settings::read(&mut *app.pool.acquire().await?).await?.policy.expiry_grace_hours;
    let ended_before = now - SignedDuration::from_hours(i64::from(grace));
    let (mut marked, mut last) = (0, None);
    loop {
        // Looked for before anything is locked: among many that were used in time it takes a moment.
        let overdue = db::voucher::overdue(&mut *app.pool.acquire().await?, ended_before, last, BATCH).await?;
        last = overdue.last().copied();
        if last.is_none() || *app.stopping.borrow() {
            return Ok(marked);
        }
        marked += expire_batch(app, now, ended_before, &overdue).await?;
        app.feed.settle().await;
    }
}

async fn expire_batch(app: &App, now: Timestamp, ended_before: Timestamp, overdue: &[Overdue]) -> Result<usize, Failure> {
    let mut tx = db::begin(&app.pool).await?;
    // The lock on the server's own device: two processes take turns, and the second finds nothing left.
    let device = db::device::lock(&mut tx, SERVER)
        .await?
        .ok_or_else(|| Failure::Defect("the server's own device is missing".to_owned()))?;
    let ids: Vec<Uuid> = overdue.iter().map(|overdue| overdue.id).collect();
    let drafts = db::voucher::still_overdue(&mut tx, ended_before, &ids).await?.into_iter().map(|id| Draft {
        op: OpId(Uuid::now_v7()),
        at: now,
        staff: StaffId(Uuid::nil()),
        shop: None,
        online: true,
        operation: Operation::Expire { voucher: VoucherId(id) },
    });
    let results = append(&mut tx, &app.identity, &device, &app.identity.signing_key, drafts, &Persons::new()).await?;
    tx.commit().await?;
    Ok(results.iter().filter(|result| result.result == Some(Outcome::Applied)).count())
}
