//! What is known of the vouchers, people and ids that operations name: one statement, however many they are.

use std::collections::HashMap;

use beadsbox_authority::Standing;
use beadsbox_domain::{Redemption, StaffId, Timestamp, Voucher};
use serde::Deserialize;
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder, types::Json};
use uuid::Uuid;

use super::{lock::Lock, redemption, staff, template::ContentRecord, voucher};
use crate::error::Failure;

/// What is asked for. The rows of the vouchers are locked.
#[derive(Default)]
pub struct Asked<'a> {
    pub vouchers: &'a [Uuid],
    pub ops: &'a [Uuid],
    pub staff: &'a [Uuid],
    /// How many new numbers of the order in which operations are taken.
    pub numbers: usize,
    /// Whether to try for the sequencer's lock.
    pub sequencer: bool,
}

/// What there is.
pub struct Known {
    pub vouchers: Vec<Voucher>,
    /// Every attempt on the vouchers.
    pub redemptions: Vec<Redemption>,
    /// Whether any of them has been in a conflict.
    pub in_conflict: bool,
    /// Which of the operations were taken already.
    pub taken: Vec<Uuid>,
    pub staff: HashMap<StaffId, Standing>,
    pub numbers: Vec<i64>,
    /// The sequencer's lock was free, and is taken now: the next statement sees everything that was committed before.
    pub is_sequencer: bool,
}

#[derive(Deserialize)]
struct StaffRecord {
    id: Uuid,
    role: String,
    barred_at: Option<Timestamp>,
}

#[derive(FromRow)]
pub(super) struct Record {
    vouchers: Json<Vec<voucher::Record>>,
    redemptions: Json<Vec<redemption::Record>>,
    in_conflict: bool,
    contents: Json<Vec<ContentRecord>>,
    taken: Vec<Uuid>,
    staff: Json<Vec<StaffRecord>>,
    numbers: Vec<i64>,
    is_sequencer: bool,
}

/// The columns of a [`Record`].
pub(super) fn push_columns(sql: &mut QueryBuilder<Postgres>, asked: &Asked<'_>) {
    sql.push("(SELECT coalesce(json_agg(v), '[]') FROM voucher v WHERE v.id = ANY(").push_bind(asked.vouchers);
    sql.push(")) AS vouchers, (SELECT coalesce(json_agg(r), '[]') FROM redemption r WHERE r.voucher_id = ANY(")
        .push_bind(asked.vouchers);
    sql.push(")) AS redemptions, EXISTS (SELECT FROM conflict c WHERE c.voucher_id = ANY(").push_bind(asked.vouchers);
    sql.push(
        ")) AS in_conflict, (SELECT coalesce(json_agg(t), '[]') FROM voucher_template_version t
          WHERE (t.template_id, t.version) IN (SELECT v.template_id, v.template_version FROM voucher v WHERE v.id = ANY(",
    );
    sql.push_bind(asked.vouchers);
    sql.push("))) AS contents, ARRAY(SELECT op_id FROM operation WHERE taken AND op_id = ANY(").push_bind(asked.ops);
    sql.push(")) AS taken, (SELECT coalesce(json_agg(s), '[]') FROM (SELECT id, role, barred_at FROM staff WHERE id = ANY(")
        .push_bind(asked.staff);
    sql.push(")) AS s) AS staff, ARRAY(SELECT nextval('commit_no') FROM generate_series(1, ");
    sql.push_bind(i64::try_from(asked.numbers).unwrap_or(i64::MAX))
        .push(")) AS numbers, CASE WHEN ")
        .push_bind(asked.sequencer);
    sql.push(" THEN pg_try_advisory_xact_lock(").push_bind(Lock::Sequencer as i64).push(") ELSE false END AS is_sequencer");
}

/// A statement of its own after the vouchers' locks: it sees what those who had them before have committed.
pub async fn read(conn: &mut PgConnection, asked: &Asked<'_>) -> Result<Known, Failure> {
    let mut sql = QueryBuilder::new("SELECT ");
    push_columns(&mut sql, asked);
    sql.build_query_as::<Record>().fetch_one(conn).await?.read()
}

impl Record {
    pub fn read(self) -> Result<Known, Failure> {
        Ok(Known {
            vouchers: voucher::read(self.vouchers.0, &self.contents.0)?,
            redemptions: self.redemptions.0.into_iter().map(redemption::Record::read).collect::<Result<_, _>>()?,
            in_conflict: self.in_conflict,
            taken: self.taken,
            staff: self
                .staff
                .0
                .into_iter()
                .map(|row| Ok((StaffId(row.id), staff::standing(&row.role, row.barred_at)?)))
                .collect::<Result<_, Failure>>()?,
            numbers: self.numbers,
            is_sequencer: self.is_sequencer,
        })
    }
}
