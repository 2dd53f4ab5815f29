//! Receipts: whether they are the server's word, and those to show to a server that lost what it said.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use beadsbox_domain::Outcome;
use beadsbox_protocol::{
    ChainHash,
    push::{KeptReceipt, OpResult},
    receipt,
};
use ed25519_dalek::VerifyingKey;
use rusqlite::{Connection, Row};
use uuid::Uuid;

use super::enrolment::Identity;
use crate::file::sql::{Json, Sql};

/// Knows the server's key and every epoch in which it spoke to this device.
pub(crate) struct Notary {
    key: Option<VerifyingKey>,
    epochs: Vec<Uuid>,
}

impl Notary {
    pub(crate) fn load(connection: &Connection, identity: &Identity) -> rusqlite::Result<Self> {
        let current = identity.enrolment.epoch;
        let mut epochs = vec![current];
        let mut statement = connection.prepare_cached("SELECT epoch FROM known_epoch WHERE epoch <> ?1")?;
        for earlier in statement.query_map([Sql(current)], |row| row.get::<_, Sql<Uuid>>(0))? {
            epochs.push(earlier?.0);
        }
        Ok(Self { key: VerifyingKey::from_bytes(&identity.enrolment.server_public_key).ok(), epochs })
    }

    /// In which epoch the server gave this receipt on the operation of that hash; none where it is not the server's.
    pub(crate) fn epoch_of(&self, result: &OpResult, hash: ChainHash) -> Option<Uuid> {
        let (key, outcome) = (self.key.as_ref()?, result.result.as_ref()?);
        let signature = BASE64.decode(&result.receipt).ok()?;
        let genuine = |epoch: &&Uuid| receipt::is_genuine(key, **epoch, result.commit_no, hash, outcome, &signature);
        self.epochs.iter().find(genuine).copied()
    }
}

/// The columns that [`kept`] reads.
pub(crate) const COLUMNS: &str = "receipt_epoch, commit_no, outcome, receipt";

/// The receipt of an operation, from [`COLUMNS`] on; none where it has none.
pub(crate) fn kept(row: &Row<'_>, column: usize, dev_seq: u64) -> rusqlite::Result<Option<KeptReceipt>> {
    let Some(epoch) = row.get::<_, Option<Sql<Uuid>>>(column)? else { return Ok(None) };
    let commit_no = row.get::<_, Option<Sql<u64>>>(column + 1)?;
    let outcome = row.get::<_, Option<Json<Outcome>>>(column + 2)?;
    let receipt: Option<String> = row.get(column + 3)?;
    Ok(commit_no.zip(outcome).zip(receipt).map(|((commit_no, outcome), receipt)| KeptReceipt {
        dev_seq,
        epoch: epoch.0,
        commit_no: commit_no.0,
        outcome: outcome.0,
        receipt,
    }))
}
