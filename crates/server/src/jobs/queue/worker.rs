//! Whoever does the work.

use beadsbox_domain::VoucherId;
use beadsbox_protocol::job::{JobKind, JobTrouble};
use tokio::{
    task::JoinSet,
    time::{Duration, Instant, MissedTickBehavior, interval, sleep, timeout},
};

use super::{LEASE, LONGEST, MOST_ATTEMPTS, next_attempt};
use crate::{
    db::{
        self,
        job::{Ended, Leased, Setback},
    },
    error::Failure,
    mail,
    state::App,
    token,
};

/// How long it waits for a database that is away: at first, and at most.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// What came of an attempt.
#[derive(Debug)]
pub(crate) enum Attempt {
    /// It is done.
    Done(Ended),
    /// It is done: these vouchers were mailed.
    Mailed(Vec<VoucherId>),
    /// It failed, and another attempt may go better.
    Later(Setback),
    /// It failed, and so would every other attempt.
    Never(Setback),
}

/// Does one job after the other until the server stops; looks for the next one on a timer where none is due.
pub(crate) async fn run(app: App) {
    let mut timer = interval(app.config.jobs_every);
    timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = app.stopped() => return,
            _ = timer.tick() => {}
        }
        while !*app.stopping.borrow() {
            match do_next(&app).await {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    tracing::error!(%error, "taking or ending a job failed; it is tried again");
                    break;
                }
            }
        }
    }
}

/// The kinds of jobs that this process can do. Without a mail server it leaves mails to a process that has one.
fn kinds(app: &App) -> &'static [JobKind] {
    if app.mailer.is_some() {
        &[JobKind::VoucherMail, JobKind::VoucherMailAgain, JobKind::PasswordResetMail, JobKind::AddressChangedMail]
    } else {
        &[]
    }
}

/// Takes the next job and does it. False where none is due.
async fn do_next(app: &App) -> Result<bool, Failure> {
    let kinds = kinds(app);
    if kinds.is_empty() {
        return Ok(false);
    }
    let now = app.clock.now();
    let mut tx = db::begin(&app.pool).await?;
    app.check_home(&mut tx).await?;
    let job = db::job::take(&mut tx, kinds, now, now + LEASE).await?;
    // From here on it counts as tried, whatever becomes of this process.
    tx.commit().await?;
    let Some(job) = job else { return Ok(false) };
    let leased_until = Instant::now() + LEASE.unsigned_abs();
    let attempt = if job.attempts > MOST_ATTEMPTS {
        // Every worker that had it was ended in the middle: it may be what ends them.
        Attempt::Never(Setback { trouble: JobTrouble::Interrupted, detail: None })
    } else {
        attempt(app, &job).await
    };
    note_while_leased(app, &job, &attempt, leased_until).await?;
    Ok(true)
}

/// Notes what came of it, however long the database is away meanwhile: what a mail server has taken would go out again. After the lease somebody
/// else may have the job, and nothing is noted under this one.
async fn note_while_leased(app: &App, job: &Leased, attempt: &Attempt, leased_until: Instant) -> Result<(), Failure> {
    let mut pause = FIRST_PAUSE;
    loop {
        match note(app, job, attempt).await {
            Err(error) if Instant::now() + pause < leased_until => {
                tracing::warn!(%error, job = %job.id, ?attempt, "what came of a job could not be noted; it is tried again");
                sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
            noted => return noted,
        }
    }
}

/// One attempt, bounded in time. A fault of the server, a panic too, ends the attempt and not the worker.
async fn attempt(app: &App, job: &Leased) -> Attempt {
    let mut performing = JoinSet::new();
    performing.spawn(perform(app.clone(), job.clone()));
    let later = |trouble| Attempt::Later(Setback { trouble, detail: None });
    match timeout(LONGEST, performing.join_next()).await {
        Ok(Some(Ok(Ok(attempt)))) => attempt,
        Ok(Some(Ok(Err(error)))) => {
            tracing::error!(%error, job = %job.id, "a job failed by a fault of the server");
            later(JobTrouble::Internal)
        }
        Ok(panicked) => {
            tracing::error!(?panicked, job = %job.id, "a job panicked");
            later(JobTrouble::Internal)
        }
        // Dropped with the set: it is not left running beside the next attempt.
        Err(_) => {
            tracing::error!(job = %job.id, "a job took longer than anything about one may");
            later(JobTrouble::Internal)
        }
    }
}

async fn perform(app: App, job: Leased) -> Result<Attempt, Failure> {
    let Some(mailer) = &app.mailer else { return Err(Failure::Defect("a job that this process cannot do".to_owned())) };
    match job.kind {
        JobKind::VoucherMail | JobKind::VoucherMailAgain => mail::voucher::send(&app, mailer, &job).await,
        JobKind::PasswordResetMail => mail::password_reset::send(&app, mailer, &job).await,
        JobKind::AddressChangedMail => mail::address_changed::send(&app, mailer, &job).await,
    }
}

/// Notes what came of it.
async fn note(app: &App, job: &Leased, attempt: &Attempt) -> Result<(), Failure> {
    let now = app.clock.now();
    let mut conn = app.pool.acquire().await?;
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
