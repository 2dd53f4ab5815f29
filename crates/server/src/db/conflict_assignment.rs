//! `conflict_assignment`: who works on a conflict.

use std::collections::HashMap;

use beadsbox_domain::{ConflictId, StaffId, Timestamp};
use beadsbox_protocol::rows::Assignment;
use jiff_sqlx::ToSqlx as _;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::{to_bigint, to_count};

#[derive(FromRow)]
struct Record {
    conflict_id: Uuid,
    staff_id: Option<Uuid>,
    by_staff: Uuid,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    at: Timestamp,
    version: i64,
}

impl From<&Record> for Assignment {
    fn from(record: &Record) -> Self {
        Self { staff: record.staff_id.map(StaffId), by: StaffId(record.by_staff), at: record.at, version: to_count(record.version) }
    }
}

/// Of those conflicts, each that was ever somebody's.
pub async fn by_conflicts(conn: &mut PgConnection, ids: &[Uuid]) -> sqlx::Result<HashMap<ConflictId, Assignment>> {
    let records: Vec<Record> = sqlx::query_as("SELECT conflict_id, staff_id, by_staff, at, version FROM conflict_assignment WHERE conflict_id = ANY($1)")
        .bind(ids)
        .fetch_all(conn)
        .await?;
    Ok(records.iter().map(|record| (ConflictId(record.conflict_id), record.into())).collect())
}

pub async fn find(conn: &mut PgConnection, id: ConflictId) -> sqlx::Result<Option<Assignment>> {
    Ok(by_conflicts(conn, &[id.0]).await?.remove(&id))
}

/// In the place of what was there.
pub async fn keep(conn: &mut PgConnection, id: ConflictId, assignment: &Assignment) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO conflict_assignment (conflict_id, staff_id, by_staff, at, version) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (conflict_id) DO UPDATE SET staff_id = excluded.staff_id, by_staff = excluded.by_staff, at = excluded.at, version = excluded.version",
    )
    .bind(id.0)
    .bind(assignment.staff.map(|staff| staff.0))
    .bind(assignment.by.0)
    .bind(assignment.at.to_sqlx())
    .bind(to_bigint(assignment.version))
    .execute(conn)
    .await?;
    Ok(())
}
