//! `server`: who this server is.

use sqlx::PgConnection;
use uuid::Uuid;

pub async fn read(conn: &mut PgConnection) -> sqlx::Result<Option<(Uuid, Vec<u8>)>> {
    sqlx::query_as("SELECT epoch, signing_key FROM server").fetch_optional(conn).await
}

/// Does nothing where the row is there already.
pub async fn insert(conn: &mut PgConnection, epoch: Uuid, signing_key: &[u8]) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO server (epoch, signing_key) VALUES ($1, $2) ON CONFLICT DO NOTHING")
        .bind(epoch)
        .bind(signing_key)
        .execute(conn)
        .await?;
    Ok(())
}
