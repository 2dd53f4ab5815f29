//! Takes the operations of devices, and the server's own: each exactly once, each with an outcome.
//!
//! One transaction a batch: the device's row is locked and its chain followed (`chain`), the rows that the batch is about are
//! locked and loaded (`load`), each operation is decided (`beadsbox_authority::judge`) and everything is written (`write`), in savepoints that
//! single out what the database refuses (`take`).

mod append;
mod batch;
mod chain;
mod load;
mod take;
mod write;

use axum::http::StatusCode;
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use beadsbox_authority::Identity;
use beadsbox_domain::{DeviceId, PersonHash, Timestamp};
use beadsbox_protocol::{
    ErrorCode, Incarnation,
    push::{OpResult, PushRequest, PushResponse},
    rows::DeviceState,
};
use jiff::{SignedDuration, tz::TimeZone};
use sqlx::PgConnection;
use std::collections::HashMap;

use crate::{
    db::{self, device::Device, operation, person, to_count},
    error::Failure,
    state::App,
};

pub(crate) use append::{Draft, append};
pub(crate) use batch::Batch;
pub(crate) use beadsbox_authority::{Arrived, Fresh, RIGHT_CLOCK, Scope};

/// How often a batch is tried where another transaction stands in its way.
const TRIES: u32 = 4;

/// The buyers that came with a batch, each checked against its hash.
pub(crate) type Persons = HashMap<PersonHash, person::Checked>;

/// `POST /v1/sync/push`.
pub(crate) async fn push(app: &App, device: &Device, request: PushRequest) -> Result<PushResponse, Failure> {
    let now = app.clock.now();
    if request.device_id != device.id {
        return Err(Failure::forbidden("the operations are another device's"));
    }
    let (epoch, waiting, skew) = (request.epoch, request.waiting, request.device_time.duration_since(now));
    let incarnation = request.incarnation;
    let batch = Batch::read(request, now)?;
    batch.check_signature(device, incarnation)?;

    let mut attempt = 1;
    let taken = loop {
        match push_once(app, device.id, epoch, incarnation, &batch, Contact { now, waiting, skew }).await {
            Err(failure) if failure.is_transient() && attempt < TRIES => attempt += 1,
            other => break other?,
        }
    };
    // The rows are committed; a pull that follows finds them in the feed.
    app.feed.settle().await;
    Ok(PushResponse { epoch: app.identity.epoch, server_time: app.clock.now(), ..taken })
}

/// What a device told of itself beside its operations.
struct Contact {
    now: Timestamp,
    waiting: u64,
    skew: SignedDuration,
}

async fn push_once(app: &App, id: DeviceId, epoch: uuid::Uuid, incarnation: Incarnation, batch: &Batch, contact: Contact) -> Result<PushResponse, Failure> {
    let mut tx = app.pool.begin().await?;
    let device = db::device::lock(&mut tx, id).await?.ok_or_else(|| Failure::not_found("device"))?;
    check_state(&device)?;
    let expected_seq = device.last_seq + 1;
    if epoch != app.identity.epoch {
        return Err(Failure::told(StatusCode::CONFLICT, ErrorCode::EpochChanged, "the server was restored")
            .with(|problem| (problem.epoch, problem.expected_seq) = (Some(app.identity.epoch), Some(expected_seq))));
    }
    if incarnation != device.incarnation {
        // The next issue keeps such a fork apart until an admin accepts it.
        return Err(chain::forked("another life of this device is about"));
    }
    let (held, hashes) = chain::follow(&mut tx, &device, batch).await?;
    let mut results = Vec::new();
    if held > 0 {
        results = operation::results_after(&mut tx, id, incarnation, batch.first_seq() - 1, held).await?;
    }
    let fresh: Vec<Fresh> = batch.ops().iter().cloned().zip(hashes).skip(held).map(|(arrived, hash)| Fresh { arrived, hash, word: None }).collect();
    let mut last_seq = device.last_seq;
    if !fresh.is_empty() {
        let scope = scope_of(&mut tx, &device, &app.identity, contact.skew.abs() <= RIGHT_CLOCK).await?;
        results.extend(take_batch(&mut tx, &scope, &fresh, batch.persons()).await?);
        operation::insert_tip(&mut tx, id, incarnation, batch.last_seq(), batch.tip(), batch.signature(), contact.now).await?;
        last_seq = batch.last_seq();
    }
    db::device::note_push(&mut tx, id, contact.now, contact.waiting, contact.skew.as_secs()).await?;
    tx.commit().await?;
    Ok(PushResponse { epoch, last_seq, results, quarantined: false, server_time: contact.now })
}

/// Takes operations that follow the device's last one, and moves the end of its chain. The device's row is locked.
pub(crate) async fn take_batch(conn: &mut PgConnection, scope: &Scope<'_>, fresh: &[Fresh], persons: &Persons) -> Result<Vec<OpResult>, Failure> {
    let Some(last) = fresh.last() else { return Ok(Vec::new()) };
    let judged = take::take(conn, scope, fresh, persons).await?;
    db::device::advance(conn, scope.device, last.arrived.dev_seq, last.hash).await?;
    Ok(judged.into_iter().map(|judged| result_of(&judged)).collect())
}

fn result_of(judged: &beadsbox_authority::Judged<'_>) -> OpResult {
    OpResult {
        dev_seq: judged.fresh.arrived.dev_seq,
        op_id: judged.op_id,
        result: judged.outcome.clone(),
        row_version: judged.row_version,
        commit_no: to_count(judged.commit_no),
        receipt: judged.receipt.map(|receipt| BASE64.encode(receipt)).unwrap_or_default(),
    }
}

/// A device that may not send. (Quarantine gets a place of its own to store into with the next issue.)
pub(crate) fn check_state(device: &Device) -> Result<(), Failure> {
    match device.state {
        DeviceState::Active => Ok(()),
        DeviceState::Revoked => Err(Failure::told(StatusCode::FORBIDDEN, ErrorCode::DeviceRevoked, "this device was revoked")),
        DeviceState::Quarantined => Err(Failure::told(StatusCode::FORBIDDEN, ErrorCode::DeviceQuarantined, "this device waits for an admin to accept it")),
    }
}

/// The rules under which a device's operations are taken.
pub(crate) async fn scope_of<'a>(conn: &mut PgConnection, device: &Device, identity: &'a Identity, clock_right: bool) -> Result<Scope<'a>, Failure> {
    let by_server = device.id == db::device::SERVER;
    let time_zone = match db::shop::find(conn, device.shop).await? {
        Some(shop) => TimeZone::get(&shop.time_zone).map_err(|error| Failure::Defect(format!("a shop's time zone: {error}")))?,
        None => TimeZone::UTC,
    };
    Ok(Scope {
        device: device.id,
        incarnation: device.incarnation,
        shop: device.shop,
        time_zone,
        by_server,
        clock_right,
        policy: db::settings::read(conn).await?.policy,
        identity,
    })
}
