//! What operations are decided by beside the rows that they are about: where devices stand and how far their chains go, read together for all devices
//! of a transaction.

use std::collections::HashMap;

use beadsbox_authority::lives::Life;
use beadsbox_domain::{DeviceId, Policy, ShopId};
use beadsbox_protocol::{Incarnation, rows::DeviceState};
use serde::Deserialize;
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder, types::Json};
use uuid::Uuid;

use super::{json, life, named, operation::to_column, server::push_is_home};
use crate::error::Failure;

/// What is the same for every device.
pub struct Rules {
    /// Whether the database is the one on which that epoch began.
    pub at_home: bool,
    pub policy: Policy,
    /// Every shop, with where its days end.
    pub zones: HashMap<ShopId, String>,
    pub devices: HashMap<DeviceId, Standing>,
}

/// A device, with one life of it.
pub struct Standing {
    pub life: Life,
    /// Where the device stands, and has stood before.
    pub shop: ShopId,
    pub former: Vec<ShopId>,
    pub state: DeviceState,
    /// Of the token by which it calls; none before it has one.
    pub token_hash: Option<Vec<u8>>,
}

#[derive(Deserialize)]
struct StandingRecord {
    device_id: Uuid,
    #[serde(flatten)]
    life: life::Record,
    shop_id: Option<Uuid>,
    former: Vec<Uuid>,
    state: String,
    #[serde(deserialize_with = "json::bytea::optional::deserialize")]
    token_hash: Option<Vec<u8>>,
}

#[derive(FromRow)]
pub(super) struct Record {
    at_home: bool,
    policy: Json<Policy>,
    zones: Json<HashMap<Uuid, String>>,
    devices: Json<Vec<StandingRecord>>,
}

/// The columns of a [`Record`]: for one life of each of these devices, whose rows are locked. What is not there has none.
pub(super) fn push_columns(sql: &mut QueryBuilder<Postgres>, epoch: Uuid, asked: &[(DeviceId, Incarnation)]) {
    let (devices, incarnations) = columns(asked);
    push_is_home(sql, epoch);
    sql.push(concat!(
        " AS at_home, (SELECT policy FROM settings) AS policy, (SELECT coalesce(json_object_agg(id, time_zone), '{}') FROM shop) AS zones,
          (SELECT coalesce(json_agg(s), '[]') FROM (
              SELECT l.device_id, ",
        life::columns!("l"),
        ",
                     d.shop_id, d.state, d.token_hash, ARRAY(SELECT f.shop_id FROM device_former_shop f WHERE f.device_id = d.id) AS former
              FROM unnest("
    ));
    sql.push_bind(devices).push(", ").push_bind(incarnations);
    sql.push(") AS asked (device_id, incarnation) JOIN device_life l USING (device_id, incarnation) JOIN device d ON d.id = l.device_id) AS s) AS devices");
}

/// Lives as columns: whose, and which.
pub(super) fn columns(lives: &[(DeviceId, Incarnation)]) -> (Vec<Uuid>, Vec<i32>) {
    lives.iter().map(|(device, life)| (device.0, to_column(*life))).unzip()
}

/// Reads them.
pub async fn read(conn: &mut PgConnection, epoch: Uuid, asked: &[(DeviceId, Incarnation)]) -> Result<Rules, Failure> {
    let mut sql = QueryBuilder::new("SELECT ");
    push_columns(&mut sql, epoch, asked);
    sql.build_query_as::<Record>().fetch_one(conn).await?.read()
}

impl Record {
    pub fn read(self) -> Result<Rules, Failure> {
        let standing = |device: StandingRecord| -> Result<(DeviceId, Standing), Failure> {
            let standing = Standing {
                life: device.life.read()?,
                // Only the server's own device stands nowhere; its operations name the nil shop.
                shop: ShopId(device.shop_id.unwrap_or_default()),
                former: device.former.into_iter().map(ShopId).collect(),
                state: named(&device.state, "device.state")?,
                token_hash: device.token_hash,
            };
            Ok((DeviceId(device.device_id), standing))
        };
        Ok(Rules {
            at_home: self.at_home,
            policy: self.policy.0,
            zones: self.zones.0.into_iter().map(|(shop, zone)| (ShopId(shop), zone)).collect(),
            devices: self.devices.0.into_iter().map(standing).collect::<Result<_, _>>()?,
        })
    }
}
