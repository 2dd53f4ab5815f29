//! Whoever does the work.

use std::{convert::Infallible, future::pending, time::SystemTime};

use beadsbox_domain::VoucherId;
use beadsbox_protocol::{
    job::{JobKind, JobTrouble},
    trace::Trace,
};
use jiff::SignedDuration;
use opentelemetry::trace::SpanKind;
use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};
use tracing::Instrument as _;
use uuid::Uuid;

use super::{LONGEST, Lane, MOST_ATTEMPTS, RENEWALS, note};
use crate::{
    db::{
        self,
        job::{Ended, Leased, Looking, Setback},
    },
    error::Failure,
    jobs::upkeep,
    mail::{self, Written},
    sight::{Place, Work},
    state::App,
};

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

/// Which job is to be done.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Which {
    /// The next one that is due.
    Next,
    /// The next one that the broker lost, or was never told of: those that are due for longer than a relay takes.
    Overlooked,
    /// This one, if nobody has it; with the trace that the broker named, for a job that has none.
    This(Uuid, Option<Trace>),
}

/// A relay has told of a job by then.
const RELAYED_WITHIN: SignedDuration = SignedDuration::from_secs(10);
/// What was announced for so long, and is still not begun, may have been lost with its message. Where it was not, but stands in a long queue, it does
/// no harm to take it early.
const DELIVERED_WITHIN: SignedDuration = SignedDuration::from_mins(2);

/// The lanes whose jobs this process can do. Without a mail server it leaves mails to a process that has one.
pub(crate) fn lanes(app: &App) -> impl Iterator<Item = Lane> {
    let mails = app.mailer.is_some();
    Lane::ALL.into_iter().filter(move |lane| mails || !lane.needs_mail_server())
}

/// Leases it. Nobody waits for a machine that does not answer once the database is elsewhere; a lease that came about all the same ends by itself.
async fn take(app: &App, which: Which) -> Result<Option<Leased>, Failure> {
    tokio::select! {
        taken = take_here(app, which) => taken,
        () = app.database_moved() => Err(Failure::unavailable()),
    }
}

async fn take_here(app: &App, which: Which) -> Result<Option<Leased>, Failure> {
    let now = app.clock.now();
    let mut groups: [Vec<JobKind>; 4] = Default::default();
    for (group, lane) in groups.iter_mut().zip(lanes(app)) {
        *group = lane.kinds();
    }
    let mut tx = db::begin(&app.pool).await?;
    app.check_home(&mut tx).await?;
    let looking = |due_since, announced_before| Looking { due_since, announced_before };
    let job = match which {
        Which::Next => db::job::take(&mut tx, &groups, looking(now, now), app.config.lease).await?,
        Which::Overlooked => db::job::take(&mut tx, &groups, looking(now - RELAYED_WITHIN, now - DELIVERED_WITHIN), app.config.lease).await?,
        Which::This(id, _) => db::job::take_this(&mut tx, id, &groups.concat(), now, app.config.lease).await?,
    };
    // From here on it counts as tried, whatever becomes of this process.
    tx.commit().await?;
    Ok(job)
}

/// Takes that job and does it. False where there is none.
pub(crate) async fn do_job(app: &App, which: Which) -> Result<bool, Failure> {
    let Some(job) = take(app, which).await? else { return Ok(false) };
    if matches!(which, Which::Next) {
        // There may be more than one.
        app.bell.workers.notify_one();
    }
    let told = if let Which::This(_, told) = which { told } else { None };
    let place = Place::below(job.trace.or(told));
    let span = tracing::info_span!("job", trace_id = place.at.id_text(), span_id = place.at.span_text());
    place.scope(do_leased(app, &job, place, matches!(which, Which::This(..)))).instrument(span).await.map(|()| true)
}

/// Does a job that is leased, as its part of the trace of what caused it.
async fn do_leased(app: &App, job: &Leased, place: Place, by_broker: bool) -> Result<(), Failure> {
    let began = SystemTime::now();
    let never = |trouble| Attempt::Never(Setback { trouble, detail: None });
    let attempt = if job.may_have_arrived {
        // Whoever had it handed it over and was lost: the mail server most likely takes it.
        never(JobTrouble::MayHaveArrived)
    } else if job.attempts > MOST_ATTEMPTS {
        // Every worker that had it was ended in the middle: it may be what ends them.
        never(JobTrouble::Interrupted)
    } else {
        tokio::select! {
            attempt = attempt(app, job, place) => attempt,
            never = keep_lease(app, job) => match never {},
        }
    };
    app.sight.traces.tell(|| span_of(job, &attempt, place, began, by_broker));
    note::note(app, job, &attempt).await
}

/// Says again and again that somebody is at this job, so that nobody else takes it. Once somebody has, nothing more is said: they send its mail, unless it
/// was handed over before.
async fn keep_lease(app: &App, job: &Leased) -> Infallible {
    let renew = async || Ok::<_, Failure>(db::job_lease::renew(&mut *note::connection(app).await?, job, app.config.lease).await?);
    loop {
        sleep(app.config.lease / RENEWALS).await;
        match renew().await {
            Ok(true) => {}
            Ok(false) => {
                tracing::warn!(job = %job.id, "a lease has ended, and somebody else has the job");
                return pending().await;
            }
            Err(error) => tracing::warn!(%error, job = %job.id, "a lease could not be renewed; it is tried again"),
        }
    }
}

/// What was done about it, as a span.
fn span_of(job: &Leased, attempt: &Attempt, place: Place, began: SystemTime, by_broker: bool) -> Work {
    let (ended, failed) = match attempt {
        Attempt::Done(ended) => (db::name_of(*ended), None),
        Attempt::Mailed(_) => (db::name_of(Ended::Sent), None),
        Attempt::Later(setback) => ("again".to_owned(), Some(db::name_of(setback.trouble))),
        Attempt::Never(setback) => ("given_up".to_owned(), Some(db::name_of(setback.trouble))),
    };
    Work::new(format!("job {}", db::name_of(job.kind)), SpanKind::Consumer, place, began)
        .with("beadsbox.job", job.id.to_string())
        .with("beadsbox.job.cause", job.cause.to_string())
        .with("beadsbox.job.attempt", i64::from(job.attempts))
        .with("beadsbox.job.ended", ended)
        .with("beadsbox.job.told_by", if by_broker { "broker" } else { "database" })
        .with("db.collection.name", "job")
        .failed(failed)
}

/// One attempt, bounded in time. A fault of the server, a panic too, ends the attempt and not the worker.
async fn attempt(app: &App, job: &Leased, place: Place) -> Attempt {
    let mut performing = JoinSet::new();
    performing.spawn(place.scope(perform(app.clone(), job.clone())).in_current_span());
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
    let interrupted = || Attempt::Later(Setback { trouble: JobTrouble::Interrupted, detail: None });
    if !job.kind.is_mail() {
        return tokio::select! {
            done = upkeep::perform(&app, job.kind) => done,
            () = app.database_moved() => Ok(interrupted()),
        };
    }
    let Some(mailer) = &app.mailer else { return Err(Failure::Defect("a job that this process cannot do".to_owned())) };
    let written = tokio::select! {
        written = write(&app, &job) => written?,
        () = app.database_moved() => return Ok(interrupted()),
    };
    match written {
        Written::Ended(attempt) => Ok(attempt),
        // From here on nothing cuts it but the end of the program: it says how far it came.
        Written::Letter(letter, vouchers) => mailer.attempt(&app, &job, &letter, vouchers).await,
    }
}

async fn write(app: &App, job: &Leased) -> Result<Written, Failure> {
    match job.kind {
        JobKind::PasswordResetMail => mail::password_reset::write(app, job).await,
        JobKind::AddressChangedMail => mail::address_changed::write(app, job).await,
        _ => mail::voucher::write(app, job).await,
    }
}
