//! `conflict`: cases that a person must settle.

use beadsbox_authority::Placed;
use beadsbox_domain::{Conflict, ConflictId, Timestamp, VoucherId, conflict::Settled, text::Reason};
use beadsbox_protocol::rows::ConflictRow;
use jiff_sqlx::ToSqlx as _;
use serde::Serialize;
use sqlx::{FromRow, PgConnection, types::Json};
use uuid::Uuid;

use super::{conflict_assignment, damaged, name_of, named, stamp, to_bigint, to_count};
use crate::error::Failure;

#[derive(FromRow, Serialize)]
struct Record {
    id: Uuid,
    voucher_id: Uuid,
    kind: String,
    accepted_op: Option<Uuid>,
    #[serde(with = "super::json::optional_timestamp")]
    accepted_at: Option<jiff_sqlx::Timestamp>,
    accepted_staff: Option<Uuid>,
    accepted_shop: Option<Uuid>,
    accepted_device: Option<Uuid>,
    other_op: Uuid,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    #[serde(with = "super::json::timestamp")]
    other_at: Timestamp,
    other_staff: Uuid,
    other_shop: Uuid,
    other_device: Uuid,
    state: String,
    settlement: Option<String>,
    settled_reason: Option<String>,
    settled_op: Option<Uuid>,
    #[serde(with = "super::json::optional_timestamp")]
    settled_at: Option<jiff_sqlx::Timestamp>,
    settled_staff: Option<Uuid>,
    settled_shop: Option<Uuid>,
    settled_device: Option<Uuid>,
    taken_no: i64,
    row_version: i64,
}

/// The columns of a [`Record`].
macro_rules! columns {
    () => {
        "id, voucher_id, kind, accepted_op, accepted_at, accepted_staff, accepted_shop, accepted_device, other_op, other_at, \
         other_staff, other_shop, other_device, state, settlement, settled_reason, settled_op, settled_at, settled_staff, settled_shop, \
         settled_device, taken_no, row_version"
    };
}

impl From<&Placed> for Record {
    fn from(placed: &Placed) -> Self {
        let Placed { conflict, taken_no } = placed;
        let (accepted, settled) = (conflict.accepted, conflict.settled.as_ref());
        Self {
            id: conflict.id.0,
            voucher_id: conflict.voucher.0,
            kind: name_of(conflict.kind),
            accepted_op: accepted.map(|stamp| stamp.op.0),
            accepted_at: accepted.map(|stamp| stamp.at.to_sqlx()),
            accepted_staff: accepted.map(|stamp| stamp.staff.0),
            accepted_shop: accepted.map(|stamp| stamp.shop.0),
            accepted_device: accepted.map(|stamp| stamp.device.0),
            other_op: conflict.other.op.0,
            other_at: conflict.other.at,
            other_staff: conflict.other.staff.0,
            other_shop: conflict.other.shop.0,
            other_device: conflict.other.device.0,
            state: name_of(conflict.state),
            settlement: settled.map(|settled| name_of(settled.settlement)),
            settled_reason: settled.map(|settled| settled.reason.to_string()),
            settled_op: settled.map(|settled| settled.by.op.0),
            settled_at: settled.map(|settled| settled.by.at.to_sqlx()),
            settled_staff: settled.map(|settled| settled.by.staff.0),
            settled_shop: settled.map(|settled| settled.by.shop.0),
            settled_device: settled.map(|settled| settled.by.device.0),
            taken_no: *taken_no,
            row_version: to_bigint(conflict.row_version),
        }
    }
}

impl Record {
    fn read(self) -> Result<Placed, Failure> {
        let accepted = match (self.accepted_op, self.accepted_at, self.accepted_staff, self.accepted_shop, self.accepted_device) {
            (Some(op), Some(at), Some(staff), Some(shop), Some(device)) => Some(stamp(op, at.to_jiff(), staff, shop, device)),
            _ => None,
        };
        let by = match (self.settled_op, self.settled_at, self.settled_staff, self.settled_shop, self.settled_device) {
            (Some(op), Some(at), Some(staff), Some(shop), Some(device)) => Some(stamp(op, at.to_jiff(), staff, shop, device)),
            _ => None,
        };
        let settled = match (self.settlement, self.settled_reason, by) {
            (Some(settlement), Some(reason), Some(by)) => Some(Settled {
                settlement: named(&settlement, "conflict.settlement")?,
                reason: Reason::new(&reason).map_err(|_| damaged("conflict.settled_reason"))?,
                by,
            }),
            _ => None,
        };
        let conflict = Conflict {
            id: ConflictId(self.id),
            voucher: VoucherId(self.voucher_id),
            kind: named(&self.kind, "conflict.kind")?,
            accepted,
            other: stamp(self.other_op, self.other_at, self.other_staff, self.other_shop, self.other_device),
            state: named(&self.state, "conflict.state")?,
            settled,
            row_version: to_count(self.row_version),
        };
        Ok(Placed { conflict, taken_no: self.taken_no })
    }
}

/// The conflicts of these vouchers, and these conflicts, locked; in the order in which the server took them.
pub async fn lock(conn: &mut PgConnection, vouchers: &[Uuid], ids: &[Uuid]) -> Result<Vec<Placed>, Failure> {
    let records: Vec<Record> = sqlx::query_as(concat!(
        "SELECT ",
        columns!(),
        " FROM conflict WHERE voucher_id = ANY($1) OR id = ANY($2) ORDER BY id FOR NO KEY UPDATE"
    ))
    .bind(vouchers)
    .bind(ids)
    .fetch_all(conn)
    .await?;
    let mut placed: Vec<Placed> = records.into_iter().map(Record::read).collect::<Result<_, _>>()?;
    placed.sort_by_key(|placed| placed.taken_no);
    Ok(placed)
}

/// As devices are sent them: each with who works on it.
pub async fn rows(conn: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<ConflictRow>, Failure> {
    let records: Vec<Record> = sqlx::query_as(concat!("SELECT ", columns!(), " FROM conflict WHERE id = ANY($1)"))
        .bind(ids)
        .fetch_all(&mut *conn)
        .await?;
    let mut assignments = conflict_assignment::by_conflicts(conn, ids).await?;
    let row = |record: Record| {
        let Placed { conflict, .. } = record.read()?;
        Ok(ConflictRow { assignment: assignments.remove(&conflict.id), conflict })
    };
    records.into_iter().map(row).collect()
}

fn records(conflicts: &[&Placed]) -> Json<Vec<Record>> {
    Json(conflicts.iter().map(|placed| Record::from(*placed)).collect())
}

pub async fn insert(conn: &mut PgConnection, conflicts: &[&Placed]) -> sqlx::Result<()> {
    if conflicts.is_empty() {
        return Ok(());
    }
    sqlx::query(concat!(insert_rows!("conflict", columns!), "$1)")).bind(records(conflicts)).execute(conn).await?;
    Ok(())
}

/// How many rows were there to update. The side that collided never changes.
pub async fn update(conn: &mut PgConnection, conflicts: &[&Placed]) -> sqlx::Result<u64> {
    if conflicts.is_empty() {
        return Ok(0);
    }
    let updated = sqlx::query(
        "UPDATE conflict c SET kind = n.kind, accepted_op = n.accepted_op, accepted_at = n.accepted_at, accepted_staff = n.accepted_staff,
                accepted_shop = n.accepted_shop, accepted_device = n.accepted_device, state = n.state, settlement = n.settlement,
                settled_reason = n.settled_reason, settled_op = n.settled_op, settled_at = n.settled_at, settled_staff = n.settled_staff,
                settled_shop = n.settled_shop, settled_device = n.settled_device, row_version = n.row_version
         FROM jsonb_populate_recordset(NULL::conflict, $1) AS n WHERE c.id = n.id",
    )
    .bind(records(conflicts))
    .execute(conn)
    .await?;
    Ok(updated.rows_affected())
}
