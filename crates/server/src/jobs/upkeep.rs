//! What the server does by itself, as jobs: of each kind one a period, however many processes there are, and done by one worker.

use std::time::Duration;

use beadsbox_domain::Timestamp;
use beadsbox_protocol::job::{JobKind, JobTrouble};
use uuid::Uuid;

use super::{expire_overdue, forget_buyers, prune, queue::Attempt, remind_buyers};
use crate::{
    books,
    db::{
        self,
        job::{Ended, Setback},
    },
    error::Failure,
    snapshot,
    state::App,
};

/// Which upkeep there is, and its period.
fn kinds(app: &App) -> impl Iterator<Item = (JobKind, Duration)> {
    let config = &app.config;
    let all = [
        // Every hour rather than every night: shops have time zones.
        (JobKind::ExpireVouchers, config.expire_every),
        (JobKind::RemindBuyers, config.remind_every),
        (JobKind::RefreshSnapshots, config.refresh_every),
        (JobKind::ForgetBuyers, config.retention_every),
        (JobKind::Prune, config.prune_every),
        (JobKind::PutSumsTogether, config.prune_every),
    ];
    // Without a mail server nobody is reminded, so nobody has to look.
    let mails = app.mailer.is_some();
    all.into_iter().filter(move |(kind, _)| mails || *kind != JobKind::RemindBuyers)
}

/// Writes the jobs whose time has come. While one of a kind is not done yet, it stands for the next as well. How many are new.
pub(super) async fn plan(app: &App) -> Result<u64, Failure> {
    let now = app.clock.now();
    let due: Vec<(JobKind, Uuid)> = kinds(app).map(|(kind, every)| (kind, cause(now, every))).collect();
    Ok(db::job::insert_upkeep(&mut *app.pool.acquire().await?, &due, now).await?)
}

/// What names the period that this moment is in: when it began. Two processes, and two machines whose clocks differ a little, name it alike.
fn cause(now: Timestamp, every: Duration) -> Uuid {
    let length = every.as_secs().max(1);
    let seconds = u64::try_from(now.as_second()).unwrap_or(0);
    Uuid::from_u64_pair(0, seconds - seconds % length)
}

/// Does it.
pub(super) async fn perform(app: &App, kind: JobKind) -> Result<Attempt, Failure> {
    match kind {
        JobKind::ExpireVouchers => told(kind, &expire_overdue(app).await?),
        JobKind::RemindBuyers => told(kind, &remind_buyers(app).await?),
        JobKind::RefreshSnapshots => told(kind, &snapshot::refresh(app).await?),
        JobKind::ForgetBuyers => told(kind, &forget_buyers(app).await?),
        JobKind::Prune => told(kind, &prune(app).await?),
        JobKind::PutSumsTogether => told(kind, &books::put_together(&app.pool).await?),
        other => return Err(Failure::Defect(format!("no upkeep: {other:?}"))),
    }
    if *app.stopping.borrow() {
        // It may have been cut short.
        return Ok(Attempt::Later(Setback { trouble: JobTrouble::Interrupted, detail: None }));
    }
    Ok(Attempt::Done(Ended::Done))
}

/// Only what was done is worth a line.
fn told<D: std::fmt::Debug + Default + PartialEq>(kind: JobKind, done: &D) {
    if *done != D::default() {
        tracing::info!(?kind, ?done, "upkeep");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_has_one_name_from_its_beginning_to_its_end() {
        let hour = Duration::from_hours(1);
        let at = |text: &str| cause(text.parse().unwrap(), hour);
        assert_eq!(at("2026-11-27T03:00:00Z"), at("2026-11-27T03:59:59.999Z"));
        assert_ne!(at("2026-11-27T03:00:00Z"), at("2026-11-27T02:59:59.999Z"));
        assert_ne!(at("2026-11-27T03:00:00Z"), at("2026-11-27T04:00:00Z"));
        // None so short that nothing can be in it.
        assert_ne!(cause(Timestamp::UNIX_EPOCH, Duration::ZERO), cause("1970-01-01T00:00:01Z".parse().unwrap(), Duration::ZERO));
    }
}
