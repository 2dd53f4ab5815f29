//! `staff_sign_in`: when each person last signed in at each device.

use std::collections::HashMap;

use beadsbox_domain::{DeviceId, StaffId, Timestamp};
use beadsbox_protocol::admin::LastSignIn;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

/// How many of a person an admin is shown.
const SHOWN: i64 = 3;

/// Notes that somebody signed in there.
pub async fn note(conn: &mut PgConnection, staff: StaffId, device: DeviceId, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO staff_sign_in (staff_id, device_id, at) VALUES ($1, $2, $3)
         ON CONFLICT (staff_id, device_id) DO UPDATE SET at = greatest(staff_sign_in.at, excluded.at)",
    )
    .bind(staff.0)
    .bind(device.0)
    .bind(now.to_sqlx())
    .execute(conn)
    .await?;
    Ok(())
}

/// Everybody's last ones, the newest first.
pub async fn newest(conn: &mut PgConnection) -> sqlx::Result<HashMap<StaffId, Vec<LastSignIn>>> {
    let found: Vec<(Uuid, Uuid, jiff_sqlx::Timestamp)> = sqlx::query_as(
        "SELECT staff_id, device_id, at FROM (SELECT staff_id, device_id, at, row_number() OVER (PARTITION BY staff_id ORDER BY at DESC) AS place FROM staff_sign_in) AS placed
         WHERE place <= $1 ORDER BY at DESC",
    )
    .bind(SHOWN)
    .fetch_all(conn)
    .await?;
    let mut newest: HashMap<StaffId, Vec<LastSignIn>> = HashMap::new();
    for (staff, device, at) in found {
        newest.entry(StaffId(staff)).or_default().push(LastSignIn { device: DeviceId(device), at: at.to_jiff() });
    }
    Ok(newest)
}
