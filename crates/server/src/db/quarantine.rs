//! `quarantine_operation` and `quarantine_decision`: what waits for an admin, and what they decided.

use beadsbox_authority::{Fresh, Reading, Word};
use beadsbox_domain::{DeviceId, OpId, Outcome, StaffId, Timestamp};
use beadsbox_protocol::{
    Incarnation,
    fork::{QuarantineEntry, QuarantineReason, QuarantinedOperation},
};
use jiff_sqlx::ToSqlx;
use serde::{Deserialize, Serialize};
use sqlx::{FromRow, PgConnection, types::Json};
use uuid::Uuid;

use super::{
    damaged, name_of, named,
    operation::{as_it_came, to_column},
    to_bigint, to_count,
};
use crate::error::Failure;

/// How many operations of an entry an admin is shown.
const LISTED: i64 = 200;

/// A receipt's word, as it is kept.
#[derive(Serialize, Deserialize)]
struct KeptWord {
    epoch: Uuid,
    commit_no: i64,
    outcome: Outcome,
}

/// What a list of quarantine counts, where the body can be read.
struct Summary {
    op_id: Option<OpId>,
    kind: Option<String>,
    claimed_at: Option<Timestamp>,
}

impl Summary {
    fn of(reading: &Reading) -> Self {
        let Reading::Operation(body) = reading else { return Self { op_id: None, kind: None, claimed_at: None } };
        let kind = serde_json::to_value(&body.operation).ok().and_then(|value| value.get("kind")?.as_str().map(str::to_owned));
        // Another's claim may be a time that no database holds.
        Self { op_id: Some(body.op), kind, claimed_at: Some(body.at).filter(|at| *at >= Timestamp::UNIX_EPOCH) }
    }
}

/// Keeps operations as they came.
pub async fn insert(
    conn: &mut PgConnection,
    device: DeviceId,
    incarnation: Incarnation,
    reason: QuarantineReason,
    fresh: &[Fresh],
    clock_right: bool,
) -> sqlx::Result<()> {
    let summaries: Vec<Summary> = fresh.iter().map(|fresh| Summary::of(&fresh.arrived.reading)).collect();
    let word = |word: &Word| Json(KeptWord { epoch: word.epoch, commit_no: word.commit_no, outcome: word.outcome.clone() });
    sqlx::query(
        "INSERT INTO quarantine_operation (device_id, incarnation, reason, clock_right, dev_seq, op_id, hash, body, received_at, kind, claimed_at, word)
         SELECT $1::uuid, $2::integer, $3::text, $4::boolean, n.* FROM unnest($5::bigint[], $6::uuid[], $7::bytea[], $8::bytea[], $9::timestamptz[], $10::text[],
                                                                               $11::timestamptz[], $12::jsonb[]) AS n",
    )
    .bind(device.0)
    .bind(to_column(incarnation))
    .bind(name_of(reason))
    .bind(clock_right)
    .bind(fresh.iter().map(|fresh| to_bigint(fresh.arrived.dev_seq)).collect::<Vec<_>>())
    .bind(summaries.iter().map(|summary| summary.op_id.map(|id| id.0)).collect::<Vec<_>>())
    .bind(fresh.iter().map(|fresh| fresh.hash.0.as_slice()).collect::<Vec<_>>())
    .bind(fresh.iter().map(|fresh| fresh.arrived.body.as_bytes()).collect::<Vec<_>>())
    .bind(fresh.iter().map(|fresh| fresh.arrived.received_at.to_sqlx()).collect::<Vec<_>>())
    .bind(summaries.iter().map(|summary| summary.kind.as_deref()).collect::<Vec<_>>())
    .bind(summaries.iter().map(|summary| summary.claimed_at.map(ToSqlx::to_sqlx)).collect::<Vec<_>>())
    .bind(fresh.iter().map(|fresh| fresh.word.as_ref().map(word)).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    Ok(())
}

#[derive(FromRow)]
struct WaitingRecord {
    dev_seq: i64,
    hash: Vec<u8>,
    body: Vec<u8>,
    clock_right: bool,
    word: Option<Json<KeptWord>>,
}

/// The first operations that wait, as if they came now, and whether the device's clock was right when they did.
pub async fn waiting(conn: &mut PgConnection, device: DeviceId, incarnation: Incarnation, limit: usize, now: Timestamp) -> Result<Vec<(Fresh, bool)>, Failure> {
    let records: Vec<WaitingRecord> = sqlx::query_as(
        "SELECT dev_seq, hash, body, clock_right, word FROM quarantine_operation
         WHERE device_id = $1 AND incarnation = $2 AND decision IS NULL ORDER BY dev_seq LIMIT $3",
    )
    .bind(device.0)
    .bind(to_column(incarnation))
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(conn)
    .await?;
    let read = |record: WaitingRecord| {
        let word = record.word.map(|Json(word)| Word { epoch: word.epoch, commit_no: word.commit_no, outcome: word.outcome });
        Ok((as_it_came((record.dev_seq, record.hash, record.body), now, word)?, record.clock_right))
    };
    records.into_iter().map(read).collect()
}

/// What an admin decided, and why.
pub struct Decision<'a> {
    pub id: Uuid,
    pub device: DeviceId,
    pub incarnation: Incarnation,
    pub accepted: bool,
    pub reason: &'a str,
    pub staff: StaffId,
    pub decided_at: Timestamp,
}

/// Does nothing where it is there already.
pub async fn insert_decision(conn: &mut PgConnection, decision: &Decision<'_>) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO quarantine_decision (id, device_id, incarnation, accepted, reason, staff_id, decided_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT DO NOTHING",
    )
    .bind(decision.id)
    .bind(decision.device.0)
    .bind(to_column(decision.incarnation))
    .bind(decision.accepted)
    .bind(decision.reason)
    .bind(decision.staff.0)
    .bind(decision.decided_at.to_sqlx())
    .execute(conn)
    .await?;
    Ok(())
}

/// Notes that everything up to that operation is decided.
pub async fn mark_decided(conn: &mut PgConnection, decision: &Decision<'_>, through: u64) -> sqlx::Result<()> {
    sqlx::query("UPDATE quarantine_operation SET decision = $4 WHERE device_id = $1 AND incarnation = $2 AND dev_seq <= $3 AND decision IS NULL")
        .bind(decision.device.0)
        .bind(to_column(decision.incarnation))
        .bind(to_bigint(through))
        .bind(decision.id)
        .execute(conn)
        .await?;
    Ok(())
}

#[derive(FromRow)]
struct EntryRecord {
    device_id: Uuid,
    incarnation: i32,
    reason: String,
    operations: i64,
    sales: i64,
    redemptions: i64,
    first_at: Option<jiff_sqlx::Timestamp>,
    last_at: Option<jiff_sqlx::Timestamp>,
}

#[derive(FromRow)]
struct ListedRecord {
    dev_seq: i64,
    op_id: Option<Uuid>,
    body: Vec<u8>,
}

/// What waits, one entry for each life of a device.
pub async fn entries(conn: &mut PgConnection) -> Result<Vec<QuarantineEntry>, Failure> {
    let records: Vec<EntryRecord> = sqlx::query_as(
        "SELECT device_id, incarnation, (array_agg(reason ORDER BY dev_seq DESC))[1] AS reason, count(*) AS operations,
                count(*) FILTER (WHERE kind = 'sell') AS sales, count(*) FILTER (WHERE kind IN ('redeem', 'honour_expired')) AS redemptions,
                min(claimed_at) AS first_at, max(claimed_at) AS last_at
         FROM quarantine_operation WHERE decision IS NULL GROUP BY device_id, incarnation ORDER BY min(received_at), device_id, incarnation",
    )
    .fetch_all(&mut *conn)
    .await?;
    let mut entries = Vec::with_capacity(records.len());
    for record in records {
        let listed: Vec<ListedRecord> = sqlx::query_as(
            "SELECT dev_seq, op_id, body FROM quarantine_operation
             WHERE device_id = $1 AND incarnation = $2 AND decision IS NULL ORDER BY dev_seq LIMIT $3",
        )
        .bind(record.device_id)
        .bind(record.incarnation)
        .bind(LISTED)
        .fetch_all(&mut *conn)
        .await?;
        entries.push(entry(&record, listed)?);
    }
    Ok(entries)
}

fn entry(record: &EntryRecord, listed: Vec<ListedRecord>) -> Result<QuarantineEntry, Failure> {
    let shown = |listed: ListedRecord| {
        let body = String::from_utf8(listed.body).map_err(|_| damaged("quarantine_operation.body"))?;
        Ok(QuarantinedOperation { dev_seq: to_count(listed.dev_seq), op_id: listed.op_id.map(OpId), body })
    };
    Ok(QuarantineEntry {
        device_id: DeviceId(record.device_id),
        incarnation: Incarnation::try_from(record.incarnation).map_err(|_| damaged("quarantine_operation.incarnation"))?,
        reason: named(&record.reason, "quarantine_operation.reason")?,
        operations: to_count(record.operations),
        sales: to_count(record.sales),
        redemptions: to_count(record.redemptions),
        first_at: record.first_at.map(jiff_sqlx::Timestamp::to_jiff),
        last_at: record.last_at.map(jiff_sqlx::Timestamp::to_jiff),
        listed: listed.into_iter().map(shown).collect::<Result<_, Failure>>()?,
    })
}
