//! `device_life`: the lives of devices, each with its chain. A copy of a device goes on as a life of its own.

use beadsbox_authority::lives::{FIRST, Life};
use beadsbox_domain::DeviceId;
use beadsbox_protocol::{ChainHash, Incarnation};
use serde::Deserialize;
use sqlx::{FromRow, PgConnection};

use super::{damaged, json, operation::to_column, to_bigint, to_count};
use crate::error::Failure;

#[derive(FromRow, Deserialize)]
pub(super) struct Record {
    incarnation: i32,
    quarantined: bool,
    last_seq: i64,
    #[serde(with = "json::bytea")]
    chain_hash: Vec<u8>,
    parted_from: Option<i32>,
    parted_after: i64,
    #[serde(with = "json::bytea")]
    parted_hash: Vec<u8>,
}

/// The columns of a [`Record`], of the table that is called so.
macro_rules! columns {
    ($table:literal) => {
        concat!(
            $table,
            ".incarnation, ",
            $table,
            ".quarantined, ",
            $table,
            ".last_seq, ",
            $table,
            ".chain_hash, ",
            $table,
            ".parted_from, ",
            $table,
            ".parted_after, ",
            $table,
            ".parted_hash"
        )
    };
}
pub(super) use columns;

impl Record {
    pub fn read(self) -> Result<Life, Failure> {
        let hash = |bytes: Vec<u8>, what| bytes.try_into().map(ChainHash).map_err(|_| damaged(what));
        Ok(Life {
            incarnation: number(self.incarnation)?,
            quarantined: self.quarantined,
            last_seq: to_count(self.last_seq),
            chain_hash: hash(self.chain_hash, "device_life.chain_hash")?,
            parted_from: self.parted_from.map(number).transpose()?,
            parted_after: to_count(self.parted_after),
            parted_hash: hash(self.parted_hash, "device_life.parted_hash")?,
        })
    }
}

fn number(column: i32) -> Result<Incarnation, Failure> {
    Incarnation::try_from(column).map_err(|_| damaged("device_life.incarnation"))
}

pub async fn find(conn: &mut PgConnection, device: DeviceId, incarnation: Incarnation) -> Result<Option<Life>, Failure> {
    let record: Option<Record> = sqlx::query_as(concat!("SELECT ", columns!("l"), " FROM device_life l WHERE l.device_id = $1 AND l.incarnation = $2"))
        .bind(device.0)
        .bind(to_column(incarnation))
        .fetch_optional(conn)
        .await?;
    record.map(Record::read).transpose()
}

/// That life, the one from which it parted, and so on, as far as the operations after that one are theirs.
pub async fn lineage(conn: &mut PgConnection, device: DeviceId, life: Life, after: u64) -> Result<Vec<Life>, Failure> {
    let mut lineage = vec![life];
    while let Some(from) = lineage.last().and_then(|life| life.parted_from.filter(|_| after < life.parted_after)) {
        lineage.push(find(conn, device, from).await?.ok_or_else(|| damaged("device_life.parted_from"))?);
    }
    Ok(lineage)
}

/// The life that parted from that one there, with that operation of its own first.
pub async fn find_fork(conn: &mut PgConnection, device: DeviceId, from: Incarnation, after: u64, fork_hash: ChainHash) -> Result<Option<Incarnation>, Failure> {
    let found: Option<i32> =
        sqlx::query_scalar("SELECT incarnation FROM device_life WHERE device_id = $1 AND parted_from = $2 AND parted_after = $3 AND fork_hash = $4")
            .bind(device.0)
            .bind(to_column(from))
            .bind(to_bigint(after))
            .bind(fork_hash.0.as_slice())
            .fetch_optional(conn)
            .await?;
    found.map(number).transpose()
}

/// The last life that the device has; 0 where it has none.
pub async fn newest(conn: &mut PgConnection, device: DeviceId) -> Result<Incarnation, Failure> {
    let newest: i32 = sqlx::query_scalar("SELECT coalesce(max(incarnation), 0) FROM device_life WHERE device_id = $1")
        .bind(device.0)
        .fetch_one(conn)
        .await?;
    number(newest)
}

/// The life that begins with the enrolment, whose hash that is.
pub async fn insert_first(conn: &mut PgConnection, device: DeviceId, enrolment: ChainHash) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO device_life (device_id, incarnation, last_seq, chain_hash, parted_hash) VALUES ($1, $2, 0, $3, $3)")
        .bind(device.0)
        .bind(to_column(FIRST))
        .bind(enrolment.0.as_slice())
        .execute(conn)
        .await?;
    Ok(())
}

/// A life that parted from another one, with that operation of its own first.
pub async fn insert_fork(conn: &mut PgConnection, device: DeviceId, life: &Life, fork_hash: ChainHash) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO device_life (device_id, incarnation, quarantined, last_seq, chain_hash, parted_from, parted_after, parted_hash, fork_hash)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(device.0)
    .bind(to_column(life.incarnation))
    .bind(life.quarantined)
    .bind(to_bigint(life.last_seq))
    .bind(life.chain_hash.0.as_slice())
    .bind(life.parted_from.map(to_column))
    .bind(to_bigint(life.parted_after))
    .bind(life.parted_hash.0.as_slice())
    .bind(fork_hash.0.as_slice())
    .execute(conn)
    .await?;
    Ok(())
}

/// Moves the end of the chain.
pub async fn advance(conn: &mut PgConnection, device: DeviceId, incarnation: Incarnation, last_seq: u64, chain_hash: ChainHash) -> sqlx::Result<()> {
    sqlx::query("UPDATE device_life SET last_seq = $3, chain_hash = $4 WHERE device_id = $1 AND incarnation = $2")
        .bind(device.0)
        .bind(to_column(incarnation))
        .bind(to_bigint(last_seq))
        .bind(chain_hash.0.as_slice())
        .execute(conn)
        .await?;
    Ok(())
}

/// The life goes on as any other.
pub async fn release(conn: &mut PgConnection, device: DeviceId, incarnation: Incarnation) -> sqlx::Result<()> {
    sqlx::query("UPDATE device_life SET quarantined = false WHERE device_id = $1 AND incarnation = $2")
        .bind(device.0)
        .bind(to_column(incarnation))
        .execute(conn)
        .await?;
    Ok(())
}
