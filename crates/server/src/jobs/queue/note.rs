//! Writes down what came of a job, wherever the database is by then: what a mail server has taken would go out again, or be taken for lost.

use sqlx::{Postgres, pool::PoolConnection};
use tokio::time::{Duration, Instant, sleep};

use super::{NOTED_WITHIN, next_attempt, worker::Attempt};
use crate::{
    db::{
        self,
        job::{Ended, Leased},
    },
    error::Failure,
    state::App,
    token,
};

/// How long it waits for a database that is away: at first, and at most.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// A connection to the database, also where it is elsewhere by now than when this process began.
pub(super) async fn connection(app: &App) -> Result<PoolConnection<Postgres>, Failure> {
    if app.has_moved() {
        db::connect_once(app.database_url()).await
    } else {
        Ok(app.pool.acquire().await?)
    }
}

/// Notes what came of it, again and again while the database is away: for so long nobody else sends what was handed over, and who is taken for lost may
/// still say what a mail server answered.
pub(super) async fn note(app: &App, job: &Leased, attempt: &Attempt) -> Result<(), Failure> {
    let until = Instant::now() + NOTED_WITHIN;
    let mut pause = FIRST_PAUSE;
    loop {
        let has_moved = app.has_moved();
        let noted = tokio::select! {
            noted = note_once(app, job, attempt) => noted,
            // A machine that was lost without a word would be waited for as long as the network believes in it.
            () = app.database_moved(), if !has_moved => continue,
        };
        match noted {
            Err(error) if Instant::now() + pause < until => {
                tracing::warn!(%error, job = %job.id, ?attempt, "what came of a job could not be noted; it is tried again");
                tokio::select! {
                    () = sleep(pause) => pause = (pause * 2).min(LONGEST_PAUSE),
                    () = app.database_moved(), if !has_moved => {}
                }
            }
            noted => return noted,
        }
    }
}

async fn note_once(app: &App, job: &Leased, attempt: &Attempt) -> Result<(), Failure> {
    let now = app.clock.now();
    let mut conn = connection(app).await?;
    let noted = match attempt {
        Attempt::Done(ended) => {
            let noted = db::job::end(&mut conn, job, *ended, None, now).await?;
            tracing::info!(job = %job.id, kind = ?job.kind, attempts = job.attempts, ?ended, "a job is done");
            noted
        }
        Attempt::Mailed(vouchers) => {
            let noted = db::job::end(&mut conn, job, Ended::Sent, Some(vouchers), now).await?;
            tracing::info!(job = %job.id, kind = ?job.kind, attempts = job.attempts, vouchers = vouchers.len(), "vouchers were mailed");
            noted
        }
        Attempt::Later(setback) => {
            let [random] = token::random::<1>()?;
            let again = next_attempt(job.attempts, random, now);
            let noted = db::job::fail(&mut conn, job, setback, again, now).await?;
            tracing::warn!(job = %job.id, kind = ?job.kind, attempts = job.attempts, ?setback, ?again, "a job failed");
            noted
        }
        Attempt::Never(setback) => {
            let noted = db::job::fail(&mut conn, job, setback, None, now).await?;
            tracing::error!(job = %job.id, kind = ?job.kind, attempts = job.attempts, ?setback, "a job was given up: an admin has to look at it");
            noted
        }
    };
    if !noted {
        tracing::warn!(job = %job.id, "a lease had ended before its job: another worker has it by now");
    }
    Ok(())
}
