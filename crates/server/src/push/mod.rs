//! Takes the operations of devices, and the server's own: each exactly once, each with an outcome.
//!
//! What goes on a device's chain as it should is taken straight, in one transaction with what other devices push at the same moment (`turns`, `straight`).
//! Anything else is taken by itself (`alone`): what was sent before, what comes back after a restore, what the database refuses. Either way the
//! devices' rows are locked and their chains followed (`chain`), the rows that the operations are about are locked and loaded (`load`), each operation is
//! decided (`beadsbox_authority::judge`) and everything is written (`write`); by itself in savepoints that single out what the database refuses (`take`).
//! What comes from a copy of a device waits for an admin (`fork`, `quarantine`), and what a newer program wrote for this one to be upgraded (`held`). What
//! a till saved to a file an admin brings (`import`).

mod alone;
mod append;
mod batch;
mod callers;
mod chain;
mod fork;
mod held;
mod import;
mod ledger;
mod load;
mod quarantine;
mod rules;
mod straight;
mod take;
mod till;
mod traced;
mod turns;
mod write;

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
    time::SystemTime,
};

use axum::http::StatusCode;
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use beadsbox_domain::{DeviceId, PersonHash, Timestamp};
use beadsbox_protocol::{
    ErrorCode, Incarnation,
    push::{OpResult, PushRequest, PushResponse},
    rows::DeviceState,
};
use jiff::SignedDuration;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    db::{self, device::Device, person, to_count},
    error::Failure,
    state::App,
};

pub(crate) use append::{Draft, append};
pub(crate) use batch::Batch;
pub(crate) use beadsbox_authority::{Arrived, Fresh, RIGHT_CLOCK, Scope};
pub(crate) use callers::{Caller, Callers, unknown_device};
pub(crate) use chain::unknown_life;
pub(crate) use fork::fork;
pub(crate) use held::decide_held;
pub(crate) use import::import;
pub(crate) use quarantine::decide as decide_quarantine;
pub(crate) use rules::Zones;
pub(crate) use turns::Turns;

/// How often a batch is tried where another transaction stands in its way.
const TRIES: u32 = 4;

/// The buyers that came with a batch, each checked against its hash.
pub(crate) type Persons = HashMap<PersonHash, person::Checked>;

/// What a device pushed, in a sound form; whether the device signed it is looked at when there is time.
struct Pushed {
    caller: Caller,
    epoch: Uuid,
    incarnation: Incarnation,
    batch: Batch,
    contact: Contact,
    /// Whether the device signed it, once somebody looked.
    signed: OnceLock<bool>,
}

impl Pushed {
    /// Whether the device signed it: in every thread that asks, the same look.
    fn is_signed(&self) -> bool {
        *self.signed.get_or_init(|| self.batch.is_signed(&self.caller.key, self.caller.id, self.incarnation))
    }

    fn check_signature(&self) -> Result<(), Failure> {
        if self.is_signed() { Ok(()) } else { Err(batch::not_signed()) }
    }
}

/// What a device told of itself beside its operations.
struct Contact {
    now: Timestamp,
    waiting: u64,
    skew: SignedDuration,
}

impl Contact {
    fn clock_right(&self) -> bool {
        self.skew.abs() <= RIGHT_CLOCK
    }
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

impl Taken {
    /// The operations of the batch that the server had not.
    fn new_of<'b>(&self, batch: &'b Batch) -> Vec<&'b Arrived> {
        batch.ops().iter().skip(self.held).collect()
    }

    /// Their results.
    fn new_results(&self) -> &[OpResult] {
        self.results.get(self.held..).unwrap_or_default()
    }
}

/// `POST /v1/sync/push`.
pub(crate) async fn push(app: &App, caller: Caller, request: PushRequest) -> Result<PushResponse, Failure> {
    let (now, began) = (app.clock.now(), SystemTime::now());
    if request.device_id != caller.id {
        return Err(Failure::forbidden("the operations are another device's"));
    }
    let contact = Contact { now, waiting: request.waiting, skew: request.device_time.duration_since(now) };
    let (epoch, incarnation) = (request.epoch, request.incarnation);
    let batch = Batch::read(request, now)?;
    let pushed = Arc::new(Pushed { caller, epoch, incarnation, batch, contact, signed: OnceLock::new() });
    let taken = turns::take(app, &pushed).await.inspect_err(|failure| app.callers.forget_if_unknown(&pushed.caller, failure))?;
    traced::tell(app, pushed.caller.id, &taken.new_of(&pushed.batch), taken.new_results(), began).await;
    Ok(PushResponse {
        epoch: app.identity.epoch,
        last_seq: taken.last_seq,
        results: taken.results,
        quarantined: taken.quarantined,
        server_time: app.clock.now(),
    })
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
async fn tell_of_outcomes(conn: &mut PgConnection, device: DeviceId) -> Result<(), Failure> {
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
