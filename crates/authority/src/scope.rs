//! Whose operations are decided, and under which rules.

use beadsbox_domain::{DeviceId, Outcome, Policy, ShopId};
use beadsbox_protocol::{ChainHash, Incarnation, receipt};
use ed25519_dalek::{Signer as _, SigningKey};
use jiff::{SignedDuration, tz::TimeZone};
use uuid::Uuid;

/// A clock that is no further off counts as right.
pub const RIGHT_CLOCK: SignedDuration = SignedDuration::from_mins(5);
/// Who the server is.
#[derive(Debug, Clone)]
pub struct Identity {
    /// Names one life of the server's database.
    pub epoch: Uuid,
    /// Signs receipts and certificates.
    pub signing_key: SigningKey,
}

impl Identity {
    /// The public half, hexadecimal.
    pub fn public_key(&self) -> String {
        hex::encode(self.signing_key.verifying_key().as_bytes())
    }

    /// The server's word on the operation of that hash, in this epoch. The same word of an earlier epoch says no more and no less.
    pub fn receipt(&self, commit_no: i64, hash: ChainHash, outcome: &Outcome) -> [u8; 64] {
        receipt::sign(&self.signing_key, self.epoch, u64::try_from(commit_no).unwrap_or(0), hash, outcome)
    }

    /// Signs with the server's key.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.signing_key.sign(message).to_bytes()
    }
}

/// Whose operations are taken, and under which rules.
pub struct Scope<'a> {
    /// The device.
    pub device: DeviceId,
    /// Which life of it.
    pub incarnation: Incarnation,
    /// Where it stands.
    pub shop: ShopId,
    /// Where the shop's days end.
    pub time_zone: TimeZone,
    /// The server's own: no role is asked.
    pub by_server: bool,
    /// The device's clock agrees with the server's.
    pub clock_right: bool,
    /// What the organisation set.
    pub policy: Policy,
    /// Whose word the outcome is.
    pub identity: &'a Identity,
}
