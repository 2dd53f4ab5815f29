//! `operation` and `push_tip`: what devices did, as it came. Only ever added to; what is held ([`super::held`]) is decided once.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use beadsbox_authority::{Arrived, Fresh, Identity, Told, Word, lives::Span};
use beadsbox_domain::{DeviceId, OpId, Outcome, StaffId, Timestamp, operation::Subject};
use beadsbox_protocol::{
    ChainHash, Incarnation, OperationBody,
    fork::OwnOperation,
    history::{Approval, HistoryItem},
    push::OpResult,
};
use jiff_sqlx::ToSqlx;
use sqlx::{FromRow, PgConnection, types::Json};
use std::collections::HashMap;
use uuid::Uuid;

use super::{
    damaged, to_bigint, to_count,
    writes::{Columns, Writes},
};
use crate::error::Failure;

/// An operation to keep.
pub struct New<'a> {
    pub device: DeviceId,
    pub incarnation: Incarnation,
    pub dev_seq: u64,
    pub op_id: Option<OpId>,
    /// Readable, of this device, and the first of its id.
    pub taken: bool,
    pub hash: ChainHash,
    pub body: &'a str,
    pub claimed_at: Option<Timestamp>,
    pub received_at: Timestamp,
    pub commit_no: i64,
    pub subject: Option<Subject>,
    pub outcome: Option<&'a Outcome>,
    pub row_version: Option<u64>,
    pub receipt: Option<[u8; 64]>,
    /// The epoch that had decided it, where a device brought it back.
    pub restored_epoch: Option<Uuid>,
    /// Where it cannot be read yet: whether the device's clock was right when it came.
    pub held_clock_right: Option<bool>,
}

/// What a till did to itself stands in tables of its own.
pub(super) fn subject_columns(subject: Subject) -> Option<(&'static str, Uuid)> {
    match subject {
        Subject::Template(id) => Some(("template", id.0)),
        Subject::Voucher(id) => Some(("voucher", id.0)),
        Subject::Till => None,
    }
}

pub fn add_new(writes: &mut Writes, new: &[New<'_>]) {
    if new.is_empty() {
        return;
    }
    let each = || new.iter();
    let subjects = || each().map(|op| op.subject.and_then(subject_columns));
    writes.add("operation_new", |sql| {
        sql.push(
            "INSERT INTO operation (device_id, incarnation, dev_seq, op_id, taken, hash, body, claimed_at, received_at, commit_no,
                                    subject_kind, subject_id, outcome, row_version, receipt, restored_epoch, held_clock_right)
             SELECT * FROM ",
        );
        Columns::of(sql)
            .with(each().map(|op| op.device.0))
            .with(each().map(|op| to_column(op.incarnation)))
            .with(each().map(|op| to_bigint(op.dev_seq)))
            .with(each().map(|op| op.op_id.map(|id| id.0)))
            .with(each().map(|op| op.taken))
            .with(each().map(|op| op.hash.0.as_slice()))
            .with(each().map(|op| op.body.as_bytes()))
            .with(each().map(|op| op.claimed_at.map(ToSqlx::to_sqlx)))
            .with(each().map(|op| op.received_at.to_sqlx()))
            .with(each().map(|op| op.commit_no))
            .with(subjects().map(|subject| subject.map(|(kind, _)| kind)))
            .with(subjects().map(|subject| subject.map(|(_, id)| id)))
            .with(each().map(|op| op.outcome.map(Json)))
            .with(each().map(|op| op.row_version.map(to_bigint)))
            .with(each().map(|op| op.receipt.map(Vec::from) as Option<Vec<u8>>))
            .with(each().map(|op| op.restored_epoch))
            .with(each().map(|op| op.held_clock_right))
            .end("");
    });
}

/// Incarnations count restored copies of one device and never come near the bound.
pub(super) fn to_column(incarnation: Incarnation) -> i32 {
    i32::try_from(incarnation).unwrap_or(i32::MAX)
}

/// The next numbers of the order in which operations are taken.
pub async fn next_commit_numbers(conn: &mut PgConnection, count: usize) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar("SELECT nextval('commit_no') FROM generate_series(1, $1)")
        .bind(i64::try_from(count).unwrap_or(i64::MAX))
        .fetch_all(conn)
        .await
}

/// Which of these numbers are given already.
pub async fn taken_numbers(conn: &mut PgConnection, numbers: &[i64]) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar("SELECT commit_no FROM operation WHERE commit_no = ANY($1)").bind(numbers).fetch_all(conn).await
}

#[derive(FromRow)]
struct ToldRecord {
    subject_id: Uuid,
    body: Vec<u8>,
    commit_no: i64,
    outcome: Json<Outcome>,
}

/// Every operation that was taken on these templates or vouchers, with what people were told.
pub async fn told(conn: &mut PgConnection, kind: &str, ids: &[Uuid]) -> Result<Vec<(Uuid, Told)>, Failure> {
    let records: Vec<ToldRecord> = sqlx::query_as(
        "SELECT subject_id, body, commit_no, outcome FROM operation
         WHERE subject_kind = $1 AND subject_id = ANY($2) AND taken AND outcome IS NOT NULL ORDER BY commit_no",
    )
    .bind(kind)
    .bind(ids)
    .fetch_all(conn)
    .await?;
    let read = |record: ToldRecord| Ok((record.subject_id, Told { commit_no: record.commit_no, body: read_body(&record.body)?, outcome: record.outcome.0 }));
    records.into_iter().map(read).collect()
}

/// When operations of those numbers came.
pub async fn received(conn: &mut PgConnection, commit_nos: &[i64]) -> sqlx::Result<HashMap<i64, Timestamp>> {
    let found: Vec<(i64, jiff_sqlx::Timestamp)> = sqlx::query_as("SELECT commit_no, received_at FROM operation WHERE commit_no = ANY($1)")
        .bind(commit_nos)
        .fetch_all(conn)
        .await?;
    Ok(found.into_iter().map(|(number, at)| (number, at.to_jiff())).collect())
}

/// An operation as it came, from the columns that keep it.
pub(super) fn as_it_came((dev_seq, hash, body): (i64, Vec<u8>, Vec<u8>), received_at: Timestamp, word: Option<Word>) -> Result<Fresh, Failure> {
    let body = String::from_utf8(body).map_err(|_| damaged("operation.body"))?;
    let hash = hash.try_into().map(ChainHash).map_err(|_| damaged("operation.hash"))?;
    Ok(Fresh { arrived: Arrived::new(to_count(dev_seq), body, received_at), hash, word })
}

fn read_body(bytes: &[u8]) -> Result<OperationBody, Failure> {
    let text = std::str::from_utf8(bytes).ok();
    text.and_then(|text| OperationBody::decode(text).ok()).ok_or_else(|| damaged("operation.body"))
}

/// The chain's hashes after those operations, in order; also of what waits in quarantine.
pub async fn hashes(conn: &mut PgConnection, device: DeviceId, spans: &[Span]) -> Result<Vec<ChainHash>, Failure> {
    let mut hashes = Vec::new();
    for (incarnation, from, to) in spans {
        let held: Vec<Vec<u8>> = sqlx::query_scalar(
            "SELECT hash FROM (SELECT dev_seq, hash FROM operation WHERE device_id = $1 AND incarnation = $2 AND dev_seq BETWEEN $3 AND $4
                               UNION SELECT dev_seq, hash FROM quarantine_operation WHERE device_id = $1 AND incarnation = $2 AND dev_seq BETWEEN $3 AND $4) AS held
             ORDER BY dev_seq",
        )
        .bind(device.0)
        .bind(to_column(*incarnation))
        .bind(to_bigint(*from))
        .bind(to_bigint(*to))
        .fetch_all(&mut *conn)
        .await?;
        for hash in held {
            hashes.push(hash.try_into().map(ChainHash).map_err(|_| damaged("operation.hash"))?);
        }
    }
    Ok(hashes)
}

#[derive(FromRow)]
struct ResultRecord {
    dev_seq: i64,
    op_id: Option<Uuid>,
    hash: Vec<u8>,
    outcome: Option<Json<Outcome>>,
    row_version: Option<i64>,
    commit_no: i64,
}

impl ResultRecord {
    /// With a receipt of this epoch: the device may not know the one in which it was decided, as another copy of it was there.
    fn read(self, identity: &Identity) -> Result<OpResult, Failure> {
        let hash = self.hash.try_into().map(ChainHash).map_err(|_| damaged("operation.hash"))?;
        let result = self.outcome.map(|outcome| outcome.0);
        let is_open = result.is_none();
        let receipt = result.as_ref().map(|outcome| BASE64.encode(identity.receipt(self.commit_no, hash, outcome)));
        Ok(OpResult {
            dev_seq: to_count(self.dev_seq),
            op_id: self.op_id.map(OpId),
            result,
            row_version: self.row_version.map(to_count),
            commit_no: to_count(self.commit_no),
            receipt: receipt.unwrap_or_default(),
            hash: is_open.then_some(hash),
        })
    }
}

/// What became of those operations, in order, at most so many.
pub async fn results(conn: &mut PgConnection, identity: &Identity, device: DeviceId, spans: &[Span], limit: usize) -> Result<Vec<OpResult>, Failure> {
    let mut results = Vec::new();
    for (incarnation, from, to) in spans {
        let records: Vec<ResultRecord> = sqlx::query_as(
            "SELECT dev_seq, op_id, hash, outcome, row_version, commit_no FROM operation
             WHERE device_id = $1 AND incarnation = $2 AND dev_seq BETWEEN $3 AND $4 ORDER BY dev_seq LIMIT $5",
        )
        .bind(device.0)
        .bind(to_column(*incarnation))
        .bind(to_bigint(*from))
        .bind(to_bigint(*to))
        .bind(i64::try_from(limit - results.len()).unwrap_or(i64::MAX))
        .fetch_all(&mut *conn)
        .await?;
        for record in records {
            results.push(record.read(identity)?);
        }
    }
    Ok(results)
}

#[derive(FromRow)]
struct OwnRecord {
    body: Vec<u8>,
    #[sqlx(flatten)]
    result: ResultRecord,
}

/// Those operations, in order, at most so many, without their buyers; what waits in quarantine has no outcome.
pub async fn own(conn: &mut PgConnection, identity: &Identity, device: DeviceId, spans: &[Span], limit: usize) -> Result<Vec<OwnOperation>, Failure> {
    let mut own = Vec::new();
    for (incarnation, from, to) in spans {
        let records: Vec<OwnRecord> = sqlx::query_as(
            "SELECT * FROM (
                 SELECT dev_seq, op_id, hash, body, outcome, row_version, commit_no FROM operation
                 WHERE device_id = $1 AND incarnation = $2 AND dev_seq BETWEEN $3 AND $4
                 UNION ALL
                 SELECT dev_seq, op_id, hash, body, NULL, NULL, 0 FROM quarantine_operation
                 WHERE device_id = $1 AND incarnation = $2 AND dev_seq BETWEEN $3 AND $4 AND decision IS NULL) AS held
             ORDER BY dev_seq LIMIT $5",
        )
        .bind(device.0)
        .bind(to_column(*incarnation))
        .bind(to_bigint(*from))
        .bind(to_bigint(*to))
        .bind(i64::try_from(limit - own.len()).unwrap_or(i64::MAX))
        .fetch_all(&mut *conn)
        .await?;
        for record in records {
            let body = String::from_utf8(record.body).map_err(|_| damaged("operation.body"))?;
            own.push(OwnOperation { body, result: record.result.read(identity)?, person: None });
        }
    }
    Ok(own)
}

/// Keeps the signature over a batch's tip.
pub async fn insert_tip(
    conn: &mut PgConnection,
    device: DeviceId,
    incarnation: Incarnation,
    dev_seq: u64,
    tip: ChainHash,
    signature: &[u8; 64],
    received_at: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO push_tip (device_id, incarnation, dev_seq, tip, signature, received_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING")
        .bind(device.0)
        .bind(to_column(incarnation))
        .bind(to_bigint(dev_seq))
        .bind(tip.0.as_slice())
        .bind(signature.as_slice())
        .bind(received_at.to_sqlx())
        .execute(conn)
        .await?;
    Ok(())
}

#[derive(FromRow)]
struct HistoryRecord {
    body: Vec<u8>,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    received_at: Timestamp,
    outcome: Json<Outcome>,
    approved_by: Option<Uuid>,
    permitted: Option<bool>,
}

impl HistoryRecord {
    fn read(self) -> Result<HistoryItem, Failure> {
        let body = read_body(&self.body)?;
        let approval = self.approved_by.zip(self.permitted).map(|(staff, permitted)| Approval { staff: StaffId(staff), permitted });
        Ok(
            HistoryItem {
                stamp: body.stamp(),
                received_at: self.received_at,
                online: body.online,
                operation: body.operation,
                approval,
                result: self.outcome.0,
            },
        )
    }
}

/// Every operation on a template or voucher that was taken, in the order in which the server took them.
pub async fn history(conn: &mut PgConnection, subject: Subject) -> Result<Vec<HistoryItem>, Failure> {
    let Some((kind, id)) = subject_columns(subject) else { return Ok(Vec::new()) };
    let records: Vec<HistoryRecord> = sqlx::query_as(
        "SELECT body, received_at, outcome, approved_by, permitted FROM operation LEFT JOIN approval USING (op_id)
         WHERE subject_kind = $1 AND subject_id = $2 AND outcome IS NOT NULL ORDER BY commit_no LIMIT 1000",
    )
    .bind(kind)
    .bind(id)
    .fetch_all(conn)
    .await?;
    records.into_iter().map(HistoryRecord::read).collect()
}
