//! The books besides what each operation writes: what was done before there were books, booked at the first start, or `migrate`, of the
//! program that keeps them; and the monthly sums, put together.

use std::collections::HashMap;

use beadsbox_authority::{
    Told,
    fold::voucher::{Rows, fold},
    is_believed,
};
use beadsbox_domain::{
    Timestamp, Voucher, VoucherId,
    ledger::{Cause, Entry, Standing, entries},
};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::{
    db::{self, ledger::Line, lock::Lock, writes::Writes},
    error::Failure,
    push::Zones,
};

/// How many vouchers are booked in one transaction.
const BATCH: i64 = 500;

/// Books every voucher that has no line yet, unless that was done. Nothing else may write: a server calls it before it listens. Cut off, it
/// goes on where it was.
pub(crate) async fn fill(pool: &PgPool, now: Timestamp) -> Result<(), Failure> {
    if db::ledger::is_filled(&mut *pool.acquire().await?).await? {
        return Ok(());
    }
    let mut after = Uuid::nil();
    let mut booked = 0;
    loop {
        let mut tx = begin(pool).await?;
        let vouchers = db::ledger::unbooked(&mut tx, after, BATCH).await?;
        let Some(last) = vouchers.last() else { break };
        after = last.0;
        booked += vouchers.len();
        book(&mut tx, &vouchers).await?;
        tx.commit().await?;
    }
    let mut tx = begin(pool).await?;
    let lines = db::ledger::book_without_history(&mut tx).await?;
    db::ledger::note_filled(&mut tx, now).await?;
    tx.commit().await?;
    if booked > 0 || lines > 0 {
        tracing::info!(vouchers = booked, lines_without_history = lines, "booked what was done before there were books");
    }
    Ok(())
}

/// Makes one row of those of the monthly sums that are alike, where there are many. How many rows there are then.
pub(crate) async fn put_together(pool: &PgPool) -> Result<u64, Failure> {
    let mut tx = db::begin(pool).await?;
    if !Lock::Books.try_take(&mut tx).await? {
        return Ok(0);
    }
    // The more there are, the longer it takes: cut off by a bound, it would have yet more to do the next time.
    sqlx::query("SET LOCAL statement_timeout = 0").execute(&mut *tx).await?;
    let rows = db::ledger::put_together(&mut tx).await?;
    tx.commit().await?;
    Ok(rows)
}

async fn begin(pool: &PgPool) -> Result<sqlx::Transaction<'static, sqlx::Postgres>, Failure> {
    let mut tx = db::begin(pool).await?;
    sqlx::query("SET LOCAL statement_timeout = 0").execute(&mut *tx).await?;
    Lock::Books.wait(&mut tx).await?;
    Ok(tx)
}

async fn book(conn: &mut PgConnection, vouchers: &[VoucherId]) -> Result<(), Failure> {
    let ids: Vec<Uuid> = vouchers.iter().map(|id| id.0).collect();
    let mut told: HashMap<VoucherId, Vec<Told>> = HashMap::new();
    for (id, one) in db::operation::told(conn, "voucher", &ids).await? {
        told.entry(VoucherId(id)).or_default().push(one);
    }
    let numbers: Vec<i64> = told.values().flatten().map(|told| told.commit_no).collect();
    let received = db::operation::received(conn, &numbers).await?;
    let zones = Zones::load(conn).await?;
    let rows: HashMap<VoucherId, Voucher> = db::voucher::lock(conn, &ids).await?.into_iter().map(|voucher| (voucher.id, voucher)).collect();
    let mut booked: Vec<(i64, i32, Entry)> = Vec::new();
    for (id, told) in &told {
        booked.extend(history(*id, told, &received, rows.get(id), &zones));
    }
    let lines: Vec<Line<'_>> = booked.iter().map(|(number, line, entry)| Line::new(*number, *line, entry, &zones)).collect();
    Writes::alone(conn, |writes| db::ledger::add_new(writes, &lines)).await
}

/// The lines of a voucher's operations, each with its operation's number: its rows are folded one operation further each time.
fn history(id: VoucherId, told: &[Told], received: &HashMap<i64, Timestamp>, row: Option<&Voucher>, zones: &Zones) -> Vec<(i64, i32, Entry)> {
    let mut rows = Rows::default();
    let mut booked = Vec::new();
    for (place, one) in told.iter().enumerate() {
        let before = standing(&rows);
        rows = fold(id, &told[..place], one, &rows, &zones.of(one.body.shop));
        let mut after = standing(&rows);
        if place + 1 == told.len() && row.is_some() {
            // Where the two differ, the row is what the server goes by.
            after.account = Standing::of(row, std::iter::empty()).account;
        }
        let lines = entries(&before, &after, &cause(one, received));
        booked.extend((0..).zip(lines).map(|(line, entry)| (one.commit_no, line, entry)));
    }
    booked
}

fn standing(rows: &Rows) -> Standing {
    Standing::of(rows.voucher.as_ref(), rows.conflicts.iter().map(|placed| &placed.conflict))
}

/// Whether the device's clock agreed with the server's when it came was not kept: its own word, and that it is not ahead, must do.
fn cause(told: &Told, received: &HashMap<i64, Timestamp>) -> Cause {
    let body = &told.body;
    let received_at = received.get(&told.commit_no).copied().unwrap_or(body.at);
    let clock_right = is_believed(true, body, received_at);
    Cause::new(&body.operation, body.stamp(), clock_right, received_at)
}
