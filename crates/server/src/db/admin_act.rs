//! `admin_act`: who administered what, when. Only ever added to.

use beadsbox_domain::{StaffId, Timestamp};
use beadsbox_protocol::admin::AdminAct;
use jiff_sqlx::ToSqlx as _;
use serde_json::Value;
use sqlx::{FromRow, PgConnection, types::Json};
use uuid::Uuid;

/// The most acts of one page.
pub const PAGE: usize = 100;

/// An act that is done in this transaction. `subject`: what it is done to, and what that is called now.
pub struct New<'a> {
    pub at: Timestamp,
    /// The nil id for the server itself and its command line.
    pub staff: StaffId,
    pub kind: &'a str,
    pub subject: Option<(Uuid, &'a str)>,
    /// An object. Never a secret, and nothing of a buyer.
    pub details: Value,
}

/// Its id.
pub async fn insert(conn: &mut PgConnection, act: New<'_>) -> sqlx::Result<Uuid> {
    let id = Uuid::now_v7();
    sqlx::query("INSERT INTO admin_act (id, at, staff_id, kind, subject_id, subject, details) VALUES ($1, $2, $3, $4, $5, $6, $7)")
        .bind(id)
        .bind(act.at.to_sqlx())
        .bind(act.staff.0)
        .bind(act.kind)
        .bind(act.subject.map(|(id, _)| id))
        .bind(act.subject.map(|(_, name)| name))
        .bind(Json(act.details))
        .execute(conn)
        .await?;
    Ok(id)
}

#[derive(FromRow)]
struct Record {
    id: Uuid,
    at: jiff_sqlx::Timestamp,
    staff_id: Uuid,
    kind: String,
    subject: Option<String>,
    details: Json<Value>,
}

/// The newest, of those before one where it is named.
pub async fn newest(conn: &mut PgConnection, before: Option<Uuid>) -> sqlx::Result<Vec<AdminAct>> {
    let records: Vec<Record> = sqlx::query_as(
        "SELECT id, at, staff_id, kind, subject, details FROM admin_act
         WHERE $1::uuid IS NULL OR (at, id) < (SELECT at, id FROM admin_act WHERE id = $1) ORDER BY at DESC, id DESC LIMIT $2",
    )
    .bind(before)
    .bind(i64::try_from(PAGE).unwrap_or(i64::MAX))
    .fetch_all(conn)
    .await?;
    let read = |record: Record| AdminAct {
        id: record.id,
        at: record.at.to_jiff(),
        staff: StaffId(record.staff_id),
        kind: record.kind,
        subject: record.subject.unwrap_or_default(),
        details: record.details.0,
    };
    Ok(records.into_iter().map(read).collect())
}
