//! What pushes leave beside their operations: the signed tips, the ends of the chains, and when the devices were heard of.

use beadsbox_domain::{DeviceId, Timestamp};
use beadsbox_protocol::{ChainHash, Incarnation};
use jiff_sqlx::ToSqlx as _;

use super::{
    device,
    operation::to_column,
    to_bigint,
    writes::{Columns, Writes},
};

/// A push of one life of a device, all of which was taken.
pub struct Note {
    pub device: DeviceId,
    pub incarnation: Incarnation,
    pub last_seq: u64,
    /// The chain's hash after the last operation.
    pub tip: ChainHash,
    pub signature: [u8; 64],
    pub now: Timestamp,
    /// How many operations the device had waiting.
    pub waiting: u64,
    pub clock_skew_seconds: i64,
}

/// Notes pushes of different devices, whose rows are locked.
pub fn add(writes: &mut Writes, notes: &[Note]) {
    let each = || notes.iter();
    writes.add_read("pushed", |sql| {
        sql.push("SELECT * FROM ");
        Columns::of(sql)
            .with(each().map(|note| note.device.0))
            .with(each().map(|note| to_column(note.incarnation)))
            .with(each().map(|note| to_bigint(note.last_seq)))
            .with(each().map(|note| note.tip.0.as_slice()))
            .with(each().map(|note| note.signature.as_slice()))
            .with(each().map(|note| note.now.to_sqlx()))
            .with(each().map(|note| to_bigint(note.waiting)))
            .with(each().map(|note| note.clock_skew_seconds))
            .end(" AS p (device_id, incarnation, last_seq, tip, signature, at, waiting, skew)");
    });
    writes.add("signed", |sql| {
        sql.push(
            "INSERT INTO push_tip (device_id, incarnation, dev_seq, tip, signature, received_at)
             SELECT device_id, incarnation, last_seq, tip, signature, at FROM pushed ON CONFLICT DO NOTHING",
        );
    });
    writes.add_counted("advanced", notes.len(), |sql| {
        sql.push(
            "UPDATE device_life l SET last_seq = p.last_seq, chain_hash = p.tip FROM pushed p
             WHERE l.device_id = p.device_id AND l.incarnation = p.incarnation",
        );
    });
    writes.add("heard_of", |sql| {
        sql.push(device::heard_of("pushed p"));
    });
}
