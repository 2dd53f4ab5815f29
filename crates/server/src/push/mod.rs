//! Takes the operations of devices, and the server's own: each exactly once, each with an outcome.
//!
//! One transaction a batch: the device's row is locked and its chain followed (`chain`), the rows that the batch is about are
//! locked and loaded (`load`), each operation is decided (`beadsbox_authority::judge`) and everything is written (`write`), in savepoints that
//! single out what the database refuses (`take`). What comes from a copy of a device waits for an admin (`fork`, `quarantine`), and what a
//! newer program wrote for this one to be upgraded (`held`). What a till saved to a file an admin brings (`import`).

mod append;
mod batch;
mod chain;
mod fork;
mod held;
mod import;
mod ledger;
mod load;
mod quarantine;
mod take;
mod till;
mod traced;
mod write;

use axum::http::StatusCode;
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use beadsbox_authority::{
    Identity,
    lives::{self, Life},
};
use beadsbox_domain::{DeviceId, PersonHash, Timestamp};
use beadsbox_protocol::{
    ErrorCode, Incarnation,
    push::{OpResult, PushRequest, PushResponse},
    rows::DeviceState,
};
use jiff::{SignedDuration, tz::TimeZone};
use sqlx::PgConnection;
use std::{collections::HashMap, time::SystemTime};

use crate::{
    db::{self, device::Device, operation, person, to_count},
    error::Failure,
    mail,
    state::App,
};

pub(crate) use append::{Draft, append};
pub(crate) use batch::Batch;
use beadsbox_authority::Places;
pub(crate) use beadsbox_authority::{Arrived, Fresh, RIGHT_CLOCK, Scope};
pub(crate) use chain::unknown_life;
pub(crate) use fork::fork;
pub(crate) use held::decide_held;
pub(crate) use import::import;
pub(crate) use ledger::Zones;
pub(crate) use quarantine::decide as decide_quarantine;
use take::Came;

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
    let began = SystemTime::now();
    let mut tx = db::begin(&app.pool).await?;
    app.check_home(&mut tx).await?;
    let device = db::device::lock(&mut tx, id).await?.ok_or_else(|| Failure::not_found("device"))?;
    let life = db::life::find(&mut tx, id, incarnation).await?;
    if epoch != app.identity.epoch {
        let expected_seq = life.map_or(0, |life| life.last_seq) + 1;
        return Err(Failure::told(StatusCode::CONFLICT, ErrorCode::EpochChanged, "the server was restored")
            .with(|problem| (problem.epoch, problem.expected_seq) = (Some(app.identity.epoch), Some(expected_seq))));
    }
    let clock_right = contact.skew.abs() <= RIGHT_CLOCK;
    let taken = take_brought(&mut tx, app, &device, life.ok_or_else(unknown_life)?, batch, (contact.now, clock_right)).await?;
    db::device::note_push(&mut tx, id, contact.now, contact.waiting, contact.skew.as_secs()).await?;
    let fresh = batch.ops().get(taken.held..).unwrap_or_default();
    let beginnings = traced::beginnings(&mut tx, app, fresh).await?;
    tx.commit().await?;
    traced::tell(app, &device, fresh.iter().zip(taken.results.get(taken.held..).unwrap_or_default()), &beginnings, began);
    Ok(PushResponse { epoch, last_seq: taken.last_seq, results: taken.results, quarantined: taken.quarantined, server_time: contact.now })
}

/// What became of a batch.
struct Taken {
    /// One for each operation, in order.
    results: Vec<OpResult>,
    /// How many at its front the server had already.
    held: usize,
    last_seq: u64,
    quarantined: bool,
}

/// Takes what is new of a batch of that life. The device's row is locked.
async fn take_brought(
    conn: &mut PgConnection,
    app: &App,
    device: &Device,
    life: Life,
    batch: &Batch,
    (now, clock_right): (Timestamp, bool),
) -> Result<Taken, Failure> {
    let (id, incarnation) = (device.id, life.incarnation);
    let lineage = db::life::lineage(conn, id, life.clone(), batch.first_seq() - 1).await?;
    let (held, hashes) = chain::follow(conn, id, &lineage, batch).await?;
    let mut results = if held > 0 { held_results(conn, app, id, &lineage, batch, held).await? } else { Vec::new() };
    let fresh: Vec<Fresh> = batch
        .ops()
        .iter()
        .cloned()
        .zip(hashes)
        .skip(held)
        .map(|(arrived, hash)| {
            let word = batch.word(arrived.dev_seq, hash, &app.identity);
            Fresh { arrived, hash, word }
        })
        .collect();
    let quarantine = life.quarantine(device.state);
    let mut last_seq = life.last_seq;
    if !fresh.is_empty() {
        results.extend(if let Some(reason) = quarantine {
            quarantine::keep(conn, device, &life, reason, (&fresh, batch.persons()), clock_right).await?
        } else {
            let scope = scope_of(conn, device, incarnation, &app.identity, clock_right).await?;
            let results = take_batch(conn, &scope, &fresh, batch.persons()).await?;
            mail::write_jobs(conn, app, &fresh).await?;
            results
        });
        operation::insert_tip(conn, id, incarnation, batch.last_seq(), batch.tip(), batch.signature(), now).await?;
        last_seq = batch.last_seq();
    }
    Ok(Taken { results, held, last_seq, quarantined: quarantine.is_some() })
}

/// The results of the batch's first operations, which the server holds; open where they wait in quarantine.
async fn held_results(conn: &mut PgConnection, app: &App, id: DeviceId, lineage: &[Life], batch: &Batch, held: usize) -> Result<Vec<OpResult>, Failure> {
    let spans = lives::spans(lineage, batch.first_seq(), batch.last_seq());
    let own = operation::own(conn, &app.identity, id, &spans, held).await?;
    Ok(own.into_iter().map(|own| own.result).collect())
}

/// Takes operations that follow the device's last one, and moves the end of its chain. The device's row is locked.
pub(crate) async fn take_batch(conn: &mut PgConnection, scope: &Scope<'_>, fresh: &[Fresh], persons: &Persons) -> Result<Vec<OpResult>, Failure> {
    let Some(last) = fresh.last() else { return Ok(Vec::new()) };
    held::keep_buyers(conn, fresh, persons).await?;
    let judged = take::take(conn, scope, fresh, Came::Now(persons)).await?;
    db::life::advance(conn, scope.device, scope.incarnation, last.arrived.dev_seq, last.hash).await?;
    Ok(judged.into_iter().map(|judged| result_of(&judged)).collect())
}

/// Of operations that were kept undecided with their buyers: whoever no voucher names now was in a sale that was refused.
async fn forget_refused_buyers(conn: &mut PgConnection, decided: &[Fresh]) -> sqlx::Result<()> {
    let buyers: Vec<PersonHash> = decided.iter().filter_map(|fresh| fresh.arrived.buyer()).collect();
    person::forget_unnamed(conn, &buyers).await
}

fn result_of(judged: &beadsbox_authority::Judged<'_>) -> OpResult {
    OpResult {
        dev_seq: judged.fresh.arrived.dev_seq,
        op_id: judged.op_id,
        result: judged.outcome.clone(),
        row_version: judged.row_version,
        commit_no: to_count(judged.commit_no),
        receipt: judged.receipt.map(|receipt| BASE64.encode(receipt)).unwrap_or_default(),
        hash: judged.outcome.is_none().then_some(judged.fresh.hash),
    }
}

/// Wakes a device that waits for outcomes: a refusal changes no row that would.
async fn tell_of_outcomes(conn: &mut PgConnection, device: DeviceId) -> sqlx::Result<()> {
    db::feed::note(conn, db::feed::Kind::Device, &[device.0]).await
}

/// A device that may call. One that may not may still push into quarantine.
pub(crate) fn check_state(device: &Device) -> Result<(), Failure> {
    match device.state {
        DeviceState::Active => Ok(()),
        DeviceState::Revoked => Err(Failure::told(StatusCode::FORBIDDEN, ErrorCode::DeviceRevoked, "this device was revoked")),
        DeviceState::Quarantined => Err(Failure::told(StatusCode::FORBIDDEN, ErrorCode::DeviceQuarantined, "this device waits for an admin to accept it")),
    }
}

/// Where a device stands and has stood. The server itself stands nowhere, and what it sells is any shop's business.
async fn places_of(conn: &mut PgConnection, device: &Device) -> Result<Places, Failure> {
    let mut zones = Vec::new();
    let places = if device.id == db::device::SERVER {
        db::shop::zones(conn).await?
    } else {
        db::shop::places(conn, device.shop, device.id).await?
    };
    for (shop, zone) in places {
        zones.push((shop, TimeZone::get(&zone).map_err(|error| Failure::Defect(format!("a shop's time zone: {error}")))?));
    }
    let present = zones.iter().find(|(shop, _)| *shop == device.shop).map_or(TimeZone::UTC, |(_, zone)| zone.clone());
    let former = zones.into_iter().filter(|(shop, _)| *shop != device.shop);
    Ok(former.fold(Places::only(device.shop, present), |places, (shop, zone)| places.and(shop, zone)))
}

/// The rules under which a device's operations are taken.
pub(crate) async fn scope_of<'a>(
    conn: &mut PgConnection,
    device: &Device,
    incarnation: Incarnation,
    identity: &'a Identity,
    clock_right: bool,
) -> Result<Scope<'a>, Failure> {
    let by_server = device.id == db::device::SERVER;
    Ok(Scope {
        device: device.id,
        incarnation,
        places: places_of(conn, device).await?,
        by_server,
        clock_right,
        policy: db::settings::read(conn).await?.policy,
        identity,
    })
}
