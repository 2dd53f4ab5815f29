//! What operations are decided by beside the rows that they are about: where devices stand and how far their chains go, read together for all devices
//! of a transaction.

use std::collections::HashMap;

use beadsbox_authority::lives::Life;
use beadsbox_domain::{DeviceId, Policy, ShopId};
use beadsbox_protocol::Incarnation;
use sqlx::{FromRow, PgConnection, types::Json};
use uuid::Uuid;

use super::{life, operation::to_column, server::is_home};
use crate::error::Failure;

#[derive(FromRow)]
struct Record {
    device_id: Uuid,
    #[sqlx(flatten)]
    life: life::Record,
    former: Vec<Uuid>,
    at_home: bool,
    policy: Json<Policy>,
    zones: Json<HashMap<Uuid, String>>,
}

/// What is the same for every device.
pub struct Rules {
    /// Whether the database is the one on which that epoch began.
    pub at_home: bool,
    pub policy: Policy,
    /// Every shop, with where its days end.
    pub zones: HashMap<ShopId, String>,
    pub lives: HashMap<DeviceId, Standing>,
}

/// One life of a device.
pub struct Standing {
    pub life: Life,
    /// Where the device has stood before.
    pub former: Vec<ShopId>,
}

/// Reads them for one life of each of these devices; what is not there has none. None where none is there. The rows of the devices are locked.
pub async fn read(conn: &mut PgConnection, epoch: Uuid, asked: &[(DeviceId, Incarnation)]) -> Result<Option<Rules>, Failure> {
    let (devices, incarnations): (Vec<Uuid>, Vec<i32>) = asked.iter().map(|(device, life)| (device.0, to_column(*life))).unzip();
    let records: Vec<Record> = sqlx::query_as(sqlx::AssertSqlSafe(format!(
        "SELECT l.*, ARRAY(SELECT f.shop_id FROM device_former_shop f WHERE f.device_id = l.device_id) AS former, {} AS at_home,
                (SELECT policy FROM settings) AS policy, (SELECT coalesce(json_object_agg(id, time_zone), '{{}}') FROM shop) AS zones
         FROM device_life l JOIN unnest($2::uuid[], $3::integer[]) AS asked (device_id, incarnation) USING (device_id, incarnation)",
        is_home("$1")
    )))
    .bind(epoch)
    .bind(devices)
    .bind(incarnations)
    .fetch_all(conn)
    .await?;
    let mut rules = None;
    for record in records {
        let Rules { lives, .. } = rules.get_or_insert(Rules {
            at_home: record.at_home,
            policy: record.policy.0,
            zones: record.zones.0.into_iter().map(|(shop, zone)| (ShopId(shop), zone)).collect(),
            lives: HashMap::new(),
        });
        let standing = Standing { life: record.life.read()?, former: record.former.into_iter().map(ShopId).collect() };
        lives.insert(DeviceId(record.device_id), standing);
    }
    Ok(rules)
}
