//! `erased_person`: the hashes of buyers who were erased. Nothing comes back under one of them.

use beadsbox_domain::{PersonHash, Timestamp};
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

/// Keeps the hashes.
pub async fn insert(conn: &mut PgConnection, hashes: &[PersonHash], act: Uuid, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO erased_person (hash, act_id, erased_at) SELECT unnest($1::bytea[]), $2, $3 ON CONFLICT (hash) DO NOTHING")
        .bind(hashes.iter().map(|hash| hash.0.as_slice()).collect::<Vec<_>>())
        .bind(act)
        .bind(now.to_sqlx())
        .execute(conn)
        .await?;
    Ok(())
}

/// How many there are.
pub async fn count(conn: &mut PgConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar("SELECT count(*) FROM erased_person").fetch_one(conn).await
}
