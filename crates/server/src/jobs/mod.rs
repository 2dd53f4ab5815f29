//! What the server does by itself. Upkeep is planned: each kind is one job a period, however many processes there are (`upkeep`). What only
//! this process can do is on a timer of its own, and what fails there is tried again the next time. `queue/` is how jobs are done, `broker/` who may tell
//! of them.

pub(crate) mod broker;
mod expiry;
mod prune;
pub(crate) mod queue;
mod reminders;
mod retention;
mod standby;
mod upkeep;

use std::{fmt::Debug, time::Duration};

use tokio::time::{MissedTickBehavior, interval};

use crate::{error::Failure, push, shop, state::App};

pub(crate) use expiry::expire_overdue;
pub use prune::Pruned;
pub(crate) use prune::prune;
pub(crate) use queue::Attempt;
pub(crate) use reminders::remind_buyers;
pub(crate) use retention::forget_buyers;
pub(crate) use standby::look_for_successor;

/// How often it is looked whether the time of some upkeep has come.
const PLAN_EVERY: Duration = Duration::from_secs(10);

/// Runs the sequencer on a short timer, for what a process that died has left in the inbox.
pub(crate) async fn sequence(app: App) {
    repeat(&app, app.config.sequence_every, "sequencing", async |app| app.feed.run_if_needed().await).await;
}

/// Writes the jobs of upkeep when their time comes.
pub(crate) async fn plan(app: App) {
    repeat(&app, PLAN_EVERY, "planning upkeep", async |app| upkeep::plan(app).await.map(drop)).await;
}

/// Settles orders of the shop page: what is paid gets its voucher, what nobody paid is let go.
pub(crate) async fn settle_orders(app: App) {
    repeat(&app, app.config.orders_every, "settling orders", async |app| shop::settle(app).await).await;
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
                Err(error) => tracing::error!(%error, work = what.replace(' ', "_"), "what the server does by itself failed; it is tried again"),
            }
        }
    }
}
