//! `POST /v1/sync/push`: a device gives its operations, in order.

use beadsbox_domain::{DeviceId, OpId, Outcome, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    chain::{ChainHash, Incarnation},
    person::SaltedPerson,
};

/// A batch of operations with consecutive `dev_seq`, at most 500 of them and 1 MiB.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PushRequest {
    /// The server's epoch, as the device knows it.
    pub epoch: Uuid,
    /// The device.
    pub device_id: DeviceId,
    /// Which life of the device.
    pub incarnation: Incarnation,
    /// `dev_seq` of the first operation.
    #[schema(minimum = 1)]
    pub first_seq: u64,
    /// The bodies, each the exact text that the device hashed.
    #[schema(max_items = 500)]
    pub ops: Vec<String>,
    /// The buyers that the sales among them name.
    #[serde(default)]
    pub persons: Vec<SaltedPerson>,
    /// The chain's hash after the last operation, hexadecimal.
    pub chain_tip: String,
    /// The device's Ed25519 signature over that tip, base64.
    pub signature: String,
    /// How many operations still wait on the device after this batch.
    #[serde(default)]
    pub waiting: u64,
    /// The device's clock.
    #[schema(value_type = String, format = DateTime)]
    pub device_time: Timestamp,
    /// What the server had decided on operations among these, by its own receipts: a server that was restored from a backup
    /// takes them with the outcomes that people were told.
    #[serde(default)]
    #[schema(max_items = 500)]
    pub receipts: Vec<KeptReceipt>,
}

/// A receipt that the device kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeptReceipt {
    /// The operation's place in the device's order.
    pub dev_seq: u64,
    /// The epoch in which it was decided.
    pub epoch: Uuid,
    /// Its place in the order in which the server took operations in that epoch.
    pub commit_no: u64,
    /// What was decided.
    pub outcome: Outcome,
    /// The server's Ed25519 signature over these and the operation's hash, base64. See [`crate::receipt`].
    pub receipt: String,
}

/// What became of a batch. It is on the server's disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PushResponse {
    /// The server's epoch.
    pub epoch: Uuid,
    /// The last `dev_seq` that the server holds of this incarnation.
    pub last_seq: u64,
    /// One for each operation, in order.
    pub results: Vec<OpResult>,
    /// The operations are kept, and wait for an admin to accept them: their results are open.
    #[serde(default)]
    pub quarantined: bool,
    /// The server's clock.
    #[schema(value_type = String, format = DateTime)]
    pub server_time: Timestamp,
}

/// What the server decided on one operation; the same whenever the operation comes again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct OpResult {
    /// The operation's place in the device's order.
    pub dev_seq: u64,
    /// Its id; none where the server could not read it.
    pub op_id: Option<OpId>,
    /// Applied, conflict or rejected; none while it is held (its format is newer than the server) or in quarantine.
    pub result: Option<Outcome>,
    /// The version of the voucher or template that it made; none where it changed none.
    pub row_version: Option<u64>,
    /// Its place in the order in which the server took operations; 0 while it waits in quarantine.
    pub commit_no: u64,
    /// The server's Ed25519 signature over epoch, `commit_no`, hash and outcome, base64. See [`crate::receipt`].
    pub receipt: String,
    /// The chain's hash after the operation, where no receipt names it: a copy of the device has others under the same numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub hash: Option<ChainHash>,
}

impl OpResult {
    /// Whether this is an answer to the operation of that id and hash. One with an outcome names the hash in its receipt.
    pub fn answers(&self, op: OpId, hash: ChainHash) -> bool {
        self.op_id.is_none_or(|named| named == op) && (self.result.is_some() || self.hash == Some(hash))
    }

    /// Whether the operation waits for an admin; one that is held has its place already.
    pub const fn is_quarantined(&self) -> bool {
        self.result.is_none() && self.commit_no == 0
    }
}
