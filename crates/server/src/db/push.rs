//! What pushes leave beside their operations: the signed tips, the ends of the chains, and when the devices were heard of.

use beadsbox_domain::{DeviceId, Timestamp};
use beadsbox_protocol::{ChainHash, Incarnation};
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

use super::{lock::Lock, operation::to_column, to_bigint};

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

/// Notes pushes of different devices, whose rows are locked, and asks for the sequencer's lock in the same statement, where it is wanted. Whether it was
/// free, and is taken now: the next statement sees everything that was committed before. From here on the transaction has time: telling of changes waits at
/// the commit for whoever tells of others.
pub async fn note_and_take(conn: &mut PgConnection, notes: &[Note], wanted: Option<Lock>) -> sqlx::Result<bool> {
    let (taken, _): (bool, String) = sqlx::query_as(
        "WITH pushed AS (
             SELECT * FROM unnest($1::uuid[], $2::integer[], $3::bigint[], $4::bytea[], $5::bytea[], $6::timestamptz[], $7::bigint[], $8::bigint[])
                           AS p (device_id, incarnation, last_seq, tip, signature, at, waiting, skew)),
         signed AS (
             INSERT INTO push_tip (device_id, incarnation, dev_seq, tip, signature, received_at)
             SELECT device_id, incarnation, last_seq, tip, signature, at FROM pushed ON CONFLICT DO NOTHING),
         advanced AS (
             UPDATE device_life l SET last_seq = p.last_seq, chain_hash = p.tip FROM pushed p
             WHERE l.device_id = p.device_id AND l.incarnation = p.incarnation),
         heard_of AS (
             UPDATE device d SET last_contact_at = p.at, waiting = p.waiting, clock_skew_seconds = p.skew FROM pushed p WHERE d.id = p.device_id)
         SELECT CASE WHEN $9::bigint IS NULL THEN false ELSE pg_try_advisory_xact_lock($9) END, set_config('lock_timeout', '10s', true)",
    )
    .bind(notes.iter().map(|note| note.device.0).collect::<Vec<_>>())
    .bind(notes.iter().map(|note| to_column(note.incarnation)).collect::<Vec<_>>())
    .bind(notes.iter().map(|note| to_bigint(note.last_seq)).collect::<Vec<_>>())
    .bind(notes.iter().map(|note| note.tip.0.as_slice()).collect::<Vec<_>>())
    .bind(notes.iter().map(|note| note.signature.as_slice()).collect::<Vec<_>>())
    .bind(notes.iter().map(|note| note.now.to_sqlx()).collect::<Vec<_>>())
    .bind(notes.iter().map(|note| to_bigint(note.waiting)).collect::<Vec<_>>())
    .bind(notes.iter().map(|note| note.clock_skew_seconds).collect::<Vec<_>>())
    .bind(wanted.map(|lock| lock as i64))
    .fetch_one(conn)
    .await?;
    Ok(taken)
}
