//! `redemption`: every attempt that was taken.

use beadsbox_domain::{OpId, Redemption, RedemptionOutcome, Timestamp, VoucherId};
use jiff_sqlx::ToSqlx as _;
use serde::Deserialize;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    damaged, json, name_of, named, stamp,
    writes::{Columns, Writes},
};
use crate::error::Failure;

#[derive(Deserialize)]
pub(super) struct Record {
    op_id: Uuid,
    voucher_id: Uuid,
    #[serde(with = "json::timestamp")]
    at: Timestamp,
    staff_id: Uuid,
    shop_id: Uuid,
    device_id: Uuid,
    mode: String,
    outcome: String,
    undone_by: Option<Uuid>,
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

pub fn add_new(writes: &mut Writes, redemptions: &[&Redemption]) {
    if redemptions.is_empty() {
        return;
    }
    let each = || redemptions.iter();
    writes.add("redemption_new", |sql| {
        sql.push("INSERT INTO redemption (op_id, voucher_id, at, staff_id, shop_id, device_id, mode, outcome, undone_by) SELECT * FROM ");
        Columns::of(sql)
            .with(each().map(|made| made.stamp.op.0))
            .with(each().map(|made| made.voucher.0))
            .with(each().map(|made| made.stamp.at.to_sqlx()))
            .with(each().map(|made| made.stamp.staff.0))
            .with(each().map(|made| made.stamp.shop.0))
            .with(each().map(|made| made.stamp.device.0))
            .with(each().map(|made| name_of(made.mode)))
            .with(each().map(|made| made.outcome.name()))
            .with(each().map(|made| made.undone_by.map(|op| op.0)))
            .end("");
    });
}

/// What became of earlier attempts, each of another voucher.
pub fn add_changed(writes: &mut Writes, redemptions: &[&Redemption]) {
    if redemptions.is_empty() {
        return;
    }
    let each = || redemptions.iter();
    writes.add_counted("redemption_changed", redemptions.len(), |sql| {
        sql.push("UPDATE redemption r SET mode = n.mode, outcome = n.outcome, undone_by = n.undone_by FROM ");
        Columns::of(sql)
            .with(each().map(|made| made.stamp.op.0))
            .with(each().map(|made| name_of(made.mode)))
            .with(each().map(|made| made.outcome.name()))
            .with(each().map(|made| made.undone_by.map(|op| op.0)))
            .end(" AS n (op_id, mode, outcome, undone_by) WHERE r.op_id = n.op_id");
    });
}

/// What became of earlier attempts, also of several of one voucher.
pub async fn change(conn: &mut PgConnection, redemptions: &[&Redemption]) -> Result<(), Failure> {
    // Those that stand no longer first: the unique index looks at each row by itself, and a voucher's next one must find
    // the place free.
    let stands = |redemption: &Redemption| redemption.outcome == RedemptionOutcome::Accepted && redemption.undone_by.is_none();
    for standing in [false, true] {
        let chosen: Vec<&Redemption> = redemptions.iter().copied().filter(|redemption| stands(redemption) == standing).collect();
        Writes::alone(conn, |writes| add_changed(writes, &chosen)).await?;
    }
    Ok(())
}
