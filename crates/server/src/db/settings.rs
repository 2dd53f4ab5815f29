//! `settings`: what the organisation set.

use beadsbox_domain::Policy;
use beadsbox_protocol::rows;
use sqlx::{PgConnection, types::Json};

use super::to_count;

pub async fn read(conn: &mut PgConnection) -> sqlx::Result<rows::Settings> {
    let (policy, row_version): (Json<Policy>, i64) = sqlx::query_as("SELECT policy, row_version FROM settings").fetch_one(conn).await?;
    Ok(rows::Settings { policy: policy.0, row_version: to_count(row_version) })
}
