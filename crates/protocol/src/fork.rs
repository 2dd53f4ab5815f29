//! Another life of a device: a copy of it, or an older copy of its files that was put back, recorded operations under numbers
//! that the server holds with other operations.

use beadsbox_domain::{DeviceId, OpId};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};

use crate::{
    chain::{ChainHash, Incarnation},
    person::SaltedPerson,
    push::OpResult,
};

const FORK: &[u8] = b"beadsbox fork 1";

/// `POST /v1/devices/incarnations`: the fork asks to go on as a life of its own. Sent again it gets the same one.
///
/// Its operations keep their bytes and numbers: the new life's chain begins after operation `fork_seq - 1` of the old one,
/// whose hash both share, and goes on with the fork's own operations. Until an admin accepts it, what it pushes is kept and
/// not decided.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ForkRequest {
    /// The device.
    pub device_id: DeviceId,
    /// The life that it had until now.
    pub incarnation: Incarnation,
    /// The first operation that differs.
    #[schema(minimum = 1)]
    pub fork_seq: u64,
    /// The fork's own hash after that operation, hexadecimal.
    pub fork_hash: String,
    /// The device's Ed25519 signature over `"beadsbox fork 1" ‖ device id ‖ incarnation ‖ fork_seq ‖ fork_hash`, base64.
    pub signature: String,
}

/// The answer to [`ForkRequest`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ForkResponse {
    /// The new life.
    pub incarnation: Incarnation,
}

fn message(device: DeviceId, incarnation: Incarnation, fork_seq: u64, fork_hash: ChainHash) -> Vec<u8> {
    [FORK, device.0.as_bytes(), &incarnation.to_be_bytes(), &fork_seq.to_be_bytes(), &fork_hash.0].concat()
}

/// Signs that this device forked there.
pub fn sign(key: &SigningKey, device: DeviceId, incarnation: Incarnation, fork_seq: u64, fork_hash: ChainHash) -> [u8; 64] {
    key.sign(&message(device, incarnation, fork_seq, fork_hash)).to_bytes()
}

/// Whether that key signed it.
pub fn is_signed(key: &VerifyingKey, device: DeviceId, incarnation: Incarnation, fork_seq: u64, fork_hash: ChainHash, signature: &[u8]) -> bool {
    let message = message(device, incarnation, fork_seq, fork_hash);
    Signature::from_slice(signature).is_ok_and(|signature| key.verify_strict(&message, &signature).is_ok())
}

/// `GET /v1/sync/operations`: a device whose files were put back takes its own later operations back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OwnOperationsQuery {
    /// Which life of the device.
    pub incarnation: Incarnation,
    /// The last operation that the device holds.
    pub after: u64,
    /// How many at most, 1 to 500.
    pub limit: u32,
}

/// Own operations, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct OwnOperations {
    /// The operations after the one asked for.
    pub operations: Vec<OwnOperation>,
}

/// An own operation, as the server holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct OwnOperation {
    /// The body, byte for byte.
    pub body: String,
    /// What was decided.
    pub result: OpResult,
    /// The buyer whom a sale names; none once erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<SaltedPerson>,
}

/// Why operations wait for an admin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum QuarantineReason {
    /// A copy of the device recorded them.
    Fork,
    /// The device had been revoked.
    Revoked,
}

/// `GET /v1/admin/quarantine`: what waits for an admin, one entry for each life of a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct QuarantineEntry {
    /// The device.
    pub device_id: DeviceId,
    /// Which life of it.
    pub incarnation: Incarnation,
    /// Why.
    pub reason: QuarantineReason,
    /// How many operations.
    pub operations: u64,
    /// How many of them are sales.
    pub sales: u64,
    /// How many of them redeem a voucher.
    pub redemptions: u64,
    /// When the first was recorded, by the device's clock; none where it cannot be read.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub first_at: Option<beadsbox_domain::Timestamp>,
    /// When the last was recorded.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_at: Option<beadsbox_domain::Timestamp>,
    /// Operations, the oldest first, at most 200.
    pub listed: Vec<QuarantinedOperation>,
}

/// An operation in quarantine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct QuarantinedOperation {
    /// Its place in the device's order.
    pub dev_seq: u64,
    /// Its id; none where it cannot be read.
    pub op_id: Option<OpId>,
    /// The body, byte for byte.
    pub body: String,
}

/// `POST /v1/admin/quarantine/{device}/{incarnation}`: decides on all that an entry holds.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuarantineDecision {
    /// Take them as if they came now, or reject them all.
    pub accept: bool,
    /// Why, for the history. 1 to 500 characters.
    pub reason: String,
}
