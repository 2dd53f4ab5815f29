//! Where a report is read: a copy of the database, or the database itself.

use std::time::Duration;

use beadsbox_domain::Timestamp;
use sqlx::{PgConnection, Postgres, Transaction};
use tokio::time::timeout;

use crate::{
    db,
    error::{Failure, sql_state},
    state::App,
};

/// A copy that is further behind has lost whom it follows; the database itself answers in its place.
const OLDEST_SECONDS: u64 = 300;
/// How long it may take to say how old it is: one that has fallen silent in the midst of a connection says nothing at all.
const ANSWERS_WITHIN: Duration = Duration::from_secs(3);

/// One moment to read at, and how old that is, in seconds.
pub(super) struct Source {
    pub tx: Transaction<'static, Postgres>,
    pub age_seconds: u64,
}

impl Source {
    /// The copy; none where there is none, or it is good for nothing. A report is never older than it says.
    pub async fn copy(app: &App) -> Option<Self> {
        app.config.database_read_url.as_ref()?;
        let answered = timeout(ANSWERS_WITHIN, copy(app)).await.unwrap_or_else(|_| Err(Failure::unavailable()));
        answered.unwrap_or_else(|error| {
            tracing::warn!(%error, "the copy for reports does not answer: the database itself does");
            None
        })
    }

    /// The database itself.
    pub async fn database(app: &App) -> Result<Self, Failure> {
        Ok(Self { tx: db::at_one_moment(&app.pool).await?, age_seconds: 0 })
    }
}

/// Whether that is what whoever reads in a copy hears when it is lost, ends, or needs what is read for what it has to apply. Not what comes of the
/// report itself, such as that it takes too long.
pub(super) fn is_lost(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => true,
        // Connections; ended by an administrator, by a crash, not there yet, its database dropped; in conflict with what is to be applied.
        error => sql_state(error).is_some_and(|state| state.starts_with("08") || ["57P01", "57P02", "57P03", "57P04", "40001"].contains(&state.as_str())),
    }
}

/// None where the copy is too old, or one of another database.
async fn copy(app: &App) -> Result<Option<Source>, Failure> {
    // In this order: what is written between the two makes the copy look older, and never newer.
    let mut tx = db::at_one_moment(&app.read_pool).await?;
    let (seen, epoch) = db::sign_of_life::last_of(&mut tx).await?;
    let given = last_sign(&mut *app.pool.acquire().await?).await?;
    if epoch != app.identity.epoch {
        tracing::error!(%epoch, "the copy for reports is one of another database or of an earlier epoch: the database itself answers");
        return Ok(None);
    }
    let age_seconds = seconds_between(seen.to_jiff(), given);
    if age_seconds > OLDEST_SECONDS {
        tracing::error!(age_seconds, "the copy for reports is too far behind: the database itself answers");
        return Ok(None);
    }
    Ok(Some(Source { tx, age_seconds }))
}

/// How old what the copy shows is, in seconds; none where there is no copy.
pub(crate) async fn copy_age(app: &App) -> Result<Option<u64>, Failure> {
    let Some(copy) = &app.copy else { return Ok(None) };
    // In this order, as above.
    let seen = last_sign(&mut *copy.acquire().await?).await?;
    let given = last_sign(&mut *app.own_pool.acquire().await?).await?;
    Ok(Some(seconds_between(seen, given)))
}

async fn last_sign(conn: &mut PgConnection) -> sqlx::Result<Timestamp> {
    Ok(db::sign_of_life::last(conn).await?.to_jiff())
}

/// Whole seconds from the one to the other, rounded up; none where they are in another order.
fn seconds_between(earlier: Timestamp, later: Timestamp) -> u64 {
    let milliseconds = u64::try_from(later.duration_since(earlier).as_millis()).unwrap_or(0);
    milliseconds.div_ceil(1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_never_told_too_low() {
        let at = |milliseconds| Timestamp::from_millisecond(milliseconds).unwrap();
        let ages = [(0, 0, 0), (0, 1, 1), (0, 1_000, 1), (0, 1_001, 2), (0, 300_000, 300), (5, 0, 0)];
        for (earlier, later, age) in ages {
            assert_eq!(seconds_between(at(earlier), at(later)), age);
        }
    }
}
