//! Forgets what nobody asks for any more: a little at a time, so that no run holds anything up.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use sqlx::{Connection as _, PgConnection};

use crate::{db, error::Failure, snapshot, state::App};

/// The most rows of one kind that a run forgets; what is left is the next run's.
const MOST: i64 = 10_000;
/// A device that was away for longer than this takes its cache anew.
const TAGS_KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);
/// So long an enrolment code is told to be used or over; afterwards nobody knows it.
const CODES_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// So long it is told what became of a mail. Longer than a reminder comes before its last day: it is not sent again.
const MAILS_KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);
/// So long it is told what became of upkeep.
const UPKEEP_KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);
/// So long an order that was let go is kept with its buyer: a payment that comes later still finds it.
const ORDERS_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Those that were paid and got no voucher: a bank may ask for the money for so long.
const PAID_ORDERS_KEPT: SignedDuration = SignedDuration::from_hours(180 * 24);
/// The payment provider tells again for three days at most.
const PAYMENT_EVENTS_KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);

/// How many rows of which kind were forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pruned {
    /// Tags of the feed's batches.
    pub tags: u64,
    /// Counts of failed sign-ins.
    pub delays: u64,
    /// Sessions that ended.
    pub sessions: u64,
    /// Enrolment codes.
    pub codes: u64,
    /// Snapshots.
    pub snapshots: u64,
    /// Jobs that are done.
    pub jobs: u64,
    /// Tokens for another password.
    pub resets: u64,
    /// Addresses that were staff members'.
    pub addresses: u64,
    /// Of which vouchers buyers were reminded.
    pub reminders: u64,
    /// Orders of the shop page that were let go.
    pub orders: u64,
    /// What the payment provider told.
    pub payment_events: u64,
}

/// One run.
pub(crate) async fn prune(app: &App) -> Result<Pruned, Failure> {
    let now = app.clock.now();
    let mut conn = app.pool.acquire().await?;
    let tags = prune_tags(app, &mut conn, now - TAGS_KEPT).await?;
    let delays = db::sign_in_delay::prune(&mut conn, now, MOST).await?;
    let sessions = db::session::prune(&mut conn, now, MOST).await?;
    let codes = db::enrolment_code::prune(&mut conn, now - CODES_KEPT, MOST).await?;
    let jobs = db::job::prune(&mut conn, now - MAILS_KEPT, now - UPKEEP_KEPT, MOST).await?;
    let resets = db::password_reset::prune(&mut conn, now, MOST).await?;
    let addresses = db::former_address::prune(&mut conn, MOST).await?;
    let reminders = db::reminder::prune(&mut conn, (now - MAILS_KEPT).to_zoned(TimeZone::UTC).date(), MOST).await?;
    let orders = let_go(&mut conn, now).await?;
    let payment_events = db::payment_event::prune(&mut conn, now - PAYMENT_EVENTS_KEPT, MOST).await?;
    drop(conn);
    let snapshots = snapshot::prune(app).await?;
    Ok(Pruned { tags, delays, sessions, codes, snapshots, jobs, resets, addresses, reminders, orders, payment_events })
}

/// All of them: on a busy day more come in an hour than one statement should take.
async fn prune_tags(app: &App, conn: &mut PgConnection, before: Timestamp) -> sqlx::Result<u64> {
    let mut gone = 0;
    loop {
        let some = db::feed::prune_tags(conn, before, MOST).await?;
        gone += some;
        if some < MOST.unsigned_abs() || *app.stopping.borrow() {
            return Ok(gone);
        }
    }
}

/// Forgets orders of the shop page that came to nothing. Whoever ordered and got no voucher is nobody's buyer.
async fn let_go(conn: &mut PgConnection, now: Timestamp) -> sqlx::Result<u64> {
    let mut tx = conn.begin().await?;
    let orders = db::shop_order::prune(&mut tx, now - ORDERS_KEPT, now - PAID_ORDERS_KEPT, MOST).await?;
    db::person::forget_unnamed(&mut tx, &orders).await?;
    tx.commit().await?;
    Ok(orders.len() as u64)
}
