//! The next operations to send.

use beadsbox_protocol::{ChainHash, MOST_OPERATIONS, MOST_PUSH_BYTES, OperationBody, person::SaltedPerson, push::KeptReceipt};
use rusqlite::{Connection, OptionalExtension as _};

use super::{enrolment::Identity, person, receipt};
use crate::{
    file::sql::Sql,
    types::{BatchLimit, PendingBatch},
};

/// What the rest of a push takes: ids, numbers, the tip and its signature.
const ENVELOPE_BYTES: usize = 2048;

impl Default for BatchLimit {
    fn default() -> Self {
        Self { operations: MOST_OPERATIONS, bytes: MOST_PUSH_BYTES - ENVELOPE_BYTES }
    }
}

/// The operations from the first on that waits behind `after`, without gaps. Where a later one was answered already it is sent again all the
/// same: the server gives the same answer. One operation always fits.
pub(crate) fn pending(connection: &Connection, identity: &Identity, after: u64, limit: BatchLimit) -> rusqlite::Result<Option<PendingBatch>> {
    let first: Option<Sql<u64>> = connection
        .prepare_cached("SELECT min(dev_seq) FROM outbox WHERE contained_in IS NULL AND state = 'waiting' AND dev_seq > ?1")?
        .query_row([Sql(after)], |row| row.get(0))?;
    first.map_or(Ok(None), |Sql(first)| from(connection, identity, first, limit))
}

/// The operations from that one on, whatever became of them; none where it is not there.
pub(crate) fn from(connection: &Connection, identity: &Identity, first_seq: u64, limit: BatchLimit) -> rusqlite::Result<Option<PendingBatch>> {
    let (mut bodies, mut persons, mut receipts, mut bytes, mut tip) = (Vec::new(), Vec::new(), Vec::new(), 0, identity.origin);
    let question = format!("SELECT body, hash, {} FROM outbox WHERE dev_seq >= ?1 ORDER BY dev_seq LIMIT ?2", receipt::COLUMNS);
    let mut statement = connection.prepare_cached(&question)?;
    let mut rows = statement.query((Sql(first_seq), i64::try_from(limit.operations.max(1)).unwrap_or(i64::MAX)))?;
    while let Some(row) = rows.next()? {
        let body: String = row.get(0)?;
        let buyer = buyer(connection, &body)?;
        let receipt = receipt::kept(row, 2, first_seq + bodies.len() as u64)?;
        bytes += sent_bytes(&body) + buyer.as_ref().map_or(0, |buyer| sent_bytes(&buyer.person) + sent_bytes(&buyer.salt) + 32);
        bytes += receipt.as_ref().map_or(0, receipt_bytes);
        if bytes > limit.bytes && !bodies.is_empty() {
            break;
        }
        tip = row.get::<_, Sql<ChainHash>>(1)?.0;
        bodies.push(body);
        persons.extend(buyer);
        receipts.extend(receipt);
    }
    if bodies.is_empty() {
        return Ok(None);
    }
    let last_seq = first_seq + bodies.len() as u64 - 1;
    Ok(Some(PendingBatch {
        device: identity.enrolment.device,
        incarnation: identity.enrolment.incarnation,
        epoch: identity.enrolment.epoch,
        first_seq,
        last_seq,
        bodies,
        persons,
        receipts,
        tip,
        waiting_after: waiting_after(connection, last_seq)?,
    }))
}

/// The chain's hash before that operation.
pub(crate) fn hash_before(connection: &Connection, dev_seq: u64) -> rusqlite::Result<ChainHash> {
    connection
        .prepare_cached("SELECT prev_hash FROM outbox WHERE dev_seq = ?1")?
        .query_row([Sql(dev_seq)], |row| Ok(row.get::<_, Sql<ChainHash>>(0)?.0))
}

/// The buyer that a sale names, unless erased.
fn buyer(connection: &Connection, body: &str) -> rusqlite::Result<Option<SaltedPerson>> {
    let named = OperationBody::decode(body).ok().and_then(|body| body.operation.buyer());
    named.map_or(Ok(None), |person| person::find(connection, person))
}

/// How many bytes a text takes within JSON.
fn sent_bytes(text: &str) -> usize {
    let escaped = text.bytes().map(|byte| match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 8 | 12 => 2,
        0..=31 => 6,
        _ => 1,
    });
    escaped.sum::<usize>() + 3
}

fn receipt_bytes(receipt: &KeptReceipt) -> usize {
    serde_json::to_vec(receipt).map_or(0, |json| json.len() + 1)
}

fn waiting_after(connection: &Connection, last_seq: u64) -> rusqlite::Result<u64> {
    let count = connection
        .prepare_cached("SELECT count(*) FROM outbox WHERE contained_in IS NULL AND state = 'waiting' AND dev_seq > ?1")?
        .query_row([Sql(last_seq)], |row| row.get::<_, Sql<u64>>(0))
        .optional()?;
    Ok(count.map_or(0, |count| count.0))
}
