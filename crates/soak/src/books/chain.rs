//! Rule 4: the operations of a till have no gap, and their chain verifies.

use beadsbox_protocol::ChainHash;
use ed25519_dalek::VerifyingKey;

use super::server::{DeviceRow, OperationRow};

/// What is wrong with the till's chain as the server holds it.
pub(super) fn fault(device: &DeviceRow, operations: &[&OperationRow]) -> Option<String> {
    let Ok(key) = VerifyingKey::from_bytes(&device.public_key) else { return Some("its key is not a key".to_owned()) };
    let mut hash = ChainHash::of_enrolment(device.id, device.incarnation, &key);
    for (operation, expected) in operations.iter().zip(1..) {
        if operation.dev_seq != expected || operation.incarnation != device.incarnation {
            return Some(format!("operation {} of life {} stands where {expected} should", operation.dev_seq, operation.incarnation));
        }
        hash = hash.then(&operation.body);
        if hash != operation.hash {
            return Some(format!("the chain breaks at {expected}"));
        }
    }
    if device.last_seq != operations.len() as u64 {
        return Some(format!("the server holds {} operations and says {}", operations.len(), device.last_seq));
    }
    (hash != device.chain_hash).then(|| "the chain ends at another hash than the server says".to_owned())
}
