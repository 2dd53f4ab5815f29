//! What the server does by itself.

mod expiry;
mod prune;

use tokio::time::{MissedTickBehavior, interval};

use crate::state::App;

pub(crate) use expiry::expire_overdue;
pub use prune::Pruned;
pub(crate) use prune::prune;

/// Runs the sequencer on a short timer, for what a process that died has left in the inbox.
pub(crate) async fn sequence(app: App) {
    let mut timer = interval(app.config.sequence_every);
    timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = app.stopped() => return,
            _ = timer.tick() => {
                if let Err(error) = app.feed.run_if_needed().await {
                    tracing::warn!(%error, "the sequencer failed; it runs again soon");
                }
            }
        }
    }
}

/// Marks overdue vouchers at the start and on a timer. Every hour rather than every night: shops have time zones.
pub(crate) async fn expire(app: App) {
    let mut timer = interval(app.config.expire_every);
    timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = app.stopped() => return,
            _ = timer.tick() => match expire_overdue(&app).await {
                Ok(0) => {}
                Ok(count) => tracing::info!(count, "marked overdue vouchers as expired"),
                Err(error) => tracing::error!(%error, "marking overdue vouchers failed; it is tried again"),
            }
        }
    }
}

/// Forgets what nobody asks for any more, on a timer.
pub(crate) async fn forget(app: App) {
    let mut timer = interval(app.config.prune_every);
    timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = app.stopped() => return,
            _ = timer.tick() => match prune(&app).await {
                Ok(pruned) if pruned == Pruned::default() => {}
                Ok(pruned) => tracing::info!(?pruned, "forgot what nobody asks for any more"),
                Err(error) => tracing::error!(%error, "pruning failed; it is tried again"),
            }
        }
    }
}
