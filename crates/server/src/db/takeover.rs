//! `takeover`: where an epoch went on in a standby that had lost nothing, and the word of whoever promoted it.

use beadsbox_domain::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

/// Which PostgreSQL this one continues without a loss; none where nobody said so before it was promoted.
pub async fn continues(conn: &mut PgConnection) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar("SELECT nullif(current_setting('beadsbox.continues', true), '')").fetch_one(conn).await
}

/// Keeps that the epoch went on here.
pub async fn insert(conn: &mut PgConnection, home: &str, continues: &str, epoch: Uuid, at: Timestamp) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO takeover (home, continues, epoch, at) VALUES ($1, $2, $3, $4)")
        .bind(home)
        .bind(continues)
        .bind(epoch)
        .bind(at.to_sqlx())
        .execute(conn)
        .await?;
    Ok(())
}
