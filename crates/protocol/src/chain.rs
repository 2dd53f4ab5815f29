//! The hash chain of a device's operations, and the signature over its tip.
//!
//! `hash_n = SHA-256(hash_{n-1} ‖ body_n)`. The first one stands on the enrolment:
//! `hash_0 = SHA-256("beadsbox chain 1" ‖ device id ‖ incarnation ‖ public key)`. Whoever changes, drops or swaps an operation
//! changes every hash after it, and has no key to sign the new tip.

use beadsbox_domain::DeviceId;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// Which life of a device, from 1.
pub type Incarnation = u32;

const CHAIN: &[u8] = b"beadsbox chain 1";
const TIP: &[u8] = b"beadsbox tip 1";

/// A hash of the chain. Hexadecimal on the wire.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ChainHash(pub [u8; 32]);

impl ChainHash {
    /// The hash before the first operation.
    pub fn of_enrolment(device: DeviceId, incarnation: Incarnation, public_key: &VerifyingKey) -> Self {
        Self::digest(&[CHAIN, device.0.as_bytes(), &incarnation.to_be_bytes(), public_key.as_bytes()])
    }

    /// The hash after one more body.
    #[must_use]
    pub fn then(self, body: &str) -> Self {
        Self::digest(&[&self.0, body.as_bytes()])
    }

    fn digest(parts: &[&[u8]]) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update(part);
        }
        Self(hash.finalize().into())
    }
}

impl std::fmt::Display for ChainHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl std::fmt::Debug for ChainHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

impl TryFrom<String> for ChainHash {
    type Error = hex::FromHexError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes)?;
        Ok(Self(bytes))
    }
}

impl From<ChainHash> for String {
    fn from(hash: ChainHash) -> Self {
        hash.to_string()
    }
}

fn tip_message(device: DeviceId, incarnation: Incarnation, last_seq: u64, tip: ChainHash) -> Vec<u8> {
    [TIP, device.0.as_bytes(), &incarnation.to_be_bytes(), &last_seq.to_be_bytes(), &tip.0].concat()
}

/// Signs the tip after `last_seq`: `Ed25519("beadsbox tip 1" ‖ device id ‖ incarnation ‖ last_seq ‖ hash)`, numbers big-endian.
pub fn sign_tip(key: &SigningKey, device: DeviceId, incarnation: Incarnation, last_seq: u64, tip: ChainHash) -> [u8; 64] {
    key.sign(&tip_message(device, incarnation, last_seq, tip)).to_bytes()
}

/// Whether the tip was signed by that key.
pub fn tip_is_signed(key: &VerifyingKey, device: DeviceId, incarnation: Incarnation, last_seq: u64, tip: ChainHash, signature: &[u8]) -> bool {
    Signature::from_slice(signature).is_ok_and(|signature| key.verify_strict(&tip_message(device, incarnation, last_seq, tip), &signature).is_ok())
}
