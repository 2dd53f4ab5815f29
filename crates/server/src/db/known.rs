//! What is known of the vouchers, people and ids that operations name, beside the rows that are locked: one statement, however many they are.

use std::collections::HashMap;

use beadsbox_authority::Standing;
use beadsbox_domain::{Redemption, StaffId, Timestamp};
use serde::Deserialize;
use sqlx::{FromRow, PgConnection, types::Json};
use uuid::Uuid;

use super::{redemption, staff, template::ContentRecord};
use crate::error::Failure;

/// What is asked for. The rows of the vouchers are locked.
#[derive(Default)]
pub struct Asked<'a> {
    pub vouchers: &'a [Uuid],
    /// What these templates said at these versions: `templates[n]` at `versions[n]`.
    pub templates: &'a [Uuid],
    pub versions: &'a [i32],
    pub ops: &'a [Uuid],
    pub staff: &'a [Uuid],
    /// How many new numbers of the order in which operations are taken.
    pub numbers: usize,
}

/// What there is.
pub struct Known {
    /// Every attempt on the vouchers.
    pub redemptions: Vec<Redemption>,
    /// Whether any of them has been in a conflict.
    pub in_conflict: bool,
    pub contents: Vec<ContentRecord>,
    /// Which of the operations were taken already.
    pub taken: Vec<Uuid>,
    pub staff: HashMap<StaffId, Standing>,
    pub numbers: Vec<i64>,
}

#[derive(Deserialize)]
struct StaffRecord {
    id: Uuid,
    role: String,
    barred_at: Option<Timestamp>,
}

#[derive(FromRow)]
struct Record {
    redemptions: Json<Vec<redemption::Record>>,
    in_conflict: bool,
    contents: Json<Vec<ContentRecord>>,
    taken: Vec<Uuid>,
    staff: Json<Vec<StaffRecord>>,
    numbers: Vec<i64>,
}

/// A statement of its own after the vouchers' locks: it sees what those who had them before have committed.
pub async fn read(conn: &mut PgConnection, asked: &Asked<'_>) -> Result<Known, Failure> {
    let found: Record = sqlx::query_as(
        "SELECT (SELECT coalesce(json_agg(r), '[]') FROM redemption r WHERE r.voucher_id = ANY($1)) AS redemptions,
                EXISTS (SELECT FROM conflict c WHERE c.voucher_id = ANY($1)) AS in_conflict,
                (SELECT coalesce(json_agg(t), '[]') FROM voucher_template_version t
                 WHERE (t.template_id, t.version) IN (SELECT * FROM unnest($2::uuid[], $3::integer[]))) AS contents,
                ARRAY(SELECT op_id FROM operation WHERE taken AND op_id = ANY($4)) AS taken,
                (SELECT coalesce(json_agg(s), '[]') FROM (SELECT id, role, barred_at FROM staff WHERE id = ANY($5)) AS s) AS staff,
                ARRAY(SELECT nextval('commit_no') FROM generate_series(1, $6)) AS numbers",
    )
    .bind(asked.vouchers)
    .bind(asked.templates)
    .bind(asked.versions)
    .bind(asked.ops)
    .bind(asked.staff)
    .bind(i64::try_from(asked.numbers).unwrap_or(i64::MAX))
    .fetch_one(conn)
    .await?;
    Ok(Known {
        redemptions: found.redemptions.0.into_iter().map(redemption::Record::read).collect::<Result<_, _>>()?,
        in_conflict: found.in_conflict,
        contents: found.contents.0,
        taken: found.taken,
        staff: found
            .staff
            .0
            .into_iter()
            .map(|row| Ok((StaffId(row.id), staff::standing(&row.role, row.barred_at)?)))
            .collect::<Result<_, Failure>>()?,
        numbers: found.numbers,
    })
}
