//! What pushes are about, as far as nobody else has it locked: locked in one statement, and read in the next, which sees everything that was committed
//! before.

use beadsbox_domain::DeviceId;
use beadsbox_protocol::Incarnation;
use sqlx::{FromRow, PgConnection, QueryBuilder};
use uuid::Uuid;

use super::{
    known::{self, Asked, Known},
    rules::{self, Rules},
};
use crate::error::Failure;

/// What was free, and is locked.
#[derive(Default)]
pub struct Free {
    pub devices: Vec<DeviceId>,
    pub vouchers: Vec<Uuid>,
}

/// Locks these vouchers, the rows of these devices, and one life of each. Nobody is waited for: so it makes no difference in which order.
pub async fn lock(conn: &mut PgConnection, lives: &[(DeviceId, Incarnation)], vouchers: &[Uuid]) -> sqlx::Result<Free> {
    let (devices, incarnations) = rules::columns(lives);
    let locked: Vec<(Uuid, Vec<Uuid>)> = sqlx::query_as(
        "WITH free AS MATERIALIZED (SELECT id FROM voucher WHERE id = ANY($3) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)
         SELECT d.id, ARRAY(SELECT id FROM free)
         FROM unnest($1, $2) AS asked (device_id, incarnation) JOIN device_life l USING (device_id, incarnation) JOIN device d ON d.id = l.device_id
         FOR NO KEY UPDATE OF d, l SKIP LOCKED",
    )
    .bind(devices)
    .bind(incarnations)
    .bind(vouchers)
    .fetch_all(conn)
    .await?;
    let mut free = Free::default();
    for (device, vouchers) in locked {
        free.devices.push(DeviceId(device));
        free.vouchers = vouchers;
    }
    Ok(free)
}

#[derive(FromRow)]
struct Record {
    #[sqlx(flatten)]
    rules: rules::Record,
    #[sqlx(flatten)]
    known: known::Record,
}

/// Reads what locked devices and vouchers are decided by.
pub async fn read(conn: &mut PgConnection, epoch: Uuid, lives: &[(DeviceId, Incarnation)], asked: &Asked<'_>) -> Result<(Rules, Known), Failure> {
    let mut sql = QueryBuilder::new("SELECT ");
    rules::push_columns(&mut sql, epoch, lives);
    sql.push(", ");
    known::push_columns(&mut sql, asked);
    let Record { rules, known } = sql.build_query_as().fetch_one(conn).await?;
    Ok((rules.read()?, known.read()?))
}
