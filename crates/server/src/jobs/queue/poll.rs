//! A worker that looks for jobs by itself.

use tokio::time::{Duration, Instant, MissedTickBehavior, interval, sleep};

use super::worker::{Which, do_job};
use crate::state::App;

/// How often a worker looks for what was overlooked, while a broker tells of the rest.
const OVERLOOKED_EVERY: Duration = Duration::from_secs(5);
/// The least time between two looks that find nothing, however often somebody rings.
const BREATH: Duration = Duration::from_millis(50);

/// Does one job after the other until the server stops. Looks for the next one when somebody rings, and on a timer; while a broker tells of jobs, only
/// now and then, for what was overlooked.
pub(crate) async fn poll(app: App) {
    let mut timer = interval(app.config.jobs_every);
    timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut looked: Option<Instant> = None;
    loop {
        tokio::select! {
            () = app.stopped() => return,
            _ = timer.tick() => {}
            () = app.bell.workers.notified() => {}
        }
        let which = if app.broker.serves() { Which::Overlooked } else { Which::Next };
        if matches!(which, Which::Overlooked) && looked.is_some_and(|at| at.elapsed() < OVERLOOKED_EVERY) {
            continue;
        }
        looked = Some(Instant::now());
        while !*app.stopping.borrow() && app.broker.serves() == matches!(which, Which::Overlooked) && look(&app, which).await {}
        sleep(BREATH.min(app.config.jobs_every)).await;
    }
}

/// Does the next job, with a hand that is free. Whether there was one.
async fn look(app: &App, which: Which) -> bool {
    // Never closed.
    let Ok(_hand) = app.hands.acquire().await else { return false };
    match do_job(app, which).await {
        Ok(done) => done,
        Err(error) => {
            tracing::error!(%error, "taking or ending a job failed; it is tried again");
            false
        }
    }
}
