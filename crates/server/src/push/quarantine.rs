//! What comes from a copy of a device, or from one that was revoked: kept as it came until an admin decides.

use std::time::SystemTime;

use beadsbox_authority::{Fresh, lives::Life};
use beadsbox_domain::{DeviceId, Refusal, StaffId, text::Reason};
use beadsbox_protocol::{
    Incarnation, MOST_OPERATIONS,
    fork::{QuarantineDecision, QuarantineReason},
    push::OpResult,
};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    Persons, forget_refused_buyers,
    rules::Rules,
    take::{self, Brought, Came},
    tell_of_outcomes, traced,
};
use crate::{
    db::{self, device::Device, quarantine::Decision},
    error::Failure,
    mail,
    state::App,
};

/// Keeps operations that follow the life's last one, with the buyers that they name. Their results are open.
pub(super) async fn keep(
    conn: &mut PgConnection,
    device: &Device,
    life: &Life,
    reason: QuarantineReason,
    (fresh, persons): (&[Fresh], &Persons),
    clock_right: bool,
) -> Result<Vec<OpResult>, Failure> {
    let Some(last) = fresh.last() else { return Ok(Vec::new()) };
    db::quarantine::insert(conn, device.id, life.incarnation, reason, fresh, clock_right).await?;
    db::person::insert(conn, &persons.values().cloned().collect::<Vec<_>>()).await?;
    db::life::advance(conn, device.id, life.incarnation, last.arrived.dev_seq, last.hash).await?;
    Ok(fresh.iter().map(open_result).collect())
}

/// The result of an operation on which an admin has yet to decide.
fn open_result(fresh: &Fresh) -> OpResult {
    let Fresh { arrived, hash, .. } = fresh;
    OpResult { dev_seq: arrived.dev_seq, op_id: arrived.op_id(), result: None, row_version: None, commit_no: 0, receipt: String::new(), hash: Some(*hash) }
}

/// Decides on everything that waits of one life: takes each operation as if it came now, or rejects them all. Either way they stay,
/// and the device is told. False where nothing waits.
pub(crate) async fn decide(app: &App, device: DeviceId, incarnation: Incarnation, decision: &QuarantineDecision, admin: StaffId) -> Result<bool, Failure> {
    let reason = Reason::new(&decision.reason).map_err(|error| Failure::malformed(format!("reason: {error}")))?;
    let decision =
        Decision { id: Uuid::now_v7(), device, incarnation, accepted: decision.accept, reason: reason.as_str(), staff: admin, decided_at: app.clock.now() };
    let mut any = false;
    // A bounded batch for each transaction: the device pushes on meanwhile.
    while decide_batch(app, &decision, &reason).await? {
        any = true;
        app.feed.settle().await;
    }
    Ok(any)
}

/// Decides on the first operations that wait. False where none does; then an accepted life goes on as any other.
async fn decide_batch(app: &App, decision: &Decision<'_>, reason: &Reason) -> Result<bool, Failure> {
    let began = SystemTime::now();
    let mut tx = db::begin(&app.pool).await?;
    app.check_home(&mut tx).await?;
    let device = db::device::lock(&mut tx, decision.device).await?.ok_or_else(|| Failure::not_found("device"))?;
    let life = db::life::find(&mut tx, device.id, decision.incarnation)
        .await?
        .ok_or_else(|| Failure::not_found("life of that device"))?;
    let waiting = db::quarantine::waiting(&mut tx, device.id, life.incarnation, MOST_OPERATIONS, app.clock.now()).await?;
    let Some(last) = waiting.last().map(|(fresh, _)| fresh.arrived.dev_seq) else {
        if decision.accepted && life.quarantined {
            db::life::release(&mut tx, device.id, life.incarnation).await?;
            tx.commit().await?;
        }
        return Ok(false);
    };
    let clock_right = waiting.iter().all(|(_, right)| *right);
    let fresh: Vec<Fresh> = waiting.into_iter().map(|(fresh, _)| fresh).collect();
    let rules = Rules::of(&mut tx, &app.identity, device.id, life.incarnation).await?;
    let scope = rules.scope(device.id, life.incarnation, &app.identity, clock_right)?;
    let no_buyers = Persons::new();
    let brought = Brought { scope: &scope, fresh: &fresh, came: Came::Now(&no_buyers) };
    db::quarantine::insert_decision(&mut tx, decision).await?;
    let decided = if decision.accepted {
        let decided = take::take(&mut tx, &rules.zones, brought).await?;
        mail::write_jobs(&mut tx, app, &fresh).await?;
        decided
    } else {
        take::refuse(&mut tx, &rules.zones, brought, &Refusal::NotAccepted { reason: reason.clone() }).await?
    };
    forget_refused_buyers(&mut tx, &fresh).await?;
    db::quarantine::mark_decided(&mut tx, decision, last).await?;
    tell_of_outcomes(&mut tx, device.id).await?;
    tx.commit().await?;
    traced::tell_decided(app, device.id, &decided, began).await;
    tracing::info!(device = %device.id, incarnation = life.incarnation, through = last, accepted = decision.accepted, "decided on what waited in quarantine");
    Ok(true)
}
