//! `sign_in_delay`: guessing a password gets slower with each try, and so does having mails sent to somebody.

use beadsbox_domain::Timestamp;
use jiff::SignedDuration;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

/// What is counted, and how many failures are free.
#[derive(Debug, Clone, Copy)]
pub enum Scope {
    /// One name at one device.
    NameAtDevice,
    /// Whatever is tried at one device.
    Device,
    /// Mails for one name, with which somebody sets another password.
    ResetName,
    /// Such mails and their tokens, at one device.
    ResetDevice,
}

impl Scope {
    pub const fn name(self) -> &'static str {
        match self {
            Self::NameAtDevice => "name_at_device",
            Self::Device => "device",
            Self::ResetName => "reset_name",
            Self::ResetDevice => "reset_device",
        }
    }

    const fn free(self) -> i32 {
        match self {
            Self::NameAtDevice => 3,
            Self::Device | Self::ResetDevice => 20,
            Self::ResetName => 2,
        }
    }
}

/// The longest delay, in seconds.
const LONGEST: i32 = 900;
/// The same.
pub const LONGEST_DELAY: SignedDuration = SignedDuration::from_secs(LONGEST as i64);
/// After so many hours without a failure the count starts anew.
const FORGOTTEN_AFTER_HOURS: i64 = 24;

/// Counts an attempt as failed before its password is looked at, so that many at once do not get past the count. Success
/// takes it back. Err is the moment until which nobody may try.
pub async fn count(conn: &mut PgConnection, scope: Scope, subject: &[u8; 32], now: Timestamp) -> sqlx::Result<Result<(), Timestamp>> {
    let forgotten = now - SignedDuration::from_hours(FORGOTTEN_AFTER_HOURS);
    let counted = sqlx::query(
        "INSERT INTO sign_in_delay AS d (scope, subject, failures, failed_at, blocked_until) VALUES ($1, $2, 1, $3, $3)
         ON CONFLICT (scope, subject) DO UPDATE SET
             failures = CASE WHEN d.failed_at < $4 THEN 1 ELSE d.failures + 1 END,
             failed_at = $3,
             blocked_until = CASE WHEN d.failed_at < $4 OR d.failures + 1 < $5 THEN $3
                                  ELSE $3 + make_interval(secs => least($6, power(2, least(d.failures + 1 - $5, 20)))) END
         -- No delay is longer: a moment much further off was written by a clock that was wrong.
         WHERE d.blocked_until <= $3 OR d.blocked_until > $3 + make_interval(secs => 2 * $6)",
    )
    .bind(scope.name())
    .bind(subject.as_slice())
    .bind(now.to_sqlx())
    .bind(forgotten.to_sqlx())
    .bind(scope.free())
    .bind(LONGEST)
    .execute(&mut *conn)
    .await?;
    if counted.rows_affected() == 1 {
        return Ok(Ok(()));
    }
    let until: jiff_sqlx::Timestamp = sqlx::query_scalar("SELECT blocked_until FROM sign_in_delay WHERE scope = $1 AND subject = $2")
        .bind(scope.name())
        .bind(subject.as_slice())
        .fetch_one(conn)
        .await?;
    Ok(Err(until.to_jiff()))
}

/// Takes the count back after a success.
pub async fn forget(conn: &mut PgConnection, scope: Scope, subject: &[u8; 32]) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM sign_in_delay WHERE scope = $1 AND subject = $2")
        .bind(scope.name())
        .bind(subject.as_slice())
        .execute(conn)
        .await?;
    Ok(())
}

/// Forgets counts that would begin anew with the next failure, `limit` at most.
pub async fn prune(conn: &mut PgConnection, now: Timestamp, limit: i64) -> sqlx::Result<u64> {
    let pruned = sqlx::query(
        "DELETE FROM sign_in_delay WHERE ctid IN (
             SELECT ctid FROM sign_in_delay WHERE failed_at < $1 AND blocked_until <= $2 LIMIT $3 FOR UPDATE SKIP LOCKED)",
    )
    .bind((now - SignedDuration::from_hours(FORGOTTEN_AFTER_HOURS)).to_sqlx())
    .bind(now.to_sqlx())
    .bind(limit)
    .execute(conn)
    .await?;
    Ok(pruned.rows_affected())
}
