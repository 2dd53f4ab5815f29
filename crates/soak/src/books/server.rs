//! What the server holds in the end, as it stands in its tables.

use std::collections::{HashMap, HashSet};

use beadsbox_domain::{DeviceId, OpId, RedemptionOutcome, Status, VoucherCode, VoucherId};
use beadsbox_protocol::ChainHash;
use serde::de::DeserializeOwned;
use sqlx::{PgPool, Row as _, postgres::PgRow};

/// A till as the server knows it.
#[derive(Debug, Clone)]
pub struct DeviceRow {
    /// Its id.
    pub id: DeviceId,
    /// What people call it.
    pub name: String,
    /// Which life of it.
    pub incarnation: u32,
    /// The last operation that the server holds.
    pub last_seq: u64,
    /// The chain's hash after it.
    pub chain_hash: ChainHash,
    /// Signs its tips.
    pub public_key: [u8; 32],
}

/// An operation as it came.
#[derive(Debug, Clone)]
pub struct OperationRow {
    /// Whose.
    pub device: DeviceId,
    /// Which life of it.
    pub incarnation: u32,
    /// Its place.
    pub dev_seq: u64,
    /// The chain's hash after it.
    pub hash: ChainHash,
    /// The text.
    pub body: String,
    /// `applied`, `conflict` or `rejected`.
    pub outcome: String,
}

/// A redemption, whatever became of it.
#[derive(Debug, Clone)]
pub struct RedemptionRow {
    /// The redemption.
    pub op: OpId,
    /// Of what.
    pub voucher: VoucherId,
    /// Where.
    pub device: DeviceId,
    /// What became of it.
    pub outcome: RedemptionOutcome,
}

/// A voucher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoucherRow {
    /// Its code, in the form that screens show.
    pub code: String,
    /// Its status.
    pub status: Status,
}

/// All of it.
#[derive(Debug, Clone, Default)]
pub struct ServerBooks {
    /// The tills.
    pub devices: Vec<DeviceRow>,
    /// Their operations, in their order.
    pub operations: Vec<OperationRow>,
    /// By the operation that made each.
    pub redemptions: HashMap<OpId, RedemptionRow>,
    /// By id.
    pub vouchers: HashMap<VoucherId, VoucherRow>,
    /// The operations that collided.
    pub collided: HashSet<OpId>,
}

impl ServerBooks {
    /// Reads them.
    pub async fn read(pool: &PgPool) -> anyhow::Result<Self> {
        let mut books = Self::default();
        let devices = "SELECT id, name, incarnation, last_seq, chain_hash, public_key
                       FROM device JOIN device_life ON device_id = id WHERE shop_id IS NOT NULL";
        for row in sqlx::query(devices).fetch_all(pool).await? {
            books.devices.push(device(&row)?);
        }
        let operations = "SELECT device_id, operation.incarnation, dev_seq, hash, body, outcome ->> 'outcome' AS outcome FROM operation
                          JOIN device ON device.id = device_id AND shop_id IS NOT NULL ORDER BY device_id, operation.incarnation, dev_seq";
        for row in sqlx::query(operations).fetch_all(pool).await? {
            books.operations.push(operation(&row)?);
        }
        for row in sqlx::query("SELECT op_id, voucher_id, device_id, outcome FROM redemption").fetch_all(pool).await? {
            let made = redemption(&row)?;
            books.redemptions.insert(made.op, made);
        }
        for row in sqlx::query("SELECT id, code, status FROM voucher").fetch_all(pool).await? {
            let code: String = row.try_get("code")?;
            books.vouchers.insert(
                VoucherId(row.try_get("id")?),
                VoucherRow { code: VoucherCode::parse(&code)?.to_string(), status: named(&row, "status")? },
            );
        }
        for row in sqlx::query("SELECT other_op FROM conflict").fetch_all(pool).await? {
            books.collided.insert(OpId(row.try_get("other_op")?));
        }
        Ok(books)
    }

    /// The tills of that name: one, if all is well.
    pub fn devices_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a DeviceRow> {
        self.devices.iter().filter(move |device| device.name == name)
    }
}

fn device(row: &PgRow) -> anyhow::Result<DeviceRow> {
    Ok(DeviceRow {
        id: DeviceId(row.try_get("id")?),
        name: row.try_get("name")?,
        incarnation: row.try_get::<i32, _>("incarnation")?.try_into()?,
        last_seq: row.try_get::<i64, _>("last_seq")?.try_into()?,
        chain_hash: hash(row, "chain_hash")?,
        public_key: hash(row, "public_key")?.0,
    })
}

fn operation(row: &PgRow) -> anyhow::Result<OperationRow> {
    Ok(OperationRow {
        device: DeviceId(row.try_get("device_id")?),
        incarnation: row.try_get::<i32, _>("incarnation")?.try_into()?,
        dev_seq: row.try_get::<i64, _>("dev_seq")?.try_into()?,
        hash: hash(row, "hash")?,
        body: String::from_utf8(row.try_get("body")?)?,
        outcome: row.try_get::<Option<String>, _>("outcome")?.unwrap_or_default(),
    })
}

fn redemption(row: &PgRow) -> anyhow::Result<RedemptionRow> {
    Ok(RedemptionRow {
        op: OpId(row.try_get("op_id")?),
        voucher: VoucherId(row.try_get("voucher_id")?),
        device: DeviceId(row.try_get("device_id")?),
        outcome: named(row, "outcome")?,
    })
}

fn hash(row: &PgRow, column: &str) -> anyhow::Result<ChainHash> {
    Ok(ChainHash(row.try_get::<&[u8], _>(column)?.try_into()?))
}

/// A value that the table keeps by its name on the wire.
fn named<T: DeserializeOwned>(row: &PgRow, column: &str) -> anyhow::Result<T> {
    Ok(serde_json::from_value(serde_json::Value::String(row.try_get(column)?))?)
}
