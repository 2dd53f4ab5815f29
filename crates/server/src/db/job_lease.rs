//! `job.lease`: that somebody is at a job, for as long as they say so, and `job.handed_over`: that a mail server may have its mail.
//!
//! How long a lease lasts is told by the database's clock: workers' own clocks need not agree.

use std::time::Duration;

use sqlx::PgConnection;

use super::job::Leased;

/// Says that whoever has the lease is still at it, for so long from now on. Whether it is still theirs.
pub async fn renew(conn: &mut PgConnection, job: &Leased, lasts: Duration) -> sqlx::Result<bool> {
    let renewed = sqlx::query("UPDATE job SET leased_until = clock_timestamp() + make_interval(secs => $3) WHERE id = $1 AND lease = $2")
        .bind(job.id)
        .bind(job.lease)
        .bind(lasts.as_secs_f64())
        .execute(conn)
        .await?;
    Ok(renewed.rows_affected() == 1)
}

/// Notes, before the mail server gets anything of a mail, that from now on it may have it. False where somebody else has the job by now: it is theirs to
/// send.
pub async fn begin_handing_over(conn: &mut PgConnection, job: &Leased) -> sqlx::Result<bool> {
    let noted = sqlx::query("UPDATE job SET handed_over = lease WHERE id = $1 AND lease = $2")
        .bind(job.id)
        .bind(job.lease)
        .execute(conn)
        .await?;
    Ok(noted.rows_affected() == 1)
}
