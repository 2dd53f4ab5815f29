//! Takes one device's batch by itself, whatever is in it.

use axum::http::StatusCode;
use beadsbox_authority::{
    Fresh, Scope,
    lives::{self, Life},
};
use beadsbox_domain::{DeviceId, Timestamp};
use beadsbox_protocol::{ErrorCode, push::OpResult};
use sqlx::PgConnection;

use super::{
    Batch, Persons, Pushed, TRIES, Taken,
    chain::{self, unknown_life},
    held, quarantine, result_of,
    rules::{Rules, Zones},
    take::{self, Brought, Came},
};
use crate::{
    db::{self, device::Device, operation},
    error::Failure,
    mail,
    state::App,
};

/// Takes a push, as often as another transaction stands in its way.
pub(super) async fn take(app: &App, pushed: &Pushed) -> Result<Taken, Failure> {
    pushed.check_signature()?;
    let mut attempt = 1;
    let taken = loop {
        match take_once(app, pushed).await {
            Err(failure) if failure.is_transient() && attempt < TRIES => attempt += 1,
            other => break other?,
        }
    };
    // The rows are committed; a pull that follows finds them in the feed.
    app.feed.settle().await;
    Ok(taken)
}

async fn take_once(app: &App, pushed: &Pushed) -> Result<Taken, Failure> {
    let Pushed { caller, epoch, incarnation, batch, contact, .. } = pushed;
    let mut tx = db::begin(&app.pool).await?;
    app.check_home(&mut tx).await?;
    let device = db::device::lock(&mut tx, caller.id).await?.ok_or_else(|| Failure::not_found("device"))?;
    caller.check(device.token_hash.as_ref().map(<[u8; 32]>::as_slice))?;
    let life = db::life::find(&mut tx, device.id, *incarnation).await?;
    if *epoch != app.identity.epoch {
        let expected_seq = life.map_or(0, |life| life.last_seq) + 1;
        return Err(Failure::told(StatusCode::CONFLICT, ErrorCode::EpochChanged, "the server was restored")
            .with(|problem| (problem.epoch, problem.expected_seq) = (Some(app.identity.epoch), Some(expected_seq))));
    }
    let life = life.ok_or_else(unknown_life)?;
    let taken = take_brought(&mut tx, app, &device, life, batch, (contact.now, contact.clock_right())).await?;
    db::device::note_push(&mut tx, device.id, contact.now, contact.waiting, contact.skew.as_secs()).await?;
    tx.commit().await?;
    Ok(taken)
}

/// Takes what is new of a batch of that life. The device's row is locked.
pub(super) async fn take_brought(
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
    let fresh = batch.fresh(hashes, held, &app.identity);
    let quarantine = life.quarantine(device.state);
    let mut last_seq = life.last_seq;
    if !fresh.is_empty() {
        results.extend(if let Some(reason) = quarantine {
            quarantine::keep(conn, device, &life, reason, (&fresh, batch.persons()), clock_right).await?
        } else {
            let rules = Rules::of(conn, &app.identity, id, incarnation).await?;
            let scope = rules.scope(id, incarnation, &app.identity, clock_right)?;
            let results = take_batch(conn, &rules.zones, &scope, &fresh, batch.persons()).await?;
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
pub(super) async fn take_batch(
    conn: &mut PgConnection,
    zones: &Zones,
    scope: &Scope<'_>,
    fresh: &[Fresh],
    persons: &Persons,
) -> Result<Vec<OpResult>, Failure> {
    let Some(last) = fresh.last() else { return Ok(Vec::new()) };
    held::keep_buyers(conn, fresh, persons).await?;
    let decided = take::take(conn, zones, Brought { scope, fresh, came: Came::Now(persons) }).await?;
    db::life::advance(conn, scope.device, scope.incarnation, last.arrived.dev_seq, last.hash).await?;
    Ok(decided.iter().map(|decided| result_of(&decided.judged)).collect())
}
