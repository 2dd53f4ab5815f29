//! Guessing gets slower with each try. The counts are rows of `sign_in_delay`; what they forbid for a while is remembered beside them, so that whoever
//! goes on guessing meanwhile costs the database nothing.

use beadsbox_domain::Timestamp;

use crate::{
    db::{self, sign_in_delay::Scope},
    error::Failure,
    state::App,
};

/// What is counted, and of whom.
pub(crate) type Subject = (Scope, [u8; 32]);

/// Counts an attempt at each of these as failed before it is looked at, so that many at once do not get past the count. Success
/// [takes it back](forget). The error says how long to wait.
///
/// What is remembered only refuses: whoever it does not know is counted, so that losing it lets nobody try more often.
pub(crate) async fn count(app: &App, subjects: &[Subject], now: Timestamp) -> Result<(), Failure> {
    if let Some(until) = app.memory.blocked_until(subjects, now).await {
        return Err(Failure::too_many_attempts(until, now));
    }
    let mut conn = app.pool.acquire().await?;
    for (scope, subject) in subjects {
        if let Err(until) = db::sign_in_delay::count(&mut conn, *scope, subject, now).await? {
            drop(conn);
            app.memory.block(*scope, subject, until, now).await;
            return Err(Failure::too_many_attempts(until, now));
        }
    }
    Ok(())
}

/// Takes the counts back after a success.
pub(crate) async fn forget(app: &App, subjects: &[Subject]) -> Result<(), Failure> {
    let mut conn = app.pool.acquire().await?;
    for (scope, subject) in subjects {
        db::sign_in_delay::forget(&mut conn, *scope, subject).await?;
    }
    drop(conn);
    app.memory.unblock(subjects).await;
    Ok(())
}
