//! Operations in `operation` without an outcome: written by a newer program than the server was when they came.

use beadsbox_authority::Fresh;
use beadsbox_domain::{DeviceId, Timestamp};
use beadsbox_protocol::Incarnation;
use jiff_sqlx::ToSqlx;
use sqlx::{FromRow, PgConnection, types::Json};
use uuid::Uuid;

use super::{
    operation::{New, as_it_came, subject_columns, to_column},
    to_bigint,
};
use crate::error::Failure;

/// The lives of devices that have some.
pub async fn lives(conn: &mut PgConnection) -> sqlx::Result<Vec<(DeviceId, Incarnation)>> {
    let lives: Vec<(Uuid, i32)> = sqlx::query_as("SELECT DISTINCT device_id, incarnation FROM operation WHERE outcome IS NULL").fetch_all(conn).await?;
    Ok(lives.into_iter().map(|(device, life)| (DeviceId(device), Incarnation::try_from(life).unwrap_or(0))).collect())
}

#[derive(FromRow)]
struct HeldRecord {
    dev_seq: i64,
    hash: Vec<u8>,
    body: Vec<u8>,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    received_at: Timestamp,
    held_clock_right: Option<bool>,
}

/// The first of a life after that one, as they came, and whether the device's clock was right when they did.
pub async fn after(conn: &mut PgConnection, (device, incarnation): (DeviceId, Incarnation), dev_seq: u64, limit: usize) -> Result<Vec<(Fresh, bool)>, Failure> {
    let records: Vec<HeldRecord> = sqlx::query_as(
        "SELECT dev_seq, hash, body, received_at, held_clock_right FROM operation
         WHERE device_id = $1 AND incarnation = $2 AND dev_seq > $3 AND outcome IS NULL ORDER BY dev_seq LIMIT $4",
    )
    .bind(device.0)
    .bind(to_column(incarnation))
    .bind(to_bigint(dev_seq))
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(conn)
    .await?;
    let read = |record: HeldRecord| {
        let fresh = as_it_came((record.dev_seq, record.hash, record.body), record.received_at, None)?;
        Ok((fresh, record.held_clock_right.unwrap_or(false)))
    };
    records.into_iter().map(read).collect()
}

/// Writes what was decided on them; answers on how many.
pub async fn decide(conn: &mut PgConnection, decided: &[New<'_>]) -> sqlx::Result<u64> {
    if decided.is_empty() {
        return Ok(0);
    }
    let subjects: Vec<Option<(&str, Uuid)>> = decided.iter().map(|op| op.subject.and_then(subject_columns)).collect();
    let done = sqlx::query(
        "UPDATE operation SET op_id = n.op_id, taken = n.taken, claimed_at = n.claimed_at, commit_no = n.commit_no, subject_kind = n.subject_kind,
                              subject_id = n.subject_id, outcome = n.outcome, row_version = n.row_version, receipt = n.receipt
         FROM unnest($1::uuid[], $2::integer[], $3::bigint[], $4::uuid[], $5::boolean[], $6::timestamptz[], $7::bigint[], $8::text[], $9::uuid[], $10::jsonb[], $11::bigint[], $12::bytea[])
              AS n (device_id, incarnation, dev_seq, op_id, taken, claimed_at, commit_no, subject_kind, subject_id, outcome, row_version, receipt)
         WHERE operation.device_id = n.device_id AND operation.incarnation = n.incarnation AND operation.dev_seq = n.dev_seq AND operation.outcome IS NULL",
    )
    .bind(decided.iter().map(|op| op.device.0).collect::<Vec<_>>())
    .bind(decided.iter().map(|op| to_column(op.incarnation)).collect::<Vec<_>>())
    .bind(decided.iter().map(|op| to_bigint(op.dev_seq)).collect::<Vec<_>>())
    .bind(decided.iter().map(|op| op.op_id.map(|id| id.0)).collect::<Vec<_>>())
    .bind(decided.iter().map(|op| op.taken).collect::<Vec<_>>())
    .bind(decided.iter().map(|op| op.claimed_at.map(ToSqlx::to_sqlx)).collect::<Vec<_>>())
    .bind(decided.iter().map(|op| op.commit_no).collect::<Vec<_>>())
    .bind(subjects.iter().map(|subject| subject.map(|(kind, _)| kind)).collect::<Vec<_>>())
    .bind(subjects.iter().map(|subject| subject.map(|(_, id)| id)).collect::<Vec<_>>())
    .bind(decided.iter().map(|op| op.outcome.map(Json)).collect::<Vec<_>>())
    .bind(decided.iter().map(|op| op.row_version.map(to_bigint)).collect::<Vec<_>>())
    .bind(decided.iter().map(|op| op.receipt.map(Vec::from)).collect::<Vec<Option<Vec<u8>>>>())
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}
