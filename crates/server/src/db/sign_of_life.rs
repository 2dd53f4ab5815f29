//! `sign_of_life`: what a copy of the database shows of when it was last abreast of it.

use sqlx::PgConnection;
use uuid::Uuid;

/// Gives a sign, unless somebody gave one just now. By the database's own clock, because those of several processes differ.
pub async fn give(conn: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query(
        "UPDATE sign_of_life SET at = clock_timestamp(), waits_for = left(current_setting('synchronous_standby_names'), 1000)
         WHERE at NOT BETWEEN clock_timestamp() - interval '1 second' AND clock_timestamp()
            OR waits_for <> left(current_setting('synchronous_standby_names'), 1000)",
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// When the last sign was given, as far as this connection sees it.
pub async fn last(conn: &mut PgConnection) -> sqlx::Result<jiff_sqlx::Timestamp> {
    sqlx::query_scalar("SELECT at FROM sign_of_life").fetch_one(conn).await
}

/// The same, and which epoch it sees.
pub async fn last_of(conn: &mut PgConnection) -> sqlx::Result<(jiff_sqlx::Timestamp, Uuid)> {
    sqlx::query_as("SELECT at, epoch FROM sign_of_life, server").fetch_one(conn).await
}

/// How many machines `synchronous_standby_names` names. Without one a commit is on this machine's disk alone.
pub async fn standbys(conn: &mut PgConnection) -> sqlx::Result<u64> {
    let list: String = sqlx::query_scalar("SELECT current_setting('synchronous_standby_names')").fetch_one(conn).await?;
    let count = list.split(',').filter(|name| !name.trim().is_empty()).count();
    Ok(u64::try_from(count).unwrap_or(u64::MAX))
}
