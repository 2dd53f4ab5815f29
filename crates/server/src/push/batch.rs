//! A push as it came over the wire, checked as far as that goes without the database.

use std::collections::HashMap;

use axum::http::StatusCode;
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use beadsbox_authority::{Arrived, Fresh, Identity, Word};
use beadsbox_domain::{DeviceId, Timestamp};
use beadsbox_protocol::{
    ChainHash, ErrorCode, Incarnation, MOST_OPERATIONS, MOST_PUSH_BYTES,
    chain::tip_is_signed,
    person::SaltedPerson,
    push::{KeptReceipt, PushRequest},
};
use ed25519_dalek::VerifyingKey;

use super::Persons;
use crate::{db::person::Checked, error::Failure};

/// A batch whose form is sound.
pub(crate) struct Batch {
    ops: Vec<Arrived>,
    persons: Persons,
    /// By the operation's place in the device's order.
    receipts: HashMap<u64, KeptReceipt>,
    tip: ChainHash,
    signature: [u8; 64],
    first_seq: u64,
    last_seq: u64,
}

impl Batch {
    pub fn read(request: PushRequest, received_at: Timestamp) -> Result<Self, Failure> {
        let count = request.ops.len();
        if count == 0 {
            return Err(Failure::malformed("no operations"));
        }
        if count > MOST_OPERATIONS {
            return Err(Failure::too_large(format!("at most {MOST_OPERATIONS} operations")));
        }
        if request.ops.iter().map(String::len).sum::<usize>() > MOST_PUSH_BYTES {
            return Err(Failure::too_large(format!("at most {MOST_PUSH_BYTES} bytes of operations")));
        }
        if request.persons.len() > count {
            return Err(Failure::malformed("more buyers than operations"));
        }
        if request.receipts.len() > count {
            return Err(Failure::malformed("more receipts than operations"));
        }
        let last_seq = request.first_seq.checked_add(count as u64 - 1).filter(|last| request.first_seq >= 1 && i64::try_from(*last).is_ok());
        let last_seq = last_seq.ok_or_else(|| Failure::malformed("first_seq counts from 1"))?;
        let tip = ChainHash::try_from(request.chain_tip).map_err(|_| Failure::malformed("chain_tip is 64 hexadecimal digits"))?;
        let signature = BASE64.decode(&request.signature).ok().and_then(|bytes| bytes.try_into().ok());
        let signature = signature.ok_or_else(|| Failure::malformed("signature is 64 bytes in base64"))?;
        Ok(Self {
            ops: (request.first_seq..).zip(request.ops).map(|(dev_seq, body)| Arrived::new(dev_seq, body, received_at)).collect(),
            persons: request.persons.iter().filter_map(checked).map(|person| (person.hash, person)).collect(),
            receipts: request.receipts.into_iter().map(|kept| (kept.dev_seq, kept)).collect(),
            tip,
            signature,
            first_seq: request.first_seq,
            last_seq,
        })
    }

    /// Whether that key signed the tip, as that device's. That the operations lead to it is for [`super::chain`].
    pub fn is_signed(&self, key: &VerifyingKey, device: DeviceId, incarnation: Incarnation) -> bool {
        tip_is_signed(key, device, incarnation, self.last_seq, self.tip, &self.signature)
    }

    /// The operations after the first ones, which the server holds; the hash after each of all of them is known.
    pub fn fresh(&self, hashes: Vec<ChainHash>, held: usize, identity: &Identity) -> Vec<Fresh> {
        let numbered = self.ops.iter().cloned().zip(hashes).skip(held);
        numbered.map(|(arrived, hash)| Fresh { word: self.word(arrived.dev_seq, hash, identity), arrived, hash }).collect()
    }

    pub fn has_receipts(&self) -> bool {
        !self.receipts.is_empty()
    }

    /// What this server had decided on the operation of that hash, by a receipt that came with it. A receipt that is not genuine
    /// counts for nothing.
    fn word(&self, dev_seq: u64, hash: ChainHash, identity: &Identity) -> Option<Word> {
        let kept = self.receipts.get(&dev_seq)?;
        let signature = BASE64.decode(&kept.receipt).unwrap_or_default();
        let word = Word::of(kept, &signature, hash, &identity.signing_key.verifying_key());
        if word.is_none() {
            tracing::warn!(dev_seq, "a receipt is not this server's: the operation is decided as a new one");
        }
        word
    }

    pub fn ops(&self) -> &[Arrived] {
        &self.ops
    }

    pub fn persons(&self) -> &Persons {
        &self.persons
    }

    pub fn tip(&self) -> ChainHash {
        self.tip
    }

    pub fn signature(&self) -> &[u8; 64] {
        &self.signature
    }

    pub fn first_seq(&self) -> u64 {
        self.first_seq
    }

    pub fn last_seq(&self) -> u64 {
        self.last_seq
    }
}

pub(super) fn not_signed() -> Failure {
    bad_signature("the tip is not signed by this device")
}

pub(super) fn bad_signature(detail: &str) -> Failure {
    Failure::told(StatusCode::BAD_REQUEST, ErrorCode::BadSignature, "the operations are not this device's as they came")
        .with(|problem| problem.detail = Some(detail.to_owned()))
}

/// The longest text of a person, in bytes.
const MOST_PERSON_BYTES: usize = 16 * 1024;

/// A person under its hash; none where it cannot be read. The sale that names it is taken without.
fn checked(salted: &SaltedPerson) -> Option<Checked> {
    if salted.person.len() > MOST_PERSON_BYTES {
        return None;
    }
    salted.open().ok()?;
    Some(Checked { hash: salted.hash().ok()?, salt: hex::decode(&salted.salt).ok()?, person: salted.person.clone() })
}
