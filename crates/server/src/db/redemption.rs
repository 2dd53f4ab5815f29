//! `redemption`: every attempt that was taken.

use beadsbox_domain::{OpId, Redemption, RedemptionOutcome, Timestamp, VoucherId};
use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use super::{damaged, name_of, named, stamp};
use crate::error::Failure;

#[derive(Serialize, Deserialize)]
pub(super) struct Record {
    op_id: Uuid,
    voucher_id: Uuid,
    at: Timestamp,
    staff_id: Uuid,
    shop_id: Uuid,
    device_id: Uuid,
    mode: String,
    outcome: String,
    undone_by: Option<Uuid>,
}

impl From<&Redemption> for Record {
    fn from(redemption: &Redemption) -> Self {
        Self {
            op_id: redemption.stamp.op.0,
            voucher_id: redemption.voucher.0,
            at: redemption.stamp.at,
            staff_id: redemption.stamp.staff.0,
            shop_id: redemption.stamp.shop.0,
            device_id: redemption.stamp.device.0,
            mode: name_of(redemption.mode),
            outcome: redemption.outcome.name().to_owned(),
            undone_by: redemption.undone_by.map(|op| op.0),
        }
    }
}

impl Record {
    pub fn read(self) -> Result<Redemption, Failure> {
        Ok(Redemption {
            voucher: VoucherId(self.voucher_id),
            stamp: stamp(self.op_id, self.at, self.staff_id, self.shop_id, self.device_id),
            mode: named(&self.mode, "redemption.mode")?,
            outcome: RedemptionOutcome::from_name(&self.outcome).ok_or_else(|| damaged("redemption.outcome"))?,
            undone_by: self.undone_by.map(OpId),
        })
    }
}

fn records<'a>(redemptions: impl Iterator<Item = &'a Redemption>) -> Json<Vec<Record>> {
    Json(redemptions.map(Record::from).collect())
}

pub async fn insert(conn: &mut PgConnection, redemptions: &[&Redemption]) -> sqlx::Result<()> {
    if redemptions.is_empty() {
        return Ok(());
    }
    sqlx::query("INSERT INTO redemption SELECT * FROM jsonb_populate_recordset(NULL::redemption, $1)")
        .bind(records(redemptions.iter().copied()))
        .execute(conn)
        .await?;
    Ok(())
}

/// What became of earlier attempts. How many rows were there to update.
pub async fn update(conn: &mut PgConnection, redemptions: &[&Redemption]) -> sqlx::Result<u64> {
    // Those that stand no longer first: the unique index looks at each row by itself, and a voucher's next one must find
    // the place free.
    let stands = |redemption: &Redemption| redemption.outcome == RedemptionOutcome::Accepted && redemption.undone_by.is_none();
    let mut updated = 0;
    for standing in [false, true] {
        let chosen: Vec<&Redemption> = redemptions.iter().copied().filter(|redemption| stands(redemption) == standing).collect();
        if chosen.is_empty() {
            continue;
        }
        updated += sqlx::query(
            "UPDATE redemption r SET mode = n.mode, outcome = n.outcome, undone_by = n.undone_by
             FROM jsonb_populate_recordset(NULL::redemption, $1) AS n WHERE r.op_id = n.op_id",
        )
        .bind(records(chosen.into_iter()))
        .execute(&mut *conn)
        .await?
        .rows_affected();
    }
    Ok(updated)
}
