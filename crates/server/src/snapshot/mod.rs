//! Everything at one moment, for devices whose cache is empty or far behind: made once for each profile, kept as compressed chunks, sent to all who ask.

mod make;
mod pack;
mod send;

use std::sync::Arc;

use beadsbox_domain::Timestamp;
use beadsbox_protocol::{
    Profile,
    snapshot::{LEAST_ENTITIES, Manifest, SnapshotAnswer},
};
use jiff::SignedDuration;
use sqlx::PgConnection;
use tokio::sync::Semaphore;

use crate::{db, error::Failure, feed, state::App};

pub(crate) use send::chunk;

/// For how long a snapshot is given to whoever asks for one.
const FRESH_FOR: SignedDuration = SignedDuration::from_hours(24);
/// By how many changes the feed may have moved since, at least: taking them by pages is quick.
const FEW_CHANGES: u64 = 20_000;
/// A device lacks much where it lacks one entity of so many: a page costs three times as much for each as a snapshot.
const LACKS_ONE_OF: u64 = 2;
/// How long after a newer one was made the readers of an older one are surely done.
const READ_WITHIN: SignedDuration = SignedDuration::from_hours(2);

/// What this process makes and sends.
pub(crate) struct Snapshots {
    making: Arc<Semaphore>,
    sending: Arc<Semaphore>,
}

impl Snapshots {
    pub fn new(most_sent: usize) -> Self {
        Self { making: Arc::new(Semaphore::new(1)), sending: Arc::new(Semaphore::new(most_sent)) }
    }
}

/// What a device is told that holds what the feed says up to that number: the newest snapshot where it is good, else how far the next
/// one has come.
pub(crate) async fn answer(app: &App, profile: Profile, after: u64) -> Result<SnapshotAnswer, Failure> {
    let mut conn = app.pool.acquire().await?;
    if !lacks_much(&mut conn, after, u64::MAX).await? {
        return Ok(SnapshotAnswer::NotNeeded);
    }
    if let Some(manifest) = fresh(&mut conn, app, profile).await? {
        // What was made a while ago may bring a device that holds something less than the pages would.
        let brings_much = after == 0 || lacks_much(&mut conn, after, manifest.cursor.seq).await?;
        return Ok(if brings_much { SnapshotAnswer::Ready(manifest) } else { SnapshotAnswer::NotNeeded });
    }
    let progress = db::snapshot::progress(&mut conn, profile, app.identity.epoch).await?;
    let preparing = match progress {
        Some((rows, of_rows, begun_at)) => {
            SnapshotAnswer::Preparing { rows, of_rows, retry_after_ms: pause_ms(rows, of_rows, app.clock.now().duration_since(begun_at)) }
        }
        None => SnapshotAnswer::Preparing { rows: 0, of_rows: db::feed::size(&mut conn).await?, retry_after_ms: pause_ms(0, 0, SignedDuration::ZERO) },
    };
    drop(conn);
    make_in_background(app, profile);
    Ok(preparing)
}

/// Whether a device that stands there takes what comes until the other place quicker with everything else than by pages.
async fn lacks_much(conn: &mut PgConnection, after: u64, through: u64) -> Result<bool, Failure> {
    if !db::feed::holds(conn, LEAST_ENTITIES, after, through).await? {
        return Ok(false);
    }
    if after == 0 {
        return Ok(true);
    }
    let least = db::feed::size(conn).await?.div_ceil(LACKS_ONE_OF);
    Ok(db::feed::holds(conn, least, after, through).await?)
}

/// The newest snapshot of that profile, where it may still be given.
async fn fresh(conn: &mut PgConnection, app: &App, profile: Profile) -> Result<Option<Manifest>, Failure> {
    let Some(manifest) = db::snapshot::newest(conn, profile, app.identity.epoch).await? else { return Ok(None) };
    let head = feed::head_cursor(conn).await?.seq;
    Ok(Some(manifest).filter(|manifest| is_fresh(manifest, head, app.clock.now())))
}

fn is_fresh(manifest: &Manifest, head: u64, now: Timestamp) -> bool {
    let moved = head.saturating_sub(manifest.cursor.seq);
    now.duration_since(manifest.made_at) < FRESH_FOR && moved < FEW_CHANGES.max(manifest.rows / 5)
}

/// After how many milliseconds to ask again: about when it will be done, and often enough for a progress bar.
fn pause_ms(rows: u64, of_rows: u64, running: SignedDuration) -> u64 {
    let milliseconds = u64::try_from(running.as_millis()).unwrap_or(0);
    match rows {
        0 => 500,
        _ => (milliseconds.saturating_mul(of_rows.saturating_sub(rows)) / rows).clamp(100, 2000),
    }
}

/// Makes a snapshot, unless this process makes one already; another process may be at it too, and the database's lock tells.
fn make_in_background(app: &App, profile: Profile) {
    let Ok(place) = Arc::clone(&app.snapshots.making).try_acquire_owned() else { return };
    let app = app.clone();
    tokio::spawn(async move {
        let _place = place;
        tokio::select! {
            () = app.stopped() => {}
            made = make::make(&app, profile) => match made {
                Ok(Some(made)) => tracing::info!(profile = profile.name(), rows = made.rows, bytes = made.bytes, milliseconds = made.milliseconds, "made a snapshot"),
                Ok(None) => {}
                Err(error) => tracing::error!(%error, "making a snapshot failed; whoever asks next begins another"),
            },
        }
    });
}

/// Makes those anew that somebody once asked for and that are given no longer, so that whoever comes next need not wait. How many.
pub(crate) async fn refresh(app: &App) -> Result<u64, Failure> {
    let mut made = 0;
    for profile in Profile::ALL {
        let mut conn = app.pool.acquire().await?;
        let known = db::snapshot::newest(&mut conn, profile, app.identity.epoch).await?;
        drop(conn);
        // One that is fresh, or is being made by another process, is left alone.
        if known.is_some() && make::make(app, profile).await?.is_some() {
            made += 1;
        }
    }
    Ok(made)
}

/// Forgets snapshots that nobody reads any more. How many.
pub(crate) async fn prune(app: &App) -> Result<u64, Failure> {
    let mut conn = app.pool.acquire().await?;
    Ok(db::snapshot::delete_replaced(&mut conn, app.identity.epoch, app.clock.now() - READ_WITHIN).await?)
}

#[cfg(test)]
mod tests {
    use beadsbox_protocol::pull::Cursor;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::just_made(1_000_000, 0, 0, true)]
    #[case::a_day_old(1_000_000, 0, 24, false)]
    #[case::few_changes(30_000, 19_999, 23, true)]
    #[case::many_changes(30_000, 20_000, 0, false)]
    #[case::few_for_its_size(1_000_000, 199_999, 0, true)]
    #[case::many_for_its_size(1_000_000, 200_000, 0, false)]
    fn a_snapshot_is_given_while_it_saves_work(#[case] rows: u64, #[case] moved: u64, #[case] hours: i64, #[case] given: bool) {
        let manifest = Manifest {
            id: uuid::Uuid::nil(),
            format: 1,
            epoch: uuid::Uuid::nil(),
            cursor: Cursor { seq: 5_000_000, tag: String::new() },
            rows,
            vouchers: rows,
            voucher_digest: String::new(),
            bytes: 0,
            chunks: Vec::new(),
            made_at: Timestamp::UNIX_EPOCH,
        };
        assert_eq!(is_fresh(&manifest, 5_000_000 + moved, Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours)), given);
    }

    #[rstest]
    #[case::not_begun(0, 0, 500)]
    #[case::half_in_a_second(500, 1000, 1000)]
    #[case::nearly_there(999, 1000, 100)]
    #[case::far_away(1, 1000, 2000)]
    #[case::more_than_thought(1100, 1000, 100)]
    fn a_device_asks_again_about_when_it_is_ready(#[case] rows: u64, #[case] of_rows: u64, #[case] pause: u64) {
        assert_eq!(pause_ms(rows, of_rows, SignedDuration::from_secs(1)), pause);
    }
}
