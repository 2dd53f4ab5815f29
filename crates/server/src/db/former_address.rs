//! `former_address`: where a staff member got mail, until they were told there that they do no longer.

use beadsbox_domain::{StaffId, text::Email};
use sqlx::PgConnection;
use uuid::Uuid;

use super::damaged;
use crate::error::Failure;

pub async fn insert(conn: &mut PgConnection, id: Uuid, staff: StaffId, email: &Email) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO former_address (id, staff_id, email) VALUES ($1, $2, $3)")
        .bind(id)
        .bind(staff.0)
        .bind(email.as_str())
        .execute(conn)
        .await?;
    Ok(())
}

/// Whose it was, and which.
pub async fn find(conn: &mut PgConnection, id: Uuid) -> Result<Option<(StaffId, Email)>, Failure> {
    let found: Option<(Uuid, String)> = sqlx::query_as("SELECT staff_id, email FROM former_address WHERE id = $1").bind(id).fetch_optional(conn).await?;
    found
        .map(|(staff, email)| Ok((StaffId(staff), Email::new(&email).map_err(|_| damaged("former_address.email"))?)))
        .transpose()
}

/// Forgets those to which nothing is written any more, `limit` at most.
pub async fn prune(conn: &mut PgConnection, limit: i64) -> sqlx::Result<u64> {
    let pruned = sqlx::query(
        "DELETE FROM former_address WHERE id IN (SELECT f.id FROM former_address f
         WHERE NOT EXISTS (SELECT FROM job WHERE kind = 'address_changed_mail' AND cause = f.id AND state <> 'done') LIMIT $1)",
    )
    .bind(limit)
    .execute(conn)
    .await?;
    Ok(pruned.rows_affected())
}
