//! Tells the broker of jobs that are due.
//!
//! A job is told of once it is due, whether for the first time or again: delays stay in the database. What the broker confirmed is noted, so whoever dies in
//! between tells of it twice, which does no harm.

use std::sync::atomic::Ordering;

use tokio::time::{MissedTickBehavior, interval, sleep};

use super::{Broken, BrokerConfig, line::Line, pause};
use crate::{
    db::{self, lock::Lock},
    state::App,
};

/// Of how many jobs it tells in one step.
const MOST_AT_ONCE: i64 = 500;

/// Tells the broker of jobs until the server stops. Each process with a broker does; the database's lock tells whose turn it is.
pub(crate) async fn relay(app: App, config: BrokerConfig) {
    let mut failures = 0;
    while !*app.stopping.borrow() {
        let stood = match stand(&app, &config, &mut failures).await {
            Ok(()) => return,
            Err(error) => error,
        };
        app.broker.relays.store(false, Ordering::Relaxed);
        if failures == 0 {
            tracing::warn!(error = %stood, "the line by which the broker is told of jobs broke; until it is back, workers look in the database");
        }
        tokio::select! {
            () = app.stopped() => return,
            () = sleep(pause(failures)) => failures += 1,
        }
    }
}

/// Opens a line and tells of jobs until the server stops, or the line breaks.
async fn stand(app: &App, config: &BrokerConfig, failures: &mut u32) -> Result<(), Broken> {
    let line = Line::open(config, "beadsbox relay").await?;
    line.confirms().await?;
    let mut timer = interval(app.config.jobs_every);
    timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = app.stopped() => {
                line.close().await;
                return Ok(());
            }
            _ = timer.tick() => {}
            () = app.bell.relay.notified() => {}
        }
        if !line.stands() {
            return Err(Broken::Ended);
        }
        loop {
            match announce(app, &line).await {
                Ok(full) => {
                    if !app.broker.relays.swap(true, Ordering::Relaxed) {
                        *failures = 0;
                        tracing::info!("the broker is told of jobs");
                    }
                    if !full || *app.stopping.borrow() {
                        break;
                    }
                }
                // The line is as good as before.
                Err(Broken::Database(error)) => {
                    tracing::warn!(%error, "which jobs the broker is to be told of could not be read or noted; it is tried again");
                    break;
                }
                Err(broken) => return Err(broken),
            }
        }
    }
}

/// Tells of the next jobs. Whether there may be more.
async fn announce(app: &App, line: &Line) -> Result<bool, Broken> {
    let mut tx = db::begin(&app.pool).await?;
    app.check_home(&mut tx).await?;
    if !Lock::Relay.try_take(&mut tx).await? {
        return Ok(false);
    }
    let due = db::announcement::due(&mut tx, app.clock.now(), MOST_AT_ONCE).await?;
    if due.is_empty() {
        return Ok(false);
    }
    // No row is locked meanwhile: a worker takes a job the moment it hears of it.
    line.publish(&due).await?;
    db::announcement::mark(&mut tx, &due, app.clock.now()).await?;
    tx.commit().await?;
    Ok(due.len() == usize::try_from(MOST_AT_ONCE).unwrap_or(usize::MAX))
}
