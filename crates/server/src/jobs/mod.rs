//! What the server does by itself: each at the start, and then on a timer. What fails is tried again the next time. `queue/` is work that
//! something else caused.

mod expiry;
mod prune;
pub(crate) mod queue;
mod retention;
mod standby;

use std::{fmt::Debug, time::Duration};

use tokio::time::{MissedTickBehavior, interval};

use crate::{books, error::Failure, push, state::App};

pub(crate) use expiry::expire_overdue;
pub use prune::Pruned;
pub(crate) use prune::prune;
pub(crate) use queue::Attempt;
pub(crate) use retention::forget_buyers;
pub(crate) use standby::look_for_successor;

/// Runs the sequencer on a short timer, for what a process that died has left in the inbox.
pub(crate) async fn sequence(app: App) {
    repeat(&app, app.config.sequence_every, "sequencing", async |app| app.feed.run_if_needed().await).await;
}

/// Marks overdue vouchers. Every hour rather than every night: shops have time zones.
pub(crate) async fn expire(app: App) {
    repeat(&app, app.config.expire_every, "marking overdue vouchers as expired", async |app| expire_overdue(app).await).await;
}

/// Forgets what nobody asks for any more.
pub(crate) async fn forget(app: App) {
    repeat(&app, app.config.prune_every, "forgetting what nobody asks for any more", async |app| prune(app).await).await;
}

/// Erases buyers who are kept no longer.
pub(crate) async fn keep_buyers_no_longer(app: App) {
    repeat(&app, app.config.retention_every, "erasing buyers who are kept no longer", async |app| forget_buyers(app).await).await;
}

/// Puts the books' monthly sums together that are alike.
pub(crate) async fn put_sums_together(app: App) {
    repeat(&app, app.config.prune_every, "putting the books' sums together", async |app| books::put_together(&app.pool).await).await;
}

/// Gives a sign of life, by which copies know how old they are.
pub(crate) async fn give_signs(app: App) {
    repeat(&app, app.config.sign_every, "giving a sign of life", async |app| standby::give_sign(app).await).await;
}

/// Decides on what a newer program wrote before this server was upgraded. Not only at the start: until it ends, an older server beside
/// this one may hold more.
pub(crate) async fn decide_held(app: App) {
    repeat(&app, app.config.decide_held_every, "deciding on held operations", async |app| push::decide_held(app).await).await;
}

/// Works until the server stops. Only what was done is worth a line.
async fn repeat<D: Debug + Default + PartialEq>(app: &App, every: Duration, what: &str, work: impl AsyncFn(&App) -> Result<D, Failure>) {
    let mut timer = interval(every);
    timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = app.stopped() => return,
            _ = timer.tick() => match work(app).await {
                Ok(done) if done == D::default() => {}
                Ok(done) => tracing::info!(?done, "{what}"),
                Err(error) => tracing::error!(%error, "{what} failed; it is tried again"),
            }
        }
    }
}
