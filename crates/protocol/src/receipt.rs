//! Receipts: the server's signed word on what it decided. After a restore from a backup they bring back what people were told.

use beadsbox_domain::Outcome;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use uuid::Uuid;

use crate::chain::ChainHash;

const RECEIPT: &[u8] = b"beadsbox receipt 1";

fn message(epoch: Uuid, commit_no: u64, hash: ChainHash, outcome: &Outcome) -> Vec<u8> {
    let outcome = serde_json::to_vec(outcome).unwrap_or_default();
    [RECEIPT, epoch.as_bytes(), &commit_no.to_be_bytes(), &hash.0, &outcome].concat()
}

/// Signs that in this epoch, as commit number `commit_no`, the operation of that hash had that outcome.
pub fn sign(key: &SigningKey, epoch: Uuid, commit_no: u64, hash: ChainHash, outcome: &Outcome) -> [u8; 64] {
    key.sign(&message(epoch, commit_no, hash, outcome)).to_bytes()
}

/// Whether the server of that key said so.
pub fn is_genuine(key: &VerifyingKey, epoch: Uuid, commit_no: u64, hash: ChainHash, outcome: &Outcome, signature: &[u8]) -> bool {
    Signature::from_slice(signature).is_ok_and(|signature| key.verify_strict(&message(epoch, commit_no, hash, outcome), &signature).is_ok())
}
